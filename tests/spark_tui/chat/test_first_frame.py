"""Nothing heavy before the first frame."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "torch", "numpy", "lancedb", "pyarrow", "sentence_transformers", "transformers", "tokenizers", "safetensors",
    "markdown_it", "pygments", "sqlite3", "train",
)  # fmt: skip


def test_the_chat_imports_nothing_heavy():
    code = f"import sys, spark_tui.chat.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_the_engine_starts_after_the_first_frame(start):
    async with start(wait=False) as chat:
        await chat.pilot.pause()
        await chat.sees("ask, or / for commands")
        await chat.awake()
