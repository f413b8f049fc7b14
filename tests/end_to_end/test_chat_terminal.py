"""The chat in a real terminal (a pty and a reader of its screen): real key bytes, real pastes, real signals."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

from tests.end_to_end.terminal import PATIENCE, ROOT, Terminal


@pytest.fixture
def open_chat(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def opening(columns: int = 120, rows: int = 36, loading: float = 0.0, pause: float = 0.0) -> Terminal:
        words = [str(ROOT / "tests/spark_tui/fakes.py"), str(loading), str(pause)]
        opened.append(Terminal(words, columns, rows, SPARK_HOME=str(tmp_path)))
        return opened[-1]

    yield opening
    for terminal in opened:
        terminal.close()


def test_type_get_an_answer_flag_it_and_quit(open_chat):
    chat = open_chat()
    chat.until("ready")
    chat.keys("what does os.path.join do?\r")
    screen = chat.until("joins path parts")
    chat.until(lambda screen: "★ ✗" in screen and "15% of the core alone" in screen)
    assert "▌core · explain .93" in screen
    chat.keys("\x1b[19~")  # F8
    chat.until("Memory knows that turn1 is important")
    chat.keys("\x0f")  # ctrl+o
    chat.until("Memory knows that turn1 is wrong")
    chat.keys("\x11")  # ctrl+q
    assert chat.ended() == 0


def test_leaving_says_where_the_summary_of_the_session_is(open_chat):
    chat = open_chat()
    chat.until("ready")
    for number in range(3):
        chat.keys(f"question {number}\r")
    chat.until("3c")
    chat.keys("\x11")
    chat.until("A summary of this session is in")
    assert chat.ended() == 0


def test_a_question_typed_while_it_wakes_up_is_answered(open_chat):
    chat = open_chat(loading=2.0)
    chat.until("ask, or / for commands")
    chat.keys("early bird\r")
    screen = chat.until("waiting until Spark is awake")
    assert "loading" in screen
    chat.until("joins path parts")


def test_esc_stops_an_answer(open_chat):
    chat = open_chat(pause=0.2)  # it takes seconds to write, however late the key arrives
    chat.until("ready")
    chat.keys("what does os.path.join do?\r")
    chat.until("joins")
    chat.keys("\x1b")
    chat.until("stopped")
    chat.until("ready")
    assert "notes.txt" not in chat.text()


@pytest.mark.parametrize(
    "newline", ["\n", "\x1b[27;2;13~", "\x1b[13;2u", "\x1b\r"], ids=["ctrl+j", "xterm", "kitty", "alt+enter"]
)
def test_a_new_line_does_not_send(open_chat, newline):
    chat = open_chat()
    chat.until("ready")
    chat.keys(f"first{newline}second")
    chat.until(lambda screen: re.search(r"> first\b.*\n   second\b", screen))


def test_an_escape_inside_a_paste_quits_nothing(open_chat):
    chat = open_chat()
    chat.until("ready")
    chat.keys("\x1b[200~hello \x1bX\x11\x1b[31m [/b] \x07world\x1b[201~!")
    chat.until("world!")
    assert "hello" in chat.text() and chat.child.isalive()


def test_a_megabyte_pasted_is_folded_quickly(open_chat):
    chat = open_chat()
    chat.until("ready")
    before = chat.cpu_seconds()
    for _ in range(64):  # a pty takes a few KB at a time
        chat.keys(("\x1b[200~" if _ == 0 else "") + "x = [1, 2]  #\n" * 1170)
        chat.read(0)
    chat.keys("\x1b[201~")
    chat.until("⟦paste 1:")
    assert chat.cpu_seconds() - before < 10
    chat.keys(" what is this?\r")
    chat.until("joins path parts")


def test_narrow_and_tiny_and_back(open_chat):
    chat = open_chat(80, 24)
    chat.until("ready")
    chat.keys("what does os.path.join do?\r")
    chat.until("│ 15% of core alone")
    chat.keys("\x1bOS")  # F4
    chat.until("why this path?")
    chat.resize(10, 3)
    chat.until(lambda screen: ">" in screen)
    chat.resize(120, 36)
    chat.until(lambda screen: "what did it cost?" in screen and "15% of the core alone" in screen)


def test_the_commands_and_help(open_chat):
    chat = open_chat()
    chat.until("ready")
    chat.keys("/nonsense\r")
    chat.until("There is no command /nonsense")
    chat.keys("\x15" + "/help\r")
    chat.until("Commands, and their keys")
    chat.keys("\x1b")
    chat.until(lambda screen: "Commands, and their keys" not in screen)
    chat.keys("/quit\r")
    assert chat.ended() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_it_leaves_in_good_order_when_the_terminal_goes(open_chat, name):
    chat = open_chat()
    chat.until("ready")
    chat.child.kill(getattr(signal, name))
    assert chat.ended() == 0


def test_ctrl_c_does_not_quit(open_chat):
    chat = open_chat()
    chat.until("ready")
    chat.keys("\x03")
    chat.until("ctrl+q quits")


def test_a_terminal_that_is_gone_ends_it(open_chat):
    chat = open_chat(pause=0.05)
    chat.until("ready")
    chat.keys("what does os.path.join do?\r")
    chat.until("joins")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, chat.child.fileno())  # our end of the pty is closed, as when a window is
    os.close(nothing)
    deadline = time.monotonic() + PATIENCE
    while chat.child.isalive():
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.05)
    assert chat.child.exitstatus == 0
