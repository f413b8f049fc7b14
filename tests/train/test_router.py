"""Training the router on a tiny fast path: it learns, repeats itself, never peeks, and saves what it measured."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from engine.errors import SparkError
from engine.events import Flag
from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from engine.models.weights import load_tensors
from engine.procedures.pattern import normalise
from engine.record import Record, Turn
from engine.routing.assessment import CLASSES, Assessor, load_head
from engine.routing.categories import Category, Route
from engine.routing.queries import Query, load_queries, split
from train.events import Ended, Evaluated, Observed, Saved, Started, TrainEvent
from train.noise import noisy
from train.phrases import phrases, read_parts
from train.router import RouterOptions, fit_head, train_router
from train.router_data import Rows, lessons
from train.router_flags import Judged, judged_decisions, losses

TOKENIZER = ByteTokenizer()
QUICK = RouterOptions(candidates=(("last", "embedding"), ("embedding",)), noise=1, phrases=20, decays=(0.001,))


class WordHash:
    """Stands in for the sentence embedder: each word adds a fixed random direction."""

    name = "words"
    width = 384

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+|[^\w\s]|\n", text.lower()):
                vectors[row] += np.random.default_rng(zlib.crc32(word.encode())).normal(size=self.width)
            vectors[row] /= max(1e-6, float(np.linalg.norm(vectors[row])))
        return vectors

    def cost(self, texts: Sequence[str]) -> float:
        return float(sum(len(text.split()) for text in texts))


def fast() -> Transformer:
    return Transformer(ModelConfig(TOKENIZER.vocab_size, 1, 16, 2, 1, 32, context=64)).initialize(0).eval()


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    chosen = random.Random(3).sample(load_queries(), 260)
    return [query for query in chosen if len(query.text) < 120]


@pytest.fixture(scope="module")
def run(queries: list[Query], tmp_path_factory: pytest.TempPathFactory) -> tuple[list[TrainEvent], Path]:
    out = tmp_path_factory.mktemp("router") / "router.safetensors"
    return list(train_router(fast(), TOKENIZER, WordHash(), out, options=QUICK, queries=queries)), out


def figures(events: list[TrainEvent]) -> dict[str, float]:
    return next(e.figures for e in events if isinstance(e, Observed) and e.observer == "router")


def test_it_tells_its_story_in_order(run: tuple[list[TrainEvent], Path]) -> None:
    events, out = run
    assert isinstance(events[0], Started) and isinstance(events[-1], Ended)
    assert [type(e) for e in events if isinstance(e, Evaluated | Saved)] == [Evaluated, Saved]
    assert out.exists()


def test_it_learns_and_its_figures_make_sense(run: tuple[list[TrainEvent], Path], queries: list[Query]) -> None:
    events, _ = run
    got = figures(events)
    commonest = Counter(q.label for q in split(queries).test if q.label != "outside").most_common(1)[0][1]
    assert got["accuracy"] > 1.5 * commonest / sum(q.label != "outside" for q in split(queries).test)
    assert 0 <= got["calibration_error"] < 0.5 and got["temperature"] > 0
    assert got["queries"] == len(split(queries).test)


def test_the_saved_head_judges_as_it_was_measured(run: tuple[list[TrainEvent], Path], queries: list[Query]) -> None:
    events, out = run
    assessor = Assessor(fast(), TOKENIZER, load_head(out))
    test = [q for q in split(queries).test if q.label != "outside"]
    right = sum(assessor.assess(q.text, WordHash().embed([q.text])[0]).category == q.label for q in test)
    assert right / len(test) == pytest.approx(figures(events)["accuracy"])


def test_the_same_seed_gives_the_same_router(
    run: tuple[list[TrainEvent], Path], queries: list[Query], tmp_path: Path
) -> None:
    again = list(
        train_router(fast(), TOKENIZER, WordHash(), tmp_path / "r.safetensors", options=QUICK, queries=queries)
    )
    assert figures(again) == figures(run[0])
    ours, theirs = load_head(run[1]).state_dict(), load_head(tmp_path / "r.safetensors").state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_nothing_held_out_is_learned_from() -> None:
    data = split(load_queries())
    taught = lessons((*data.train, *data.calibration), data.test, folds=4, made=100)
    held = {normalise(query.text).lower() for query in data.test}
    assert not held & {normalise(lesson.text).lower() for lesson in taught}


def test_copies_and_relatives_are_judged_where_their_query_is() -> None:
    family = [
        Query("sort a list", "routine", "g1"),
        Query("a list, sorted", "routine", "g1"),
        Query("x =", "completion"),
    ]
    taught = lessons(family, (), folds=5, noise=2, made=10)
    assert len({lesson.fold for lesson in taught[:6]}) == 1  # two queries with two noisy copies each
    assert [lesson.clean for lesson in taught[:9]] == [True, False, False] * 3
    assert all(lesson.fold == -1 and not lesson.clean for lesson in taught[9:])


def test_what_ships_is_the_likeliest_and_its_held_back_rows_come_along(run: tuple[list[TrainEvent], Path]) -> None:
    events, out = run
    losses = {
        tuple(e.observer.removeprefix("router ").split(" + ")): e.figures["cross_validated_loss"]
        for e in events
        if isinstance(e, Observed) and "cross_validated_loss" in e.figures
    }
    assert load_head(out).config.features == min(losses, key=losses.__getitem__) and len(losses) == 2
    held = json.loads(load_tensors(out)[1]["held"])
    assert all(0 <= confidence <= 1 and right in (0, 1) for confidence, right in held)
    of_all = next(e.figures for e in events if isinstance(e, Observed) and e.observer == "router, cross-validated")
    assert len(held) == of_all["queries"]


def test_the_fit_is_that_of_scikit_learn() -> None:
    random_ = np.random.default_rng(0)
    x = random_.normal(size=(200, 6)).astype(np.float32)
    y = (x @ random_.normal(size=(6, 5))).argmax(1)
    parts = {"last": torch.from_numpy(x[:, :2]), "embedding": torch.from_numpy(x[:, 2:])}
    ones = torch.ones(200)
    rows = Rows(parts, torch.from_numpy(y), ones, torch.arange(200) % 4, ones.bool())
    decay = 0.01
    head = fit_head(rows, ("last", "embedding"), decay, 0, RouterOptions())
    standard = ((torch.from_numpy(x) - head.mean) / head.scale).numpy()
    # Its objective is sum of losses + |W|²/2C; ours is their mean + decay·|W|²/5.
    reference = LogisticRegression(C=5 / (2 * decay * 200), max_iter=5000, tol=1e-8).fit(standard, y)
    with torch.inference_mode():
        ours = torch.softmax(head(torch.from_numpy(x)), dim=1).numpy()
    assert np.abs(ours - reference.predict_proba(standard)).max() < 5e-3


def test_phrases_are_many_balanced_and_whole() -> None:
    made = phrases(0, 200)
    counts = Counter(query.label for query in made)
    assert set(counts) == set(CLASSES) and min(counts.values()) >= 150
    assert len({query.text for query in made}) == len(made)
    assert phrases(0, 200) == made != phrases(1, 200)
    assert not [query.text for query in made if re.search(r"\{[a-zA-Z]2?\}", query.text)]


def test_broken_parts_are_told(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="cannot be read"):
        read_parts(tmp_path / "none.txt")
    (tmp_path / "parts.txt").write_text("[completion]\nwrite {t}\n")
    with pytest.raises(SparkError, match="lack the sections debug, explain, outside, routine, small, t"):
        read_parts(tmp_path / "parts.txt")


@given(st.text(min_size=1, max_size=60), st.integers(0, 99))
def test_noise_takes_any_text(text: str, seed: int) -> None:
    assert isinstance(noisy(text, random.Random(seed)), str)


def test_noise_is_light_and_leaves_code_alone() -> None:
    chooser = random.Random(0)
    for _ in range(200):
        assert "def f(x):" in noisy("what is this\ndef f(x):", chooser)
        changed = noisy("how do i reverse a list", chooser).lower()
        assert sum(word in changed for word in ("how", "do", "i", "reverse", "a", "list")) >= 4


FLAGGED = [Judged("polish the brass kettle", Category.COMPLETION, False), Judged("zip zap zop", Category.DEBUG, True)]


def test_flags_teach_what_a_question_is_not(queries: list[Query]) -> None:
    taught = lessons(queries, (), folds=2, noise=0, made=0, flagged=FLAGGED)
    assert [lesson.label for lesson in taught[-2:]] == [
        CLASSES.index("completion") + len(CLASSES),
        CLASSES.index("debug"),
    ]
    assert all(lesson.fold == -1 and not lesson.clean for lesson in taught[-2:])
    held = [Query("zip zap zop", "explain")]
    assert (
        len(lessons(queries, held, folds=2, noise=0, made=0, flagged=FLAGGED)) == len(taught) - 1
    )  # the test stays one


def test_a_denied_class_loses_and_the_others_stay() -> None:
    chance = torch.Generator().manual_seed(0)
    x = torch.randn(120, 4, generator=chance)
    y = x.argmax(dim=1)
    parts = {"last": x, "embedding": x[:, :0]}
    ones = torch.ones(120)
    here = Rows(parts, y, ones, torch.zeros(120).long(), ones.bool())
    point = torch.tensor([[2.0, 1.5, 0.0, 0.0]])
    more = {"last": torch.cat([x, point]), "embedding": torch.zeros(121, 0)}
    weights, clean = torch.cat([ones, torch.tensor([30.0])]), torch.cat([ones, torch.zeros(1)]).bool()
    there = Rows(more, torch.cat([y, torch.tensor([len(CLASSES)])]), weights, torch.zeros(121).long(), clean)
    before, after = (
        torch.softmax(fit_head(rows, ("last",), 0.01, 0, RouterOptions())(point), dim=1)[0] for rows in (here, there)
    )
    assert before.argmax() == 0 and after.argmax() == 1 and after[0] < before[0]


def test_a_worse_router_is_not_shipped(
    run: tuple[list[TrainEvent], Path], queries: list[Query], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "own.safetensors"
    poison = [
        Judged(query.text + " now", Category(query.label), False) for query in queries if query.label != "outside"
    ]
    events = list(
        train_router(
            fast(), TOKENIZER, WordHash(), out, options=QUICK, queries=queries, flagged=poison * 3,
            current=load_head(run[1]),
        )
    )  # fmt: skip
    assert not out.exists()
    assert isinstance(events[-1], Ended) and events[-1].reason == "failed" and "worse" in events[-1].detail
    monkeypatch.setattr("train.router_flags.TOLERANCE", 0.2)  # one of so few test queries is much
    again = list(
        train_router(
            fast(), TOKENIZER, WordHash(), out, options=QUICK, queries=queries, flagged=FLAGGED,
            current=load_head(run[1]), metadata={"fast": "x"},
        )
    )  # fmt: skip
    observed = {e.observer: e.figures for e in again if isinstance(e, Observed)}
    assert observed["router before"]["accuracy"] == figures(run[0])["accuracy"]
    assert observed["router"]["wrong_flags"] == 1
    assert load_tensors(out)[1]["fast"] == "x"


def test_what_is_worse_is_named() -> None:
    old = {"accuracy": 0.95, "outside_kept": 0.97, "calibration_error": 0.03}
    assert losses(old, old) == [] == losses(old, {**old, "accuracy": 0.946, "calibration_error": 0.034})
    assert losses(old, {**old, "accuracy": 0.94, "calibration_error": 0.04}) == [
        "accuracy 0.950 → 0.940", "calibration error 0.030 → 0.040",
    ]  # fmt: skip


def test_only_flagged_shortcuts_are_lessons(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    try:
        with pytest.raises(SparkError, match="flag"):
            judged_decisions(record)
        for number, (path, flag) in enumerate(
            [(Route.FAST, Flag.WRONG), (Route.PROCEDURE, Flag.IMPORTANT), (Route.CORE, Flag.WRONG), (Route.FAST, None)]
        ):
            turn = Turn(f"t{number}", "s", float(number), f"q{number}", "a", path, Category.ROUTINE, 0.9)
            record.add_turn(turn)
            record.set_flag(turn.id, flag)
        assert judged_decisions(record) == [
            Judged("q0", Category.ROUTINE, False), Judged("q1", Category.ROUTINE, True),
        ]  # fmt: skip
    finally:
        record.close()
