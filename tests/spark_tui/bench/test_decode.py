"""`spark bench decode` on the tiny shape: every contestant writes, and the figures hang together."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from tests.spark_tui.calling import Caller


def test_the_figures_hang_together(call: Caller) -> None:
    row = call("bench", "decode", "--shape", "tiny", "--prompt", "8", "--tokens", "2", "--rounds", "1", "--json").row
    speeds, ratios = row["tokens_per_s"], row["ratios"]
    assert isinstance(speeds, dict) and isinstance(ratios, dict)
    assert {"Spark int8", "Spark int4", "Spark bfloat16", "plain PyTorch bfloat16"} <= set(speeds)
    assert ratios["Spark int8 / plain PyTorch bfloat16"] == pytest.approx(
        speeds["Spark int8"] / speeds["plain PyTorch bfloat16"]
    )
    assert float(str(row["bandwidth_gb_per_s"])) > 0.1
    reading = row["best_prompt_tokens_per_s"]
    assert isinstance(reading, dict) and reading["Spark int8"] > 0


def test_peers_that_are_not_installed_are_named_and_left_out(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found = call("bench", "decode", "--shape", "tiny", "--prompt", "8", "--tokens", "2", "--rounds", "1")
    assert found.status == 0
    assert "transformers is not importable here" in found.out + found.err
    assert "llama_cpp is not importable here" in found.out + found.err
