"""How sure it is that what was read is what was asked for."""

from __future__ import annotations

import pytest

from engine.events import Memory, ScoreParts
from engine.habits import read_rightly


def read(*scores: float) -> list[Memory]:
    return [Memory(f"m{n}", "text", "document", score, ScoreParts(0, 0, 0, 0), 0.0) for n, score in enumerate(scores)]


def test_one_memory_is_right_as_likely_as_memory_says() -> None:
    assert read_rightly(read(0.8)) == pytest.approx(0.8)
    assert read_rightly([]) == 1.0, "nothing was read that could be wrong"


def test_of_two_that_fit_as_well_only_one_can_be_it() -> None:
    assert read_rightly(read(0.98, 0.98)) == pytest.approx(0.5, abs=0.01)
    assert read_rightly(read(0.98, 0.5)) == pytest.approx(0.96, abs=0.01)
    assert read_rightly(read(0.5, 0.5)) == pytest.approx(1 / 3)
    assert read_rightly(read(1.0, 1.0)) == pytest.approx(0.5, abs=0.01)
