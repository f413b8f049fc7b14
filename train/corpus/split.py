"""Which modules are held out: a fixed hash of the module's name, so the split never moves and nothing leaks."""

from __future__ import annotations

from hashlib import blake2b

HELD_OUT_IN_A_THOUSAND = 20


def fixed_hash(text: str) -> int:
    """A number that is the same on every machine and in every run, unlike `hash`."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def is_held_out(module: str) -> bool:
    """Whether everything in this module is kept for measuring (about 2% of modules)."""
    return fixed_hash(f"split:{module}") % 1000 < HELD_OUT_IN_A_THOUSAND
