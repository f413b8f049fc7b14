r"""The terminal's two ends: what is pasted stays text, whatever bytes are in it, and writing survives a hang-up.

Textual 8.2's parser takes an ESC inside a bracketed paste for the start of a key: `hello \x1bX\x11` pasted types
ctrl+q. It also walks a pasted megabyte character by character. Here everything between `ESC[200~` and `ESC[201~`
is taken out before the parser sees it, and handed on as one `Paste`, which the app sanitises wherever it lands.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterable
from typing import TypeVar

from textual import events, on
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App, ScreenError, ScreenStackError
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.events import Paste
from textual.message import Message
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.worker import WorkerFailed

from engine.text import sanitize
from spark_tui.widgets.screens import Palette, SteadyScreen

T = TypeVar("T")


class TerminalApp(App[T]):
    """An app on these two ends: whatever is pasted, into whichever widget, is safe to show; fast keys break nothing."""

    def __init__(self) -> None:
        super().__init__(driver_class=driver_class())

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste) and not event.is_forwarded:
            event.text = sanitize(event.text)
        await super().on_event(event)

    @on(Driver.SignalResume)
    def _draw_again(self) -> None:
        """Stopped, and let go on: the terminal was cleared meanwhile."""
        self.refresh(layout=True)

    def _handle_exception(self, error: Exception) -> None:
        """On the way out widgets go while keys typed behind ctrl+q still come in; what those miss matters to nobody."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        leaving = self._exit or not self.is_running
        if not (leaving and isinstance(cause, NoMatches | ScreenError | ScreenStackError)):
            super()._handle_exception(error)

    def get_default_screen(self) -> Screen[object]:
        return SteadyScreen(id="_default")

    def action_command_palette(self) -> None:
        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette())  # no id: the last one may not be quite gone

    def search_themes(self) -> None:
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))


class PasteSafeParser(XTermParser):
    """`XTermParser` that never looks inside a bracketed paste."""

    def __init__(self, debug: bool = False) -> None:
        self._pasting = False
        self._pasted: list[str] = []
        self._tail = ""  # the last characters seen, in which a marker may have begun
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        if not data:  # the end of input
            yield from super().feed(data)
            return
        while data:
            if self._pasting:
                data = yield from self._inside(data)
            else:
                data = yield from self._outside(data)

    def tick(self) -> Iterable[Message]:
        """A pause after ESC makes it a key of its own, so what follows is no marker."""
        for message in super().tick():
            if not self._pasting:
                self._tail = ""
            yield message

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Textual takes alt+enter, which many terminals are told to send for shift+enter, for escape and enter."""
        if sequence == "\x1b\r":
            return [events.Key("alt+enter", None)]
        return super()._sequence_to_key_events(sequence, alt)

    def _outside(self, data: str) -> Generator[Message, None, str]:
        """Pass keys on, up to and including a start marker (part of which may have come before).

        Returns what is left of `data`.
        """
        seen = self._tail + data
        found = seen.find(BRACKETED_PASTE_START)
        if found < 0:
            self._tail = seen[-(len(BRACKETED_PASTE_START) - 1) :]
            yield from super().feed(data)
            return ""
        stop = found + len(BRACKETED_PASTE_START) - len(self._tail)
        self._pasting, self._tail = True, ""
        yield from super().feed(data[:stop])
        return data[stop:]

    def _inside(self, data: str) -> Generator[Message, None, str]:
        """Collect text up to the end marker, then let the parser see that marker and give its paste our text."""
        seen = self._tail + data
        found = seen.find(BRACKETED_PASTE_END)
        if found < 0:
            keep = len(BRACKETED_PASTE_END) - 1
            self._pasted.append(seen[:-keep])
            self._tail = seen[-keep:]
            return ""
        self._pasted.append(seen[:found])
        text = "".join(self._pasted)
        self._pasting, self._tail = False, ""
        self._pasted.clear()
        for message in super().feed(BRACKETED_PASTE_END):
            yield Paste(text) if isinstance(message, Paste) else message
        return seen[found + len(BRACKETED_PASTE_END) :]


class EnduringWriter(WriterThread):
    """A writer that outlives its terminal: it says SIGHUP once and then swallows, so that leaving never blocks.

    Textual's own dies of the first EIO, and the app waits for ever to put its last words into a full queue.
    """

    def run(self) -> None:
        try:
            super().run()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)
            while self._queue.get() is not None:
                pass


def driver_class() -> type[Driver] | None:
    """Textual's own driver for this platform, reading and writing with our classes (None: Textual's choice)."""
    if sys.platform == "win32":  # keys and pastes come as console records there
        return None
    from textual.drivers import linux_driver

    linux_driver.XTermParser = PasteSafeParser  # type: ignore[attr-defined]  # what run_input_thread uses
    linux_driver.WriterThread = EnduringWriter  # type: ignore[attr-defined]

    class ContinuedDriver(linux_driver.LinuxDriver):
        """Takes SIGCONT well also where no SIGTSTP came before it (`kill -STOP`, `kill -CONT`).

        Textual's starts its two threads once more, beside the old ones. They steal each other's keys, and leaving waits
        for ever for one that waits for a key.
        """

        def _sigcont_application(self, *signal_and_frame: object) -> None:
            if self._must_signal_resume:  # SIGTSTP ended the threads
                super()._sigcont_application(*signal_and_frame)
            elif self._auto_restart:  # not here: the signal may have come in the middle of a write
                self._loop.call_soon_threadsafe(self._begin_again)

        def _begin_again(self) -> None:
            self.suspend_application_mode()
            self._must_signal_resume = True
            self.resume_application_mode()

    return ContinuedDriver
