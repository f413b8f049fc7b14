"""The corpus: clean sources, exact definitions, no repetition, and a split that does not leak."""

import json
import textwrap
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SparkError
from engine.models.tokenizer import ByteTokenizer
from train.corpus.build import Corpus, build_corpus
from train.corpus.builtin import builtin_definitions
from train.corpus.code import module_texts
from train.corpus.definitions import definitions_in, first_paragraph
from train.corpus.packing import pack_stream
from train.corpus.prepare import prepare, toy_definitions
from train.corpus.sources import SourceFile, find_files, licence_of, read
from train.corpus.split import fixed_hash, is_held_out
from train.corpus.tokenizer_texts import tokenizer_texts

SOURCE = '''
import os

def join(a, /, *p, sep="/", **rest):
    """Join two or more
    pathname ``components``.

    More of it.
    """
    # a comment
    return sep.join((a, *p))

class Box:
    """A box that holds :class:`Thing` things."""

    def __init__(self, width, height=2):
        self.width, self.height = width, height

    @property
    def area(self):
        """The area of the box."""
        return self.width * self.height

    async def fill(self, items: list[int], *, fast=True) -> None:
        """Fill the box with all of the items."""
        self.items = [item for item in items if fast]
'''


def one_file(folder: Path, name: str, text: str) -> SourceFile:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return SourceFile("mine", f"mine.{name}", path, "MIT")


def test_definitions_have_names_signatures_and_paragraphs() -> None:
    found = {d.name: d for d in definitions_in(SOURCE, "posixpath", "lib")}
    assert (
        found["os.path.join"].document
        == "os.path.join(a, *p, sep='/', **rest): Join two or more pathname `components`."
    )
    assert found["os.path.Box"].document == "os.path.Box(width, height=2): A box that holds `Thing` things."
    assert found["os.path.Box.area"].document == "os.path.Box.area: The area of the box."
    assert found["os.path.Box.fill"].signature == "Box.fill(items, *, fast=True)"
    assert found["os.path.join"].source.startswith("def join(")
    assert found["os.path.Box.fill"].source.startswith("async def fill(")


def test_private_parts_of_a_module_are_not_shown() -> None:
    text = 'def average(values):\n    """Give the average of all values."""\n    return sum(values) / len(values)\n'
    assert next(definitions_in(text, "numpy.lib._function_impl", "numpy")).name == "numpy.lib.average"
    assert next(definitions_in(text, "_pydecimal", "lib")).name == "decimal.average"


def test_the_fingerprint_ignores_docstrings_comments_and_layout_but_not_names() -> None:
    def mark(text: str) -> str:
        return next(definitions_in(text, "m", "p")).fingerprint

    plain = "def double(number):\n    return number * 2  # twice the number\n"
    assert mark(plain) == mark('def double(number):\n    """Double it."""\n\n    return (number *\n            2)\n')
    assert mark(plain) != mark("def double(value):\n    return value * 2  # twice the number\n")


def test_what_cannot_be_parsed_gives_nothing() -> None:
    assert list(definitions_in("def broken(:\n    pass\n" * 9, "m", "p")) == []


@pytest.mark.parametrize(
    ("docstring", "paragraph"),
    [
        ("Do it.\n\nThen more.", "Do it."),
        ("\n    Do\n    it.\n    ", "Do it."),
        (">>> do()\n1", ""),
        (":param x: it", ""),
        ("Arguments: x", ""),
        ("See :func:`~os.walk` and ``x``.", "See `os.walk` and `x`."),
    ],
)
def test_the_first_paragraph_is_prose_on_one_line(docstring: str, paragraph: str) -> None:
    assert first_paragraph(docstring) == paragraph


def test_generated_wide_and_foreign_files_are_left_out(tmp_path: Path) -> None:
    code = "def fine(number):\n    return number + 1\n" * 5
    assert read(one_file(tmp_path, "good", code))
    assert read(one_file(tmp_path, "made", "# Auto-generated. DO NOT EDIT.\n" + code)) is None
    assert read(one_file(tmp_path, "wide", code + "x = '" + "y" * 500 + "'\n")) is None
    assert read(one_file(tmp_path, "foreign", code + "# " + "ж" * 60 + "\n")) is None
    bad = one_file(tmp_path, "bytes", code)
    bad.path.write_bytes(b"\xff\xfe" * 100)
    assert read(bad) is None


def test_every_package_has_a_licence_that_is_not_copyleft() -> None:
    files = find_files()
    licences = {file.package: file.licence for file in files}
    assert licences["python standard library"] == "PSF-2.0"
    assert all(licences.values())
    assert not [name for name, licence in licences.items() if "GPL" in licence]
    assert not [file for file in files if "/tests/" in str(file.path) or file.path.name.startswith("test_")]


def test_a_licence_is_found_where_the_package_states_it() -> None:
    assert licence_of(metadata.distribution("textual")) == "MIT"


