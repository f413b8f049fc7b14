"""Everyday questions answered from a note in memory, and "not in my memory" when only other notes are there.

What is learned is to find the note that answers and to repeat it exactly, not to know it by heart: names in a note
change from one example to the next, and a third of the notes are made from the corpus (code_notes.py) and seen once, so
a note that was never trained on can be read as well.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import random
import re
from collections.abc import Iterator

from engine.routing.categories import Category
from train.corpus.seeds import Seed, note_text, note_title
from train.corpus.words import words
from train.curriculum.code_notes import CodeNote, any_code_note
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import made_up_word, rough
from train.curriculum.similar import Similar

TASK = "notes"
_MADE = 0.5
"""Notes made by program, for each written by hand."""
NOT_THERE = "I do not have an answer to that in my memory."
_FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
_CODE = re.compile(r"(```[\s\S]*?```|`[^`\n]*`)")
_NAMES = words(
    """
    values rows lines data records scores pairs result found table entries users colors prices cities nodes cells
    names points tags orders parts groups books pages files steps marks keys labels notes answers weights sizes
    total best first other inner current given chosen left right source target message title city price color
    user row cell point tag order part group book page step mark label note size
    """
)


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless rounds through the notes in shuffled order; one question in five finds only other notes."""
    notes = [seed for seed in material.seeds if seed.is_note]
    alike = Similar(notes, lambda seed: " ".join(seed.prompts))
    while notes:
        rng.shuffle(notes)
        for note in notes:
            if rng.random() < _MADE and (made := any_code_note(material.definitions, rng)):
                yield _made(made, alike, note, material, rng)
            yield _example(note, alike, material, rng)


def _made(note: CodeNote, alike: Similar[Seed], near: Seed, material: Material, rng: random.Random) -> Example:
    """Read from a note that nobody has seen before, beside another of its kind or one written by hand."""
    text, there = note.question(rng), rng.random() < 0.85
    memories = [note.text(rng)] if there else []
    if not there or rng.random() < 0.7:
        other = any_code_note(material.definitions, rng) if rng.random() < 0.6 else None
        apart = other is not None and other.order != note.order
        memories.append(other.text(rng) if other and apart else _distraction(near, alike, material, rng))
    rng.shuffle(memories)
    said = note.answer if there else NOT_THERE
    expected = [note.answer] if there else ["I do not have"]
    kind = "made" if there else "made absent"
    return Example(memories, [], text, said, Category.ROUTINE, TASK, expected, kind)


def _example(note: Seed, alike: Similar[Seed], material: Material, rng: random.Random) -> Example:
    prompt = rng.choice(note.prompts)
    text = prompt if material.held_out or rng.random() < 0.4 else rough(prompt, rng)
    there = rng.random() < 0.8
    memories = [_distraction(note, alike, material, rng) for _ in range(rng.choices((0, 1, 2), (0.25, 0.45, 0.3))[0])]
    answer = note.answer
    if there:
        if not material.held_out and rng.random() < 0.6:
            answer = with_other_names(answer, rng)
        memories = [note_text(_title(note, prompt, material, rng), answer), *memories[:2]]
        rng.shuffle(memories)
    elif not memories:
        memories = [_distraction(note, alike, material, rng)]
    kind = "read" if there else "absent"
    said = answer if there else NOT_THERE
    expected = [answer] if there else ["I do not have"]
    return Example(memories, [], text, said, Category(note.category), TASK, expected, kind)


def _distraction(note: Seed, alike: Similar[Seed], material: Material, rng: random.Random) -> str:
    """Another note, mostly one on a matter near by; sometimes a document."""
    form = rng.random()
    if form < 0.15 and material.documented:
        return material.any_document(rng).document
    near = [other for other in alike.nearest(note, 6) if other.answer != note.answer] if form < 0.75 else []
    other = rng.choice(near or [seed for seed in alike.things if seed.answer != note.answer] or [note])
    answer = with_other_names(other.answer, rng) if rng.random() < 0.3 else other.answer
    return note_text(_title(other, "", material, rng), answer)


def _title(note: Seed, asked: str, material: Material, rng: random.Random) -> str:
    """A heading, seldom in the words of the question itself."""
    if material.held_out or rng.random() < 0.3:
        return note.title
    return note_title(rng.choice([prompt for prompt in note.prompts[:4] if prompt != asked] or note.prompts))


def with_other_names(answer: str, rng: random.Random) -> str:
    """The same answer, its code under other variable names, also where the prose quotes it."""
    blocks = _FENCE.findall(answer)
    own: set[str] = set()
    used: set[str] = set()
    for block in blocks:
        try:
            tree = ast.parse(block)
        except SyntaxError:
            return answer
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                used.add(node.id)
                if isinstance(node.ctx, ast.Store):
                    own.add(node.id)
            elif isinstance(node, ast.arg):
                own.add(node.arg)
            elif isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                used.add(node.arg)
    renamed = answer
    for name in sorted(own):
        if len(name) < 3 or hasattr(builtins, name) or rng.random() < 0.25:
            continue
        new = rng.choice(_NAMES) if rng.random() < 0.7 else made_up_word(rng)
        if new in used or new in own or new in renamed or keyword.iskeyword(new):
            continue
        renamed = "".join(_rename(piece, name, new) for piece in _CODE.split(renamed))
        used.add(new)
    return renamed if all(_parses(block) for block in _FENCE.findall(renamed)) else answer


def _rename(piece: str, name: str, new: str) -> str:
    """In code only, and there neither in strings nor as the name of an argument in a call."""
    if not piece.startswith("`"):
        return piece
    return re.sub(rf"(?<![\w.\"']){name}(?![\w\"'=]|\s*=(?!=)(?=[^\n]*\)))", new, piece)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
