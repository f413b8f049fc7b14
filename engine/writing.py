"""One answer in the making: iterate to receive its pieces, then ask what it read and what it cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from engine.chat_template import ChatTemplate
from engine.context import Prompt, Segment, build_prompt
from engine.events import Attended, Memory, Wrote
from engine.fit import marked_by_score
from engine.models.config import ModelConfig, forward_flops
from engine.models.copying import Copies
from engine.models.decoder import Decoder
from engine.models.drafting import Drafting
from engine.models.generate import Tally, generate
from engine.models.pretrained_tokenizer import PretrainedTokenizer
from engine.models.sampling import Sampling
from engine.models.tokenizer import StreamDecoder, TextTokenizer, Tokenizer
from engine.models.transformer import Transformer

_FENCE = b"```"

LayOut = Callable[[str, Sequence[str], Sequence[tuple[str, str]], int], Prompt]
"""Question, memories, earlier turns and the most tokens, to what a model is given to read."""


class Writer:
    """A model that writes one answer after another. What two prompts begin with in common is read once.

    `drafting`, if any, guesses ahead for it; the answers are the same, sooner. `marks`: the model has learned to read
    how well each memory fits (engine/fit.py); one made elsewhere has not.
    """

    def __init__(
        self,
        model: Decoder,
        tokenizer: TextTokenizer,
        lay_out: LayOut,
        drafting: Drafting | None = None,
        marks: bool = True,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.lay_out = lay_out
        self.drafting = drafting
        self.marks = marks
        self.cache = model.new_cache()

    def prompt(
        self, text: str, memories: Sequence[Memory], history: Sequence[tuple[str, str]], max_tokens: int
    ) -> Prompt:
        """The context of one answer, with as much room left for writing as it may take."""
        read = marked_by_score(text, memories) if self.marks else [memory.text for memory in memories]
        return self.lay_out(text, read, history, self.config.context - min(max_tokens, self.config.context // 2))

    @property
    def config(self) -> ModelConfig:
        return self.model.config


def fast_writer(model: Transformer, tokenizer: Tokenizer) -> Writer:
    """The fast path by itself."""
    return Writer(Decoder(model), tokenizer, partial(build_prompt, tokenizer), Drafting())


def core_writer(model: Transformer, tokenizer: TextTokenizer, folder: Path, fast: Writer) -> Writer:
    """The core, with the fast path guessing ahead; one with a tokenizer of its own is asked as its makers meant, alone.

    `folder`: the bundle's, where such a core has its chat template.
    """
    if isinstance(tokenizer, PretrainedTokenizer):
        return Writer(Decoder(model), tokenizer, ChatTemplate.load(folder, tokenizer).lay_out, Drafting(), marks=False)
    return Writer(Decoder(model), tokenizer, fast.lay_out, Drafting(fast.model))


class Writing:
    """`text` and `tokens` are what has been written so far; `cancelled` is known once iteration ends."""

    def __init__(
        self, writer: Writer, prompt: Prompt, sampling: Sampling, cancel: threading.Event | None = None
    ) -> None:
        self.prompt = prompt
        self.text = ""
        self.tokens: list[int] = []
        self.tally = Tally()
        self.draft_flops = 0.0
        """What a small model spent on guessing."""
        self.looked = 0.0
        """What `attended` spent on reading what the cache had lost."""
        self._writer, self._sampling, self._cancel = writer, sampling, cancel

    def __iter__(self) -> Iterator[Wrote]:
        writer = self._writer
        decoder = StreamDecoder(writer.tokenizer)
        copies = copies_of(self.prompt, writer.tokenizer)
        drafter = None if writer.drafting is None else writer.drafting.begin(self.prompt.ids, copies)
        started = time.perf_counter()
        for token in generate(
            writer.model, writer.tokenizer, self.prompt.ids, self._sampling, self._cancel,
            cache=writer.cache, drafter=drafter, tally=self.tally, copies=copies,
        ):  # fmt: skip
            self.tokens.append(token)
            self.draft_flops = 0.0 if drafter is None else drafter.flops
            if piece := decoder.push(token):
                yield self._wrote(piece, started)
        if rest := decoder.flush():
            yield self._wrote(rest, started)

    def _wrote(self, piece: str, started: float) -> Wrote:
        self.text += piece
        pace = len(self.tokens) / max(time.perf_counter() - started, 1e-9)
        return Wrote(piece, len(self.tokens), pace, self.tally.drafted, self.tally.accepted)

    @property
    def cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    @property
    def flops(self) -> float:
        """Of every position that was read, refused drafts too, but not of what an earlier prompt had in common."""
        return self.tally.flops

    @property
    def sure(self) -> float:
        """How likely the writer found what it wrote, before temperature and penalties: nats a token, at most 0."""
        return self.tally.log_likelihood / max(len(self.tokens), 1)

    def attended(self) -> Attended:
        """Where the answer's tokens looked, two thirds up the model, where small ones do their reading.

        The mean over heads and over the positions that chose a token; "start" is the first token, which heads that have
        nothing to say look at (the attention sink, Xiao et al. 2023).
        """
        began = time.perf_counter()
        model, cache, read = self._writer.model, self._writer.cache, len(self.prompt.ids)
        text = [*self.prompt.ids, *self.tokens]
        known = cache.keep_common(text)
        model.read(text[known:], cache)
        self.looked = forward_flops(model.config, len(text) - known, known, logits=0)
        look_T = model.attention(cache, read - 1).mean(dim=(0, 1))
        segments = [Segment("start", 0, 1), *self.prompt.segments, Segment("answer", read, len(text))]
        shares = tuple((segment.label, float(look_T[segment.start : segment.stop].sum())) for segment in segments)
        return Attended(shares, model.watched, model.config.heads, _ms_since(began))


def copies_of(prompt: Prompt, tokenizer: TextTokenizer) -> Copies:
    """What of a prompt an answer may go on with a copy of."""
    memories = prompt.memories
    return Copies(memories, prompt.answered, [_in_code(memory, tokenizer) for memory in memories])


def _in_code(memory: Sequence[int], tokenizer: TextTokenizer) -> list[bool]:
    """Of each token of a memory, whether it ends within a fenced block."""
    fences, text, inside = 0, b"", list[bool]()
    for token in memory:
        text = text[-2:] + tokenizer.token_bytes(token)  # a fence may be in several tokens
        if _FENCE in text:
            fences, text = fences + 1, text.rpartition(_FENCE)[2]
        inside.append(fences % 2 == 1)
    return inside


def _ms_since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
