"""Each observer against its definition, computed again by other means: hooks on a naive attention, plain loops."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.assets import asset
from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.tokenizer import BytePairTokenizer, ByteTokenizer
from engine.models.transformer import Transformer
from tests.train.tiny_runs import TOKENIZER, of_kind, tiny_mixture, tiny_model, tiny_options, tiny_rows
from train.events import Observed
from train.observers import NAMES, OBSERVERS, Looks
from train.observers.attention_distance import AttentionDistance
from train.observers.attention_entropy import AttentionEntropy
from train.observers.duplicate_token import DuplicateToken
from train.observers.effective_rank import EffectiveRank
from train.observers.embedding_pairs import EmbeddingPairs
from train.observers.first_token import FirstToken
from train.observers.induction_gain import InductionGain
from train.observers.induction_heads import InductionHeads
from train.observers.logit_lens import LogitLens
from train.observers.neighbours import Neighbours
from train.observers.previous_token import PreviousToken
from train.observers.probe import Probe, make_probe
from train.observers.thumbnails import SIDE, Thumbnails
from train.observers.token_kinds import TokenKinds, kinds_of
from train.observers.view import View
from train.observers.writing import Writing, Written, brackets_match, indentation_valid, parses
from train.samples import Prompt
from train.thumbnail import draw, read
from train.trainer import train

CONFIG = ModelConfig(TOKENIZER.vocab_size, layers=2, width=32, heads=4, kv_heads=2, mlp_width=64, context=96)


@pytest.fixture(scope="module")
def model() -> Transformer:
    """Weights large enough that no head attends evenly."""
    made = Transformer(CONFIG).initialize(0)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(5)
        for parameter in made.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return made


@pytest.fixture(scope="module")
def probe() -> Probe:
    return make_probe(ByteTokenizer(), CONFIG.context)


@pytest.fixture(scope="module")
def view(model: Transformer, probe: Probe) -> View:
    return View(model, probe)


def naive_attention(model: Transformer, tokens_BT: Tensor) -> list[Tensor]:
    """[B, H, T, T] of each layer, from what hooks see go into each attention, one row at a time."""
    seen: list[Tensor] = []
    hooks = [
        block.attention.register_forward_hook(lambda module, args, out: seen.append(args[0])) for block in model.blocks
    ]
    with torch.no_grad():
        model(tokens_BT)
    for hook in hooks:
        hook.remove()
    found = []
    for block, normed in zip(model.blocks, seen, strict=True):
        attention = block.attention
        batch, length, _ = normed.shape
        weights = torch.zeros(batch, attention.heads, length, length)
        for b in range(batch):
            for head in range(attention.heads):
                group = head // (attention.heads // attention.kv_heads)
                rows = []
                for matrix, norm, which in (
                    (attention.query.weight, attention.query_norm.weight, head),
                    (attention.key.weight, attention.key_norm.weight, group),
                ):
                    width = attention.head_width
                    part = normed[b] @ matrix[which * width : (which + 1) * width].T
                    part = part / (part.pow(2).mean(-1, keepdim=True) + CONFIG.norm_eps).sqrt() * norm
                    half = width // 2
                    turned = torch.zeros_like(part)
                    for t in range(length):
                        for i in range(half):
                            angle = t * CONFIG.rope_base ** (-i / half)
                            turned[t, i] = part[t, i] * math.cos(angle) - part[t, i + half] * math.sin(angle)
                            turned[t, i + half] = part[t, i + half] * math.cos(angle) + part[t, i] * math.sin(angle)
                    rows.append(turned)
                q, k = rows
                for i in range(length):
                    weights[b, head, i, : i + 1] = torch.softmax(k[: i + 1] @ q[i] / math.sqrt(width), dim=0)
        found.append(weights.detach())
    return found


@pytest.fixture(scope="module")
def on_text(model: Transformer, probe: Probe) -> list[Tensor]:
    return [layer[0] for layer in naive_attention(model, probe.tokens[None])]


@pytest.fixture(scope="module")
def on_repeats(model: Transformer, probe: Probe) -> list[Tensor]:
    return naive_attention(model, probe.repeated)


def expect(figures: dict[str, float], by_layer_and_head: dict[str, float]) -> None:
    assert {name: figures[name] for name in by_layer_and_head} == pytest.approx(by_layer_and_head, abs=2e-5)


def heads(weights: list[Tensor], score) -> dict[str, float]:
    return {
        f"{layer + 1}.{head + 1}": score(weights[layer].select(-3, head))
        for layer in range(len(weights))
        for head in range(weights[layer].shape[-3])
    }


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_entropy_is_that_of_each_row_against_the_most_it_can_be(view: View, on_text: list[Tensor]) -> None:
    def score(rows: Tensor) -> float:
        entropies = [-sum(p * math.log(p) for p in row.tolist() if p > 0) for row in rows]
        return mean([entropies[i] / math.log(i + 1) for i in range(1, len(rows))])

    figures = AttentionEntropy().observe(view).figures
    expect(figures, heads(on_text, score))
    assert max(figures.values()) - min(figures.values()) > 0.01


def test_first_token_distance_and_previous_token(view: View, on_text: list[Tensor]) -> None:
    expect(FirstToken().observe(view).figures, heads(on_text, lambda w: mean([float(row[0]) for row in w[1:]])))
    previous = heads(on_text, lambda w: mean([float(w[i, i - 1]) for i in range(1, len(w))]))
    expect(PreviousToken().observe(view).figures, previous)
    distance = heads(
        on_text, lambda w: mean([sum(float(w[i, j]) * (i - j) for j in range(i + 1)) for i in range(1, len(w))])
    )
    assert AttentionDistance().observe(view).figures == pytest.approx(distance, rel=1e-4)


def test_duplicate_and_induction_scores(view: View, probe: Probe, on_repeats: list[Tensor]) -> None:
    period = probe.period
    assert torch.equal(probe.repeated[:, 1 : 1 + period], probe.repeated[:, 1 + period :])
    second = range(1 + period, 1 + 2 * period)

    def at(back: int):
        return lambda w: mean([float(w[row, i, i - back]) for row in range(len(w)) for i in second])

    expect(DuplicateToken().observe(view).figures, heads(on_repeats, at(period)))
    figures = InductionHeads().observe(view).figures
    expect(figures, heads(on_repeats, at(period - 1)))
    assert figures["best"] == max(value for name, value in figures.items() if name != "best")


def test_thumbnails_are_the_first_positions(view: View, on_text: list[Tensor]) -> None:
    found = Thumbnails().observe(view)
    assert set(found.maps) == {f"{layer}.{head}" for layer in (1, 2) for head in (1, 2, 3, 4)}
    picture = torch.tensor(read(found.maps["2.3"]))
    assert torch.allclose(picture, on_text[1][2, :SIDE, :SIDE], atol=1 / 126 + 1e-4)
    assert found.words["tokens"][1:4] == ["d", "e", "f"]


def test_pictures_there_and_back() -> None:
    rows = [[0.0, 1.0], [0.5, 0.25]]
    for row, back in zip(rows, read(draw(rows)), strict=True):
        assert back == pytest.approx(row, abs=1 / 126)
    assert read("123") == read("ab!d") == []


def test_induction_gain_of_a_model_that_copies(model: Transformer, probe: Probe) -> None:
    class Copier(View):
        """Knows what came last time, and nothing else."""

        @property
        def repeated_losses(self) -> Tensor:  # type: ignore[override]
            half = probe.period
            return torch.tensor([[5.0] * half + [9.0] + [0.25] * (half - 1)] * 4)

    figures = InductionGain().observe(Copier(model, probe)).figures
    assert figures == {"first": 5.0, "second": 0.25, "gain": 4.75}


def test_losses_of_repeats_are_the_models_own(model: Transformer, probe: Probe, view: View) -> None:
    with torch.no_grad():
        chances = torch.softmax(model(probe.repeated)[1], dim=-1)
    for at in (0, 3, probe.period + 2):
        true = int(probe.repeated[1, at + 1])
        assert float(view.repeated_losses[1, at]) == pytest.approx(-math.log(float(chances[at, true])), rel=1e-4)


def test_logit_lens_ends_in_the_models_own_answer(model: Transformer, probe: Probe, view: View) -> None:
    seen: list[Tensor] = []
    hooks = [block.register_forward_hook(lambda m, a, out: seen.append(out)) for block in model.blocks]
    with torch.no_grad():
        final = model(probe.tokens[None])[0]
    for hook in hooks:
        hook.remove()
    figures = LogitLens().observe(view).figures
    with torch.no_grad():
        x = seen[0][0]
        normed = x / (x.pow(2).mean(-1, keepdim=True) + CONFIG.norm_eps).sqrt() * model.norm.weight
        first = normed @ model.embedding.weight.T
    for layer, scores in ((1, first), (2, final)):
        wanted = probe.tokens[1:].tolist()
        losses = [-float(torch.log_softmax(scores[t], 0)[token]) for t, token in enumerate(wanted)]
        ranks = sorted(
            1 + sum(v > float(scores[t, token]) for v in scores[t].tolist()) for t, token in enumerate(wanted)
        )
        assert figures[f"loss.{layer}"] == pytest.approx(mean(losses), rel=1e-4)
        assert figures[f"rank.{layer}"] == ranks[(len(ranks) - 1) // 2]


def test_embedding_pairs_neighbours_and_rank(model: Transformer, view: View) -> None:
    table = model.embedding.weight.detach()

    def cosine(a: Tensor, b: Tensor) -> float:
        return float(sum(a * b) / (sum(a * a).sqrt() * sum(b * b).sqrt()))

    figures = EmbeddingPairs().observe(view).figures
    assert figures["(/)"] == pytest.approx(cosine(table[ord("(")], table[ord(")")]), abs=1e-5)
    assert "for/while" not in figures  # a byte tokenizer has no such tokens

    neighbours = Neighbours()
    found = neighbours.observe(view)
    assert "overlap" not in found.figures
    others = sorted((i for i in range(256) if i != ord("(")), key=lambda i: -cosine(table[ord("(")], table[i]))
    assert found.words["("] == [TOKENIZER.decode([i]).strip() for i in others[:4]]
    assert neighbours.observe(view).figures["overlap"] == 1.0
    moved = Transformer(CONFIG).initialize(3)
    asked = [*dict.fromkeys(view.probe.tokens.tolist()), *range(256)]
    asked = list(dict.fromkeys(token for token in asked if token < 256))

    def ten(of: Transformer, token: int) -> set[int]:
        rows = of.embedding.weight.detach()[:256].double()
        by_cosine = torch.cosine_similarity(rows, rows[token][None]).tolist()
        return set(sorted((i for i in range(256) if i != token), key=lambda i: -by_cosine[i])[:10])

    kept = mean([len(ten(model, token) & ten(moved, token)) / 10 for token in asked])
    overlap = neighbours.observe(View(moved, view.probe)).figures["overlap"]
    assert overlap < 0.3 and overlap == pytest.approx(kept, abs=0.002)

    values = torch.linalg.svdvals(table.double())
    shares = (values / values.sum()).tolist()
    rank = EffectiveRank().observe(view).figures
    assert rank["embedding"] == pytest.approx(math.exp(-sum(s * math.log(s) for s in shares)), rel=1e-4)
    assert rank["width"] == 32


def test_kinds_of_tokens() -> None:
    pieces = ("", "def", " add", "(", "a", ")", ":", "\n    ", '"""', "Sum", '."""', "\n    ", "return", " a", " +",
              " 12", " +", " len", "(", "'x'", ")", "\n")  # fmt: skip
    kinds = kinds_of(pieces)
    assert dict(zip(range(len(pieces)), kinds, strict=True)) == dict(
        enumerate(
            ["", "keyword", "name first seen", "operator", "name first seen", "operator", "operator", "indent",
             "docstring", "docstring", "docstring", "indent", "keyword", "name repeated", "operator", "number",
             "operator", "name first seen", "operator", "string", "operator", "indent"]
        )
    )  # fmt: skip


def test_loss_of_a_kind_is_the_mean_of_its_tokens(view: View) -> None:
    kinds = kinds_of(view.probe.pieces)[1:]
    losses = view.probe_losses.tolist()
    figures = TokenKinds().observe(view).figures
    for kind in ("keyword", "operator"):
        assert figures[kind] == pytest.approx(
            mean([loss for loss, k in zip(losses, kinds, strict=True) if k == kind]), rel=1e-5
        )
        best = [int(scores.argmax()) for scores in view.probe_logits[:-1]]
        hits = [
            float(first == true)
            for first, true, k in zip(best, view.probe.tokens.tolist()[1:], kinds, strict=True)
            if k == kind
        ]
        assert figures[f"{kind} right"] == pytest.approx(mean(hits))


def test_the_pairs_that_matter_are_single_tokens_of_the_shipped_tokenizer() -> None:
    tokenizer = BytePairTokenizer.load(asset("bundle", "tokenizer.json"))
    shipped = Transformer(replace(CONFIG, vocab_size=tokenizer.vocab_size)).initialize(0)
    figures = EmbeddingPairs().observe(View(shipped, make_probe(tokenizer, CONFIG.context))).figures
    assert {"for/while", "(/)", "def/class"} <= set(figures)


@pytest.mark.parametrize(
    ("prompt", "text", "brackets", "indented", "python"),
    [
        ("def f(", "a):\n    return (a)\n", True, True, True),
        ("def f(", "a:\n    return a\n", False, True, False),
        ("def f(", "a]:\n    return a\n", False, True, False),
        ("def f():", "\n    return ')'\n", None, True, True),
        ("def f():", "\nreturn 1\n", None, False, False),
        ("def f():", "\n    if x:\n        y = (1,\n  2)\n    return y\n", True, True, True),
        ("def f():", "\n    x = 1\n      y = 2\n", None, False, False),
        ("def f():", "\n    if x:\n        y = 1\n   z = 1\n", None, False, False),
        ("def f():", "", None, True, None),
    ],
)
def test_what_is_written_is_judged(
    prompt: str, text: str, brackets: bool | None, indented: bool, python: bool | None
) -> None:
    assert (brackets_match(prompt, text), indentation_valid(prompt + text), parses(prompt, text)) == (
        brackets, indented, python,
    )  # fmt: skip


def test_longest_copy_against_every_run(tmp_path: Path) -> None:
    rows = tiny_rows("text", "def add(a, b):\n    return a + b\n" * 9)
    writing = Writing([rows], TOKENIZER)
    text = "x = add(a, b):\n    retur a"
    whole = [TOKENIZER.decode(row) for row in rows.tokens.tolist()]
    longest = max(
        j - i for i in range(len(text)) for j in range(i, len(text) + 1) if any(text[i:j] in row for row in whole)
    )
    assert writing.longest_copy(text) == longest > 10
    figures = writing.observe([Written("def f(", "a):\n    return a\n"), Written("q", "so ]", code=False)]).figures
    copied = writing.longest_copy("a):\n    return a\n")
    assert figures == {"brackets": 1.0, "indentation": 1.0, "parses": 1.0, "longest copy": float(copied)}


def test_gradients_weights_and_updates_in_a_run(tmp_path: Path) -> None:
    model = tiny_model()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    events = list(train(model, tiny_mixture(), tiny_options(1, observe_every=1), tmp_path))
    found = {event.observer: event.figures for event in of_kind(events, Observed)}
    assert set(found) == {"gradients", "weights", "updates"}  # no tokenizer, so no text to look at
    after = dict(model.named_parameters())
    for part in ("embedding", "blocks.1"):
        names = [name for name in after if name.startswith(f"{part}.")]
        size = sum(float(after[name].detach().pow(2).sum()) for name in names) ** 0.5
        change = sum(float((after[name].detach() - before[name]).pow(2).sum()) for name in names) ** 0.5
        assert found["weights"][part] == pytest.approx(size, rel=1e-4)
        assert found["updates"][part] == pytest.approx(change / size, rel=1e-4)
    again = tiny_model()
    batch = tiny_mixture().batch(0, 4)
    again.train()
    scores = again(batch.inputs)
    torch.nn.functional.cross_entropy(scores.flatten(0, 1), batch.targets.flatten()).backward()
    norm = float(torch.nn.utils.clip_grad_norm_(again.parameters(), 1.0))
    assert norm > 0
    assert found["gradients"]["embedding"] == pytest.approx(float(again.embedding.weight.grad.norm()), rel=1e-4)
    of_block = torch.cat([p.grad.flatten() for p in again.blocks[1].parameters() if p.grad is not None])
    assert found["gradients"]["blocks.1"] == pytest.approx(float(of_block.norm()), rel=1e-4)


def test_observers_change_nothing_and_can_be_switched_off(tmp_path: Path) -> None:
    def run(folder: str, **changes: object) -> tuple[list[Tensor], list[str]]:
        model = tiny_model()
        options = tiny_options(4, observe_every=2, sample_every=2, sample_tokens=6, **changes)
        events = list(
            train(model, tiny_mixture(), options, tmp_path / folder, tokenizer=TOKENIZER, prompts=[Prompt("def a")])
        )
        return list(model.parameters()), [event.observer for event in of_kind(events, Observed)]

    on, seen = run("on")
    assert set(seen) == set(NAMES)
    off, unseen = run("off", without=("all",))
    assert unseen == []
    assert all(torch.equal(a, b) for a, b in zip(on, off, strict=True))
    _, some = run("some", without=("attention", "writing"))
    assert set(some) == set(NAMES) - {"attention", "writing"}
    with pytest.raises(SparkError, match="no observer 'mind'"):
        Looks(tiny_model(), None, ["mind"])
    assert len({observer.name for observer in OBSERVERS}) == len(OBSERVERS)
    assert all(observer.question.endswith("?") for observer in OBSERVERS)