def test_the_same_function_is_kept_once_and_held_out_modules_do_not_leak(tmp_path: Path) -> None:
    names = [f"m{i}" for i in range(400)]
    held = [name for name in names if is_held_out(f"mine.{name}")]
    kept = [name for name in names if not is_held_out(f"mine.{name}")]
    assert 1 <= len(held) <= 25  # about 2%

    def text(number: int, paragraph: str, name: str) -> str:
        return f'def {name}(value):\n    """{paragraph}"""\n    return value + {number} * 1000\n\n' + "# filler\n" * 8

    files = [
        one_file(tmp_path, kept[0], text(1, "Add one thousand.", "add")),
        one_file(tmp_path, kept[1], text(1, "Another docstring.", "add")),  # the same tree
        one_file(tmp_path, held[0], text(2, "Add two thousand.", "plus") + text(3, "Add one thousand.", "more")),
    ]
    corpus = build_corpus(files=files)
    assert [d.paragraph for d in corpus.train] == ["Add one thousand."]
    assert [d.paragraph for d in corpus.held_out] == ["Add two thousand."]  # a docstring seen in training is dropped
    assert corpus.counts["duplicates"] == 1
    assert not {d.fingerprint for d in corpus.train} & {d.fingerprint for d in corpus.held_out}
    report = corpus.report()
    assert report["train_definitions"] == 1
    assert json.dumps(report)


def test_the_cache_gives_back_the_same_corpus_and_notices_changed_files(tmp_path: Path) -> None:
    file = one_file(tmp_path, "first", SOURCE)
    cache = tmp_path / "cache"
    built = build_corpus(cache, [file])
    assert build_corpus(cache, [file]) == Corpus(built.train, built.held_out, built.licences, built.counts)
    assert len(list(cache.iterdir())) == 1
    file.path.write_text(SOURCE + "\n\ndef another(value):\n    return value * 2 + 40000000\n", encoding="utf-8")
    assert len(build_corpus(cache, [file]).train) + len(build_corpus(cache, [file]).held_out) > len(built.train) + len(
        built.held_out
    )


@given(st.text(min_size=1, max_size=40))
def test_the_split_is_a_pure_function_of_the_name(module: str) -> None:
    assert is_held_out(module) == is_held_out(module)
    assert 0 <= fixed_hash(module) < 1 << 64


def test_the_split_never_moves() -> None:
    """A changed hash would train on what an earlier model was measured on."""
    assert [fixed_hash(name) % 1000 for name in ("os", "json", "textual.app")] == [49, 106, 212]


def test_what_is_written_in_c_has_documents() -> None:
    found = {d.name: d for d in builtin_definitions()}
    # os.getcwd is written as posix.getcwd; random.choice is a method of an instance that nobody sees.
    assert {"os.getcwd", "os.listdir", "random.choice"} <= found.keys()
    assert found["len"].document == "len(obj): Return the number of items in a container."
    assert found["math.sqrt"].document == "math.sqrt(x): Return the square root of x."
    assert found["str.upper"].paragraph == "Return a copy of the string converted to uppercase."
    assert all(not d.source for d in found.values())


def test_code_shows_a_class_whole_or_its_methods_but_not_both() -> None:
    definitions = list(definitions_in(SOURCE, "mine", "lib"))
    (text,) = module_texts(definitions, seed=0)
    assert text.count("def fill(") == 1
    compile(text, "mine", "exec")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.integers(2, 16))
def test_a_stream_of_text_loses_no_token_and_learns_no_padding(texts: list[str], context: int) -> None:
    tokenizer = ByteTokenizer()
    stream = [token for text in texts for token in (tokenizer.bos, *tokenizer.encode(text))]
    if len(stream) < 2:
        return
    rows = pack_stream("x", texts, tokenizer, context, 1 << 30, pad_last=True)
    inputs = [token for row in rows.tokens.tolist() for token in row[:-1]] + rows.tokens[-1, -1:].tolist()
    assert [token for token in inputs if token != tokenizer.pad] == stream
    assert rows.targets == len(stream) - 1
    assert not rows.mask[rows.tokens == tokenizer.pad].any()


def test_toy_and_functions_are_the_named_data_sets() -> None:
    rows, held_out = prepare("toy", ByteTokenizer(), 256, seed=3)
    assert rows.context == held_out.context == 256
    assert rows.rows > 50
    again, _ = prepare("toy", ByteTokenizer(), 256, seed=3)
    assert (rows.tokens == again.tokens).all()
    with pytest.raises(SparkError, match="no data set called nothing"):
        prepare("nothing", ByteTokenizer(), 256)


def test_the_toy_functions_are_a_hundred_and_their_examples_hold() -> None:
    import doctest
    import importlib.util

    from engine.assets import asset

    assert len(toy_definitions()) == 100
    assert len({d.name for d in toy_definitions()}) == 100
    spec = importlib.util.spec_from_file_location("toy", asset("toy", "functions.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted >= 100


def test_the_tokenizer_learns_from_code_prose_and_talk() -> None:
    texts = list(tokenizer_texts(limit_bytes=200_000))
    assert 200_000 <= sum(map(len, texts)) < 900_000
    assert any(text.lstrip().startswith(("import", "from", '"""', "#")) for text in texts)
    assert textwrap.dedent(texts[0])
