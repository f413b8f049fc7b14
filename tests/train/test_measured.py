"""Estimates beside measurements: the memory of a step in a process of its own, and the study of the switches."""

from __future__ import annotations

import shutil
import sys

import pytest
import torch

from engine.errors import SparkError
from engine.models.config import config_for
from engine.observation.report import Table
from train.footprint import training_footprint
from train.measured import operations_per_second, peak_in_a_process
from train.scaling import scaling


def test_the_estimate_of_memory_is_close_to_a_measured_peak() -> None:
    # A machine under load only adds to a peak (once in a CI run it was a quarter more): the smallest of four counts.
    peak = min((peak_in_a_process("1m", 1024) for _ in range(4)), key=lambda one: one.measured)
    assert abs(peak.off) < 0.15


def test_a_measurement_that_fails_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SparkError, match="no size '7q'"):
        peak_in_a_process("7q", 64)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(SparkError, match=r"could not be measured here \(status 1\)"):
        peak_in_a_process("1m", 64)


def test_recomputing_needs_less_and_more_the_deeper() -> None:
    for size, share in (("1m", 0.95), ("50m", 0.6)):
        config = config_for(size, 4096)
        lean, whole = (training_footprint(config, 4096, recompute=recompute) for recompute in (True, False))
        assert lean.activations < share * whole.activations
        assert lean.weights == whole.weights


def test_steps_are_timed() -> None:
    speed, compiled = operations_per_second("1m", "cpu", rounds=1, tokens=64, compile=False)
    assert speed > 1e8 and not compiled


def test_a_step_is_timed_uncompiled_where_nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **chosen: object) -> None:
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr(torch, "compile", broken)
    assert not operations_per_second("1m", "cpu", rounds=1, tokens=64)[1]


def test_the_study_of_switches_tells_speed_memory_loss_and_agreement() -> None:
    report = scaling(steps=2, batch_tokens=1024, variants=("fp32", "fp32, four pieces"))
    (table,) = [part for part in report.parts if isinstance(part, Table)]
    assert [row[0] for row in table.rows] == ["fp32", "fp32, four pieces"]
    apart = report.figures["accumulation_apart"]
    assert isinstance(apart, dict) and apart["fp32"] < 1e-4
    assert all(rate > 0 for rate in report.figures["tokens_per_s"].values())  # type: ignore[union-attr]
    assert len(report.summary) == 4 and "at the end" in report.summary[3]
    assert all(loss > 0 for loss in report.figures["held_out"].values())  # type: ignore[union-attr]
