"""How right judgements of labelled pairs are: how much is answered of what is the same, and of what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    same: int
    same_hits: int
    differing: int
    false_hits: int
    cosine_recall: float | None
    """Share of the same that a threshold on their cosine answers, where it lets through as many false hits."""

    @property
    def recall(self) -> float:
        return self.same_hits / self.same if self.same else 0.0

    @property
    def false_rate(self) -> float:
        """False hits among the pairs that differ."""
        return self.false_hits / self.differing if self.differing else 0.0

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "recall": self.recall, "false_rate": self.false_rate}

    def __str__(self) -> str:
        cosine = "" if self.cosine_recall is None else f"; a cosine with as many wrong: {self.cosine_recall:.1%}"
        return (
            f"{self.same} the same: {self.recall:.1%} answered ({self.same_hits}); "
            f"{self.differing} that differ: {self.false_rate:.2%} answered ({self.false_hits}){cosine}"
        )


def tally(judged: Iterable[tuple[bool, bool, float]]) -> Tally:
    """`judged`: (whether it is the same, whether it was answered, their cosine) of each pair."""
    rows = list(judged)
    same = [(hit, cosine) for label, hit, cosine in rows if label]
    differing = [(hit, cosine) for label, hit, cosine in rows if not label]
    false_hits = sum(hit for hit, _ in differing)
    recall = None
    if same and false_hits < len(differing):
        bar = sorted((cosine for _, cosine in differing), reverse=True)[false_hits]
        recall = sum(cosine > bar for _, cosine in same) / len(same)
    return Tally(len(same), sum(hit for hit, _ in same), len(differing), false_hits, recall)
