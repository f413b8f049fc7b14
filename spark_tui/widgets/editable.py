"""A text area whose cursor never stands behind its text."""

from __future__ import annotations

from textual.widgets import TextArea
from textual.widgets.text_area import Selection


class Editable(TextArea):
    def _refresh_size(self) -> None:
        """Undoing may take the cursor's line away; Textual 8.2 looks at it once more before it moves the cursor."""
        if max(self.selection)[0] >= self.document.line_count:
            self.selection = Selection.cursor(self.document.end)
        super()._refresh_size()
