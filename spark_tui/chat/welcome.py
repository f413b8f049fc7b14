"""What there is to see before anything was asked."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from engine.events import Loading
from engine.routing.categories import Route
from spark_tui.theme import DIM, FAINT, HUE, MARK
from spark_tui.widgets.lines import one_line

_TRIES = (
    (Route.FAST, "def is_even(n):", "a reflex completes it"),
    (Route.CORE, "what does os.path.join do?", "the core reads and explains"),
    (Route.PROCEDURE, "ask the same small thing a few times", "it becomes a habit"),
)
_TRACK = 12


class Welcome(Static):
    def __init__(self) -> None:
        super().__init__("", markup=False, id="welcome")
        self._loading: Loading | None = None
        self._state = "Waking up. You can type already."

    def on_mount(self) -> None:
        self._draw()

    def hear(self, loading: Loading) -> None:
        self._loading = loading
        self._draw()

    def awake(self) -> None:
        self._loading, self._state = None, "Awake. F1 lists every key."
        self._draw()

    def failed(self) -> None:
        self._loading, self._state = None, "Asleep. Send a message to try again."
        self._draw()

    def _draw(self) -> None:
        rows = [Content.styled("A small nervous system, and you can watch it think.", "bold"), Content("")]
        rows += [Content.assemble((MARK, HUE[path]), text, (f"  {why}", DIM)) for path, text, why in _TRIES]
        rows += [Content(""), self._status()]
        self.update(Content("\n").join(rows))

    def _status(self) -> Content:
        loading = self._loading
        if loading is None:
            return Content.styled(self._state, DIM)
        done = round(_TRACK * loading.done / loading.total) if loading.total else 0
        return Content.assemble(
            ("━" * done, "$foreground"),
            ("━" * (_TRACK - done), FAINT),
            (f" waking up: {one_line(loading.stage, 40)} … you can type already", DIM),
        )
