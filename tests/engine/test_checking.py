"""What is known of an answer before it is read."""

import ast
import inspect
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checking import blocks, code_fault, is_python, lost, owns_up, sound, stray, unbound, unmentioned


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("ages = {}\nprint(sorted(scores))\n", ("scores", 2)),
        ("print(b)\nprint(a)\n", ("b", 1)),
        ("now = datetime.now()\n", ("datetime", 1)),
        ("from datetime import datetime as d\nd.now()\n", None),
        ("def f(a):\n    global count\n    count += a\n    return f(count)\n", None),
        ("with open(__file__) as file:\n    print([line for line in file if __name__])\n", None),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print(error)\n", None),
        ("class A:\n    pass\nprint(A, B)\n", ("B", 3)),
        ("not python (\n", None),
    ],
)
def test_names_that_nothing_in_the_code_gives_a_value(code: str, found: tuple[str, int] | None) -> None:
    assert stray(code) == found
    if found:
        assert stray(code, frozenset({found[0]})) in (None, ("a", 2))


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
    assert code_fault(sound(text)) is None and text.startswith(sound(text))
    blocks(text)


def test_blocks_are_the_complete_ones() -> None:
    text = "Do this.\n```python\nx = 1\n```\nand\n```bash\nls\n```\n```\ny\n```\n```python\nopen"
    assert blocks(text) == [("python", "x = 1\n"), ("bash", "ls\n"), ("", "y\n")]
    assert [is_python(language) for language, _ in blocks(text)] == [True, False, True]
    assert blocks('```python\ns = "a ``` b"\n```') == [("python", 's = "a ``` b"\n')]


def test_the_first_lines_that_are_python_are_sound() -> None:
    assert sound("x = 1\ny = 2\nz = (\n") == "x = 1\ny = 2\n"
    assert sound("x = (\ny = 2\n") == ""
    assert sound("def f(x):\n    return x\n\ndef g(") == "def f(x):\n    return x\n\n"


@pytest.mark.parametrize("code", ["x = (1\n", "if x:\n", 'def f(x):\n    """What\n', "    return [\n", "@wraps\n"])
def test_what_may_go_on_is_not_lost(code: str) -> None:
    assert lost(code) is None


@pytest.mark.parametrize("code", ["x = (1]\n", "def f(:\n", "x = (1\ny = 2\n", "x = 'a\n", "try:\n    x\ny = 1\n"])
def test_what_no_line_can_mend_is_lost(code: str) -> None:
    assert lost(code)


@given(st.sampled_from([inspect.getsource(textwrap), inspect.getsource(code_fault)]), st.data())
def test_no_beginning_of_real_code_is_lost(source: str, data: st.DataObject) -> None:
    lines = source.splitlines(keepends=True)
    assert lost("".join(lines[: data.draw(st.integers(0, len(lines)))])) is None


def test_what_was_asked_for_is_mentioned_by_its_last_name() -> None:
    assert unmentioned("`os.path.join(a, *p)` joins paths.", ["os.path.join", "len"]) == ["len"]
    assert unmentioned("Join them.", ["os.path.join"]) == []
    assert unmentioned("", []) == []


def test_owning_up_is_told_by_how_an_answer_begins() -> None:
    assert owns_up("I do not have an answer to that in my memory.")
    assert owns_up("I only know Python and what you have told me, so I cannot help with that.")
    assert not owns_up("Use `int(text)`. I do not know a shorter way.")
    assert owns_up("You have not told me the port. Tell me and I will remember it.")
    assert not owns_up("A list keeps its order.")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(fahrenheit):\n    return celsius * 9 / 5 + 32\n", ("celsius", 2)),
        ("def f(xs):\n    total = 0\n    for x in xs:\n        total += y\n    return total\n", ("y", 4)),
        ("def f(xs):\n    return [x for x in xs if x > limit]\n", ("limit", 2)),
        ("def f(a):\n    return a\n\n\ndef g(b):\n    return a + b\n", ("a", 6)),
        ("async def f():\n    return await later\n", ("later", 2)),
        ("limit = 3\n\n\ndef f(xs):\n    return [x for x in xs if x > limit]\n", None),
        ("import math\n\ndef f(r: float) -> Number:\n    return math.pi * helper(r) * LIMIT + _seen\n", None),
        ("def f(p, *rest, **more):\n    with open(p) as file:\n        return list(file), rest, more\n", None),
        ("def f(xs):\n    try:\n        *b, c = xs\n    except E as e:\n        raise e\n    return b, c\n", None),
        ("def f(x):\n    match x:\n        case [a, *b]:\n            return a, b\n", None),
        ("def f(x):\n    match x:\n        case {'k': v, **m}:\n            return v, m\n", None),
        ("@cached\ndef f(n):\n    def g(k):\n        return k + n\n    return lambda z: g(z) + (w := 1) + w\n", None),
        ("total = total + x\n", None),
        ("def f(:\n", None),
        ("def f(x):\n    global count\n    count += x\n    return __name__, count\n", None),
    ],
)  # fmt: skip
def test_a_name_without_a_value_is_found(code: str, found: tuple[str, int] | None) -> None:
    assert unbound(code) == found


def test_a_name_that_stands_elsewhere_is_no_fault() -> None:
    assert unbound("def f(xs):\n    return [x for x in xs if x > limit]\n", frozenset({"limit"})) is None
