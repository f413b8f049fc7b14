"""python -m train router

Trains the router's head on frozen features: the fast model's state and the sentence embedding. The weight decay is
chosen by cross-validation inside the training part, the temperature on the calibration part, and what is reported
is measured on the test part, which nothing else has seen.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.procedures.difference import word_overlap
from engine.procedures.pattern import normalise
from engine.routing.assessment import CLASSES, HeadConfig, RouterHead, join, query_ids, read_state, save_head
from engine.routing.calibration import fit_temperature
from engine.routing.measures import RouterFigures, measure
from engine.routing.queries import Query, Split, labels, load_queries, split
from train.events import Ended, Evaluated, Observed, Saved, Started, TrainEvent
from train.noise import noisy
from train.phrases import phrases

if TYPE_CHECKING:
    from engine.memory.embedder import Embeds
    from engine.models.tokenizer import Tokenizer
    from engine.models.transformer import Transformer

Parts = dict[str, Tensor]
"""Features of N queries by name: "last" and "mean" [N, D], "embedding" [N, E], float32."""

ABLATION = (("last", "mean"), ("embedding",), ("last", "embedding"), ("last", "mean", "embedding"))


@dataclass(frozen=True, slots=True)
class RouterOptions:
    """`noise`: noisy copies of each hand-written training query. `phrases`: made-up queries for each category, each
    counting `phrase_weight` of a hand-written one. `decays` are tried in `folds`-fold cross-validation."""

    # By five-fold cross-validation inside the training part (2.4M fast path): all three .916 right, loss .272; without
    # the mean .892 and .302; without the last state .903 and .260.
    features: tuple[str, ...] = ("last", "mean", "embedding")
    hidden: int = 0
    noise: int = 1
    phrases: int = 600
    phrase_weight: float = 0.5
    decays: tuple[float, ...] = (0.00003, 0.0001, 0.0003, 0.001, 0.003)
    folds: int = 4
    threshold: float = 0.8
    ablation: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Queries with their features. `origin` is the place of the hand-written query that a row comes from, -1 for
    none; `clean` rows are hand-written as they stand."""

    parts: Parts
    labels: Tensor
    weights: Tensor
    origin: Tensor
    clean: Tensor

    def select(self, mask: Tensor) -> Rows:
        return Rows(
            {name: part[mask] for name, part in self.parts.items()},
            self.labels[mask], self.weights[mask], self.origin[mask], self.clean[mask],
        )  # fmt: skip


def train_router(
    fast: Transformer,
    tokenizer: Tokenizer,
    embedder: Embeds,
    out_path: Path,
    *,
    seed: int = 0,
    options: RouterOptions | None = None,
    queries: Sequence[Query] | None = None,
) -> Iterator[TrainEvent]:
    """Train, calibrate, measure and save a router to `out_path`; figures come as `Evaluated` and `Observed`.

    Raises:
        SparkError: the labelled queries are missing, or `out_path` cannot be written.
    """
    options = options or RouterOptions()
    began = time.perf_counter()
    data = split(queries if queries is not None else load_queries())
    texts, rows_of = _training_texts(data, seed, options)
    held = (*data.calibration, *data.test)
    every = [*texts, *(query.text for query in held)]
    yield Started(
        run=out_path.stem, size="router", step=0, total_steps=len(every), minutes=None, parameters=0,
        config=asdict(options), data=_described(data, len(texts)), device="cpu", threads=torch.get_num_threads(),
        compiled=False,
    )  # fmt: skip

    parts: Parts = {}
    for done, parts in read_parts(fast, tokenizer, embedder, every):  # noqa: B007 (the last one is kept)
        yield Observed(done, "reading queries", {"of": float(len(every))})
    training = _rows(parts, rows_of, len(texts))
    calibration = {name: part[len(texts) : len(texts) + len(data.calibration)] for name, part in parts.items()}
    test = {name: part[len(texts) + len(data.calibration) :] for name, part in parts.items()}

    chosen: tuple[RouterHead, RouterFigures] | None = None
    tried = (*(each for each in ABLATION if each != options.features), options.features)
    for features in tried if options.ablation else (options.features,):
        head, decay, loss = _best_head(training, features, seed, options)
        head.temperature = fit_temperature(_logits(head, calibration), labels(data.calibration, CLASSES))
        figures = _measured(head, test, data.test, options.threshold)
        yield Observed(
            len(every), "router " + " + ".join(features), {**_numbers(figures), "decay": decay, "validation_loss": loss}
        )
        chosen = head, figures
    assert chosen is not None
    head, figures = chosen

    loss, accuracy = _likelihood(head, test, data.test)
    yield Evaluated(len(every), loss, None, {"test": loss}, {"test": accuracy}, {}, time.perf_counter() - began)
    yield Observed(len(every), "router", {**_numbers(figures), "temperature": head.temperature})
    save_head(out_path, head, measured=_as_text(figures), seed=str(seed))
    yield Saved(len(every), str(out_path), time.perf_counter() - began)
    yield Ended(len(every), "finished", time.perf_counter() - began, losses={"test": loss})


