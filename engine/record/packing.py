"""Decisions on disk: JSON that says much the same for every turn, at about a fifth of its size.

A decision is 2 KB of JSON for 200 bytes of talk. zlib with a dictionary of what every decision says keeps 5,000 turns
in a few megabytes. SQL sees `pack(json)` and `unpack(value)`; text that was never packed is handed through.
"""

from __future__ import annotations

import zlib

# What is already written refers to this text: it may never change. The most common comes last.
_DICTIONARY = str.encode(
    '"nearest": "the cache is switched off for this turn", "not looked up", "code": true, "document", '
    '"debugging needs the core, with memory", "explanations need thinking", "below the threshold of 0.8: when unsure, '
    'think", "answer": "", "path": "procedure", "fast", "core", "category": "completion", "explain", "debug", '
    '"routine", "reason": "", "procedure": {"hit": false, "pattern": null, "similarity": null, "why": "nothing like it '
    'was learned", "nearest": null, "uses": null}, "tokens": {"prompt": 0, "generated": 0, "drafted": 0, "accepted": 0,'
    ' "conversation": 0}, "cancelled": false, "saved": true, "note": null, "learned": [], "looked": [], "turn_id": "", '
    '"confidence": 0.9, "probabilities": {"completion": 0.0, "explain": 0.0, "debug": 0.0, "routine": 0.0}, "outside": '
    '0.0, "threshold": 0.8, "memories": [{"id": "", "text": "You: \\nSpark: ", "kind": "turn", "score": 0.5, "parts": '
    '{"semantic": 0.5, "keyword": 0.5, "recency": 0.99999, "importance": 0.0, "late": 0.5}, "when": 17, "flag": null}, '
    '{"id": "", "text": "", "kind": "document", "score": 0.4, "ms": {"assess": 10.0, "lookup": 1.0, "recall": 10.0, '
    '"first_token": 100.0, "total": 1000.0}, "flops": {"fast": 1000000.0, "core": 1000000.0, "embed": 1000000.0, '
    '"monolith": 1000000.0, "total": 1000000.0}'
)


def pack(json: str) -> bytes:
    packer = zlib.compressobj(9, zdict=_DICTIONARY)
    return packer.compress(json.encode()) + packer.flush()


def unpack(value: str | bytes) -> str:
    """Raises zlib.error (which SQLite reports as a failing function) for bytes that were never packed."""
    if isinstance(value, str):
        return value
    return zlib.decompressobj(zdict=_DICTIONARY).decompress(value).decode()
