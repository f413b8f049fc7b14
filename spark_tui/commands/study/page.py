"""A report as one HTML file that can be sent to somebody: its Markdown rendered, its drawings inside."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from engine.errors import SparkError

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-size:14px}td,th{padding:.2rem .7rem;border-bottom:1px solid #ddd}"
    "pre{background:#f4f4f4;padding:.6rem;overflow-x:auto;line-height:1.15}svg{max-width:100%;height:auto}"
)


def write_page(markdown: Path) -> Path:
    """Write `report.html` beside a `report.md` whose plots lie beside it too; returns it.

    HTML inside the Markdown stays text: what models and people wrote is quoted there.

    Raises:
        SparkError: the folder cannot be read or written.
    """
    from markdown_it import MarkdownIt  # comes with Rich and Textual

    page = markdown.with_suffix(".html")
    try:
        text = markdown.read_text(encoding="utf-8")
        body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
        body = re.sub(
            r'<img src="(plot-\d+\.svg)"[^>]*>',
            lambda found: (markdown.parent / found[1]).read_text(encoding="utf-8"),
            body,
        )
        title = escape(text.partition("\n")[0].lstrip("# "))
        page.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>{body}',
            encoding="utf-8",
        )
    except OSError as error:
        raise SparkError(f"The page {page} cannot be written ({error.strerror or error}).") from error
    return page
