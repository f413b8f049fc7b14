"""What "it" stands for in a question that leans on the one before."""

from __future__ import annotations

import pytest

from engine.follow_up import spelled_out
from engine.record import Turn


def past(*texts: str) -> list[Turn]:
    return [Turn(str(n), "s", float(n), text, "an answer about `other.name`") for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        (["what does os.path.join do?"], "and what does it return?", "and what does it return? `os.path.join`"),
        (["what is json.dumps", "and its arguments?"], "what does it return?", "what does it return? `json.dumps`"),
        (["what is json.dumps", "what is json.loads"], "what does it return?", "what does it return? `json.loads`"),
        (["json.dumps or json.loads?"], "which of them", "which of them `json.dumps` `json.loads`"),
        (["what does os.path.join do?"], "and what does os.path.split return?", "and what does os.path.split return?"),
        (["explain this\nos.path.join(a)"], "what does it return?", "what does it return?"),
        (["hello"], "what does it return?", "what does it return?"),
        ([], "what does it return?", "what does it return?"),
    ],
)
def test_a_name_from_the_question_before(before: list[str], text: str, meant: str) -> None:
    assert spelled_out(text, past(*before)) == meant
