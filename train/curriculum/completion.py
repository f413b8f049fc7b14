"""A beginning of a function, or a wish, becomes the whole function in a fence.

Half have functions like the one that is wanted in memory, useful ones and useless ones, as `spark learn` keeps them: a
small core that cannot know every function can read one (retrieval-augmented generation, Lewis et al. 2020). Nearly half
are the hand-written functions under many names and wishes, since those are what people type first; the rest are short
functions of the corpus, begun by their signature, docstring or first half.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.routing.categories import Category
from train.corpus.definitions import Definition
from train.curriculum.code_wishes import BEGINNING, FINISH, NAMED_WISH, WISH
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import ask
from train.curriculum.similar import Similar
from train.curriculum.toy import plain_source, renamed, with_imports
from train.curriculum.wording import bare_order, first_sentences, verb_phrase

TASK = "completion"
_LONGEST = 620  # characters: about 160 tokens and a little more


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless."""
    short = [definition for definition in material.definitions if _fits(definition)]
    alike = Similar([*readable_functions(material.definitions), *material.toy], function_words)
    while True:
        if material.toy and (not short or rng.random() < 0.45):
            definition = rng.choice(material.toy)
            found: Example | None = _toy_example(definition, material, rng)
        else:
            definition = rng.choice(short)
            found = _corpus_example(definition, material, rng)
        if found:
            memories = _memories(definition, alike, material, rng)
            yield replace(found, memories=[memory for memory in memories if memory not in found.answer])


def readable_functions(definitions: Iterable[Definition]) -> list[Definition]:
    """Functions and methods that fit into a memory: what writing can lean on."""
    return [
        definition
        for definition in definitions
        if definition.kind in ("function", "method")
        and 60 <= len(definition.source) <= _LONGEST
        and definition.source.isascii()
        and definition.source.count("\n") >= 2
    ]


def function_words(definition: Definition) -> str:
    """What a function is found by: its name twice, its arguments, its description."""
    return f"{definition.short_name} {definition.signature} {definition.paragraph}"


def _memories(wanted: Definition, alike: Similar[Definition], material: Material, rng: random.Random) -> list[str]:
    """Nothing, documents, or functions: like the wanted one, of its own module, any; never the function itself."""
    form = rng.random()
    if form < 0.35:
        return []
    if form < 0.42:
        return [material.any_document(rng).document for _ in range(rng.choice((1, 2)))] if material.documented else []
    if material.toy and wanted in material.toy and rng.random() < 0.35:  # the same under other names
        near = [replace(wanted, source=renamed(wanted.source, rng)), *alike.nearest(wanted, 3)]
    elif form < 0.9:
        near = alike.nearest(wanted, 8)
        if form < 0.65:
            near = [other for other in near if other.module != wanted.module] or near
    else:
        near = [rng.choice(alike.things) for _ in range(2)]
    others = [other for other in near if other.fingerprint != wanted.fingerprint or other.source != wanted.source]
    shown = [tidied(other.source) for other in others[: rng.choice((1, 2, 2))]]
    return [source.strip() for source in shown if source and len(source) <= _LONGEST]


def _fits(definition: Definition) -> bool:
    source = definition.source
    return (
        definition.kind == "function"
        and 60 <= len(source) <= _LONGEST
        and source.startswith("def ")
        and 3 <= source.count("\n") <= 22
        and source.isascii()
        and not definition.short_name.startswith("_")
        and max(map(len, source.splitlines())) <= 100
        and not any(
            mark in source for mark in ("NotImplementedError", "noqa", "# type:", "See docstring", "pragma:", "pylint")
        )
    )


def _toy_example(definition: Definition, material: Material, rng: random.Random) -> Example:
    source = plain_source(definition.source)
    source = renamed(source, rng)
    if rng.random() < 0.5:  # a wish in words
        name_is_given = rng.random() < 0.45
        phrase, order = _described(definition)
        answer_source = source if name_is_given else plain_source(definition.source)
        header = _header(answer_source)
        text = ask(
            NAMED_WISH if name_is_given else WISH,
            rng,
            call=_call(header),
            name=_name(header),
            phrase=phrase,
            order=order,
        )
        return _example(text, with_imports(answer_source), "toy:wish")
    return _from_beginning(source, material, rng, "toy")


def _corpus_example(definition: Definition, material: Material, rng: random.Random) -> Example | None:
    source = tidied(definition.source)
    if source is None or len(source) > _LONGEST:
        return None
    if definition.paragraph and rng.random() < 0.35:
        sentence = first_sentences(definition.paragraph, most=0)
        phrase, order = verb_phrase(sentence), bare_order(sentence)
        if phrase and len(phrase) < 110:
            header = _header(source)
            text = ask(NAMED_WISH, rng, call=_call(header), name=_name(header), phrase=phrase, order=order)
            if "{name}" not in text:
                return _example(text, source, "corpus:wish")
    return _from_beginning(source, material, rng, "corpus")


def _from_beginning(source: str, material: Material, rng: random.Random, origin: str) -> Example:
    lines = source.splitlines()
    body = _body_start(source)
    form = rng.random()
    header = _header(source)
    if form < 0.3 and "\n" not in header and origin == "toy":
        shown = header if rng.random() < 0.7 else header.rstrip(":")
        text = ask(BEGINNING, rng, noise=0.3, signature=shown, call=_call(header))
        return _example(text, source, f"{origin}:signature")
    if form < 0.7:  # signature and docstring
        kept = lines[:body] if body > 1 or origin == "toy" else lines[: body + 1]
    else:
        kept = lines[: rng.randint(body, max(body, len(lines) - 1))]
    code = "\n".join(kept)
    if rng.random() < 0.3:
        code += "\n" + re.match(r"\s*", lines[len(kept)])[0] if len(kept) < len(lines) else ""  # type: ignore[index]
    text = ask(FINISH, rng, noise=0.4, code=code)
    return _example(text, source, f"{origin}:{'docstring' if form < 0.7 else 'half'}")


def _example(text: str, source: str, kind: str) -> Example:
    answer = f"```python\n{source.strip()}\n```"
    return Example([], [], text, answer, Category.COMPLETION, TASK, [source.strip()], kind)


def _described(definition: Definition) -> tuple[str, str]:
    """("returns the mean of a list", "get the mean of a list")"""
    phrase = verb_phrase(definition.paragraph)
    order = bare_order(definition.paragraph)
    return phrase, order


def tidied(source: str) -> str | None:
    """Docstring cut to one line, comments of the header kept; None where that does not parse."""
    try:
        tidy = plain_source(source)
        ast.parse(tidy)
    except SyntaxError:
        return None
    return tidy


def _body_start(source: str) -> int:
    """Lines up to the end of the signature and docstring."""
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        return first.end_lineno or first.lineno
    return max(first.lineno - 1, 1)


def _header(source: str) -> str:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return "\n".join(source.splitlines()[: max(function.body[0].lineno - 1, 1)]).rstrip()


def _call(header: str) -> str:
    return re.sub(r"\s+", " ", header.removeprefix("def ").split(" ->")[0].rstrip(": ")).replace("( ", "(")


def _name(header: str) -> str:
    return header.removeprefix("def ").split("(")[0]
