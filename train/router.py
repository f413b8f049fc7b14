"""python -m train router

Trains the router's head on frozen features: the fast model's state, the sentence embedding and the words. What the head
reads, its weight decay and its temperature are chosen by cross-validation over the training and calibration parts; what
is reported is measured on the test part, which nothing else has seen, and on queries written after all that teaches.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.routing.assessment import CLASSES, HeadConfig, RouterHead, join, save_head
from engine.routing.calibration import fit_temperature
from engine.routing.measures import RouterFigures, measure
from engine.routing.queries import Query, labels, load_held, load_lessons, load_queries, split
from train.events import Ended, Evaluated, Observed, Problem, Saved, Started, TrainEvent
from train.router_data import Parts, Rows, lessons, read_parts, rows_of
from train.router_flags import Judged, losses

if TYPE_CHECKING:
    from engine.memory.reading import Embeds
    from engine.models.tokenizer import Tokenizer
    from engine.models.transformer import Transformer

CANDIDATES = (
    ("last", "mean", "embedding", "words"),
    ("last", "embedding", "words"),
)
"""What the head may read; the likeliest in cross-validation ships."""
ABLATION = (("last", "mean"), ("embedding",), ("words",), ("last", "mean", "embedding"), ("embedding", "words"))
WORDS_LOUDNESS = 1.0
"""Root of the words' summed variance beside one for each other kind. By cross-validation (2.4M fast path, 1,343
queries, 884 lessons): .206 nats; 1.5: .211, and with no more than 248 lessons .250."""


@dataclass(frozen=True, slots=True)
class RouterOptions:
    """`noise`: noisy copies of each hand-written training query. `phrases`: made-up queries for each category, each
    counting `phrase_weight` of a hand-written one. `candidates` and `decays` are tried in `folds`-fold
    cross-validation (ten folds measured as four do); with `ablation` other features are measured too, and not
    shipped."""

    candidates: tuple[tuple[str, ...], ...] = CANDIDATES
    hidden: int = 0
    noise: int = 1
    phrases: int = 600
    phrase_weight: float = 0.5
    decays: tuple[float, ...] = (0.0003, 0.0006)
    folds: int = 4
    threshold: float = 0.8
    ablation: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head with its temperature set, and what cross-validation said of it: `loss` in nats a query; `held` [N, 5] the
    calibrated probabilities of each hand-written query by a head that did not learn from it."""

    head: RouterHead
    decay: float
    loss: float
    held: Tensor


