"""Check before speaking, with a writer whose every try is known."""

import threading
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from engine.context import Prompt, Segment
from engine.events import Attended, Checked, Wrote
from engine.models.generate import Tally
from engine.models.sampling import Sampling
from engine.speaking import LIVELY, Handover, Speaking, named_in, reads_whole_code, to_mention


class Script:
    """Writes one of the given texts at each try, a character a token."""

    def __init__(self, *texts: str, step: int = 3, sure: float = 0.0) -> None:
        self.texts, self.step, self.sure = list(texts), step, sure
        self.asked: list[tuple[list[int], Sampling]] = []
        self.cancel = threading.Event()

    def __call__(self, prompt: Prompt, sampling: Sampling) -> "Scripted":
        self.asked.append((prompt.ids, sampling))
        return Scripted(self.texts[min(len(self.asked), len(self.texts)) - 1], prompt, self)


class Scripted:
    def __init__(self, text: str, prompt: Prompt, script: Script) -> None:
        self.whole, self.prompt, self.script = text, prompt, script
        self.text, self.tokens, self.tally, self.draft_flops = "", list[int](), Tally(), 0.0
        self.looked, self.sure = 0.0, script.sure

    def __iter__(self) -> Iterator[Wrote]:
        for start in range(0, len(self.whole), self.script.step):
            if self.cancelled:
                return
            piece = self.whole[start : start + self.script.step]
            self.text += piece
            self.tokens += map(ord, piece)
            yield Wrote(piece, len(self.tokens), 1.0)

    @property
    def cancelled(self) -> bool:
        return self.script.cancel.is_set()

    @property
    def flops(self) -> float:
        return float(len(self.prompt.ids) + len(self.tokens))

    def attended(self) -> Attended:
        return Attended((("answer", float(len(self.tokens))),), 1, 1, 0.0)


PROMPT = Prompt([1, 2, 3], (), False)


def speaking(script: Script, tries: int = 3, mention: tuple[str, ...] = (), temperature: float = 0.0) -> Speaking:
    return Speaking(script, PROMPT, Sampling(temperature=temperature, max_tokens=1000, seed=7), tries, mention)  # type: ignore[arg-type]


GOOD = "```python\nx = 1\n```"
BAD = "```python\nx = (1\n```"


def test_prose_is_spoken_as_it_is_written_and_code_when_it_parses() -> None:
    said = speaking(Script("Set it. " + GOOD + " Done."))
    pieces = [piece for piece in said if isinstance(piece, Wrote)]
    assert said.text == "Set it. " + GOOD + " Done."
    assert "".join(piece.text for piece in pieces) == said.text
    assert pieces[0].text == "Set"
    assert any(GOOD in piece.text for piece in pieces), "the whole block at once"
    assert any(piece.text == "" for piece in pieces), "signs of life meanwhile"
    assert said.tokens == [ord(c) for c in said.text]


def test_code_that_does_not_parse_is_mended_from_its_last_line_on() -> None:
    script = Script("Set it.\n" + BAD + " bad end", ")\n``` good end")
    said = speaking(script)
    events = list(said)
    assert said.text == "Set it.\n```python\nx = (1)\n``` good end"
    assert [event for event in events if isinstance(event, Checked)] == [
        Checked(1, False, "line 1: '(' was never closed"),
        Checked(2, True, ""),
    ]
    (first, greedy), (second, lively) = script.asked
    right = "Set it.\n```python\nx = (1"
    assert first == PROMPT.ids
    assert second == [*PROMPT.ids, *map(ord, right)], "what was right is not written twice"
    assert (greedy.temperature, greedy.seed) == (0.0, 7)
    assert (lively.temperature, lively.seed) == (LIVELY, 8)
    assert lively.max_tokens == 1000 - len(right)
    assert said.flops > 2 * len(PROMPT.ids) + len(said.tokens), "what failed was paid for"
    assert said.attended().shares == (("answer", float(len(said.tokens))),)


def test_a_line_that_nothing_can_mend_ends_the_try_at_once() -> None:
    script = Script("```python\nx = 1\ndef f(:\n    pass\n```", "\ndef f():\n    pass\n```")
    said = speaking(script, temperature=0.0)
    list(said)
    assert said.text == "```python\nx = 1\ndef f():\n    pass\n```"
    assert "pass" not in said.writings[0].text


def test_who_is_stuck_goes_further_back_each_time() -> None:
    bad = "\nz = (\n```"
    script = Script("```python\nw = 0\nx = 1\ny = 2\nz = (\n```", bad, bad, bad, "\nx = 3\n```", step=1)
    said = speaking(script, tries=4)
    list(said)
    told = ["".join(map(chr, ids[len(PROMPT.ids) + 10 :])) for ids, _ in script.asked]
    assert told == ["", "w = 0\nx = 1\ny = 2\nz = (", "w = 0\nx = 1\ny = 2", "w = 0\nx = 1", "w = 0"]
    assert said.text == "```python\nw = 0\nx = 3\n```"


