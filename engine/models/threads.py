"""How many threads share the products of a model.

Threads that share a product wait for each other at its end. A small model is done before that pays, and on a machine
with other work to do the wait is for a core's next turn: two threads then wrote a quarter of what one wrote alone, and
the first token came after half a second instead of 40 ms. A large model is read from memory faster by all cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

ALL = torch.get_num_threads()
"""What PyTorch started with: one a core, unless OMP_NUM_THREADS says otherwise."""
LARGE = 2**26
"""Bytes of weights from which on a model gets all threads. Fixed, not found by trying: how many share a sum decides how
it is rounded, and an answer should not depend on what else the machine was doing."""


def threads_for(weights: float) -> int:
    """The threads for a model that reads so many bytes of weights a token."""
    return ALL if weights >= LARGE else 1


@contextmanager
def sharing(threads: int) -> Iterator[None]:
    """Within the block this thread's products are shared by so many."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