def train_router(
    fast: Transformer,
    tokenizer: Tokenizer,
    embedder: Embeds,
    out_path: Path,
    *,
    seed: int = 0,
    options: RouterOptions | None = None,
    queries: Sequence[Query] | None = None,
    further: Sequence[Query] | None = None,
    flagged: Sequence[Judged] = (),
    current: RouterHead | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Iterator[TrainEvent]:
    """Train, calibrate, measure and save a router to `out_path`; figures come as `Evaluated` and `Observed`.

    `queries` is split into what teaches and what judges, `further` only teaches; without `queries` those that ship are
    taken, with all that only teaches or only judges.
    `flagged`: decisions to learn from besides. `current`: the router in use is measured on the same queries, and a new
    one that is worse is not saved: a `Problem` says why, and the run has failed. `metadata` goes into the file.

    Raises:
        SparkError: the labelled queries are missing, or `out_path` cannot be written.
    """
    options = options or RouterOptions()
    began = time.perf_counter()
    data = split(queries if queries is not None else load_queries())
    written = (*data.train, *data.calibration)
    judging = (*data.test, *(load_held() if queries is None else ()))
    taught = lessons(
        written, judging, folds=options.folds, seed=seed, noise=options.noise, made=options.phrases,
        made_weight=options.phrase_weight, flagged=flagged,
        further=(load_lessons() if queries is None else ()) if further is None else further,
    )  # fmt: skip
    every = [*(lesson.text for lesson in taught), *(query.text for query in judging)]
    yield Started(
        run=out_path.stem, size="router", step=0, total_steps=len(every), minutes=None, parameters=0,
        config=asdict(options), data=_described(len(taught), len(judging)), device="cpu",
        threads=torch.get_num_threads(), compiled=False,
    )  # fmt: skip

    parts: Parts = {}
    for done, parts in read_parts(fast, tokenizer, embedder, every):  # noqa: B007 (the last one holds all)
        yield Observed(done, "reading queries", {"of": float(len(every))})
    rows = rows_of(taught, parts)
    test = {name: part[len(taught) :] for name, part in parts.items()}

    before: dict[str, float] = {}
    if current is not None:
        before = numbers_of(measured(current, test, judging, options.threshold))
        yield Observed(len(every), "router before", before | _heeded(current, rows))
    best: Fitted | None = None
    for features in (*(ABLATION if options.ablation else ()), *options.candidates):
        fitted = best_head(rows, features, seed, options)
        figures = measured(fitted.head, test, judging, options.threshold)
        numbers = {**numbers_of(figures), "decay": fitted.decay, "cross_validated_loss": fitted.loss}
        yield Observed(len(every), "router " + " + ".join(features), numbers)
        if features in options.candidates and (best is None or fitted.loss < best.loss):
            best = fitted
    assert best is not None
    head = best.head
    held = measure(best.held.tolist(), [q.label for q in written], [q.text for q in written], options.threshold)
    yield Observed(len(every), "router, cross-validated", numbers_of(held))

    figures = measured(head, test, judging, options.threshold)
    loss, accuracy = _likelihood(head, test, judging)
    yield Evaluated(len(every), loss, None, {"test": loss}, {"test": accuracy}, {}, time.perf_counter() - began)
    after = {**numbers_of(figures), "temperature": head.temperature}
    yield Observed(len(every), "router", after | _heeded(head, rows))
    if before and (worse := losses(before, after)):
        told = f"The new router is worse on the held-out queries ({', '.join(worse)}); the old one stays."
        yield Problem(len(every), told)
        yield Ended(len(every), "failed", time.perf_counter() - began, detail=told)
        return
    save_head(
        out_path,
        head,
        measured=as_text(figures),
        seed=str(seed),
        held=json.dumps(held_rows(best.held, written)),
        **(metadata or {}),
    )
    yield Saved(len(every), str(out_path), time.perf_counter() - began)
    yield Ended(len(every), "finished", time.perf_counter() - began, losses={"test": loss})


def best_head(rows: Rows, features: tuple[str, ...], seed: int, options: RouterOptions) -> Fitted:
    """The head with the decay that gives held-back hand-written queries the best likelihood after calibration.

    The temperature is fitted on all of them, each judged by a head that had not seen it: a small calibration part of
    its own would leave both less to learn from and a noisier temperature.
    """
    wanted = rows.labels[rows.clean]
    best: tuple[float, float, float, Tensor] | None = None
    for decay in options.decays:
        logits = torch.zeros(len(wanted), len(CLASSES))
        for fold in range(options.folds):
            away = rows.fold[rows.clean] == fold
            if away.any():
                head = fit_head(rows.select(rows.fold != fold), features, decay, seed, options)
                held = {name: part[rows.clean][away] for name, part in rows.parts.items()}
                with torch.inference_mode():
                    logits[away] = head(join(held, features))
        temperature = fit_temperature(logits.tolist(), wanted.tolist())
        loss = float(F.cross_entropy(logits / temperature, wanted))
        if best is None or loss < best[0]:
            best = loss, decay, temperature, torch.softmax(logits / temperature, dim=1)
    assert best is not None
    loss, decay, temperature, probabilities = best
    head = fit_head(rows, features, decay, seed, options)
    head.temperature = temperature
    return Fitted(head, decay, loss, probabilities)


def fit_head(rows: Rows, features: tuple[str, ...], decay: float, seed: int, options: RouterOptions) -> RouterHead:
    """Minimise the weighted cross-entropy plus decay · |W|² with L-BFGS: the same every time, no rate to choose.

    Features are standardised, and each kind divided by the root of its width, so that a kind with more numbers does
    not speak louder. The words are left as they are: a rare one standardised would shout.
    """
    torch.manual_seed(seed)
    x = join(rows.parts, features)
    config = HeadConfig(features, rows.parts["last"].shape[1], rows.parts["embedding"].shape[1], options.hidden)
    head = RouterHead(config)
    clean = x[rows.clean]
    means, scales, start = [], [], 0
    for name in features:
        width = config.width(name)
        part = clean[:, start : start + width]
        start += width
        means.append(torch.zeros(width) if name == "words" else part.mean(dim=0))
        scales.append(
            torch.full((width,), 1 / WORDS_LOUDNESS)
            if name == "words"
            else part.std(dim=0).clamp_min(1e-4) * math.sqrt(width)
        )
    head.mean.copy_(torch.cat(means))
    head.scale.copy_(torch.cat(scales))
    if not options.hidden:
        for parameter in head.parameters():
            torch.nn.init.zeros_(parameter)
    standard = (x - head.mean) / head.scale
    weights = rows.weights / rows.weights.sum()
    denied, classes = rows.labels >= len(CLASSES), rows.labels % len(CLASSES)
    matrices = [parameter for parameter in head.parameters() if parameter.dim() == 2]
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=150, history_size=10, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        losses_N = -F.log_softmax(head.layers(standard), dim=1).gather(1, classes[:, None])[:, 0]
        losses_N = torch.where(denied, -torch.log1p(-torch.exp(-losses_N).clamp(max=1 - 1e-6)), losses_N)
        loss = (weights * losses_N).sum()
        loss = loss + decay * torch.stack([matrix.square().sum() for matrix in matrices]).sum() / len(CLASSES)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return head.eval()


def measured(head: RouterHead, parts: Parts, queries: Sequence[Query], threshold: float) -> RouterFigures:
    with torch.inference_mode():
        rows: list[list[float]] = head.probabilities(join(parts, head.config.features)).tolist()
    return measure(rows, [query.label for query in queries], [query.text for query in queries], threshold)


def held_rows(probabilities: Tensor, queries: Sequence[Query]) -> list[list[float]]:
    """For `engine.routing.threshold`: [confidence, 1 if the category was right else 0] of each held-back query."""
    of_spark = probabilities[:, : len(CLASSES) - 1]
    confidences, guesses = of_spark.max(dim=1)
    return [
        [round(min(1.0, float(confidence)), 4), float(CLASSES[int(guess)] == query.label)]
        for confidence, guess, query in zip(confidences, guesses, queries, strict=True)
    ]


def numbers_of(figures: RouterFigures) -> dict[str, float]:
    """The figures that are numbers, the curve as pairs of numbers."""
    numbers = {name: float(value) for name, value in asdict(figures).items() if isinstance(value, int | float)}
    for bin in figures.curve:
        if bin.count:
            numbers[f"right at {bin.confidence:.2f}"] = bin.accuracy
    return numbers


def as_text(figures: RouterFigures) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in numbers_of(figures).items() if not math.isnan(value))


def _heeded(head: RouterHead, rows: Rows) -> dict[str, float]:
    """How many decisions were flagged wrong, and of how many the head now thinks otherwise."""
    denied = rows.labels >= len(CLASSES)
    if not denied.any():
        return {}
    some = rows.select(denied)
    with torch.inference_mode():
        guesses = head(join(some.parts, head.config.features)).argmax(dim=1)
    return {"wrong_flags": float(len(guesses)), "heeded": float((guesses != some.labels % len(CLASSES)).sum())}


def _likelihood(head: RouterHead, parts: Parts, queries: Sequence[Query]) -> tuple[float, float]:
    """Loss in nats and accuracy over the five classes."""
    wanted = torch.tensor(labels(queries, CLASSES))
    with torch.inference_mode():
        probabilities = head.probabilities(join(parts, head.config.features))
        loss = float(F.nll_loss(probabilities.clamp_min(1e-9).log(), wanted))
    return loss, float((probabilities.argmax(dim=1) == wanted).float().mean())


def _described(texts: int, test: int) -> list[dict[str, object]]:
    return [{"name": "queries to learn from", "queries": texts}, {"name": "test queries", "queries": test}]
