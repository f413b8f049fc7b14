"""Text that has broken other terminal programs: one table for every widget and every command."""

from __future__ import annotations

HOSTILE = {
    "markup": "[/oops] [bold]not markup[/bold] [@click=app.quit]click[/] [red",
    "colours": "\x1b[31mred\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[0m",
    "screen": "\x1b[2J\x1b[H\x1b[?1049l\x1bc gone",
    "title": "\x1b]0;owned\x07 \x1b]2;owned\x1b\\ title",
    "clipboard": "\x1b]52;c;aGFjaw==\x07 \x1b]52;c;?\x1b\\ clip",
    "link": "\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\",
    "strings": "\x1bPq#0\x1b\\ \x1b_apc\x1b\\ \x1b^pm\x1b\\ \x1bXsos\x1b\\ device",
    "c1": "\x9b2J \x9d0;t\x9c \x90q\x9c \x85 \x84 eight bits",
    "c0": "\x00\x07\x08\x0b\x0c\x0e\x0f\x1a\x7f bell",
    "unfinished": "half \x1b[12",
    "unfinished string": "half \x1b]52;c;aGFj",
    "bidi": "user\u202etxt.exe \u2066isolate\u2069 \u200f\u061c marks",
    "surrogate": "\ud83d alone \udfff",
    "widths": "日本語 😀 👩‍👩‍👧 e\u0301 \u200b ﷽ \ufeff",
    "lines": "a\r\nb\rc\n\n\td",
    "fence": "`` ` ``` ~~~ \n```\nunclosed",
    "markdown": "| a | b |\n|---|---|\n| 1 | 2 |\n\n> > > quote\n\n1. one\n   - two\n",
    "html": "https://example.com/[x](javascript:alert(1)) ![i](file:///etc/passwd) <b>html</b>",
    "special tokens": "<|end|> <|user|> <memory> </s> ‹spark›",
    "paste end": "a\x1b[201~b\x1b[200~c",
    "format": "%s {0} {x!r} ${PATH} $(id) `id` \\x1b[31m",
}
