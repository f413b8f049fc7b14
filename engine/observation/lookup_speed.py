"""How long it takes to look up a procedure, measured on a record of its own that is thrown away.

The meanings are random directions around shared topics, so that every question has near neighbours for the verifier
to look at: harder than life.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from engine.procedures import Procedures
from engine.procedures.history import History
from engine.procedures.neighbours import pack
from engine.procedures.trust import Event, answer_key
from engine.procedures.verifier import warm
from engine.record import ProcedureRow, Record
from engine.routing.categories import Category
from engine.settings import CacheSettings

WIDTH = 384
TOPICS = 200
VERBS = ("sort", "join", "read", "write", "open", "split", "copy", "count", "find", "remove")
THINGS = ("list", "file", "dict", "string", "table", "folder", "image", "module", "date", "number")


def measure(procedures: int, asked: int) -> dict[str, list[float]]:
    """Milliseconds of each lookup, by what is asked: a known text, its pattern, a near neighbour's like, a stranger."""
    import numpy as np

    chance = np.random.default_rng(7)
    topics = chance.normal(size=(TOPICS, WIDTH))
    settings = CacheSettings(explore=0.0)
    texts = [f"{VERBS[n % 10]} the {THINGS[n // 10 % 10]} called item {n}" for n in range(procedures)]
    meanings = topics[np.arange(procedures) % TOPICS] + 0.7 * chance.normal(size=(procedures, WIDTH))
    meanings = (meanings / np.linalg.norm(meanings, axis=1, keepdims=True)).astype(np.float32)
    now, key = time.time(), answer_key("as you like")
    events = tuple(Event("use", f"t{n}", key) for n in range(settings.agreements))
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder) / "spark.db")
        rows = []
        for text, meaning in zip(texts, meanings, strict=True):
            history = History(events, {key: "as you like"}, (text,), 3, 0, now, pack(meaning))
            rows.append(
                ProcedureRow(text, text, "as you like", Category.ROUTINE, 3, 3, True, now, now, history.to_json())
            )
        record.put_procedures(rows)
        known = Procedures(record, settings)
        warm()
        times: dict[str, list[float]] = {
            "the same text": [],
            "the same pattern": [],
            "near neighbours": [],
            "a stranger": [],
        }
        for n in chance.choice(procedures, asked).tolist():
            stranger = chance.normal(size=WIDTH)
            for kind, text, meaning in (
                ("the same text", texts[n], meanings[n]),
                ("the same pattern", f"Please {texts[n]}!", meanings[n]),
                ("near neighbours", f"{texts[n]} slowly", meanings[n]),
                ("a stranger", f"what is a zebra {n}", (stranger / np.linalg.norm(stranger)).astype(np.float32)),
            ):
                began = time.perf_counter()
                known.lookup(text, Category.ROUTINE, meaning)
                times[kind].append((time.perf_counter() - began) * 1000)
        record.close()
    return times
