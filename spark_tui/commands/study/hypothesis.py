"""`spark study --hypothesis N`: the setting that it names is changed and measured, the result kept beneath it."""

from __future__ import annotations

from pathlib import Path

from engine.observation.journal import Journal
from engine.settings import Home, load_settings
from spark_tui.commands.shared import opened_record
from spark_tui.commands.study.life import ENOUGH, interruptible
from spark_tui.commands.study.presenting import present
from spark_tui.plain import note


def study_hypothesis(number: int, most: int, as_json: bool, home: Path | None) -> None:
    """Ask the questions of this home (the diverse ones, where there are few) with the setting as it is and changed.

    Raises:
        SparkError: there is no such hypothesis, or its setting cannot have that value.
    """
    from engine.observation.against import against
    from engine.observation.references import Reference, load_references
    from engine.observation.replay import logged

    place = Home.find(home)
    journal, settings = Journal(place), load_settings(place)
    one = journal.hypothesis(number)
    with opened_record(place) as record:
        lived = logged(record, most)
    references = [Reference(turn.text) for turn in lived] if len(lived) >= ENOUGH else load_references(None)[:most]
    whose = "of this home" if len(lived) >= ENOUGH else "that ship"
    note(f"{one.text} Asking the {len(references)} questions {whose} both ways.")
    with interruptible("query") as (watch, stop):
        change = f"{one.setting}={one.value}"
        asked = [(reference, "study") for reference in references]
        report = against(asked, settings, change, watch=watch, stop=stop)
    page = present(report, as_json, None, home)
    found = "\n".join(f"- {sentence}" for sentence in report.summary)
    file = journal.add_result(number, f"{found}\n- The whole report: {page}")
    note(f"Written beneath the hypothesis: {file}")
