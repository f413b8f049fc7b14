"""How alike two patterns are by their words, and in plain words why they are not the same."""

from __future__ import annotations

import re
from collections import Counter

from engine.procedures.words import NEGATIONS

_NUMBER = re.compile(r"[-+]?\d[\d.,:]*")
_CODE = re.compile(r"[^\w\s'-]|_|[a-z][A-Z]")


def word_overlap(a: str, b: str) -> float:
    """Dice's coefficient of the two bags of words, case aside: 1.0 for the same words, 0.0 for none in common."""
    ours, theirs = Counter(a.lower().split()), Counter(b.lower().split())
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def difference(ours: str, theirs: str) -> str:
    """Why the pattern `ours` may not be answered by what was learned for `theirs`: the weightiest difference."""
    mine, other = ours.split(), theirs.split()
    extra = list((Counter(mine) - Counter(other)).elements())
    gone = list((Counter(other) - Counter(mine)).elements())
    if not extra and not gone:
        return "the same words in another order"
    changed = [*extra, *gone]
    if any(word.strip("?!.,;:") in NEGATIONS for word in changed):
        return "only one of them says no"
    if any(_NUMBER.fullmatch(word) for word in changed):
        return f"another number ({_pair(extra, gone)})"
    if any(_CODE.search(word.strip("?!.,;:")) for word in changed):
        return f"other code ({_pair(extra, gone)})"
    return f"other words ({_pair(extra, gone)})"


def _pair(extra: list[str], gone: list[str]) -> str:
    """ "descending" instead of "ascending", without the lengths that a pane cannot show."""
    if not gone:
        return f"“{_short(extra)}” more"
    if not extra:
        return f"“{_short(gone)}” less"
    return f"“{_short(extra)}”, not “{_short(gone)}”"


def _short(words: list[str], most: int = 24) -> str:
    text = " ".join(words)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
