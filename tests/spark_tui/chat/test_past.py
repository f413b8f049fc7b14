"""A turn's decision, as the engine writes it, tells the panes the same as the turn's own events did."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import FakeSpark
from hypothesis import given
from hypothesis import strategies as st

from engine.decision import turn_as_json
from engine.events import Answered, Assessed, Attended, Learned, Recalled, Wrote
from engine.record import Decision, Turn
from engine.routing.categories import Route
from spark_tui.chat.panes.compute import ComputePane
from spark_tui.chat.panes.route import RoutePane
from spark_tui.chat.past import events_of
from spark_tui.chat.summary import Summary


@pytest.mark.parametrize("text", ["what is a list?", "def double(x):", "hit me"])
def test_the_decision_is_the_turn_again(text):
    said = list(FakeSpark().reply(text))
    answered = next(event for event in said if isinstance(event, Answered))
    turn = Turn(answered.turn_id, "default", 5.0, text, answered.answer)
    told = events_of(turn, Decision(turn.id, 5.0, json.dumps(turn_as_json(said))))
    kept = [event for event in said if not isinstance(event, Wrote | Learned)]
    assert [type(event) for event in told] == [type(event) for event in kept]
    for again, event in zip(told, kept, strict=True):
        if isinstance(event, Recalled):
            assert again.memories == event.memories
        elif isinstance(event, Attended):
            assert again.shares == event.shares
        elif not hasattr(event, "hit_rate"):
            assert again == event


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_a_foreign_decision_tells_nothing(text):
    assert events_of(Turn("t", "default", 0.0, "q", "a"), Decision("t", 0.0, text)) == []


def test_a_pasted_megabyte_is_compared_with_what_the_core_could_read_of_it():
    answered = next(event for event in FakeSpark().reply("what is a list?") if isinstance(event, Answered))
    pasted = replace(answered, flops=replace(answered.flops, monolith=1e15, window=2 * answered.flops.total))
    pane = ComputePane()
    pane.hear(pasted)
    assert any("50% of the core alone" in line.content.plain for line in pane.lines(60))


def test_no_decision_tells_nothing():
    assert events_of(Turn("t", "default", 0.0, "q", "a"), None) == []


@pytest.mark.parametrize(("generated", "told"), [(74, "74 tokens"), (0, "at once")])
def test_what_a_past_turn_wrote_is_told_without_a_speed(generated, told):
    said = list(FakeSpark().reply("what is a list?"))
    answered = next(event for event in said if isinstance(event, Answered))
    turn = Turn(answered.turn_id, "default", 5.0, "what is a list?", answered.answer)
    decision = turn_as_json(said)
    decision["tokens"]["generated"] = generated
    past = events_of(turn, Decision(turn.id, 5.0, json.dumps(decision)))
    pane, summary = ComputePane(), Summary()
    for event in past:
        pane.hear(event)
    summary.replay(past)
    assert told in pane.lines(50)[0].content.plain and told in summary.line().plain


def test_what_the_fast_path_handed_over_is_shown_as_the_cores():
    said = list(FakeSpark().reply("def double(x):"))
    route, summary = RoutePane(), Summary()
    for event in said:
        taken = replace(event, path=Route.CORE) if isinstance(event, Answered) else event
        for pane in (route, summary):
            pane.hear(taken)
        if isinstance(event, Assessed):
            assert event.path is Route.FAST
            assert "fast" in summary.line().plain
    assert any("core the fast path doubted its own words" in line.content.plain for line in route.lines(60))
    assert "core ▸" in summary.line().plain
