"""How long a person waits, and what drafting and a kept prefix save: what `spark bench turn` measures."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from engine.context import Prompt
from engine.errors import SparkError
from engine.events import Answered, ProcedureFound, Wrote
from engine.fit import BEST
from engine.models.generate import Tally, generate
from engine.models.sampling import Sampling
from engine.nervous_system import Spark
from engine.observation.interleave import interleave
from engine.observation.references import load_references
from engine.routing.categories import Route
from engine.writing import Writer, Writing, copies_of

ROUTINE = "how do i convert a string to int"
COMPLETION = "def is_even(n):"
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody might ask, with what there is to read, each beginning with how well it fits (engine/fit.py)."""

    text: str
    memories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """Writing with drafting beside writing without, the same tokens: `ratio` of the seconds, and what was guessed."""

    tokens: int
    plain_per_s: float
    drafted_per_s: float
    ratio: float
    drafted: int
    accepted: int
    same: bool


def read_examples(path: Path | None, most: int) -> list[Example]:
    """Rows `{"text", "memories"?}` of a JSON Lines file; without one, the shipped queries with an answer to read.

    Raises:
        SparkError: the file cannot be read, or holds no such rows.
    """
    if path is None:
        known = [reference for reference in load_references() if reference.answer]
        return [Example(one.text, (f"{BEST} {one.answer}",)) for one in known[:most]]
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        step = max(len(rows) // most, 1)  # spread over the file, which may be sorted
        return [Example(str(row["text"]), tuple(map(str, row.get("memories", ())))) for row in rows[::step][:most]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SparkError(f'{path} does not hold rows with a "text" ({error}).') from error


def first_tokens(spark: Spark, rounds: int) -> dict[str, float]:
    """Milliseconds from asking to the first token by each path, and of a whole answer from a procedure (median): where
    memory has what `ROUTINE` asks for, or nothing right is there to be learned."""
    figures: dict[str, float] = {}
    for path in (Route.FAST, Route.CORE):
        waits = [_first(spark, COMPLETION, path) for _ in range(rounds + 1)][1:]
        figures[f"{path.value}_first_token_ms"] = median(waits)
    for _ in range(_ATTEMPTS):
        events = list(spark.reply(ROUTINE))
        if any(isinstance(event, ProcedureFound) for event in events):
            break
    else:
        return figures
    hits = []
    for number in range(rounds):
        spark.assess(f"something else, number {number}")  # or the embedding of the question would still be known
        began = time.perf_counter()
        next(event for event in spark.reply(ROUTINE) if isinstance(event, Wrote))
        hits.append((time.perf_counter() - began) * 1000)
    figures["cache_hit_ms"] = median(hits)
    return figures


def _first(spark: Spark, text: str, path: Route) -> float:
    answered = [
        event
        for event in spark.reply(text, path=path, max_tokens=8, use_memory=False, remember=False)
        if isinstance(event, Answered)
    ]
    return answered[-1].ms.first_token


def prefix_kept(spark: Spark, rounds: int, length: int = 600) -> dict[str, float]:
    """Milliseconds to the first token of a second turn: cold, and with the first turn's text still in the cache."""
    writer = spark.writer(Route.CORE)
    long_memory = writer.tokenizer.decode(
        writer.tokenizer.encode("The quick brown fox reads the notes. " * length)[:180]
    )
    first = writer.lay_out("what does os.path.join do?", [long_memory] * 4, [], length * 2)
    second = Prompt([*first.ids, *writer.tokenizer.encode("It joins parts of a path. And the second one?")], (), False)

    def wait(prompt: Prompt) -> float:
        began = time.perf_counter()
        next(iter(Writing(writer, prompt, Sampling(temperature=0, max_tokens=1))), None)
        return (time.perf_counter() - began) * 1000

    cold, warm = [], []
    for _ in range(rounds):
        writer.cache.rewind(0)
        cold.append(wait(second))
        writer.cache.rewind(0)
        wait(first)
        warm.append(wait(second))
    return {
        "prefix_tokens": float(len(first.ids)),
        "cold_ms": median(cold),
        "kept_ms": median(warm),
        "share": median(warm) / median(cold),
    }


def drafting(spark: Spark, examples: Sequence[Example], tokens: int, rounds: int = 2) -> Drafted:
    """Greedy answers of the core with drafting and without, interleaved example by example; prompts are read before."""
    writer = spark.writer(Route.CORE)
    sampling = Sampling.of(spark.settings.generation, tokens, greedy=True)
    seconds = {"plain": 0.0, "drafted": 0.0}
    written, same, total = 0, True, Tally()
    for example in examples:
        prompt = writer.lay_out(example.text, list(example.memories), [], writer.config.context - tokens)
        writer.model.read(prompt.ids[writer.cache.keep_common(prompt.ids) :], writer.cache)
        found: dict[str, list[int]] = {}
        tally = Tally()

        def plain(prompt: Prompt = prompt, found: dict[str, list[int]] = found) -> None:
            found["plain"] = _write(writer, prompt, sampling, None)

        def drafted(prompt: Prompt = prompt, found: dict[str, list[int]] = found, tally: Tally = tally) -> None:
            tally.drafted = tally.accepted = 0
            found["drafted"] = _write(writer, prompt, sampling, tally)

        for name, taken in interleave({"plain": plain, "drafted": drafted}, rounds).items():
            seconds[name] += median(taken)
        same = same and found["plain"] == found["drafted"]
        written += len(found["plain"])
        total.drafted += tally.drafted
        total.accepted += tally.accepted
    return Drafted(
        written,
        written / seconds["plain"],
        written / seconds["drafted"],
        seconds["plain"] / seconds["drafted"],
        total.drafted,
        total.accepted,
        same,
    )


def _write(writer: Writer, prompt: Prompt, sampling: Sampling, tally: Tally | None) -> list[int]:
    copies = copies_of(prompt, writer.tokenizer)
    drafter = None if tally is None or writer.drafting is None else writer.drafting.begin(prompt.ids, copies)
    return list(
        generate(
            writer.model, writer.tokenizer, prompt.ids, sampling,
            cache=writer.cache, drafter=drafter, tally=tally, copies=copies,
        )
    )  # fmt: skip
