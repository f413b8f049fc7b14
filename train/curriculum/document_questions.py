"""Questions answered from a document in the context, and "not in my memory" when the document is not there.

The right document stands first or second; a distractor comes from the same module where possible. Answers copy the
signature and the first sentences of the document: what a small core can do well.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from engine.routing.categories import Category
from train.corpus.definitions import Definition
from train.corpus.documents import STDLIB, documents_of, library_definitions
from train.corpus.split import is_held_out
from train.curriculum.example import Example, Material, is_askable, last_name
from train.curriculum.notes import NOT_THERE
from train.curriculum.phrasing import ask, made_up_word, shown_name
from train.curriculum.wording import as_statement, bare_order, first_sentences, noun_phrase, verb_phrase

TASK = "documents"

_WHAT = (
    "What does {x} do?",
    "what does {x} do",
    "What is {x}?",
    "what is {x} for?",
    "What's {x} used for?",
    "explain {x}",
    "Explain {x} to me",
    "tell me about {x}",
    "what do i use {x} for",
    "{x}?",
    "{x}",
    "What can {x} do?",
    "describe {x}",
    "what is the purpose of {x}?",
    "I saw {x} in some code, what is it?",
    "what happens when I call {x}?",
    "what is {x} good for",
    "do you know {x}?",
    "do you know what {x} does",
    "can you explain what {x} does?",
    "help with {x}",
    "docs for {x}",
    "Summarise {x}",
    "whats {x}",
    "what does the function {x} do?",
    "I need to know what {x} does",
    "meaning of {x}?",
    "why would I use {x}?",
    "look up {x}",
    "give me a short description of {x}",
    "remind me what {x} does",
)
_CALL = (
    "How do I call {x}?",
    "how do i use {x}",
    "What arguments does {x} take?",
    "signature of {x}",
    "show me the signature of {x}",
    "what parameters does {x} have?",
    "what are the args of {x}",
    "How is {x} called?",
    "usage of {x}?",
    "how to call {x}",
    "What do I pass to {x}?",
    "which arguments does {x} accept?",
    "what's the signature of {x}?",
    "arguments for {x}",
    "how can I use {x} in my code?",
    "{x} arguments?",
    "{x} signature",
    "what goes into {x}?",
    "parameters of {x}",
)
_RETURNS = (
    "What does {x} return?",
    "what do i get back from {x}",
    "return value of {x}",
    "What comes out of {x}?",
    "what is returned by {x}?",
    "does {x} return anything?",
    "what will {x} give me?",
    "{x} returns what?",
    "what's the result of {x}?",
    "what kind of value does {x} return",
)
_WHICH = (
    "How do I {order}?",
    "how can i {order}",
    "Which function {phrase}?",
    "what {phrase}?",
    "what can i use to {order}",
    "is there something that {phrase}?",
    "I want to {order}",
    "how to {order}",
    "I need to {order}, what do I use?",
    "what is the function that {phrase}",
    "which one {phrase}",
    "find me something that {phrase}",
)
_KEYWORDS = ("{words}", "{words}", "{words} in python", "python {words}", "{words}?", "function for {words}")
_AND_WHAT = ("and what does it do?", "what does it do", "what is it for?", "explain it", "and what does that do")
_AND_CALL = (
    "how do I call it?",
    "and how do i call it",
    "what arguments does it take?",
    "which arguments does it take",
    "and its arguments?",
    "how is it called",
    "what do i pass to it",
    "show me its signature",
)
_AND_RETURNS = (
    "and what does it return?",
    "what does it return",
    "what does that return?",
    "does it return anything",
    "and what do i get back from it",
)
_UNKNOWN_WHAT = (
    "I do not have {x} in my memory, so I cannot say what it does.",
    "I do not have {x} in my memory. If you show me its code or its documentation, I can read it.",
)
_UNKNOWN_CALL = "I do not have {x} in my memory, so I cannot say how it is called."
_UNKNOWN_RETURNS = "I do not have {x} in my memory, so I cannot say what it returns."


def examples(material: Material, rng: random.Random) -> Iterator[Example]:
    """Endless; two in three can be answered from a memory in the context, some as the next question about it."""
    while True:
        form = rng.random()
        if form < 0.33:
            yield _unknown(material, rng)
        else:
            found = _next(material, rng) if form < 0.43 else _known(material, rng)
            if found:
                yield found


def _next(material: Material, rng: random.Random) -> Example | None:
    """Asked about once more, now as "it": the document is there again, and what was said before."""
    definition = material.any_document(rng)
    if definition.kind == "property" or len(first_sentences(definition.paragraph)) > 260:
        return None
    what, call, returns = what_it_does(definition), how_it_is_called(definition), what_it_returns(definition)
    name = shown_name(_name_form(definition, rng), rng)
    before = rng.choice(((_WHAT, what), (_WHAT, what), (_CALL, call)))
    core = _core_of(first_sentences(definition.paragraph, most=0))
    after: list[tuple[tuple[str, ...], str, str]] = [(_AND_RETURNS, returns, core)] * 2
    after += [(_AND_CALL, call, _qualified_signature(definition))] * 2 if before[0] is _WHAT else []
    after += [(_AND_WHAT, what, core)] if before[0] is _CALL else []
    asks, answer, expected = rng.choice(after)
    documents = [definition.document]
    if rng.random() < 0.5:
        documents.insert(rng.randint(0, 1), material.neighbour(definition, rng).document)
    history = [(ask(before[0], rng, x=name), before[1])]
    return Example(documents, history, ask(asks, rng), answer, Category.EXPLAIN, TASK, [expected], "next")


def _known(material: Material, rng: random.Random) -> Example | None:
    definition = material.any_document(rng)
    kind = rng.choices(("what", "call", "returns", "which"), (0.5, 0.18, 0.12, 0.2))[0]
    if definition.kind == "property":
        kind = "what"
    sentence = first_sentences(definition.paragraph)
    if len(sentence) > 260:
        return None
    others = [material.neighbour(definition, rng).document for _ in range(rng.choices((0, 1, 2), (0.25, 0.6, 0.15))[0])]
    documents = [definition.document, *others[:1]] if rng.random() < 0.9 else [definition.document, *others]
    rng.shuffle(documents)
    question_name = shown_name(_name_form(definition, rng), rng)
    if kind == "what":
        text = ask(_WHAT, rng, x=question_name)
        answer, expected = what_it_does(definition), [_core_of(sentence)]
    elif kind == "call":
        text = ask(_CALL, rng, x=question_name)
        answer = how_it_is_called(definition)
        expected = [_qualified_signature(definition)]
    elif kind == "returns":
        text = ask(_RETURNS, rng, x=question_name)
        answer = what_it_returns(definition)
        expected = [_core_of(first_sentences(definition.paragraph, most=0))]
    else:
        wish = first_sentences(definition.paragraph, most=0).split(",")[0]
        order, phrase = bare_order(wish), verb_phrase(wish)
        if not order or definition.kind == "class" or not 3 <= len(order.split()) <= 16:
            return None
        keywords = noun_phrase(wish)
        brief = bool(keywords) and rng.random() < 0.4
        text = ask(_KEYWORDS, rng, words=keywords) if brief else ask(_WHICH, rng, order=order, phrase=phrase)
        answer, expected = what_it_does(definition), [_qualified_signature(definition)]
    history: list[tuple[str, str]] = []
    if rng.random() < 0.08:
        earlier = material.any_document(rng)
        history = [(ask(_WHAT, rng, x=shown_name(earlier.name, rng)), what_it_does(earlier))]
    if rng.random() < 0.06:  # the same question was asked before: it is in memory as a turn
        documents = [
            definition.document,
            f"You: {ask(_WHAT, rng, x=definition.name)}\nSpark: {what_it_does(definition)}",
        ]
        rng.shuffle(documents)
    elif rng.random() < 0.03:  # it was asked for before it was learned
        before = (
            f"You: {ask(_WHAT, rng, x=definition.name)}\nSpark: {_UNKNOWN_WHAT[1].format(x=f'`{definition.name}`')}"
        )
        documents = [definition.document, before]
        rng.shuffle(documents)
    kind_shown = f"{kind}:{'distractors' if len(documents) > 1 else 'alone'}"
    return Example(documents, history, text, answer, Category.EXPLAIN, TASK, expected, kind_shown)


def _unknown(material: Material, rng: random.Random) -> Example:
    """Asked about something that no memory names: near-by documents, other talk, or nothing is in the context."""
    asked = material.any_document(rng)
    name = _unknown_name(asked, rng)
    documents: list[str] = []
    if rng.random() < 0.7:
        documents = [material.neighbour(asked, rng).document for _ in range(rng.choice((1, 2, 2)))]
        documents = [d for d in documents if name.rsplit(".", 1)[-1] not in d]
    if rng.random() < 0.08:  # it was asked for before, and was not there then either
        before = f"You: {ask(_WHAT, rng, x=name)}\nSpark: {_UNKNOWN_WHAT[1].format(x=f'`{name}`')}"
        documents = [before, *documents[:1]]
        rng.shuffle(documents)
    kind = rng.choices(("what", "call", "returns", "which"), (0.6, 0.17, 0.08, 0.15))[0]
    order = bare_order(first_sentences(asked.paragraph, most=0).split(",")[0]) if kind == "which" else ""
    if 3 <= len(order.split()) <= 16 and not any(last_name(asked) in document for document in documents):
        text = ask(_WHICH[:2] + _WHICH[6:9], rng, order=order)
        return Example(documents, [], text, NOT_THERE, Category.EXPLAIN, TASK, ["I do not have"], "which:absent")
    shown = f"`{name}`"
    question_name = shown_name(name, rng)
    if kind in ("what", "which"):
        text = ask(_WHAT[:9] + _WHAT[11:], rng, x=question_name)  # not a bare word: that could be anything
        answer = _UNKNOWN_WHAT[0 if documents else 1].format(x=shown)
    elif kind == "call":
        text, answer = ask(_CALL, rng, x=question_name), _UNKNOWN_CALL.format(x=shown)
    else:
        text, answer = ask(_RETURNS, rng, x=question_name), _UNKNOWN_RETURNS.format(x=shown)
    return Example(documents, [], text, answer, Category.EXPLAIN, TASK, ["I do not have", name], f"{kind}:absent")


@dataclass(frozen=True)
class Asked:
    """A question whose answer must have `expected` in it, and the id of the document that says it."""

    text: str
    expected: tuple[str, ...]
    document: str


def library_questions(rng: random.Random, count: int) -> list[Asked]:
    """What functions of the standard library do and how they are called, from modules that no training saw."""
    said = {document.id: document.text for document in documents_of(STDLIB)}  # of two sources memory keeps one
    unseen = [
        definition
        for definition, _ in library_definitions()
        if is_held_out(definition.module)
        and is_askable(definition)
        and definition.kind != "property"
        and said.get(f"doc:{definition.name}") == definition.document
    ]
    asked: list[Asked] = []
    for definition in rng.sample(unseen, min(count, len(unseen))):
        name = shown_name(definition.name, rng)
        if rng.random() < 0.75:
            text, expected = ask(_WHAT, rng, noise=0.5, x=name), _core_of(first_sentences(definition.paragraph))
        else:
            text, expected = ask(_CALL, rng, noise=0.5, x=name), _qualified_signature(definition)
        asked.append(Asked(text, (expected,), f"doc:{definition.name}"))
    return asked


def what_it_does(definition: Definition) -> str:
    """ "`os.path.join(a, *p)` joins two or more pathname components."""
    return as_statement(f"`{_qualified_signature(definition)}`", first_sentences(definition.paragraph))


