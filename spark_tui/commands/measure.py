"""`spark eval` and `spark check`: how well the models know a text, and what this machine can do."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.decision import Json
from engine.errors import SparkError
from engine.settings import Home
from spark_tui.commands.shared import HomeOption, JsonOption, known_size, text_argument
from spark_tui.plain import Progress, emit, note, say


def evaluate(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help='Text files, or .jsonl with a "text" a row.')],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bits per byte of text files under core and fast path.

    How surprising each byte is to them; lower is better.

    \b
    Examples:
      spark eval mymodule.py
      spark eval --json heldout.jsonl
    """
    texts = [text for file in files for text in documents(Path(text_argument(file)))]
    from engine.bundle import Bundle, chosen
    from engine.observation.perplexity import bits_per_byte

    bundle = Bundle.load(chosen(Home.find(home)))
    if bundle.core_tokenizer() is not None:
        raise SparkError(
            "The core in use cuts text into other tokens; `spark models use default` and measure that one."
        )
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    row: Json = {"files": len(files), "documents": len(texts), "bytes": size}
    for part in ("core", "fast"):
        with Progress() as progress:
            found = bits_per_byte(
                getattr(bundle, part)(), bundle.tokenizer, texts, progress=progress.counter(f"{part}, tokens")
            )
        row[part] = {"bits_per_byte": found.bits_per_byte, "tokens": found.tokens}
        if not as_json:
            say(f"{part:<5} {found.bits_per_byte:.3f} bits per byte  ({found.tokens:,} tokens, {size:,} bytes)")
    if as_json:
        emit(row)


def documents(path: Path) -> list[str]:
    """The texts in a file: one, or one a row of a .jsonl file.

    Raises:
        SparkError: it cannot be read, is not text, or is empty.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SparkError(f"{path} cannot be read ({error.strerror or error}).") from error
    if b"\0" in content:
        raise SparkError(f"{path} is not a text file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SparkError(f"{path} is not UTF-8 text (byte {error.start:,}).") from error
    texts = _rows(path, text) if path.suffix == ".jsonl" else [text]
    if not any(texts):
        raise SparkError(f"{path} is empty: there is nothing to measure.")
    return texts


def _rows(path: Path, text: str) -> list[str]:
    """Each row's "text"; rows without one are counted in a note, since figures should say what they are of."""
    texts, without = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SparkError(f"{path} line {number} is not JSON; mend it or give the file another name.") from error
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            texts.append(row["text"])
        else:
            without += 1
    if without:
        note(f'{path}: {without} of {without + len(texts)} rows have no "text" and are left out.')
    return texts


def check(
    tokens: Annotated[int, typer.Option(min=1, help="Tokens that the estimated time is for.")] = 10_000_000,
    measure: Annotated[bool, typer.Option("--measure/--no-measure", help="Measure steps for a few seconds.")] = True,
    compiled: Annotated[bool, typer.Option("--compile/--no-compile", help="As a run is, or not.")] = True,
    memory_of: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZE", help="Measure a size's memory as well, beside the estimate; may be given again."),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What this machine can train and run, how long it would take, and what to do next.

    \b
    Examples:
      spark check
      spark check --memory-of 1m --memory-of 10m
    """
    place = Home.find(home)
    from engine.observation.machine import look
    from spark_tui.commands.advice import measured_speeds, next_step, sizes
    from train.measured import peak_in_a_process

    for size in memory_of or ():
        known_size(size)  # before anything is measured
    machine = look(place.path)
    speeds: dict[str, float] = {}
    if measure:
        wait = "the first time, compiling them takes a minute" if compiled else "this takes some seconds"
        note(f"Measuring a few training steps; {wait}.", dim=True)
        with Progress() as progress:
            speeds, compiled = measured_speeds(machine, compiled, lambda size: progress.show(f"steps of {size}"))
    fits = sizes(machine, tokens, speeds)
    peaks = [peak_in_a_process(size, 1024) for size in memory_of or ()]
    advice = next_step(machine, fits)
    if as_json:
        emit(
            {
                "machine": {**asdict(machine), "cards": [asdict(card) for card in machine.cards]},
                "sizes": [asdict(fit) for fit in fits],
                "tokens": tokens,
                "operations_per_second": speeds,
                "compiled": compiled,
                "peaks": [{**asdict(peak), "off": peak.off} for peak in peaks],
                "next": advice,
            }
        )
        return
    say(f"{machine.system}, Python {machine.python}, torch {machine.torch}, {_count(machine.cores, 'core')}")
    say(f"memory {_gb(machine.memory_free)} free of {_gb(machine.memory)}")
    say(f"disk {_gb(machine.disk_free)} free for {place.path}")
    for card in machine.cards:
        state = "works" if card.why_not is None else f"cannot be used: {card.why_not}"
        driver = f", driver {card.driver}" if card.driver else ""
        kernels = "has" if card.kernels else "has no"
        say(f"graphics card {card.name}, {_gb(card.memory)}, compute {card.capability}{driver}: {state}")
        say(f"  this torch {kernels} kernels for it; {'bf16' if card.bf16 else 'no bf16: use --precision fp16'}")
    if not machine.cards:
        say("no graphics card that torch can see: training runs on the processor")
    say("")
    head = "size   parameters  weights  gradients  optimizer  activations   needed  here             16 GB card"
    say(f"{head:<105}  {tokens:,} tokens")
    for fit in fits:
        taken = "–" if fit.hours is None else _hours(fit.hours)
        say(
            f"{fit.size:<6} {fit.parameters:>10,}  {_gb(fit.weights):>7}  {_gb(fit.gradients):>9}"
            f"  {_gb(fit.optimizer):>9}  {_gb(fit.activations):>11}  {_gb(fit.total):>7}"
            f"  {_fits(fit.here, fit.lean_here):<15}  {_fits(fit.on_16gb, fit.lean_on_16gb):<15}  {taken}"
        )
    say("Steps of 4,096 tokens in bf16, estimated from the shape. -a N: --accumulate N; -c: --checkpoint-activations.")
    if measure:
        told = ", ".join(f"{speed / 1e9:,.0f} GFLOPS at {size}" for size, speed in speeds.items())
        how = "" if compiled else ", not compiled"
        say(f"The time is that of the steps, estimated from a few{how} just now, beside what else runs here: {told}.")
    for peak in peaks:
        told = f"took {_gb(peak.measured)}, estimated {_gb(peak.estimated)} ({peak.off:+.0%})"
        say(f"{peak.size}: a step of {peak.tokens:,} tokens {told}")
    say("")
    say(f"Next: {advice}")


def _fits(pieces: int | None, lean: int | None) -> str:
    """The switches with which a size fits: "yes", "-a 4", "-a 2 -c", "no"."""
    if pieces is None:
        return "no" if lean is None else f"-a {lean} -c"
    return "yes" if pieces == 1 else f"-a {pieces}"


def _hours(hours: float) -> str:
    return f"{hours * 60:,.0f} min" if hours < 2 else f"{hours:,.0f} h" if hours < 72 else f"{hours / 24:,.0f} days"


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
