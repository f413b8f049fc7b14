"""One answer in the making: iterate to receive its pieces, then ask what it read and what it cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import torch

from engine.context import Prompt, Segment
from engine.events import Attended, Wrote
from engine.models.config import forward_flops
from engine.models.generate import generate
from engine.models.probe import attention_weights
from engine.models.sampling import Sampling
from engine.models.tokenizer import StreamDecoder, Tokenizer
from engine.models.transformer import Transformer


class Writing:
    """`text` and `tokens` are what has been written so far; `cancelled` is known once iteration ends."""

    def __init__(
        self,
        model: Transformer,
        tokenizer: Tokenizer,
        prompt: Prompt,
        sampling: Sampling,
        cancel: threading.Event | None = None,
    ) -> None:
        self.prompt = prompt
        self.text = ""
        self.tokens: list[int] = []
        self._model, self._tokenizer, self._sampling, self._cancel = model, tokenizer, sampling, cancel

    def __iter__(self) -> Iterator[Wrote]:
        decoder = StreamDecoder(self._tokenizer)
        started = time.perf_counter()
        for token in generate(self._model, self._tokenizer, self.prompt.ids, self._sampling, self._cancel):
            self.tokens.append(token)
            if piece := decoder.push(token):
                yield self._wrote(piece, started)
        if rest := decoder.flush():
            yield self._wrote(rest, started)

    def _wrote(self, piece: str, started: float) -> Wrote:
        self.text += piece
        return Wrote(piece, len(self.tokens), len(self.tokens) / max(time.perf_counter() - started, 1e-9))

    @property
    def cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    @property
    def flops(self) -> float:
        """Reading the prompt once, then one position a token; logits only where a token was chosen."""
        config = self._model.config
        read, written = len(self.prompt.ids), len(self.tokens)
        return forward_flops(config, read, logits=1) + forward_flops(config, written, past=read)

    def attended(self) -> Attended:
        """Where the answer's tokens looked, two thirds up the model, where small ones do their reading.

        The mean over heads and over the positions that chose a token; "start" is the first token, which heads that have
        nothing to say look at (the attention sink, Xiao et al. 2023).
        """
        began = time.perf_counter()
        read = len(self.prompt.ids)
        segments = [Segment("start", 0, 1), *self.prompt.segments, Segment("answer", read, read + len(self.tokens))]
        layer = self._model.config.layers * 2 // 3
        tokens = torch.tensor([[*self.prompt.ids, *self.tokens]])
        weights_HTT = attention_weights(self._model, tokens, (layer,))[layer][0]
        look_T = weights_HTT[:, read - 1 :].mean(dim=(0, 1))
        shares = tuple((segment.label, float(look_T[segment.start : segment.stop].sum())) for segment in segments)
        return Attended(shares, layer, len(weights_HTT), _ms_since(began))


def _ms_since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
