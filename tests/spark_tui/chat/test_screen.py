"""What the screen looks like at each size; that panes fit; that keys are listed."""

from __future__ import annotations

import pytest
from fakes import FakeSpark

from engine.events import Loading
from spark_tui.chat.commands import COMMANDS, Called, parse
from spark_tui.chat.engine_worker import Said
from spark_tui.chat.frame import HINTS
from spark_tui.chat.listener import Phase


async def test_wide_all_four_panes_answer_their_question(start):
    async with start() as chat:
        await chat.ask("what does os.path.join do?")
        for shown in (
            "route ─ why this path?", "explain  ━", "┤.80├", "▌core explanations need thinking",
            "procedures ─ done before?", "miss · nearest .71", "join is not exists", "41 learned",
            "memory ─ what did it read?", "meaning", "1 doc  os.path.join", "2 turn You: how do paths",
            "looked at memory 1 46%", "1,234 items remembered",
            "compute ─ what did it cost?", "41 tok/s · 74 tokens", "drafted 74, kept 37 (50%) · copied 18",
            "assess", "15% of the core alone", "all turns 15%",
        ):  # fmt: skip
            await chat.sees(shown)


async def test_code_that_was_written_twice_says_why(start):
    async with start(size=(160, 40)) as chat:
        await chat.ask("def double(x):")
        await chat.sees("tries ✗ ✓ · line 3: '(' was never closed", "41 learned · 0% of turns · 0 wrong ▁▁▁▂▄▇")


async def test_idle_panes_say_what_they_will_show(start):
    async with start() as chat:
        for shown in ("Bars will show", "Says whether a learned", "Shows what is recalled", "Shows the time of"):
            await chat.sees(shown)


async def test_a_hit_names_its_pattern(start):
    async with start() as chat:
        await chat.ask("hit me")
        await chat.sees("▌hit like 1.0 · used 4×", "“hit me”", "▌procedure · routine .93")


async def test_narrow_one_line_and_one_pane_at_a_time(start):
    async with start(size=(80, 24)) as chat:
        await chat.ask("what does os.path.join do?")
        await chat.sees("core ▸ explain .93 │ miss │ 2 memories │ 41 tok/s │ 15% of core alone")
        await chat.until(lambda: "why this path?" not in chat.screen())
        for question in ("why this path?", "done before?", "what did it read?", "what did it cost?"):
            await chat.pilot.press("f4")
            await chat.pilot.pause()
            await chat.sees(question)
        await chat.pilot.press("f4")
        await chat.pilot.pause()
        await chat.until(lambda: "what did it cost?" not in chat.screen())


async def test_escape_closes_an_open_pane(start):
    async with start(size=(80, 24)) as chat:
        await chat.pilot.press("f4")
        assert chat.app.panes.open_pane == "route"
        await chat.pilot.press("escape")
        assert chat.app.panes.open_pane is None


async def test_a_click_on_the_summary_opens_that_pane(start):
    async with start(size=(80, 24)) as chat:
        await chat.ask("what does os.path.join do?")
        await chat.pilot.click("#summary", offset=(21, 0))
        await chat.pilot.pause()
        assert chat.app.panes.open_pane == "procedures"


async def test_wide_f4_hides_the_panes(start):
    async with start() as chat:
        await chat.pilot.press("f4")
        await chat.pilot.pause()
        await chat.until(lambda: "why this path?" not in chat.screen())


@pytest.mark.parametrize("size", [(10, 3), (20, 6), (40, 10), (80, 24), (99, 30), (100, 24), (110, 30), (200, 60)])
async def test_every_size_survives_a_whole_turn(start, size):
    async with start(FakeSpark(pause=0.002), size=size) as chat:
        await chat.type("what does os.path.join do?")
        await chat.until(lambda: chat.app.conversation.turns[-1].exchange.answer)
        await chat.pilot.resize_terminal(10, 3)
        await chat.pilot.resize_terminal(*size)
        await chat.settled()
        await chat.pilot.press("f4", "f1", "escape")
        assert chat.app.is_running
        assert all(len(line) <= size[0] for line in chat.screen().split("\n"))


