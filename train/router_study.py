"""What is the router actually classifying, and confidence in what? Each kind of feature by itself, fast paths of
several sizes, and whether what it sends to the fast path is answered as well as by the core: one report."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.bundle import Bundle
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.observation.report import Json, Plot, Prose, Report, Series, Table
from engine.observation.stages import Stages
from engine.routing.queries import load_held, load_lessons, load_queries
from engine.settings import Home, Settings
from train.acceptable import Pair, acceptability, answer_both, as_json, completions
from train.events import Observed, TrainEvent
from train.router import RouterOptions, train_router
from train.router_sizes import small_fast_path

if TYPE_CHECKING:
    from engine.memory.reading import Embeds, Reading

Figures = Mapping[str, Mapping[str, float]]
"""What one training of the router measured: figures by what was measured."""
BRIEF = RouterOptions(
    candidates=(("last", "mean"), ("last", "mean", "embedding"), ("last", "mean", "embedding", "words")),
    decays=RouterOptions().decays[-1:],
)
"""For fast paths that are only compared: their state alone, with the embedding, and with all."""
_COLUMNS = ("accuracy", "calibration_error", "outside_kept", "confident", "confident_error")


@dataclass(frozen=True, slots=True)
class Plan:
    """`sizes` are trained on `data` for `steps` updates each; `answers` questions are put to both paths."""

    sizes: tuple[str, ...] = ("1m", "2m", "6m")
    data: tuple[str, ...] = ("functions",)
    steps: int = 64
    answers: int = 120


def study_router(
    bundles: Sequence[Path], plan: Plan, home: Home, settings: Settings, embedder: Embeds, say: Callable[[str], None]
) -> Report:
    """Measure, stage by stage; the first of `bundles` is the one in use. A study that was stopped goes on.

    Raises:
        SparkError: a part is missing or failed.
    """
    stages = Stages(home.studies / "router-unfinished")
    texts = hashlib.sha256(repr((load_queries(), load_lessons(), load_held())).encode()).hexdigest()
    known = _Known(embedder)
    runs: dict[str, Figures] = {}
    for folder in bundles:
        bundle = Bundle.load(folder)
        weights = hashlib.sha256((bundle.base / "fast.safetensors").read_bytes()).hexdigest()
        runs[bundle.name if bundle.name not in runs else str(folder)] = stages.once(
            "bundle",
            texts + weights,
            partial(_measure, bundle.name, bundle.fast(), bundle.tokenizer, known, RouterOptions(ablation=True), say),
        )
    tokens = f"{plan.steps * 4096 / 1e6:.2g}M tokens"
    for size in plan.sizes:
        model, tokenizer = small_fast_path(size, plan.data, plan.steps, home.runs, say)
        name = f"{size}, {tokens}"
        runs[name] = stages.once(
            "size",
            repr((texts, size, plan.data, plan.steps)),
            partial(_measure, name, model, tokenizer, known, BRIEF, say),
        )
    first = Bundle.load(bundles[0])
    threshold = settings.routing.threshold if isinstance(settings.routing.threshold, float) else 0.8
    pairs: list[Pair] = []
    if plan.answers:
        told = stages.once(
            "answers",
            repr((str(first.folder), (first.folder / "core.safetensors").stat().st_mtime_ns, settings, plan.answers)),
            lambda: as_json(
                answer_both(
                    completions(plan.answers), first, settings, home,
                    lambda done, of: say(f"both paths answer: {done} of {of}"),
                )
            ),
        )  # fmt: skip
        pairs = [Pair(**row) for row in told]
    report = router_study(runs, pairs, threshold)
    stages.clear()
    return report


def router_study(runs: Mapping[str, Figures], pairs: Sequence[Pair] = (), threshold: float = 0.8) -> Report:
    """The report over trainings of the router, by the name of the fast path that each one reads, and over answers."""
    rows: list[tuple[str | float | None, ...]] = []
    curves: list[Series] = []
    summary: list[str] = []
    figures: dict[str, Json] = {}
    for name, observed in runs.items():
        tried = {observer.removeprefix("router "): each for observer, each in observed.items() if "decay" in each}
        rows += [
            (name, features, *(each[figure] for figure in _COLUMNS), each["cross_validated_loss"])
            for features, each in sorted(tried.items(), key=lambda pair: pair[1]["cross_validated_loss"])
        ]
        held = observed.get("router, cross-validated", {})
        shipped = observed.get("router", {})
        if shipped:
            summary.append(
                f"{name}: {shipped['accuracy']:.1%} of held-out queries right, calibration error "
                f"{shipped['calibration_error']:.3f} (chance alone would show {shipped['calibration_floor']:.3f}), "
                f"{shipped['outside_kept']:.1%} of what is outside kept off the shortcuts; cross-validated "
                f"{held['accuracy']:.1%}, {held['calibration_error']:.3f}, {held['outside_kept']:.1%}."
            )
        points = sorted((float(key.rsplit(" ", 1)[1]), held[key]) for key in held if key.startswith("right at"))
        curves.append(Series(name, tuple(x for x, _ in points), tuple(y for _, y in points)))
        figures[name] = {features: dict(each) for features, each in tried.items()} | {
            "shipped": dict(shipped),
            "cross_validated": dict(held),
        }
    if rows:
        likeliest = min(rows, key=lambda row: float(row[-1] or 0.0))
        summary.append(f"The likeliest in cross-validation: {likeliest[0]}, reading {likeliest[1]}.")
    sentences, more, answered = acceptability(pairs, threshold) if pairs else ((), (), {})
    parts = (
        Table(
            "What the router may read",
            ("fast path", "features", "right", "calibration error", "outside kept", "sure", "wrong of sure", "nats"),
            tuple(rows),
            "Shares of the held-out queries; nats are those of a held-back query in cross-validation, by which the "
            "features are chosen.",
        ),
        Plot(
            "When it says so sure, how often is it right? (cross-validated)",
            "confidence",
            "share right",
            (Series("exactly as sure as right", (0.0, 1.0), (0.0, 1.0)), *curves),
        ),
        *more,
        Prose(
            "How it was measured",
            "Heads are trained on the same queries and differ in what they read. Fast paths named by a size were "
            "trained for this study alone, all on the same rows in the same order and for the same number of tokens, "
            "far fewer than the one that ships had. An answer of the fast path is as good as the core's if doctests or "
            "references say so; where they say the same of both or nothing, if it parses when the core's does and the "
            "core finds it at most half a nat a token less likely than its own. Both answer without memory.",
        ),
    )
    question = "What does the router classify by, is it as often right as it is sure, and do its shortcuts answer well?"
    return Report("router", question, (*summary, *sentences), parts, {**figures, "answers": answered})


def told_by(events: Sequence[TrainEvent]) -> dict[str, dict[str, float]]:
    """The figures of a training of the router."""
    return {event.observer: dict(event.figures) for event in events if isinstance(event, Observed)}


def _measure(
    name: str,
    fast: Transformer,
    tokenizer: Tokenizer,
    embedder: Embeds,
    options: RouterOptions,
    say: Callable[[str], None],
) -> dict[str, dict[str, float]]:
    events: list[TrainEvent] = []
    with tempfile.TemporaryDirectory(prefix="spark-study-") as place:
        for event in train_router(fast, tokenizer, embedder, Path(place) / "router.safetensors", options=options):
            events.append(event)
            if isinstance(event, Observed):
                say(f"{name}: {event.observer} {event.step:,}")
    return told_by(events)


class _Known:
    """An embedder that embeds each text once: every fast path meets the same ones."""

    def __init__(self, embedder: Embeds) -> None:
        self._embedder, self._vectors = embedder, dict[str, NDArray[np.float32]]()
        self.name, self.width = embedder.name, embedder.width

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return self._embedder.read(texts)

    def cost(self, texts: Sequence[str]) -> float:
        return self._embedder.cost(texts)
