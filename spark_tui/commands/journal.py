"""`spark journal`: session summaries, questions and hypotheses, as they lie in the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import SparkError
from engine.settings import Home
from spark_tui.commands.shared import HomeOption, JsonOption, one_line, opened_record, text_argument
from spark_tui.plain import emit, note, say

if TYPE_CHECKING:
    from engine.observation.journal import Journal

app = typer.Typer(help="Session summaries, the question journal, hypotheses.")
Words = Annotated[list[str], typer.Argument(metavar="TEXT")]


@app.callback(invoke_without_command=True)
def journal(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """What the journal holds.

    \b
    Examples:
      spark journal
      spark journal question "why does the second head look at commas?"
      spark journal hypothesis "routing.threshold=0.7 would answer more at once, and no worse"
    """
    if context.invoked_subcommand is not None:
        return
    kept = _journal(home)
    summaries, questions, hypotheses = kept.summaries(), kept.questions(), kept.hypotheses()
    if as_json:
        emit(
            {
                "folder": str(kept.folder),
                "summaries": [{"file": str(one.file), "session": one.session} for one in summaries],
                "questions": list(questions),
                "hypotheses": [
                    {"number": one.number, "text": one.text, "setting": one.setting, "value": one.value,
                     "tested": bool(one.result)}
                    for one in hypotheses
                ],
            }
        )  # fmt: skip
        return
    if not (summaries or questions or hypotheses):
        note("The journal is empty: /journal, /question and /hypothesis in the chat fill it.")
        return
    for summary in summaries:
        say(f"summary     {summary.file.stem}")
    for question in questions:
        say(f"question    {one_line(question)}")
    for one in hypotheses:
        say(f"hypothesis  {one.number}{' (tested)' if one.result else ''}: {one_line(one.text)}")
    note(f"All of it is Markdown in {kept.folder}.", dim=True)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A summary, a hypothesis's number, or `questions`.")],
    home: HomeOption = None,
) -> None:
    """One page of the journal, as it is.

    \b
    Example:
      spark journal show 1
    """
    kept = _journal(home)
    wanted = text_argument(name)
    stem = f"hypothesis-{wanted}" if wanted.isdigit() else wanted
    pages = {file.stem: file for file in kept.folder.glob("*.md")}
    if stem not in pages:
        raise SparkError(f"The journal has no page {name}; `spark journal` lists them.")
    say(pages[stem].read_text(encoding="utf-8", errors="replace").rstrip())


@app.command()
def question(text: Words, home: HomeOption = None) -> None:
    """Note a question for later.

    \b
    Example:
      spark journal question "could the fast path be smaller still?"
    """
    count = _journal(home).add_question(text_argument(" ".join(text)))
    note(f"Noted: {count} question{'' if count == 1 else 's'} now.")


@app.command()
def hypothesis(text: Words, home: HomeOption = None) -> None:
    """Note a hypothesis, with the setting that it would change.

    \b
    Example:
      spark journal hypothesis "routing.threshold=0.7 would answer more at once, and no worse"
    """
    one = _journal(home).add_hypothesis(text_argument(" ".join(text)))
    note(f"Hypothesis {one.number} is noted; `spark study --hypothesis {one.number}` tests it.")


@app.command()
def draft(
    session: Annotated[str, typer.Option(metavar="NAME", help="The session to summarise.")] = "default",
    home: HomeOption = None,
) -> None:
    """Draft a summary of a session from the log, on stdout; nothing is kept.

    \b
    Example:
      spark journal draft --session "paths on windows"
    """
    with opened_record(Home.find(home)) as record:
        drafted = _journal(home).draft(record, text_argument(session))
    if drafted is None:
        raise SparkError(f"Nothing was asked in the session {session} yet.")
    say(drafted[0].rstrip())


def _journal(home: HomeOption) -> Journal:
    from engine.observation.journal import Journal

    return Journal(Home.find(home))
