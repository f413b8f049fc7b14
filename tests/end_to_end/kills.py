"""python -m tests.end_to_end.kills --kills 100 --truncations 20

Kill -9 while turns are written, again and again on one home, and cut the newest files of the search index: is every
acknowledged turn still there, does every store open, is everything found? Exit status 1 if not.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.memory import Memories
from engine.record import Record
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder

ROOT = Path(__file__).parents[2]
ANSWER = "answer " * 200

# Adds turns as fast as it can and says each one's id once it is acknowledged.
WRITER = """
import sys, time
from pathlib import Path
from engine.memory import Memories
from engine.record import Record, Turn, new_id
from engine.settings import MemorySettings
from tests.engine.memory.support import WordEmbedder

home = Path(sys.argv[1])
record = Record(home / "spark.db")
memories = Memories.open(record, home / "memory.lance", WordEmbedder(), MemorySettings())
print("ready", flush=True)
used = []
while True:
    turn = Turn(new_id(), "default", time.time(), "walnut " + new_id() + " text" * 500, "answer " * 200)
    record.add_turn(turn, '{"flops": {"total": 1.0}}', used)
    print(turn.id, flush=True)
    memories.remember(turn)
    used = [turn.id]
"""


def start_writer(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def killed_after(writer: subprocess.Popen[str], seconds: float) -> list[str]:
    """Let it write for so long, kill it without warning, and return what it had acknowledged."""
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    said = writer.stdout.read()
    writer.wait()
    return [line for line in said.split("\n")[:-1] if line]


@contextmanager
def opened(home: Path) -> Iterator[tuple[Record, Memories]]:
    record = Record(home / "spark.db")
    memories = Memories.open(record, home / "memory.lance", WordEmbedder(), MemorySettings())
    try:
        yield record, memories
    finally:
        memories.close()
        record.close()


def cut_the_newest(home: Path, chance: random.Random) -> None:
    """Cut the newest file of the search index, and any other, to less than half."""
    files = sorted(path for path in (home / "memory.lance").rglob("*") if path.is_file())
    newest = max(files, key=lambda path: path.stat().st_mtime_ns)
    for path in {newest, chance.choice(files)}:
        path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size + 1) // 2])


def faults(home: Path, acknowledged: Sequence[str], kills: int) -> list[str]:
    """What is wrong with a home after all that; nothing, if all is well."""
    found = []
    try:
        with opened(home) as (record, memories):
            lost = [turn_id for turn_id in acknowledged if record.turn(turn_id) is None]
            undecided = [turn_id for turn_id in acknowledged if record.decision(turn_id) is None]
            turns = record.turns(limit=1_000_000)
            if lost or undecided:
                found.append(f"{len(lost)} acknowledged turns and {len(undecided)} decisions lost")
            if not len(acknowledged) <= len(turns) <= len(acknowledged) + kills:
                found.append(f"{len(turns)} turns of {len(acknowledged)} acknowledged")
            if any(turn.answer != ANSWER for turn in turns):
                found.append("half a turn is there")
            memories.wait()
            for turn_id in random.Random(len(acknowledged)).sample(list(acknowledged), min(3, len(acknowledged))):
                wanted = record.turn(turn_id)
                word = wanted.text.split()[1] if wanted is not None else ""
                if [one.id for one in memories.search(word, k=1, ranking="keyword")] != [turn_id]:
                    found.append(f"turn {turn_id} is not found")
    except Exception as error:  # whatever it is, it is what we are looking for
        found.append(f"the home does not open: {error!r}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--truncations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    acknowledged: list[str] = []
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="spark-kills-") as folder:
        home = Path(folder)
        for trial in range(1, asked.kills + asked.truncations + 1):
            acknowledged += killed_after(start_writer(home), chance.uniform(0.02, 0.4))
            cut = trial > asked.kills
            if cut:
                cut_the_newest(home, chance)
            found = faults(home, acknowledged, trial)
            wrong += bool(found)
            what = "killed and cut" if cut else "killed"
            state = "; ".join(found) or "all there"
            print(f"{trial:4} {what}: {len(acknowledged)} acknowledged, {state}", flush=True)
    total = f"{asked.kills} kills, {asked.truncations} more with cut files, {len(acknowledged)} turns"
    print(f"{total}: {wrong} trials with a fault")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
