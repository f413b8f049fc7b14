"""The command line: which words call what. Failures become a sentence and a status in `spark_tui/edge.py`.

    spark                                     the chat
    spark ask "what does os.path.join do?"    one turn
    spark --help                              everything else

Starting stays quick: a command imports what it needs when it runs, so `spark --help` never sees torch.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from engine.settings import Home
from spark_tui.commands import (
    bench,
    cache,
    journal,
    lab,
    learn,
    measure,
    memory,
    models,
    settings,
    study,
    talk,
    training,
)
from spark_tui.commands.shared import HomeOption, awake, read_stdin, text_argument
from spark_tui.edge import UsageError
from spark_tui.plain import stream_turn

app = typer.Typer(
    name="spark",
    add_completion=False,
    rich_markup_mode=None,  # plain help reads the same in a pipe, and needs no Rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for function in (talk.ask, talk.route, talk.flag, learn.learn, measure.evaluate, measure.check, lab.lab):
    app.command(function.__name__.replace("evaluate", "eval"))(function)
# The trainer has its own options and help: all words go to it as they are.
app.command(
    "train", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)(training.train)
for name, group in (
    ("memory", memory.app),
    ("cache", cache.app),
    ("bench", bench.app),
    ("study", study.app),
    ("journal", journal.app),
    ("config", settings.config),
    ("models", models.app),
):
    app.add_typer(group, name=name)


@app.callback(invoke_without_command=True)
def spark(
    context: typer.Context,
    home: HomeOption = None,
    session: Annotated[str | None, typer.Option(metavar="NAME", help="Open the chat in this session.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A terminal chat whose mind you can watch. Without a command: the chat.

    \b
    Examples:
      spark
      spark --session "paths on windows"
      echo "what does os.path.join do?" | spark
    """
    if home is not None:  # holds for the command that follows, and for whatever it starts
        os.environ["SPARK_HOME"] = str(home)
    if version:
        typer.echo(_version())
    elif context.invoked_subcommand is None:
        _talk(Home.find(home), session)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("spark-mind")
    except PackageNotFoundError:
        return "a checkout that is not installed"


def _talk(home: Home, session: str | None) -> None:
    """The chat on a terminal; one turn for text that is piped in."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        from spark_tui.chat.app import run

        raise typer.Exit(run(home.path, text_argument(session) if session else None))
    text = "" if sys.stdin is None or sys.stdin.isatty() else read_stdin()
    if not text.strip():
        raise UsageError("Spark's chat needs a terminal; without one, pipe a question in or use `spark ask TEXT`.")
    with awake(home) as mind:
        stream_turn(mind.reply(text, session=text_argument(session) if session else "default"))


def run(arguments: list[str]) -> int:
    """Do what the command line says; the exit status.

    Raises:
        UsageError: the words make no sense.
    """
    try:
        status = app(args=arguments, prog_name="spark", standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message().replace("Value error, ", "")
        if message.startswith("Usage:"):  # a group without a command
            raise UsageError(message) from error
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "spark"
        sentence = " ".join(message.split()).rstrip(".")
        end = "" if sentence.endswith("?") else "."  # "Did you mean 'ask'?"
        raise UsageError(f"{sentence}{end} Try: {command} --help") from error
    return status if isinstance(status, int) else 0
