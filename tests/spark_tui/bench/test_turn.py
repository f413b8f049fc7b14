"""What `spark bench turn` and `spark bench keys` are made of, without waiting for the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SparkError
from engine.observation.turns import Example, read_examples
from tests.spark_tui.calling import Caller


def test_examples_come_from_a_file_or_from_the_shipped_queries(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "memories": ["b"]}\n\n{"text": "c"}\n{"text": "d"}\n{"text": "e"}\n')
    assert read_examples(file, 2) == [Example("a", ("b",)), Example("d")]
    shipped = read_examples(None, 5)
    assert len(shipped) == 5 and all(example.memories for example in shipped)
    file.write_text('{"question": "a"}\n')
    with pytest.raises(SparkError, match="text"):
        read_examples(file, 1)


@pytest.mark.parametrize("name", ["turn", "keys", "decode", "startup"])
def test_every_benchmark_explains_itself(call: Caller, name: str) -> None:
    assert f"spark bench {name}" in call("bench", name, "--help").out
