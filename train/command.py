"""`train`'s options, and how they become a run: shared by `python -m train` and `spark train`.

This module stays light (argparse only): torch comes with `open_run`.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SparkError

if TYPE_CHECKING:
    from train.events import TrainEvent
    from train.options import Controls, TrainOptions
    from train.runs import RunFolder

MODELS = ("core", "fast", "router")
DEFAULT_SIZES = {"core": "12m", "fast": "2m"}
_TOY_STEPS = 600

EXAMPLE = """examples:
  python -m train core --size 1m --data toy
  python -m train core --size 12m --data functions --minutes 60 --run first
  python -m train core --size 12m --data code.safetensors:0.5 tasks.safetensors:0.5 --steps 5000
  python -m train core --run first --resume
  python -m train --replay first
  python -m train router --ablation"""


class _Parser(argparse.ArgumentParser):
    """Wants a model, unless a run of the past is asked for."""

    def parse_args(self, *args: Any, **kwargs: Any) -> Any:
        found = super().parse_args(*args, **kwargs)
        if found.model is None and found.replay is None:
            self.error(f"say what to train: {', '.join(MODELS)}")
        return found


def build_parser(program: str = "python -m train") -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="Train a model and tell what happens, one event after another.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", choices=MODELS, nargs="?", help="a model, or the router that reads the fast model's state")
    add("--replay", metavar="RUN", help="tell (on a terminal: show, with a slider of time) a run of the past again")
    add(
        "--size",
        help="a named size such as 1m, 10m, 50m, 300m (default: core 12m, fast 2m; with toy data 1m)",
    )
    add(
        "--data",
        nargs="+",
        metavar="SOURCE",
        help="toy, functions, a text file, a folder, or packed rows NAME.safetensors; each may end in :WEIGHT",
    )
    add(
        "--heldout",
        nargs="+",
        metavar="SOURCE",
        help="packed rows or text to measure on (default: what the data holds out)",
    )
    add("--tokenizer", type=Path, help="a tokenizer.json (default: beside the data, else the shipped one)")
    add("--steps", type=int, help="train for so many updates (toy: 600 unless told otherwise)")
    add("--minutes", type=float, help="train for so long")
    add("--batch-tokens", type=int, help="tokens of one update (default 4096; toy 1024)")
    add("--accumulate", type=int, help="pieces that a batch is cut into to save memory (default 1)")
    add("--context", type=int, help="tokens of a row (default: the data's own, else 1024; toy 256)")
    add("--precision", choices=("fp32", "bf16", "fp16"), help="of the computation (default bf16)")
    add(
        "--checkpoint-activations",
        action=argparse.BooleanOptionalAction,
        help="keep one state a block and compute the rest again: less memory, a third more work (default no)",
    )
    add("--parallel", choices=("ddp", "fsdp"), help="under torchrun: whole copies, or weights spread (default ddp)")
    add("--compile", action=argparse.BooleanOptionalAction, help="use torch.compile (default yes; toy no)")
    add("--seed", type=int, help="of weights, data order and samples (default 0)")
    add("--init", type=Path, metavar="FILE", help="begin with the weights of this model.safetensors")
    add("--optimizer", choices=("muon", "adamw"), help="for the matrices inside blocks (default muon)")
    add("--matrix-lr", type=float, help="learning rate of those matrices")
    add("--lr", type=float, help="learning rate of embeddings, norms and scalars")
    add("--warmdown", type=float, help="share of the run over which the rate falls to zero (default 0.5)")
    add("--evaluate-every", type=int, help="steps between held-out figures (default 250; toy 50)")
    add("--sample-every", type=int, help="steps between samples (default 250; toy 50)")
    add("--observe-every", type=int, help="steps between looks at gradients, attention, embeddings (default 10)")
    add("--without", action="append", metavar="OBSERVER", help="switch an observer off, or all; may be given again")
    add("--save-every", type=float, metavar="MINUTES", help="minutes between checkpoints (default 5)")
    add(
        "--snapshots",
        action=argparse.BooleanOptionalAction,
        help="keep weights of steps 1, 2, 4, 8 … (default yes)",
    )
    add(
        "--prompt",
        action="append",
        help="what samples continue; may be given again; ?TEXT asks a question instead",
    )
    add("--run", help="name of the run's folder (default: a fresh name)")
    add("--runs", type=Path, help="where run folders are (default: runs/ in Spark's home)")
    add("--home", type=Path, help="Spark's home folder")
    add("--resume", action="store_true", help="go on from the run's last checkpoint, with its options")
    add("--bundle", type=Path, metavar="DIR", help="router: whose fast path it reads (default: the shipped bundle)")
    add(
        "--from-flags",
        action="store_true",
        help="router: learn from the flags of this home too; replaces its router unless the new one is worse",
    )
    add("--ablation", action="store_true", help="router: measure each kind of feature by itself as well")
    add("--device", help="cpu, cuda, ... (default: cuda where it works)")
    add("--json", action="store_true", help="one JSON object a line")
    add(
        "--listen",
        action="store_true",
        help="obey lines on stdin: pause, resume, sample [PROMPT], save, stop",
    )
    return parser


_FIRST = ("brisk", "calm", "eager", "gentle", "keen", "lively", "merry", "nimble", "quiet", "steady", "swift", "warm")
_SECOND = ("otter", "heron", "lynx", "wren", "finch", "hare", "ibex", "newt", "owl", "seal", "stoat", "tern", "vole")

_NOT_KEPT = ("resume", "replay", "json", "listen", "run", "runs", "home", "plain")
"""Options that belong to one command, not to the run."""


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


def merge_saved(args: argparse.Namespace, saved: dict[str, Any]) -> None:
    """Fill what the command left open with what the run was started with."""
    if args.steps is not None or args.minutes is not None:
        saved = {key: value for key, value in saved.items() if key not in ("steps", "minutes")}
    for key, value in saved.items():
        if key in _NOT_KEPT or getattr(args, key, None) is not None:
            continue
        setattr(args, key, Path(value) if key in ("tokenizer", "init") and value is not None else value)


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
    from train.options import Controls
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
        raise SparkError("Several processes must know the run by one name: give it with --run NAME.")
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
            folder.write_config({"model": args.model, "options": _kept(args), "config": config_model.to_json()})
        controls = Controls()
        torch.manual_seed(args.seed)
        stream = train(
            model,
            Mixture(data.sources, args.seed),
            train_options(args),
            folder.path,
            heldout=data.heldout,
            tokenizer=data.tokenizer,
            prompts=_prompts(args.prompt),
            resume=args.resume,
            controls=controls,
            world=world,
        )
    except BaseException:
        folder.close()
        raise
    return OpenRun(folder, controls, stream, speaks=world.first)


def fill_defaults(args: argparse.Namespace, toy: bool) -> None:
    """What neither the command nor a resumed run says. Toy runs take small steps, start at once and talk often."""
    defaults: dict[str, Any] = {
        "data": ["toy"],
        "size": "1m" if toy else DEFAULT_SIZES[args.model],
        "batch_tokens": 1024 if toy else 4096,
        "accumulate": 1,
        "context": 256 if toy else None,
        "precision": "bf16",
        "checkpoint_activations": False,
        "parallel": "ddp",
        "compile": not toy,  # compiling would take longer than the whole run
        "seed": 0,
        "optimizer": "muon",
        "warmdown": 0.5,
        "evaluate_every": 50 if toy else 250,
        "sample_every": 50 if toy else 250,
        "observe_every": 10,
        "without": [],
        "save_every": 5.0,
        "snapshots": True,
    }
    for key, value in defaults.items():
        if getattr(args, key, None) is None:
            setattr(args, key, value)
    if args.steps is None and args.minutes is None:
        if not toy:
            raise SparkError("Say how long to train: --steps N or --minutes M.")
        args.steps = _TOY_STEPS


def train_options(args: argparse.Namespace) -> TrainOptions:
    from dataclasses import replace

    from train.optimizer import OptimizerOptions
    from train.options import TrainOptions
    from train.schedule import Budget, Schedule

    optimizer = OptimizerOptions(muon=args.optimizer == "muon")
    if args.matrix_lr is not None:
        optimizer = replace(optimizer, matrix_lr=args.matrix_lr, matrix_adamw_lr=args.matrix_lr)
    if args.lr is not None:
        optimizer = replace(optimizer, other_lr=args.lr)
    return TrainOptions(
        budget=Budget(args.steps, args.minutes),
        batch_tokens=args.batch_tokens,
        accumulate=args.accumulate,
        seed=args.seed,
        optimizer=optimizer,
        schedule=Schedule(warmdown=args.warmdown),
        precision=args.precision,
        checkpoint_activations=args.checkpoint_activations,
        parallel=args.parallel,
        compile=args.compile,
        evaluate_every=args.evaluate_every,
        sample_every=args.sample_every,
        observe_every=args.observe_every,
        without=tuple(args.without),
        save_every_minutes=args.save_every,
        snapshots=args.snapshots,
        size=args.size,
    )


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


def _kept(args: argparse.Namespace) -> dict[str, Any]:
    kept = {key: value for key, value in vars(args).items() if key not in (*_NOT_KEPT, "model")}
    return {key: str(value) if isinstance(value, Path) else value for key, value in kept.items()}


def _prompts(given: list[str] | None) -> tuple[Any, ...]:
    from train.samples import DEFAULT_PROMPTS, parse_prompt

    return tuple(parse_prompt(text) for text in given) if given else DEFAULT_PROMPTS
