"""The curriculum: every task makes true, well-formed examples, the same ones for the same seed."""

import ast
import json
import random
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.context import MEMORY_TOKENS
from engine.fit import fit
from engine.memory.rows import turn_text
from engine.models.tokenizer import ByteTokenizer
from engine.routing.categories import Category
from tests.engine.memory.support import WordEmbedder
from train.corpus.build import Corpus
from train.corpus.definitions import Definition, definitions_in
from train.corpus.prepare import toy_definitions
from train.corpus.seeds import load_seeds
from train.curriculum.__main__ import main
from train.curriculum.build import SHARES, TASKS, Limits, build_mind, encoded_examples, held_out_examples, materials
from train.curriculum.code_notes import code_note
from train.curriculum.debug import changed_lines, observed
from train.curriculum.debug_cases import CASES, Case, fill
from train.curriculum.dialogue import split_seeds
from train.curriculum.document_questions import how_it_is_called, what_it_does, what_it_returns
from train.curriculum.evaluate import is_right, measure, parses, read_examples
from train.curriculum.example import Example, Material, last_name
from train.curriculum.explain import essentials, explanation
from train.curriculum.fact_kinds import kind
from train.curriculum.marking import Marker, with_near
from train.curriculum.notes import NOT_THERE, with_other_names
from train.curriculum.outside import REFUSAL, outside
from train.curriculum.packing import Encoded, encode, pack_examples
from train.curriculum.phrasing import ask, made_up_word, rough, typo
from train.curriculum.running import run
from train.curriculum.similar import Similar
from train.curriculum.toy import plain_source, renamed, with_imports
from train.curriculum.wording import as_statement, bare_order, first_sentences, listed, noun_phrase, verb_phrase
from train.data import PackedRows

ROOT = Path(__file__).resolve().parents[2]


def definitions(prefix: str = "box", count: int = 40) -> list[Definition]:
    """Documented functions in modules of four, with names and paragraphs of their own."""
    found: list[Definition] = []
    for number in range(count):
        word = f"{prefix}{number}"
        source = (
            f'def get_{word}(value, times={number}):\n    """Return the {word} of a value. It is quick."""\n'
            f"    total = value + {number}\n    for item in range(times):\n        total += item\n    return total\n"
        )
        found.extend(definitions_in(source, f"{prefix}.part{number // 4}", prefix))
    return found


def material() -> Material:
    return Material(definitions(), toy_definitions(), load_seeds())


def some(task: str, count: int = 150, seed: int = 1, source: Material | None = None) -> list[Example]:
    return list(islice(TASKS[task](source or material(), random.Random(seed)), count))


@pytest.mark.parametrize("task", sorted(TASKS))
def test_examples_are_the_same_for_a_seed_and_different_for_another(task: str) -> None:
    assert some(task, 30) == some(task, 30)
    assert some(task, 30) != some(task, 30, seed=2)


@pytest.mark.parametrize("task", sorted(TASKS))
def test_examples_are_whole(task: str) -> None:
    for example in some(task):
        assert example.task == task
        assert example.text.strip()
        assert example.answer.strip() == example.answer.strip("\n")
        assert is_right(example, example.answer), example
        assert len(example.memories) <= 3
        assert example.answer.count("```") % 2 == 0
        assert "{" not in example.text or "}" in example.text
        assert json.dumps(example.to_json())


def test_answers_on_documents_are_in_a_memory_or_honest() -> None:
    for example in some("documents", 400):
        known = "I do not have" not in example.answer
        form = example.kind.split(":")[-1]
        assert known == (form != "absent"), example
        if known:
            subject = re.search(r"`([\w.]+)", example.answer)
            assert subject is not None
            assert any(memory.startswith(subject[1]) for memory in example.memories)
        elif example.answer != NOT_THERE:
            asked = re.search(r"`([^`]+)`", example.answer)
            assert asked is not None
            last = asked[1].rsplit(".", 1)[-1]
            assert not any(re.match(rf"[\w.]*\b{last}\(", memory) for memory in example.memories)


def test_the_next_question_about_a_document_does_not_name_it() -> None:
    found = [example for example in some("documents", 300) if example.kind == "next"]
    assert len(found) > 10
    for example in found:
        [(asked, answered)] = example.history
        subject = re.search(r"`([\w.]+)", answered)
        assert subject is not None and subject[1] in example.answer
        assert subject[1].rsplit(".", 1)[-1] in asked and subject[1] not in example.text
        assert any(memory.startswith(subject[1]) for memory in example.memories)


