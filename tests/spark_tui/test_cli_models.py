"""`spark models`: bring in, list, choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import put_in_use
from engine.settings import Home
from tests.engine.pretrained_folder import publish
from tests.spark_tui.calling import Caller


def test_import_list_use(call: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "Tiny-1"
    folder.mkdir()
    publish(folder)
    imported = call("models", "import", str(folder), "--precision", "int4", "--json").row
    assert imported["name"] == "Tiny-1-int4" and imported["precision"] == "int4"
    assert call("models", "use", "Tiny-1-int4").out == "Tiny-1-int4\n"
    rows = {row["name"]: row for row in call("models", "list", "--json").rows}
    assert rows["Tiny-1-int4"]["in_use"] is True and rows["default"]["in_use"] is False
    assert set(rows["Tiny-1-int4"]["parts"]) == {"core"}  # type: ignore[call-overload]
    shown = call("models", "list").out
    assert "* Tiny-1-int4" in shown and "same first choice" in shown
    assert call("models", "use", "default").status == 0
    assert "already" in call("models", "import", str(folder), "--precision", "int4").err


def test_a_bundle_in_use_that_is_gone_is_said(call: Caller) -> None:
    put_in_use(Home.find(), "lost")
    for words in (("models", "list"), ("route", "x")):
        assert "'lost' in use is gone" in call(*words).err
    assert call("models", "use", "default").status == 0
    assert call("models", "list").err == ""


def test_the_folder_one_stands_in_has_a_name(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Here"
    folder.mkdir()
    publish(folder)
    monkeypatch.chdir(folder)
    assert call("models", "import", ".", "--json").row["name"] == "Here-int8"
    nothing = call("models", "import", "")
    assert nothing.status == 2 and "Say what to import" in nothing.err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("some/model", "add --download"),
        ("nowhere", "no folder and no bundle"),
        ("./no/such", "no folder and no bundle"),
    ],
)
def test_nothing_is_fetched_unasked(call: Caller, source: str, words: str) -> None:
    found = call("models", "import", source)
    assert found.status == 1 and words in found.err


def test_a_download_is_pinned_and_checked(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib
    from types import SimpleNamespace

    import huggingface_hub

    folder = tmp_path / "hub"
    folder.mkdir()
    publish(folder)
    asked: list[tuple[str, str]] = []
    wrong: set[str] = set()

    class Hub:
        def model_info(self, name: str, revision: str | None, files_metadata: bool) -> SimpleNamespace:
            files = []
            for file in sorted(folder.iterdir()):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                lfs = SimpleNamespace(sha256="0" * 64 if file.name in wrong else digest)
                files.append(SimpleNamespace(rfilename=file.name, size=file.stat().st_size, lfs=lfs))
            return SimpleNamespace(
                sha="abc123", siblings=[*files, SimpleNamespace(rfilename="x.bin", size=1, lfs=None)]
            )

    def fetch(name: str, file: str, revision: str, local_dir: Path) -> str:
        asked.append((file, revision))
        (local_dir / file).write_bytes((folder / file).read_bytes())
        return str(local_dir / file)

    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fetch)
    row = call("models", "import", "some/model", "--download", "--as", "mine", "--json").row
    assert row["origin"]["revision"] == "abc123" and row["origin"]["hub"] == "some/model"  # type: ignore[index]
    assert {revision for _, revision in asked} == {"abc123"} and "x.bin" not in dict(asked)
    wrong.add("model.safetensors")
    failed = call("models", "import", "some/model", "--download", "--as", "other")
    assert failed.status == 1 and "not what the hub says" in failed.err
