"""What a training run can say: the one stream that the live app, plain lines, `--json`, metrics and tests all read.

A run yields `Started`, then `Step` for every step with `Evaluated`, `Sample`, `Observed`, `Clicked`, `Saved` and
`Problem` in between, and `Ended` last, whatever happens.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins, or goes on from `step` after a resume. `data` has one entry a source."""

    run: str
    size: str
    step: int
    total_steps: int | None
    minutes: float | None
    parameters: int
    config: dict[str, Any]
    data: list[dict[str, Any]]
    device: str
    threads: int
    compiled: bool
    when: float = 0.0
    """Seconds since 1970 when the run's clock began (or went on)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One update. `loss` in nats a target token; `tokens` since the run began; `progress` of the budget in [0, 1].

    `tokens_per_s` covers the last steps only, without start-up, evaluations and pauses. `memory` is the peak in bytes.
    `mfu` is the share of the machine's operations a second that the model itself asks for; 0 where that is not known.
    `update_seconds` is what this update took by itself, without what lies between the steps.
    """

    step: int
    loss: float
    tokens: int
    tokens_per_s: float
    lr: float
    grad_norm: float
    progress: float
    seconds: float
    seconds_left: float
    memory: int
    mfu: float = 0.0
    update_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Held-out figures by source: loss in nats a token, accuracy of the likeliest token, bits per byte of text.

    `bits_per_byte` is over all sources together; None when no tokenizer was at hand to count bytes.
    """

    step: int
    loss: float
    bits_per_byte: float | None
    losses: dict[str, float]
    accuracies: dict[str, float]
    bits: dict[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model writes after `prompt` now. `parses`: is it Python so far; `why` names the first fault."""

    step: int
    prompt: str
    text: str
    parses: bool
    why: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What one observer found: figures by name, pictures as `train/thumbnail.py` draws them, lists of words.

    Per head the names are "layer.head", both counted from one.
    """

    step: int
    observer: str
    figures: dict[str, float]
    maps: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clicked:
    """An ability has appeared: the first step at which its smoothed rate passed a half."""

    step: int
    what: str
    rate: float


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint is safely on disk."""

    step: int
    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong; `text` is one sentence for a person. The run goes on unless `Ended` follows."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Paused:
    """A person paused the run (`paused`), or let it go on."""

    step: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event. `reason` is "finished", "stopped" or "failed"; `seconds` of training in all, resumes included."""

    step: int
    reason: str
    seconds: float
    detail: str = ""
    tokens: int = 0
    losses: dict[str, float] = field(default_factory=dict)


TrainEvent = Started | Step | Evaluated | Sample | Observed | Clicked | Saved | Problem | Paused | Ended

KINDS: dict[str, type[TrainEvent]] = {
    kind.__name__.lower(): kind
    for kind in (Started, Step, Evaluated, Sample, Observed, Clicked, Saved, Problem, Paused, Ended)
}


def to_json(event: TrainEvent) -> str:
    """One line of JSON with the kind under "event". NaN and infinities, which JSON lacks, become null."""
    return json.dumps({"event": type(event).__name__.lower()} | _finite(asdict(event)), ensure_ascii=False)


def from_json(line: str) -> TrainEvent | None:
    """The event of a line that `to_json` wrote; None for any other line. A null figure comes back as NaN.

    Fields that we do not know are left out: a later Spark may say more.
    """
    try:
        told: dict[str, Any] = json.loads(line)
        kind = KINDS[told.pop("event")]
        known = {field.name for field in fields(kind)}
        for name in ("loss", "grad_norm"):
            if name in told and told[name] is None:
                told[name] = math.nan
        return kind(**{name: value for name, value in told.items() if name in known})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
