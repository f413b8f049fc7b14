"""The hand-written curriculum seeds: well formed, short, and every code block in them really runs."""

import ast
import contextlib
import copy
import inspect
import io
import json
import re
import sys
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parents[2]
CURRICULUM = ROOT / "assets" / "curriculum"
QUERIES = ROOT / "assets" / "queries"
FILES = {
    "routine": ("routine", 170),
    "concepts": ("explain", 130),
    "errors": ("debug", 50),
    "completions": ("completion", 120),
    "smalltalk": ("chat", 70),
    "outside": ("outside", 120),
}
MOST_WORDS = 60
MOST_LINES = 14
Checked = TypeVar("Checked")
FENCE = re.compile(r"```(\w*)\n(.*?)\n```", re.DOTALL)


def rows(name: str) -> list[dict[str, object]]:
    lines = (CURRICULUM / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def prompts(row: dict[str, object]) -> list[str]:
    found = row["prompts"]
    assert isinstance(found, list)
    return [str(prompt) for prompt in found]


def answer(row: dict[str, object]) -> str:
    return str(row["answer"])


def blocks(language: str, *names: str) -> list[tuple[str, str]]:
    """(first prompt, code) of every fence of this language in these files."""
    found = []
    for name in names:
        for row in rows(name):
            for tag, code in FENCE.findall(answer(row)):
                if tag == language:
                    found.append((f"{name}: {prompts(row)[0]}", code))
    return found


def lay_out_samples() -> None:
    """The few files the examples speak of, in the working folder."""
    Path("notes.txt").write_text("first line\nsecond line\n", encoding="utf-8")
    Path("data.json").write_text('{"name": "ann"}', encoding="utf-8")
    Path("data.csv").write_text("name,age\nann,31\nbob,40\n", encoding="utf-8")
    Path("config.toml").write_text("[server]\nport = 8000\n", encoding="utf-8")


@pytest.fixture
def in_sample_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, and harmless answers to input() and sleep()."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", lambda prompt="": "3")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(sys, "argv", ["script.py", "notes.txt"])


def run(code: str) -> dict[str, object]:
    # "sample" rather than "__main__": a guard such as `if __name__ == "__main__"` must not change the outcome.
    names: dict[str, object] = {"__name__": "sample"}
    sys.modules.setdefault("sample", sys.modules[__name__])  # dataclasses look their module up
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(code, "<seed>", "exec"), names)
    return names


@pytest.mark.parametrize("name", FILES)
def test_shape(name: str) -> None:
    category, least = FILES[name]
    assert len(rows(name)) >= least
    for row in rows(name):
        assert set(row) == {"category", "prompts", "answer"}
        assert row["category"] == category
        assert len(prompts(row)) >= 3, row
        assert all(prompt.strip() for prompt in prompts(row))
        assert len(answer(row).split()) <= MOST_WORDS or name == "completions", (len(answer(row).split()), row)
        assert answer(row).count("```") == 2 * len(FENCE.findall(answer(row))), row


def test_no_prompt_has_two_answers() -> None:
    seen: dict[str, str] = {}
    twice = []
    for name in FILES:
        for row in rows(name):
            for prompt in prompts(row):
                key = " ".join(prompt.lower().split()).rstrip("?.! ")
                if seen.setdefault(key, answer(row)) != answer(row):
                    twice.append(f"{name}: {prompt}")
    assert not twice, twice


def test_python_blocks_run(in_sample_folder: None) -> None:
    """Each block stands alone: it parses and runs without error in a fresh namespace."""
    failed = []
    for where, code in blocks("python", "routine", "errors", "concepts"):
        try:
            ast.parse(code)
            lay_out_samples()
            run(code)
        except Exception as error:  # collected, so that one run names every bad block
            failed.append(f"{where}: {error!r}")
    assert not failed, "\n".join(failed)


def test_only_python_and_bash_fences() -> None:
    for name in FILES:
        for row in rows(name):
            assert all(tag in {"python", "bash"} for tag, _ in FENCE.findall(answer(row))), row


