"""What belongs together: who read what, what was read beside it, and statements of the same fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.record.database import Database, batches, marks


class Links(Database):
    def readers(self, number: int) -> list[int]:
        """The turns that read an item, the newest first."""
        return [turn for (turn,) in self.read("SELECT turn FROM reads WHERE item = ? ORDER BY turn DESC", (number,))]

    def read_by(self, number: int) -> list[int]:
        """The items that a turn read."""
        return [item for (item,) in self.read("SELECT item FROM reads WHERE turn = ? ORDER BY item", (number,))]

    def read_together(self, numbers: Sequence[int]) -> dict[int, int]:
        """Other items that were read in the same turns as these, and in how many turns."""
        found: dict[int, int] = {}
        for some in batches(numbers):
            rows = self.read(
                "SELECT b.item, COUNT(*) FROM reads a JOIN reads b ON b.turn = a.turn AND b.item != a.item"
                f" WHERE a.item IN ({marks(len(some))}) GROUP BY b.item",
                some,
            )
            for item, times in rows:
                found[item] = found.get(item, 0) + times
        return found

    def add_facts(self, facts: Iterable[tuple[int, str, str]]) -> None:
        """Note what items state: (number, topic, value). Stated again it is the same fact."""
        rows = list(facts)
        if rows:
            with self.write() as write:
                write.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?, ?)", rows)

    def facts_of(self, number: int) -> list[tuple[str, str]]:
        """(topic, value) of each fact that an item states."""
        return [(t, v) for t, v in self.read("SELECT topic, value FROM facts WHERE number = ?", (number,))]

    def topics(self, speaker: str = "") -> list[str]:
        """What a person (the user, if not named) stated facts about."""
        start = f"{speaker}/"
        rows = self.read("SELECT DISTINCT topic FROM facts WHERE topic >= ? AND topic < ?", (start, f"{speaker}0"))
        return [topic.removeprefix(start) for (topic,) in rows]  # "0" comes after "/"

    def newest_facts(self, topics: Sequence[str], speaker: str = "") -> list[int]:
        """The newest items, not flagged wrong, that state each of these facts."""
        return [
            number
            for topic in topics
            for (number,) in self.read(
                "SELECT MAX(f.number) FROM facts f JOIN items i ON i.number = f.number"
                " WHERE f.topic = ? AND (i.flag IS NULL OR i.flag != 'wrong')",
                (f"{speaker}/{topic}",),
            )
            if number is not None
        ]

    def newer_facts(self, numbers: Sequence[int]) -> list[tuple[int, str, int]]:
        """(number, topic, newest) of what these items state and a later item, not flagged wrong, states again."""
        found: list[tuple[int, str, int]] = []
        for some in batches(numbers):
            found += self.read(
                "SELECT f.number, f.topic, MAX(n.number) FROM facts f"
                " JOIN facts n ON n.topic = f.topic AND n.number > f.number"
                " JOIN items i ON i.number = n.number AND (i.flag IS NULL OR i.flag != 'wrong')"
                f" WHERE f.number IN ({marks(len(some))}) GROUP BY f.number, f.topic",
                some,
            )
        return found
