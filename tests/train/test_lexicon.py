"""The lexicon is derived from WordNet's files as they are documented: a small folder in their format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.assets import asset
from engine.errors import SparkError
from train.lexicon import derive

DATA = {
    "noun": """\
  1 a line of the licence
00000001 05 n 02 auto 0 car 0 000 | with wheels
00000002 05 n 01 swimmer 0 001 + 00000001 v 0101 | who swims
""",
    "verb": """\
00000001 38 v 01 swim 0 001 + 00000002 n 0101 01 + 02 00 | move in water
00000002 38 v 02 rise 0 go_up 0 001 ! 00000003 v 0101 01 + 02 00 | move up
00000003 38 v 01 fall 0 001 ! 00000002 v 0101 01 + 02 00 | move down
""",
    "adj": "",
    "adv": "",
}
INDEX = {
    "noun": "auto n 1 0 1 1 00000001\ncar n 3 0 3 1 00000001 00000007 00000008\nswimmer n 1 0 1 0 00000002\n",
    "verb": "swim v 1 0 1 1 00000001\nrise v 1 0 1 1 00000002\nfall v 1 0 1 1 00000003\n",
    "adj": "",
    "adv": "",
}
WORDS = ["auto", "car", "fall", "rise", "swim", "swimmer"]


def folder_of(path: Path) -> Path:
    for part in DATA:
        (path / f"data.{part}").write_text(DATA[part], encoding="latin-1")
        (path / f"index.{part}").write_text(INDEX[part], encoding="latin-1")
    return path


def test_synonyms_derivations_and_antonyms(tmp_path: Path) -> None:
    alike = np.ones((len(WORDS), 1), dtype=np.float32)
    lines = derive(folder_of(tmp_path), WORDS, alike).splitlines()[2:]
    assert lines == ["= auto car", "~ swim swimmer", "! fall rise"]


def test_what_the_embedder_finds_far_apart_is_left_out_but_antonyms_stay(tmp_path: Path) -> None:
    apart = np.eye(len(WORDS), dtype=np.float32)
    assert derive(folder_of(tmp_path), WORDS, apart).splitlines()[2:] == ["! fall rise"]


def test_a_folder_without_wordnet_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="cannot be read"):
        derive(tmp_path, WORDS, np.eye(len(WORDS), dtype=np.float32))


def test_the_shipped_table_is_in_the_order_that_the_program_writes() -> None:
    lines = asset("lexicon", "wordnet.txt").read_text(encoding="utf-8").splitlines()[2:]
    assert lines == sorted(set(lines), key=lambda line: ("=~!".index(line[0]), line.split()[1:]))