def test_completions_are_one_whole_fence() -> None:
    for row in rows("completions"):
        match = FENCE.fullmatch(answer(row))
        assert match is not None, row
        lines = [line for line in match[2].splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES + 2, (len(lines), row)  # an import or two comes on top


def test_given_code_is_kept() -> None:
    """Whoever gives a header, or more of a function, gets the function with these very lines in it."""
    for row in rows("completions"):
        for prompt in prompts(row):
            header = re.search(
                r"(?:^|complete |finish |implement |fill in )((?:async )?def \w+\(.*\).*:|class \w+:)", prompt, re.M
            )
            given = prompt[header.start(1) :].rstrip("\n") if header else ""
            given = given.split(": please")[0]
            assert given in answer(row), prompt


def test_seeds_are_not_the_routers_test() -> None:
    """The router is measured on assets/queries; nothing from there may be trained on."""
    if not QUERIES.is_dir():
        pytest.skip("no labelled queries in this tree")
    measured = set()
    for name in ("labelled.jsonl", "outside.jsonl"):
        for line in (QUERIES / name).read_text(encoding="utf-8").splitlines():
            measured.add(" ".join(str(json.loads(line)["text"]).lower().split()).rstrip("?.! "))
    both = [
        prompt
        for name in FILES
        for row in rows(name)
        for prompt in prompts(row)
        if " ".join(prompt.lower().split()).rstrip("?.! ") in measured
    ]
    assert not both, both


# What a function must give, by its name: (arguments, result). Names that mean the same share their checks.
CALLS: dict[str, list[tuple[tuple[object, ...], object]]] = {
    "is_prime isprime": [((1,), False), ((2,), True), ((9,), False), ((97,), True), ((-7,), False)],
    "factorial fact factorial_recursive": [((0,), 1), ((5,), 120)],
    "fibonacci fib": [((0,), 0), ((1,), 1), ((10,), 55)],
    "fibonacci_list": [((6,), [0, 1, 1, 2, 3, 5]), ((0,), [])],
    "add sum_two": [((2, 3), 5)],
    "subtract minus": [((5, 3), 2)],
    "multiply times": [((4, 3), 12)],
    "divide safe_divide": [((6, 3), 2.0), ((1, 0), None)],
    "mean average avg": [(([1, 2, 6],), 3.0)],
    "median": [(([3, 1, 2],), 2), (([4, 1, 2, 3],), 2.5)],
    "mode most_common_item most_frequent": [((["a", "b", "a"],), "a")],
    "variance": [(([1, 3],), 1.0)],
    "standard_deviation": [(([1, 3],), 1.0)],
    "reverse_string reverse reverse_text": [(("spark",), "kraps")],
    "reverse_list reversed_copy": [(([1, 2, 3],), [3, 2, 1])],
    "reverse_words": [(("one two three",), "three two one")],
    "is_palindrome palindrome": [(("Never odd or even",), True), (("spark",), False)],
    "count_words number_of_words": [(("a bc  d",), 3), (("",), 0)],
    "word_count word_frequencies": [(("To be or to",), {"to": 2, "be": 1, "or": 1})],
    "count_vowels vowels": [(("Education",), 5)],
    "remove_vowels strip_vowels": [(("Orange",), "rng")],
    "flatten": [(([[1], [2, 3], []],), [1, 2, 3])],
    "deep_flatten": [(([1, [2, [3, [4]]]],), [1, 2, 3, 4])],
    "chunks chunked": [(([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]])],
    "gcd greatest_common_divisor": [((12, 18), 6), ((7, 0), 7)],
    "lcm": [((4, 6), 12), ((0, 3), 0)],
    "fizzbuzz fizz_buzz": [((5,), ["1", "2", "Fizz", "4", "Buzz"])],
    "celsius_to_fahrenheit c_to_f": [((100,), 212.0)],
    "fahrenheit_to_celsius f_to_c": [((212,), 100.0)],
    "clamp limit": [((5, 0, 3), 3), ((-1, 0, 3), 0), ((2, 0, 3), 2)],
    "unique remove_duplicates dedupe distinct": [(([3, 1, 3, 2],), [3, 1, 2])],
    "read_json load_json": [(("data.json",), {"name": "ann"})],
    "write_json save_json": [(("out.json", [1]), None)],
    "read_lines load_lines": [(("notes.txt",), ["first line", "second line"])],
    "count_lines": [(("notes.txt",), 2)],
    "binary_search": [(([1, 3, 5, 7], 5), 2), (([1, 3, 5, 7], 4), -1), (([], 1), -1)],
    "linear_search find": [(([4, 2, 9], 9), 2), (([4], 1), -1)],
    "bubble_sort bubblesort insertion_sort selection_sort merge_sort mergesort quick_sort quicksort": [
        (([3, 1, 2, 3, 0],), [0, 1, 2, 3, 3]),
        (([],), []),
    ],
    "merge_sorted": [(([1, 4], [2, 3, 5]), [1, 2, 3, 4, 5])],
    "max_of_list find_max largest_of maximum": [(([4, 9, 2],), 9)],
    "min_of_list find_min minimum": [(([4, 9, 2],), 2)],
    "second_largest": [(([4, 9, 9, 2],), 4)],
    "sum_list total_of": [(([1, 2, 3],), 6)],
    "sum_of_squares sum_squares": [(([1, 2, 3],), 14)],
    "sum_of_digits digit_sum sum_digits": [((1204,), 7), ((-31,), 4)],
    "is_leap_year is_leap": [((2000,), True), ((1900,), False), ((2024,), True), ((2023,), False)],
    "is_even even": [((4,), True), ((3,), False)],
    "is_odd": [((4,), False), ((-3,), True)],
    "square": [((7,), 49)],
    "power pow_int": [((2, 10), 1024), ((5, 0), 1)],
    "absolute my_abs": [((-3,), 3), ((3,), 3)],
    "sign signum": [((-2,), -1), ((0,), 0), ((9,), 1)],
    "has_duplicates contains_duplicate": [(([1, 2, 1],), True), (([1, 2],), False)],
    "is_anagram are_anagrams": [(("Listen", "Silent"), True), (("ab", "abb"), False)],
    "is_sorted": [(([1, 2, 2],), True), (([2, 1],), False), (([],), True)],
    "primes_up_to primes get_primes sieve": [((20,), [2, 3, 5, 7, 11, 13, 17, 19]), ((1,), [])],
    "prime_factors factorize": [((360,), [2, 2, 2, 3, 3, 5]), ((13,), [13])],
    "divisors get_factors": [((12,), [1, 2, 3, 4, 6, 12])],
    "is_perfect_square": [((49,), True), ((50,), False), ((-4,), False)],
    "is_perfect_number": [((28,), True), ((12,), False), ((1,), False)],
    "is_armstrong": [((153,), True), ((154,), False)],
    "collatz": [((6,), [6, 3, 10, 5, 16, 8, 4, 2, 1])],
    "to_binary decimal_to_binary": [((5,), "101")],
    "binary_to_int binary_to_decimal": [(("101",), 5)],
    "reverse_number": [((120,), 21)],
    "count_digits": [((-120,), 3)],
    "capitalize_words title_case": [(("hello big world",), "Hello Big World")],
    "longest_word find_longest_word": [(("a banana fig",), "banana")],
    "shortest_word": [(("fig a banana",), "a")],
    "count_letters letter_count char_count": [(("abca",), {"a": 2, "b": 1, "c": 1})],
    "count_char": [(("banana", "a"), 3)],
    "first_unique_char": [(("aabcb",), "c"), (("aa",), None)],
    "remove_spaces": [(("a b c",), "abc")],
    "remove_punctuation": [(("Hi, you!",), "Hi you")],
    "swap_case": [(("aBc1",), "AbC1")],
    "snake_to_camel to_camel_case": [(("my_long_name",), "myLongName")],
    "camel_to_snake to_snake_case": [(("myLongName",), "my_long_name")],
    "slugify": [((" Hello, World! ",), "hello-world")],
    "truncate shorten": [(("hello world", 8), "hello..."), (("hi", 8), "hi")],
    "caesar caesar_cipher encrypt": [(("xYz!", 3), "aBc!")],
    "is_pangram": [(("The quick brown fox jumps over the lazy dog",), True), (("abc",), False)],
    "is_balanced is_valid balanced": [(("([]{})",), True), (("([)]",), False), (("(",), False)],
    "run_length_encode": [(("aaabb",), "a3b2")],
    "two_sum": [(([2, 7, 11, 15], 9), (0, 1)), (([1], 5), None)],
    "rotate rotate_list": [(([1, 2, 3, 4], 1), [4, 1, 2, 3]), (([], 2), []), (([1, 2], 2), [1, 2])],
    "transpose": [(([[1, 2, 3], [4, 5, 6]],), [[1, 4], [2, 5], [3, 6]])],
    "matrix_multiply matmul": [(([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[19, 22], [43, 50]])],
    "dot dot_product": [(([1, 2], [3, 4]), 11)],
    "cosine_similarity cosine": [(([1, 0], [0, 2]), 0.0), (([3, 4], [3, 4]), 1.0)],
    "softmax": [(([0, 0],), [0.5, 0.5])],
    "sigmoid logistic": [((0,), 0.5)],
    "relu": [((-2,), 0), ((3,), 3)],
    "normalize min_max_scale": [(([2, 4, 6],), [0.0, 0.5, 1.0]), (([3, 3],), [0.0, 0.0])],
    "cumulative_sum running_total": [(([1, 2, 3],), [1, 3, 6])],
    "moving_average rolling_mean": [(([1, 3, 5], 2), [2.0, 4.0])],
    "pairs": [(([1, 2, 3],), [(1, 2), (2, 3)])],
    "group_by": [((["a", "bb", "c"], len), {1: ["a", "c"], 2: ["bb"]})],
    "partition": [(([1, 2, 3], lambda n: n > 1), ([2, 3], [1]))],
    "invert_dict invert": [(({"a": 1},), {1: "a"})],
    "merge_dicts": [(({"a": 1, "b": 1}, {"b": 2}), {"a": 1, "b": 2})],
    "common_items intersection common": [(([1, 2, 3], [3, 2]), [2, 3])],
    "difference": [(([1, 2, 3], [2]), [1, 3])],
    "get_even even_numbers evens only_even": [(([1, 2, 4],), [2, 4])],
    "double_all double": [(([1, 2],), [2, 4])],
    "product multiply_all": [(([2, 3, 4],), 24)],
    "distance": [((0, 0, 3, 4), 5.0)],
    "circle_area area_of_circle": [((1,), 3.141592653589793)],
    "rectangle_area area rect_area": [((2, 3), 6)],
    "bmi": [((80, 2), 20.0)],
    "compound_interest": [((100, 0.5, 2), 225.0)],
    "percentage percent": [((1, 4), 25.0)],
    "km_to_miles kilometers_to_miles": [((10,), 6.21371)],
    "format_seconds format_time format_duration": [((3725,), "1:02:05")],
    "greet say_hello": [(("Ann",), "Hello, Ann!")],
    "is_valid_email is_email validate_email": [(("a@b.co",), True), (("a@b",), False)],
    "extract_numbers find_numbers get_numbers": [(("3 cats, -12 dogs",), [3, -12])],
    "safe_int": [(("4",), 4), (("x", 0), 0), (("x",), None)],
    "read_csv load_csv": [(("data.csv",), [{"name": "ann", "age": "31"}, {"name": "bob", "age": "40"}])],
    "write_csv": [(("out.csv", [{"a": 1}]), None)],
    "days_between": [(("2024-02-28", "2024-03-01"), 2)],
    "countdown": [((3,), [3, 2, 1])],
    "take": [((range(9), 2), [0, 1])],
    "hanoi": [((2, "A", "C", "B"), [("A", "B"), ("A", "C"), ("B", "C")])],
    "permutations": [(([1, 2],), [[1, 2], [2, 1]])],
    "subsets": [(([1, 2],), [[], [1], [2], [1, 2]])],
    "depth": [(([1, [2, [3]]],), 3), (([],), 1)],
    "bfs": [(({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a"), ["a", "b", "c", "d"])],
    "dfs": [(({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a"), ["a", "b", "d", "c"])],
    "levenshtein edit_distance": [(("kitten", "sitting"), 3), (("", "ab"), 2)],
    "hamming hamming_distance": [(("karol", "carol"), 1)],
    "word_lengths": [(("a bcd",), {"a": 1, "bcd": 3})],
    "multiplication_table": [((2,), [[1, 2], [2, 4]])],
    "to_roman int_to_roman": [((1994,), "MCMXCIV")],
    "grade": [((95,), "A"), ((80,), "B"), ((12,), "F")],
    "max_of_three biggest": [((1, 3, 2), 3), ((5, 3, 2), 5), ((1, 2, 7), 7)],
    "is_triangle": [((3, 4, 5), True), ((1, 2, 3), False)],
    "sum_to sum_to_n": [((100,), 5050)],
    "sum_even": [(([1, 2, 4],), 6)],
    "argmax index_of_max": [(([3, 9, 4],), 1)],
}


# The rest is checked by a few lines in which `it` is the function or class.
SNIPPETS = {
    "merge_sorted": "assert it([], [1]) == [1]",
    "merge": "assert it({'a': 1}, {'a': 2}) == {'a': 2} if 'dict' in it.__doc__ else it([1, 3], [2]) == [1, 2, 3]",
    "timed timeit": "assert it(lambda n: n + 1)(2) == 3",
    "memoize cached": "calls = []; g = it(calls.append); g(1); g(1); assert calls == [1]",
    "retry": """
left = [1, 1]
def fails_twice():
    if left:
        left.pop()
        raise ValueError
    return "done"
assert it(3)(fails_twice)() == "done"
left = [1, 1]
try:
    it(2)(fails_twice)()
except ValueError:
    pass
else:
    raise AssertionError("two attempts were enough")
""",
    "timer": "with it('work'): pass",
    "roll_dice": "assert {it(2) for _ in range(80)} == {1, 2}",
    "random_password generate_password": "assert len(it(12)) == 12 and it(12) != it(12)",
    "find_files": "assert [path.name for path in it('.', '.toml')] == ['config.toml']",
    "compose": "assert it(lambda x: x + 1, lambda x: 2 * x)(3) == 7",
    "make_counter": "c = it(); assert [c(), c()] == [1, 2]; assert it()() == 1",
    "Stack": "s = it(); s.push(1); s.push(2); assert (s.pop(), len(s)) == (2, 1)",
    "Queue": "q = it(); q.put(1); q.put(2); assert q.get() == 1",
    "Point": "assert it(0, 0).distance(it(3, 4)) == 5.0",
    "Counter": "c = it(); c.increment(); assert c.increment() == 2",
    "BankAccount": """
account = it(10)
account.deposit(5)
account.withdraw(12)
assert account.balance == 3
try:
    account.withdraw(4)
except ValueError:
    pass
else:
    raise AssertionError("went below zero")
""",
    "Person": "assert repr(it('Ann', 31)) == \"Person('Ann', 31)\"",
    "Rectangle": "assert (it(2, 3).area(), it(2, 3).perimeter()) == (6, 10)",
    "Circle": "assert 3.14 < it(1).area() < 3.15",
    "Animal": "assert Dog('Rex').speak() == 'Rex says woof' and it('x').speak() == '...'",
    "Node": "assert it(1, it(2)).next.value == 2",
    "LinkedList": "l = it(); l.push(1); l.push(2); assert list(l) == [2, 1]",
}


def by_each_name(table: dict[str, Checked]) -> dict[str, Checked]:
    return {name: checks for names, checks in table.items() for name in names.split()}


def check(name: str, code: str) -> None:
    names = run(code)
    calls, snippets = by_each_name(CALLS), by_each_name(SNIPPETS)
    assert name in calls or name in snippets, f"nothing checks {name}"
    if name in snippets:
        names["it"] = names[name]
        with contextlib.redirect_stdout(io.StringIO()):
            exec(snippets[name], names)
    function = names[name]
    assert callable(function)
    for arguments, expected in calls.get(name, []):
        result = function(*copy.deepcopy(arguments))
        if inspect.isgenerator(result):
            result = list(result)
        if isinstance(expected, float):
            assert result == pytest.approx(expected), (arguments, result)
        else:
            assert result == expected, (arguments, result)


def test_completions_do_what_they_say(in_sample_folder: None) -> None:
    failed = []
    for row in rows("completions"):
        code = FENCE.findall(answer(row))[0][1]
        match = re.search(r"^(?:def|class) (\w+)", code, re.MULTILINE)
        assert match is not None
        lay_out_samples()
        try:
            check(match[1], code)
        except Exception as error:
            failed.append(f"{match[1]}: {error!r}")
    assert not failed, "\n".join(failed)


def test_a_wrong_completion_is_noticed() -> None:
    """The checks above can fail: a primality test that forgets 1 does not pass them."""
    with pytest.raises(AssertionError):
        check("is_prime", "def is_prime(n):\n    return all(n % d for d in range(2, n))")
