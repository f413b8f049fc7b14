"""Check before speaking: a small model is cheap enough to try again.

Prose is spoken as it is written. A block of code is held back until it is whole and parses. As soon as a line is
written that no further line can make Python of, or that goes round in circles, the model goes back to before it and
writes on with some chance in it; the longer it is stuck the further back it goes. A function that reads a name which
nothing gives a value is no better. What is right is not written twice, so a try costs a line or two. After the last
try the code is spoken as far as it is Python. An answer from memory is held back until it names what was asked for, and
does not deny knowing what a memory names.

Code that the fast path finds unlikely itself, or that reads such a name, though nobody has seen it yet, is handed to
the core, which writes it anew. What a model thinks of its own words tells a good answer from a bad one far better than
what the router thinks of the question (`spark study router`; a cascade in the manner of Chen et al. 2023, "FrugalGPT").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.checking import blocks, code_fault, is_python, lost, owns_up, sound, stray, unbound, unmentioned
from engine.context import Prompt
from engine.events import Attended, Checked, Wrote
from engine.held import Held
from engine.memory.words import code_names
from engine.models.copying import Copies
from engine.models.loops import loop_start
from engine.models.sampling import Sampling
from engine.writing import Writing

LIVELY = 0.6
"""Least temperature of a second try: the first, most likely one has failed already."""

Write = Callable[[Prompt, Sampling], Writing]
"""Makes one attempt at continuing a prompt."""


@dataclass(frozen=True)
class Handover:
    """Who writes instead where code costs its own writer more than `doubt` nats a token; and what it reads."""

    doubt: float
    to: Callable[[], tuple[Write, Prompt]]


@dataclass(frozen=True)
class _Fault:
    """What is wrong with what is held, in words, and how many of its characters are right."""

    words: str
    right: int
    grave: bool = False
    """The core should write instead, where there is one that has not been asked."""


class Speaking:
    """An answer in the making: iterate for its pieces and for what the checks found; then ask what it took.

    `text` and `tokens` are what was spoken; `flops` counts every try.
    """

    def __init__(
        self,
        write: Write,
        prompt: Prompt,
        sampling: Sampling,
        tries: int = 0,
        mention: Sequence[str] = (),
        handover: Handover | None = None,
        elsewhere: frozenset[str] = frozenset(),
        whole: bool = False,
    ) -> None:
        """`mention`: names that the answer must speak of; `elsewhere`: names that the person's own code may define;
        `whole`: code must give every name a value, since what was read does."""
        self.prompt = prompt
        self.text = ""
        self.tokens: list[int] = []
        self.writings: list[Writing] = []
        self.doubted: list[Writing] = []
        """What was written and handed over."""
        self.looked = 0.0
        self._handover = handover
        self._write, self._sampling, self._tries, self._mention = write, sampling, tries, list(mention)
        self._elsewhere, self._whole = elsewhere, whole
        self._held = Held()
        self._gave_up = False

    def __iter__(self) -> Iterator[Wrote | Checked]:
        held = self._held
        failed = furthest = place = 0
        while True:
            fault = yield from self._attempt(failed)
            if doubt := self._doubt(fault):
                failed += 1
                yield Checked(failed, False, doubt)
                self._hand_over()
                fault = yield from self._attempt(0)
            if fault is None or self.cancelled:
                if failed and not self.cancelled:
                    yield Checked(failed + 1, True, "")
                break
            failed += 1
            yield Checked(failed, False, fault.words)
            if failed > self._tries or self._room < 1:
                self._gave_up = True
                self._make_sound()
                break
            place = fault.right if fault.right > furthest else min(fault.right, self._line_before(place))
            furthest = max(furthest, fault.right)
            held.cut(place)
        if held.text:
            yield self._speak(0.0)

    def _attempt(self, number: int) -> Generator[Wrote, None, _Fault | None]:
        """Write on from what was spoken and what is held; stops at the first fault."""
        held = self._held
        ids = [*self.prompt.ids, *self.tokens, *held.tokens]
        sampling = replace(self._sampling, max_tokens=self._room)
        if number:
            seed = None if sampling.seed is None else sampling.seed + number
            sampling = replace(sampling, temperature=max(LIVELY, sampling.temperature), seed=seed or number)
        writing = self._write(replace(self.prompt, ids=ids), sampling)
        self.writings.append(writing)
        taken = 0
        for piece in writing:
            held.add(piece.text, writing.tokens[taken:])
            taken = len(writing.tokens)
            if "\n" in piece.text or "`" in piece.text:
                fault = self._fault_so_far()
                if fault:
                    return fault
            if self._is_doubtful():
                return None
            if self._must_wait():
                yield self._wrote("", len(held.tokens), piece.tokens_per_s)
            else:
                yield self._speak(piece.tokens_per_s)
        return self._fault_at_end(loop_start(writing.tokens), len(writing.tokens))

    def _fault_so_far(self) -> _Fault | None:
        """Code that is closed and does not parse, or that no further line can mend."""
        if not self._tries:
            return None
        text = self._held.text
        if opening := self._held.opening:
            start, end = opening.end(), text.rfind("\n") + 1
            if is_python(opening[1].lower()) and end > start and (problem := lost(text[start:end])):
                return _Fault(problem, text.rfind("\n", 0, end - 1))
            return None
        for language, code in blocks(text):
            if not is_python(language):
                continue
            if problem := code_fault(code):
                return _Fault(problem, text.rindex("```") - 1)
            if found := (stray if self._whole else unbound)(code, self._elsewhere):
                name, line = found
                before = "".join(code.splitlines(keepends=True)[: line - 1])
                return _Fault(f"`{name}` has no value", text.rindex(code) + len(before) - 1, grave=True)
        return None

    def _fault_at_end(self, loop: int | None, written: int) -> _Fault | None:
        """What is wrong with an answer that has ended, its last `written` tokens from `loop` on going in circles."""
        held = self._held
        if not self._tries:
            return None
        if held.opening:
            if loop is not None and (kept := len(held.tokens) - (written - loop)) > 0:
                return _Fault("it goes round in circles", held.lengths[kept - 1])
            return _Fault("the code does not end", len(held.text.rstrip()))
        if missing := unmentioned(self.text + held.text, self._mention):
            return _Fault(f"{missing[0]} is not mentioned", 0)
        if self._denies():
            return _Fault(f"{self._mention[0]} is in memory", 0)
        return None

    def _doubt(self, fault: _Fault | None) -> str | None:
        """Why the core should write instead: a grave fault, or words that their own writer finds unlikely."""
        if self._is_doubtful():
            return f"it doubts its own words ({self.writings[-1].sure:.2f} nats a token)"
        return fault.words if fault and fault.grave and self._may_hand_over else None

    def _is_doubtful(self) -> bool:
        """Whether there is code of which nothing was spoken yet, and that its own writer finds unlikely."""
        if self._handover is None or not self._may_hand_over:
            return False
        return -self.writings[-1].sure > self._handover.doubt and bool(blocks(self._held.text))

    @property
    def _may_hand_over(self) -> bool:
        return self._handover is not None and not self.tokens and not self.cancelled

    def _hand_over(self) -> None:
        assert self._handover is not None
        self._write, self.prompt = self._handover.to()
        self._handover = None
        self.doubted, self.writings = self.writings, []
        self._held.cut(0)

    def _denies(self) -> bool:
        """Whether it says that it does not know what a memory names."""
        return bool(self._mention) and owns_up(self.text + self._held.text)

    def _line_before(self, place: int) -> int:
        """The end of the line before the one that ends at `place`, but not before the code begins."""
        text = self._held.text
        fence = text.rfind("```", 0, place)
        begin = text.find("\n", fence) + 1 if fence >= 0 else 0
        return max(text.rfind("\n", 0, max(place, 0)), begin)

    def _make_sound(self) -> None:
        """Leave out what is not Python at the end of code that did not come right."""
        held, opening = self._held, self._held.last_opening
        if opening is None or not is_python(opening[1].lower()):
            return
        if kept := sound(held.text[opening.end() :].partition("\n```")[0]).rstrip():
            right = f"{held.text[: opening.end()]}{kept}\n"
            held.cut(len(right))
            held.text = f"{right}```"

    def _must_wait(self) -> bool:
        """Code that has no end yet, what may become a fence, an answer that has not come to the point."""
        if not self._tries:
            return False
        text = self._held.text
        return (
            self._held.in_code
            or text.endswith("`")
            or self._denies()
            or bool(unmentioned(self.text + text, self._mention))
        )

    def _speak(self, tokens_per_s: float) -> Wrote:
        """What was held is said."""
        held, self._held.text = self._held.text, ""
        self.text += held
        self.tokens += self._held.tokens
        self._held.cut(0)
        return self._wrote(held, 0, tokens_per_s)

    def _wrote(self, text: str, held: int, tokens_per_s: float) -> Wrote:
        return Wrote(text, len(self.tokens) + held, tokens_per_s, self.drafted, self.accepted)

    @property
    def _room(self) -> int:
        """Tokens that may still be written."""
        return self._sampling.max_tokens - len(self.tokens) - len(self._held.tokens)

    @property
    def cancelled(self) -> bool:
        return bool(self.writings) and self.writings[-1].cancelled

    @property
    def sound(self) -> bool:
        """Whether nobody stopped it and it passed its checks in the end."""
        return not (self.cancelled or self._gave_up)

    @property
    def flops(self) -> float:
        return self.looked + sum(writing.flops for writing in self.writings)

    @property
    def retried(self) -> float:
        """What every try after the first took, guessing included."""
        return sum(writing.flops + writing.draft_flops for writing in self.writings[1:])

    @property
    def doubted_flops(self) -> float:
        return sum(writing.flops + writing.draft_flops for writing in self.doubted)

    @property
    def draft_flops(self) -> float:
        return sum(writing.draft_flops for writing in self.writings)

    @property
    def reading(self) -> float:
        return sum(writing.tally.reading for writing in self.writings)

    @property
    def refused(self) -> float:
        return sum(writing.tally.refused for writing in self.writings)

    @property
    def drafted(self) -> int:
        return sum(writing.tally.drafted for writing in self.writings)

    @property
    def accepted(self) -> int:
        return sum(writing.tally.accepted for writing in self.writings)

    @property
    def copied(self) -> int:
        """Spoken tokens that went on with a copy of a memory."""
        copies = Copies(self.prompt.memories)
        return sum(token in copies.after(self.tokens[:place]) for place, token in enumerate(self.tokens))

    def attended(self) -> Attended:
        """Where the spoken tokens looked, as if written in one go."""
        whole = self._write(self.prompt, self._sampling)
        whole.tokens = list(self.tokens)
        attended = whole.attended()
        self.looked = whole.looked
        return attended


_QUOTED = re.compile(r"(\"\"\"|\'\'\')[\s\S]*?\1|\"[^\"\n]*\"|'[^'\n]*'|#.*")


def named_in(question: str) -> frozenset[str]:
    """The names in code that was pasted, outside its strings and comments: what an answer may use without a word."""
    return frozenset(re.findall(r"[^\W\d]\w*", _QUOTED.sub(" ", question))) if "\n" in question.strip() else frozenset()


def reads_whole_code(memories: Sequence[str]) -> bool:
    """Whether there is code to read, all of which runs as it stands: then what is copied from two of them must, too."""
    read = [code for memory in memories for language, code in blocks(memory) if is_python(language)]
    return bool(read) and not any(code_fault(code) or stray(code) for code in read)


def to_mention(question: str, memories: Sequence[str]) -> list[str]:
    """The names that a question asks about and a memory knows: an answer that reads the memory speaks of them.

    Pasted code mentions names by the way, so only a question of one line asks about its names.
    """
    if "\n" in question.strip():
        return []
    known = set(re.findall(r"\w+", " ".join(memories).lower()))
    return [name for name in sorted(code_names(question)) if name.rsplit(".", 1)[-1].lower() in known]
