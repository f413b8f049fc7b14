"""What an observational study found: typed parts, written as one Markdown page with an SVG beside it for each plot.

A study is a function that returns a `Report`; who shows it (`spark study`) and where it is kept is not its business.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import SparkError
from engine.observation.plots import Plot as Plot
from engine.observation.plots import Series as Series
from engine.observation.plots import draw
from engine.text import sanitize

Json = str | float | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a number is shown to three significant places, None as a dash. `reading`: how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown. What a user or a model wrote belongs in `quoted(...)`."""

    title: str
    text: str


Part = Table | Plot | Prose


@dataclass(frozen=True, slots=True)
class Report:
    """`question`: what the study asks, in plain words. `summary`: its answer, a sentence each, the first the shortest
    honest one. `figures`: the same for programs; numbers that are not finite become null."""

    name: str
    question: str
    summary: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    figures: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", _finite(self.figures))


def write_report(report: Report, folder: Path) -> Path:
    """Write `report.md`, `figures.json` and `plot-1.svg` ... into `folder`; returns the Markdown file.

    Raises:
        SparkError: the folder cannot be written.
    """
    lines = [f"# {report.name}", "", f"*{report.question}*", "", *(f"- {sentence}" for sentence in report.summary), ""]
    drawings: dict[str, str] = {}
    for part in report.parts:
        lines += [f"## {part.title}", ""]
        if not isinstance(part, Prose) and part.reading:
            lines += [part.reading, ""]
        if isinstance(part, Table):
            lines += _markdown(part)
        elif isinstance(part, Plot):
            name = f"plot-{len(drawings) + 1}.svg"
            drawings[name] = draw(part)
            lines.append(f"![{_escaped(part.title)}]({name})")
        else:
            lines.append(part.text)
        lines.append("")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, drawing in drawings.items():
            (folder / name).write_text(drawing, encoding="utf-8")
        (folder / "figures.json").write_text(json.dumps(report.figures, indent=1) + "\n", encoding="utf-8")
        page = folder / "report.md"
        page.write_text("\n".join(lines), encoding="utf-8")
    except OSError as error:
        raise SparkError(f"The report cannot be written to {folder} ({error.strerror or error}).") from error
    return page


def quoted(text: str, most: int = 100) -> str:
    """What somebody wrote, on one line, safe inside Markdown and a terminal: `in code marks`."""
    line = " ".join(sanitize(text).split()).replace("`", "'")
    return f"`{line if len(line) <= most else line[: most - 1] + '…'}`" if line else "(nothing)"


def shown(cell: Cell) -> str:
    """A cell as people read it: 0.953, 12,400, 1.2e-05."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int) or (cell == int(cell) and abs(cell) < 1e15):
        return f"{int(cell):,}"
    size = abs(cell)
    return f"{cell:,.0f}" if 1000 <= size < 1e15 else f"{cell:.3g}"


def _markdown(table: Table) -> list[str]:
    if not table.rows:
        return ["None."]
    numeric = [
        all(not isinstance(row[place], str) for row in table.rows) and bool(table.rows)
        for place in range(len(table.columns))
    ]
    return [
        "| " + " | ".join(map(_escaped, table.columns)) + " |",
        "|" + "|".join("---:" if right else "---" for right in numeric) + "|",
        *("| " + " | ".join(_escaped(shown(cell)) for cell in row) + " |" for row in table.rows),
    ]


def _finite(value: Json) -> Json:
    """JSON knows no nan and no infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(each) for each in value]
    return value


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
