"""A whole mind in a few hundred kilobytes: random tiny models, and a router that says what a test wants."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch

from engine.assets import asset
from engine.bundle import write_index
from engine.models.config import ModelConfig
from engine.models.tokenizer import BytePairTokenizer
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from engine.routing.assessment import CLASSES, HeadConfig, RouterHead, save_head
from engine.routing.categories import Category


def tiny_bundle(folder: Path, says: Category | None = Category.EXPLAIN, sureness: float = 0.97) -> Path:
    """A bundle whose router gives category `says` the probability `sureness`, whatever it reads.

    `says` None: outside.
    """
    folder.mkdir(parents=True)
    shutil.copyfile(asset("bundle", "tokenizer.json"), folder / "tokenizer.json")
    vocabulary = BytePairTokenizer.load(folder / "tokenizer.json").vocab_size
    torch.manual_seed(7)
    for part, width in (("core", 32), ("fast", 16)):
        model = Transformer(ModelConfig(vocabulary, 2, width, heads=4, kv_heads=2, mlp_width=64, context=256))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(0.0, 0.3)
        save_model(folder / f"{part}.safetensors", model)
    head = RouterHead(HeadConfig(("last", "embedding"), fast_width=16, embedding_width=384))
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
        chosen = CLASSES.index(says.value if says else "outside")
        rest = (1 - sureness) / (len(CLASSES) - 1)
        head.layers[-1].bias.fill_(torch.tensor(rest).log().item())
        head.layers[-1].bias[chosen] = torch.tensor(sureness).log().item()
    save_head(folder / "router.safetensors", head)
    write_index(folder, "tiny")
    return folder
