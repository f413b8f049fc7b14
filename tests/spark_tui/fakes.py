"""A mind that answers from a script, with the same events as the real one, in no time and without torch.

Run as a program it opens the chat on this terminal with that mind: the end-to-end tests do.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from engine.errors import SparkError
from engine.events import (
    Answered,
    Assessed,
    Attended,
    Checked,
    Flag,
    FlagEvent,
    Flagged,
    Flops,
    Learned,
    Loading,
    Memory,
    Milliseconds,
    ProcedureFound,
    ProcedureMissed,
    Recalled,
    ScoreParts,
    TokenCounts,
    TurnEvent,
    Usage,
    Wrote,
)
from engine.memory.importance import Importance
from engine.memory.links import Link, Neighbourhood
from engine.record import Decision, Item, ProcedureRow, Session, Turn
from engine.routing.categories import Category, Route
from spark_tui.chat.mind import Open, Opened

ANSWER = """\
`os.path.join(path, *paths)` joins path parts with the separator of the system.

- A part that is **absolute** drops what came before it.
- An empty last part ends the path in a separator.

```python
import os

os.path.join("home", "me", "notes.txt")  # 'home/me/notes.txt'
```
"""

GROWTH = (0, 0, 3, 9, 20, 41)

MEMORIES = (
    Memory(
        "doc-join", "os.path.join(a, *p): Join two or more pathname components, inserting '/' as needed.", "document",
        0.82, ScoreParts(0.91, 0.88, 0.62, 0.31), 0.0,
    ),
    Memory(
        "t1", "You: how do paths work on windows?\nSpark: A drive letter comes first.", "turn",
        0.51, ScoreParts(0.55, 0.24, 0.95, 0.66), 0.0, Flag.IMPORTANT,
    ),
)  # fmt: skip


@dataclass
class FakeRecord:
    turns: list[Turn] = field(default_factory=list)

    def last_turns(self, session: str, n: int) -> list[Turn]:
        return [turn for turn in self.turns if turn.session == session][-n:]

    def turns_before(self, turn_id: str, n: int) -> list[Turn]:
        found = next((turn for turn in self.turns if turn.id == turn_id), None)
        if found is None:
            return []
        same = [turn for turn in self.turns if turn.session == found.session]
        return same[: same.index(found)][-n:]

    def decision(self, turn_id: str) -> Decision | None:
        return None

    def sessions(self) -> list[Session]:
        return self.find_sessions("")

    def find_sessions(self, words: str) -> list[Session]:
        said: dict[str, list[Turn]] = {}
        for turn in self.turns:
            said.setdefault(turn.session, []).append(turn)
        return [
            Session(name, len(turns), turns[0].when, turns[-1].when)
            for name, turns in reversed(said.items())
            if words in name or any(words in turn.text + turn.answer for turn in turns)
        ]

    def rename_session(self, old: str, new: str) -> int:
        self.turns = [replace(turn, session=new) if turn.session == old else turn for turn in self.turns]
        return sum(turn.session == new for turn in self.turns)

    def procedures(self) -> list[ProcedureRow]:
        return [ProcedureRow("k", "hit me", "at once", Category.ROUTINE, 3, 4, True, created=1e12)]


class FakeMemory:
    """Every memory is linked to all the others."""

    def neighbourhood(self, item_id: str) -> Neighbourhood:
        items = [
            Item(n, one.id, one.kind, "walks", 5.0, one.text, "", None, "os.path.join", "posixpath", one.flag, 3, 5.0)
            for n, one in enumerate(MEMORIES)
        ]
        (item,) = [one for one in items if one.id == item_id]
        links = tuple(Link("near", 0.7, other) for other in items if other is not item)
        return Neighbourhood(item, Importance(0.6, 0.1, 0.0, 0.9, item.flag), (("dog", "Rex"),), links)


class FakeSpark:
    """Words of `answer` come `pause` seconds apart. A text with "boom" fails, one with "hit" hits a procedure,
    one with "def " is completed by the fast path, "silent" writes nothing, of "unknown" nothing is remembered."""

    def __init__(self, answer: str = ANSWER, pause: float = 0.0, past: list[Turn] | None = None) -> None:
        self.answer = answer
        self.pause = pause
        self.record = FakeRecord(list(past or ()))
        self.memory = FakeMemory()
        self.asked: list[tuple[str, Route | None]] = []
        self.anew: str | None = None
        self.flags: list[tuple[str, Flag | None]] = []
        self.flagged_while_writing = False
        self.closed = False
        self._writing = False
        self.hold = threading.Event()
        """While a test clears it, writing waits."""
        self.hold.set()

    def reply(
        self,
        text: str,
        *,
        path: Route | None = None,
        session: str = "default",
        anew: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[TurnEvent]:
        self.asked.append((text, path))
        self.anew = anew
        if "boom" in text:
            raise SparkError("The core's weights are damaged; install Spark again.")
        if "bug" in text:
            raise ZeroDivisionError("division by [/zero]")
        turn_id = f"turn{len(self.asked)}"
        category = Category.COMPLETION if "def " in text else Category.EXPLAIN
        wished = path or (Route.FAST if category is Category.COMPLETION else Route.CORE)
        if "hit" in text:
            category, wished = Category.ROUTINE, Route.PROCEDURE
        probabilities = dict.fromkeys(Category, 0.02) | {category: 0.93}
        yield Assessed(
            turn_id, text, category, 0.93, probabilities, 0.01, 0.8, wished, "explanations need thinking", 11.5
        )
        started = time.perf_counter()
        memories: tuple[Memory, ...] = ()
        answer = "" if "silent" in text else text[4:].strip() if text.startswith("say ") else self.answer
        if wished is Route.PROCEDURE:
            yield ProcedureFound(text, 1.0, "the same text, asked 4 times", 4, 41, 0.22, 0.4)
        else:
            yield ProcedureMissed(
                "another name: join is not exists", "what does os.path.exists do", 0.71, 41, 0.22, 0.4
            )
        if wished is Route.CORE:
            memories = () if "unknown" in text else MEMORIES
            yield Recalled(memories, 1234, "two are close enough", 9.2)
        written, tokens, self._writing = "", 0, True
        for piece in answer.replace(" ", " \0").split("\0"):
            while not self.hold.wait(0.01):
                if cancel is not None and cancel.is_set():
                    break
            if cancel is not None and cancel.is_set():
                break
            if not piece:
                continue
            tokens += 2
            written += piece
            yield Wrote(piece, tokens, 41.0, tokens, tokens // 2)
            if self.pause:
                time.sleep(self.pause)
        if category is Category.COMPLETION:
            yield Checked(1, False, "line 3: '(' was never closed")
            yield Checked(2, True, "")
        cancelled, self._writing = cancel is not None and cancel.is_set(), False
        if wished is Route.CORE and tokens:
            yield Attended((("memory 1", 0.46), ("memory 2", 0.11), ("question", 0.23), ("answer", 0.2)), 4, 8, 3.0)
        spent = round(1000 * (time.perf_counter() - started))
        core = 3.1e9 if wished is Route.CORE else 0.0
        fast = 0.6e9 if wished is Route.FAST else 0.1e9
        self.record.turns.append(Turn(turn_id, session, float(len(self.asked)), text, written, wished, category, 0.93))
        yield Answered(
            turn_id, written, wished, category, 0.93, TokenCounts(120, tokens, tokens, tokens // 2, copied=tokens // 4),
            Milliseconds(11.5, 0.4, 9.2, 80, 80 + spent),
            Flops(fast, core, 0.02e9, 22e9), cancelled, saved=bool(written),
        )  # fmt: skip
        yield Learned(())

    def flag(self, turn_id: str, flag: Flag | None) -> Iterator[FlagEvent]:
        self.flags.append((turn_id, flag))
        self.flagged_while_writing = self._writing
        turns = self.record.turns
        self.record.turns = [replace(turn, flag=flag) if turn.id == turn_id else turn for turn in turns]
        yield Flagged(turn_id, flag, again=flag is Flag.WRONG)
        yield Learned((f"Memory knows that {turn_id} is {flag.value if flag else 'like any other'}.",))

    def usage(self) -> Usage:
        recent = tuple(turn.path for turn in self.record.turns if turn.path is not None)
        paths = {route: recent.count(route) for route in Route}
        wrong = sum(turn.flag is Flag.WRONG for turn in self.record.turns)
        count = len(recent)
        return Usage(count, paths, recent[-20:], 41, paths[Route.PROCEDURE], wrong, 3.2e9 * count, 22e9 * count, GROWTH)

    def attention(self, turn_id: str) -> FakeAttention:
        turn = next(turn for turn in self.record.turns if turn.id == turn_id)
        assert turn.path is not None
        return FakeAttention(turn.text, turn.answer, turn.path.value)

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class FakeWord:
    text: str
    part: str


@dataclass(frozen=True)
class FakeSays:
    guesses: tuple[tuple[str, float], ...]
    written: float
    right: bool


class FakeAttention:
    """The surface of `engine.observation.attention.AnswerAttention`, with figures that a test can foretell."""

    layers, heads = 4, 2

    def __init__(self, prompt: str, answer: str, model: str) -> None:
        told = [FakeWord("‹start›", "start"), *(FakeWord(f" {word}", "question") for word in prompt.split(" "))]
        self.read, self.model = len(told), model
        self.words = (*told, *(FakeWord(f" {word}", "answer") for word in answer.split(" ")))
        self.tokens = len(self.words) - self.read

    def look(self, token: int, layer: int, head: int | None = None) -> tuple[float, ...]:
        """Half at the word before, the rest evenly."""
        count = self.read + token
        return tuple(0.5 / count + (0.5 if index == count - 1 else 0.0) for index in range(count))

    def lens(self, token: int) -> tuple[FakeSays, ...]:
        word = self.words[self.read + token].text
        return tuple(
            FakeSays(((word if layer >= 2 else " other", 0.25 * (layer + 1)),), 0.25 * (layer + 1), layer >= 2)
            for layer in range(self.layers)
        )

    def knew(self, token: int) -> int | None:
        return 2


def opening(mind: FakeSpark, seconds: float = 0.0, gate: threading.Event | None = None, failures: int = 0) -> Open:
    """Wakes `mind` up after a while, or when the gate opens, or only after so many failures."""
    left = failures

    def open_mind(progress: Callable[[Loading], None]) -> Opened:
        nonlocal left
        for done, stage in enumerate(("its libraries", "the record", "the fast path", "the core", "the memory")):
            progress(Loading(stage, done, 5))
            time.sleep(seconds / 5)
        if gate is not None:
            gate.wait(20)
        if left:
            left -= 1
            raise SparkError("Spark cannot write to its home folder; choose another with --home DIR.")
        return Opened(mind, "bundle default (core 12M, fast 2M)")

    return open_mind


def main() -> int:
    """`python fakes.py [SECONDS OF LOADING] [SECONDS A WORD]`"""
    from spark_tui.chat.app import run_app

    seconds, pause = (float(given) for given in (*sys.argv[1:], "0.5", "0.03")[:2])
    return run_app(opening(FakeSpark(pause=pause), seconds))


if __name__ == "__main__":
    sys.exit(main())
