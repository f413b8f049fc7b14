"""`spark cache judge`: what the procedures would take for the same question, and how right that is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home, load_settings
from spark_tui.commands.shared import HomeOption, JsonOption, Skipped, one_line, read_rows
from spark_tui.plain import emit, figure, note, say

Question = str | tuple[tuple[str, str], ...]
"""What was learned from: a text, or (question, answer) pairs of a template."""
Pair = tuple[Question, str, bool | None]
"""What was learned, what is asked, and whether it is the same, where the row says so."""
TOGETHER = 128
"""Pairs embedded at once."""


def judge(
    file: Annotated[Path, typer.Argument(metavar="PAIRS.jsonl", help='Rows {"a", "b"}; - reads stdin.')],
    summary: Annotated[bool, typer.Option("--summary", help='Only the figures, of rows with "same".')] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Would b be answered from a procedure learned from a? Changes nothing on disk.

    "a" is a text, or a list of [question, answer] pairs that make a template. Where rows also say "same": true or
    false, the figures follow: how many of the same are answered, and how many of those that differ.

    \b
    Example:
      echo '{"a": "how do I sort a list?", "b": "How do I sort a list"}' | spark cache judge --json -
      spark cache judge pairs.jsonl --summary
    """
    from engine.memory.embedder import Embedder
    from engine.procedures import judge as judged
    from engine.procedures import judge_template
    from engine.procedures.tally import tally

    load_settings(Home.find(home))  # so that a broken config.toml is told of here as everywhere
    embedder = Embedder.load()
    skipped = Skipped(str(file))
    pairs = _pairs(file, skipped)
    rows, labelled = 0, []
    while some := list(islice(pairs, TOGETHER if str(file) != "-" else 1)):
        texts = list(dict.fromkeys(text for a, b, _ in some for text in (_first(a), b)))
        vectors = dict(zip(texts, embedder.embed(texts), strict=True))
        for a, b, same in some:
            cosine = float(vectors[_first(a)] @ vectors[b])
            answer: dict[str, object] = {}
            if isinstance(a, str):
                hit, similarity, why = judged(a, b, lambda *_, alike=cosine: alike)
            else:
                hit, similarity, why, filled = judge_template(a, b, lambda *_, alike=cosine: alike)
                answer = {"answer": filled}
            rows += 1
            if same is not None:
                labelled.append((same, hit, cosine))
            if as_json and not summary:
                emit({"a": a, "b": b, "hit": hit, "similarity": similarity, "why": why, **answer})
            elif not summary:
                say(f"{'hit ' if hit else 'miss'} {figure(similarity):>3}  {one_line(b, 60)} — {why}")
    skipped.sum_up()
    if skipped.count and not rows:
        raise SparkError(f"No row of {file} could be judged.")
    if summary and not labelled:
        raise SparkError(f'No row of {file} says whether its texts are the same ("same": true or false).')
    if labelled and summary and as_json:
        emit(tally(labelled).as_json())
    elif labelled:
        (note if as_json else say)(str(tally(labelled)))


def _pairs(file: Path, skipped: Skipped) -> Iterator[Pair]:
    for number, row in read_rows(file):
        if isinstance(row, str):
            skipped(number, row)
            continue
        learned, asked, same = _learned(row.get("a")), row.get("b"), row.get("same")
        if learned is None or not isinstance(asked, str):
            skipped(number, 'it has no texts "a" and "b"')
        else:
            yield learned, asked, same if isinstance(same, bool) else None


def _learned(a: object) -> Question | None:
    if isinstance(a, str):
        return a
    if not isinstance(a, list) or not a:
        return None
    pairs = [(each[0], each[1]) for each in a if isinstance(each, list) and len(each) == 2]
    texts = [text for pair in pairs for text in pair]
    return tuple(pairs) if len(pairs) == len(a) and all(isinstance(text, str) for text in texts) else None


def _first(learned: Question) -> str:
    return learned if isinstance(learned, str) else learned[0][0]
