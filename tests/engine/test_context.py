"""The prompt format: what the models read, within a budget, with nothing smuggled in."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assets import asset
from engine.context import LONGEST_TOKEN, MEMORY_TOKENS, build_prompt, ends, prompt_ids
from engine.models.tokenizer import BytePairTokenizer, ByteTokenizer

T = ByteTokenizer()
texts = st.text(max_size=300)


def test_the_layout_is_memories_then_earlier_turns_then_the_question() -> None:
    ids = prompt_ids(T, "q", memories=["m1", "m2"], history=[("a", "b")])
    assert ids == [
        T.bos,
        *(T.memory, *b"m1"),
        *(T.memory, *b"m2"),
        *(T.user, *b"a", T.spark, *b"b", T.end),
        *(T.user, *b"q", T.spark),
    ]


def test_segments_name_every_token_but_the_first() -> None:
    prompt = build_prompt(T, "question", ["m1", "m2"], [("a", "b")])
    assert [segment.label for segment in prompt.segments] == ["memory 1", "memory 2", "earlier", "question"]
    covered = [i for segment in prompt.segments for i in range(segment.start, segment.stop)]
    assert covered == list(range(1, len(prompt.ids)))


@settings(deadline=None)
@given(texts, st.lists(texts, max_size=3), st.lists(st.tuples(texts, texts), max_size=3), st.integers(8, 400))
def test_the_budget_holds_and_the_question_is_always_asked(
    text: str, memories: list[str], history: list[tuple[str, str]], budget: int
) -> None:
    prompt = build_prompt(T, text, memories, history, budget)
    assert len(prompt.ids) <= budget
    assert prompt.ids[0] == T.bos and prompt.ids[-1] == T.spark
    assert prompt.ids.count(T.bos) == 1
    assert prompt.ids.count(T.memory) <= len(memories)
    asked = bytes(t for t in prompt.ids[prompt.segments[-1].start + 1 : -1])
    whole = text.encode()
    assert asked == whole or (prompt.shortened and whole.startswith(asked[:1]) and whole.endswith(asked[-1:]))


def test_a_long_question_keeps_its_beginning_and_its_end() -> None:
    prompt = build_prompt(T, "BEGIN" + "x" * 5000 + "ValueError: END", budget=100)
    asked = T.decode(prompt.ids)
    assert asked.startswith("BEGIN") and asked.endswith("ValueError: END") and prompt.shortened


def test_of_a_huge_question_only_the_ends_are_cut_into_tokens() -> None:
    tokenizer = BytePairTokenizer.load(asset("bundle", "tokenizer.json"))
    assert max(len(tokenizer.token_bytes(token)) for token in range(tokenizer.vocab_size)) <= LONGEST_TOKEN
    huge = "BEGIN\n" + "".join(f"line {number} of a log\n" for number in range(10_000)) + "END"
    assert len(ends(huge, 100)) < len(huge)
    told = tokenizer.encode(huge)
    asked = build_prompt(tokenizer, huge, [huge], budget=100).ids[2:-1]
    assert asked == told[:32] + told[-65:]
    assert build_prompt(tokenizer, "q", [huge]).ids[2 : 2 + MEMORY_TOKENS] == told[:MEMORY_TOKENS]
    assert build_prompt(T, " " * 20_000, budget=100).shortened


def test_a_memory_is_cut_and_the_latest_turns_win() -> None:
    ids = prompt_ids(T, "q", memories=["x" * 1000])
    assert ids.count(ord("x")) == MEMORY_TOKENS
    crowded = build_prompt(T, "q", history=[("old" * 20, "."), ("new", ".")], budget=20)
    assert b"new" in bytes(t for t in crowded.ids if t < 256) and b"old" not in bytes(t for t in crowded.ids if t < 256)
