"""First-token mass: how much of a head's attention rests on the first token, where it says nothing."""

from __future__ import annotations

from train.observers.observer import Finding, Observer, by_head
from train.observers.view import View


class FirstToken(Observer):
    """The weight on position 0, averaged over all later rows."""

    name = "first token"
    question = "How much attention rests on the first token?"

    def observe(self, view: View) -> Finding:
        return Finding(by_head(view.attention[:, :, 1:, 0].mean(-1).tolist()))
