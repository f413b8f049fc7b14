"""The hand-written handbook: well formed, short, nothing asked twice, and its code does what its comments say."""

import ast
import contextlib
import io
import json
import re
import warnings
from functools import cache
from pathlib import Path

import pytest

from engine.models.tokenizer import BytePairTokenizer
from train.corpus.handbook import talk_notes

ASSETS = Path(__file__).resolve().parents[2] / "assets"
NOTES = ASSETS / "handbook" / "notes.jsonl"
FIELDS = ["title", "category", "asks", "answer"]
CATEGORIES = {"routine", "explain", "debug"}
LEAST = 250
ASKS = 6
MOST_WORDS, MOST_LINES = 90, 8
ANSWER_TOKENS, NOTE_TOKENS = 170, 190
FENCE = re.compile(r"```(\w*)\n(.*?)\n```", re.DOTALL)
RAISES = re.compile(r"# raises (\w+)$", re.MULTILINE)
SHOWN = re.compile(r"print\(.*\)  # (?!raises )(.*)$", re.MULTILINE)

# The rule for what runs here: a block all of whose imports are in this list and which names none of TOUCHING. Such a
# block reaches no file, network, other process or input; a database must be ":memory:".
NAMES = """
__future__ argparse ast asyncio base64 bisect calendar collections collections.abc concurrent.futures
configparser contextlib csv dataclasses datetime decimal difflib enum fractions functools io itertools json
math operator pytest queue random re secrets shlex sqlite3 string sys textwrap threading time types typing
unicodedata unittest.mock urllib.error urllib.parse xml.etree.ElementTree
"""
PURE = set(NAMES.split())
TOUCHING = {"open", "input", "breakpoint", "stdin", "ProcessPoolExecutor"}


@cache
def notes() -> list[dict[str, object]]:
    return [json.loads(line) for line in NOTES.read_text(encoding="utf-8").splitlines()]


def title(note: dict[str, object]) -> str:
    return str(note["title"])


def answer(note: dict[str, object]) -> str:
    return str(note["answer"])


def asks(note: dict[str, object]) -> list[str]:
    found = note["asks"]
    assert isinstance(found, list)
    return [str(ask) for ask in found]


def python_blocks() -> list[tuple[str, str]]:
    return [(title(note), code) for note in notes() for tag, code in FENCE.findall(answer(note)) if tag == "python"]


def plain(text: str) -> str:
    """The words alone, so that a question mark or a capital makes no new question."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def parsed(code: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ast.parse(code)


def is_pure(code: str) -> bool:
    modules, names = set(), set()
    for node in ast.walk(parsed(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module or ".")
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return modules <= PURE and not names & TOUCHING


def outcome(code: str) -> tuple[str, str | None]:
    """What a block prints, and the name of the error it ends with."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(code, "<note>", "exec"), {"__name__": "note"})  # our own, hand-written blocks
        except Exception as error:
            return out.getvalue(), type(error).__name__
    return out.getvalue(), None


def test_shape() -> None:
    assert len(notes()) >= LEAST
    for note in notes():
        assert list(note) == FIELDS, note
        assert note["category"] in CATEGORIES, note
        texts = [title(note), *asks(note), answer(note)]
        assert len(asks(note)) >= ASKS, note
        assert all(text == text.strip() and text and text.isascii() for text in texts), note


def test_nothing_is_asked_twice_or_elsewhere() -> None:
    taken: dict[str, str] = {}
    for path in sorted((ASSETS / "curriculum").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            taken |= {plain(prompt): path.name for prompt in json.loads(line)["prompts"]}
    for path in sorted((ASSETS / "queries").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line) if path.suffix == ".jsonl" else {"text": line}
            if "text" in row:  # pairs are the procedures' matter
                taken[plain(str(row["text"]))] = path.name
    twice = []
    for note in notes():
        for text in (title(note), *asks(note)):
            if plain(text) in taken:
                twice.append(f"{text}: {title(note)} and {taken[plain(text)]}")
            taken[plain(text)] = title(note)
    assert not twice, "\n".join(twice)


def test_short_enough_to_be_remembered() -> None:
    tokenizer = BytePairTokenizer.load(ASSETS / "bundle" / "tokenizer.json")
    for note in notes():
        assert len(answer(note).split()) <= MOST_WORDS, title(note)
        assert len(tokenizer.encode(answer(note))) < ANSWER_TOKENS, title(note)
        assert len(tokenizer.encode(f"{title(note)}\n{answer(note)}")) < NOTE_TOKENS, title(note)


def test_fences() -> None:
    for note in notes():
        fences = FENCE.findall(answer(note))
        assert answer(note).count("```") == 2 * len(fences), title(note)
        assert len(fences) <= 1, title(note)
        assert all(tag in {"python", "bash"} for tag, _ in fences), title(note)
        assert all(1 <= len(code.splitlines()) <= MOST_LINES for _, code in fences), title(note)


def test_every_block_compiles() -> None:
    for where, code in python_blocks():
        try:
            compile(parsed(code), "<note>", "exec")
        except (SyntaxError, Warning) as error:
            pytest.fail(f"{where}: {error!r}")


def test_pure_blocks_print_and_raise_what_their_comments_say() -> None:
    """`print(...)  # text` prints that text, and only a block with `# raises Name` ends with an error, namely Name."""
    pure = [(where, code) for where, code in python_blocks() if is_pure(code)]
    assert len(pure) > 0.7 * len(python_blocks())
    wrong = []
    for where, code in pure:
        if "sqlite3.connect" in code:
            assert '":memory:"' in code, where
        printed, error = outcome(code)
        expected = RAISES.search(code)
        if error != (expected and expected[1]):
            wrong.append(f"{where}: ended with {error}")
        lines = iter(printed.splitlines())
        wrong += [f"{where}: {shown!r} is not in {printed!r}" for shown in SHOWN.findall(code) if shown not in lines]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("code", "pure"),
    [
        ("import re\nprint(re.escape('.'))", True),
        ("from urllib.parse import quote", True),
        ("from urllib.request import urlopen", False),
        ("import os", False),
        ("with open('x') as file:\n    pass", False),
        ("import sys\nfor line in sys.stdin:\n    print(line)", False),
    ],
)
def test_the_rule_of_what_is_pure(code: str, pure: bool) -> None:
    assert is_pure(code) == pure


def test_small_talk_is_a_note_under_each_of_its_phrasings_but_what_a_person_tells_is_none() -> None:
    talk = {note.title: note.answer for note in talk_notes()}
    assert talk["Thanks"] == talk["Thank you"] and talk["Hello"] == talk["Hi there"] != talk["Thanks"]
    assert not any("name is" in title for title in talk if title.lower().startswith("my "))
    assert not any(title.startswith("Hi im") for title in talk)
