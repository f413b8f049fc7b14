"""Procedures: answers learned by doing the same thing often, given back at once, forgotten when wrong."""

from engine.procedures.dependence import (
    is_about_what_was_said,
    is_small_talk,
    leans_on_conversation,
    speaks_of_oneself,
    tells_of_oneself,
    why_not_cacheable,
)
from engine.procedures.judge import judge, judge_template
from engine.procedures.outcome import Found, Missed, Procedure
from engine.procedures.procedures import Procedures

__all__ = [
    "Found",
    "Missed",
    "Procedure",
    "Procedures",
    "is_about_what_was_said",
    "is_small_talk",
    "judge",
    "judge_template",
    "leans_on_conversation",
    "speaks_of_oneself",
    "tells_of_oneself",
    "why_not_cacheable",
]
