"""The record: everything that happened, in one SQLite file, safe on disk before it is called done."""

from engine.record.rows import Decision, Document, ImportRow, Item, ProcedureRow, Session, Turn, new_id
from engine.record.store import Record

__all__ = [
    "Decision",
    "Document",
    "ImportRow",
    "Item",
    "ProcedureRow",
    "Record",
    "Session",
    "Turn",
    "new_id",
]