def read_parts(
    fast: Transformer, tokenizer: Tokenizer, embedder: Embeds, texts: Sequence[str], piece: int = 100
) -> Iterator[tuple[int, Parts]]:
    """The features of the texts so far, after every `piece` of them: (how many, features)."""
    parts: Parts = {}
    for start in range(0, len(texts), piece):
        some = list(texts[start : start + piece])
        with torch.inference_mode():
            states = [read_state(fast, query_ids(tokenizer, text, fast.config.context)) for text in some]
        new = {name: torch.cat([state[name] for state in states]).clone() for name in ("last", "mean")}
        new["embedding"] = torch.from_numpy(embedder.embed(some)).clone()
        parts = {name: torch.cat([parts[name], new[name]]) if parts else new[name] for name in new}
        yield start + len(some), parts


def fit_head(rows: Rows, features: tuple[str, ...], decay: float, seed: int, options: RouterOptions) -> RouterHead:
    """Minimise the weighted cross-entropy plus decay · |W|² with L-BFGS: the same every time, no rate to choose.

    Features are standardised, and each kind divided by the root of its width, so that a kind with more numbers does
    not speak louder.
    """
    torch.manual_seed(seed)
    x = join(rows.parts, features)
    config = HeadConfig(features, rows.parts["last"].shape[1], rows.parts["embedding"].shape[1], options.hidden)
    head = RouterHead(config)
    clean = x[rows.clean]
    widths = torch.cat(
        [torch.full((rows.parts[name].shape[1],), float(rows.parts[name].shape[1])) for name in features]
    )
    head.mean.copy_(clean.mean(dim=0))
    head.scale.copy_(clean.std(dim=0).clamp_min(1e-4) * widths.sqrt())
    if not options.hidden:
        for parameter in head.parameters():
            torch.nn.init.zeros_(parameter)
    standard = (x - head.mean) / head.scale
    weights = rows.weights / rows.weights.sum()
    matrices = [parameter for parameter in head.parameters() if parameter.dim() == 2]
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=150, history_size=10, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        loss = (weights * F.cross_entropy(head.layers(standard), rows.labels, reduction="none")).sum()
        loss = loss + decay * torch.stack([matrix.square().sum() for matrix in matrices]).sum() / len(CLASSES)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return head.eval()


def _best_head(
    rows: Rows, features: tuple[str, ...], seed: int, options: RouterOptions
) -> tuple[RouterHead, float, float]:
    """The head with the decay that gives held-back hand-written queries the best likelihood: (head, decay, loss).

    The loss, in nats a query, is what to choose features by: the test part is for reporting.
    """
    fold_of = torch.where(rows.origin >= 0, rows.origin % options.folds, torch.full_like(rows.origin, -1))
    losses = dict.fromkeys(options.decays, 0.0)
    for decay in options.decays if len(options.decays) > 1 else ():
        for fold in range(options.folds):
            head = fit_head(rows.select(fold_of != fold), features, decay, seed, options)
            held = rows.select((fold_of == fold) & rows.clean)
            with torch.inference_mode():
                losses[decay] += float(F.cross_entropy(head(join(held.parts, features)), held.labels, reduction="sum"))
    decay = min(losses, key=losses.__getitem__)
    return fit_head(rows, features, decay, seed, options), decay, losses[decay] / max(1, int(rows.clean.sum()))


