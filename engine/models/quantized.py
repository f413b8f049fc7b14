"""A transformer whose matrices are quantized: the same class, with other modules in the places of its matrices."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import SparkError
from engine.models.config import ModelConfig
from engine.models.quantize import Quantized, quantize
from engine.models.transformer import Transformer


class QuantizedLinear(nn.Module):
    """In the place of a `Linear`: computes with the dense matrix, made anew at each use. For looking into a model and
    measuring it; what writes is `Decoder`."""

    def __init__(self, stored: Quantized) -> None:
        super().__init__()
        self.stored = stored
        self.bias: Tensor | None = None

    @property
    def weight(self) -> Tensor:
        return self.stored.dense()

    def forward(self, input: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return F.linear(input, self.weight.to(input.dtype), bias)


class QuantizedEmbedding(nn.Module):
    """In the place of an embedding: looks up 8-bit rows."""

    def __init__(self, stored: Quantized) -> None:
        super().__init__()
        self.stored = stored

    @property
    def weight(self) -> Tensor:
        return self.stored.dense()

    def forward(self, tokens: Tensor) -> Tensor:
        rows = self.stored.rows(tokens.flatten()).dense()
        return rows.view(*tokens.shape, -1)


def stored_matrix(module: nn.Module) -> Tensor | Quantized:
    """The matrix of a linear map or an embedding as it is held, without gradients."""
    if isinstance(module, QuantizedLinear | QuantizedEmbedding):
        return module.stored
    weight = module.weight
    assert isinstance(weight, Tensor)
    return weight.detach()


def skeleton(config: ModelConfig) -> Transformer:
    """A transformer without weights: nothing is allocated until they are put in place."""
    with torch.device("meta"):
        model = Transformer(config)
    return model.eval()


def put(model: Transformer, name: str, matrix: Quantized) -> None:
    """Hold the weights called `name` ("blocks.0.mlp.up.weight") as `matrix`; a bias stays.

    Raises:
        SparkError: the model has no such matrix, or one of another shape.
    """
    path, _, last = name.rpartition(".")
    try:
        parent_path, _, child = path.rpartition(".")
        parent = model.get_submodule(parent_path)
        old = parent.get_submodule(child)
        shape = getattr(old, last).shape
    except AttributeError as error:
        raise SparkError(f"The model has no matrix {name!r}.") from error
    if shape != matrix.codes.shape:
        raise SparkError(f"{name} has the shape {list(matrix.codes.shape)}, not {list(shape)}.")
    if isinstance(old, nn.Embedding):
        parent.add_module(child, QuantizedEmbedding(matrix))
        return
    held = QuantizedLinear(matrix)
    if isinstance(old.bias, Tensor):
        del held.bias
        held.register_parameter("bias", nn.Parameter(torch.empty_like(old.bias)))
    parent.add_module(child, held)


def quantized(model: Transformer, precision: str) -> Transformer:
    """The same model with matrices in "int8" or "int4".

    Norm weights are folded into the matrices that read the normed stream first, so that a writer need not. The
    embedding and the head lose most by coarse steps and are read once a token: they always get 8 bits.
    """
    state = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    for layer in range(model.config.layers):
        for norm, readers in _READERS.items():
            weight = state[f"blocks.{layer}.{norm}.weight"].float()
            for reader in readers:
                if (name := f"blocks.{layer}.{reader}.weight") in state:
                    state[name] = state[name].float() * weight
            state[f"blocks.{layer}.{norm}.weight"] = torch.ones_like(weight)
    new = skeleton(model.config)
    for name in [name for name, tensor in state.items() if tensor.dim() == 2]:
        bits = 4 if precision == "int4" and name.startswith("blocks.") else 8
        put(new, name, quantize(state.pop(name), bits))
    new.load_state_dict({name: tensor.float() for name, tensor in state.items()}, assign=True)
    return new


_READERS = {
    "attention_norm": ("attention.query", "attention.key", "attention.value"),
    "mlp_norm": ("mlp.gate", "mlp.up"),
}
