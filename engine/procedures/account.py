"""What is known of one pattern or one template, for lists and panes."""

from __future__ import annotations

from engine.procedures.history import History
from engine.procedures.outcome import Procedure
from engine.procedures.templates import Generalised
from engine.procedures.trust import Trust, fold
from engine.record.rows import ProcedureRow
from engine.settings import CacheSettings


def of_pattern(row: ProcedureRow, settings: CacheSettings) -> Procedure:
    history = History.of(row)
    trust = fold(history.events, settings)
    return Procedure(
        pattern=row.key,
        answer=history.answers.get(trust.answer or "", ""),
        learned=trust.learned,
        agreed=trust.agreed,
        needed=trust.needed,
        uses=row.uses,
        hits=history.hits,
        wrong=trust.wrong,
        texts=history.texts,
        created=row.created,
        used=row.used,
        trust=trust.mean(history.hits),
        doubted=trust.doubted,
        banned=trust.banned,
        turns=tuple(event.turn_id for event in history.events if event.kind == "use"),
    )


def of_template(general: Generalised) -> Procedure:
    """As a procedure whose agreeing answers are its examples; `texts` are their patterns."""
    doubted = sum(event.kind == "doubt" for event in general.history.events)
    agreed = len(general.examples) if general.template is not None else 0
    return Procedure(
        pattern=general.skeleton,
        answer=general.template.text if general.template is not None else "",
        learned=general.learned,
        agreed=agreed,
        needed=general.needed,
        uses=general.history.uses + general.history.hits,
        hits=general.history.hits,
        wrong=general.wrong,
        texts=general.examples,
        created=general.created,
        used=general.used or None,
        trust=Trust(None, agreed, general.needed, general.wrong, frozenset(), 0, doubted).mean(general.history.hits),
        doubted=doubted,
        banned=general.banned,
        turns=(),
        template=True,
    )
