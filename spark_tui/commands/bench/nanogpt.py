"""The peer of `spark bench train`: nanoGPT's model and training step, written again from its published description.

GPT-2 shaped, as nanoGPT (Karpathy, MIT) trains it from scratch: learned positions, LayerNorm without bias, multi-head
attention by `scaled_dot_product_attention`, a GELU MLP of four widths, tied embeddings, no dropout; AdamW (β 0.9 and
0.95, decay 0.1 on matrices) with gradients clipped at 1. Our own code for its architecture, for timing only: nothing
here is trained for use. On a CPU nanoGPT's train.py runs in float32 (its autocast is a `nullcontext` there) and
compiled; "given bf16" adds the autocast that it uses on a GPU. It is compiled block by block, as our own model is:
that gives the same speed (train/LOG.md) in less time than compiling the whole.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in self.qkv(self.first(x)).split(width, dim=2)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        result: Tensor = x + self.down(F.gelu(self.up(self.second(x))))
        return result


class NanoGPT(nn.Module):
    """tokens [B, T] and targets [B, T] in, the mean loss out."""

    def __init__(self, vocab_size: int, layers: int, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab_size, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)
        self._head = self._head_loss
        self.apply(self._begin)

    @staticmethod
    def _begin(module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, inputs_BT: Tensor, targets_BT: Tensor) -> Tensor:
        x = self.tokens(inputs_BT) + self.places(torch.arange(inputs_BT.shape[1], device=inputs_BT.device))
        for block in self.blocks:
            x = block(x)
        return self._head(x, targets_BT)

    def compile_parts(self) -> None:
        """Compile one block, whose code serves all layers, and the head."""
        for block in self.blocks:
            block.compile(dynamic=False)
        self._head = torch.compile(self._head_loss, dynamic=False)

    def _head_loss(self, x_BTD: Tensor, targets_BT: Tensor) -> Tensor:
        logits = F.linear(self.norm(x_BTD), self.tokens.weight)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets_BT.reshape(-1))


class Peer:
    """A training step of it."""

    def __init__(self, model: NanoGPT, bf16: bool, compiled: bool) -> None:
        self._model = model
        if compiled:
            model.compile_parts()
        self._device = model.norm.weight.device.type
        self._bf16 = bf16
        matrices = [p for p in model.parameters() if p.dim() >= 2]
        others = [p for p in model.parameters() if p.dim() < 2]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=6e-4, betas=(0.9, 0.95), fused=self._device == "cuda")

    def step(self, inputs_BT: Tensor, targets_BT: Tensor) -> float:
        around: AbstractContextManager[object] = (
            torch.autocast(self._device, dtype=torch.bfloat16) if self._bf16 else nullcontext()
        )
        with around:
            loss = self._model(inputs_BT, targets_BT)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())
