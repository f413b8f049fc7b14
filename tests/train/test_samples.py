"""Is a sample Python so far?"""

from __future__ import annotations

import pytest

from engine.context import prompt_ids
from tests.train.tiny_runs import TOKENIZER, tiny_model
from train.samples import Prompt, parse_prompt, parse_status, write


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    return a\n",
        "def f(a):\n    return a\n\ndef g(",  # cut by the token limit: the last line does not count
        "def f(a):",  # a body may still come
        "class A:\n    def f(self):\n",
        "x = 1",
        "",
    ],
)
def test_valid_so_far(source: str) -> None:
    assert parse_status(source) == (True, "")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(:\n    return 1\nx = 2\n", "line 1"),
        ("def f(a):\n    return a\n  x = 3\ny = 4\n", "line 3"),
        ("x = (1,\ny = 2\nz = 3\n", "line 1"),
        ("x = '\\x00\ny\n", "line 1"),
    ],
)
def test_the_first_fault_is_named(source: str, line: str) -> None:
    parses, why = parse_status(source)
    assert not parses
    assert line in why


@pytest.mark.parametrize("source", ["\x00\ny\n", "(" * 5000 + "\nx\n"])
def test_nothing_makes_it_raise(source: str) -> None:
    assert parse_status(source)[0] is False


def test_prompts_of_the_command_line() -> None:
    assert parse_prompt("def f():\\n") == Prompt("def f():\n")
    assert parse_prompt("?what is len") == Prompt("what is len", question=True)


def test_writing_is_repeatable_and_a_question_is_laid_out_as_in_the_chat() -> None:
    model = tiny_model()
    assert write(model, TOKENIZER, Prompt("def"), 6, seed=3) == write(model, TOKENIZER, Prompt("def"), 6, seed=3)
    assert isinstance(write(model, TOKENIZER, Prompt("hi", question=True), 6), str)
    assert prompt_ids(TOKENIZER, "hi")[0] == TOKENIZER.bos
    assert write(model, TOKENIZER, Prompt("x" * 500), 6) is not None  # longer than the context
