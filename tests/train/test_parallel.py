"""Two processes (gloo) and one agree to 1e-5: whole copies or spread weights, Muon or AdamW, resumes too."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import SparkError
from tests.train.tiny_runs import CONTEXT, tiny_mixture, tiny_model, tiny_options, tiny_rows
from train.arguments import build_parser
from train.events import Evaluated, Step
from train.optimizer import OptimizerOptions
from train.parallel import ALONE
from train.trainer import train

STEPS = 6
CASES = [("ddp", True, 1), ("ddp", False, 2), ("fsdp", True, 2), ("fsdp", False, 1)]


def losses(folder: Path, kind: str, muon: bool, accumulate: int, world=ALONE, steps: int = STEPS, resume: bool = False):
    options = tiny_options(
        steps, parallel=kind, accumulate=accumulate, optimizer=OptimizerOptions(muon=muon), evaluate_every=STEPS
    )
    events = list(
        train(
            tiny_model(9 if resume else 0), tiny_mixture(), options, folder,
            heldout=[tiny_rows("held")], resume=resume, world=world,
        )
    )  # fmt: skip
    return [e.loss for e in events if isinstance(e, Step)], [e.loss for e in events if isinstance(e, Evaluated)]


def in_this_process(folder: Path) -> None:
    """What each of the two processes does."""
    from train.parallel import join, leave

    world, _ = join("cpu")
    told = {}
    for kind, muon, accumulate in CASES:
        name = f"{kind}-{muon}-{accumulate}"
        first, _ = losses(folder / name, kind, muon, accumulate, world, steps=STEPS - 2)
        rest, held = losses(folder / name, kind, muon, accumulate, world, resume=True)
        told[name] = [first + rest, held]
    if world.first:
        print(json.dumps(told))
    leave()


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = str(Path(__file__).parents[2])
    code = (
        "import sys; from pathlib import Path; from tests.train.test_parallel import in_this_process; "
        "in_this_process(Path(sys.argv[1]))"
    )
    running = []
    for rank in range(2):
        environment = os.environ | {
            "PYTHONPATH": root, "RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank),
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path / "both")],
                env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    out = [process.communicate(timeout=240) for process in running]
    assert [process.returncode for process in running] == [0, 0], out
    told = json.loads(out[0][0].splitlines()[-1])
    for kind, muon, accumulate in CASES:
        alone, held = losses(tmp_path / f"alone-{kind}-{muon}-{accumulate}", kind, muon, accumulate)
        both, held_both = told[f"{kind}-{muon}-{accumulate}"]
        # Muon orthogonalizes in bf16, which makes more of a difference in the last bit of a sum.
        close = {"rel": 1e-5, "abs": 0} if muon else {"rel": 0, "abs": 1e-5}
        assert both == pytest.approx(alone, **close), (kind, muon)
        assert held_both == pytest.approx(held, **close), (kind, muon)


def test_torchrun_takes_the_line_of_the_readme() -> None:
    from torch.distributed.run import get_args_parser  # it calls `--run` an abbreviation of its own --run-path

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"`torchrun (--nproc-per-node N [^`]*)`", readme)
    words = line.replace("N -m", "2 -m").replace("...", "--steps 12").split()
    ours = build_parser().parse_args(get_args_parser().parse_args(words).training_script_args)
    assert (ours.model, ours.steps, ours.run) == ("core", 12, "NAME")


def test_rows_that_do_not_divide_among_processes_are_one_sentence(tmp_path: Path) -> None:
    from train.parallel import World

    with pytest.raises(SparkError, match="3 processes"):
        train(tiny_model(), tiny_mixture(), tiny_options(batch_tokens=4 * CONTEXT), tmp_path, world=World(0, 3))
