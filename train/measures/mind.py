"""`spark study mind`: is a small core that reads the right memories worth more than one that does not?"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from engine.bundle import Bundle
from engine.checking import blocks
from engine.memory.embedder import Embedder
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.nervous_system import Spark
from engine.observation.perplexity import bits_per_byte
from engine.observation.report import Part, Prose, Report, Table, quoted
from engine.routing.categories import Route
from engine.settings import Home, Settings
from train.corpus.definitions import Definition
from train.corpus.documents import documents_of
from train.corpus.prepare import toy_definitions
from train.corpus.seeds import load_seeds
from train.curriculum.completion import function_words, tidied
from train.curriculum.evaluate import Figures
from train.curriculum.example import Example
from train.curriculum.marking import Marker
from train.curriculum.similar import Similar
from train.measures.asking import answer_of
from train.measures.completing import Completed, Leaned, Leans, completing, leaning
from train.measures.doctests import Doctested, Passed, composed_doctests, load_doctests, passing
from train.measures.looking_up import LookedUp, look_up
from train.measures.ngram import NGrams
from train.measures.reading import Reading, reading
from train.measures.remembering import Remembered, remember

BETWEEN = (1, 10, 100)
_FUNCTIONS = 100
_Tell = Callable[[str], None]


@dataclass(frozen=True)
class Materials:
    """`examples`: held-out examples as `python -m train.curriculum --out` writes them; `texts`: held-out text to
    compress, by name; `counted`: text for the 5-gram model to count; `functions`: code to read before writing."""

    examples: Sequence[Example]
    texts: dict[str, list[str]]
    counted: Sequence[str]
    functions: Sequence[Definition]


def study_mind(folder: Path, materials: Materials, count: int, progress: _Tell = lambda _: None) -> Report:
    """Measure the bundle in `folder` on `count` examples of each kind.

    Raises:
        SparkError: the bundle or the held-out material cannot be read.
    """
    bundle = Bundle.load(folder)
    core, fast, tokenizer = bundle.core(), bundle.fast(), bundle.tokenizer
    readings = [
        reading(n, m, tokenizer, materials.examples, count, progress) for n, m in (("core", core), ("fast", fast))
    ]
    compressed = _compressed(core, fast, tokenizer, materials, progress)
    completions = [e for e in materials.examples if e.task == "completion"]
    completed = completing(core, tokenizer, completions[: 2 * count], progress)
    leaned = _leaned(core, tokenizer, completions, materials.functions, Marker(Embedder.load(half=True)))
    with tempfile.TemporaryDirectory(prefix="spark-study-") as place:
        spark = Spark.open(Home(Path(place)), Settings(), bundle=folder)
        try:
            ran = {route.value: _doctested(spark, route, 3 * count, progress) for route in (Route.CORE, Route.FAST)}
            for target in ("handbook", "stdlib"):
                progress(f"learning {target}")
                spark.memory.add_documents(documents_of(target))
            looked = look_up(spark, count, progress=progress)
            remembered = [remember(spark, between, min(count, 30), progress=progress) for between in BETWEEN]
        finally:
            spark.close()
    return Report(
        "mind",
        "What does a small core know, and what does it know when it may read?",
        _summary(readings[0], looked, remembered, completed, leaned),
        _parts(readings, compressed, completed, ran, leaned, looked, remembered),
        {
            "reading": {r.named: [asdict(f) for f in r.having] for r in readings},
            "without_memory": {r.named: [asdict(f) for f in r.without] for r in readings},
            "bits_per_byte": {name: dict(row) for name, row in compressed.items()},
            "completing": asdict(completed),
            "doctests": {name: [asdict(one) for one in passed] for name, passed in ran.items()},
            "leaning": {**asdict(leaned), "saved": leaned.saved, "saved_by_others": leaned.saved_by_others},
            "looking_up": [{k: v for k, v in asdict(one).items() if k != "failures"} for one in looked],
            "remembering": [asdict(r) for r in remembered],
        },
    )


def _compressed(
    core: Transformer, fast: Transformer, tokenizer: Tokenizer, materials: Materials, progress: _Tell
) -> dict[str, dict[str, float]]:
    """Bits per byte of each held-out text under core, fast path and 5-grams."""
    grams = NGrams(tokenizer.vocab_size)
    for text in materials.counted:
        grams.read(tokenizer.encode(text))
    table: dict[str, dict[str, float]] = {}
    for name, texts in materials.texts.items():
        progress(f"bits per byte of {name}")
        row = {n: bits_per_byte(m, tokenizer, texts).bits_per_byte for n, m in (("core", core), ("fast", fast))}
        table[name] = {**row, "5-grams": grams.bits_per_byte(tokenizer, texts).bits_per_byte}
    return table


def _doctested(spark: Spark, route: Route, composed: int, progress: _Tell) -> tuple[Passed, ...]:
    """Completions of small functions by one path, checked before speaking, without memory."""
    trained = "\n".join([*(seed.answer for seed in load_seeds()), *(toy.source for toy in toy_definitions())])
    kinds: dict[str, list[Doctested]] = {"name seen in training": [], "name never seen": []}
    for function in load_doctests():
        kinds["name seen in training" if f"def {function.name}(" in trained else "name never seen"].append(function)
    kinds["combination never seen"] = composed_doctests(composed)
    answer = partial(answer_of, spark, path=route, use_memory=False)
    return passing(lambda text: answer(text).answer, kinds, progress)


def _leaned(
    core: Transformer,
    tokenizer: Tokenizer,
    completions: Sequence[Example],
    functions: Sequence[Definition],
    marker: Marker,
) -> Leaned:
    """Held-out beginnings beside the functions nearest to what is seen of them: of other modules, or of any."""
    rng = random.Random(0)
    alike = Similar(functions, function_words)
    wanted = [example for example in completions if example.kind.startswith("corpus")][:_FUNCTIONS]
    leans = []
    for example in wanted:
        code = blocks(example.answer)[0][1].strip()
        near = [f for f in alike.nearest_to(example.text, 12) if (tidied(f.source) or "").strip() != code]
        home = {f.module for f in functions if (tidied(f.source) or "").strip() == code}
        others = [f for f in near if f.module not in home]
        contexts = (others[:2], near[:2], rng.sample(functions, 2))
        beside = marker.mark(replace(example, memories=_sources(context)) for context in contexts)
        leans.append(Leans(example, *(one.memories for one in beside)))
    return leaning(core, tokenizer, leans)


def _sources(functions: Sequence[Definition]) -> list[str]:
    return [source.strip() for function in functions if (source := tidied(function.source))]


def _summary(
    core: Reading, looked: list[LookedUp], remembered: list[Remembered], completed: Completed, leaned: Leaned
) -> tuple[str, ...]:
    said = [
        f"Asked about {one.what} (one of thousands of documents is the right one), the core answers {one.right:.0%} "
        f"rightly through its own recall, {one.without:.0%} without memory."
        for one in looked
    ]
    said += [
        f"A fact told {one.turns_between} turns ago is answered in {one.right:.0%} of {one.count}."
        for one in remembered
    ]
    said.append(
        f"Completions parse in {completed.parses:.0%} as written, in {completed.parses_checked:.0%} after checking, at "
        f"{completed.cost:.2f} times the compute."
    )
    said.append(
        f"Reading two like functions first lowers the bits of held-out functions by {leaned.saved:.0%}, by "
        f"{leaned.saved_by_others:.0%} where they come from other modules only."
    )
    return tuple(said)


def _parts(
    readings: list[Reading],
    compressed: dict[str, dict[str, float]],
    completed: Completed,
    ran: dict[str, tuple[Passed, ...]],
    leaned: Leaned,
    looked: list[LookedUp],
    remembered: list[Remembered],
) -> tuple[Part, ...]:
    core, fast = readings
    without = {figures.kind: figures for figures in core.without}
    reflex = {figures.kind: figures for figures in fast.having}
    return (
        Table(
            "Held-out tasks: share of right answers",
            ("task", "examples", "core", "±", "core, no memory", "fast path", "baseline", "baseline rule"),
            tuple(_row(f, without.get(f.kind), reflex[f.kind]) for f in core.having),
        ),
        Table(
            "Bits per byte of held-out text",
            ("text", *next(iter(compressed.values()), {})),
            tuple((name, *row.values()) for name, row in compressed.items()),
        ),
        Table(
            "Through our own recall",
            ("asked about", "questions", "found", "right", "right, no memory", "owns up when not found"),
            tuple((o.what, o.count, o.found, o.right, o.without, o.honest) for o in looked),
        ),
        Table(
            "Facts that were told",
            ("turns between", "facts", "recalled", "right", "right, no memory"),
            tuple((o.turns_between, o.count, o.found, o.right, o.without) for o in remembered),
        ),
        Table(
            "Completions",
            ("examples", "parse as written", "parse after checking", "compute of checking", "loop", "next line exact"),
            (_completions(completed),),
        ),
        Table(
            "Small functions from their docstring: all doctests pass",
            ("path", *(f"{one.kind} ({one.count})" for one in next(iter(ran.values()), ()))),
            tuple((name, *(one.share for one in passed)) for name, passed in ran.items()),
        ),
        Table(
            "Reading like functions before writing: bits per byte",
            ("functions", "alone", "like ones of other modules", "like ones", "unlike ones"),
            ((leaned.count, leaned.alone, leaned.of_others, leaned.like, leaned.unlike),),
        ),
        Prose("Where it fails", "\n".join(_failures(looked))),
    )


def _row(core: Figures, without: Figures | None, fast: Figures) -> tuple[str | float | int | None, ...]:
    blind = None if without is None else without.right
    return (core.kind, core.count, core.right, core.margin, blind, fast.right, core.baseline, core.rule)


def _completions(of: Completed) -> tuple[float, ...]:
    return (of.count, of.parses, of.parses_checked, of.cost, of.loops, of.next_line)


def _failures(looked: list[LookedUp]) -> list[str]:
    return [
        f"- {quoted(question)} → {quoted(answer, 160)}; wanted {quoted(wanted, 120)}"
        for one in looked
        for question, answer, wanted in one.failures
    ] or ["Nowhere, this time."]
