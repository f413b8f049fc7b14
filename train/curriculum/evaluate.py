"""Held-out measurements of what the curriculum teaches, each beside a naive baseline.

python -m train.curriculum --measure core.safetensors --examples data/mind/heldout_chat.jsonl --count 100
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.checking import code_fault
from engine.context import build_prompt
from engine.errors import SparkError
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.routing.categories import Category
from engine.settings import GenerationSettings
from train.curriculum.example import Example

_THIRD_PERSON = re.compile(r"(?<=[a-z]{3})(?<!s)e?s\b(?=\W*$)")
"""`Read and return` in a document is `reads and returns` in an answer."""
Writer = Callable[[Example], str]
_MOST_TOKENS = 320


@dataclass(frozen=True)
class Figures:
    """Rates over `count` examples of one kind. `right`: every expected piece is in the answer.

    `parsed` is the share of answers whose code parses, None where the task asks for none; `baseline` is `right` of a
    rule without a model, and `rule` says which.
    """

    kind: str
    count: int
    right: float
    exact: float
    parsed: float | None
    baseline: float
    rule: str

    @property
    def margin(self) -> float:
        """Half the width of the 95% interval of `right` (normal approximation)."""
        return 1.96 * math.sqrt(max(self.right * (1 - self.right), 1e-9) / self.count)


@dataclass(frozen=True)
class MindReport:
    """Figures of every kind, in the order of the tasks."""

    figures: tuple[Figures, ...]

    def to_json(self) -> list[dict[str, object]]:
        """Plain dictionaries, for a report file."""
        return [asdict(figures) for figures in self.figures]

    def table(self) -> str:
        """A Markdown table."""
        lines = [
            "| held-out task | examples | right | exact | code parses | baseline | baseline rule |",
            "|---|---|---|---|---|---|---|",
        ]
        for f in self.figures:
            parsed = "" if f.parsed is None else f"{f.parsed:.0%}"
            right = f"{f.right:.0%} ± {f.margin:.0%}"
            lines.append(f"| {f.kind} | {f.count} | {right} | {f.exact:.0%} | {parsed} | {f.baseline:.0%} | {f.rule} |")
        return "\n".join(lines)


def read_examples(path: Path) -> list[Example]:
    """Examples as `build_mind` wrote them.

    Raises:
        SparkError: missing, or not such a file.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [_example(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SparkError(
            f"{path} holds no held-out examples ({error}); make them with python -m train.curriculum --out."
        ) from error


def _example(row: dict[str, object]) -> Example:
    fields = dict(row)
    fields["category"] = Category(str(row["category"])) if row["category"] else None
    fields["history"] = [tuple(turn) for turn in row["history"]]  # type: ignore[attr-defined]
    return Example(**fields)  # type: ignore[arg-type]


def model_writer(model: Transformer, tokenizer: Tokenizer) -> Writer:
    """Answers of a model, greedy."""
    from engine.models.generate import generate
    from engine.models.sampling import Sampling
    from engine.writing import copies_of

    sampling = Sampling.of(GenerationSettings(), _MOST_TOKENS, greedy=True)

    def write(example: Example) -> str:
        budget = model.config.context - 64
        prompt = build_prompt(tokenizer, example.text, example.memories, example.history, budget)
        copies = copies_of(prompt, tokenizer)
        return tokenizer.decode(generate(model, tokenizer, prompt.ids, sampling, copies=copies))

    return write


def evaluate_mind(
    model: Transformer, tokenizer: Tokenizer, examples: Sequence[Example], per_kind: int = 50
) -> MindReport:
    """Figures of a model on the first `per_kind` examples of each kind."""
    return measure(model_writer(model, tokenizer), examples, per_kind)


def measure(write: Writer, examples: Iterable[Example], per_kind: int) -> MindReport:
    """Figures of anything that answers."""
    kinds: dict[str, list[Example]] = {}
    for example in examples:
        kept = kinds.setdefault(measured_kind(example), [])
        if len(kept) < per_kind:
            kept.append(example)
    order = list(dict.fromkeys(example.task for kept in kinds.values() for example in kept))
    ordered = sorted(kinds.items(), key=lambda item: (order.index(item[1][0].task), item[0]))
    return MindReport(tuple(_figures(kind, kept, write) for kind, kept in ordered))


def measured_kind(example: Example) -> str:
    """What is reported together: documents alone, among distractors, absent; facts by where they were told; tasks."""
    if example.task == "documents":
        return f"documents, {example.kind.split(':')[-1]}"
    if example.task in ("facts", "notes") or example.kind in ("outside", "traceback alone"):
        return f"{example.task}, {example.kind}"
    return example.task


def _figures(kind: str, examples: list[Example], write: Writer) -> Figures:
    answers = [write(example) for example in examples]
    rule, baseline = _BASELINES[examples[0].task]
    count = len(examples)
    parsed = [
        parses(answer) for example, answer in zip(examples, answers, strict=True) if "```python" in example.answer
    ]
    return Figures(
        kind,
        count,
        sum(map(is_right, examples, answers)) / count,
        sum(answer.strip() == example.answer.strip() for example, answer in zip(examples, answers, strict=True))
        / count,
        sum(parsed) / len(parsed) if parsed else None,
        sum(is_right(example, baseline(example)) for example in examples) / count,
        rule,
    )


def is_right(example: Example, answer: str) -> bool:
    """Every expected piece stands in the answer."""
    return contains(answer, example.expected)


def contains(answer: str, expected: Iterable[str]) -> bool:
    """Whether every piece stands in the answer as whole words, whatever the case, the spaces and a verb's -s."""
    plain = _plain(answer)
    return all(re.search(rf"(?<!\w){re.escape(_plain(piece))}(?!\w)", plain) for piece in expected)


def parses(answer: str) -> bool:
    """Whether there is code in a fence, and all of it is Python (pieces of an indented block are fine)."""
    blocks = re.findall(r"```python\n(.*?)```", answer, re.DOTALL)
    return bool(blocks) and all(code_fault(block) is None for block in blocks)


def _plain(text: str) -> str:
    return " ".join(_THIRD_PERSON.sub("", word) for word in text.lower().split())


def _first_memory(example: Example) -> str:
    return example.memories[0] if example.memories else "\n".join(asked for asked, _ in example.history)


def _echo(example: Example) -> str:
    return f"```python\n{example.text}\n```"


def _last_line(example: Example) -> str:
    lines = [line for line in example.text.splitlines() if line.strip()]
    numbers = re.findall(r"line \d+", example.text)
    return f"{lines[-1]} {numbers[-1] if numbers else ''}"


_BASELINES: dict[str, tuple[str, Writer]] = {
    "documents": ("repeat the first memory", _first_memory),
    "facts": ("repeat the first memory", _first_memory),
    "notes": ("repeat the first memory", _first_memory),
    "completion": ("repeat the question", _echo),
    "composing": ("repeat the question", _echo),
    "classes": ("repeat the question", _echo),
    "explain": ("repeat the question", _echo),
    "debug": ("repeat the last line of the question and the last line number in it", _last_line),
    "dialogue": ("always the same answer", lambda _: "Hello! Ask me about Python, or show me some code."),
}
