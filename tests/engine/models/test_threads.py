"""Small models run on one thread, large ones on all, and whoever comes after finds what was set before."""

from __future__ import annotations

import torch

from engine.models.config import ModelConfig
from engine.models.decoder import Decoder
from engine.models.threads import ALL, LARGE, sharing, threads_for
from engine.models.transformer import Transformer


def test_the_number_of_threads_is_put_back_also_after_a_failure() -> None:
    before = torch.get_num_threads()
    try:
        with sharing(before + 1):
            assert torch.get_num_threads() == before + 1
            raise KeyError
    except KeyError:
        pass
    assert torch.get_num_threads() == before


def test_only_a_large_model_gets_all_threads() -> None:
    assert threads_for(LARGE - 1) == 1 and threads_for(LARGE) == ALL
    model = Transformer(ModelConfig(64, 2, 32, heads=4, kv_heads=2, mlp_width=64, context=32))
    small = Decoder(model)
    matrices = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    assert small.bytes_a_token == 4 * sum(matrix.numel() for matrix in matrices)
    assert small.threads == 1 and Decoder(model, threads=3).threads == 3
    seen: list[int] = []
    small._head, head = lambda x: seen.append(torch.get_num_threads()) or head(x), small._head
    with sharing(2):
        small.logits(small.read([1, 2], small.new_cache()))
        assert seen == [1] and torch.get_num_threads() == 2
