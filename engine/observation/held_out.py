"""Are the weights of recall made for the conversations they are measured on? They are chosen anew without one of them.

The order of a conversation's lines is a sum of six features (engine/memory/recall.py). Its weights are learned from
the questions of all conversations but one, so that the lines that answer are the likeliest (ListNet, Cao et al. 2007:
a softmax over each question's candidates), and rank the one that was left out. What they find there is what weights
are worth on conversations that nobody has seen; where the shipped weights find much more, they were fitted to these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from engine.memory.recall import Asked, Weights, line_features, stands_alone
from engine.memory.search import Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS, _RATE = 400, 0.1
_RIDGE = 1e-3


def chosen_without(asked: Sequence[Sequence[tuple[Evidence, Collection[str]]]], left_out: int) -> Weights | None:
    """Weights learned from every conversation but number `left_out`; None where no line is ranked by them.

    `asked`: of each conversation, what was found for each question, and the ids of the lines that answer it.
    """
    others = [one for number, questions in enumerate(asked) if number != left_out for one in questions]
    lists = [both for evidence, ids in others if (both := _candidates(evidence, ids)) is not None]
    return _learned(lists) if lists else None


def _candidates(evidence: Evidence, ids: Collection[str]) -> tuple[Floats, NDArray[np.bool_]] | None:
    """The features of a question's lines [L, 6] and which of them answer [L]; None where none or all of them do."""
    import numpy as np

    asked = Asked.by(evidence.question.text)
    lines = [
        (line_features(item, match, asked), item.id in ids)
        for number, item in evidence.items.items()
        if (match := evidence.matches[number]).window is not None and not stands_alone(item)
    ]
    right = np.array([answers for _, answers in lines])
    if not right.any() or right.all():
        return None
    return np.array([features for features, _ in lines]), right


def _learned(lists: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> Weights:
    """Gradient ascent on the log-likelihood of the right lines (Adam, Kingma & Ba 2015), features in equal units."""
    import numpy as np

    units_F = np.concatenate([features_LF for features_LF, _ in lists]).std(axis=0) + 1e-9
    most = max(len(right_L) for _, right_L in lists)
    features_QLF = np.zeros((len(lists), most, len(units_F)))
    there_QL, right_QL = (np.zeros((len(lists), most), dtype=bool) for _ in range(2))
    for i, (features_LF, right_L) in enumerate(lists):
        features_QLF[i, : len(right_L)] = features_LF / units_F
        there_QL[i, : len(right_L)], right_QL[i, : len(right_L)] = True, right_L
    weights_F, mean_F, square_F = np.ones(len(units_F)), np.zeros(len(units_F)), np.zeros(len(units_F))
    for step in range(1, _STEPS + 1):
        scores_QL = np.where(there_QL, features_QLF @ weights_F, -np.inf)
        likely_QL = np.exp(scores_QL - scores_QL.max(axis=1, keepdims=True))
        right_share_QL = likely_QL * right_QL
        pull_QL = _shares(right_share_QL) - _shares(likely_QL)
        gradient_F = np.einsum("ql,qlf->f", pull_QL, features_QLF) / len(lists) - _RIDGE * weights_F
        mean_F = 0.9 * mean_F + 0.1 * gradient_F
        square_F = 0.999 * square_F + 0.001 * gradient_F**2
        unbiased_F = mean_F / (1 - 0.9**step) / (np.sqrt(square_F / (1 - 0.999**step)) + 1e-9)
        weights_F = weights_F + _RATE * unbiased_F
    return _as_weights((weights_F / units_F).tolist())


def _shares(likely_QL: Floats) -> Floats:
    import numpy as np

    shares_QL: Floats = likely_QL / np.maximum(likely_QL.sum(axis=1, keepdims=True), 1e-300)
    return shares_QL


def _as_weights(weights: Iterable[float]) -> Weights:
    """In the formula's units, where `late` weighs one."""
    late, around, keyword, asks, named, dated = weights
    return Weights(
        around=around / late, keyword=keyword / late, asks=asks / late, named=named / late, dated=dated / late
    )
