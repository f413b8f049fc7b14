"""What this machine has: cores, memory, disk, torch and graphics cards that really work."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card. `why_not` says in words why torch cannot use it; None: it can.

    `kernels`: whether this build of torch has code for its architecture, such as sm_60 of a P100.
    """

    name: str
    memory: int
    capability: str
    bf16: bool
    why_not: str | None
    kernels: bool = True
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory and disk in bytes; memory and cores are what this process may use, a container's limits included."""

    python: str
    system: str
    torch: str
    cores: int
    memory: int
    memory_free: int
    disk_free: int
    cards: tuple[Card, ...]

    @property
    def card(self) -> Card | None:
        """The first card that works."""
        return next((card for card in self.cards if card.why_not is None), None)


def look(folder: Path) -> Machine:
    """Look around; `folder` is where disk space matters (it need not exist yet). Imports torch."""
    import torch

    total, free = _memory()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        torch=torch.__version__,
        cores=cores(),
        memory=total,
        memory_free=free,
        disk_free=shutil.disk_usage(folder).free,
        cards=_cards(),
    )


def cores() -> int:
    """Cores that this process may run on, no more than a container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _words(Path("/sys/fs/cgroup/cpu.max"))
    if len(quota) == 2 and quota[0].isdigit():
        cores = min(cores, max(1, round(int(quota[0]) / int(quota[1]))))
    return cores


def _memory() -> tuple[int, int]:
    """(all, available), no more than a container's limit; zeros where the system does not say."""
    lines = {line[0].rstrip(":"): line[1] for line in map(str.split, _lines(Path("/proc/meminfo"))) if len(line) > 1}
    total = int(lines.get("MemTotal", 0)) * 1024
    free = int(lines.get("MemAvailable", 0)) * 1024
    if not total and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:  # macOS has no /proc
        total = free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = _words(Path("/sys/fs/cgroup/memory.max"))
    if limit and limit[0].isdigit() and int(limit[0]) < total:
        used = _words(Path("/sys/fs/cgroup/memory.current"))
        total = int(limit[0])
        free = min(free, max(0, total - int(used[0]))) if used and used[0].isdigit() else min(free, total)
    return total, free


def _cards() -> tuple[Card, ...]:
    import torch

    if not torch.cuda.is_available():
        return ()
    cards = []
    for number in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(number)
        capability = f"{about.major}.{about.minor}"
        kernels = has_kernels((about.major, about.minor), torch.cuda.get_arch_list())
        built = ", ".join(torch.cuda.get_arch_list())
        why_not = None if kernels else f"this torch has no kernels for sm_{about.major}{about.minor}, only for {built}"
        try:  # a card too old for this build of torch is listed, and fails only when it is used
            torch.ones(2, device=f"cuda:{number}").sum().item()
        except Exception as error:
            why_not = why_not or str(error).strip().partition("\n")[0] or type(error).__name__
        driver = _driver()
        cards.append(Card(about.name, about.total_memory, capability, about.major >= 8, why_not, kernels, driver))
    return tuple(cards)


def has_kernels(capability: tuple[int, int], built_for: Sequence[str]) -> bool:
    """Whether a build of torch for these architectures ("sm_80", "compute_90") runs on a card of this capability.

    Machine code serves its own major version from its minor one upwards; code that is compiled on the spot (PTX,
    "compute_") serves everything newer. Names with a letter ("sm_90a") serve exactly their own.
    """
    for name in built_for:
        kind, _, number = name.partition("_")
        exact = number.rstrip("af") != number
        digits = number.rstrip("af")
        if not digits.isdigit() or len(digits) < 2:
            continue
        version = int(digits[:-1]), int(digits[-1])
        if version == capability or (kind == "compute" and not exact and version <= capability):
            return True
        if kind == "sm" and not exact and version[0] == capability[0] and version <= capability:
            return True
    return False


def _driver() -> str:
    """The version of the graphics driver, where the system says it."""
    words = " ".join(_lines(Path("/proc/driver/nvidia/version"))[:1]).split()
    return next((word for word in words if word.count(".") >= 1 and word.replace(".", "").isdigit()), "")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
