"""What --data may name, and what is said when it names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer
from train.data import pack
from train.sources import load_sources, parse_source

TOKENIZER = asset("bundle", "tokenizer.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("toy", ("toy", 1.0)),
        ("a.safetensors:0.25", ("a.safetensors", 0.25)),
        ("b:3", ("b", 3.0)),
        ("C:\\text", ("C:\\text", 1.0)),
        ("odd:name", ("odd:name", 1.0)),
    ],
)
def test_a_weight_may_follow(text: str, expected: tuple[str, float]) -> None:
    assert parse_source(text) == expected


def test_a_folder_of_text_is_split_into_learned_and_held_out(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.py").write_text(f"value_{number} = {number}\n" * 20)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "latin.txt").write_bytes(b"caf\xe9")  # one unreadable file does not spoil a folder
    data = load_sources([str(folder)], None, 64, None, tmp_path / "tokenizer.json", seed=0)
    tokenizer = BytePairTokenizer.load(tmp_path / "tokenizer.json")  # the run keeps its own copy
    assert data.vocab_size == tokenizer.vocab_size
    assert data.context == 64
    learned = tokenizer.decode(data.sources[0][0].tokens.flatten().tolist())
    held_out = tokenizer.decode(data.heldout[0].tokens.flatten().tolist())
    assert "value_18 = 18" in learned
    assert "value_19 = 19" in held_out
    assert "value_19" not in learned


def test_one_file_holds_out_its_end(tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_text("".join(f"word{i} " for i in range(4000)))
    data = load_sources([str(file)], None, 32, None, tmp_path / "tokenizer.json", seed=0)
    assert data.heldout[0].rows < data.sources[0][0].rows / 10


def test_packed_rows_bring_their_context_and_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(TOKENIZER.read_text())
    pack("made before", [list(range(100))], 16).save(tmp_path / "rows.safetensors")
    run = tmp_path / "run"
    run.mkdir()
    source = f"{tmp_path / 'rows.safetensors'}:2"
    data = load_sources([source], [str(tmp_path / "rows.safetensors")], None, None, run / "tokenizer.json", seed=0)
    assert data.context == 16
    assert [(rows.name, weight) for rows, weight in data.sources] == [("made before", 2.0)]
    assert [rows.name for rows in data.heldout] == ["made before"]
    with pytest.raises(SparkError, match="packed for a context of 16, not 32"):
        load_sources([source], None, 32, None, run / "tokenizer.json", seed=0)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    def load(name: str, context: int = 64) -> None:
        load_sources([name], None, context, None, tmp_path / "tokenizer.json", seed=0)

    with pytest.raises(SparkError, match=r"no training data at .*nothing"):
        load(str(tmp_path / "nothing"))
    (tmp_path / "empty.py").write_text("  \n")
    with pytest.raises(SparkError, match="no text to learn from"):
        load(str(tmp_path / "empty.py"))
    (tmp_path / "short.py").write_text("x = 1\n")
    with pytest.raises(SparkError, match="too few for one row of 64"):
        load(str(tmp_path / "short.py"))
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SparkError, match="cannot be read as text"):
        load(str(tmp_path / "bytes.txt"))
