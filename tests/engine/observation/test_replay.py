"""Asking again with a tiny mind: every query in every manner, a life read back from its log, nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.events import Answered
from engine.nervous_system import Spark
from engine.observation.references import Reference
from engine.observation.replay import Ask, Manner, Outcome, logged, replay
from engine.routing.categories import Category, Route
from engine.settings import Home, Settings
from tests.engine.tiny import tiny_bundle

ASKED = [(Reference("what is a list", "explain", "", ("zzz",)), "a"), (Reference("and why"), "a")]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bundle(tmp_path_factory.mktemp("b") / "tiny", Category.EXPLAIN)


def test_every_query_meets_every_manner(bundle: Path) -> None:
    minds = [(Settings(), Manner()), (Settings(), Manner("fast", Route.FAST, use_memory=False, use_cache=False))]
    seen: list[tuple[int, int]] = []
    one, two = replay(ASKED, minds, bundle=bundle, max_tokens=4, watch=lambda done, of: seen.append((done, of)))
    assert [o.text for o in one] == [o.text for o in two] == [reference.text for reference, _ in ASKED]
    assert {o.path for o in one} == {"core"} and {o.path for o in two} == {"fast"}
    assert one[0].routed_right is True and one[0].right is False and one[1].right is None
    assert all(o.flops > 0 and o.monolith > 0 and o.total_ms > 0 for o in (*one, *two))
    assert seen == [(1, 2), (2, 2)]


def test_whoever_answers_first_changes_with_every_query(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[str] = []

    @contextmanager
    def told(settings: Settings, manner: Manner, *_: object) -> Iterator[Ask]:
        def ask(reference: Reference, session: str) -> Outcome:
            met.append(manner.name)
            return Outcome(reference.text, manner.name, "core", "routine", 1.0, 0.8, 1.0, 1.0, 1.0, 1.0)

        yield ask

    monkeypatch.setattr("engine.observation.replay.mind", told)
    one, two = replay(ASKED, [(Settings(), Manner("one")), (Settings(), Manner("two"))])
    assert met == ["one", "two", "two", "one"]
    assert {o.answer for o in one} == {"one"} and {o.answer for o in two} == {"two"}


def test_it_stops_between_two_queries(bundle: Path) -> None:
    stop = threading.Event()
    (told,) = replay(
        ASKED, [(Settings(), Manner())], bundle=bundle, max_tokens=4, watch=lambda *_: stop.set(), stop=stop
    )
    assert len(told) == 1


def test_a_life_is_read_back_from_its_log(bundle: Path, tmp_path: Path) -> None:
    spark = Spark.open(Home(tmp_path), Settings(), bundle=bundle)
    try:
        events = list(spark.reply("what is a list", max_tokens=4, seed=1))
        (life,) = logged(spark.record)
    finally:
        spark.close()
    answered = next(event for event in events if isinstance(event, Answered))
    assert (life.text, life.answer, life.path) == ("what is a list", answered.answer, answered.path.value)
    kept = (life.flops, life.monolith, life.parts["remembering"])  # the log has six digits
    assert kept == pytest.approx((answered.flops.total, answered.flops.monolith, answered.flops.remembering), rel=1e-5)
