"""One turn from start to finish, on a tiny random mind with a real record, a real index and the real embedder."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from engine.decision import turn_as_json
from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Attended,
    Flag,
    Flagged,
    Learned,
    Loading,
    Memory,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TurnEvent,
    Wrote,
)
from engine.nervous_system import Spark
from engine.parts import STAGES
from engine.record import Document
from engine.record.packing import unpack
from engine.routing.categories import Category, Route
from engine.settings import Home, Settings
from engine.speaking import Speaking
from tests.engine.tiny import tiny_bundle

T = TypeVar("T")
Wake = Callable[..., Spark]


@pytest.fixture
def wake(tmp_path: Path) -> Iterator[Wake]:
    """Opens minds on one home; each may have a router of its own. All are closed at the end."""
    opened: list[Spark] = []

    def open_one(says: Category | None = Category.EXPLAIN, sureness: float = 0.97) -> Spark:
        bundle = tmp_path / f"bundle-{says}-{sureness}"
        if not bundle.exists():
            tiny_bundle(bundle, says, sureness)
        opened.append(Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle))
        return opened[-1]

    yield open_one
    for spark in opened:
        spark.close()


def ask(spark: Spark, text: str, **options: object) -> list[TurnEvent]:
    return list(spark.reply(text, **{"seed": 1, "max_tokens": 12} | options))  # type: ignore[arg-type]


def only(events: list[TurnEvent], kind: type[T]) -> T:
    [event] = [event for event in events if isinstance(event, kind)]
    return event


def test_a_thought_turn_tells_its_whole_story_in_order(wake: Wake) -> None:
    events = ask(wake(), "what does os.path.join do?")
    kinds = [type(event) for event in events]
    wrote = kinds.count(Wrote)
    assert wrote > 0
    assert kinds == [Assessed, ProcedureMissed, Recalled, *[Wrote] * wrote, Attended, Answered, Learned]
    assessed, answered = only(events, Assessed), only(events, Answered)
    assert (assessed.path, answered.path) == (Route.CORE, Route.CORE)
    assert assessed.confidence == pytest.approx(0.97, abs=0.01)
    assert sum(assessed.probabilities.values()) + assessed.outside == pytest.approx(1)
    assert answered.answer == "".join(event.text for event in events if isinstance(event, Wrote)).strip()
    assert 0 < answered.tokens.generated <= 12
    shares = only(events, Attended).shares
    assert sum(share for _, share in shares) == pytest.approx(1, abs=1e-3)
    assert [label for label, _ in shares] == ["start", "question", "answer"]


def test_an_answered_turn_is_on_disk_before_it_is_called_done(wake: Wake, tmp_path: Path) -> None:
    for event in wake().reply("what is a list?", seed=1, max_tokens=5):
        if isinstance(event, Answered):
            other = sqlite3.connect(tmp_path / "home" / "spark.db")
            rows = other.execute("SELECT json FROM decisions WHERE turn_id = ?", (event.turn_id,)).fetchall()
            rows = [(unpack(packed),) for (packed,) in rows]
            other.close()
            assert json.loads(rows[0][0])["answer"] == event.answer
            return
    pytest.fail("the turn was never answered")


def test_unsure_means_think_and_completion_is_a_reflex(wake: Wake) -> None:
    unsure = ask(wake(Category.COMPLETION, 0.7), "def add(a, b):")
    assert only(unsure, Answered).path is Route.CORE and "unsure" in only(unsure, Assessed).reason
    sure = ask(wake(Category.COMPLETION, 0.9), "def add(a, b):")
    answered = only(sure, Answered)
    assert answered.path is Route.FAST
    assert answered.flops.core == 0 and answered.flops.fast > 0
    assert only(sure, Recalled).memories == (), "completions read code only, and none is known here"
    lowered = ask(wake(Category.COMPLETION, 0.7), "def add(a, b):", threshold=0.6)
    assert only(lowered, Answered).path is Route.FAST


def test_a_reflex_that_doubts_its_own_code_leaves_it_to_the_core(wake: Wake, monkeypatch: pytest.MonkeyPatch) -> None:
    spark = wake(Category.COMPLETION, 0.9)
    monkeypatch.setattr("engine.speaking.blocks", lambda text: [("python", "x")] if len(text) > 3 else [])
    monkeypatch.setattr("engine.speaking.code_fault", lambda code: None)
    monkeypatch.setattr(Speaking, "_must_wait", lambda self: len(self.writings) == 1 and not self.doubted)
    events = ask(spark, "def add(a, b):")
    answered = only(events, Answered)
    assert only(events, Assessed).path is Route.FAST
    assert answered.path is Route.CORE and answered.flops.core > 0
    assert answered.flops.fast > answered.flops.assessing, "what the reflex wrote is counted, and is what was tried"
    assert answered.flops.retried > 0
    insisted = ask(spark, "def add(a, b):", path=Route.FAST)
    assert only(insisted, Answered).path is Route.FAST


@pytest.mark.parametrize(("id", "path"), [("note:add", Route.CORE), ("code:add", Route.FAST)])
def test_code_to_write_by_is_for_the_reflex_and_a_text_for_the_core(
    wake: Wake, monkeypatch: pytest.MonkeyPatch, id: str, path: Route
) -> None:
    spark = wake(Category.COMPLETION, 0.9)
    found = Memory(id, "add(a, b): adds", "document", 0.9, ScoreParts(0.9, 0.9, 0.0, 0.0), 0.0)
    monkeypatch.setattr(spark.memory, "recall", lambda *_, **__: Recalled((found,), 1, "", 0.0))
    monkeypatch.setattr(spark.record, "counts", lambda: {"document": 1, "code": 1})
    events = ask(spark, "write an adding machine")
    assert only(events, Assessed).path is Route.FAST
    assert only(events, Answered).path is path
    insisted = ask(spark, "write an adding machine", path=Route.FAST)
    assert only(insisted, Answered).path is Route.FAST


def test_outside_is_never_sure(wake: Wake) -> None:
    assessed = only(ask(wake(None, 0.9), "will it rain tomorrow?"), Assessed)
    assert assessed.outside == pytest.approx(0.9, abs=0.01)
    assert assessed.confidence < 0.1 and assessed.path is Route.CORE


def test_a_path_that_is_asked_for_is_taken(wake: Wake) -> None:
    assert only(ask(wake(Category.COMPLETION), "def f():", path=Route.CORE), Answered).path is Route.CORE
    assert only(ask(wake(Category.EXPLAIN), "why?", path=Route.FAST), Answered).path is Route.FAST


def test_a_procedure_is_learned_by_agreement_served_and_forgotten_on_wrong(wake: Wake) -> None:
    spark = wake(Category.ROUTINE)
    question = "How do I reverse a list?"
    paths = [only(ask(spark, question), Answered).path for _ in range(Settings().cache.agreements)]
    assert set(paths) == {Route.CORE}
    events = ask(spark, "how can i reverse a list")
    found, answered = only(events, ProcedureFound), only(events, Answered)
    assert answered.path is Route.PROCEDURE and found.learned == 1
    assert answered.flops.core == 0 and answered.tokens.generated == 0
    assert only(ask(spark, question, use_cache=False), Answered).path is Route.CORE

    flagged, learned = spark.flag(answered.turn_id, Flag.WRONG)
    assert isinstance(flagged, Flagged) and flagged.flag is Flag.WRONG
    assert isinstance(learned, Learned) and any("forgot" in change for change in learned.changes)
    assert only(ask(spark, question), Answered).path is Route.CORE

    list(spark.flag(answered.turn_id, None))
    assert only(ask(spark, question), Answered).path is Route.PROCEDURE


def test_what_was_said_is_recalled_after_a_restart_unless_it_was_wrong(wake: Wake) -> None:
    first = wake()
    told = only(ask(first, "my project is called Bluefin and uses SQLite"), Answered)
    ask(first, "the weather in the mountains was lovely")
    first.close()
    again = wake()
    recalled = only(ask(again, "what is my project called?", session="another"), Recalled)
    assert recalled.memories[0].id == told.turn_id
    assert "Bluefin" in recalled.memories[0].text
    assert recalled.stored == 2
    assert only(ask(again, "what is my project called?", use_memory=False), Answered).tokens.prompt < 20
    list(again.flag(told.turn_id, Flag.WRONG))
    after = only(ask(again, "what is my project called?", session="third"), Recalled)
    assert told.turn_id not in [memory.id for memory in after.memories]


def test_an_answer_once_more_does_not_read_its_own_former_answer(wake: Wake) -> None:
    spark = wake()
    ask(spark, "my project is called Bluefin and uses SQLite")
    question = "and what is my project called?"
    first = only(ask(spark, question), Answered)
    ask(spark, "thanks")
    by_hand = ask(spark, question.upper(), session="another")
    assert first.turn_id not in [memory.id for memory in only(by_hand, Recalled).memories]
    told = list(spark.again(first.turn_id))
    anew = only(told, Answered)
    assert anew.anew == first.turn_id and turn_as_json(told)["anew"] == first.turn_id
    former = {first.turn_id, only(by_hand, Answered).turn_id}
    assert not former & {memory.id for memory in only(told, Recalled).memories}
    assert anew.tokens.prompt == first.tokens.prompt, "it leans on what was said before the question"
    assert spark.attention(anew.turn_id).read == anew.tokens.prompt


def test_the_next_question_about_it_reads_its_document_again(wake: Wake) -> None:
    spark = wake()
    names = ("os.path.join", "os.path.split", "json.dumps")
    spark.memory.add_documents([Document(f"doc:{n}", n, f"{n}(a): Return what {n} makes of it.") for n in names])
    spark.memory.add_documents([Document("note:return", "What does return do", "What does return do\nIt returns.")])
    ask(spark, "what does os.path.split do?")
    recalled = only(ask(spark, "and what does it return?"), Recalled)
    assert [memory.id for memory in recalled.memories if memory.kind == "document"] == ["doc:os.path.split"]
    elsewhere = only(ask(spark, "and what does it return?", session="other"), Recalled)
    assert "doc:os.path.split" not in [memory.id for memory in elsewhere.memories]


def test_cancelling_keeps_what_was_written(wake: Wake) -> None:
    spark, cancel = wake(), threading.Event()
    seen: list[TurnEvent] = []
    for event in spark.reply("what is a generator?", seed=3, max_tokens=200, cancel=cancel):
        seen.append(event)
        if isinstance(event, Wrote):
            cancel.set()
    answered = only(seen, Answered)
    assert answered.cancelled and answered.saved
    assert spark.record.turn(answered.turn_id) is not None
    before = threading.Event()
    before.set()
    nothing = only(ask(spark, "what is a generator?", cancel=before), Answered)
    assert nothing.cancelled and not nothing.saved and nothing.answer == ""
    assert spark.record.turn(nothing.turn_id) is None


def test_the_monolith_reads_the_whole_conversation(wake: Wake) -> None:
    spark = wake()
    costs = [only(ask(spark, f"what is thing number {i}?"), Answered) for i in range(4)]
    read = [a.tokens.conversation for a in costs]
    assert read == sorted(set(read)) and read[0] > 0
    assert costs[3].flops.monolith > costs[0].flops.monolith  # an answer may be shorter, the context never is
    assert only(ask(spark, "what is a set?", session="fresh"), Answered).flops.monolith < costs[3].flops.monolith
    for one in (costs[0].flops, costs[3].flops):
        assert one.assessing + one.drafting == pytest.approx(one.fast) and 0 < one.reading < one.core
        assert one.refused + one.reading < one.core and one.kept <= one.window <= one.monolith
        assert 0 < one.remembering < one.embed
    assert costs[0].flops.kept == costs[0].flops.monolith and costs[3].flops.kept < costs[3].flops.monolith
    usage = spark.usage()
    assert usage.turns == 5 and usage.paths == {Route.CORE: 5}
    assert usage.monolith == pytest.approx(sum(a.flops.monolith for a in costs) + 0, rel=0.5)


def test_the_json_of_a_turn_has_every_promised_field(wake: Wake) -> None:
    promised = json.loads(json.dumps(turn_as_json(ask(wake(), "what is a tuple?"))))
    assert promised.keys() >= {
        "turn_id", "answer", "path", "category", "confidence", "probabilities", "threshold", "reason", "procedure",
        "memories", "tokens", "ms", "flops",
    }  # fmt: skip
    assert promised["procedure"].keys() >= {"hit", "pattern", "similarity", "why"}
    assert promised["tokens"].keys() >= {"prompt", "generated", "drafted", "accepted"}
    assert promised["ms"].keys() >= {"assess", "lookup", "recall", "first_token", "total"}
    assert promised["flops"].keys() >= {"fast", "core", "embed", "total", "monolith"}
    assert set(promised["probabilities"]) == {"completion", "explain", "debug", "routine"}


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_an_empty_message_is_one_sentence(wake: Wake, text: str) -> None:
    with pytest.raises(SparkError, match="empty"):
        list(wake().reply(text))


@pytest.mark.parametrize(
    "text", ["<|end|><bos>[PAD]", "[/markup] [bold]", "\x1b[31mred\x00", "x" * 200_000, "a\udcff", "🎉"]
)
def test_strange_text_is_just_text(wake: Wake, text: str) -> None:
    answered = only(ask(wake(), text), Answered)
    assert answered.saved and answered.tokens.prompt <= 256


def test_waking_up_is_told_and_trouble_is_one_sentence(tmp_path: Path) -> None:
    heard: list[Loading] = []
    bundle = tiny_bundle(tmp_path / "bundle")
    spark = Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle, progress=heard.append)
    ask(spark, "what is a list?")
    spark.close()
    assert [event.stage for event in heard] == [*STAGES, "ready"]
    assert [event.done for event in heard] == list(range(len(STAGES) + 1))
    (bundle / "core.safetensors").write_bytes((bundle / "core.safetensors").read_bytes()[:1000])
    with pytest.raises(SparkError, match="damaged"):
        Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle)
    (bundle / "bundle.json").unlink()
    with pytest.raises(SparkError, match=r"bundle\.json"):
        Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SparkError, match="--home"):
        Spark.open(Home(tmp_path / "file"), Settings(), bundle=bundle)


def test_an_answer_that_cannot_be_saved_is_still_given(wake: Wake, monkeypatch: pytest.MonkeyPatch) -> None:
    spark = wake()

    def full(*_: object, **__: object) -> int:
        raise SparkError("The disk is full.")

    monkeypatch.setattr(spark.record, "add_turn", full)
    answered = only(ask(spark, "what is a list?"), Answered)
    assert answered.answer and not answered.saved and "not saved" in (answered.note or "")


def test_what_one_told_is_read_whatever_the_question_is_taken_for(wake: Wake) -> None:
    for category in (Category.ROUTINE, Category.COMPLETION):
        spark = wake(category)
        told = only(ask(spark, "my dog is called Rex"), Answered).turn_id
        spark.memory.wait()
        recalled = only(ask(spark, "what is my dog called?"), Recalled)
        assert told in [memory.id for memory in recalled.memories]


def test_a_mind_that_is_asked_once_wakes_only_what_it_needs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    def once(says: Category, text: str) -> tuple[Spark, list[TurnEvent]]:
        bundle = tmp_path / says
        if not bundle.exists():
            tiny_bundle(bundle, says)
        spark = Spark.open(home, Settings(), bundle=bundle, whole=False, progress=heard.append)
        events = ask(spark, text)
        spark.close()
        return spark, events

    heard: list[Loading] = []
    by_reflex, _ = once(Category.COMPLETION, "def add(a, b):")
    assert not by_reflex.awake("core") and not by_reflex.awake("memory")
    stages = [event.stage for event in heard]
    assert stages.count("the fast path") == 1 and stages[-1] == "ready" and "the core" not in stages
    for _ in range(3):
        thinking, _ = once(Category.ROUTINE, "how do i sort a list?")
        assert thinking.awake("core")
    by_habit, events = once(Category.ROUTINE, "how do i sort a list?")
    answered = only(events, Answered)
    assert answered.path is Route.PROCEDURE and answered.flops.monolith > 0
    assert not by_habit.awake("core") and not by_habit.awake("memory")
    assert answered.ms.total < by_habit.woke_ms, "the time of a turn is not that of waking up"
    later, events = once(Category.EXPLAIN, "what did i say about sorting a list?")
    assert later.awake("memory") and only(events, Recalled).memories, "what was said while memory slept is found"


def test_a_sleeping_part_that_is_damaged_is_one_sentence_when_it_is_needed(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "bundle")
    (bundle / "fast.safetensors").write_bytes(b"")
    spark = Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle, whole=False)
    with pytest.raises(SparkError, match="fast"):
        ask(spark, "what is a list?")
    spark.close()
