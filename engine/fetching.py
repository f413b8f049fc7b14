"""Fetching a pretrained model from the Hugging Face hub: one revision of it, pinned, every file hashed."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from engine.errors import SparkError
from engine.proving import sha256

_WANTED = ("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "*.safetensors*")


def fetch(
    name: str, into: Path, revision: str | None, progress: Callable[[str], None] = lambda _: None
) -> dict[str, str]:
    """Fetch a model of the Hugging Face hub by name, one revision of it, each weight file checked against its hash.

    Returns where it came from: name, revision and hashes.

    Raises:
        SparkError: it cannot be reached, has no safetensors, or a file is not what the hub says.
    """
    from huggingface_hub import HfApi, hf_hub_download

    try:
        progress(f"asking the hub about {name}")
        info = HfApi().model_info(name, revision=revision, files_metadata=True)
        pinned = str(info.sha)
        origin = {"hub": name, "revision": pinned}
        wanted = [file for file in info.siblings or () if _is_wanted(file.rfilename)]
        if not any(file.rfilename.endswith(".safetensors") for file in wanted):
            raise SparkError(f"{name} has no weights as safetensors on the hub; choose a model that has.")
        for number, file in enumerate(wanted, start=1):
            size = f", {file.size / 1e6:,.0f} MB" if file.size else ""
            progress(f"fetching {file.rfilename} ({number} of {len(wanted)}{size})")
            path = Path(hf_hub_download(name, file.rfilename, revision=pinned, local_dir=into))
            found = sha256(path)
            expected = getattr(file.lfs, "sha256", None)
            if expected and expected != found:
                raise SparkError(f"{file.rfilename} of {name} is not what the hub says it is; try again.")
            origin[f"sha256 {file.rfilename}"] = found
        return origin
    except SparkError:
        raise
    except Exception as error:  # the library has many of its own
        reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise SparkError(f"{name} cannot be fetched ({reason}).") from error


def _is_wanted(file: str) -> bool:
    """What a core needs, and of it only what lies at the top: folders hold the same weights in other forms."""
    return "/" not in file and any(fnmatch(file, pattern) for pattern in _WANTED)
