"""How benchmarks show their figures."""

from __future__ import annotations

import json

import pytest

from spark_tui.commands.bench.presenting import cell_text, present


def test_people_get_a_table_and_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    for as_json in (False, True):
        present(
            {"speed": 12.5}, as_json, title="Speed", columns=("who", "tokens/s"), rows=(("[/us]", 12.5),), notes=("so",)
        )
    table, _, row = capsys.readouterr().out.rstrip().rpartition("\n")
    assert json.loads(row) == {"speed": 12.5}
    assert "Speed" in table and "tokens/s" in table and "so" in table
    assert "[/us]" in table, "markup in a name is shown, not obeyed"


@pytest.mark.parametrize(
    ("cell", "shown"), [(None, "–"), (1234, "1,234"), (1234.5, "1,234"), (12.34, "12.3"), (0.1234, "0.123"), ("a", "a")]
)
def test_cells_read_well(cell: str | float | None, shown: str) -> None:
    assert cell_text(cell) == shown
