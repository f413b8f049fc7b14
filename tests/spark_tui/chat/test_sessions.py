"""Sessions by name: found, resumed, begun, renamed, exported; ten thousand turns; what is remembered between runs."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from fakes import FakeSpark, opening

from engine.errors import SparkError
from engine.record import Turn
from engine.routing.categories import Category, Route
from engine.settings import Home, load_settings
from spark_tui.chat.answers import code_blocks
from spark_tui.chat.app import ChatApp
from spark_tui.chat.export import as_markdown, export, file_name, named
from spark_tui.chat.sessions import moment
from spark_tui.preferences import Preferences


def turns(session: str, count: int) -> list[Turn]:
    return [
        Turn(f"{session}{n}", session, n, f"{session} question {n}", f"answer {n}", Route.CORE, Category.DEBUG, 0.9)
        for n in range(count)
    ]


async def test_a_session_is_found_by_what_was_said_and_resumed(start):
    mind = FakeSpark(past=[*turns("cooking", 3), *turns("default", 2)])
    async with start(mind) as chat:
        await chat.sees("default question 1")
        await chat.pilot.press("ctrl+t")
        await chat.sees("Sessions", "cooking", "3 turns")
        await chat.pilot.press(*"cooking question 2")
        await chat.until(lambda: chat.app.screen.query_one("#found").option_count == 2)
        await chat.pilot.press("enter")
        await chat.sees("cooking question 2", "Spark · cooking")
        assert "default question" not in chat.screen()
        await chat.ask("eggs?")
        assert mind.record.turns[-1].session == "cooking"


async def test_a_session_is_begun_renamed_and_there_again_after_a_restart(start, tmp_path):
    mind = FakeSpark()
    async with start(mind) as chat:
        await chat.type("/new paths on windows")
        await chat.sees("A new session: paths on windows.")
        await chat.ask("what is a drive?")
        await chat.type("/rename drives")
        await chat.sees("Spark · drives")
        assert [turn.session for turn in mind.record.turns] == ["drives"]
    async with start(mind) as chat:
        await chat.sees("Spark · drives", "what is a drive?")


async def test_a_session_without_a_name_is_called_after_its_first_question(start):
    mind = FakeSpark(past=turns("cooking", 1))
    async with start(mind) as chat:
        await chat.pilot.press("ctrl+n")
        await chat.sees("A new session: ")
        await chat.ask("how do i read a file line by line")
        await chat.ask("and backwards?")
        (name,) = {turn.session for turn in mind.record.turns[-2:]}
        assert name.startswith("how do i read a file · ")
        await chat.sees(f"Spark · {name[:30]}")


async def test_two_sessions_are_not_joined_by_a_name(start):
    mind = FakeSpark(past=[*turns("cooking", 1), *turns("default", 1)])
    async with start(mind) as chat:
        await chat.type("/rename cooking")
        await chat.until(lambda: "There is a session cooking already" in chat.app.hints.said)
        assert [turn.session for turn in mind.record.turns] == ["cooking", "default"]


async def test_no_session_is_left_in_the_middle_of_an_answer(start):
    mind = FakeSpark()
    mind.hold.clear()
    async with start(mind) as chat:
        await chat.type("slow")
        await chat.until(lambda: mind.asked)
        await chat.type("/new other")
        assert chat.app.worker.session == "default" and "still being written" in chat.app.hints.said
        mind.hold.set()
        await chat.settled()


async def test_ten_thousand_turns_open_at_once_and_scroll(start):
    mind = FakeSpark(past=turns("default", 10_000))
    async with start(mind, size=(80, 24)) as chat:
        await chat.sees("question 9999")
        conversation = chat.app.conversation

        def reached() -> bool:
            conversation.scroll_to(y=2, animate=False, immediate=True)
            conversation.scroll_to(y=0, animate=False, immediate=True)
            return int(conversation.turns[0].exchange.text.split()[-1]) < 9_950

        await chat.until(reached)
        await chat.until(lambda: not conversation._moving)
        assert len(conversation.turns) <= 30, "what is far below the eye is data again"
        numbers = [int(turn.exchange.text.split()[-1]) for turn in conversation.turns]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await chat.pilot.press("ctrl+end")
        await chat.until(lambda: conversation.turns[-1].exchange.text.endswith(" 9999"))
        await chat.ask("one more")
        assert [turn.exchange.text for turn in conversation.turns[-2:]] == ["default question 9999", "one more"]


def test_a_record_of_ten_thousand_turns_opens_in_under_a_second(tmp_path):
    from engine.record import Record
    from spark_tui.chat.mind import last_of

    record = Record(tmp_path / "spark.db")
    with record.write() as write:
        write.executemany(
            "INSERT INTO items (id, kind, session, \"when\", text, answer) VALUES (?, 'turn', 'default', ?, ?, ?)",
            [(f"t{n}", n, f"question {n}", "answer " * 100) for n in range(10_000)],
        )

    class Mind(FakeSpark):
        def __init__(self) -> None:
            super().__init__()
            self.record = record  # type: ignore[assignment]

    began = time.perf_counter()
    assert len(last_of(Mind(), "default")) == 12
    assert [len(record.turns_before("t5000", 12)), len(record.find_sessions("question 77"))] == [12, 1]
    assert time.perf_counter() - began < 1.0
    record.close()


async def test_export_writes_markdown_and_never_over_a_file(start, tmp_path):
    async with start() as chat:
        await chat.ask("say \x1b[31mfine")
        target = tmp_path / "talk.md"
        await chat.type(f"/export {target}")
        await chat.until(lambda: "Written to" in chat.app.hints.said)
        text = target.read_text()
        assert "> say fine" in text and "core · explain .93" in text and "\x1b" not in text
        await chat.type(f"/export {target}")
        await chat.sees("already; name another file.")
        await chat.type("/export")
        await chat.until(lambda: list((tmp_path / "home" / "exports").glob("default-*.md")))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("notes", "notes.md"), ("a/b.txt", "a/b.txt"), ("2<[xx x   |", "2-xx x.md"), ("-rf $(x)", "rf -x.md"),
     (".", "usual.md"), ("..", "../usual.md"), ("a/", "a/usual.md"), ("?*", "usual.md"), (".profile", "profile.md")],
)  # fmt: skip
def test_an_export_is_named_by_no_slip_of_the_hand(typed, kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    assert named(typed, "usual.md") == Path(kept)


@pytest.mark.parametrize("name", ["x" * 300, "no/such/folder", "~no-such-person/x"])
def test_an_export_that_cannot_be_written_says_so(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SparkError, match="cannot be written"):
        export(FakeSpark().record, "default", Home(tmp_path / "home"), name)
    assert not list(tmp_path.iterdir())


def test_names_of_files_are_tame():
    assert file_name("../../etc/Pass wd\x00") == "etc-pass-wd"
    assert file_name("///") == "session"
    assert as_markdown("x", []) == "# x\n"


async def test_the_theme_is_remembered(start):
    async with start() as chat:
        assert chat.app.theme == "spark-dark"
        await chat.type("/theme")
        await chat.type("/theme clear")
        await chat.pilot.pause()
        await chat.type("/theme nonsense")
        assert "no such theme" in chat.app.hints.said
    async with start() as chat:
        assert chat.app.theme == "spark-clear"


@pytest.mark.parametrize("content", ["{", "[]", '{"theme": 3, "session": null}', '{"theme": "gone"}', "\x00"])
def test_preferences_that_make_no_sense_are_as_none(tmp_path, content):
    (tmp_path / "chat.json").write_text(content)
    app = ChatApp(opening(FakeSpark()), preferences=Preferences(Home(tmp_path)))
    assert app.theme == "spark-dark" and app.worker.session == "default"


async def test_keys_of_ones_own(start, tmp_path):
    home = tmp_path / "mine"
    home.mkdir()
    (home / "config.toml").write_text(
        '[keys]\n"chat.important" = "ctrl+l,f11"\n"chat.sessions" = "ctrl+k"\n"chat.quit" = "ctrl+x"\n'
    )
    assert load_settings(Home(home)).routing.threshold == 0.8
    async with start(home=home) as chat:
        await chat.ask("what is a list?")
        await chat.pilot.press("f8")
        await chat.pilot.press("ctrl+l")
        await chat.until(lambda: len(chat.mind.flags) == 1)
        await chat.sees("ctrl+l ★", "ctrl+x quit")
        await chat.pilot.press("ctrl+c")
        await chat.sees("ctrl+x quits; esc stops")
        await chat.pilot.press("a", "ctrl+k")  # the input would cut the line
        await chat.sees("Sessions")
        await chat.pilot.press("escape", "f1")
        await chat.sees("ctrl+l  f11")


async def test_the_menu_of_commands(start):
    async with start() as chat:
        await chat.pilot.press("/")
        await chat.sees("/important", "flag the selected or last answer ★")
        await chat.pilot.press(*"cl")
        await chat.until(lambda: [command.name for command in chat.app.menu.commands] == ["/clear"])
        await chat.pilot.press("backspace", "backspace", *"ex", "tab")
        assert chat.app.prompt.text == "/export "
        await chat.pilot.press("ctrl+u", "/", "down", "down", "up", "up", "up")
        assert chat.app.menu.chosen.name == "/quit"
        await chat.pilot.press(*"ren", "enter")
        assert chat.app.prompt.text == "/rename "  # it wants words
        assert not chat.app.menu.display


async def test_copying_goes_back_through_the_blocks_of_code(start):
    answer = "```python\none\n```\ntext\n~~~\ntwo\n~~~\nmore\n```\nthree"
    assert code_blocks(answer) == ["one", "two", "three"]
    async with start(FakeSpark(answer)) as chat:
        await chat.pilot.press("f6")
        assert "no block of code in any answer" in chat.app.hints.said
        await chat.ask("code?")
        seen = []
        for _ in range(4):
            await chat.pilot.press("f6")
            seen.append(chat.app.clipboard)
        assert seen == ["three", "two", "one", "three"]
        await chat.pilot.press("f7")
        assert chat.app.clipboard.startswith("```python")


async def test_code_of_earlier_answers_is_copied_too_and_what_was_copied_is_named(start):
    async with start() as chat:
        await chat.ask("say ```\nfirst = 1\n```")
        await chat.ask("say ```\nsecond = 2\n```")
        await chat.ask("say no code here")
        await chat.pilot.press("f6")
        assert chat.app.clipboard == "second = 2" and "block 2 of 2, “second = 2”" in chat.app.hints.said
        await chat.pilot.press("f6")
        assert chat.app.clipboard == "first = 1"
        await chat.pilot.press("alt+up", "f6")
        assert "no block of code in this answer" in chat.app.hints.said


async def test_a_selected_question_is_edited_and_sent_again(start):
    async with start() as chat:
        await chat.ask("first")
        await chat.ask("second")
        await chat.pilot.press("alt+up", "alt+up", "enter")
        assert chat.app.prompt.text == "first"
        await chat.pilot.press("!", "enter")
        await chat.settled()
        assert chat.mind.asked[-1] == ("first!", None)


async def test_two_answers_side_by_side_each_with_its_flag(start):
    async with start() as chat:
        await chat.ask("what is a list?")
        await chat.ask("and a tuple?")
        await chat.pilot.press("alt+up", "alt+up", "ctrl+r")
        await chat.settled()
        (pair, _) = chat.app.conversation.rows
        left, right = pair.turns
        assert left.region.y == right.region.y and right.region.x > left.region.x
        assert [turn.exchange.facts.path for turn in pair.turns] == [Route.CORE, Route.FAST]
        await chat.pilot.press("f5")  # a large pane leaves no room for two
        await chat.until(lambda: right.region.y > left.region.y and right.region.x == left.region.x)
        await chat.pilot.press("escape")
        await chat.until(lambda: left.region.y == right.region.y)
        await chat.pilot.press("alt+up", "alt+up", "f8")
        await chat.until(lambda: chat.mind.flags == [("turn3", "important")])
        await chat.pilot.resize_terminal(80, 30)
        await chat.until(lambda: right.region.y > left.region.y and right.region.x == left.region.x)


async def test_what_was_recalled_opens_whole(start):
    async with start() as chat:
        await chat.pilot.press("f2")
        assert "Nothing was recalled" in chat.app.hints.said
        await chat.ask("what does os.path.join do?")
        await chat.pilot.press("f2")
        await chat.sees("1 of 2 · document · os.path.join · from posixpath", "meaning  ━", "read 3 times")
        await chat.pilot.press("f8")
        await chat.sees("Only an answer is important or wrong")
        await chat.pilot.press("down")
        await chat.sees("2 of 2 · turn", "A drive letter comes first.", "★ important")
        await chat.pilot.press("f9")
        await chat.until(lambda: chat.mind.flags == [("t1", "wrong")])
        await chat.sees("weight 1.0: references .60", "states dog: Rex", "1 near .70")
        await chat.pilot.press("1")
        await chat.sees("followed 1 link", "Join two or more pathname components")
        await chat.pilot.press("backspace")
        await chat.sees("2 of 2 · turn")
        await chat.pilot.press("escape")
        await chat.sees("ask, or / for commands")


async def test_a_large_pane_says_more(start):
    async with start(size=(120, 50)) as chat:
        await chat.ask("def double(x):")
        await chat.sees("what did it cost?")
        assert "what each kind of question gets" not in chat.screen()
        await chat.pilot.press("f5")
        await chat.sees("what each kind of question gets", "complete  ▌fast completing code is a reflex")
        await chat.pilot.press("f5")
        await chat.sees("how 41 came to be learned")
        await chat.pilot.press("f5", "f5")
        await chat.sees(
            "where the time went", "assess   ━", "<1 ms  <1%", "try 1 ✗ line 3: '(' was never closed", "try 2 ✓"
        )
        await chat.ask("what does os.path.join do?")
        await chat.pilot.press("f5")
        await chat.sees("why this path?", "1 doc  os.path.join")
        assert "1 os.path.join(a, *p)" not in chat.screen()
        await chat.pilot.press("f5", "f5", "f5")
        await chat.sees("1 os.path.join(a, *p): Join two or more pathname", "2 You: how do paths work on windows?")


async def test_one_pane_large_then_the_next(start):
    async with start() as chat:
        await chat.pilot.press("f5")
        await chat.until(lambda: "why this path?" in chat.screen() and "done before?" not in chat.screen())
        await chat.pilot.press("f5")
        await chat.sees("done before?")
        await chat.pilot.press("escape")
        await chat.sees("why this path?", "what did it cost?")


def test_a_moment_as_people_say_it():
    noon = time.mktime((2026, 11, 22, 12, 5, 0, 0, 0, -1))
    assert moment(noon, date(2026, 11, 22)) == "today 12:05"
    assert moment(noon, date(2026, 11, 23)) == "yesterday 12:05"
    assert moment(noon, date(2027, 1, 1)) == "22 Nov 2026"
    assert moment(1e300) == ""
