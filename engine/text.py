r"""The single edge where text that others wrote becomes safe to show on a terminal.

Text from people, models and files is data. Shown raw it can move the cursor, write the clipboard (OSC 52),
hide words (bidirectional overrides) or turn into keystrokes. `Sanitizer` keeps every visible character and
drops the rest; it is a small state machine after ECMA-48 section 5, so a sequence that a chunk cuts in two is
still one.

    >>> sanitize("\x1b[31mred\x1b[0m and \x1b]0;title\x07plain")
    'red and plain'
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Marks and overrides that reorder what is read (Unicode standard annex 9): ALM, LRM, RLM, LRE…RLO, LRI…PDI.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# What may never come out: C0 but tab and newline, DEL, C1, bidi controls, lone surrogates (not encodable).
FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}\ud800-\udfff]")

_ESC, _BEL, _CAN, _SUB, _DEL, _ST = "\x1b", "\x07", "\x18", "\x1a", "\x7f", "\x9c"
_CSI_8BIT = "\x9b"
_STRINGS_8BIT = "\x90\x98\x9d\x9e\x9f"  # DCS, SOS, OSC, PM, APC
_STRINGS_ESC = "PX]^_"  # the same after an ESC


def sanitize(text: str) -> str:
    """`text` without escape sequences and control characters; line ends become `\\n`, plain text stays."""
    if FORBIDDEN.search(text) is None:
        return text
    sanitizer = Sanitizer()
    return sanitizer.push(text) + sanitizer.flush()


class Sanitizer:
    """`sanitize` for text that arrives in pieces: how it is cut never changes what comes out.

    A sequence that is open at the end of a chunk waits for the next one; `flush` ends the text. `\\r\\n` and
    a lone `\\r` are both a line end, so that words on either side are never glued together.
    """

    def __init__(self) -> None:
        self._state: Callable[[str], bool] | None = None  # None: plain text
        self._held: list[str] = []  # what an eight-bit string will show, should it prove to be no sequence
        self._after_return = False
        self._out: list[str] = []

    def push(self, chunk: str) -> str:
        """The safe part of what has become certain with this chunk."""
        position = 0
        while position < len(chunk):
            if self._state is None:
                position = self._plain(chunk, position)
            elif self._state(chunk[position]):
                position += 1
            else:  # the character does not belong to the sequence: look at it again as plain text
                self._state = None
        out = "".join(self._out)
        self._out.clear()
        return out

    def flush(self) -> str:
        """What was still held when the text ended; the sanitizer is as new afterwards."""
        held = "".join(self._held)
        self._held.clear()
        self._state, self._after_return = None, False
        return held

    # Each state takes one character and says whether it used it up.

    def _plain(self, chunk: str, start: int) -> int:
        """Copy up to the next character that needs thought, deal with it, return the position after it."""
        if self._after_return:
            self._after_return = False
            if chunk[start] == "\n":
                return start + 1
        found = FORBIDDEN.search(chunk, start)
        if found is None:
            self._out.append(chunk[start:])
            return len(chunk)
        self._out.append(chunk[start : found.start()])
        char = found.group()
        if char == _ESC:
            self._state = self._escape
        elif char == _CSI_8BIT:
            self._state = self._control
        elif char in _STRINGS_8BIT:
            self._state = self._string_8bit
        elif char == "\r":
            self._out.append("\n")
            self._after_return = True
        elif "\ud800" <= char <= "\udfff":
            self._out.append("\ufffd")
        return found.end()

    def _escape(self, char: str) -> bool:
        """After ESC: an introducer, intermediates, or the one character that ends a short sequence."""
        if char == "[":
            self._state = self._control
        elif char in _STRINGS_ESC:
            self._state = self._string
        elif "0" <= char <= "~" or char in (_CAN, _SUB):
            self._state = None
        else:
            return char == _ESC or " " <= char <= "/" or _ignored(char)
        return True

    def _control(self, char: str) -> bool:
        """Inside CSI: parameters and intermediates until a final character."""
        if "@" <= char <= "~" or char in (_CAN, _SUB):
            self._state = None
        elif char == _ESC:
            self._state = self._escape
        else:
            return " " <= char <= "?" or _ignored(char)
        return True

    def _string(self, char: str) -> bool:
        """Inside a string that ESC opened (OSC, DCS ...): dropped to its terminator or its line's end."""
        if char in "\n\r":
            return False
        if char == _ESC:  # ESC \ ends it; anything else after ESC is a new sequence: the same state
            self._state = self._escape
        elif char in (_BEL, _ST, _CAN, _SUB):
            self._state = None
        return True

    def _string_8bit(self, char: str) -> bool:
        """Inside what may be a string opened by one C1 character.

        Honest text has these too: a closing curly quote read with the wrong encoding ends in U+009D. So it is
        a sequence only if printable ASCII up to a terminator follows on the same line; otherwise it was text.
        """
        if char in (_BEL, _ST):
            self._state = None
            self._held.clear()
        elif char == _ESC:
            self._state = self._string_8bit_escape
        elif " " <= char <= "~":
            self._held.append(char)
        else:
            self._release()
            return False
        return True

    def _string_8bit_escape(self, char: str) -> bool:
        """After ESC inside an eight-bit string."""
        if char == "\\":
            self._state = None
            self._held.clear()
            return True
        self._release()
        self._state = self._escape
        return self._escape(char)

    def _release(self) -> None:
        self._out += self._held
        self._held.clear()


def _ignored(char: str) -> bool:
    """Controls that a terminal obeys without leaving the sequence; they are dropped, so staying is enough."""
    return char == _DEL or (char < " " and char not in "\t\n\r")
