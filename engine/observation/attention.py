"""Why an answer came out as it did: where each of its tokens looked, and which layer knew it first.

    spark.attention(turn_id).look(token=0, layer=4)

Nothing of this is kept while an answer is written. It is computed again when somebody asks, from the prompt (laid out
again from the record) and the answer, in one pass over both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.context import Prompt
from engine.decision import memory_from_json
from engine.errors import SparkError
from engine.follow_up import as_history, earlier_turns
from engine.models.probe import layer_views, logit_lens
from engine.models.tokenizer import StreamDecoder, TextTokenizer
from engine.models.transformer import Transformer
from engine.routing.categories import Route

if TYPE_CHECKING:
    from engine.nervous_system import Spark

GUESSES = 3
"""What the lens tells of each layer: its likeliest tokens."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token that was read or written. `part` is its stretch of the context: "memory 1", "question", "answer"."""

    text: str
    part: str


@dataclass(frozen=True, slots=True)
class LayerSays:
    """What one layer would have said: its likeliest tokens with their probabilities.

    `written` is the probability of the token that was written, `right` says that it was the likeliest.
    """

    guesses: tuple[tuple[str, float], ...]
    written: float
    right: bool


class AnswerAttention:
    """Attention and logit lens of one finished answer. Answer tokens are counted from 0, layers and heads too.

    `words` are all tokens, those of the prompt first; the answer's begin at `read`.
    """

    def __init__(
        self, words: Sequence[Word], read: int, weights_LHAT: Tensor, says: Sequence[Sequence[LayerSays]], model: str
    ) -> None:
        self.words = tuple(words)
        self.read = read
        self.model = model
        self.layers, self.heads, self.tokens = weights_LHAT.shape[:3]
        self._weights_LHAT = weights_LHAT
        self._says = says

    def look(self, token: int, layer: int, head: int | None = None) -> tuple[float, ...]:
        """How much each word before an answer token was looked at when it was chosen; the shares sum to 1.

        `head` None: the mean over heads.
        """
        weights_HT = self._weights_LHAT[layer, :, token, : self.read + token].float()
        look_T = weights_HT.mean(dim=0) if head is None else weights_HT[head]
        return tuple(look_T.tolist())

    def lens(self, token: int) -> tuple[LayerSays, ...]:
        """What each layer, first to last, would have said in the place of an answer token."""
        return tuple(layer[token] for layer in self._says)

    def knew(self, token: int) -> int | None:
        """The layer from which on all layers would have said the token that was written; None: not even the last."""
        first = None
        for layer in range(self.layers - 1, -1, -1):
            if not self._says[layer][token].right:
                break
            first = layer
        return first


def attend(model: Transformer, tokenizer: TextTokenizer, prompt: Prompt, answer: str, name: str) -> AnswerAttention:
    """Read prompt and answer once more and keep what each answer token looked at.

    The answer is cut to what fits in the model's context. It is tokenized again, so a token may be cut otherwise than
    it was written; the text is the same.
    """
    read = len(prompt.ids)
    written = tokenizer.encode(answer)[: model.config.context - read]
    tokens = [*prompt.ids, *written]
    rows = slice(read - 1, len(tokens) - 1)  # position i chooses the token at i + 1
    weights: list[Tensor] = []
    says: list[list[LayerSays]] = []
    for view in layer_views(model, tokens, rows):
        weights.append(view.weights_HRT.half())
        says.append(_says(tokenizer, logit_lens(model, view.stream_RD), written))
    parts = ["start"] * read + ["answer"] * len(written)
    for segment in prompt.segments:
        parts[segment.start : segment.stop] = [segment.label] * (segment.stop - segment.start)
    words = [Word(text, part) for text, part in zip(_texts(tokenizer, tokens), parts, strict=True)]
    return AnswerAttention(words, read, torch.stack(weights), says, name)


def attention_of(spark: Spark, turn_id: str) -> AnswerAttention:
    """`attend` for a turn of the record, with the prompt that it had.

    Raises:
        SparkError: there is no such turn, or no model wrote its answer.
    """
    turn, decision = spark.record.turn(turn_id), spark.record.decision(turn_id)
    if turn is None or decision is None:
        raise SparkError(f"There is no turn {turn_id} whose answer could be looked into.")
    if turn.path not in (Route.FAST, Route.CORE) or not turn.answer:
        raise SparkError("No model wrote this answer, so there is no attention to see.")
    model = spark.reflex.model if turn.path is Route.FAST else spark.core
    writer = spark.writer(turn.path)
    told = json.loads(decision.json)
    memories = [memory_from_json(memory) for memory in told.get("memories", ())]
    earlier = earlier_turns(spark.record, turn.text, turn.session, told.get("anew") or turn_id)
    most = spark.settings.generation.max_tokens
    prompt = writer.prompt(turn.text, memories, as_history(earlier), most)
    return attend(model, writer.tokenizer, prompt, turn.answer, turn.path.value)


def _says(tokenizer: TextTokenizer, probabilities_AV: Tensor, written: list[int]) -> list[LayerSays]:
    top = probabilities_AV.topk(GUESSES, dim=-1)
    chosen_A = probabilities_AV.gather(-1, torch.tensor(written).unsqueeze(-1)).squeeze(-1)
    return [
        LayerSays(
            tuple((_text(tokenizer, guess), share) for guess, share in zip(ids, shares, strict=True)),
            own,
            right=ids[0] == token,
        )
        for token, ids, shares, own in zip(
            written, top.indices.tolist(), top.values.tolist(), chosen_A.tolist(), strict=True
        )
    ]


def _text(tokenizer: TextTokenizer, token: int) -> str:
    if tokenizer.special(token):
        return tokenizer.mark(token)
    return tokenizer.decode([token])


def _texts(tokenizer: TextTokenizer, tokens: list[int]) -> list[str]:
    """The text of each token; a character cut into several stands with the last of them."""
    decoder = StreamDecoder(tokenizer)
    return [_text(tokenizer, token) if tokenizer.special(token) else decoder.push(token) for token in tokens]
