"""Nothing heavy before the first frame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = (
    "torch", "numpy", "lancedb", "pyarrow", "sentence_transformers", "transformers", "tokenizers", "safetensors",
    "markdown_it", "pygments", "sqlite3", "train",
)  # fmt: skip


def test_the_chat_imports_nothing_heavy():
    code = f"import sys, spark_tui.chat.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_a_person_has_to_mend_is_said_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    code = f"""if True:
        import sys
        from pathlib import Path
        from engine.errors import SparkError
        from spark_tui.chat.mind import open_spark
        try:
            open_spark(Path({str(tmp_path / "a file" / "home")!r}))(lambda stage: None)
        except SparkError as error:
            print(error, [name for name in {HEAVY!r} if name in sys.modules])"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cannot write to its home folder" in found.stdout and found.stdout.strip().endswith("[]")


async def test_the_engine_starts_after_the_first_frame(start):
    async with start(wait=False) as chat:
        await chat.pilot.pause()
        await chat.sees("ask, or / for commands")
        await chat.awake()
