"""`spark bench decode` on the tiny shape: every contestant writes, and the figures hang together."""

from __future__ import annotations

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
