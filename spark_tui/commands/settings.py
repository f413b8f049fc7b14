"""`spark config`: what is set, and where."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from typing import Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home, Settings, load_settings, with_setting, write_setting
from spark_tui.commands.shared import HomeOption, JsonOption, text_argument
from spark_tui.edge import UsageError
from spark_tui.plain import emit, say

config = typer.Typer(help="Settings, and where each value comes from.", no_args_is_help=True)


@config.command("show")
def show(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Every setting with its value and where that comes from.

    \b
    Example:
      spark config show
    """
    place = Home.find(home)
    current, usual = _flat(load_settings(place)), _flat(Settings())
    written = _written(place)
    sources = {name: "config.toml" if name in written else "default" for name in current}
    if as_json:
        rows = {
            name: {"value": value, "default": usual[name], "source": sources[name]} for name, value in current.items()
        }
        emit({"home": str(place.path), "config": str(place.config), "settings": rows})
        return
    say(f"{'home':<30} {place.path}")
    for name, value in current.items():
        changed = "" if value == usual[name] else f" (default {usual[name]})"
        say(f"{name:<30} {value!s:<10} {sources[name]}{changed}")


@config.command("path")
def path(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The file to write settings into; it need not exist yet.

    \b
    Example:
      $EDITOR "$(spark config path)"
    """
    place = Home.find(home)
    if as_json:
        emit({"path": str(place.config), "exists": place.config.exists()})
    else:
        say(str(place.config))


@config.command("set")
def set_value(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `spark config show` lists it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Set a value in config.toml; comments in it stay.

    \b
    Examples:
      spark config set routing.threshold 0.7
      spark config set routing.threshold auto
    """
    place = Home.find(home)
    name, value = text_argument(name), text_argument(value)
    try:
        with_setting(Settings(), f"{name}={value}")
    except SparkError as error:
        raise UsageError(str(error)) from error
    meant = write_setting(place, name, value)
    if as_json:
        emit({"name": name, "value": meant, "config": str(place.config)})
    else:
        say(f"{name} = {meant}")


def _flat(settings: Settings) -> dict[str, float]:
    return {
        f"{section}.{name}": value for section, values in asdict(settings).items() for name, value in values.items()
    }


def _written(home: Home) -> set[str]:
    """The names that config.toml sets (it was read without complaint just before)."""
    if not home.config.exists():
        return set()
    table = tomllib.loads(home.config.read_text(encoding="utf-8"))
    return {f"{section}.{name}" for section, values in table.items() for name in values}
