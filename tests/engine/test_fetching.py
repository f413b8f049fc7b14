"""What a download from the hub takes, checks and refuses; the hub itself is a stand-in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest

from engine.errors import SparkError
from engine.fetching import fetch

FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": b"weights",
    "README.md": b"words",
    "pytorch_model.bin": b"pickle",
    "onnx/model.safetensors": b"the same once more",
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of a hub that knows one model; tests may change them."""
    files = dict(FILES)
    promised = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}

    def model_info(self: object, name: str, revision: str | None, files_metadata: bool) -> SimpleNamespace:
        assert files_metadata and name == "somebody/small"
        listed = [
            SimpleNamespace(
                rfilename=file,
                size=len(content),
                lfs=SimpleNamespace(sha256=promised[file]) if file.endswith(".safetensors") else None,
            )
            for file, content in files.items()
        ]
        return SimpleNamespace(sha=revision or "abc123", siblings=listed)

    def download(name: str, file: str, revision: str, local_dir: Path) -> str:
        (local_dir / file).write_bytes(files[file])
        return str(local_dir / file)

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", model_info)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return files


def test_only_what_a_core_needs_is_fetched_of_one_revision(hub: dict[str, bytes], tmp_path: Path) -> None:
    told: list[str] = []
    origin = fetch("somebody/small", tmp_path, None, told.append)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "tokenizer.json", "model.safetensors"}
    assert (origin["hub"], origin["revision"]) == ("somebody/small", "abc123")
    assert origin["sha256 model.safetensors"] == hashlib.sha256(b"weights").hexdigest()
    assert len(told) == 4 and told[0].startswith("asking")
    assert fetch("somebody/small", tmp_path, "v2")["revision"] == "v2"


def test_a_file_that_is_not_what_the_hub_promised_is_refused(hub: dict[str, bytes], tmp_path: Path) -> None:
    hub["model.safetensors"] = b"something else"
    with pytest.raises(SparkError, match=r"model\.safetensors of somebody/small is not what the hub says"):
        fetch("somebody/small", tmp_path, None)


def test_nothing_is_fetched_of_a_model_without_safetensors(hub: dict[str, bytes], tmp_path: Path) -> None:
    del hub["model.safetensors"]
    with pytest.raises(SparkError, match=r"has no weights as safetensors"):
        fetch("somebody/small", tmp_path, None)
    assert not list(tmp_path.iterdir())


def test_what_the_hub_says_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise ValueError("There is no such model.\nTraceback, advice and links follow.")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unknown)
    with pytest.raises(SparkError, match=r"^somebody/small cannot be fetched \(There is no such model\)\.$"):
        fetch("somebody/small", tmp_path, None)