@pytest.mark.parametrize(
    ("sentence", "keywords"),
    [
        ("Return the greatest common divisor of the integers.", "greatest common divisor"),
        ("Removes control codes from text.", "control codes"),
        ("Return whether this is so.", ""),
        ("Copy while preserving strides.", ""),
        ("Put it back.", ""),
        ("A table of names.", ""),
    ],
)
def test_what_people_type_to_look_something_up(sentence: str, keywords: str) -> None:
    assert noun_phrase(sentence) == keywords


def test_what_people_make_is_their_project_and_may_get_another_name() -> None:
    made = [example for example in some("facts", 4000) if "your project is called" in example.answer.lower()]
    assert any("parser" in example.text or "compiler" in example.text or " game " in example.text for example in made)
    renamed_now = [example for example in made if example.history and re.search(r"\bit\b", example.text.lower())]
    renamed_now = [example for example in renamed_now if example.kind == "told"]
    assert renamed_now
    assert all("project is called" in example.history[0][1] for example in renamed_now)


def test_a_note_is_repeated_exactly_or_said_to_be_missing() -> None:
    for example in some("notes", 300):
        if example.kind in ("read", "made"):
            assert sum(memory.endswith("\n" + example.answer) for memory in example.memories) == 1, example
        else:
            assert example.answer == NOT_THERE and example.memories
    places = {
        [m.endswith("\n" + e.answer) for m in e.memories].index(True) for e in some("notes", 60) if e.kind == "read"
    }
    assert places >= {0, 1}


def test_a_third_of_the_notes_are_made_from_functions_and_no_two_alike() -> None:
    made = [example for example in some("notes", 600) if example.kind == "made"]
    assert len({example.answer for example in made}) > 20
    assert 0.1 < len(made) / 600 < 0.4
    for example in made:
        (block,) = re.findall(r"```python\n(.*?)\n```", example.answer, re.S)
        assert ast.parse(block).body and '"""' not in block.split("\n")[1]
        asked = set(re.findall(r"\w+", example.text.lower()))
        note = next(memory for memory in example.memories if memory.endswith(example.answer))
        assert asked & set(re.findall(r"\w+", note.partition("\n")[0].lower())), example


def test_what_a_function_gives_back_is_what_is_asked_for() -> None:
    def order(paragraph: str) -> str:
        source = "def f(a):\n    b = a + 1\n    return b"
        note = code_note(Definition("m.f", "m", "p", "function", "f(a)", paragraph, source, ""), random.Random(0))
        return note.order if note else ""

    assert order("Return True if the tree has a cycle.") == "check if the tree has a cycle"
    assert order("Returns the next free number. More.") == "get the next free number"
    assert order("Split a path into its parts.") == "split a path into its parts"
    assert order("A table of things that are known.") == "" == order("Go on.")


def test_a_note_under_other_names_is_still_python_and_its_prose_is_untouched() -> None:
    changed = 0
    for seed in load_seeds():
        if not seed.is_note:
            continue
        other = with_other_names(seed.answer, random.Random(seed.title))
        changed += other != seed.answer
        for block, was in zip(
            *(re.findall(r"```python\n(.*?)```", text, re.S) for text in (other, seed.answer)), strict=True
        ):
            assert len(ast.dump(ast.parse(block))) > 0 and block.count("\n") == was.count("\n")
        prose, was_prose = (re.sub(r"```[\s\S]*?```|`[^`\n]*`", "", text) for text in (other, seed.answer))
        assert prose == was_prose
    assert changed > 150


def test_functions_in_memory_are_never_the_one_that_is_wanted() -> None:
    with_code = 0
    for example in some("completion", 300):
        wanted = re.sub(r"```python\n|```", "", example.answer).strip()
        codes = [memory for memory in example.memories if memory.startswith("def ")]
        with_code += bool(codes)
        assert wanted not in codes
    assert 60 < with_code < 240


def test_a_docstring_that_ends_in_a_quote_stays_as_it_is() -> None:
    source = "def f():\n    '''Strip the trailing \"x\"\n    '''\n    return 1"
    assert ast.parse(plain_source(source))


