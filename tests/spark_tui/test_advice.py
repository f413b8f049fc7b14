"""The arithmetic behind `spark check`."""

from __future__ import annotations

import pytest

from engine.models.config import config_for
from spark_tui.commands.advice import VOCABULARY, hours


def test_a_measured_step_gives_the_time_of_many() -> None:
    """A 1m step of 4,096 tokens that takes half a second: a million steps are so many half seconds.

    What a token costs is counted here from the shapes: forward once, backward twice; two operations a weight; attention
    over half of the context, twice 2·width a position.
    """
    c = config_for("1m", VOCABULARY)
    keys = c.kv_heads * c.head_width
    weights = c.layers * (2 * c.width * c.width + 2 * c.width * keys + 2 * c.width * c.mlp_width) + 4096 * c.width
    token = 3 * (2 * weights + c.layers * 4 * c.width * c.context / 2)
    speed = 4096 * token / 0.5
    assert hours(c, 4096 * 10**6, {"1m": speed, "10m": 1.0}) == pytest.approx(10**6 * 0.5 / 3600)


def test_larger_sizes_are_timed_at_the_speed_of_the_larger_one() -> None:
    speeds = {"1m": 1e9, "10m": 4e9}
    swapped = {"1m": 4e9, "10m": 1e9}
    for size, factor in (("1m", 4), ("2m", 4), ("6m", 1 / 4), ("10m", 1 / 4), ("300m", 1 / 4)):
        config = config_for(size, VOCABULARY)
        one, other = hours(config, 10**6, speeds), hours(config, 10**6, swapped)
        assert one is not None and other is not None and one / other == pytest.approx(factor)
    assert hours(config_for("1m", VOCABULARY), 10**6, {}) is None
