"""Which path answers what: the one table, and the two rules that override it.

    completion → fast, beside functions like the one that is wanted     short and local: a reflex
    routine    → procedure, else core with memory                       done before, if it was
    explain    → core with memory                                       explanations need thinking
    debug      → core with memory                                       bugs have a history

Below the confidence threshold everything goes to the core with memory: when unsure, think. And what stands in a note is
for the core to read: of 40 notes it reads 34 rightly, the fast path 29.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.routing.categories import Category, Route


@dataclass(frozen=True, slots=True)
class Choice:
    """The path for a query. `reason` is a short phrase in plain words, shown after the path's name."""

    route: Route
    use_memory: bool
    reason: str


HANDED_OVER = Choice(Route.CORE, True, "the fast path doubted its own words")
"""What became of a completion that the fast path wrote and found unlikely itself (engine/speaking.py)."""

READS = Choice(Route.CORE, True, "it stands in a note, and the core reads better")
"""What becomes of a completion for which memory has a text rather than code."""

POLICY: Mapping[Category, Choice] = MappingProxyType(
    {
        Category.COMPLETION: Choice(Route.FAST, True, "completing code is a reflex"),
        Category.ROUTINE: Choice(Route.PROCEDURE, True, "routine questions may have a learned answer"),
        Category.EXPLAIN: Choice(Route.CORE, True, "explanations need thinking"),
        Category.DEBUG: Choice(Route.CORE, True, "bugs need thinking and what was said before"),
    }
)


def choose(category: Category, confidence: float, threshold: float) -> Choice:
    """The path for a query that looks like `category` with this confidence (both numbers in [0, 1]).

    A `Route.PROCEDURE` choice is a wish: when no procedure applies, `without_procedure` says what follows.
    """
    if not confidence >= threshold:  # written so that a confidence of nan is unsure too
        return Choice(Route.CORE, True, f"unsure ({confidence:.2f} is under {threshold:.2f}), so think")
    return POLICY[category]


def without_procedure(choice: Choice) -> Choice:
    """What follows when nothing learned answers the query: the core, which looks it up."""
    if choice.route is not Route.PROCEDURE:
        return choice
    return Choice(Route.CORE, True, "routine, but no learned answer yet")


def asked_for(route: Route) -> Choice:
    """The person chose the path; the policy has no say."""
    return Choice(route, True, "you asked for this path")


def having_read(choice: Choice, texts: bool) -> Choice:
    """What follows when there is a text to be read: that is no reflex."""
    return READS if choice.route is Route.FAST and texts else choice


def handed_over(chosen: Route, taken: Route, texts: bool) -> Choice | None:
    """Why the core wrote what the fast path was to write, where there was a text to read or not; None: it did not."""
    if (chosen, taken) != (Route.FAST, Route.CORE):
        return None
    return READS if texts else HANDED_OVER
