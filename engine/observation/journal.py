"""The journal of a home: session summaries, questions and hypotheses, as Markdown files that a person owns.

A summary is drafted from the log after the protocol at the end of a session (asked or built, observed, learned,
questions, next) and edited by the person. A hypothesis names the setting that it would change.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import SparkError
from engine.events import Flag
from engine.routing.categories import Route
from engine.settings import Home
from engine.text import sanitize

if TYPE_CHECKING:
    from engine.record import Decision, ProcedureRow, Turn

_UNTIL = re.compile(r"<!-- spark session=(?P<session>.*?) until=(?P<until>\S+) -->")
_SETTING = re.compile(r"\b([a-z_]+\.[a-z_]+)\s*=\s*([^\s,;]+)")
_MOST_TURNS = 500
_SHOWN = 12


class Log(Protocol):
    """What a draft needs of the record."""

    def last_turns(self, session: str, n: int) -> list[Turn]: ...
    def decision(self, turn_id: str) -> Decision | None: ...
    def procedures(self) -> list[ProcedureRow]: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """`until`: the id of the newest turn that it speaks of."""

    file: Path
    session: str
    until: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`setting` and `value` as the text names them (`routing.threshold=0.7`); `result` is what a study found."""

    number: int
    text: str
    setting: str
    value: str
    result: str
    file: Path


