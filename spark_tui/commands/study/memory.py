"""`spark study memory FILE`: does recall find the right turns, and what is each part of the ranking worth?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress


def memory(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Conversations with questions and evidence turns.")],
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """Recall@1, 5, 10 and MRR on labelled conversations: by meaning, by words, by both, and without each part.

    The file is a JSON list of {"id", "turns": [{"id", "speaker", "session", "text", "caption"}], "questions":
    [{"question", "category", "evidence": [turn ids]}]}; category 5 is adversarial: it asks about the other speaker.

    \b
    Example:
      spark study memory conversations.json
    """
    from engine.memory.embedder import Embedder
    from engine.observation.recall_study import memory_report, read_conversations, study_recall
    from engine.settings import Home

    conversations = read_conversations(file)
    place = Home.find(home)
    place.create()
    progress = Progress()
    try:
        figures = study_recall(conversations, Embedder.load(), place.studies / "conversations", progress.show)
    finally:
        progress.clear()
    present(memory_report(figures), as_json, out, home)
