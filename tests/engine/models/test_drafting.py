"""Drafting changes how long an answer takes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode

from engine.models.config import forward_flops
from engine.models.decoder import Decoder
from engine.models.drafting import Drafting, Lookup, _Line
from engine.models.generate import Tally, generate
from engine.models.sampling import Sampling, choose, race_times
from engine.models.tokenizer import ByteTokenizer
from tests.engine.models.test_transformer import TINY, random_model

TOKENIZER = ByteTokenizer()
CONFIG = replace(TINY, vocab_size=TOKENIZER.vocab_size, context=96)
CORE = random_model(CONFIG)
WRITER = Decoder(CORE)
GREEDY = Sampling(temperature=0, max_tokens=60)
LIVELY = Sampling(temperature=0.8, top_p=0.9, repeat_penalty=0.5, max_tokens=60)


class Bold:
    """Drafts without end: right, wrong or both by a pattern."""

    def __init__(self, truth: Sequence[int], wrong: Sequence[bool], length: int) -> None:
        self.truth, self.wrong, self.length = truth, wrong, length
        self.learned: list[tuple[int, int]] = []

    def propose(self, written: Sequence[int], sampling: Sampling, seed: int, most: int) -> list[int]:
        at = len(written)
        drafts = self.truth[at : at + min(self.length, most)]
        return [token ^ self.wrong[(at + i) % len(self.wrong)] for i, token in enumerate(drafts)]

    def learn(self, drafted: int, accepted: int, seconds: float) -> None:
        self.learned.append((drafted, accepted))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 50),
    wrong=st.lists(st.booleans(), min_size=1, max_size=7),
    length=st.integers(0, 6),
    sampling=st.sampled_from([GREEDY, LIVELY]),
)
def test_an_answer_is_the_same_whatever_was_drafted(
    seed: int, wrong: list[bool], length: int, sampling: Sampling
) -> None:
    sampling = replace(sampling, seed=seed)
    prompt = np.random.default_rng(seed).integers(0, 256, 10).tolist()
    alone, tally = Tally(), Tally()
    plain = list(generate(WRITER, TOKENIZER, prompt, sampling, tally=alone))
    cache = WRITER.new_cache()
    found = list(
        generate(WRITER, TOKENIZER, prompt, sampling, cache=cache, drafter=Bold(plain, wrong, length), tally=tally)
    )
    assert found == plain
    assert tally.accepted <= tally.drafted
    # What was paid beyond writing alone is what the refused drafts took.
    assert (tally.reading, alone.refused) == (alone.reading, 0.0)
    extra = tally.flops - tally.refused - alone.flops  # an accepted draft that happened to end the answer, if any
    assert extra == pytest.approx(0.0) or 0 < extra <= forward_flops(CONFIG, 1, past=CONFIG.context)
    if not any(wrong):
        assert length == 0 or len(plain) < 3 or tally.accepted > 0


def test_the_count_of_operations_is_that_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    read = Decoder._read
    monkeypatch.setattr(
        Decoder, "_read", lambda self, tokens, cache: (lengths.append(len(tokens)), read(self, tokens, cache))[1]
    )
    plain = list(generate(WRITER, TOKENIZER, [1, 2, 3, 4], GREEDY))
    lengths.clear()
    tally = Tally()
    with FlopCounterMode(display=False) as counter:
        drafter = Bold(plain, [False, True], 3)
        assert list(generate(WRITER, TOKENIZER, [1, 2, 3, 4], GREEDY, drafter=drafter, tally=tally)) == plain
    c = WRITER.config
    # torch counts attention into the future too, which is computed and thrown away: n(n - 1)/2 places a reading.
    future = sum(4 * c.layers * c.heads * c.head_width * n * (n - 1) / 2 for n in lengths)
    # And norms, which are dot products here: two a layer and one, and of each query and key where these are normed.
    norms = (2 * c.layers + 1) * c.width + c.qk_norm * c.layers * (c.heads + c.kv_heads) * c.head_width
    assert max(lengths) > 1 and tally.refused > 0
    assert counter.get_total_flops() == pytest.approx(tally.flops + future + 2 * norms * sum(lengths))


def test_the_transformer_itself_can_be_drafted_for() -> None:
    plain = list(generate(CORE, TOKENIZER, [1, 2, 3], GREEDY))
    drafter = Bold(plain, [False, False, True], 4)
    assert list(generate(CORE, TOKENIZER, [1, 2, 3], GREEDY, drafter=drafter)) == plain
    assert plain == list(generate(WRITER, TOKENIZER, [1, 2, 3], GREEDY))


def test_a_perfect_draft_is_accepted_whole_and_costs_few_readings() -> None:
    plain = list(generate(WRITER, TOKENIZER, [1], GREEDY))
    drafter = Bold(plain, [False], 5)
    tally = Tally()
    assert list(generate(WRITER, TOKENIZER, [1], GREEDY, drafter=drafter, tally=tally)) == plain
    assert all(accepted == drafted for drafted, accepted in drafter.learned)
    assert len(drafter.learned) <= len(plain) // 6 + 2


def test_a_model_that_drafts_for_itself_is_always_right() -> None:
    """The draft runs the same race as the writer: with the same probabilities it has the same winner."""
    drafting = Drafting(WRITER)
    drafted = 0
    for seed in range(12):
        tally = Tally()
        sampling = replace(LIVELY, seed=seed)
        plain = list(generate(WRITER, TOKENIZER, [5, 6], sampling))
        drafting.begin([5, 6])
        cache = WRITER.new_cache()
        assert plain == list(
            generate(WRITER, TOKENIZER, [5, 6], sampling, cache=cache, drafter=_Eager(drafting), tally=tally)
        )
        assert tally.drafted - tally.accepted <= 3, "only the answer's end cuts a draft short"
        drafted += tally.drafted
    assert drafted > 30


class _Eager:
    """A drafting that always asks its model for three, whether it pays or not."""

    def __init__(self, drafting: Drafting) -> None:
        self.drafting = drafting

    def propose(self, written: Sequence[int], sampling: Sampling, seed: int, most: int) -> list[int]:
        self.drafting.follow(written)
        return self.drafting.ask_model(written, sampling, seed, min(3, most)) if most > 0 else []

    def learn(self, drafted: int, accepted: int, seconds: float) -> None:
        pass


def drawn_from(logits_V: torch.Tensor, temperature: float, top_p: float) -> NDArray[np.float64]:
    """The distribution of a sampled token by its definition: the likeliest until their sum reaches `top_p`, made 1."""
    full = torch.softmax(logits_V.double() / temperature, dim=-1).numpy()
    order = np.argsort(-full, kind="stable")
    kept = order[: int(np.searchsorted(full[order].cumsum(), top_p)) + 1]
    drawn = np.zeros_like(full)
    drawn[kept] = full[kept] / full[kept].sum()
    return drawn


def test_sampled_tokens_have_the_cores_distribution_with_drafting_on() -> None:
    """Chi-square of the second token over many seeds against the exact distribution, where each second token was
    first drafted by another model."""
    changed = random_model(CONFIG)
    with torch.no_grad():
        for parameter in changed.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    other = Decoder(changed)
    sampling = Sampling(temperature=0.7, top_p=0.8, max_tokens=2)
    prompt = [9, 8, 7]
    with torch.inference_mode():
        start = int(CORE(torch.tensor([prompt]))[0, -1].argmax())
        expected = drawn_from(CORE(torch.tensor([[*prompt, start]]))[0, -1], 0.7, 0.8)
        drafted = drawn_from(other.logits(other.read([*prompt, start], other.new_cache()))[-1], 0.7, 0.8)
    cache, guess_cache = WRITER.new_cache(), other.new_cache()
    counts, agreed, trials = np.zeros(CONFIG.vocab_size), 0, 3000
    other_logits = other.logits(other.read([*prompt, start], guess_cache))[-1]
    logits = WRITER.logits(WRITER.read([*prompt, start], cache))[-1]
    for seed in range(trials):
        guess, token = (choose(each, [start], sampling, seed) for each in (other_logits, logits))
        counts[token] += 1
        agreed += guess == token
    likely = expected * trials >= 5
    rest = (~likely) & (expected > 0)
    observed = np.append(counts[likely], counts[rest].sum())
    wanted = np.append(expected[likely], expected[rest].sum()) * trials
    observed, wanted = observed[wanted > 0], wanted[wanted > 0]
    chi_square = float(((observed - wanted) ** 2 / wanted).sum())
    freedom = len(wanted) - 1
    assert chi_square < freedom + 4 * (2 * freedom) ** 0.5, "beyond four standard deviations"
    assert counts[expected == 0].sum() == 0
    overlap = float(np.minimum(expected, drafted).sum())
    assert agreed / trials >= overlap / (2 - overlap) - 0.05, "the race's promise (Daliri et al. 2024)"


def test_race_times_are_exponential_and_independent_of_each_other() -> None:
    times = np.stack([race_times(seed, 3, np.arange(50)) for seed in range(2000)])
    assert times.mean() == pytest.approx(1.0, abs=0.02)
    assert times.var() == pytest.approx(1.0, abs=0.05)
    correlations = np.corrcoef(times[:, :10].T) - np.eye(10)
    assert np.abs(correlations).max() < 0.1
    shifted = np.corrcoef(times[:, 0], [race_times(seed, 4, np.arange(1))[0] for seed in range(2000)])
    assert abs(shifted[0, 1]) < 0.1


def test_the_lookup_goes_on_where_the_text_went_on_before() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 7, 2, 3, 4])
    assert lookup.guess(3) == [5, 6, 7]
    lookup.extend([9])
    assert lookup.guess(3) == []
    lookup.extend([4, 5])
    assert lookup.guess(1) == [6]


def test_drafting_stops_where_it_does_not_pay_and_tries_again() -> None:
    drafting = Drafting()
    drafting.begin([1, 2, 3, 1, 2])
    drafting.learn(0, 0, 0.010)
    proposals = []
    for step in range(60):
        drafts = drafting.propose([], GREEDY, 0, 10)
        proposals.append(len(drafts))
        drafting.learn(len(drafts), 0, 0.012)
        if step == 20:
            assert proposals[-5:] == [0] * 5
    assert proposals[0] > 0
    assert sum(1 for count in proposals[20:] if count) in (1, 2)


def test_drafts_grow_when_they_are_right() -> None:
    drafting = Drafting()
    drafting.begin([*range(30), *range(30), *range(10)])
    drafting.learn(0, 0, 0.010)
    for _ in range(30):
        drafts = drafting.propose([], GREEDY, 0, 8)
        drafting.learn(len(drafts), len(drafts), 0.0105)
    assert len(drafts) == 8


def test_what_several_positions_cost_is_a_line_through_what_was_seen() -> None:
    line = _Line()
    assert line.at(2) == pytest.approx(0.4) and line.at(8) == pytest.approx(0.7), "the first guess"
    for jump, slope in ((0.1, 0.2), (0.8, 0.02)):
        for count in [1, 2, 4, 8] * 25:
            line.add(count, jump + slope * count)
        points = np.array([(2, 0.4), (8, 0.7), *((n, jump + slope * n) for n in [1, 2, 4, 8] * 25)])
        weights = np.array([1, 1, *0.9 ** np.arange(100)[::-1]]) ** 0.5
        expected = np.polyval(np.polyfit(points[:, 0], points[:, 1], 1, w=weights), [1, 8])
        assert [line.at(1), line.at(8)] == pytest.approx(expected, abs=0.02)
    for count in (1, 8) * 50:
        line.add(count, 9 - count)
    assert line.at(8) >= line.at(1) >= 0, "more positions never cost less"
