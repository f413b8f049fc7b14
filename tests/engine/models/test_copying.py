"""What was read is likelier to be said again, once enough of it has been."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.context import build_prompt
from engine.models.copying import LEAST, MOST, MOST_IN_CODE, Copies
from engine.models.sampling import Sampling, choose, favour_copies
from engine.models.tokenizer import ByteTokenizer
from engine.writing import copies_of

TOKENS = st.integers(0, 5)


def test_a_copy_counts_from_the_fourth_token_on_and_more_the_longer_it_is() -> None:
    memory = list(range(100, 130))
    copies = Copies([memory])
    assert copies.after([]) == {}
    assert copies.after(memory[:3]) == {}
    assert copies.after(memory[:4]) == {104: 1}
    assert copies.after(memory[2:8]) == {108: 3}
    assert copies.after(memory[:20]) == {120: MOST}
    in_code = Copies([memory], in_code=[[False] * 20 + [True] * 10])
    assert in_code.after(memory[:19]) == {119: MOST}
    assert in_code.after(memory[:20]) == {120: MOST_IN_CODE}
    assert copies.after([*memory[:6], 7]) == {}
    assert copies.after(memory) == {}, "nothing follows the end of a memory"


def test_two_memories_that_begin_alike_are_both_favoured_and_the_longer_copy_more() -> None:
    copies = Copies([[1, 2, 3, 4, 5, 8], [2, 3, 4, 5, 9]])
    assert copies.after([1, 2, 3, 4, 5]) == {8: 2, 9: 1}


def test_what_was_written_in_an_earlier_go_belongs_to_the_copy() -> None:
    assert Copies([[1, 2, 3, 4, 5]], answered=[1, 2, 3]).after([4]) == {5: 1}


def test_memories_are_not_joined() -> None:
    assert Copies([[1, 2, 3, 4], [5, 6]]).after([1, 2, 3, 4]) == {}


@given(st.lists(st.lists(TOKENS, max_size=20), max_size=3), st.lists(TOKENS, max_size=20))
def test_as_found_by_looking_everywhere(memories: list[list[int]], written: list[int]) -> None:
    longest: dict[int, int] = {}
    for memory in memories:
        for end in range(1, len(memory)):
            for length in range(LEAST, min(end, len(written)) + 1):
                if memory[end - length : end] == written[-length:]:
                    best = max(longest.get(memory[end], 0), min(length - LEAST + 1, MOST))
                    longest[memory[end]] = best
    assert Copies(memories).after(written) == longest


def test_the_bonus_moves_the_choice_and_only_where_it_is_a_copy() -> None:
    logits_V = torch.tensor([0.0, 2.0, 0.0, 0.0, 0.0, 0.0])
    copies, greedy = Copies([[1, 2, 3, 4, 5]]), Sampling(temperature=0.0, copy_bonus=3.0)
    assert choose(logits_V, [1, 2, 3, 4], greedy, 0, copies) == 5
    assert choose(logits_V, [2, 3, 4], greedy, 0, copies) == 1
    assert choose(logits_V, [1, 2, 3, 4], Sampling(temperature=0.0), 0, copies) == 1
    assert torch.equal(logits_V, torch.tensor([0.0, 2.0, 0.0, 0.0, 0.0, 0.0])), "the model's own logits stay"
    assert favour_copies(logits_V, [1, 2, 3, 4], copies, 3.0).tolist() == [0.0, 2.0, 0.0, 0.0, 0.0, 3.0]


def test_code_in_a_memory_is_known_by_its_fences() -> None:
    tokenizer = ByteTokenizer()
    prompt = build_prompt(tokenizer, "how", ["Sort it.\n```python\nsorted(rows)\n```\nThen go on so."])
    copies = copies_of(prompt, tokenizer)
    assert copies.after(tokenizer.encode("python\nsorted(row")) == {ord("s"): MOST_IN_CODE}
    assert copies.after(tokenizer.encode("Then go on s")) == {ord("o"): MOST}
