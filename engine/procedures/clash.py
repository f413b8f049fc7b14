"""How little two manners of asking go together: "how" and "why" never, "what is" and "explain" always."""

from __future__ import annotations

from engine.manner import Asks
from engine.procedures.reading import Reading

_FAMILY = {
    Asks.HOW: "how", Asks.DO: "how", Asks.WHAT: "what", Asks.WHY: "why", Asks.WHO: "who", Asks.WHEN: "when",
    Asks.WHERE: "where", Asks.MANY: "many", Asks.MUCH: "much", Asks.LONG: "long", Asks.DEGREE: "degree",
    Asks.WHETHER: "whether", Asks.DIFFERENCE: "difference", Asks.PURPOSE: "purpose",
    Asks.INSIDE: "inside",
}  # fmt: skip
_APART = {frozenset(pair.split()) for pair in (
    "how why", "how when", "how where", "how who", "why when", "why where", "why who", "when where", "when who",
    "where who", "many much", "many long", "much long", "why many", "why much", "why long", "how many", "how much",
    "how long", "who many", "who much", "who long", "where many", "where much", "where long", "what many",
    "why whether", "when whether", "where whether", "who whether", "what inside", "how inside", "why inside",
    "who inside", "when inside", "many inside", "much inside", "whether inside", "difference inside", "purpose inside",
)}  # fmt: skip


# What one may, what is, and what should be are three things; "which one should I buy" asks for the best as "is" does.
_OTHER_MOODS: dict[str, tuple[set[str], ...]] = {
    "whether": ({"past", "fact"}, {"right", "fact"}, {"right", "past"}, {"right", "future"}),
    "who": ({"right", "fact"}, {"right", "past"}, {"right", "possible"}, {"right", "future"}),
    "what": ({"right", "possible"},),
    "where": ({"right", "possible"},),
    "when": ({"right", "fact"}, {"right", "possible"}, {"right", "future"}),
}


def clash(a: Reading, b: Reading) -> float:
    """How little two manners of asking go together: 0.0 the same, 1.0 never."""
    one, other = _FAMILY[a.asks], _FAMILY[b.asks]
    if one == other:
        moods = {a.mood, b.mood}
        if moods in _OTHER_MOODS.get(one, ()):
            return 1.0
        if one == "whether":
            return 0.0 if a.mood == b.mood else 0.6
        apart = len(moods) == 2 and ("past" in moods or ("right" in moods and one != "how"))
        return 0.3 if a.also != b.also or apart else 0.0
    also = b.asks in a.also or a.asks in b.also
    if also and "how" in (one, other):
        return 0.3
    if frozenset((one, other)) in _APART and not also:
        return 1.0
    # "how tall is it" and "what is its height": whether it is the same measure, the words tell.
    return 0.3 if {one, other} == {"degree", "what"} else 0.7
