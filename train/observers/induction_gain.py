"""Induction gain: how much better is the model at random tokens when it has seen them before?"""

from __future__ import annotations

from train.observers.observer import Finding, Observer
from train.observers.view import View


class InductionGain(Observer):
    """Loss on the first half of repeated random tokens minus loss on the second, in nats; 0 when it learns nothing.

    The first token of the second half is left out: nothing foretells that the repetition begins.
    """

    name = "induction gain"
    question = "Does it use what it has read a moment ago?"

    def observe(self, view: View) -> Finding:
        period = view.probe.period
        first = float(view.repeated_losses[:, :period].mean())
        second = float(view.repeated_losses[:, period + 1 :].mean())
        return Finding({"first": first, "second": second, "gain": first - second})
