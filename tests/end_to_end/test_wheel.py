"""A wheel built from this tree, put somewhere else, finds all that it needs there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("bundle", "curriculum", "queries", "toy")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the built wheel's files and nothing else of Spark."""
    made = tmp_path_factory.mktemp("wheel")
    build = f"import hatchling.build as b; print(b.build_wheel({str(made)!r}))"
    run = subprocess.run([sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    installed = made / "installed"
    with zipfile.ZipFile(made / run.stdout.split()[-1]) as wheel:
        wheel.extractall(installed)
    return installed


def python(elsewhere: Path, *words: str) -> str:
    """Run Python where the wheel's files come first on the path, in a folder with nothing of Spark in it."""
    empty = elsewhere.parent / "empty"
    empty.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(elsewhere), "SPARK_HOME": str(empty / "home")}
    run = subprocess.run(
        [sys.executable, *words], cwd=empty, env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_shipped_file_is_in_the_wheel(elsewhere: Path) -> None:
    for part in SHIPPED:
        source = ROOT / "assets" / part
        wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        found = elsewhere / "engine" / "assets" / part
        assert wanted and wanted <= {p.relative_to(found) for p in found.rglob("*")}
    assert list(elsewhere.rglob("*.tcss")), "the styles of the screens"
    assert not (elsewhere / "tests").exists()


def test_the_installed_program_uses_its_own_files(elsewhere: Path) -> None:
    where = python(elsewhere, "-c", "import engine.assets as a; print(a.__file__); print(a.asset('bundle'))")
    assert all(line.startswith(str(elsewhere)) for line in where.splitlines())
    assert "spark" in python(elsewhere, "-m", "spark_tui", "--help")
    assert "toy" in python(elsewhere, "-m", "train", "--help")
    assert "config.toml" in python(elsewhere, "-m", "spark_tui", "config", "path")


def test_the_spark_command_is_declared(elsewhere: Path) -> None:
    (entry,) = elsewhere.glob("*.dist-info/entry_points.txt")
    assert "spark = spark_tui.__main__:main" in entry.read_text(encoding="utf-8")
    (metadata,) = elsewhere.glob("*.dist-info/METADATA")
    assert "Requires-Dist: torch==2.13.0" in metadata.read_text(encoding="utf-8")
