"""`spark models`: which trained sets there are, bringing in others, and choosing one."""

from __future__ import annotations

import json
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.errors import SparkError
from engine.settings import Home
from spark_tui.commands.shared import HomeOption, JsonOption, text_argument
from spark_tui.edge import UsageError
from spark_tui.plain import Progress, emit, note, say

app = typer.Typer(help="The trained sets at hand.", no_args_is_help=True)


class Precision(StrEnum):
    """The values of --precision."""

    INT8 = "int8"
    INT4 = "int4"
    BFLOAT16 = "bfloat16"


@app.command("list")
def list_models(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Every bundle: its parts, their size, and what fewer bits cost it. The one in use is marked.

    \b
    Example:
      spark models list
    """
    from engine.bundle import bundles, name_in_use

    place = Home.find(home)
    in_use = name_in_use(place)
    found = bundles(place)
    if in_use not in found:
        note(f"The bundle {in_use!r} in use is gone; choose another with `spark models use default`.")
    for name, folder in found.items():
        parts, source = _parts(folder), _source(folder)
        if as_json:
            emit({"name": name, "path": str(folder), "in_use": name == in_use, "parts": parts, **source})
            continue
        figures = ", ".join(f"{part} {figure['parameters'] / 1e6:.1f}M" for part, figure in parts.items())
        megabytes = sum(figure["bytes"] for figure in parts.values()) / 1e6
        say(f"{'*' if name == in_use else ' '} {name:<20} {figures}  ({megabytes:.0f} MB)  {folder}")
        if source:
            say(f"  {'':<20} {source['precision']}{_loss(source.get('quality'))}")


@app.command("import")
def import_model(
    source: Annotated[str, typer.Argument(metavar="PATH_OR_NAME", help="A folder, a bundle, or a hub name.")],
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="What to call it here.")] = None,
    precision: Annotated[Precision, typer.Option(help="How its weights are kept.")] = Precision.INT8,
    download: Annotated[bool, typer.Option("--download", help="Fetch a hub name over the network.")] = False,
    revision: Annotated[str | None, typer.Option(metavar="REV", help="Of the hub's model (else the newest).")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bring in a core: Llama, SmolLM2, Qwen2 or Qwen3 as a safetensors folder, or a bundle's core in fewer bits.

    Router, fast path, memory and procedures stay. Nothing is fetched unless --download says so.

    \b
    Examples:
      spark models import ~/models/SmolLM2-360M-Instruct
      spark models import Qwen/Qwen2.5-0.5B-Instruct --download --precision int4
      spark models import default --precision int8 --as small
    """
    place = Home.find(home)
    source = text_argument(source)
    if not source.strip():  # as a path it would be this very folder
        raise UsageError("Say what to import: a folder, a bundle, or a hub name.")
    from engine.bundle import bundles
    from engine.fetching import fetch
    from engine.importing import import_bundle, import_pretrained

    folder = Path(source).expanduser()
    called = text_argument(name) if name else f"{folder.resolve().name}-{precision.value}"
    with Progress() as progress:
        if folder.is_dir():
            quality = import_pretrained(place, folder, called, precision.value, progress=progress.show)
        elif source in bundles(place):
            quality = import_bundle(place, source, called, precision.value, progress=progress.show)
        elif source.count("/") != 1 or source.startswith((".", "/", "~")):
            raise SparkError(f"There is no folder and no bundle {source}.")
        elif not download:
            raise SparkError(f"There is no folder {source}; to fetch it from the Hugging Face hub, add --download.")
        else:
            with tempfile.TemporaryDirectory(prefix="spark-download-") as fetched:
                origin = fetch(source, Path(fetched), revision, progress.show)
                quality = import_pretrained(
                    place, Path(fetched), called, precision.value, origin, progress=progress.show
                )
    path = place.bundles / called
    if as_json:
        emit({"name": called, "path": str(path), "parts": _parts(path), **_source(path)})
        return
    say(f"{called}: {precision.value}{_loss(_source(path).get('quality')) if quality else ''}  {path}")
    note(f"Use it with: spark models use {called}")


@app.command("use")
def use_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `spark models list` calls it.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Wake up with this bundle from now on, if it is whole and works. "default" is the one that ships.

    \b
    Example:
      spark models use default
    """
    from engine.proving import use

    use(Home.find(home), text_argument(name))
    if as_json:
        emit({"in_use": name})
    else:
        say(name)


def _loss(quality: dict[str, Any] | None) -> str:
    """What fewer bits cost, in words."""
    if not quality:
        return ""
    more = round(quality["bits_per_byte"] - quality["before"], 3) + 0.0  # never -0.000
    return (
        f", {quality['bits_per_byte']:.3f} bits per byte of code ({more:+.3f}),"
        f" same first choice {quality['agreement']:.1%}"
    )


def _source(folder: Path) -> dict[str, Any]:
    """Origin, precision and quality, for bundles that were imported."""
    from engine.bundle import SOURCE

    try:
        told = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
        return told if isinstance(told, dict) and "precision" in told else {}
    except (OSError, ValueError):
        return {}


def _parts(folder: Path) -> dict[str, dict[str, int]]:
    """Parameters and bytes of the models in a bundle, from the files' headers alone."""
    from safetensors import SafetensorError, safe_open

    from engine.bundle import SOURCE
    from engine.models.config import ModelConfig, parameter_account

    parts: dict[str, dict[str, int]] = {}
    for part in ("core", "fast"):
        file = folder / f"{part}.safetensors"
        if part == "fast" and (folder / SOURCE).exists():
            continue  # the fast path is the one that ships
        try:
            with safe_open(file, framework="np") as header:
                config = ModelConfig.from_json((header.metadata() or {}).get("config", ""))
            parts[part] = {"parameters": sum(parameter_account(config).values()), "bytes": file.stat().st_size}
        except (OSError, SafetensorError, SparkError):
            note(f"{file} is missing or damaged.")
    return parts
