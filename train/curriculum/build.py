"""The whole curriculum as packed rows on disk: plain code, questions and answers, and what is held out of both."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.memory.embedder import Embedder
from engine.memory.reading import Embeds
from engine.models.tokenizer import Tokenizer
from train.corpus.build import Corpus, build_corpus
from train.corpus.code import module_texts
from train.corpus.packing import pack_stream
from train.corpus.prepare import default_cache, toy_definitions
from train.corpus.seeds import load_seeds
from train.curriculum import (
    classes,
    completion,
    composed,
    debug,
    dialogue,
    document_questions,
    explain,
    notes,
    remembered_facts,
)
from train.curriculum.example import Example, Material
from train.curriculum.marking import Marker, with_near
from train.curriculum.packing import Encoded, encode, pack_examples

Task = Callable[[Material, random.Random], Iterator[Example]]

TASKS: dict[str, Task] = {
    module.TASK: module.examples
    for module in (dialogue, notes, document_questions, remembered_facts, completion, composed, classes, explain, debug)
}
SHARES = {
    "dialogue": 0.15,
    "notes": 0.15,
    "documents": 0.19,
    "facts": 0.11,
    "completion": 0.13,
    "composing": 0.11,
    "classes": 0.04,
    "explain": 0.07,
    "debug": 0.05,
}
"""Parts of the answer tokens."""


@dataclass(frozen=True)
class Limits:
    """How much to make: tokens of rows, and held-out examples a task."""

    code_tokens: int = 10_000_000
    chat_tokens: int = 12_000_000
    held_out_code_tokens: int = 300_000
    held_out_examples: int = 300
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))


def materials(corpus: Corpus) -> tuple[Material, Material]:
    """(train, held out): other modules; other phrasings of the same talk; the toy functions are for training."""
    train_seeds, held_out_seeds = dialogue.split_seeds(load_seeds())
    toy = toy_definitions()
    return Material(corpus.train, toy, train_seeds), Material(corpus.held_out, [], held_out_seeds, held_out=True)


def build_mind(
    tokenizer: Tokenizer,
    context: int,
    out_dir: Path,
    seed: int = 0,
    limits: Limits | None = None,
    cache: Path | None = None,
    embedder: Embeds | None = None,
) -> dict[str, object]:
    """Write code, chat and held-out rows (safetensors), held-out examples (JSONL) and report.json; gives the report.

    `embedder` says how well memories fit; None: the one that memory uses.
    """
    limits = limits or Limits()
    out_dir.mkdir(parents=True, exist_ok=True)
    corpus = build_corpus(cache or default_cache())
    embedder = embedder or Embedder.load(half=True)
    learn, measure = (with_near(material, embedder) for material in materials(corpus))
    marker = Marker(embedder)

    code = pack_stream("code", module_texts(corpus.train, seed), tokenizer, context, limits.code_tokens)
    code.save(out_dir / "code.safetensors")
    held_out_texts = list(module_texts(corpus.held_out, seed))
    held_out_code = pack_stream("heldout_code", held_out_texts, tokenizer, context, limits.held_out_code_tokens)
    held_out_code.save(out_dir / "heldout_code.safetensors")
    with (out_dir / "heldout_code.jsonl").open("w", encoding="utf-8") as lines:  # what `spark eval` reads
        lines.writelines(json.dumps({"text": text}) + "\n" for text in held_out_texts)

    encoded, counts = encoded_examples(learn, marker, tokenizer, context, seed, limits)
    chat = pack_examples("chat", encoded, tokenizer.pad, context)
    chat.save(out_dir / "chat.safetensors")

    held_out_rows: dict[str, int] = {}
    with (out_dir / "heldout_chat.jsonl").open("w", encoding="utf-8") as lines:
        for task in TASKS:
            kept = held_out_examples(task, measure, marker, tokenizer, context, seed, limits.held_out_examples)
            lines.writelines(json.dumps(example.to_json()) + "\n" for example, _ in kept)
            rows = pack_examples(f"heldout_{task}", [piece for _, piece in kept], tokenizer.pad, context)
            rows.save(out_dir / f"heldout_chat_{task}.safetensors")
            held_out_rows[task] = rows.rows
    used = int((chat.tokens != tokenizer.pad).sum())
    report: dict[str, object] = {
        "context": context,
        "seed": seed,
        "vocabulary": tokenizer.vocab_size,
        "code": {"rows": code.rows, "tokens": code.rows * context},
        "heldout_code": {"rows": held_out_code.rows},
        "chat": {
            "rows": chat.rows,
            "tokens": used,
            "answer_tokens": chat.targets,
            "filled": round(used / chat.tokens.numel(), 4),
        },
        "heldout_chat_rows": held_out_rows,
        "tasks": counts,
        "seeds": len(learn.seeds),
        "corpus": corpus.report(),
    }
    (out_dir / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def encoded_examples(
    material: Material, marker: Marker, tokenizer: Tokenizer, context: int, seed: int, limits: Limits
) -> tuple[list[Encoded], dict[str, dict[str, float]]]:
    """Examples until `limits.chat_tokens`, each time from the task that is furthest behind its share of answers."""
    streams = {task: marker.mark(TASKS[task](material, random.Random(f"{seed}/{task}"))) for task in limits.shares}
    answers: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    examples: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    encoded: list[Encoded] = []
    while sum(tokens.values()) < limits.chat_tokens:
        task = min(limits.shares, key=lambda name: answers[name] / limits.shares[name])
        found = encode(next(streams[task]), tokenizer, context)
        if found is None:
            dropped[task] += 1
            continue
        encoded.append(found)
        answers[task] += found.answer
        tokens[task] += len(found.ids)
        examples[task] += 1
    random.Random(f"{seed}/order").shuffle(encoded)
    counts: dict[str, dict[str, float]] = {
        task: {
            "examples": examples[task],
            "tokens": tokens[task],
            "answer_tokens": answers[task],
            "share_of_answers": round(answers[task] / sum(answers.values()), 4),
            "dropped": dropped[task],
        }
        for task in limits.shares
    }
    return encoded, counts


def held_out_examples(
    task: str, material: Material, marker: Marker, tokenizer: Tokenizer, context: int, seed: int, count: int
) -> list[tuple[Example, Encoded]]:
    """Different examples of one task from held-out material, with their tokens."""
    kept: dict[tuple[str, str], tuple[Example, Encoded]] = {}
    stream = marker.mark(TASKS[task](material, random.Random(f"{seed}/heldout/{task}")))
    for _ in range(count * 6):
        example = next(stream, None)
        if example is None or len(kept) >= count:
            break
        piece = encode(example, tokenizer, context)
        if piece:
            kept.setdefault((example.text, example.answer), (example, piece))
    return list(kept.values())
