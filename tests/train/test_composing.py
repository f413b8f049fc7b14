"""Functions made by program: they parse, run, do what others of the same words do, and keep what is held out apart."""

import ast
import random
from collections import defaultdict
from itertools import islice

import pytest

from train.curriculum import composed
from train.curriculum.composing.frames import Frame, filled, frames
from train.curriculum.composing.function import SmallFunction
from train.curriculum.composing.functions import small_functions
from train.curriculum.composing.pipelines import pipeline
from train.curriculum.example import Example, Material
from train.curriculum.explain import explanation, without_docstring
from train.measures.doctests import Doctested, load_doctests, passes

NOTHING = Material([], [], [])


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: frame.name)
def test_every_frame_runs_whatever_it_is_filled_with(frame: Frame) -> None:
    rng = random.Random(1)
    made = [filled(frame, rng) for _ in range(8 * len(frame.variants))]
    assert {one.key for one in made} == {" ".join([frame.name, *holes.values()]) for holes in frame.variants}
    for one in made:
        assert "<" not in one.name and not {"<name>", "<code>", "<says>"} & set(one.sentence.split())
        assert len(one.run()) == len(one.calls)


@pytest.fixture(scope="module")
def pipelines() -> list[SmallFunction]:
    rng = random.Random(2)
    return [pipeline(rng) for _ in range(20_000)]


def test_what_says_the_same_does_the_same(pipelines: list[SmallFunction]) -> None:
    """A loop and a comprehension, whatever the things are called; and many of them say the same."""
    results: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    bodies: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for one in pipelines[:6_000]:
        words = one.says.split(" ", 1)[1].replace("`", "")
        same = (words, *one.calls)
        results[same].add(tuple(result for _, result in one.run()))
        bodies[same].add(tuple(one.body))
    assert sum(len(found) > 1 for found in bodies.values()) > 100
    different = [same[0] for same, found in results.items() if len(found) > 1 and "separated" not in same[0]]
    assert different == []


@pytest.mark.parametrize(
    ("sentence", "results"),
    [
        ("the sum of the squares of the numbers in numbers", ["151", "314", "91"]),
        ("the sum of the doubles of the numbers in numbers", ["42", "48", "42"]),
        ("the largest of the odd numbers in numbers, or None if there are none", ["5", "9", "5"]),
        ("True if no word in words is a palindrome", ["False", "True", "False"]),
        (
            "a list of the non-empty words in words",
            ["['apple', 'Bob', 'level', 'sky']", "['one', 'three', 'ox', 'Anna']", "['a', 'bb', 'ccc']"],
        ),
        ("the longest of the words in words, or an empty string if there are none", ["'apple'", "'three'", "'ccc'"]),
    ],
)
def test_known_sentences_give_known_results(pipelines: list[SmallFunction], sentence: str, results: list[str]) -> None:
    """The values are those of `pieces.py`: [3, -1, 4, 10, 5], [2, 7, 12, 0, -6, 9], [1 ... 6] and the like."""
    found = next(one for one in pipelines if one.says.endswith(f" {sentence}"))
    assert [result for _, result in found.run()] == results


def test_held_out_combinations_are_never_shown() -> None:
    shown = {one.key for one in islice(small_functions(random.Random(4)), 3_000)}
    kept = {one.key for one in islice(small_functions(random.Random(4), held_out=True), 300)}
    assert len(kept) > 50 and not shown & kept


def test_nothing_composed_bears_a_measured_name() -> None:
    measured = {function.name for function in load_doctests()}
    assert not measured & {one.name for one in islice(small_functions(random.Random(5)), 3_000)}


def examples(seed: int, count: int = 200) -> list[Example]:
    return list(islice(composed.examples(NOTHING, random.Random(seed)), count))


def test_answers_are_whole_functions_that_run_and_memories_are_others() -> None:
    found = examples(6)
    assert found == examples(6) and found != examples(7)
    assert {example.kind for example in found} >= {"composed:wish", "composed:signature", "composed:docstring"}
    assert any(example.memories for example in found) and any(not example.memories for example in found)
    for example in found:
        code = example.answer.removeprefix("```python\n").removesuffix("```")
        ast.parse(code)
        assert all(memory not in code for memory in example.memories)
        assert all(piece in code for piece in example.expected)


def test_an_answer_passes_the_doctests_made_from_its_function() -> None:
    wanted = next(one for one in small_functions(random.Random(8)) if one.imports)
    code = "\n".join([*wanted.imports, wanted.source(annotated=True)])
    asked = Doctested(f"{wanted.header(True)}\n", tuple(wanted.run()))
    assert passes(f"```python\n{code}\n```", asked)
    assert not passes(f"```python\n{wanted.header(True)}\n    return ...\n```", asked)


def test_code_without_a_docstring_is_explained_by_what_it_was_made_of() -> None:
    wanted = next(one for one in small_functions(random.Random(9)) if one.says.startswith("return the sum"))
    source = wanted.source(annotated=False)
    assert '"""' not in without_docstring(source)
    assert wanted.says.removeprefix("return ") in explanation(source)
