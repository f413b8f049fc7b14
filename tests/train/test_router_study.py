"""`spark study router`: what it tells of trainings, small fast paths and answers; a stopped study goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from sklearn.metrics import roc_auc_score

from engine.bundle import Bundle
from engine.memory.embedder import Embedder
from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from engine.observation.report import Table
from engine.observation.stages import Stages
from engine.routing.categories import Category
from engine.routing.queries import load_lessons, load_queries, split
from engine.settings import Home, load_settings
from engine.writing import fast_writer
from tests.engine.tiny import tiny_bundle
from train import router_sizes
from train import router_study as router_study_module
from train.acceptable import MARGIN, Pair, acceptability, as_json, completions, likelihood, ranks
from train.events import Observed
from train.router_sizes import small_fast_path
from train.router_study import Plan, router_study, study_router

TRIED = {
    "accuracy": 0.9, "calibration_error": 0.02, "outside_kept": 0.97, "confident": 0.8, "confident_error": 0.01,
    "decay": 0.001,
}  # fmt: skip
WHOLE = {"accuracy": 0.913, "calibration_error": 0.02, "calibration_floor": 0.03, "outside_kept": 0.97}
FIGURES = {
    "router embedding": {**TRIED, "cross_validated_loss": 0.4},
    "router last + embedding": {**TRIED, "cross_validated_loss": 0.3},
    "router, cross-validated": {**WHOLE, "right at 0.90": 0.9},
    "router": WHOLE,
    "reading queries": {"of": 3.0},
}
GOOD = Pair("def f(x):", True, 0.9, "    return x", "    return x", -0.5, -0.4, -0.3, None, None)


def test_it_tells_what_was_measured() -> None:
    report = router_study({"tiny": FIGURES})
    table = report.parts[0]
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == ["last + embedding", "embedding"]  # the likeliest first
    assert "91.3%" in report.summary[0] and "last + embedding" in report.summary[1]
    assert report.figures["answers"] == {}


@pytest.mark.parametrize(
    ("changed", "acceptable"),
    [
        ({}, True),
        ({"fast": "  "}, False),
        ({"liked": -0.4 - MARGIN - 0.01}, False),
        ({"fast_right": True, "core_right": False, "liked": -9.0}, True),
        ({"fast_right": False, "core_right": True}, False),
        ({"fast_right": False, "core_right": False}, True),  # wrong alike: as good as the core's
        ({"fast": "    return (x\n", "core": "    return x\n"}, False),
        ({"fast": "    return (x\n", "core": "    return (\n"}, True),
    ],
)
def test_as_good_as_the_core(changed: dict[str, object], acceptable: bool) -> None:
    assert replace(GOOD, **changed).acceptable is acceptable  # type: ignore[arg-type]


def test_only_what_was_sent_counts_and_figures_add_up() -> None:
    pairs = [
        GOOD,
        replace(GOOD, confidence=0.95, fast_right=False, core_right=True),
        replace(GOOD, confidence=0.5, fast=""),
        replace(GOOD, completion=False, fast=""),
    ]
    _, parts, figures = acceptability(pairs, 0.8)
    assert (figures["asked"], figures["sent"], figures["acceptable"], figures["judged"]) == (4, 2, 0.5, 1)
    assert figures["right_core"] == 1.0 and figures["right_fast"] == 0.0
    assert isinstance(parts[0], Table) and sum(int(row[1] or 0) for row in parts[0].rows) == 3
    assert acceptability(pairs, 0.99)[2] == {}
    assert [Pair(**row) for row in as_json(pairs)] == pairs  # type: ignore[arg-type]
    assert "as good" in " ".join(router_study({"tiny": FIGURES}, pairs).summary)


def test_ranks_are_the_area_under_the_roc_curve() -> None:
    chance = random.Random(0)
    scores = [chance.choice((0.1, 0.2, 0.3, 0.4)) for _ in range(60)]
    good = [chance.random() < score + 0.3 for score in scores]
    assert ranks(scores, good) == pytest.approx(roc_auc_score(good, scores))
    assert ranks([0.5], [True]) is None


def test_likelihood_is_that_of_the_answers_tokens() -> None:
    tokenizer = ByteTokenizer()
    model = Transformer(ModelConfig(tokenizer.vocab_size, 2, 16, 2, 1, 32, context=64)).initialize(1).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    writer = fast_writer(model, tokenizer)
    prompt = writer.prompt("hi", [], [], 32).ids
    told, expected = list(prompt), []
    for token in tokenizer.encode("yes"):
        with torch.inference_mode():
            expected.append(float(torch.log_softmax(model(torch.tensor([told]))[0, -1], 0)[token]))
        told.append(token)
    assert likelihood(model, writer, "hi", "yes") == pytest.approx(sum(expected) / 3, abs=1e-5)
    assert likelihood(model, writer, "hi", "") == float("-inf")


def test_completions_are_of_every_kind_and_nobody_learned_from_them() -> None:
    asked = completions(30)
    data = split(load_queries())
    taught = {query.text for query in (*data.train, *data.calibration, *load_lessons())}
    assert len(asked) == 30 and not taught & {one.text for one in asked}
    assert [one.right("nonsense") for one in asked[:3]] == [False, False, None]


def test_a_stage_is_done_once_until_the_study_is_whole(tmp_path: Path) -> None:
    done: list[str] = []

    def make(name: str) -> dict[str, float]:
        done.append(name)
        return {name: 1.5}

    for _ in range(2):  # the second time as after a stop
        stages = Stages(tmp_path / "s")
        assert stages.once("a", "1", partial(make, "x")) == {"x": 1.5}
    assert stages.once("a", "2", partial(make, "y")) == {"y": 1.5}  # of something else
    next((tmp_path / "s").glob("a-*")).write_text("{")  # half a file
    stages.once("a", "1", partial(make, "x"))
    stages.once("a", "2", partial(make, "y"))
    assert len(done) == 3
    stages.clear()
    assert not (tmp_path / "s").exists()


def test_a_stopped_study_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_bundle(tmp_path / "tiny", Category.COMPLETION)
    bundle, home, plan, trained = Bundle.load(folder), Home(tmp_path / "home"), Plan(sizes=("1m",), answers=3), []
    home.create()
    settings = replace(load_settings(home), generation=replace(load_settings(home).generation, max_tokens=4))

    def fake_training(*_: object, **__: object) -> Iterator[Observed]:
        trained.append(1)
        yield from (Observed(1, name, figures) for name, figures in FIGURES.items())

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(router_study_module, "train_router", fake_training)
    monkeypatch.setattr(router_study_module, "small_fast_path", lambda *_: (bundle.fast(), bundle.tokenizer))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(router_study_module, "answer_both", stopped)
        study_router([folder], plan, home, settings, Embedder.load(), print)
    report = study_router([folder], plan, home, settings, Embedder.load(), print)
    assert len(trained) == 2  # the bundle's and that of one size, once each
    assert report.figures["answers"]["asked"] == 3  # type: ignore[call-overload, index]
    assert not (home.studies / "router-unfinished").exists()


def test_a_small_fast_path_is_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    model, tokenizer = small_fast_path("1m", ["toy"], 1, tmp_path, said.append)
    assert model.config.vocab_size == tokenizer.vocab_size and said == ["a fast path of 1m: step 1 of 1"]
    monkeypatch.setattr(router_sizes, "open_run", None)
    again, _ = small_fast_path("1m", ["toy"], 1, tmp_path)
    assert torch.equal(again.embedding.weight, model.embedding.weight)
