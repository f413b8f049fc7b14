"""Confidence in what? That the answer of the chosen path will do: completions answered by both paths, and whether the
fast path's answer is as good as the core's: by doctests and references, by the parser, in the core's own opinion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, zip_longest

import torch

from engine.bundle import Bundle
from engine.models.transformer import Transformer
from engine.observation.comparison import compare
from engine.observation.references import Reference, load_references, parses
from engine.observation.replay import Manner, Outcome, Watch, replay
from engine.observation.report import Json, Plot, Series, Table, quoted
from engine.routing.calibration import expected_calibration_error, reliability
from engine.routing.categories import Category, Route
from engine.routing.queries import judging
from engine.settings import Home, Settings
from engine.writing import Writer, core_writer, fast_writer
from train.measures.doctests import load_doctests, passes

MARGIN = 0.5
"""Nats a token that the core may like its own answer better by: it always prefers its own words a little."""
_BINS = 5
_PATHS = (
    Manner("fast path", Route.FAST, use_memory=False, use_cache=False),
    Manner("core", Route.CORE, use_memory=False, use_cache=False),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A completion that nobody learned to route by, with a judge of its answers where there is one."""

    text: str
    right: Callable[[str], bool | None] = lambda answer: None


@dataclass(frozen=True, slots=True)
class Pair:
    """Both answers to one question, without memory. `liked` and `own` are what the core thinks of the fast path's and
    of its own, `sure` what the fast path thinks of what it wrote: log-likelihood in nats a token, given the question.
    `completion`: whether the router took the question for one, with `confidence`; right is None where nobody can say.
    """

    text: str
    completion: bool
    confidence: float
    fast: str
    core: str
    liked: float
    own: float
    sure: float
    fast_right: bool | None
    core_right: bool | None

    @property
    def acceptable(self) -> bool:
        """As good as the core's: by the judge where the two differ; else it parses if the core's does, and the core
        finds it about as likely as its own."""
        if not self.fast.strip():
            return False
        if self.fast_right is not None and self.fast_right != self.core_right:
            return self.fast_right
        if parses(self.text, self.core) and parses(self.text, self.fast) is False:
            return False
        return self.liked >= self.own - MARGIN


def completions(most: int) -> list[Asked]:
    """Up to `most`, in turns: small functions with doctests, shipped ones with references, held-out beginnings."""
    kinds: tuple[list[Asked], ...] = (
        [Asked(one.beginning, partial(passes, function=one)) for one in load_doctests()],
        [Asked(one.text, one.right) for one in load_references() if one.category == Category.COMPLETION],
        [Asked(one.text) for one in judging() if one.label == Category.COMPLETION],
    )
    return [one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None][:most]


def answer_both(
    asked: Sequence[Asked], bundle: Bundle, settings: Settings, origin: Home | None, watch: Watch
) -> list[Pair]:
    """Both paths' answers as Spark gives them, checks and all, and what the models think of them."""
    minds = [(settings, manner) for manner in _PATHS]
    told = replay(
        [(Reference(one.text), f"study {number}") for number, one in enumerate(asked)],
        minds, bundle=bundle.folder, origin=origin, watch=watch,
    )  # fmt: skip
    fast, core = bundle.fast(), bundle.core()
    fast_reader = fast_writer(fast, bundle.tokenizer)
    core_reader = core_writer(core, bundle.core_tokenizer() or bundle.tokenizer, bundle.folder, fast_reader)

    def pair(one: Asked, quick: Outcome, thought: Outcome) -> Pair:
        return Pair(
            one.text, quick.category == Category.COMPLETION, quick.confidence, quick.answer, thought.answer,
            liked=likelihood(core, core_reader, one.text, quick.answer),
            own=likelihood(core, core_reader, one.text, thought.answer),
            sure=likelihood(fast, fast_reader, one.text, quick.answer),
            fast_right=one.right(quick.answer), core_right=one.right(thought.answer),
        )  # fmt: skip

    return [pair(*three) for three in zip(asked, *told, strict=True)]