def test_things_alike_share_rare_words() -> None:
    texts = ["read a csv file", "write a csv file", "sort a list", "reverse a list", "what is a monad", "x"]
    alike = Similar(texts, str)
    assert alike.nearest("read a csv file", 1) == ["write a csv file"]
    assert "what is a monad" not in alike.nearest("sort a list", 5, least=0.05)
    assert alike.nearest("x", 3) == []


def test_a_right_document_stands_first_and_second() -> None:
    firsts = [
        example.memories[0].startswith(example.answer.split("`")[1][:20])
        for example in some("documents", 300)
        if example.kind == "what:distractors" and not any(m.startswith("You:") for m in example.memories)
    ]
    assert 0.3 < sum(firsts) / len(firsts) < 0.7


def test_how_documents_become_answers() -> None:
    text = 'def join(a, *p):\n    """Join two or more pathname components. Empty ones are kept."""\n    return a\n'
    (definition,) = definitions_in(text * 1, "posixpath", "lib")
    assert what_it_does(definition) == (
        "`os.path.join(a, *p)` joins two or more pathname components. Empty ones are kept."
    )
    assert how_it_is_called(definition) == (
        "Call it as `os.path.join(a, *p)`. It joins two or more pathname components."
    )
    assert what_it_returns(definition) == (
        "The document does not say what it returns. `os.path.join` joins two or more pathname components."
    )


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("Return the sum.", "X returns the sum."),
        ("Returns the sum.", "X returns the sum."),
        ("Open a file and return a stream.", "X opens a file and returns a stream."),
        ("Collapse and truncate the text.", "X collapses and truncates the text."),
        ("A table of names.", "X is a table of names."),
        ("The table provided is wrong.", "X: The table provided is wrong."),
        ("Raised when it fails.", "X is raised when it fails."),
        ("Base class for keys.", "X is a base class for keys."),
        ("Header is not valid.", "X: Header is not valid."),
        ("Apply it.", "X applies it."),
        ("Match it.", "X matches it."),
    ],
)
def test_docstring_sentences_become_statements(sentence: str, statement: str) -> None:
    assert as_statement("X", sentence) == statement


def test_other_small_grammar() -> None:
    assert verb_phrase("Join two paths.") == "joins two paths"
    assert bare_order("Joins two paths.") == "join two paths"
    assert verb_phrase("Two paths.") == bare_order("Two paths.") == ""
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert first_sentences("Do it, e.g. This way. Then stop") == "Do it, e.g. This way. Then stop."


def test_facts_are_told_before_they_are_asked_for() -> None:
    for example in some("facts", 500):
        told = "\n".join([*example.memories, *(f"{a}\n{b}" for a, b in example.history)])
        value = example.expected[0]
        if example.kind in {"memory", "talk", "corrected", "one of two"}:
            assert value in told, example
        elif example.kind in {"told", "two told"}:
            assert value in example.text, example
        else:
            assert example.answer.startswith("You have not told me")


def test_two_facts_in_one_breath_are_both_noted_and_each_can_be_asked_for() -> None:
    found = [example for example in some("facts", 800) if example.kind in {"two told", "one of two"}]
    assert {example.kind for example in found} == {"two told", "one of two"}
    for example in found:
        noted = (
            [example.answer]
            if example.kind == "two told"
            else [m for m in [*example.memories, *dict(example.history).values()] if ", and " in m]
        )
        assert any(note.count("Got it: ") == 1 and ", and " in note for note in noted), example


def test_questions_about_the_world_are_refused_alike_whatever_memory_holds() -> None:
    rng = random.Random(1)
    world = material()
    found = [outside(world, rng) for _ in range(400)]
    assert {example.answer for example in found} == {REFUSAL}
    assert len({example.text.lower() for example in found}) > 300 and all("{" not in example.text for example in found)
    assert 60 < sum(bool(example.memories) for example in found) < 340


def test_a_traceback_alone_is_answered_by_what_it_says_itself() -> None:
    found = [example for example in some("debug", 200) if example.kind == "traceback alone"]
    assert len(found) > 20
    for example in found:
        error, line = example.expected
        assert line in example.text and error in example.text and "def " not in example.answer
        assert all(
            name in example.text or name in {"len", "in", "get", "next", "for", "None", "type(...)"}
            for name in re.findall(r"`([^`]+)`", example.answer)
        ), example