def test_what_never_comes_right_is_spoken_as_far_as_it_is_python() -> None:
    said = speaking(Script("Look:\n```python\nx = 1\ny = 2\nz = (\n```", "\nz = (\n```"), tries=2)
    checked = [event for event in said if isinstance(event, Checked)]
    assert said.text == "Look:\n```python\nx = 1\ny = 2\n```"
    assert [event.attempt for event in checked] == [1, 2, 3]
    assert not any(event.fine for event in checked)
    assert not said.sound


def test_however_a_fence_calls_python_it_is_cut_to_what_parses() -> None:
    for fence in ("```py", "```", "```Python3", "```python "):
        for end in ("", "\n```", "\n``` and so on"):
            stuck = f"\ny = (1{end}"
            said = speaking(Script(f"{GOOD}\nor\n{fence}\nx = 1{stuck}", stuck, step=1), tries=1)
            list(said)
            assert said.text == f"{GOOD}\nor\n{fence}\nx = 1\n```", (fence, end)
    listing = "```text\nx = 1\ny = (1"
    said = speaking(Script(listing, "", step=1), tries=1)
    list(said)
    assert said.text == listing, "what is no Python is not judged as Python"


def test_where_nothing_of_it_is_python_it_is_shown_as_it_came() -> None:
    said = speaking(Script(BAD, "\n```", step=1), tries=1)
    list(said)
    assert said.text.startswith("```python\nx = (1")


def test_code_without_an_end_is_ended_and_a_forgotten_name_asked_for_again() -> None:
    said = speaking(Script("```python\nx = 1\n", "\n```"))
    assert Checked(1, False, "the code does not end") in list(said)
    assert said.sound, "it came right"
    assert said.text == GOOD
    said = speaking(Script("It joins texts.", "`join` joins texts."), mention=("os.path.join",))
    assert Checked(1, False, "os.path.join is not mentioned") in list(said)
    assert said.text == "`join` joins texts."


def test_who_denies_what_a_memory_names_is_asked_again() -> None:
    said = speaking(Script("I do not have `join` in my memory.", "`join` joins texts."), mention=("os.path.join",))
    assert Checked(1, False, "os.path.join is in memory") in list(said)
    assert said.text == "`join` joins texts."
    said = speaking(Script("I do not have `join` in my memory."))
    assert not any(isinstance(event, Checked) for event in said)
    assert said.text == "I do not have `join` in my memory."


def test_going_round_in_circles_is_cut_and_written_on_from_there() -> None:
    script = Script("```python\nx = 1\n" + "print(x)\n" * 3, "```", step=1)
    said = speaking(script)
    assert Checked(1, False, "it goes round in circles") in list(said)
    assert said.text == "```python\nx = 1\nprint(x)\n```"


def test_without_room_for_another_line_nothing_is_tried() -> None:
    script = Script("```python\nx = 1\ny = [1,\n")
    said = Speaking(script, PROMPT, Sampling(max_tokens=len(script.texts[0])), 3)  # type: ignore[arg-type]
    list(said)
    assert len(script.asked) == 1
    assert said.text == GOOD and not said.sound


def test_other_languages_are_not_judged() -> None:
    said = speaking(Script("```bash\nls -la | wc (\n```"))
    assert not any(isinstance(event, Checked) for event in said)


def test_without_tries_everything_is_spoken_at_once() -> None:
    said = speaking(Script(BAD), tries=0)
    pieces = list(said)
    assert all(isinstance(piece, Wrote) and piece.text for piece in pieces)
    assert said.text == BAD


def test_cancelling_keeps_what_was_written_and_tries_no_more() -> None:
    script = Script("Hello " + BAD)
    said = speaking(script)
    for piece in said:
        if isinstance(piece, Wrote) and not piece.text:
            script.cancel.set()
    assert said.cancelled
    assert len(script.asked) == 1
    assert said.text.startswith("Hello ```")


@given(
    st.lists(st.sampled_from(["a ", "`x`", "``", "```", "\n", "```python\n", "x = 1\n", "(\n"]), max_size=12),
    st.integers(1, 7),
)
def test_whatever_is_written_ends_and_the_tokens_are_those_of_the_text(parts: list[str], step: int) -> None:
    said = speaking(Script("".join(parts), step=step), tries=2)
    pieces = [event.text for event in said if isinstance(event, Wrote)]
    assert "".join(pieces) == said.text
    told = "".join(map(chr, said.tokens))
    ended = said.text.endswith("```") and said.text.startswith(told.rstrip())
    assert said.text == told or ended, "a fence may be put after what came right"
    assert len(said.writings) <= 3


def test_names_to_mention_are_asked_for_and_known() -> None:
    memories = ["os.path.join(a, *p): Join two or more pathname components."]
    assert to_mention("what does os.path.join do", memories) == ["os.path.join"]
    assert to_mention("what does os.path.exists do", memories) == []
    assert to_mention("why does this fail?\nos.path.join(1)", memories) == []
    assert to_mention("what is a decorator", memories) == []


