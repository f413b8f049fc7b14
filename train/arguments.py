"""`train`'s command line: the options, what each is when nobody says, and what of them a resumed run keeps.

Light (argparse only): `spark train --help` and the live app read it before torch is there.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from engine.errors import SparkError
from engine.models.config import SIZES

if TYPE_CHECKING:
    from train.options import TrainOptions

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
    """Wants a model, unless a run of the past is asked for. What is wrong is one sentence, and status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Try: {self.prog} --help\n")

    def parse_args(self, *args: Any, **kwargs: Any) -> Any:
        found = super().parse_args(*args, **kwargs)
        if found.model is None and found.replay is None:
            self.error(f"say what to train: {', '.join(MODELS)}")
        return found


def _count(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"it must be a whole number above zero, not {text!r}")
    return int(text)


def _seed(text: str) -> int:
    """What a random generator can begin with."""
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"it must be a whole number from 0, under 2**63, not {text!r}")
    return int(text)


def _positive(text: str) -> float:
    """A number above zero."""
    if not 0 < (number := _number(text)) < math.inf:
        raise argparse.ArgumentTypeError(f"it must be a number above zero, not {text!r}")
    return number


def _share(text: str) -> float:
    """A number from 0 to 1."""
    if not 0 <= (number := _number(text)) <= 1:
        raise argparse.ArgumentTypeError(f"it must be a number from 0 to 1, not {text!r}")
    return number


def _number(text: str) -> float:
    """NaN, which is in no range, where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def build_parser(program: str = "python -m train") -> argparse.ArgumentParser:
    """The words of both `python -m train` and `spark train`."""
    parser = _Parser(
        prog=program,
        usage="%(prog)s core|fast|router [OPTIONS]   (--help says which)",
        description="Train a model and tell what happens, one event after another.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", choices=MODELS, nargs="?", help="a model, or the router that reads the fast model's state")
    add("--replay", metavar="RUN", help="tell (on a terminal: show, with a slider of time) a run of the past again")
    add(
        "--size",
        choices=SIZES,
        metavar="SIZE",
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
    add("--steps", type=_count, help="train for so many updates (toy: 600 unless told otherwise)")
    add("--minutes", type=_positive, help="train for so long")
    add("--batch-tokens", type=_count, help="tokens of one update (default 4096; toy 1024)")
    add("--accumulate", type=_count, help="pieces that a batch is cut into to save memory (default 1)")
    add("--context", type=_count, help="tokens of a row (default: the data's own, else 1024; toy 256)")
    add("--precision", choices=("fp32", "bf16", "fp16"), help="of the computation (default bf16)")
    add(
        "--checkpoint-activations",
        action=argparse.BooleanOptionalAction,
        help="keep one state a block and compute the rest again: less memory, a third more work (default no)",
    )
    add("--parallel", choices=("ddp", "fsdp"), help="under torchrun: whole copies, or weights spread (default ddp)")
    add("--compile", action=argparse.BooleanOptionalAction, help="use torch.compile (default yes; toy no)")
    add("--seed", type=_seed, help="of weights, data order and samples (default 0)")
    add("--init", type=Path, metavar="FILE", help="begin with the weights of this model.safetensors")
    add("--teacher", type=Path, metavar="FILE", help="learn from what this larger model.safetensors finds likely, too")
    add("--distill", type=_share, metavar="SHARE", help="the teacher's share of the loss (default 0.5)")
    add("--optimizer", choices=("muon", "adamw"), help="for the matrices inside blocks (default muon)")
    add("--matrix-lr", type=_positive, help="learning rate of those matrices")
    add("--lr", type=_positive, help="learning rate of embeddings, norms and scalars")
    add("--warmdown", type=_share, help="share of the run over which the rate falls to zero (default 0.5)")
    add("--evaluate-every", type=_count, help="steps between held-out figures (default 250; toy 50)")
    add("--sample-every", type=_count, help="steps between samples (default 250; toy 50)")
    add("--observe-every", type=_count, help="steps between looks at gradients, attention, embeddings (default 10)")
    add("--without", action="append", metavar="OBSERVER", help="switch an observer off, or all; may be given again")
    add("--save-every", type=_positive, metavar="MINUTES", help="minutes between checkpoints (default 5)")
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
    named = "name of the run's folder (default: a fresh name); torchrun takes --run for an option of its own"
    add("--run", "--run-name", dest="run", metavar="NAME", help=named)
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


_NOT_KEPT = ("resume", "replay", "json", "listen", "run", "runs", "home", "plain", "model")
"""Options that belong to one command, not to the run."""


def merge_saved(args: argparse.Namespace, saved: dict[str, Any]) -> None:
    """Fill what the command left open with what the run was started with."""
    if args.steps is not None or args.minutes is not None:
        saved = {key: value for key, value in saved.items() if key not in ("steps", "minutes")}
    for key, value in saved.items():
        if key in _NOT_KEPT or getattr(args, key, None) is not None:
            continue
        setattr(args, key, Path(value) if key in ("tokenizer", "init", "teacher") and value is not None else value)


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
        "distill": 0.5,
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
    """What the loop is told; `fill_defaults` has left nothing open.

    Raises:
        SparkError: a value that no run can have.
    """
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


def to_keep(args: argparse.Namespace) -> dict[str, Any]:
    """What a resumed run has to know again, as JSON."""
    kept = {key: value for key, value in vars(args).items() if key not in _NOT_KEPT}
    return {key: str(value) if isinstance(value, Path) else value for key, value in kept.items()}
