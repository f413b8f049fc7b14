"""`spark study memory FILE`: does recall find the right turns, and what is each part of the ranking worth?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spark_tui.commands.shared import HomeOption, JsonOption
from spark_tui.commands.study.presenting import OutOption, present
from spark_tui.plain import Progress


def memory(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.json", help="Conversations with questions and evidence turns.")
    ] = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    home: HomeOption = None,
) -> None:
    """Recall@1, 3, 5, 10 and MRR on labelled conversations: by meaning, by words, by both, and without each part.

    Of several conversations each is ranked, too, by weights chosen on the others alone. The file is a JSON list of
    {"turns": [{"id", "text", "answer", "speaker", "session", "when", "caption"}], "questions":
    [{"question", "category", "evidence": [turn ids]}]}; category 5 is adversarial: it asks about the other speaker.
    Also how much of what is read had been fetched while the person typed, as the talk is talked again.
    Without a file: fifty questions that share no content word with what they ask for. What was read once is kept in
    the home, so that the next time is quick.

    \b
    Examples:
      spark study memory
      spark study memory conversations.json
    """
    from engine.assets import asset
    from engine.memory.embedder import Embedder
    from engine.observation.ahead_study import study_ahead
    from engine.observation.conversations import read_conversations
    from engine.observation.recall_study import memory_report, study_recall
    from engine.settings import Home

    conversations = read_conversations(file or asset("queries", "paraphrases.json"))
    place = Home.find(home)
    place.create()
    progress = Progress()
    try:
        embedder = Embedder.load()
        figures = study_recall(conversations, embedder, place.studies / "conversations", progress.show)
        ahead = study_ahead([one.lines for one in conversations], embedder, progress=progress.show)
    finally:
        progress.clear()
    present(memory_report(figures, ahead), as_json, out, home)
