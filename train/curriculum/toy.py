"""The hand-written functions of assets/toy under other names, with one-line docstrings, and with their imports."""

from __future__ import annotations

import ast
import random
import re

# What people call the same function, and the same arguments. Never a name that another function of the file has.
_OTHER_NAMES = {
    "add": ("add_numbers", "sum_two", "plus", "add_two"),
    "subtract": ("minus", "subtract_numbers"),
    "multiply": ("times", "multiply_numbers"),
    "divide": ("safe_divide", "div"),
    "is_even": ("even", "check_even"),
    "is_odd": ("odd", "check_odd"),
    "square": ("squared", "sq"),
    "factorial": ("fact", "compute_factorial"),
    "fibonacci": ("fib", "nth_fibonacci"),
    "is_prime": ("prime", "check_prime"),
    "primes_up_to": ("get_primes", "sieve"),
    "mean": ("average", "avg", "compute_mean", "mean_of"),
    "median": ("get_median", "middle_value"),
    "mode": ("most_common", "get_mode"),
    "total": ("sum_list", "sum_numbers", "add_all"),
    "product": ("multiply_all", "prod"),
    "largest": ("find_max", "maximum", "get_max"),
    "smallest": ("find_min", "minimum", "get_min"),
    "reverse_string": ("reverse", "reversed_text", "backwards"),
    "is_palindrome": ("palindrome", "check_palindrome"),
    "count_vowels": ("vowels", "num_vowels"),
    "count_words": ("word_count", "num_words"),
    "word_frequencies": ("word_counts", "count_each_word"),
    "fizzbuzz": ("fizz_buzz", "play_fizzbuzz"),
    "read_file": ("read_text", "load_file", "get_content"),
    "read_lines": ("load_lines", "get_lines"),
    "write_file": ("save_text", "write_text", "save_file"),
    "count_lines": ("line_count", "num_lines"),
    "remove_duplicates": ("unique", "dedupe", "distinct"),
    "reverse_list": ("reversed_list", "flip"),
    "flatten": ("flatten_list", "flat"),
    "chunk": ("chunks", "split_list", "batches"),
    "bubble_sort": ("bubblesort", "sort_list"),
    "binary_search": ("bsearch", "find_sorted"),
    "gcd": ("greatest_common_divisor",),
    "lcm": ("least_common_multiple",),
    "merge_dicts": ("combine_dicts", "join_dicts"),
    "greet": ("say_hello", "hello"),
    "clamp": ("limit", "clip"),
    "is_leap_year": ("leap_year", "leap"),
    "celsius_to_fahrenheit": ("c_to_f",),
    "fahrenheit_to_celsius": ("f_to_c",),
    "circle_area": ("area_of_circle",),
    "rectangle_area": ("area", "area_of_rectangle"),
    "even_numbers": ("evens", "only_even", "filter_even"),
}
_OTHER_ARGUMENTS = {
    "numbers": ("numbers", "values", "nums", "xs", "data"),
    "items": ("items", "values", "things", "xs", "elements"),
    "text": ("text", "s", "string_value", "sentence"),
    "n": ("n", "number", "x", "num"),
    "path": ("path", "filename", "file_path"),
    "words": ("words", "tokens", "names"),
    "mapping": ("mapping", "d", "table"),
    "name": ("name", "who", "person"),
}


def plain_source(source: str) -> str:
    """The function with its docstring cut to the first paragraph on one line."""
    tree = ast.parse(source)
    function = tree.body[0]
    if not isinstance(function, ast.FunctionDef) or not (docstring := ast.get_docstring(function)):
        return source
    first = function.body[0]
    lines = source.splitlines()
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    if '"""' in paragraph or paragraph.endswith('"') or "\\" in paragraph or len(paragraph) > 120:
        return source
    indent = " " * first.col_offset
    shown = [f'{indent}"""{paragraph}"""']
    return "\n".join([*lines[: first.lineno - 1], *shown, *lines[first.end_lineno or first.lineno :]])


def renamed(source: str, rng: random.Random) -> str:
    """The same toy function under names that another person might choose; it still means the same."""
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        argument.arg for argument in function.args.args
    }
    changes: dict[str, str] = {}
    if function.name in _OTHER_NAMES and rng.random() < 0.4:
        changes[function.name] = rng.choice(_OTHER_NAMES[function.name])
    for argument in function.args.args:
        choices = _OTHER_ARGUMENTS.get(argument.arg, ())
        if choices and rng.random() < 0.5:
            other = rng.choice(choices)
            if (
                other not in used
                and other not in changes.values()
                and other != changes.get(function.name, function.name)
            ):
                changes[argument.arg] = other
    if [argument.arg for argument in function.args.args] == ["a", "b"] and rng.random() < 0.3 and not used & {"x", "y"}:
        changes |= {"a": "x", "b": "y"}
    # Words of the docstring are prose: only code outside of strings is renamed.
    pieces = re.split(r'("""[\s\S]*?"""|f?"[^"\n]*")', source)
    for old, new in changes.items():
        pieces = [_rename(piece, old, new) for piece in pieces]
    result = "".join(pieces)
    return result if _parses(result) else source


def _rename(piece: str, old: str, new: str) -> str:
    if piece.startswith('f"'):
        return re.sub(rf"\{{{old}\b", "{" + new, piece)
    if piece.startswith('"'):
        return piece
    return re.sub(rf"(?<![\w.]){old}\b", new, piece)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def with_imports(source: str) -> str:
    """The function with the imports it needs above it, as the file has them."""
    lines = [
        line for name, line in _IMPORTS.items() if re.search(rf"(?<![\w.]){name}\b", re.sub(r'"[^"\n]*"', "", source))
    ]
    return "\n".join([*lines, "", "", source]) if lines else source


_IMPORTS = {
    "math": "import math",
    "random": "import random",
    "re": "import re",
    "string": "import string",
    "time": "import time",
    "Counter": "from collections import Counter",
    "Path": "from pathlib import Path",
}
