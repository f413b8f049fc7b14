"""How the words of a command line become a run: shared by `python -m train` and `spark train`.

This module stays light: torch comes with `open_run`.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SparkError
from train.arguments import fill_defaults, merge_saved, to_keep, train_options

if TYPE_CHECKING:
    from train.events import TrainEvent
    from train.options import Controls
    from train.runs import RunFolder

_FIRST = ("brisk", "calm", "eager", "gentle", "keen", "lively", "merry", "nimble", "quiet", "steady", "swift", "warm")
_SECOND = ("otter", "heron", "lynx", "wren", "finch", "hare", "ibex", "newt", "owl", "seal", "stoat", "tern", "vole")


@dataclass(frozen=True)
class OpenRun:
    """A run that is ready: iterate `events()`, then it is over."""

    folder: RunFolder
    controls: Controls
    stream: Iterator[TrainEvent]
    speaks: bool = True
    """Of several processes only the first tells and writes."""

    def events(self) -> Iterator[TrainEvent]:
        """The events, each written to metrics.jsonl before it is handed on, and what clicks with them."""
        from train.clicks import Clicks
        from train.events import Started

        clicks = Clicks()
        if not self.speaks:
            deque(self.stream, maxlen=0)
            return
        try:
            for event in self.stream:
                if isinstance(event, Started):
                    self.folder.forget_after(event.step)  # a resume tells these steps again
                    for earlier in self.folder.told():
                        list(clicks.hear(earlier))
                for one in (event, *clicks.hear(event)):
                    self.folder.append(one)
                    yield one
        finally:
            self.folder.close()


def run_folder_path(args: argparse.Namespace) -> Path:
    """Where the run is or will be."""
    root = args.runs
    if root is None:
        from engine.settings import Home

        try:
            root = Home.find(args.home).runs
        except ImportError:  # a bare server without platformdirs
            root = Path("runs")
    name = args.run or fresh_name(root)
    if Path(name).name != name or name.startswith("."):
        raise SparkError(f"A run's name must be a plain word, not {name!r}.")
    return Path(root) / name


def fresh_name(root: Path) -> str:
    """A name that is not taken, easy to say: "brisk-otter"."""
    import random

    free = [f"{a}-{b}" for a in _FIRST for b in _SECOND if not (root / f"{a}-{b}").exists()]
    if not free:
        raise SparkError("All fresh names are taken; give the run one with --run NAME.")
    return random.choice(free)


def open_run(args: argparse.Namespace) -> OpenRun:
    """Read the data, make the model, and start (or resume) the loop.

    Raises:
        SparkError: one sentence on what does not fit.
    """
    import torch

    from engine.models.config import config_for
    from engine.models.transformer import Transformer
    from engine.models.weights import fit, load_tensors
    from train.data import Mixture
    from train.distillation import Teacher
    from train.options import PRECISIONS, Controls
    from train.parallel import join
    from train.runs import RunFolder
    from train.sources import load_sources
    from train.trainer import train

    folder = RunFolder(run_folder_path(args))
    if args.resume:
        if not args.run:
            raise SparkError("Say which run to resume: --run NAME --resume.")
        config = folder.read_config()
        if config.get("model") != args.model:
            raise SparkError(f"The run {args.run} trains the {config.get('model')} model, not {args.model}.")
        merge_saved(args, config.get("options", {}))
    elif folder.has_checkpoint():
        raise SparkError(
            f"There is already a run {folder.path.name}; go on with it by --resume, or choose another --run."
        )
    toy = args.data == ["toy"] or args.data is None
    fill_defaults(args, toy)
    world, device = join(pick_device(args.device))
    if world.size > 1 and not args.run:
        raise SparkError("Several processes must know the run by one name: give it with --run-name NAME.")
    folder.create(lock=world.first)
    try:
        with world.first_goes_ahead():
            data = load_sources(args.data, args.heldout, args.context, args.tokenizer, folder.tokenizer, args.seed)
        config_model = config_for(args.size, data.vocab_size, data.context)
        model = Transformer(config_model).initialize(args.seed)
        if args.init is not None and not args.resume:
            fit(model, load_tensors(args.init)[0], str(args.init))
        model = model.to(device)
        if world.first:
            folder.write_config({"model": args.model, "options": to_keep(args), "config": config_model.to_json()})
        options, controls = train_options(args), Controls()
        teacher = None
        if args.teacher is not None:
            teacher = Teacher.load(args.teacher, args.distill, model, PRECISIONS[options.precision])
        torch.manual_seed(args.seed)
        stream = train(
            model,
            Mixture(data.sources, args.seed),
            options,
            folder.path,
            heldout=data.heldout,
            tokenizer=data.tokenizer,
            prompts=_prompts(args.prompt),
            resume=args.resume,
            controls=controls,
            world=world,
            teacher=teacher,
        )
    except BaseException:
        folder.close()
        raise
    return OpenRun(folder, controls, stream, speaks=world.first)


def pick_device(wanted: str | None) -> str:
    """The device to train on.

    Raises:
        SparkError: the one asked for does not work here.
    """
    import torch

    name = wanted or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.ones(2, device=name).sum().item()
    except Exception as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise SparkError(f"The device {name!r} does not work here ({first}); choose another with --device.") from error
    return name


def _prompts(given: list[str] | None) -> tuple[Any, ...]:
    from train.samples import DEFAULT_PROMPTS, parse_prompt

    return tuple(parse_prompt(text) for text in given) if given else DEFAULT_PROMPTS
