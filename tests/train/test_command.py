"""`python -m train` from the outside: events on stdout, one sentence on stderr, a run that resumes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SparkError
from train.__main__ import main
from train.arguments import build_parser, merge_saved
from train.command import fresh_name, open_run, run_folder_path
from train.events import Ended, Started, Step, from_json

TEXT = "def add(a, b):\n    return a + b\n\n\n" * 300
QUICK = ["--size", "1m", "--context", "32", "--batch-tokens", "64", "--no-compile", "--precision", "fp32"]
QUICK += ["--without", "all"]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.py"
    path.write_text(TEXT)
    return path


def parsed(*words: str) -> Namespace:
    return build_parser().parse_args(words)


def start(folder: Path, *words: str, **more: Any) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "train", "core", "--runs", str(folder / "runs"), *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, cwd=folder, **(pipes | more))


def test_a_run_from_start_to_resume(tmp_path: Path, text: Path) -> None:
    args = parsed("core", *QUICK, "--data", str(text), "--steps", "4", "--run", "one", "--runs", str(tmp_path / "runs"))
    run = open_run(args)
    events = list(run.events())
    assert isinstance(events[-1], Ended)
    folder = tmp_path / "runs" / "one"
    assert {path.name for path in folder.iterdir()} >= {"config.json", "tokenizer.json", "metrics.jsonl", "checkpoints"}
    told = [from_json(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [e.step for e in told if isinstance(e, Step)] == [1, 2, 3, 4]

    with pytest.raises(SparkError, match="already a run one"):
        open_run(args)
    with pytest.raises(SparkError, match="trains the core model"):
        open_run(parsed("fast", "--run", "one", "--resume", "--runs", str(tmp_path / "runs")))
    with pytest.raises(SparkError, match="There is no run two in"):
        open_run(parsed("core", "--run", "two", "--resume", "--runs", str(tmp_path / "runs")))

    # On with the options it was started with, but longer.
    again = open_run(parsed("core", "--run", "one", "--resume", "--steps", "6", "--runs", str(tmp_path / "runs")))
    events = list(again.events())
    assert isinstance(events[0], Started)
    assert events[0].step == 4
    assert [e.step for e in events if isinstance(e, Step)] == [5, 6]
    told = [from_json(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [e.step for e in told if isinstance(e, Step)] == [1, 2, 3, 4, 5, 6]


def test_a_run_with_a_teacher(tmp_path: Path, text: Path) -> None:
    runs = str(tmp_path / "runs")
    common = [*QUICK, "--data", str(text), "--steps", "2", "--runs", runs]
    list(open_run(parsed("core", *common, "--run", "large")).events())
    (taught,) = (tmp_path / "runs" / "large" / "checkpoints").glob("*/model.safetensors")
    run = open_run(parsed("fast", *common, "--run", "small", "--teacher", str(taught), "--distill", "1", "--seed", "5"))
    losses = [event.loss for event in run.events() if isinstance(event, Step)]
    assert len(losses) == 2 and all(0 < loss < 1 for loss in losses)  # nats of divergence, not of text
    assert json.loads((tmp_path / "runs" / "small" / "config.json").read_text())["options"]["teacher"] == str(taught)


def test_two_processes_do_not_share_a_run(tmp_path: Path, text: Path) -> None:
    words = ("core", *QUICK, "--data", str(text), "--steps", "4", "--run", "one", "--runs", str(tmp_path / "runs"))
    run = open_run(parsed(*words))
    with pytest.raises(SparkError, match="Another process"):
        open_run(parsed(*words))
    run.folder.close()


def test_a_new_budget_replaces_the_old_one_of_the_other_kind() -> None:
    args = parsed("core", "--resume", "--minutes", "3", "--seed", "7")
    merge_saved(args, {"steps": 100, "minutes": None, "seed": 1, "size": "1m", "resume": False})
    assert (args.steps, args.minutes, args.seed, args.size, args.resume) == (None, 3.0, 7, "1m", True)


def test_names_of_runs(tmp_path: Path) -> None:
    assert "-" in fresh_name(tmp_path)
    for bad in ("../up", "a/b", ".hidden"):
        with pytest.raises(SparkError, match="plain word"):
            run_folder_path(parsed("core", "--run", bad, "--runs", str(tmp_path)))


def test_json_lines_and_ctrl_c_that_saves(tmp_path: Path, text: Path) -> None:
    process = start(tmp_path, *QUICK, "--data", str(text), "--steps", "100000", "--run", "one", "--json")
    assert process.stdout is not None
    kinds: list[str] = []
    for line in process.stdout:
        event = json.loads(line)
        kinds.append(event["event"])
        if event["event"] == "step" and event["step"] == 3:
            process.send_signal(signal.SIGINT)  # ctrl+c; SIGTERM is heard by the same function
    assert process.wait(timeout=60) == 0
    assert kinds[0] == "started"
    assert kinds[-2:] == ["saved", "ended"]
    assert event["reason"] == "stopped"


def test_listening_pauses_samples_and_stops(tmp_path: Path, text: Path) -> None:
    words = [
        *QUICK,
        "--data",
        str(text),
        "--steps",
        "100000",
        "--run",
        "one",
        "--json",
        "--listen",
        "--sample-every",
        "99999",
    ]
    process = start(tmp_path, *words, stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None

    def say(word: str) -> None:
        assert process.stdin is not None
        process.stdin.write(word + "\n")
        process.stdin.flush()

    seen: list[str] = []
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] not in seen:
            seen.append(event["event"])
            if event["event"] == "step":
                say("sample def mine():")
            elif event["event"] == "sample":
                assert event["prompt"] == "def mine():"
                say("pause")
            elif event["event"] == "paused":
                paused = time.monotonic()
                say("save")
            elif event["event"] == "saved":
                assert time.monotonic() - paused < 30
                process.stdin.close()  # whoever started it is gone: it stops by itself, and saves
    assert process.wait(timeout=60) == 0
    assert seen[-1] == "ended"
    assert {"sample", "paused", "saved"} <= set(seen)


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--data", "nowhere.py", "--steps", "3"], 1, "no training data at nowhere.py"),
        (["--data", "functions"], 1, "Say how long to train"),
        (["--data", "", "--steps", "3"], 1, "need a name"),
        (["--size", "7m", "--steps", "3"], 2, "choose from"),
        (["--steps", "3", "--device", "tpu9"], 1, "'tpu9' does not work here"),
        (["--steps", "3", "--batch-tokens", "1000"], 1, "multiple of the context"),
        (["--steps", "3", "--teacher", "nobody.safetensors"], 1, "nobody.safetensors"),
        *(
            (["--steps", "3", option, value], 2, f"{option}: it must be a {kind}")
            for kind, options, values in (
                ("whole number above zero", ("--context", "--evaluate-every", "--observe-every"), ("0", "-3", "many")),
                ("whole number from 0", ("--seed",), ("-1", str(2**63), "nan")),
                ("number above zero", ("--lr", "--matrix-lr", "--save-every", "--minutes"), ("nan", "-1", "0", "inf")),
                ("number from 0 to 1", ("--warmdown", "--distill"), ("nan", "2", "x")),
            )
            for option in options
            for value in values
        ),
    ],
)
def test_what_cannot_work_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        ended = main(["core", "--runs", "runs", *words])
    except SystemExit as leaving:  # argparse
        ended = leaving.code
    said = capsys.readouterr()
    assert ended == status
    assert sentence in said.err and said.err.count("\n") == 1
    assert said.out == ""
