"""What can go wrong with a whole mind, made to happen: killed, out of disk, twice at once, no home, ctrl+c."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty and signals", allow_module_level=True)

from engine.errors import SparkError
from engine.events import Answered
from engine.models.weights import load_model
from engine.nervous_system import Spark
from engine.record import Record
from engine.settings import Home, Settings
from tests.end_to_end.terminal import ROOT, Terminal
from tests.engine.tiny import tiny_bundle

# Asks, flags and says each once it is acknowledged. With "full" no file may grow any more after the first turn.
TALKER = """
import resource, sys
from pathlib import Path
from engine.events import Answered, Flag, Flagged
from engine.nervous_system import Spark
from engine.settings import Home, Settings

home = Home(Path(sys.argv[1]))
spark = Spark.open(home, Settings(), bundle=Path(sys.argv[2]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    for event in spark.reply(f"what is number {number}?", max_tokens=6):
        if isinstance(event, Answered):
            print("turn" if event.saved else "unsaved", event.turn_id, event.note or "", flush=True)
            turn = event.turn_id
            saved = event.saved
    if saved:
        for event in spark.flag(turn, Flag.WRONG if number % 2 else Flag.IMPORTANT):
            if isinstance(event, Flagged):
                print("flag", turn, event.flag, flush=True)
    if len(sys.argv) > 3:
        if number == 4:
            break
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
spark.close()
print("closed", flush=True)
"""


def talker(home: Path, bundle: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TALKER, str(home), str(bundle), *more],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_kill_9_while_answering_and_flagging_loses_nothing_acknowledged(tmp_path: Path) -> None:
    bundle, home, dice = tiny_bundle(tmp_path / "bundle"), tmp_path / "home", random.Random(4)
    said: list[str] = []
    for _ in range(2):
        process = talker(home, bundle)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(dice.uniform(0.6, 1.6))
        process.kill()
        said += process.communicate()[0].split("\n")[:-1]
    turns = [line.split()[1] for line in said if line.startswith("turn")]
    flags = {line.split()[1]: line.split()[2] for line in said if line.startswith("flag")}
    assert len(turns) > 2 and flags
    spark = Spark.open(Home(home), Settings(), bundle=bundle)  # the next start works
    try:
        assert [turn for turn in turns if spark.record.turn(turn) is None] == []
        assert {turn: str(spark.record.flag_of(turn)) for turn in flags} == flags
        assert all(event.saved for event in spark.reply("still there?", max_tokens=4) if isinstance(event, Answered))
    finally:
        spark.close()


def test_a_full_disk_says_so_and_the_conversation_goes_on(tmp_path: Path) -> None:
    bundle, home = tiny_bundle(tmp_path / "bundle"), tmp_path / "home"
    out, err = talker(home, bundle, "full").communicate(timeout=120)
    lines = out.split("\n")
    assert lines[0] == "ready" and lines[1].startswith("turn"), err
    unsaved = [line for line in lines if line.startswith("unsaved")]
    assert len(unsaved) == 3 and all("not saved" in line for line in unsaved), out
    assert "closed" in lines and "Traceback" not in err
    record = Record(home / "spark.db")
    assert [turn.id for turn in record.turns()] == [lines[1].split()[1]]
    record.close()


def test_two_sparks_at_once_on_one_home(tmp_path: Path) -> None:
    bundle, home = tiny_bundle(tmp_path / "bundle"), Home(tmp_path / "home")
    first, second = (Spark.open(home, Settings(), bundle=bundle) for _ in range(2))
    try:
        for number in range(4):
            for spark in (first, second):
                answered = [e for e in spark.reply(f"question {number}", max_tokens=4) if isinstance(e, Answered)]
                assert answered[0].saved
        assert first.usage().turns == second.usage().turns == 8
    finally:
        first.close()
        second.close()
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert not [file for file in home.path.rglob("*") if file.suffix in (".log", ".txt")], "no log holds chat text"


@pytest.mark.parametrize("part", ["core.safetensors", "fast.safetensors", "router.safetensors", "tokenizer.json"])
def test_a_truncated_part_of_a_bundle_is_one_sentence(tmp_path: Path, part: str) -> None:
    bundle = tiny_bundle(tmp_path / "bundle")
    whole = (bundle / part).read_bytes()
    (bundle / part).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SparkError) as told:
        Spark.open(Home(tmp_path / "home"), Settings(), bundle=bundle)
    assert part.split(".")[0] in str(told.value) and "\n" not in str(told.value)
    (bundle / part).write_bytes(whole)
    if part == "core.safetensors":
        assert load_model(bundle / part).config.layers == 2


def test_a_home_that_cannot_be_is_said_in_the_chat_which_stays_open() -> None:
    chat = Terminal(["-m", "spark_tui"], 100, 30, SPARK_HOME="/dev/null/spark")
    try:
        chat.until("ask, or / for commands")
        chat.until("cannot write to its home folder")
        chat.until("asleep")
        chat.keys("are you there?\r")
        chat.until(lambda screen: "> are you there?" in screen)
        chat.keys("\x11")
        assert chat.ended() == 0
    finally:
        chat.close()


@pytest.mark.parametrize("seed", range(2))
def test_ctrl_c_at_any_moment_breaks_nothing(seed: int) -> None:
    dice = random.Random(seed)
    chat = Terminal([str(ROOT / "tests/spark_tui/fakes.py"), "0.5", "0.02"], 100, 30)
    try:
        chat.until("ask, or / for commands")
        for _ in range(12):
            chat.keys(dice.choice(["\x03", "\x03\x03", "why?\r", "\x1b", "/", "\x15", "\x1bOQ", "\x1bOR"]))
            chat.read(dice.uniform(0.0, 0.15))
        chat.keys("\x1b\x1b\x15")
        chat.until("ready")
        chat.keys("\x11")
        assert chat.ended() == 0
    finally:
        chat.close()


def test_a_hangup_while_answering_leaves_the_record_whole(tmp_path: Path) -> None:
    """The real mind in a real terminal that goes away: what was answered before is there at the next start."""
    chat = Terminal(["-m", "spark_tui"], 100, 30, SPARK_HOME=str(tmp_path / "home"), HF_HUB_OFFLINE="1")
    try:
        chat.until("ready")
        chat.keys("def add(a, b):\r")
        chat.until("★ ✗")
        chat.keys("what does os.path.join do?\r")
        chat.until(lambda screen: "thinking" in screen or "writing" in screen or "reading" in screen)
        os.kill(chat.child.pid, signal.SIGHUP)
        assert chat.ended() == 0
    finally:
        chat.close()
    record = Record(tmp_path / "home" / "spark.db")
    assert record.turns()[0].text == "def add(a, b):"
    record.close()