def _training_texts(
    data: Split, seed: int, options: RouterOptions
) -> tuple[list[str], list[tuple[int, float, int, bool]]]:
    """All texts to learn from, and for each (label, weight, origin, clean)."""
    chooser = random.Random(seed)
    texts, rows = [], []
    for place, (query, label) in enumerate(zip(data.train, labels(data.train, CLASSES), strict=True)):
        texts.append(query.text)
        rows.append((label, 1.0, place, True))
        for _ in range(options.noise):
            texts.append(noisy(query.text, chooser))
            rows.append((label, 0.5, place, False))
    made = _unlike(phrases(seed, options.phrases), (*data.calibration, *data.test)) if options.phrases else []
    for query, label in zip(made, labels(made, CLASSES), strict=True):
        texts.append(query.text)
        rows.append((label, options.phrase_weight, -1, False))
    return texts, rows


def _unlike(made: Sequence[Query], held: Sequence[Query]) -> list[Query]:
    """Without the made-up queries that happen to say what a held-out one says: the test must stay a test."""
    known = [normalise(query.text) for query in held if len(query.text) < 200]
    return [query for query in made if all(word_overlap(normalise(query.text), text) < 0.8 for text in known)]


def _rows(parts: Mapping[str, Tensor], described: Sequence[tuple[int, float, int, bool]], count: int) -> Rows:
    label, weight, origin, clean = zip(*described, strict=True)
    return Rows(
        {name: part[:count] for name, part in parts.items()},
        torch.tensor(label), torch.tensor(weight), torch.tensor(origin), torch.tensor(clean),
    )  # fmt: skip


def _logits(head: RouterHead, parts: Parts) -> list[list[float]]:
    with torch.inference_mode():
        rows: list[list[float]] = head(join(parts, head.config.features)).tolist()
    return rows


def _measured(head: RouterHead, parts: Parts, queries: Sequence[Query], threshold: float) -> RouterFigures:
    with torch.inference_mode():
        rows: list[list[float]] = head.probabilities(join(parts, head.config.features)).tolist()
    return measure(rows, [query.label for query in queries], [query.text for query in queries], threshold)


def _likelihood(head: RouterHead, parts: Parts, queries: Sequence[Query]) -> tuple[float, float]:
    """Loss in nats and accuracy over the five classes."""
    wanted = torch.tensor(labels(queries, CLASSES))
    with torch.inference_mode():
        probabilities = head.probabilities(join(parts, head.config.features))
        loss = float(F.nll_loss(probabilities.clamp_min(1e-9).log(), wanted))
    return loss, float((probabilities.argmax(dim=1) == wanted).float().mean())


def _numbers(figures: RouterFigures) -> dict[str, float]:
    """The figures that are numbers, the curve as pairs of numbers."""
    numbers = {name: float(value) for name, value in asdict(figures).items() if isinstance(value, int | float)}
    for bin in figures.curve:
        if bin.count:
            numbers[f"right at {bin.confidence:.2f}"] = bin.accuracy
    return numbers


def _as_text(figures: RouterFigures) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in _numbers(figures).items() if not math.isnan(value))


def _described(data: Split, texts: int) -> list[dict[str, object]]:
    return [
        {"name": "training queries", "rows": len(data.train), "tokens": texts},
        {"name": "calibration queries", "rows": len(data.calibration), "tokens": 0},
        {"name": "test queries", "rows": len(data.test), "tokens": 0},
    ]
