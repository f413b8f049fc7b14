"""How much memory a run has taken at its highest."""

from __future__ import annotations

from pathlib import Path

import torch


def peak_memory(device: torch.device) -> int:
    """Bytes at the highest: of the accelerator when training there, else of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    try:  # a child begins with the peak of its parent in `getrusage`, but not in here
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return 1024 * int(status.split("VmHWM:")[1].split()[0])
    except (OSError, IndexError, ValueError):
        pass
    try:
        import resource
        import sys
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
