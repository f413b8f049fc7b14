"""The measurements of `spark study mind`: each against a case whose answer is known."""

import math
import random
import subprocess
import sys
from itertools import islice

import pytest

from engine.models.config import ModelConfig
from engine.models.tokenizer import ByteTokenizer
from engine.models.transformer import Transformer
from train.corpus.handbook import practised_notes, unseen_notes
from train.curriculum.composing.functions import small_functions
from train.curriculum.example import Example
from train.measures.completing import Leans, completing, leaning
from train.measures.doctests import Doctested, Passed, composed_doctests, load_doctests, passes, passing
from train.measures.looking_up import in_peoples_words
from train.measures.ngram import NGrams
from train.measures.reading import reading


@pytest.fixture(scope="module")
def tiny() -> Transformer:
    config = ModelConfig(
        vocab_size=ByteTokenizer().vocab_size, layers=1, width=16, heads=2, kv_heads=1, mlp_width=32, context=512
    )
    model = Transformer(config)
    model.initialize(0)
    return model.eval()


def test_probabilities_of_ngrams_sum_to_one_and_learn() -> None:
    grams = NGrams(10)
    grams.read([1, 2, 3, 1, 2, 3, 1, 2, 4])
    for context in ([], [1], [1, 2], [9, 9], [3, 1, 2, 3]):
        assert sum(grams.probability(context, token) for token in range(10)) == pytest.approx(1.0)
    assert grams.probability([1, 2], 3) > grams.probability([1, 2], 4) > grams.probability([1, 2], 9)


def test_bits_of_ngrams_are_the_sum_of_surprises() -> None:
    tokenizer = ByteTokenizer()
    grams = NGrams(tokenizer.vocab_size)
    assert grams.bits_per_byte(tokenizer, ["abc"]).bits_per_byte == pytest.approx(math.log2(tokenizer.vocab_size))
    grams.read(tokenizer.encode("abcabcabc" * 20))
    assert grams.bits_per_byte(tokenizer, ["abcabcabc"]).bits_per_byte < 1.0


def completion(kind: str = "corpus:docstring") -> Example:
    return Example(
        [], [], "def f(x):", "```python\ndef f(x):\n    return x\n```", None, "completion", ["return x"], kind
    )


def test_a_random_model_completes_nothing_and_is_measured_all_the_same(tiny: Transformer) -> None:
    figures = completing(tiny, ByteTokenizer(), [completion()])
    assert (figures.count, figures.parses, figures.next_line) == (1, 0.0, 0.0)
    assert figures.cost >= 1.0


def test_leaning_counts_only_the_answer(tiny: Transformer) -> None:
    tokenizer = ByteTokenizer()
    leaned = leaning(tiny, tokenizer, [Leans(completion(), [], ["def g(y):\n    return y"], [])])
    assert leaned.alone == leaned.of_others == leaned.unlike
    assert leaned.alone == pytest.approx(math.log2(tokenizer.vocab_size), rel=0.2)  # a random model knows nothing
    assert leaned.saved == pytest.approx(1 - leaned.like / leaned.alone)
    assert leaned.saved_by_others == 0.0


def test_reading_asks_with_and_without_memories(tiny: Transformer) -> None:
    known = Example(["a(b): C d."], [], "what is a", "It c d.", None, "documents", ["d"], "what:alone")
    unknown = "I do not have z."
    absent = Example(["a(b): C d."], [], "what is z", unknown, None, "documents", ["I do not have"], "what:absent")
    said: list[str] = []
    result = reading("tiny", tiny, ByteTokenizer(), [known, absent], 5, said.append)
    assert [figures.kind for figures in result.having] == ["documents, absent", "documents, alone"]
    assert [figures.kind for figures in result.without] == ["documents, alone"]
    assert len(said) == 3


HALF = Doctested('def half(x):\n    """Return half of x."""\n', (("half(4)", "2.0"), ("half(5)", "2.5")))


@pytest.mark.parametrize(
    ("body", "right"),
    [
        ("return x / 2", True),
        ("return x // 2", False),
        ("while True: pass", False),
        ("return open('/etc/passwd').read()", False),
        ("import os; return os.getpid()", False),
        ("print('passed'); return x", False),
        ("return (", False),
    ],
)
def test_code_passes_if_its_doctests_do_and_nothing_else_it_does_counts(body: str, right: bool) -> None:
    assert passes(f"```python\ndef half(x):\n    {body}\n```", HALF) is right


def test_who_runs_what_was_written_imports_next_to_nothing() -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "train.measures.untrusted"],
        input="x = 1", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "passed\n"
    assert not {"torch", "numpy", "tokenizers"} & {line.rpartition("|")[2].strip() for line in told.stderr.splitlines()}


def test_every_shipped_doctest_names_its_function_and_rates_are_of_each_kind() -> None:
    functions = load_doctests()
    assert all(f"{each.name}(" in call for each in functions for call, _ in each.doctests)
    right = {"half": "```python\ndef half(x):\n    return x / 2\n```"}
    third = Doctested("def third(x):\n", (("third(3)", "1.0"),))
    kinds = {"known": [HALF], "both": [HALF, third]}
    assert passing(lambda text: right.get(text[4:8], "?"), kinds) == (Passed("known", 1, 1.0), Passed("both", 2, 0.5))


def test_composed_functions_are_of_combinations_that_are_kept_back() -> None:
    found = composed_doctests(20)
    assert found == composed_doctests(20) and len({function.beginning for function in found}) > 15
    shown = {one.sentence for one in islice(small_functions(random.Random(1)), 2_000)}
    assert all(function.doctests and function.beginning.split('"""')[1] not in shown for function in found)


def test_a_fresh_question_is_answered_by_the_code_or_the_first_sentence_of_any_of_its_notes() -> None:
    notes = {note.document.id: note for note in [*unseen_notes(), *practised_notes()]}
    questions = in_peoples_words()
    assert len(questions) > 200
    for question in questions:
        assert all(question.is_right(notes[document].answer) for document in question.answers)
        assert not question.is_right("I do not have an answer to that in my memory.")
        assert not question.is_right(question.text)
    with_code = next(q for q in questions if all("```python" in notes[document].answer for document in q.answers))
    prose = [notes[document].answer.split("```")[0] for document in with_code.answers]
    assert not any(map(with_code.is_right, prose)), "the sentence without the code is half an answer"