def test_the_newer_of_two_facts_wins() -> None:
    corrected = [example for example in some("facts", 600) if example.kind == "corrected"]
    assert len(corrected) > 40
    for example in corrected:
        turns = example.memories or [f"{said}\n{noted}" for said, noted in reversed(example.history)]
        assert example.expected[0] in turns[0]
        assert turns[0] != turns[1]


def test_names_are_never_misspelt() -> None:
    rng = random.Random(5)
    for _ in range(300):
        fact = kind(rng)
        value = fact.value(rng)
        said = ask(fact.said, rng, v=value, n=fact.subject)
        assert value in said
        assert fact.subject in said


def test_completions_begin_as_given_and_parse() -> None:
    for example in some("completion", 300):
        code = re.fullmatch(r"```python\n(.*)\n```", example.answer, re.DOTALL)
        assert code is not None
        ast.parse(code[1])
        assert parses(example.answer)
        if example.kind.endswith((":docstring", ":half")):
            header = next(line for line in code[1].splitlines() if line.startswith("def "))
            assert header in example.text
        assert example.category is Category.COMPLETION


def test_toy_functions_mean_the_same_under_other_names() -> None:
    rng = random.Random(2)
    seen = set()
    for definition in toy_definitions():
        for _ in range(6):
            source = renamed(plain_source(definition.source), rng)
            seen.add(source)
            scope: dict[str, object] = {}
            exec(compile(with_imports(source) + "\n", "toy", "exec"), scope)  # our own, hand-written functions
            names = ast.parse(source).body[0]
            assert isinstance(names, ast.FunctionDef)
            free = {n.id for n in ast.walk(names) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            bound = {n.id for n in ast.walk(names) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            known = bound | {a.arg for a in names.args.args} | set(scope) | set(dir(__builtins__)) | {names.name}
            lambdas = {a.arg for n in ast.walk(names) if isinstance(n, ast.Lambda) for a in n.args.args}
            builtin_names = set(__builtins__) if isinstance(__builtins__, dict) else set(dir(__builtins__))
            assert free <= known | lambdas | builtin_names, source
    assert len(seen) > 200


def test_explanations_say_what_the_tree_says() -> None:
    source = (
        'def pick(items, key=None, *rest):\n    """Pick an item of a list."""\n    for item in items:\n'
        "        if item == key:\n            return item\n    raise KeyError(key)\n"
    )
    assert explanation(source) == (
        "`pick` picks an item of a list. It takes `items`, `key` and `*rest`. "
        "It loops over `items`, checks `item == key`, raises `KeyError` and returns `item`."
    )
    assert essentials(explanation(source)) == ["`pick`", "takes `items`, `key` and `*rest`", "returns `item`"]
    nested = "def outer(x):\n    def inner(y):\n        raise ValueError(y)\n    return inner\n"
    assert explanation(nested) == "`outer` takes `x`. It returns `inner`."


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.error or 'None'}: {case.why[:30]}")
def test_every_mistake_really_happens_and_its_mending_really_helps(case: Case) -> None:
    rng = random.Random(case.broken)
    seen = [observed(fill(case, rng)) for _ in range(12)]
    assert sum(outcome is not None for outcome in seen) >= 8  # some names and numbers do not fit some cases


def test_every_traceback_is_what_python_says() -> None:
    for example in some("debug", 80):
        if "Traceback (most recent call last)" not in example.text:
            continue
        error = example.expected[0]
        assert re.search(rf"^{error}: ", example.text, re.MULTILINE)
        line = re.findall(r'File "[^"]+", line (\d+)', example.text)[-1]
        assert example.expected[1] == f"line {line}"
        assert f"`{error}` on line {line}" in example.answer


def test_running_shows_the_line_and_lets_nothing_out(tmp_path: Path) -> None:
    outcome = run("x = 1\nprint(x)\ny = x / 0\n")
    assert (outcome.error, outcome.line, outcome.output) == ("ZeroDivisionError", 3, "1\n")
    assert outcome.traceback.splitlines()[1:3] == ['  File "main.py", line 3, in <module>', "    y = x / 0"]
    assert run(f"open({str(tmp_path / 'x')!r}, 'w')").error == "FileNotFoundError"
    assert run("import os").error == "ImportError"
    assert not list(tmp_path.iterdir())


def test_the_lines_of_a_fix() -> None:
    assert changed_lines("a\nb\nc", "a\nB\nc") == "B"
    assert changed_lines("a\nc", "a\nb\nc") == "b"
    assert changed_lines("x\n\na", "import m\n\nx\n\na") == "import m"


def test_talk_is_written_by_hand_and_one_phrasing_of_some_is_held_out() -> None:
    seeds = load_seeds()
    train, held_out = split_seeds(seeds)
    assert {seed.answer for seed in train} == {seed.answer for seed in seeds}
    assert 20 < len(held_out) < len(seeds) / 2
    asked = {(prompt, seed.answer) for seed in train for prompt in seed.prompts}
    assert not {(seed.prompts[0], seed.answer) for seed in held_out} & asked


@given(st.integers(0, 10_000))
def test_noise_is_deterministic_and_leaves_slots_alone(seed: int) -> None:
    templates = ("What does {x} do, please?", "```python\n{x}\n```\nexplain that")
    first = ask(templates, random.Random(seed), x="Weird_Name.X()")
    assert first == ask(templates, random.Random(seed), x="Weird_Name.X()")
    assert "Weird_Name.X()" in first
    assert ("```python" in first) == ("```" in first)


@given(st.text(max_size=60), st.integers(0, 99))
def test_rough_typing_never_fails(text: str, seed: int) -> None:
    assert isinstance(rough(text, random.Random(seed)), str)
    assert abs(len(typo(text, random.Random(seed))) - len(text)) <= 1


def test_made_up_words_are_many() -> None:
    rng = random.Random(0)
    assert len({made_up_word(rng) for _ in range(2000)}) > 1500


def test_the_mask_covers_exactly_the_answer() -> None:
    tokenizer = ByteTokenizer()
    example = Example(["a memory"], [("hi", "Hello!")], "how?", "Like this.", None, "dialogue")
    encoded = encode(example, tokenizer, 256)
    assert encoded is not None
    rows = pack_examples("x", [encoded, encoded], tokenizer.pad, 256)
    assert rows.rows == 1
    tokens, mask = rows.tokens[0].tolist(), rows.mask[0].tolist()
    learned = [token for token, learn in zip(tokens, mask, strict=True) if learn]
    assert learned == [*tokenizer.encode("Like this."), tokenizer.end] * 2
    assert mask.index(1) > 0
    assert tokens[mask.index(1) - 1] == tokenizer.spark


def test_what_does_not_fit_is_dropped_not_cut() -> None:
    tokenizer = ByteTokenizer()
    assert encode(Example([], [], "x" * 300, "yes", None, "dialogue"), tokenizer, 256) is None
    assert encode(Example(["m" * (MEMORY_TOKENS + 1)], [], "x", "yes", None, "dialogue"), tokenizer, 1024) is None


@given(st.lists(st.integers(2, 40), min_size=1, max_size=60))
def test_packing_never_cuts_and_never_loses(lengths: list[int]) -> None:
    from array import array

    pieces = [Encoded(array("i", [number + 1] * length), 1) for number, length in enumerate(lengths)]
    rows = pack_examples("x", pieces, pad=0, context=39)
    runs: dict[int, int] = {}
    for row in rows.tokens.tolist():
        for token in dict.fromkeys(row):
            if token:
                assert token not in runs  # whole, in one row
                first = row.index(token)
                runs[token] = row.count(token)
                assert row[first : first + runs[token]] == [token] * runs[token]  # in one stretch
    assert runs == {number + 1: length for number, length in enumerate(lengths)}
    assert int(rows.mask.sum()) == len(lengths)
    assert not rows.mask[rows.tokens == 0].any()


def test_shares_are_kept() -> None:
    limits = Limits(chat_tokens=400_000)
    encoded, counts = encoded_examples(material(), Marker(WordEmbedder()), ByteTokenizer(), 2048, 0, limits)
    assert sum(len(piece.ids) for piece in encoded) >= 400_000
    for task, share in SHARES.items():
        assert abs(counts[task]["share_of_answers"] - share) < 0.03


def test_memories_are_marked_by_how_well_they_fit() -> None:
    embedder = WordEmbedder()
    plain = some("documents", 300) + some("facts", 300)
    marked = list(Marker(embedder).mark(plain))
    assert len(embedder.embedded) == len(set(embedder.embedded))
    right, others = [], []
    for before, after in zip(plain, marked, strict=True):
        assert (after.text, after.answer) == (before.text, before.answer)
        asked = embedder.embed([before.text, "and another"])[0]
        for old, new in zip(before.memories, after.memories, strict=True):
            turn = turn_text(*old.removeprefix("You: ").split("\nSpark: ", 1)) if old.startswith("You: ") else old
            assert new == f"{fit(before.text, old, float(asked @ embedder.embed([turn, 'and another'])[0]))} {old}"
            if before.kind.endswith(":distractors"):
                (right if all(piece in old for piece in before.expected) else others).append(int(new[0]))
    assert sum(right) / len(right) > sum(others) / len(others) + 2


def test_near_documents_are_the_most_alike_of_other_names() -> None:
    embedder = WordEmbedder()
    near = with_near(material(), embedder)
    documented = near.documented
    vectors = embedder.embed([one.document for one in documented])
    of = documented[3]
    alike = vectors @ vectors[3]
    allowed = [
        place
        for place, other in enumerate(documented)
        if last_name(other) != last_name(of) and other.paragraph != of.paragraph
    ]
    nearest = {float(alike[place]) for place in sorted(allowed, key=lambda place: -alike[place])[:6]}
    assert {float(alike[documented.index(other)]) for other in near.near[of.name]} == nearest


def test_train_and_held_out_have_nothing_in_common() -> None:
    corpus = Corpus(definitions("box"), definitions("held"), {})
    learn, measured = materials(corpus)
    marker = Marker(WordEmbedder())
    examples = {task: held_out_examples(task, measured, marker, ByteTokenizer(), 2048, 0, 20) for task in TASKS}
    assert all(examples.values())
    for example, _ in examples["documents"]:
        assert not any("box" in memory for memory in example.memories)
    for example, _ in examples["completion"]:
        assert "held" in example.answer
    for example, _ in examples["dialogue"]:
        assert not any(example.text in seed.prompts and seed.answer == example.answer for seed in learn.seeds)


def test_a_whole_small_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(definitions("box", 60), definitions("held"), {"box": "MIT"})
    monkeypatch.setattr("train.curriculum.build.build_corpus", lambda cache: corpus)
    limits = Limits(code_tokens=20_000, chat_tokens=60_000, held_out_code_tokens=5_000, held_out_examples=6)
    report = build_mind(ByteTokenizer(), 1024, tmp_path, 0, limits, embedder=WordEmbedder())
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
    chat = PackedRows.load(tmp_path / "chat.safetensors")
    assert chat.context == 1024
    assert chat.rows > 40
    names = {path.name for path in tmp_path.iterdir()}
    assert {"code.safetensors", "heldout_code.safetensors", "heldout_code.jsonl", "heldout_chat.jsonl"} <= names
    assert {f"heldout_chat_{task}.safetensors" for task in TASKS} <= names
    first = (tmp_path / "chat.safetensors").read_bytes()
    build_mind(ByteTokenizer(), 1024, tmp_path, 0, limits, embedder=WordEmbedder())
    assert (tmp_path / "chat.safetensors").read_bytes() == first

    examples = read_examples(tmp_path / "heldout_chat.jsonl")
    perfect = measure(lambda example: example.answer, examples, per_kind=6)
    assert all(figures.right == figures.exact == 1.0 for figures in perfect.figures)
    assert all(figures.parsed in {None, 1.0} for figures in perfect.figures)
    silent = measure(lambda example: "", examples, per_kind=6)
    assert all(figures.right == figures.exact == 0.0 for figures in silent.figures)
    assert "| completion |" in perfect.table()


def test_a_bare_server_can_build_the_data() -> None:
    """Nothing of the terminal, the memory, or the numeric stack is imported."""
    absent = ("textual", "rich", "typer", "lancedb", "sentence_transformers", "transformers", "platformdirs", "numpy")
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({absent!r}))\n"
        "import train.curriculum.__main__, train.curriculum.evaluate, train.corpus\n"
        "assert train.curriculum.__main__.main(['--help-me-not'][:0]) == 0\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "--measure" in done.stdout


def test_shares_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for share in ("poems=1", "facts=much", "facts=-1"):
        assert main(["--out", str(tmp_path), "--shares", share]) == 1
        assert "--shares takes TASK=SHARE" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_counts_as_right() -> None:
    example = Example([], [], "q", "a", None, "facts", ["tar"])
    assert is_right(example, "It is TAR.")
    assert not is_right(example, "It is a guitar.")
    assert parses("```python\n    return x\n```")
    assert parses("```python\nif x > 3:\n```")
    assert not parses("```python\nif x >\n```")
    assert not parses("no code")