@pytest.mark.parametrize("height", [16, 20, 24, 28, 36])
async def test_where_rows_are_few_the_important_lines_stay(start, height):
    async with start(size=(110, height)) as chat:
        await chat.ask("what does os.path.join do?")
        for shown in ("explain  ━", "▌core explanations", "miss", "41 tok/s"):
            await chat.sees(shown)


async def test_nothing_jumps_when_a_turn_goes_by(start):
    async with start() as chat:

        def titles() -> list[int]:
            lines = chat.screen().split("\n")
            return [next(n for n, line in enumerate(lines) if f" {pane} ─ " in line) for pane in
                    ("route", "procedures", "memory", "compute")]  # fmt: skip

        before = titles()
        await chat.ask("what does os.path.join do?")
        assert titles() == before
        await chat.ask("hit")
        assert titles() == before


async def test_help_lists_every_key_and_command(start):
    async with start(size=(120, 60)) as chat:
        await chat.pilot.press("f1")
        await chat.pilot.pause()
        page = chat.screen()
        for command in COMMANDS:
            assert command.name in page and command.keys in page
        for key, _, _ in HINTS:
            if key not in ("alt+↑↓",):
                assert key in page, key
        names = "".join(page.split("The ids:")[1].split())
        for binding in (*chat.app.BINDINGS, *chat.app.prompt.BINDINGS):
            assert binding.id and f"{binding.id}" in names, binding
        await chat.pilot.press("escape")
        await chat.pilot.pause()
        await chat.until(lambda: "Keys" not in chat.screen())


async def test_help_is_scrolled_by_keys(start):
    async with start(size=(80, 24)) as chat:
        await chat.pilot.press("f1")
        await chat.sees("new line")
        await chat.pilot.press("end")
        await chat.sees("esc closes this")
        await chat.pilot.press("home")
        await chat.sees("new line")


async def test_an_item_of_memory_longer_than_the_screen_is_read_by_pages(start):
    async with start(size=(80, 16)) as chat:
        await chat.ask("what does os.path.join do?")
        await chat.pilot.press("f2")
        await chat.sees("memory 1 of 2", "how alike")
        assert "esc close" not in chat.screen()
        await chat.pilot.press("pagedown", "pagedown", "pagedown")
        await chat.sees("esc close")
        await chat.pilot.press("pageup", "pageup", "pageup")
        await chat.sees("memory 1 of 2")


@pytest.mark.parametrize("size", [(80, 24), (60, 10)])
async def test_what_is_said_is_readable_to_its_end(start, size):
    async with start(size=size) as chat:
        await chat.type("/hypothesis more at once")
        await chat.sees("A hypothesis names", "lists them")
        chat.app.hints._show("")
        await chat.until(lambda: "A hypothesis names" not in chat.screen())


async def test_every_theme_can_be_worn(start):
    async with start() as chat:
        await chat.ask("what does os.path.join do?")
        for name in chat.app.available_themes:
            chat.app.theme = name
            await chat.pilot.pause()
            await chat.sees("▌core")


def test_only_a_lone_word_is_a_command():
    assert parse("/help") == Called(COMMANDS[0]) == parse("  /HELP ")
    assert parse("/new paths on windows").action == "new('paths on windows')"
    assert parse("/export a\nb").words == "a\nb"
    assert parse("/nothing") == "/nothing"
    for text in ("", "help", "/", "/etc/hosts", "/help me please", "// comment", "/2"):
        assert parse(text) is None


async def test_a_part_that_wakes_late_is_no_news(start):
    async with start() as chat:
        chat.app.worker._say(Said(Loading("ready", 5, 5)))
        await chat.ask("what is a list?")
        assert chat.app.line.state == "ready" and chat.app.listener.phase is Phase.AWAKE


async def test_while_the_library_is_being_read_an_answer_without_it_says_so(start):
    async with start() as chat:
        chat.app.listener.reading = True
        await chat.ask("what is a list?")
        assert "still reading" not in chat.app.conversation.turns[-1].exchange.note
        await chat.ask("unknown")
        await chat.sees("still reading its library")
        chat.app.listener.reading = False
        await chat.ask("unknown again")
        assert "still reading" not in chat.app.conversation.turns[-1].exchange.note
