"""What a machine says of itself is plausible, and no folder or container upsets it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.observation import machine


def test_this_machine_makes_sense(tmp_path: Path) -> None:
    seen = machine.look(tmp_path / "not" / "yet" / "there")
    assert 1 <= seen.cores <= (os.cpu_count() or 1)
    assert 0 < seen.memory_free <= seen.memory
    assert seen.disk_free > 0
    assert seen.torch.startswith("2.")
    assert seen.card is None or seen.card in seen.cards


def test_a_container_limits_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    gigabyte = 2**30
    files = {
        "/proc/meminfo": ["MemTotal: 16777216 kB", "MemAvailable: 8388608 kB", "HugePages_Total: 0"],
        "/sys/fs/cgroup/memory.max": [str(2 * gigabyte)],
        "/sys/fs/cgroup/memory.current": [str(gigabyte // 2)],
        "/sys/fs/cgroup/cpu.max": ["100000 100000"],
    }
    monkeypatch.setattr(machine, "_lines", lambda path: files.get(str(path), []))
    assert machine._memory() == (2 * gigabyte, 2 * gigabyte - gigabyte // 2)
    assert machine.cores() == 1
    files["/sys/fs/cgroup/memory.max"] = ["max"]
    assert machine._memory() == (16 * gigabyte, 8 * gigabyte)


def test_a_card_that_does_not_work_is_not_counted_on() -> None:
    old = machine.Card("Tesla P100", 16 * 2**30, "6.0", False, "no kernel image is available")
    new = machine.Card("New", 16 * 2**30, "9.0", True, None)
    here = machine.Machine("3.11", "Linux", "2.13", 4, 8, 8, 8, (old, new))
    assert here.card is new
