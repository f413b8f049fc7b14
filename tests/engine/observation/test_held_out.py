"""Weights that are chosen without a conversation: they find the feature that tells, and come from the others alone."""

from __future__ import annotations

import random

from engine.memory.recall import Match
from engine.memory.search import Evidence, Question
from engine.observation.held_out import chosen_without
from engine.record import Item

Asked = list[tuple[Evidence, set[str]]]


def conversation(telling: str, chance: random.Random) -> Asked:
    """Thirty questions with ten lines each, of which the one with the highest `telling` answers."""
    asked = []
    for _ in range(30):
        matches = {
            n: Match(0.5, chance.random(), late=0.5, window=chance.random(), around=chance.random()) for n in range(10)
        }
        items = {n: Item(n, f"m{n}", "import", "s", 0.0, "said", "", "Ann", "", "", None, 0, None) for n in matches}
        best = max(matches, key=lambda n: getattr(matches[n], telling))
        asked.append((Evidence(Question("what was said?"), matches, items, ()), {f"m{best}"}))
    return asked


def test_what_tells_in_the_others_weighs_most() -> None:
    chance = random.Random(0)
    talks = [conversation("keyword", chance), conversation("around", chance), conversation("around", chance)]
    without_words, without_neighbours = chosen_without(talks, 0), chosen_without(talks[:2], 1)
    assert without_words is not None
    assert without_neighbours is not None
    assert abs(without_words.around) > 5 * abs(without_words.keyword)
    assert abs(without_neighbours.keyword) > 5 * abs(without_neighbours.around)


def test_one_conversation_alone_has_no_others() -> None:
    assert chosen_without([conversation("keyword", random.Random(0))], 0) is None
