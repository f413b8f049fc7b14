"""Bundles: whole ones open, every other one is named and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from engine.assets import asset
from engine.bundle import Bundle, bundles, write_index
from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from engine.reflex import fast_fingerprint, router_of
from engine.routing.assessment import load_head, save_head
from engine.settings import Home
from tests.engine.tiny import tiny_bundle
from train.assemble import assemble, mean_model, newest_model


def test_a_bundle_opens_and_its_parts_belong_together(tmp_path: Path) -> None:
    bundle = Bundle.load(tiny_bundle(tmp_path / "tiny"))
    assert bundle.name == "tiny"
    assert bundle.core().config.width == 32 and bundle.fast().config.width == 16
    assert bundle.core().config.vocab_size == bundle.tokenizer.vocab_size


def test_the_shipped_bundle_comes_first_and_those_of_the_home_follow(tmp_path: Path) -> None:
    tiny_bundle(tmp_path / "bundles" / "mine")
    (tmp_path / "bundles" / "half-made").mkdir()
    assert list(bundles(Home(tmp_path))) == ["default", "mine"]


@pytest.mark.parametrize("index", ["", "[]", '{"name": "x"}', '{"format": 99, "name": "x"}'])
def test_an_index_that_makes_no_sense_is_refused(tmp_path: Path, index: str) -> None:
    folder = tiny_bundle(tmp_path / "tiny")
    (folder / "bundle.json").write_text(index)
    with pytest.raises(SparkError, match="bundle"):
        Bundle.load(folder)


def test_a_model_of_another_vocabulary_is_refused(tmp_path: Path) -> None:
    folder = tiny_bundle(tmp_path / "tiny")
    save_model(folder / "core.safetensors", Transformer(ModelConfig(99, 1, 8, 2, 2, 8)))
    with pytest.raises(SparkError, match="do not belong together"):
        Bundle.load(folder).core()


def test_weights_that_were_cut_off_are_named_with_a_way_out(tmp_path: Path) -> None:
    folder = tiny_bundle(tmp_path / "tiny")
    core = folder / "core.safetensors"
    core.write_bytes(core.read_bytes()[:-1000])
    with pytest.raises(SparkError, match=r"core\.safetensors.*damaged.*`spark models use default` goes back"):
        Bundle.load(folder).core()


def test_assembling_takes_the_newest_checkpoint_and_says_what_rounding_costs(tmp_path: Path) -> None:
    tiny = tiny_bundle(tmp_path / "tiny")
    run = tmp_path / "run" / "checkpoints"
    for step, seed in ((9, 1), (10, 2)):
        model = Transformer(Bundle.load(tiny).fast().config).initialize(seed)
        save_model(run / f"step-{step:08d}" / "model.safetensors", model)
    out = tmp_path / "bundles" / "mine"
    agreement = assemble(
        [tiny / "core.safetensors"], [tmp_path / "run"], tiny / "tokenizer.json", out, tiny / "router.safetensors"
    )
    assert agreement.keys() == {"core", "fast"} and min(agreement.values()) > 0.8
    made = Bundle.load(out)
    assert json.loads((out / "bundle.json").read_text())["name"] == "mine"
    newest = Transformer(made.fast().config).initialize(2)
    assert torch.allclose(made.fast().embedding.weight, newest.embedding.weight, rtol=0.01)
    with pytest.raises(SparkError, match="no trained model"):
        newest_model(tmp_path / "nowhere")


def test_the_mean_of_several_models_is_between_them(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.safetensors", "b.safetensors", "other.safetensors")]
    config = ModelConfig(99, 1, 8, 2, 2, 8)
    a, b = Transformer(config).initialize(1), Transformer(config).initialize(2)
    other = Transformer(ModelConfig(99, 1, 8, 2, 1, 8))
    for path, model in zip(paths, (a, b, other), strict=True):
        save_model(path, model)
    assert torch.allclose(mean_model(paths[:2]).embedding.weight, (a.embedding.weight + b.embedding.weight) / 2)
    with pytest.raises(SparkError, match="different shapes"):
        mean_model(paths)


def test_a_homes_own_router_serves_only_the_fast_path_that_it_was_made_for(tmp_path: Path) -> None:
    bundle, own = Bundle.load(tiny_bundle(tmp_path / "tiny")), tmp_path / "own.safetensors"
    head = load_head(bundle.router)
    assert router_of(bundle, None) == router_of(bundle, own) == bundle.router  # it has none
    save_head(own, head, fast=fast_fingerprint(bundle))
    assert router_of(bundle, own) == own
    save_head(own, head, fast="another")
    assert router_of(bundle, own) == bundle.router
    own.write_bytes(own.read_bytes()[:100])
    assert router_of(bundle, own) == bundle.router


def test_a_foreign_core_is_judged_for_by_the_fast_path_it_borrows(tmp_path: Path) -> None:
    write_index(tmp_path, "foreign", based=True)
    shipped = Bundle.load(asset("bundle"))
    assert fast_fingerprint(Bundle.load(tmp_path)) == fast_fingerprint(shipped)
