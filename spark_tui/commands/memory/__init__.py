"""`spark memory`: look into what is remembered, bring conversations in, take all of it along, delete for good."""

from __future__ import annotations

import typer

from spark_tui.commands.memory.keeping import forget, stats
from spark_tui.commands.memory.looking import list_, search, show
from spark_tui.commands.memory.moving import export, import_

app = typer.Typer(help="Look into memory, and bring conversations in.", no_args_is_help=True)

app.command("search")(search)
app.command("import")(import_)
app.command("list")(list_)
app.command("show")(show)
app.command("forget")(forget)
app.command("export")(export)
app.command("stats")(stats)
