"""What is known of an answer before it is read."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checking import blocks, code_fault, is_python, parsed_share, unmentioned


@pytest.mark.parametrize(
    "code",
    [
        "x = 1\n",
        "    return x + 1\n",  # a line from inside a function
        "if x > 1:\n",  # a line that goes on below
        "def f(x):\n    return x\n",
        "",
    ],
)
def test_python_and_pieces_of_it_have_no_fault(code: str) -> None:
    assert code_fault(code) is None


@pytest.mark.parametrize("code", ["x = (1\n", "def f(:\n    pass\n", "return return\n", "x = 1\n  y = 2\n", "a\0b"])
def test_a_fault_is_named(code: str) -> None:
    fault = code_fault(code)
    assert fault
    assert "\n" not in fault


@given(st.text(max_size=200))
def test_any_text_can_be_checked(text: str) -> None:
    fault = code_fault(text)
    try:
        ast.parse(text)
        assert fault is None
    except (SyntaxError, ValueError):
        pass
    assert 0.0 <= parsed_share(text) <= 1.0
    blocks(text)


def test_blocks_are_the_complete_ones() -> None:
    text = "Do this.\n```python\nx = 1\n```\nand\n```bash\nls\n```\n```\ny\n```\n```python\nopen"
    assert blocks(text) == [("python", "x = 1\n"), ("bash", "ls\n"), ("", "y\n")]
    assert [is_python(language) for language, _ in blocks(text)] == [True, False, True]
    assert blocks('```python\ns = "a ``` b"\n```') == [("python", 's = "a ``` b"\n')]


def test_the_later_break_is_the_better_one() -> None:
    assert parsed_share("x = 1\ny = 2\nz = (\n") > parsed_share("x = (\ny = 2\nz = 3\n")
    assert parsed_share("x = 1\n") == 1.0


def test_what_was_asked_for_is_mentioned_by_its_last_name() -> None:
    assert unmentioned("`os.path.join(a, *p)` joins paths.", ["os.path.join", "len"]) == ["len"]
    assert unmentioned("Join them.", ["os.path.join"]) == []
    assert unmentioned("", []) == []
