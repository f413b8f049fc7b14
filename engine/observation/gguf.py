"""A Llama-shaped model as a GGUF file in Q8_0 or Q4_0, so that llama.cpp can be timed on the very same weights.

The format: a header, typed key-value pairs, the list of tensors, then their data aligned to 32 bytes (the specification
is in the ggml repository, docs/gguf.md). Blocks of 32 weights share one float16 scale.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.models.packing import interleaved
from engine.models.transformer import Transformer

_NAMES = {
    "embedding": "token_embd",
    "norm": "output_norm",
    "head": "output",
    "attention_norm": "attn_norm",
    "mlp_norm": "ffn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.output": "attn_output",
    "mlp.gate": "ffn_gate",
    "mlp.up": "ffn_up",
    "mlp.down": "ffn_down",
}
_ALIGN, _BLOCK = 32, 32
_F32, _Q4_0, _Q8_0 = 0, 2, 8
_UINT32, _FLOAT32, _STRING = 4, 6, 8


def write_gguf(path: Path, model: Transformer, bits: int) -> None:
    """Write a model without QK-norm, biases and residual scales. Embedding and head always get 8 bits, as ours do."""
    c = model.config
    order = interleaved(c.head_width)
    tensors: list[tuple[str, tuple[int, ...], int, bytes]] = []
    for name, tensor in model.state_dict().items():
        general = name.removesuffix(".weight")
        block = ""
        if general.startswith("blocks."):
            _, number, general = general.split(".", 2)
            block = f"blk.{number}."
        value: Tensor = tensor.detach().float()
        if general in ("attention.query", "attention.key"):  # llama.cpp turns neighbours against each other
            value = value.view(-1, c.head_width, c.width)[:, order].reshape(value.shape)
        array = value.numpy()
        kind = _F32 if array.ndim == 1 else _Q4_0 if bits == 4 and block else _Q8_0
        data = {_F32: _plain, _Q4_0: _q4, _Q8_0: _q8}[kind](array)
        tensors.append((f"{block}{_NAMES[general]}.weight", tuple(reversed(array.shape)), kind, data))
    values: list[tuple[str, int, object]] = [
        ("general.architecture", _STRING, "llama"),
        ("llama.vocab_size", _UINT32, c.vocab_size),
        ("llama.context_length", _UINT32, c.context),
        ("llama.embedding_length", _UINT32, c.width),
        ("llama.block_count", _UINT32, c.layers),
        ("llama.feed_forward_length", _UINT32, c.mlp_width),
        ("llama.attention.head_count", _UINT32, c.heads),
        ("llama.attention.head_count_kv", _UINT32, c.kv_heads),
        ("llama.attention.layer_norm_rms_epsilon", _FLOAT32, c.norm_eps),
        ("llama.rope.dimension_count", _UINT32, c.head_width),
        ("llama.rope.freq_base", _FLOAT32, c.rope_base),
        ("tokenizer.ggml.model", _STRING, "none"),
    ]
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)))
        for key, kind, value_ in values:
            file.write(_text(key) + struct.pack("<I", kind))
            file.write(
                _text(str(value_)) if kind == _STRING else struct.pack("<I" if kind == _UINT32 else "<f", value_)
            )
        offset = 0
        for name, shape, kind, data in tensors:
            file.write(_text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset))
            offset += len(data) + -len(data) % _ALIGN
        file.write(b"\0" * (-file.tell() % _ALIGN))
        for *_, data in tensors:
            file.write(data + b"\0" * (-len(data) % _ALIGN))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _plain(array: NDArray[np.float32]) -> bytes:
    return array.astype("<f4").tobytes()


def _q8(array: NDArray[np.float32]) -> bytes:
    blocks = array.reshape(-1, _BLOCK)
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 127).astype("<f2")
    codes = np.rint(blocks / np.maximum(scales.astype(np.float32), 1e-12)).clip(-127, 127).astype("i1")
    return np.concatenate([scales.view("u1"), codes.view("u1")], axis=1).tobytes()


def _q4(array: NDArray[np.float32]) -> bytes:
    """Codes 0..15 around 8; the first half of a block lies in the lower halves of its bytes."""
    blocks = array.reshape(-1, _BLOCK)
    widest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=1)[:, None], axis=1)
    scales = (widest / -8).astype("<f2")
    divisor = scales.astype(np.float32)
    codes = (np.rint(blocks / np.where(divisor == 0, 1, divisor)) + 8).clip(0, 15).astype("u1")
    packed = codes[:, :16] | (codes[:, 16:] << 4)
    return np.concatenate([scales.view("u1"), packed], axis=1).tobytes()
