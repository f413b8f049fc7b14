"""The logit lens under the attention: what each layer would have said in the place of the chosen word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from spark_tui.chat.attention.layout import shown
from spark_tui.theme import DIM
from spark_tui.widgets.bars import share_text

if TYPE_CHECKING:
    from engine.observation.attention import AnswerAttention

_CELL = 17
MOST_ROWS = 4


def lens_rows(seen: AnswerAttention, token: int, layer: int, hue: str, width: int) -> list[Content]:
    """A sentence, and the layers beside each other: `5 join .28`; those that were right in the hue, the chosen bold."""
    per_row = max(1, width // _CELL)
    says = seen.lens(token)
    first = max(0, min(layer - per_row * MOST_ROWS // 2, len(says) - per_row * MOST_ROWS))
    cells = []
    for number, said in list(enumerate(says))[first : first + per_row * MOST_ROWS]:
        text, share = said.guesses[0]
        word = Content(shown(text).strip() or "␣").truncate(_CELL - 9, ellipsis=True, pad=True).plain
        style = f"{hue} bold" if said.right else "$foreground 75%"
        mark = "▸" if number == layer else " "
        cells.append(Content.assemble((f"{mark}{number + 1:>2} ", DIM), (word, style), (f" {share_text(share)} ", DIM)))
    rows = [Content("").join(cells[start : start + per_row]) for start in range(0, len(cells), per_row)]
    return [_sentence(seen, token), *rows]


def _sentence(seen: AnswerAttention, token: int) -> Content:
    knew = seen.knew(token)
    last = seen.lens(token)[-1]
    if knew is None:
        best = shown(last.guesses[0][0]).strip() or "␣"
        tale = f"drawn by chance ({share_text(last.written)}): the likeliest was “{best}”"
    elif knew == seen.layers - 1:
        tale = f"only the last layer knew ({share_text(last.written)})"
    else:
        tale = f"known from layer {knew + 1} on ({share_text(last.written)})"
    return Content.assemble(("what each layer would have said", "bold"), (f" ─ {tale}", DIM))