def likelihood(model: Transformer, writer: Writer, question: str, answer: str) -> float:
    """Mean log-likelihood of the answer's tokens, given the question alone: nats a token; -inf of no answer."""
    prompt = writer.prompt(question, [], [], writer.config.context // 2).ids
    told = [*prompt, *writer.tokenizer.encode(answer)][: writer.config.context]
    if len(told) == len(prompt):
        return float("-inf")
    with torch.inference_mode():
        scores_TV = torch.log_softmax(model(torch.tensor([told[:-1]]))[0, len(prompt) - 1 :].float(), dim=-1)
    return float(scores_TV.gather(1, torch.tensor(told[len(prompt) :])[:, None]).mean())


def ranks(scores: Sequence[float], good: Sequence[bool]) -> float | None:
    """How often a good one has the higher score of a good and a bad one, ties half (the area under the ROC curve)."""
    high = [score for score, fine in zip(scores, good, strict=True) if fine]
    low = [score for score, fine in zip(scores, good, strict=True) if not fine]
    if not high or not low:
        return None
    return sum((a > b) + 0.5 * (a == b) for a in high for b in low) / (len(high) * len(low))


def acceptability(
    pairs: Sequence[Pair], threshold: float
) -> tuple[tuple[str, ...], tuple[Table | Plot, ...], dict[str, Json]]:
    """Sentences, tables and plots, and figures for `train.router_study`; of what the router takes for completions."""
    taken = [one for one in pairs if one.completion]
    sent = [one for one in taken if one.confidence >= threshold]
    if not sent:
        return ("No question was sent to the fast path, so nothing can be said of its answers.",), (), {}
    good, sure = [one.acceptable for one in taken], [one.confidence for one in taken]
    error = expected_calibration_error(sure, good, _BINS)
    judged = [one for one in sent if one.fast_right is not None]
    right = compare([float(bool(one.core_right)) for one in judged], [float(bool(one.fast_right)) for one in judged])
    behind = [one.own - one.liked for one in sent if one.fast and one.core]
    share, mean_sure = _mean([one.acceptable for one in sent]), _mean([one.confidence for one in sent])
    by_router, by_words = ranks(sure, good), ranks([one.sure for one in taken], good)
    sentences = [
        f"Of {len(pairs)} completions {len(sent)} were sent to the fast path. {share:.0%} of its answers were as good "
        f"as the core's, at a mean confidence of {mean_sure:.0%}.",
        f"By doctests and references {right.mean_b:.0%} of its answers are right and {right.mean_a:.0%} of the core's, "
        f"to the same {len(judged)} questions ({right.low:+.0%} to {right.high:+.0%} with 95%); the core finds them "
        f"{_mean(behind):.2f} nats a token less likely than its own.",
    ]
    if by_router is not None and by_words is not None:
        sentences.append(
            f"Of a good and a bad answer the router was surer of the good one in {by_router:.0%} of the cases; how "
            f"likely the fast path found its own words tells in {by_words:.0%} (a coin: 50%)."
        )
    curve = [one for one in reliability(sure, good, _BINS) if one.count]
    parts = (
        Table(
            "When it says so sure, is the fast path's answer as good as the core's?",
            ("confidence", "answers", "as good"),
            tuple((one.confidence, one.count, one.accuracy) for one in curve),
        ),
        Plot(
            "Confidence against acceptable answers",
            "confidence",
            "share as good as the core's",
            (
                Series("exactly as sure as good", (0.0, 1.0), (0.0, 1.0)),
                Series("measured", tuple(one.confidence for one in curve), tuple(one.accuracy for one in curve)),
            ),
        ),
        Table(
            "Sent to the fast path, and not as good as the core's",
            ("question", "confidence", "fast path", "core", "nats behind"),
            tuple(
                (quoted(one.text, 50), one.confidence, quoted(one.fast, 60), quoted(one.core, 60), one.own - one.liked)
                for one in sent
                if not one.acceptable
            ),
        ),
    )
    figures: dict[str, Json] = {
        "asked": len(pairs), "sent": len(sent), "acceptable": share, "mean_confidence": mean_sure,
        "calibration_error": error, "judged": len(judged), "right_fast": right.mean_b, "right_core": right.mean_a,
        "difference": [right.low, right.high], "nats_behind": _mean(behind), "ranks_router": by_router,
        "ranks_own_words": by_words,
    }  # fmt: skip
    return tuple(sentences), parts, figures


def as_json(pairs: Sequence[Pair]) -> list[Json]:
    return [asdict(pair) for pair in pairs]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
