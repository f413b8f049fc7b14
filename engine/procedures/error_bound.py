"""How often each kind of hit is wrong, as an estimate that is held against `cache.max_error`.

In the manner of verified semantic caches (Schroeder et al., "vCache", 2025): answer from the cache only while the
estimated error is under what the person allows, else ask the model too and learn from the comparison. There each entry
has an estimate by similarity; here each kind of hit has one, since what may be near is the verifier's business. It is
the mean of a Beta posterior, not an upper limit. It begins with the share of differing pairs that were answered, which
bounds the share of all lookups answered wrongly, as few of them have a look-alike; hits that were put to the core and
compared, and flags, then move it towards the share of wrong hits, which is stricter; hits that nobody flagged count a
little for the family. A flag forgets its own procedure and doubts its relatives at once (`procedures.py`); here it is
one wrong hit of all: the surer ways survive the first in a new home, and any way with a long good record does. A family
over the bound is not served; its hits are all compared, so it can earn its way back.

A comparison tells whether the core would say the same, which is what a near neighbour or a template may get wrong. Of
the same text it tells only that nothing has changed since; whether the core is right, only a person says (`trust.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.procedures.store import ProcedureStore
from engine.settings import CacheSettings


class Family(StrEnum):
    """How a hit was found."""

    TEXT = "text"
    PATTERN = "pattern"
    NEIGHBOUR = "neighbour"
    SLOTS = "slots"


PRIOR = {
    Family.TEXT: (0.2, 199.8),
    Family.PATTERN: (0.4, 199.6),
    Family.NEIGHBOUR: (0.8, 99.2),  # pairs of others: `spark cache judge FILE --summary`
    Family.SLOTS: (0.5, 99.5),
}
"""Wrong and right hits that the estimate begins with. Of 2,074 pairs that differ, most of others, one has the same
pattern, none the same text: a tenth of that counts as known of a home's hits, half as much for the ways that guess."""
SILENCE = 0.25
"""Of a hit that nobody flagged, how much counts as right: most people say nothing, whatever they think."""


@dataclass(frozen=True, slots=True)
class ErrorRate:
    compared: int = 0
    """Hits also put to the core."""
    differed: int = 0
    """Those where the core said otherwise."""
    flagged: int = 0
    """Hits flagged wrong by the person."""
    served: int = 0
    """Hits that answered, flagged or not."""

    def estimate(self, family: Family) -> float:
        """The mean of the posterior; a flag counts as one comparison that went wrong."""
        wrong, right = PRIOR[family]
        silent = SILENCE * max(0, self.served - self.flagged)
        return (wrong + self.differed + self.flagged) / (wrong + right + self.compared + self.flagged + silent)


def served_key(family: Family) -> str:
    """The name of a counter in the record."""
    return f"{family.value} served"


def compared_key(family: Family, agreed: bool) -> str:
    """The name of a counter in the record."""
    return f"{family.value} {'agreed' if agreed else 'differed'}"


def error_rates(record: ProcedureStore) -> dict[Family, ErrorRate]:
    """What the record knows of how often each kind of hit is wrong."""
    counts, flagged = record.tallies(), record.wrong_by_family()
    rates = {}
    for family in Family:
        agreed = counts.get(compared_key(family, agreed=True), 0)
        differed = counts.get(compared_key(family, agreed=False), 0)
        rates[family] = ErrorRate(
            agreed + differed, differed, flagged.get(family.value, 0), counts.get(served_key(family), 0)
        )
    return rates


def why_explored(rate: float, uses: int, settings: CacheSettings) -> str:
    """Why a hit is put to the core and compared instead of served; empty when it is served.

    `rate`: the estimate of its family; `uses`: turns that the procedure had before.
    """
    if rate >= settings.max_error:
        return f"such hits are wrong in an estimated {rate:.1%}: compared with the core first"
    if settings.explore and (uses + 1) % max(1, round(1 / settings.explore)) == 0:
        return "compared with the core this time, to know how often such hits are wrong"
    return ""
