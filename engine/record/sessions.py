"""Conversations by name: what was said before a turn, finding one again, and giving it another name."""

from __future__ import annotations

from engine.record.database import storable
from engine.record.rows import Session, Turn
from engine.record.turns import TURN, Turns, turn_of


class Sessions(Turns):
    def turns_before(self, turn_id: str, n: int) -> list[Turn]:
        """The `n` turns of a turn's session just before it, oldest of them first."""
        rows = self.read(
            f"SELECT {TURN} FROM items WHERE kind = 'turn'"
            " AND session = (SELECT session FROM items WHERE id = ?)"
            " AND number < (SELECT number FROM items WHERE id = ?) ORDER BY number DESC LIMIT ?",
            (turn_id, turn_id, n),
        )
        return [turn_of(row) for row in reversed(rows)]

    def find_sessions(self, words: str) -> list[Session]:
        """Sessions in whose name, questions or answers `words` occur, the most recently used first."""
        pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        like = "LIKE ? ESCAPE '\\'"
        rows = self.read(
            'SELECT session, COUNT(*), MIN("when"), MAX("when") FROM items WHERE kind = \'turn\''
            f" GROUP BY session HAVING session {like} OR SUM(text {like} OR answer {like}) > 0"
            " ORDER BY MAX(number) DESC",
            (storable(pattern),) * 3,
        )
        return [Session(*row) for row in rows]

    def rename_session(self, old: str, new: str) -> int:
        """Give a session another name; joined with the one of that name, if there is one. Returns its turns."""
        with self.write() as write:
            return write.execute(
                "UPDATE items SET session = ? WHERE session = ? AND kind = 'turn'", (storable(new), old)
            ).rowcount
