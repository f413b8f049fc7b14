"""The loop learns, stops when asked, notices a loss that is no number, and resumes to the same bits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch

from engine.errors import SparkError
from engine.models.weights import load_model
from tests.train.tiny_runs import (
    CONTEXT,
    TOKENIZER,
    checkpoints,
    of_kind,
    tiny_mixture,
    tiny_model,
    tiny_options,
    tiny_rows,
)
from train.events import Ended, Evaluated, Observed, Paused, Problem, Sample, Saved, Started, Step, TrainEvent
from train.optimizer import OptimizerOptions
from train.options import Controls
from train.samples import Prompt
from train.trainer import train


def test_a_model_learns_and_says_so(tmp_path: Path) -> None:
    events = list(
        train(
            tiny_model(),
            tiny_mixture(),
            tiny_options(150, evaluate_every=75, sample_every=75, sample_tokens=8, observe_every=50),
            tmp_path,
            heldout=[tiny_rows("same text")],
            tokenizer=TOKENIZER,
            prompts=[Prompt("def a")],
        )
    )
    assert isinstance(events[0], Started)
    assert events[0].parameters == tiny_model().parameter_count()
    steps = of_kind(events, Step)
    assert [step.step for step in steps] == list(range(1, 151))
    assert steps[0].loss > 5  # about ln 262 at first
    assert steps[-1].loss < 1.5
    assert steps[-1].tokens == 150 * 4 * CONTEXT
    evaluations = of_kind(events, Evaluated)
    assert [e.step for e in evaluations] == [75, 150]
    last = evaluations[-1]
    assert last.losses["same text"] == pytest.approx(last.loss)
    assert last.bits_per_byte == pytest.approx(last.loss / 0.6931, rel=1e-3)  # a byte is a token here
    assert len(of_kind(events, Sample)) == 2
    gradients = [event for event in of_kind(events, Observed) if event.observer == "gradients"]
    assert set(gradients[0].figures) == {"embedding", "blocks.0", "blocks.1", "norm"}
    assert isinstance(events[-1], Ended)
    assert events[-1].reason == "finished"
    assert checkpoints(tmp_path) == ["step-00000150"]
    snapshots = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert [int(name[5:13]) for name in snapshots] == [1, 2, 4, 8, 16, 32, 64, 128, 150]
    assert load_model(tmp_path / "snapshots" / snapshots[-1]).config == tiny_model().config


def test_a_resumed_run_has_the_same_losses_to_the_bit(tmp_path: Path) -> None:
    straight = [
        e.loss for e in of_kind(list(train(tiny_model(), tiny_mixture(), tiny_options(20), tmp_path / "a")), Step)
    ]

    controls = Controls()
    losses = []
    for event in train(tiny_model(), tiny_mixture(), tiny_options(20), tmp_path / "b", controls=controls):
        if isinstance(event, Step):
            losses.append(event.loss)
            if event.step == 7:
                controls.stop.set()
    assert len(losses) == 7
    torch.rand(5)  # whatever happened to the random state in between
    # Another seed for the weights: all must come from the checkpoint.
    events = list(train(tiny_model(seed=9), tiny_mixture(), tiny_options(20), tmp_path / "b", resume=True))
    losses += [event.loss for event in of_kind(events, Step)]
    assert losses == straight


def test_a_full_disk_costs_no_step_that_was_saved(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")  # a limit on the size of files stands in for the disk
    straight = [
        e.loss for e in of_kind(list(train(tiny_model(), tiny_mixture(), tiny_options(12), tmp_path / "a")), Step)
    ]
    run, controls = tmp_path / "b", Controls()
    events: list[TrainEvent] = []
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for event in train(tiny_model(), tiny_mixture(), tiny_options(12, snapshots=False), run, controls=controls):
            events.append(event)
            if isinstance(event, Step) and event.step in (3, 5):
                controls.save.set()
            if isinstance(event, Saved):
                resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
            if isinstance(event, Step) and event.step == 8:
                controls.stop.set()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    problems = of_kind(events, Problem)
    assert [problem.step for problem in problems] == [5, 8]  # one sentence each, and training went on after the first
    for problem in problems:
        assert problem.text.count(". ") == 0 and problem.text.endswith("the last good checkpoint is of step 3.")
    assert isinstance(events[-1], Ended)
    assert (events[-1].reason, events[-1].detail) == ("failed", problems[-1].text)
    assert checkpoints(run) == ["step-00000003"]  # and no half one
    resumed = list(train(tiny_model(seed=9), tiny_mixture(), tiny_options(12), run, resume=True))
    assert [event.loss for event in of_kind(resumed, Step)] == straight[3:]


def test_weights_that_are_no_numbers_are_not_saved(tmp_path: Path) -> None:
    model, controls = tiny_model(), Controls()
    events = []
    for event in train(model, tiny_mixture(), tiny_options(9), tmp_path, controls=controls):
        events.append(event)
        if isinstance(event, Step) and event.step in (2, 4):
            controls.save.set()
        if isinstance(event, Step) and event.step == 4:
            with torch.no_grad():
                model.embedding.weight[0] = float("inf")
    assert [(problem.step, "step 2" in problem.text) for problem in of_kind(events, Problem)] == [(4, True), (5, True)]
    assert checkpoints(tmp_path) == ["step-00000002"]


def test_an_update_that_leaves_no_numbers_ends_in_a_sentence(tmp_path: Path) -> None:
    wild = OptimizerOptions(matrix_lr=1e30, other_lr=1e30)  # the observers look after the very first step
    options = tiny_options(20, optimizer=wild, evaluate_every=1, sample_every=1, observe_every=1)
    events = list(
        train(
            tiny_model(), tiny_mixture(), options, tmp_path,
            heldout=[tiny_rows("same text")], tokenizer=TOKENIZER, prompts=[Prompt("a")],
        )
    )  # fmt: skip
    assert isinstance(events[-1], Ended) and events[-1].reason == "failed"
    assert "not a number" in events[-1].detail and len(of_kind(events, Problem)) == 1


def test_accumulated_pieces_make_the_same_step_as_the_whole(tmp_path: Path) -> None:
    whole = of_kind(list(train(tiny_model(), tiny_mixture(), tiny_options(5), tmp_path / "a")), Step)
    pieces = of_kind(list(train(tiny_model(), tiny_mixture(), tiny_options(5, accumulate=4), tmp_path / "b")), Step)
    assert [s.loss for s in pieces] == pytest.approx([s.loss for s in whole], rel=1e-4)


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    model, controls = tiny_model(), Controls()
    events = []
    for event in train(model, tiny_mixture(), tiny_options(20), tmp_path, controls=controls):
        events.append(event)
        if isinstance(event, Step) and event.step == 3:
            controls.save.set()
        if isinstance(event, Step) and event.step == 5:
            with torch.no_grad():
                model.embedding.weight[0] = float("nan")
    assert isinstance(events[-1], Ended)
    assert events[-1].reason == "failed"
    (problem,) = of_kind(events, Problem)
    assert problem.step == 6
    assert problem.text.startswith("At step 6 the loss is not a number") and problem.text.endswith("is of step 3.")
    assert checkpoints(tmp_path) == ["step-00000003"]
    resumed = list(train(tiny_model(), tiny_mixture(), tiny_options(20), tmp_path, resume=True))
    assert isinstance(resumed[-1], Ended)
    assert resumed[-1].reason == "finished"


def test_weights_that_overflow_are_not_looked_at(tmp_path: Path) -> None:
    """Numbers all of them, but so large that attention is none: the run ends by the sentence, not in an observer."""
    options = tiny_options(20, optimizer=OptimizerOptions(matrix_lr=1e18, other_lr=1e18), sample_every=1)
    events = list(train(tiny_model(), tiny_mixture(), options, tmp_path, tokenizer=TOKENIZER, prompts=[Prompt("a")]))
    (problem,) = of_kind(events, Problem)
    assert "is not a number, so training stops; no checkpoint was saved yet." in problem.text
    assert isinstance(events[-1], Ended) and events[-1].reason == "failed"


def test_pause_samples_and_save_are_obeyed_between_steps(tmp_path: Path) -> None:
    controls = Controls()
    kinds: list[type] = []
    options = tiny_options(6, sample_tokens=4)
    for event in train(
        tiny_model(), tiny_mixture(), options, tmp_path, tokenizer=TOKENIZER, prompts=[Prompt("a")], controls=controls
    ):
        kinds.append(type(event))
        if isinstance(event, Step) and event.step == 2:
            controls.pause.set()
            controls.sample(Prompt("my own"))
            controls.save.set()
        if isinstance(event, Paused) and event.paused:
            threading.Timer(0.05, controls.pause.clear).start()
        if isinstance(event, Sample) and event.step == 2:
            assert event.prompt == "my own"
        if isinstance(event, Ended):
            assert event.seconds < 30
    middle = [kind for kind in kinds if kind in (Paused, Sample, Saved)]
    assert middle[:4] == [Saved, Paused, Sample, Paused]


def test_a_reader_that_leaves_ends_the_loop(tmp_path: Path) -> None:
    events = train(tiny_model(), tiny_mixture(), tiny_options(1000), tmp_path)
    for event in events:
        if isinstance(event, Step):
            break
    events.close()  # type: ignore[attr-defined]
    assert checkpoints(tmp_path) == ["step-00000001"]


def test_where_compilation_fails_training_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr(torch, "compile", broken)
    events = list(train(tiny_model(), tiny_mixture(), tiny_options(3, compile=True), tmp_path))
    assert "no C++ compiler" in of_kind(events, Problem)[0].text
    assert len(of_kind(events, Step)) == 3


def test_what_does_not_fit_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="multiple of the context"):
        train(tiny_model(), tiny_mixture(), tiny_options(batch_tokens=CONTEXT + 1), tmp_path)
    with pytest.raises(SparkError, match="--accumulate 3"):
        train(tiny_model(), tiny_mixture(), tiny_options(accumulate=3), tmp_path)
    with pytest.raises(SparkError, match="precision"):
        train(tiny_model(), tiny_mixture(), tiny_options(precision="fp8"), tmp_path)
    with pytest.raises(SparkError, match="no checkpoint"):
        train(tiny_model(), tiny_mixture(), tiny_options(), tmp_path, resume=True)