def how_it_is_called(definition: Definition) -> str:
    """The signature, and what it is for where one verb says it."""
    purpose = verb_phrase(first_sentences(definition.paragraph, most=0))
    call = f"Call it as `{_qualified_signature(definition)}`."
    return f"{call} It {purpose}." if purpose and len(purpose) < 120 else call


def what_it_returns(definition: Definition) -> str:
    """What the document says is returned, or that it does not say so."""
    sentence = first_sentences(definition.paragraph, most=0)
    phrase = verb_phrase(sentence)
    if phrase.startswith("returns "):
        return f"`{definition.name}` {phrase}."
    told = as_statement(f"`{definition.name}`", sentence)
    return f"The document does not say what it returns. {told}"


def _qualified_signature(definition: Definition) -> str:
    return definition.document[: len(definition.document) - len(definition.paragraph) - 2]


def _core_of(sentence: str) -> str:
    """The sentence without its first word, which the answer may inflect, and without its full stop."""
    return sentence.partition(" ")[2].split(" and ")[0].split(" then ")[0].rstrip(".")


def _name_form(definition: Definition, rng: random.Random) -> str:
    parts = definition.name.split(".")
    form = rng.random()
    if form < 0.62 or len(parts) < 2:
        return definition.name
    if form < 0.8:
        return ".".join(parts[-2:])
    return parts[-1]


def _unknown_name(asked: Definition, rng: random.Random) -> str:
    form = rng.random()
    if form < 0.45:
        return asked.name
    if form < 0.6:
        return last_name(asked)
    if form < 0.8:
        return f"{made_up_word(rng)}.{made_up_word(rng)}"
    if form < 0.9:
        return f"{asked.name.rsplit('.', 1)[0]}.{made_up_word(rng)}"
    return f"{made_up_word(rng)}_{made_up_word(rng)}"
