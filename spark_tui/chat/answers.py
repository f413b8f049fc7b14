"""What can be done with an answer: select, flag, look into, ask again, copy, edit and resend."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from engine.events import Flag, Recalled
from engine.routing.categories import Route
from spark_tui.chat.attention.drawer import AttentionDrawer
from spark_tui.chat.base import ChatBase
from spark_tui.chat.exchange import Exchange
from spark_tui.chat.listener import Phase
from spark_tui.chat.turn import TurnView
from spark_tui.widgets.lines import quoted

if TYPE_CHECKING:
    from engine.memory.links import Neighbourhood
    from engine.observation.attention import AnswerAttention

_CODE = re.compile(r"^(```+|~~~+)[^\n]*\n(.*?)(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


class Answers(ChatBase):
    _copied: tuple[object, int] = (None, 0)  # among which blocks of code, and how far back

    async def ask(self, text: str, path: Route | None = None, beside: TurnView | None = None) -> None:
        """Put a question to Spark, by a path of one's choice or by the one that the policy finds.

        `beside`: the answer that the new one shall be compared with.
        """
        exchange = Exchange.asked(next(self.listener.tickets), text, self._doing_first())
        self._select(None)
        if self.listener.phase is Phase.AWAKE:
            self.grace.begin()
        # Spark begins while the question is put on the screen; what it says is heard after that.
        self.worker.ask(exchange.ticket, text, path, beside.exchange.turn_id if beside is not None else None)
        if beside is None or not await self.conversation.put_beside(beside, exchange):
            await self.conversation.add(exchange)
            self.conversation.to_end()
        self.listener.settle()
        turn = self.conversation.by_ticket(exchange.ticket)
        if turn is not None and self.listener.phase is Phase.AWAKE:
            self.call_later(turn.prepare)

    def _doing_first(self) -> str:
        if self.listener.phase is not Phase.AWAKE:
            return "waiting until Spark is awake"
        return "queued" if next(self.conversation.running(), None) else "reading the question"

    async def action_again(self) -> None:
        """Answer the selected or last question once more, by the path that did not answer it, side by side."""
        turn = self.chosen_turn()
        if turn is None or turn.exchange.running:
            self.hints.say("There is no answered question yet.")
            return
        path = Route.FAST if turn.exchange.facts.path is Route.CORE else Route.CORE
        await self.ask(turn.exchange.text, path, beside=turn)

    # Selecting

    def on_turn_view_chosen(self, message: TurnView.Chosen) -> None:
        self._select(None if message.turn is self.conversation.selected else message.turn)

    async def action_select(self, step: int) -> None:
        turn = await self.conversation.neighbour(step)
        self._select(turn)
        if turn is None:
            self.conversation.to_end()

    def _select(self, turn: TurnView | None) -> None:
        if turn is self.conversation.selected:
            return
        self.conversation.select(turn)
        self.listener.show(turn)
        if self.attention.open and turn is not None and turn.exchange.turn_id is not None:
            self._look_into(turn)

    # Flagging

    def action_flag(self, name: str) -> None:
        """Flag the selected or last answer; the same flag again clears it."""
        self._toggle(self.chosen_turn(), Flag(name))

    def on_turn_view_flag_wanted(self, message: TurnView.FlagWanted) -> None:
        self._toggle(message.turn, message.flag)

    def _toggle(self, turn: TurnView | None, flag: Flag) -> None:
        if turn is None or turn.exchange.turn_id is None or not turn.exchange.can_flag:
            self.hints.say("There is no finished answer to flag yet.")
            return
        self.worker.flag(turn.exchange.turn_id, None if turn.exchange.flag is flag else flag)

    # Looking into

    def action_attention(self) -> None:
        """Open the drawer on the selected or last answer, or close it."""
        turn = self.chosen_turn()
        if self.attention.open:
            self.close_attention()
        elif turn is None or turn.exchange.turn_id is None:
            self.hints.say("There is no finished answer to look into yet.")
        else:
            self._look_into(turn)

    def _look_into(self, turn: TurnView) -> None:
        turn_id = turn.exchange.turn_id
        assert turn_id is not None
        if turn.exchange.facts.path is Route.PROCEDURE:
            self.hints.say("A learned procedure gave this answer: no model looked at anything.")
            return
        self.attention.wait(turn_id)

        async def show(seen: AnswerAttention) -> None:
            self.attention.look_into(turn_id, seen)

        self.worker.call(lambda mind: mind.attention(turn_id), show)

    def action_memory(self) -> None:
        """Open what was recalled for the selected or last answer."""
        turn = self.chosen_turn()
        recalled = [event for event in turn.exchange.events if isinstance(event, Recalled)] if turn is not None else []
        if not recalled or not recalled[-1].memories:
            self.hints.say("Nothing was recalled for this answer.")
            return
        from spark_tui.chat.memory_screen import MemoryScreen

        self.push_screen(MemoryScreen(recalled[-1].memories, self._find_item, self.worker.flag))

    def _find_item(self, item_id: str, then: Callable[[Neighbourhood], Awaitable[None]]) -> None:
        self.worker.call(lambda mind: mind.memory.neighbourhood(item_id), then)

    def close_attention(self) -> None:
        self.attention.close()
        self.prompt.focus()

    def on_attention_drawer_typed(self, message: AttentionDrawer.Typed) -> None:
        self.prompt.focus()
        self.prompt.insert(message.character)

    # Taking along

    def action_copy_answer(self) -> None:
        turn = self.chosen_turn()
        if turn is None or not turn.exchange.answer:
            self.hints.say("There is no answer to copy yet.")
            return
        self._copy(turn.exchange.answer, "the answer")

    def action_copy_code(self) -> None:
        """The last block of code, of the selected answer or of all; pressed again, the one before it, and round."""
        selected = self.conversation.selected
        turns = [selected] if selected is not None else self.conversation.turns
        blocks = [block for turn in turns for block in code_blocks(turn.exchange.answer)]
        if not blocks:
            self.hints.say(f"There is no block of code in {'this answer' if selected is not None else 'any answer'}.")
            return
        among = (selected, len(blocks))
        back = self._copied[1] % len(blocks) + 1 if self._copied[0] == among else 1
        self._copied = (among, back)
        place = f"block {len(blocks) - back + 1} of {len(blocks)}" if len(blocks) > 1 else "the block of code"
        self._copy(blocks[-back], f"{place}, {quoted(blocks[-back].strip().partition(chr(10))[0], 40)}")

    def _copy(self, text: str, what: str) -> None:
        self.copy_to_clipboard(text)
        self.hints.say(f"Copied {what}, if your terminal allows it (OSC 52).")

    def action_edit(self) -> None:
        """Put the selected or last question back into the input, to send it changed."""
        turn = self.chosen_turn()
        if turn is None:
            self.hints.say("There is no question to edit yet.")
            return
        if self.prompt.text.strip():
            self.hints.say("There is something in the input already.")
            return
        self.prompt.put(turn.exchange.text)


def code_blocks(markdown: str) -> list[str]:
    """The text in each fence, an unclosed last one too."""
    return [match[2].rstrip("\n") for match in _CODE.finditer(markdown)]