class Journal:
    """All of it lies in the folder `journal` of the home. Methods that write raise SparkError where that fails."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.folder = home.journal

    # Summaries

    def summaries(self) -> list[Summary]:
        """Every session summary, oldest first."""
        found = []
        for file in sorted(self.folder.glob("2*.md")):
            match = _UNTIL.search(_read(file))
            found.append(Summary(file, match["session"] if match else "", match["until"] if match else ""))
        return found

    def save_summary(self, session: str, until: str, text: str) -> Path:
        """Keep a summary; the one of the same turns is replaced."""
        same = [one.file for one in self.summaries() if one.session == session and one.until == until]
        name = "".join(char if char.isalnum() else "-" for char in session)[:40]
        file = same[-1] if same else self.folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{name}.md"
        mark = f"<!-- spark session={session.replace('-->', '')} until={until} -->"
        body = _UNTIL.sub("", text).rstrip()
        self._write(file, f"{body}\n\n{mark}\n")
        return file

    def draft(self, record: Log, session: str) -> tuple[str, str] | None:
        """What the log tells of a session since its last summary, as (Markdown, id of the newest turn).

        None: nothing was asked since. A draft that was kept but speaks of the newest turn already is that draft.
        """
        last = next((one for one in reversed(self.summaries()) if one.session == session), None)
        turns = record.last_turns(session, _MOST_TURNS)
        if last is not None:
            if turns and turns[-1].id == last.until:
                return _UNTIL.sub("", _read(last.file)).rstrip() + "\n", last.until
            known = [turn.id for turn in turns]
            turns = turns[known.index(last.until) + 1 :] if last.until in known else turns
        if not turns:
            return None
        return _drafted(record, session, turns, self.questions(), self.hypotheses()), turns[-1].id

    # Questions

    def questions(self) -> list[str]:
        """Every question noted, oldest first, with its date."""
        return [line[2:] for line in _read(self._questions).split("\n") if line.startswith("- ")]

    def add_question(self, text: str) -> int:
        """Note a question; returns how many there are now."""
        line = f"- {time.strftime('%Y-%m-%d')} {' '.join(sanitize(text).split())}"
        before = _read(self._questions) or "# Questions I am curious about\n\n"
        self._write(self._questions, f"{before.rstrip()}\n{line}\n" if "- " in before else f"{before}{line}\n")
        return len(self.questions())

    # Hypotheses

    def hypotheses(self) -> list[Hypothesis]:
        found = [_hypothesis(file) for file in self.folder.glob("hypothesis-*.md")]
        return sorted((one for one in found if one is not None), key=lambda one: one.number)

    def hypothesis(self, number: int) -> Hypothesis:
        for one in self.hypotheses():
            if one.number == number:
                return one
        raise SparkError(f"There is no hypothesis {number}; `spark journal` lists them.")

    def add_hypothesis(self, text: str) -> Hypothesis:
        """Note a hypothesis; its text must name the setting that it would change.

        Raises:
            SparkError: it names no setting, or not one that Spark has.
        """
        from dataclasses import asdict

        from engine.settings import Settings

        match = _SETTING.search(text)
        known = [f"{section}.{name}" for section, values in asdict(Settings()).items() for name in values]
        if match is None or match[1] not in known:
            raise SparkError(
                "A hypothesis names the setting that it would change, such as routing.threshold=0.7; "
                "`spark config show` lists them."
            )
        number = max((one.number for one in self.hypotheses()), default=0) + 1
        file = self.folder / f"hypothesis-{number}.md"
        said = sanitize(text).strip()
        self._write(file, f"# Hypothesis {number}\n\n{said}\n\nNoted {time.strftime('%Y-%m-%d')}.\n")
        return self.hypothesis(number)

    def add_result(self, number: int, markdown: str) -> Path:
        """Write what a study found beneath the hypothesis."""
        one = self.hypothesis(number)
        when = time.strftime("%Y-%m-%d %H:%M")
        self._write(one.file, f"{_read(one.file).rstrip()}\n\n## Tested {when}\n\n{markdown.strip()}\n")
        return one.file

    @property
    def _questions(self) -> Path:
        return self.folder / "questions.md"

    def _write(self, file: Path, text: str) -> None:
        beside = file.with_suffix(".writing")
        try:
            self._home.create()
            self.folder.mkdir(exist_ok=True, mode=0o700)
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)
        except OSError as error:
            raise SparkError(f"{file} cannot be written ({error.strerror or error}).") from error


def _drafted(
    record: Log, session: str, turns: Sequence[Turn], questions: list[str], hypotheses: list[Hypothesis]
) -> str:
    day = time.strftime("%Y-%m-%d", time.localtime(turns[0].when))
    decisions = [json.loads(found.json) if (found := record.decision(turn.id)) else {} for turn in turns]
    new = [row.pattern for row in record.procedures() if row.learned and row.created >= turns[0].when]
    untested = [one for one in hypotheses if not one.result]
    asked_on = {time.strftime("%Y-%m-%d", time.localtime(turn.when)) for turn in turns}
    return "\n".join(
        [
            f"# Session summary: {sanitize(session)}, {day}",
            "",
            "## What we built or asked",
            *_some(_asked(turns)),
            "",
            "## What we observed",
            *_observed(turns, decisions),
            "",
            "## What we learned",
            *_some([f"a new procedure: “{_short(pattern)}”" for pattern in new], otherwise="-"),
            "",
            "## Questions that emerged",
            *_some([question for question in questions if question[:10] in asked_on], otherwise="-"),
            "",
            "## Next session",
            *_some(
                [f"test hypothesis {one.number}: {_short(one.text)}" for one in untested]
                + [f"ask again: “{_short(turn.text)}” (flagged wrong)" for turn in turns if turn.flag is Flag.WRONG],
                otherwise="-",
            ),
            "",
            "## Notes",
            "",
            "",
        ]
    )


def _asked(turns: Sequence[Turn]) -> list[str]:
    """Each question once, with how often it was asked."""
    counts = Counter(_short(turn.text) for turn in turns)
    return [text if count == 1 else f"{text} ({count} times)" for text, count in counts.items()]


def _observed(turns: Sequence[Turn], decisions: Sequence[dict[str, Any]]) -> list[str]:
    """Figures and surprises, straight from the log."""
    paths = Counter(turn.path.value for turn in turns if turn.path is not None)
    count = f"{len(turns)} turn{'' if len(turns) == 1 else 's'}"
    lines = [f"{count}: {', '.join(f'{count} {path}' for path, count in paths.most_common())}"]
    times = [_figure(told, "ms", "total") for told in decisions if told]
    spent = sum(_figure(told, "flops", "total") for told in decisions)
    alone = sum(map(_alone, decisions))
    if times and alone > 0:
        lines.append(f"median answer {_time(median(times))}; {100 * spent / alone:.0f}% of the core alone")
    read = sum(bool(told.get("memories")) for told in decisions)
    lines.append(f"memory was read in {read} of {count}")
    again = sum(isinstance(told.get("tries"), list) and len(told["tries"]) > 1 for told in decisions)
    if again:
        lines.append(f"code did not parse at once, and was written again, in {again} of {count}")
    for turn, told in zip(turns, decisions, strict=True):
        lines += _surprises(turn, told)
    lines += _from_habit(turns, decisions)
    lines += _compared(turns)
    for flag, word in ((Flag.WRONG, "wrong ✗"), (Flag.IMPORTANT, "important ★")):
        lines += [f"flagged {word}: “{_short(turn.text)}”" for turn in turns if turn.flag is flag]
    return [f"- {line}" for line in lines]


def _surprises(turn: Turn, told: dict[str, Any]) -> list[str]:
    """What about one turn is worth a second look."""
    text, found = f"“{_short(turn.text)}”", []
    confidence = turn.confidence if turn.confidence is not None else 1.0
    if confidence < _figure(told, "threshold") and turn.category and turn.path:
        found.append(f"unsure ({confidence:.2f} {turn.category.value}): {text} → {turn.path.value}")
    spent, alone = _figure(told, "flops", "total"), _alone(told)
    if spent > alone > 0:
        found.append(f"dearer than the core alone ({100 * spent / alone:.0f}%): {text}")
    return found


def _alone(told: dict[str, Any]) -> float:
    """`Flops.alone` of a turn."""
    whole, window = _figure(told, "flops", "monolith"), _figure(told, "operations", "window")
    return min(whole, window) if window > 0 else whole


def _from_habit(turns: Sequence[Turn], decisions: Sequence[dict[str, Any]]) -> list[str]:
    """What procedures answered: each question once."""
    times: dict[str, list[float]] = {}
    for turn, told in zip(turns, decisions, strict=True):
        if turn.path is Route.PROCEDURE:
            times.setdefault(_short(turn.text), []).append(_figure(told, "ms", "total"))
    return [
        f"a procedure answered “{text}” {f'{len(took)} times, ' if len(took) > 1 else ''}in {_time(median(took))}"
        for text, took in times.items()
    ]


def _compared(turns: Sequence[Turn]) -> list[str]:
    """What came of asking both paths the same."""
    answers: dict[str, dict[Route, str]] = {}
    for turn in turns:
        if turn.path is not None:
            answers.setdefault(turn.text, {})[turn.path] = turn.answer.strip()
    return [
        f"fast path and core gave {'the same answer' if by[Route.FAST] == by[Route.CORE] else 'different answers'} "
        f"to “{_short(text)}”"
        for text, by in answers.items()
        if Route.FAST in by and Route.CORE in by
    ]


def _figure(told: object, *names: str) -> float:
    """A number deep in a decision; 0 where an older or foreign decision has none."""
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    return float(told) if isinstance(told, int | float) else 0.0


def _time(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 99.5 else f"{ms / 1000:.1f} s"


def _some(lines: list[str], otherwise: str = "- nothing") -> list[str]:
    """A list of Markdown, shortened in the middle of nowhere: the first ones, and how many more."""
    if not lines:
        return [otherwise]
    more = [f"- … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"- {line}" for line in lines[:_SHOWN]] + more


def _short(text: str, most: int = 80) -> str:
    line = " ".join(sanitize(text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _hypothesis(file: Path) -> Hypothesis | None:
    number = file.stem.removeprefix("hypothesis-")
    body = _read(file)
    match = _SETTING.search(body)
    if not number.isdigit() or match is None:
        return None
    text, _, result = body.partition("\n## Tested")
    said = text.partition("\n\n")[2].partition("\n\nNoted ")[0].strip()
    return Hypothesis(int(number), said, match[1], match[2].rstrip("."), f"## Tested{result}" if result else "", file)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
