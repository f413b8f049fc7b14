"""Run one program that a model wrote, in this process and with little: what `train/measures/doctests.py` starts.

    python -m train.measures.untrusted < program.py

Few builtins, no files, a handful of modules, two seconds of computing, little memory. Says "passed" or what is wrong.
Imports next to nothing: it is started once for every program.
"""

from __future__ import annotations

import sys
import time

from train.curriculum.running import run

SECONDS = 2
PASSED = "passed"
_MEMORY = 1 << 29


def main() -> None:
    try:
        import resource

        ends = round(time.process_time() + 0.5) + SECONDS  # what starting took does not count
        resource.setrlimit(resource.RLIMIT_CPU, (ends, ends))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except ImportError:  # not a POSIX system: the parent's patience has to do
        pass
    outcome = run(sys.stdin.read())
    print(f"{outcome.error}: {outcome.message}" if outcome.error else PASSED)


if __name__ == "__main__":
    main()