def handing_over(quick: Script, core: Script, doubt: float = 0.5) -> Speaking:
    other = Prompt([9, 9, 9, 9], (), False)
    handover = Handover(doubt, lambda: (core, other))  # type: ignore[arg-type,return-value]
    return Speaking(quick, PROMPT, Sampling(max_tokens=1000, seed=7), 3, (), handover)  # type: ignore[arg-type]


def test_code_that_its_writer_doubts_is_written_by_the_core() -> None:
    quick, core = Script(GOOD + " More.", sure=-0.6), Script("```python\nx = 2\n```")
    said = handing_over(quick, core)
    told = list(said)
    assert said.text == "```python\nx = 2\n```"
    assert [(one.attempt, one.fine) for one in told if isinstance(one, Checked)] == [(1, False), (2, True)]
    assert (said.prompt.ids, core.asked[0][0]) == ([9, 9, 9, 9], [9, 9, 9, 9])
    assert len(said.doubted) == 1
    assert said.doubted_flops == said.doubted[0].flops > 0
    assert said.flops == said.writings[0].flops, "the core's own"
    assert "More" not in said.doubted[0].text, "it need not write on"


STRAY = "```python\ndef f(a):\n    total = a\n    return b\n```"
MENDED = "```python\ndef f(a):\n    total = a\n    return total\n```"


def test_a_name_without_a_value_is_written_again_from_its_line_on() -> None:
    script = Script(STRAY, "\n    return total\n```")
    said = speaking(script)
    told = [one for one in said if isinstance(one, Checked)]
    assert said.text == MENDED
    assert [(one.fine, one.fault) for one in told] == [(False, "`b` has no value"), (True, "")]


def test_the_fast_path_hands_over_what_has_no_value_however_sure_it_is() -> None:
    core = Script(MENDED)
    said = handing_over(Script(STRAY, sure=0.0), core)
    list(said)
    assert (said.text, len(said.doubted)) == (MENDED, 1)


def test_a_name_of_the_persons_own_code_is_no_fault() -> None:
    asked = 'fix this\nb = 3  # not c\ndef f(a):\n    """Uses d."""\n    return b'
    assert "b" in named_in(asked) and not {"c", "d", "Uses"} & named_in(asked)
    assert named_in("write a function of b") == frozenset()
    said = Speaking(Script(STRAY), PROMPT, Sampling(max_tokens=1000, seed=7), 3, elsewhere=named_in(asked))  # type: ignore[arg-type]
    assert [one for one in said if isinstance(one, Checked)] == [] and said.text == STRAY


MIXED = "```python\nnow = datetime.now(timezone.utc)\n```"
IMPORTED = "```python\nfrom datetime import datetime\nnow = datetime.now()\n```"


def test_what_is_copied_from_code_that_runs_as_it_stands_gives_every_name_a_value() -> None:
    assert reads_whole_code([f"Current time\n{IMPORTED}", "A note without code"])
    assert not reads_whole_code([f"Current time\n{IMPORTED}", f"In UTC\n{MIXED}"])
    assert not reads_whole_code(["In a shell\n```bash\ndate\n```"]) and not reads_whole_code([])
    for whole, expected in ((True, IMPORTED), (False, MIXED)):
        script = Script(MIXED, IMPORTED.removeprefix("```python"))
        said = Speaking(script, PROMPT, Sampling(max_tokens=1000, seed=7), 3, whole=whole)  # type: ignore[arg-type]
        told = [one.fault for one in said if isinstance(one, Checked)]
        assert (said.text, told) == (expected, ["`datetime` has no value", ""] if whole else [])


def test_code_that_its_writer_trusts_and_prose_are_spoken() -> None:
    for quick in (Script(GOOD, sure=-0.4), Script("Just words.", sure=-9.0)):
        core = Script("never")
        said = handing_over(quick, core)
        list(said)
        assert (said.text, said.doubted, core.asked) == (quick.texts[0], [], [])


def test_what_was_spoken_already_is_not_taken_back() -> None:
    quick, core = Script("So: " + GOOD, sure=-9.0), Script("never")
    said = handing_over(quick, core)
    list(said)
    assert said.text == "So: " + GOOD


def test_what_was_copied_from_a_memory_is_counted_as_spoken() -> None:
    memory = [0, *map(ord, "join the texts")]
    prompt = Prompt([1, *memory, 2], (Segment("memory 1", 1, 1 + len(memory)), Segment("question", 15, 17)), False)
    said = Speaking(Script("To join the mice"), prompt, Sampling(max_tokens=100), 0)  # type: ignore[arg-type]
    assert list(said) and said.text == "To join the mice"
    assert said.copied == len(" the "), "what follows `join`, as far as it goes on so"
