"""`spark lab [NAME]`: the experiments of train/lab, made to be read and changed."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from engine.decision import Json
from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.edge import UsageError
from spark_tui.plain import emit, note, say
from train.lab import NAMES


def lab(
    name: Annotated[str | None, typer.Argument(help="Which experiment; without it, the list.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Experiments to read, run and change; without NAME, the list.

    \b
    Examples:
      spark lab
      spark lab tiny_attention
    """
    if name is None:
        rows: list[Json] = [{"name": one, "question": question(one), "file": str(source(one))} for one in NAMES]
        for row in rows:
            if as_json:
                emit(row)
            else:
                say(f"{row['name']:<18} {row['question']}")
        if not as_json:
            say(f"\nRun one: spark lab {NAMES[0]}")
            say(f"They are short files in {source(NAMES[0]).parent}, made to be read and changed.")
        return
    if name not in NAMES:
        raise UsageError(f"There is no experiment {name!r}; choose one of {', '.join(NAMES)}.")
    from train.lab import experiment

    module = experiment(name)
    if as_json:
        emit({"experiment": name, "question": module.QUESTION, "figures": module.run(lambda line: None)})
        return
    say(module.QUESTION + "\n")
    module.run(say)
    note(f"The experiment: {source(name)}", dim=True)


def source(name: str) -> Path:
    """The file of an experiment."""
    found = importlib.util.find_spec("train.lab")
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name(f"{name}.py")


def question(name: str) -> str:
    """What it asks, read from its file, so that the list needs no torch."""
    tree = ast.parse(source(name).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "QUESTION":
            return str(ast.literal_eval(node.value))
    return ""
