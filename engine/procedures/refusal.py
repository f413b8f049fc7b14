"""What makes the answers to two questions differ for certain, whatever else is alike."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise, product

from engine.manner import Asks
from engine.procedures.alignment import WEIGHT, Alignment
from engine.procedures.clash import clash
from engine.procedures.lexicon import lexicon
from engine.procedures.reading import OWNER, Kind, Reading, Word
from engine.procedures.words import EXTENTS, RELATIONS

_ALL_OR_SOME = frozenset(("all", "some"))
# Words of relation that may stand for one another before the same thing; any other two do not.
_EXCHANGEABLE = tuple(
    frozenset(group.split())
    for group in (
        "in on at of inside within into to through", "for to of in on at", "with by in through", "with to",
        "about of on", "from of in by",
    )
)  # fmt: skip
_OWNED = frozenset(("of", "in", "on", "at", "from", "by", "for", "about"))
"""What may say of whom something is instead of "'s"."""
_LEADING = RELATIONS - {"to", "into"}  # "to" may begin a verb


def refusal(a: Reading, b: Reading, between: Alignment) -> str | None:
    """What makes the answers differ for certain, in plain words; None when nothing does."""
    return _other_words(a, b, between) or _other_roles(a, b, between) or _other_question(a, b, between)


def _other_words(a: Reading, b: Reading, between: Alignment) -> str | None:
    """Too many other words, or one that admits no other: a number, code, a quotation, a negation, an opposite."""
    table = lexicon()
    if sum(WEIGHT[word.kind] for word in between.left) > 4 or sum(WEIGHT[word.kind] for word in between.right) > 4:
        return f"other words ({_few(between)})"
    if a.negations % 2 != b.negations % 2:
        return "only one of them says no"
    for reading, beside in ((a, b), (b, a)):
        for quotation in reading.quoted:
            if len(quotation.split()) <= 3 and quotation not in beside.plain:
                return f"another quotation (“{quotation}”)"
    for kind, name in ((Kind.NUMBER, "number"), (Kind.CODE, "code")):
        ours = Counter(word.key for word in between.left if word.kind is kind)
        theirs = Counter(word.key for word in between.right if word.kind is kind)
        if ours or theirs:
            return f"another {name} ({_named(ours)} against {_named(theirs)})"
    for one in between.left:
        for other in between.right:
            if table.opposed(one.key, other.key):
                return f"“{one.surface}” is not “{other.surface}”"
    return None


def _other_roles(a: Reading, b: Reading, between: Alignment) -> str | None:
    """The same things in other parts."""
    partner = {i: j for i, j, _ in between.pairs}
    if (
        moved := _led_elsewhere(a, b, partner) or _traded(a, b, between) or _trade_by_passive(a, b, partner)
    ) is not None:
        return f"“{a.words[moved[0]].surface}” and “{a.words[moved[1]].surface}” changed places"
    for reading, beside in ((a, b), (b, a)):
        if verb := _done_to_me(reading, beside):
            return f"in one I “{verb}”, in the other somebody does it to me"
    for i, j in partner.items():
        one, other = a.governors[i], b.governors[j]
        if _other_relation(one, other) and a.words[i].key == b.words[j].key:
            return f"“{one} {a.words[i].surface}” is not “{other} {b.words[j].surface}”"
    return None


def _other_relation(one: str, other: str) -> bool:
    if one == other or not {one, other} <= RELATIONS:
        return False
    if OWNER in (one, other):
        return not {one, other} & _OWNED
    return not any(one in group and other in group for group in _EXCHANGEABLE)


def _other_question(a: Reading, b: Reading, between: Alignment) -> str | None:
    """More is asked, or of others, or another kind of answer is."""
    for extent in ("only", "least", "most", "exactly"):
        if (extent in a.extent) != (extent in b.extent):
            return f"only one of them says “{EXTENTS[extent][0]}”"
    if {a.extent & _ALL_OR_SOME, b.extent & _ALL_OR_SOME} == {frozenset(("all",)), frozenset(("some",))}:
        return "one asks about all, the other about some"
    tasks = {a.asks, b.asks} <= {Asks.DO, Asks.HOW}
    if tasks and a.tests != b.tests:
        return "one asks whether it is so, the other for it to be done"
    for reading, loose in ((a, between.left), (b, between.right)):
        if added := _added(reading, loose):
            return f"only one of them asks about “{added}” too"
    if clash(a, b) == 1.0:
        if a.asks is b.asks:
            return f"only one of them asks about {'what should be' if 'right' in (a.mood, b.mood) else 'the past'}"
        return f"one asks {a.asks.value}, the other {b.asks.value}"
    return None


def _added(reading: Reading, loose: tuple[Word, ...]) -> str | None:
    """A matter that only this side names, joined to one that both name: "symptoms and treatment" against "symptoms"."""
    for place in sorted(reading.joined):
        second = reading.words[place]
        first = reading.words[place - 1] if place else None  # "the causes and effects": the manner of asking is joined
        before = f" {first.surface}" if first is not None else ""
        told = any(f"{before} {joins} {second.surface} ".lower() in reading.plain for joins in ("and", "or"))
        if told and (first is not None and first in loose) != (second in loose):
            added = second if first is None or second in loose else first
            return None if added.kind is Kind.LIGHT else added.surface
    return None


def _few(between: Alignment) -> str:
    return ", ".join(word.surface for word in (*between.left, *between.right)[:4])


def _named(words: Counter[str]) -> str:
    return ", ".join(sorted(words)) or "none"


def _led_elsewhere(a: Reading, b: Reading, partner: dict[int, int]) -> tuple[int, int] | None:
    """From A to B against from B to A."""
    for (first, second), (start, goal) in product(a.arrows, b.arrows):
        moved = [
            next((i for i in here if partner.get(i) in there), None) for here, there in ((first, goal), (second, start))
        ]
        if moved[0] is not None and moved[1] is not None:
            return moved[0], moved[1]
    return None


def _traded(a: Reading, b: Reading, between: Alignment) -> tuple[int, int] | None:
    """Names in another order, or any two words of which each stands where the other stood: A that does B against B
    that does A, A instead of B against B instead of A. A phrase that only moved takes its own first word along ("in
    Python sort a list"), and what "and" joins has no order.
    """
    places = [(i, j) for i, j, _ in between.pairs]
    names = [(i, j) for i, j in places if a.words[i].kind is Kind.NAME or b.words[j].kind is Kind.NAME]
    for (i, j), (k, m) in pairwise(names):
        if j > m and not (k in a.joined or j in b.joined):
            return i, k
    for (i, j), (k, m) in combinations(places, 2):
        if j > m and _roles_trade(a, b, (i, j), (k, m)) and not (_coordinated(a, i, k) or _coordinated(b, m, j)):
            return i, k
    return None


def _roles_trade(a: Reading, b: Reading, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Of two words in another order: whether each has the other's role. Either both roles are the same in both, or
    each is led by a word of relation where it comes second: "the index of an item", "the item by its index". Two
    opposites need no word between: "pass when it should fail".
    """
    first, second = a.governors[one[0]], a.governors[other[0]]
    first_there, second_there = b.governors[other[1]], b.governors[one[1]]
    led = second or lexicon().opposed(a.words[one[0]].key, a.words[other[0]].key)
    if first == first_there and second == second_there and led and first != second:
        return True
    # "what does a bear eat", "what eats a bear": who does it stands first
    asked_of = a.asks is b.asks and a.asks in (Asks.WHAT, Asks.WHO) and one[0] == other[1] == 0
    if asked_of and second == a.words[0].key and second_there == b.words[0].key:
        return True
    return {second, second_there} <= _LEADING and not {first, first_there} & RELATIONS


def _done_to_me(reading: Reading, beside: Reading) -> str | None:
    """What I do in the one and somebody does to me in the other: "how do I ask her", "will she ask me"."""
    same = lexicon().same
    for verb in sorted(reading.by_me - reading.to_me):
        to_me = any(same(verb, other) for other in beside.to_me)
        if to_me and not any(same(verb, other) for other in beside.by_me):
            return verb
    return None


def _coordinated(reading: Reading, first: int, last: int) -> bool:
    """Whether "and", "or" or a comma joins all words from the first to the last."""
    return all(place in reading.joined for place in range(first + 1, last + 1))


def _trade_by_passive(a: Reading, b: Reading, partner: dict[int, int]) -> tuple[int, int] | None:
    """A does B against A is done by B."""
    for (active, passive), back in (((a, b), partner), ((b, a), {j: i for i, j in partner.items()})):
        for i in range(1, len(active.words) - 1):
            subject, verb, object_ = back.get(i - 1), back.get(i), back.get(i + 1)
            if (
                subject is not None and verb is not None and object_ is not None and subject < verb < object_
                and active.governors[i + 1] == active.words[i].key and passive.governors[object_] == "by"
            ):  # fmt: skip
                return (i - 1, i + 1) if active is a else (subject, object_)
    return None
