"""Programs with one mistake each, beside the same program without it; why says what went wrong.

In every text, {names} are filled in from pools, so the same mistake never looks the same twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from train.corpus.words import words
from train.curriculum.phrasing import made_up_word


@dataclass(frozen=True)
class Case:
    """`why` follows "on line N: "; running `broken` must raise `error` ("" for a silent fault)."""

    error: str
    broken: str
    fixed: str
    why: str


_LOOP = "def {f}({xs}):\n    {t} = 0\n    for {x} in {xs}:\n        {t} += {x}\n    return {t}\n\nprint({f}({nums}))"
_AVERAGE = "def {f}({xs}):\n    return sum({xs}) / len({xs})\n\nprint({f}({nums}))"

CASES = (
    Case(
        "NameError",
        _LOOP.replace("return {t}", "return {t_slip}"),
        _LOOP,
        "the name `{t_slip}` is not defined. It looks like a slip for `{t}`.",
    ),
    Case(
        "NameError",
        _LOOP.replace("+= {x}", "+= {x_slip}"),
        _LOOP,
        "the name `{x_slip}` is not defined. It looks like a slip for `{x}`.",
    ),
    Case(
        "NameError",
        _LOOP.replace("print({f}", "print({f_slip}"),
        _LOOP,
        "the name `{f_slip}` is not defined. It looks like a slip for `{f}`.",
    ),
    Case(
        "NameError",
        "{x} = {n}\nif {x} > 1:\n    print({x_slip})",
        "{x} = {n}\nif {x} > 1:\n    print({x})",
        "the name `{x_slip}` is not defined. It looks like a slip for `{x}`.",
    ),
    Case(
        "NameError",
        "def {f}({x}):\n    return math.sqrt({x})\n\nprint({f}({n}))",
        "import math\n\ndef {f}({x}):\n    return math.sqrt({x})\n\nprint({f}({n}))",
        "`math` is used but never imported. Import it at the top.",
    ),
    Case(
        "NameError",
        "{t} = random.randint(1, {n})\nprint({t})",
        "import random\n\n{t} = random.randint(1, {n})\nprint({t})",
        "`random` is used but never imported. Import it at the top.",
    ),
    Case(
        "NameError",
        "{t} = json.loads('[{n}]')\nprint({t})",
        "import json\n\n{t} = json.loads('[{n}]')\nprint({t})",
        "`json` is used but never imported. Import it at the top.",
    ),
    Case(
        "NameError",
        "print({word})",
        'print("{word}")',
        "`{word}` has no quotes, so Python takes it for a name. Put it in quotes.",
    ),
    Case(
        "NameError",
        "{x} = {word}\nprint({x})",
        '{x} = "{word}"\nprint({x})',
        "`{word}` has no quotes, so Python takes it for a name. Put it in quotes.",
    ),
    Case(
        "IndexError",
        "{xs} = {nums}\nfor i in range(len({xs}) + 1):\n    print({xs}[i])",
        "{xs} = {nums}\nfor i in range(len({xs})):\n    print({xs}[i])",
        "the index runs one past the end of `{xs}`. The last index is `len({xs}) - 1`.",
    ),
    Case(
        "IndexError",
        "{xs} = {nums}\nprint({xs}[len({xs})])",
        "{xs} = {nums}\nprint({xs}[-1])",
        "`{xs}[len({xs})]` is one past the end. The last item is `{xs}[-1]`.",
    ),
    Case(
        "IndexError",
        "def {f}({xs}):\n    return {xs}[0]\n\nprint({f}([]))",
        "def {f}({xs}):\n    return {xs}[0] if {xs} else None\n\nprint({f}([]))",
        "the list `{xs}` is empty, so it has no item 0. Check it first.",
    ),
    Case(
        "IndexError",
        "{xs} = {nums}\nprint({xs}[{big}])",
        "{xs} = {nums}\nif len({xs}) > {big}:\n    print({xs}[{big}])",
        "`{xs}` has no item {big}. Check the length first.",
    ),
    Case(
        "IndexError",
        "{xs} = []\n{xs}[0] = {n}\nprint({xs})",
        "{xs} = []\n{xs}.append({n})\nprint({xs})",
        "the list is empty, so there is no item 0 to change. Use `append` to add one.",
    ),
    Case(
        "KeyError",
        '{d} = {{"{k}": {n}}}\nprint({d}["{k2}"])',
        '{d} = {{"{k}": {n}}}\nprint({d}.get("{k2}"))',
        "the key `'{k2}'` is not in `{d}`. Use `get`, which gives `None` for a missing key.",
    ),
    Case(
        "KeyError",
        'def {f}({d}):\n    return {d}["{k2}"]\n\nprint({f}({{"{k}": {n}}}))',
        'def {f}({d}):\n    return {d}.get("{k2}")\n\nprint({f}({{"{k}": {n}}}))',
        "the key `'{k2}'` is not in `{d}`. Use `get`, which gives `None` for a missing key.",
    ),
    Case(
        "KeyError",
        'counts = {{}}\nfor {x} in "{word}":\n    counts[{x}] += 1\nprint(counts)',
        'counts = {{}}\nfor {x} in "{word}":\n    counts[{x}] = counts.get({x}, 0) + 1\nprint(counts)',
        "the key is not in `counts` the first time. Start from 0 with `get`.",
    ),
    Case(
        "TypeError",
        '{x} = {n}\nprint("{word}: " + {x})',
        '{x} = {n}\nprint("{word}: " + str({x}))',
        "a string and a number cannot be added. Convert `{x}` with `str`.",
    ),
    Case(
        "TypeError",
        '{x} = "{n}"\n{t} = {x} + {m}\nprint({t})',
        '{x} = "{n}"\n{t} = int({x}) + {m}\nprint({t})',
        "`{x}` is a string and cannot be added to a number. Convert it with `int`.",
    ),
    Case(
        "TypeError",
        "def {f}({x}, {y}):\n    return {x} + {y}\n\nprint({f}({n}))",
        "def {f}({x}, {y}):\n    return {x} + {y}\n\nprint({f}({n}, {m}))",
        "`{f}` needs two arguments, but it got one. Pass `{y}` too.",
    ),
    Case(
        "TypeError",
        "def {f}({x}):\n    return {x} * 2\n\nprint({f}({n}, {m}))",
        "def {f}({x}):\n    return {x} * 2\n\nprint({f}({n}))",
        "`{f}` takes one argument, but it got two. Pass only `{x}`.",
    ),
    Case(
        "TypeError",
        "{x} = {n}\nfor i in {x}:\n    print(i)",
        "{x} = {n}\nfor i in range({x}):\n    print(i)",
        "a number cannot be looped over. Use `range({x})`.",
    ),
    Case(
        "TypeError",
        "{xs} = {nums}\nprint({xs}(0))",
        "{xs} = {nums}\nprint({xs}[0])",
        "`{xs}` is a list, and round brackets call it. Use square brackets for an item.",
    ),
    Case(
        "TypeError",
        '{xs} = {nums}\nprint({xs}["0"])',
        "{xs} = {nums}\nprint({xs}[0])",
        "a list index must be a whole number, not a string. Write it without quotes.",
    ),
    Case(
        "TypeError",
        "{x} = {n}\nprint(len({x}))",
        "{x} = {n}\nprint(len(str({x})))",
        "a number has no length. Convert it to a string first.",
    ),
    Case(
        "TypeError",
        '{word} = "{k}"\n{word}[0] = "x"\nprint({word})',
        '{word} = "{k}"\n{word} = "x" + {word}[1:]\nprint({word})',
        "a string cannot be changed in place. Build a new one.",
    ),
    Case(
        "TypeError",
        "def {f}({x}):\n    print({x})\n\n{t} = {f}({n}) + 1",
        "def {f}({x}):\n    print({x})\n    return {x}\n\n{t} = {f}({n}) + 1",
        "`{f}` returns nothing, so its result is `None`, which cannot be added. Return the value.",
    ),
    Case(
        "ZeroDivisionError",
        _AVERAGE.replace("{nums}", "[]"),
        "def {f}({xs}):\n    return sum({xs}) / len({xs}) if {xs} else 0\n\nprint({f}([]))",
        "`{xs}` is empty, so its length is 0, and nothing can be divided by zero. Check it first.",
    ),
    Case(
        "ZeroDivisionError",
        "def {f}({x}, {y}):\n    return {x} / {y}\n\nprint({f}({n}, 0))",
        "def {f}({x}, {y}):\n    return {x} / {y} if {y} else None\n\nprint({f}({n}, 0))",
        "`{y}` is 0, and nothing can be divided by zero. Check it first.",
    ),
    Case(
        "ZeroDivisionError",
        "{x} = 0\nprint({n} % {x})",
        "{x} = 0\nif {x}:\n    print({n} % {x})",
        "`{x}` is 0, and a remainder by zero does not exist. Check it first.",
    ),
    Case(
        "AttributeError",
        "{xs} = {nums}\n{t} = {xs}.sort()\nprint({t}.pop())",
        "{xs} = {nums}\n{t} = sorted({xs})\nprint({t}.pop())",
        "`sort` changes the list and returns `None`, so `{t}` is `None`. Use `sorted`.",
    ),
    Case(
        "AttributeError",
        "{xs} = {nums}\n{xs} = {xs}.append({n})\n{xs}.append({m})",
        "{xs} = {nums}\n{xs}.append({n})\n{xs}.append({m})",
        "`append` returns `None`, and that was assigned to `{xs}`. Do not assign its result.",
    ),
    Case(
        "AttributeError",
        'import re\n\n{x} = re.match("[0-9]+", "{word}")\nprint({x}.group())',
        'import re\n\n{x} = re.match("[0-9]+", "{word}")\nif {x}:\n    print({x}.group())',
        "nothing matched, so `{x}` is `None`. Check it before you use it.",
    ),
    Case(
        "AttributeError",
        "{xs} = {nums}\n{xs}.push({n})\nprint({xs})",
        "{xs} = {nums}\n{xs}.append({n})\nprint({xs})",
        "a list has no method `push`. It is called `append`.",
    ),
    Case(
        "AttributeError",
        "{xs} = {nums}\nprint({xs}.length())",
        "{xs} = {nums}\nprint(len({xs}))",
        "a list has no method `length`. Use `len`.",
    ),
    Case(
        "AttributeError",
        '{word} = "{k}"\nprint({word}.uper())',
        '{word} = "{k}"\nprint({word}.upper())',
        "a string has no method `uper`. It is a slip for `upper`.",
    ),
    Case(
        "AttributeError",
        '{word} = "{k}"\n{word}.append("x")\nprint({word})',
        '{word} = "{k}"\n{word} += "x"\nprint({word})',
        "a string has no method `append`. Add to it with `+=`.",
    ),
    Case(
        "AttributeError",
        '{d} = {{"{k}": {n}}}\nprint({d}.{k})',
        '{d} = {{"{k}": {n}}}\nprint({d}["{k}"])',
        "a dictionary has no attribute `{k}`. Use square brackets for a key.",
    ),
    Case(
        "AttributeError",
        "{x} = {n}\n{x}.append({m})\nprint({x})",
        "{x} = [{n}]\n{x}.append({m})\nprint({x})",
        "`{x}` is a number and has no method `append`. Make it a list.",
    ),
    Case(
        "SyntaxError", _LOOP.replace("in {xs}:", "in {xs}"), _LOOP, "the colon at the end of the `for` line is missing."
    ),
    Case(
        "SyntaxError", _LOOP.replace("({xs}):", "({xs})"), _LOOP, "the colon at the end of the `def` line is missing."
    ),
    Case(
        "SyntaxError",
        "{x} = {n}\nif {x} > {m}\n    print({x})",
        "{x} = {n}\nif {x} > {m}:\n    print({x})",
        "the colon at the end of the `if` line is missing.",
    ),
    Case(
        "SyntaxError",
        "{x} = {n}\nwhile {x} > 0\n    {x} -= 1",
        "{x} = {n}\nwhile {x} > 0:\n    {x} -= 1",
        "the colon at the end of the `while` line is missing.",
    ),
    Case(
        "SyntaxError",
        "{x} = {n}\nif {x} = {m}:\n    print({x})",
        "{x} = {n}\nif {x} == {m}:\n    print({x})",
        "one `=` assigns. Compare with `==`.",
    ),
    Case("SyntaxError", "{x} = {n}\nprint({x}", "{x} = {n}\nprint({x})", "a bracket was opened and never closed."),
    Case("SyntaxError", '{x} = "{word}\nprint({x})', '{x} = "{word}"\nprint({x})', "the string has no closing quote."),
    Case("SyntaxError", 'print "{word}"', 'print("{word}")', "`print` is a function. Put what it prints in brackets."),
    Case(
        "SyntaxError",
        "{xs} = [{n} {m}]\nprint({xs})",
        "{xs} = [{n}, {m}]\nprint({xs})",
        "a comma is missing between the items.",
    ),
    Case(
        "SyntaxError",
        "{x} = {n}\nif {x} > {m}:\n    print({x})\nelse\n    print(0)",
        "{x} = {n}\nif {x} > {m}:\n    print({x})\nelse:\n    print(0)",
        "the colon after `else` is missing.",
    ),
    Case(
        "IndentationError",
        "def {f}({x}):\nreturn {x} + {n}\n\nprint({f}({m}))",
        "def {f}({x}):\n    return {x} + {n}\n\nprint({f}({m}))",
        "the body of `{f}` is not indented. Indent it by four spaces.",
    ),
    Case(
        "IndentationError",
        "for {x} in {nums}:\nprint({x})",
        "for {x} in {nums}:\n    print({x})",
        "the body of the loop is not indented. Indent it by four spaces.",
    ),
    Case(
        "IndentationError",
        "{x} = {n}\nif {x} > {m}:\nprint({x})",
        "{x} = {n}\nif {x} > {m}:\n    print({x})",
        "the line after `if` is not indented. Indent it by four spaces.",
    ),
    Case(
        "IndentationError",
        "{x} = {n}\n    print({x})",
        "{x} = {n}\nprint({x})",
        "the line is indented without a reason. Remove the spaces in front.",
    ),
    Case(
        "IndentationError",
        "def {f}({x}):\n    {t} = {x} * 2\n      return {t}\n\nprint({f}({n}))",
        "def {f}({x}):\n    {t} = {x} * 2\n    return {t}\n\nprint({f}({n}))",
        "the line is indented more than the one before it. Line them up.",
    ),
    Case(
        "UnboundLocalError",
        "{t} = 0\n\ndef {f}():\n    {t} += 1\n    return {t}\n\nprint({f}())",
        "{t} = 0\n\ndef {f}():\n    global {t}\n    {t} += 1\n    return {t}\n\nprint({f}())",
        "`{t}` is assigned inside `{f}`, so it is local there and has no value yet. "
        "Declare it `global`, or pass it in.",
    ),
    Case(
        "UnboundLocalError",
        "def {f}({x}):\n    if {x} > {big}:\n        {t} = {x}\n    return {t}\n\nprint({f}(0))",
        "def {f}({x}):\n    {t} = 0\n    if {x} > {big}:\n        {t} = {x}\n    return {t}\n\nprint({f}(0))",
        "`{t}` only gets a value when the condition holds. Give it a value first.",
    ),
    Case(
        "ValueError",
        '{x} = int("{word}")\nprint({x})',
        '{x} = "{word}"\nif {x}.isdigit():\n    print(int({x}))',
        "`'{word}'` is not a number, so `int` cannot read it. Check it with `isdigit` first.",
    ),
    Case(
        "ValueError",
        '{x} = int("{n}.5")\nprint({x})',
        '{x} = float("{n}.5")\nprint({x})',
        "`'{n}.5'` is not a whole number. Read it with `float`.",
    ),
    Case(
        "ValueError",
        "{x}, {y} = {three}\nprint({x})",
        "{x}, {y}, _ = {three}\nprint({x})",
        "three values cannot be unpacked into two names. Add a name.",
    ),
    Case(
        "ValueError",
        "{x}, {y}, {t} = ({n}, {m})\nprint({x})",
        "{x}, {y} = ({n}, {m})\nprint({x})",
        "two values cannot be unpacked into three names. Remove a name.",
    ),
    Case(
        "ValueError",
        "{xs} = {nums}\n{xs}.remove({missing})\nprint({xs})",
        "{xs} = {nums}\nif {missing} in {xs}:\n    {xs}.remove({missing})\nprint({xs})",
        "{missing} is not in the list. Check with `in` first.",
    ),
    Case(
        "ValueError",
        "import math\n\nprint(math.sqrt(-{n}))",
        "import math\n\nprint(math.sqrt(abs(-{n})))",
        "a negative number has no real square root. Make it positive first.",
    ),
    Case(
        "ValueError",
        "print(max([]))",
        "print(max([], default=0))",
        "an empty list has no largest item. Give `max` a default.",
    ),
    Case(
        "FileNotFoundError",
        'with open("{word}.txt") as file:\n    print(file.read())',
        'try:\n    with open("{word}.txt") as file:\n        print(file.read())\n'
        'except FileNotFoundError:\n    print("no such file")',
        "there is no file `{word}.txt` in this folder. Check the path, or catch the error.",
    ),
    Case(
        "RecursionError",
        "def {f}(n):\n    return n * {f}(n - 1)\n\nprint({f}(5))",
        "def {f}(n):\n    if n <= 1:\n        return 1\n    return n * {f}(n - 1)\n\nprint({f}(5))",
        "`{f}` calls itself and never stops. Give it a case that returns without calling itself.",
    ),
    Case("", _LOOP.replace("    return {t}\n", ""), _LOOP, "`{f}` has no `return`, so it gives `None`. Return `{t}`."),
    Case(
        "",
        "def {f}({x}, {y}):\n    {t} = {x} + {y}\n\nprint({f}({n}, {m}))",
        "def {f}({x}, {y}):\n    {t} = {x} + {y}\n    return {t}\n\nprint({f}({n}, {m}))",
        "`{f}` has no `return`, so it gives `None`. Return `{t}`.",
    ),
    Case(
        "",
        "def {f}({xs}):\n    sorted({xs})\n\nprint({f}({nums}))",
        "def {f}({xs}):\n    return sorted({xs})\n\nprint({f}({nums}))",
        "`{f}` has no `return`, so it gives `None`. Return the sorted list.",
    ),
)

_FUNCTIONS = words(
    """
    add_all total_of compute count_up get_sum process summarize run collect score area price average check convert
    measure
    """
)
_LISTS = words("numbers values items scores prices ages data points grades weights results sizes")
_SINGLES = words("number value item score price age count size index amount level width")
_TOTALS = words("total result answer output subtotal summary counter")
_DICTS = words("person user config settings ages prices stock scores inventory options")
_KEYS = words("name age city email price colour size title phone host port mode user level")
_WORDS = words(
    """
    hello apple banana report data notes orange python spark berlin summer coffee music window
    """
)


def fill(case: Case, rng: random.Random) -> Case:
    """The case with names and numbers of its own."""
    lists, singles = rng.choice(_LISTS), rng.sample(_SINGLES, 2)
    keys = rng.sample(_KEYS, 2)
    numbers = [rng.randint(1, 60) for _ in range(rng.randint(2, 4))]
    slots = {
        "f": _maybe_new(rng.choice(_FUNCTIONS), rng),
        "xs": _maybe_new(lists, rng),
        "x": _maybe_new(singles[0], rng),
        "y": singles[1],
        "t": _maybe_new(rng.choice(_TOTALS), rng),
        "d": rng.choice(_DICTS),
        "k": keys[0],
        "k2": keys[1],
        "word": rng.choice(_WORDS) if rng.random() < 0.6 else made_up_word(rng),
        "nums": str(numbers),
        "n": str(rng.randint(2, 90)),
        "m": str(rng.randint(1, 40)),
        "big": str(rng.randint(5, 20)),
        "three": str(tuple(rng.randint(1, 9) for _ in range(3))),
        "missing": str(rng.randint(61, 99)),
    }
    for name in ("t", "x", "f"):
        slots[f"{name}_slip"] = _slip(slots[name], rng)
    return Case(case.error, *(text.format_map(slots) for text in (case.broken, case.fixed, case.why)))


def _maybe_new(name: str, rng: random.Random) -> str:
    return f"{name}_{made_up_word(rng)}" if rng.random() < 0.15 else name


def _slip(name: str, rng: random.Random) -> str:
    """The name with one slip of the fingers; never the name itself."""
    while True:
        place = rng.randrange(1, len(name))
        slipped = rng.choice(
            (
                name[:place] + name[place + 1 :],
                name[:place] + name[place - 1] + name[place:],
                name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :],
            )
        )
        if slipped != name and slipped.isidentifier() and len(slipped) > 2:
            return slipped
