"""The automatic threshold: against a search by hand, against fresh queries, and obedient to flags that come and go."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.models.weights import save_tensors
from engine.routing.threshold import MARGIN, Held, automatic, controlled, held_by
from engine.settings import Settings, with_setting

rows = st.lists(
    st.builds(Held, st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9, 0.99]), st.booleans(), st.sampled_from([1, 5])),
    max_size=60,
)


@given(rows, st.floats(0.001, 0.5))
def test_it_is_the_lowest_that_the_theorem_allows(held: list[Held], risk: float) -> None:
    total = sum(row.weight for row in held)

    def kept(threshold: float) -> bool:
        wrong = sum(row.weight for row in held if row.confidence >= threshold and not row.right)
        return (wrong + 1) / (total + 1) <= risk * (1 - MARGIN)

    fine = [level for level in sorted({row.confidence for row in held}) if kept(level)]
    found = controlled(held, risk)
    assert found.threshold == (min(fine) if fine else 1.0)
    assert found.error <= risk or not fine


def test_fresh_queries_keep_the_risk() -> None:
    """Over many draws of an honest router, the mean error on new queries stays under the risk."""
    chance = random.Random(1)

    def draw(count: int) -> list[Held]:
        sure = [chance.betavariate(5, 1) for _ in range(count)]
        return [Held(confidence, chance.random() < confidence) for confidence in sure]

    errors = []
    for _ in range(60):
        threshold = controlled(draw(400), 0.05).threshold
        errors.append(sum(row.confidence >= threshold and not row.right for row in draw(400)) / 400)
    assert 0.01 < sum(errors) / len(errors) <= 0.05


def test_flags_raise_it_and_taking_them_back_restores_it(tmp_path: Path) -> None:
    router = tmp_path / "router.safetensors"
    held = [[0.5 + n / 400, float(n % 20 != 0)] for n in range(200)]
    save_tensors(router, {"x": torch.zeros(1)}, {"held": json.dumps(held)})
    before = automatic(router, [], 0.05)
    flagged = automatic(router, [(0.97, False), (0.99, False)], 0.05)
    assert flagged.threshold > before.threshold and flagged.flags == 2
    assert automatic(router, [], 0.05) == before
    assert automatic(router, [(0.99, True)] * 20, 0.05).threshold <= before.threshold


def test_a_router_without_measurements_is_not_trusted(tmp_path: Path) -> None:
    save_tensors(tmp_path / "old.safetensors", {"x": torch.zeros(1)}, {})
    assert held_by(tmp_path / "old.safetensors") == ()
    assert automatic(tmp_path / "old.safetensors", [], 0.05).threshold == 1.0
    save_tensors(tmp_path / "odd.safetensors", {"x": torch.zeros(1)}, {"held": "[1, 2]"})
    assert held_by(tmp_path / "odd.safetensors") == ()


def test_settings_take_auto_and_changes_by_name() -> None:
    assert with_setting(Settings(), "routing.threshold=auto").routing.threshold == "auto"
    assert with_setting(with_setting(Settings(), "routing.threshold=auto"), "routing.threshold = 0.6") == with_setting(
        Settings(), "routing.threshold=0.6"
    )
    assert with_setting(Settings(), "memory.recall=0").memory.recall == 0
    for wrong in ("routing.threshold", "routing.threshold=often", "tea=1", "memory.recall=auto", "memory.recall=1.5"):
        with pytest.raises(SparkError):
            with_setting(Settings(), wrong)
