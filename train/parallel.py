"""Several processes train one model, applied from outside: the model has no rank, no mesh and no device.

    torchrun --nproc-per-node 2 -m train core --data toy --run-name both

Each process takes its share of the rows of every batch, so that all together see what one would have seen. `ddp` keeps
a whole copy of the weights in each and averages the gradients (Li et al. 2020); `fsdp` keeps a share of the weights,
gradients and optimizer in each and gathers a block when it is needed (FSDP2, Zhao et al. 2023).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.errors import SparkError
from engine.models.transformer import Transformer

KINDS = ("ddp", "fsdp")


@dataclass(frozen=True, slots=True)
class World:
    """This process among those that train together; alone unless torchrun started it."""

    rank: int = 0
    size: int = 1
    local: int = 0
    """Its number on this machine, and that of its graphics card."""

    @property
    def first(self) -> bool:
        """Whether this is the one that speaks and writes."""
        return self.rank == 0

    def agree(self, values: list[float]) -> list[float]:
        """What the first process says: clocks and wishes differ, steps must not."""
        if self.size == 1:
            return values
        told = torch.tensor(values, dtype=torch.float64, device=_device_of_messages(self))
        dist.broadcast(told, 0)
        return [float(value) for value in told.tolist()]

    def total(self, value: float) -> float:
        """The sum over all processes."""
        if self.size == 1:
            return value
        told = torch.tensor(value, dtype=torch.float64, device=_device_of_messages(self))
        dist.all_reduce(told)
        return float(told)

    @contextmanager
    def first_goes_ahead(self) -> Iterator[None]:
        """Inside, the first process is done before the others begin: it makes the files that they read."""
        if self.size > 1 and not self.first:
            dist.barrier()
        try:
            yield
        finally:
            if self.size > 1 and self.first:
                dist.barrier()


ALONE = World()


def join(device: str) -> tuple[World, str]:
    """(this process's place, its device) as torchrun says it in the environment; alone where it does not.

    Raises:
        SparkError: the processes do not find one another.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return World(), device
    world = World(int(os.environ["RANK"]), size, int(os.environ.get("LOCAL_RANK", "0")))
    card = device.startswith("cuda")
    if card:
        device = f"cuda:{world.local}"
        torch.cuda.set_device(world.local)
    try:
        if not dist.is_initialized():
            dist.init_process_group("nccl" if card else "gloo")
    except Exception as error:
        raise SparkError(f"The {size} processes do not find one another ({error}).") from error
    return world, device


def leave() -> None:
    """Say goodbye to the other processes, where there are any."""
    if dist.is_initialized():
        dist.destroy_process_group()


LossFunction = Callable[[Tensor, Tensor, Tensor], Tensor]


class _Whole(nn.Module):
    """The model and its loss as one module, which is what DDP and FSDP wrap."""

    def __init__(self, model: Transformer, loss: LossFunction) -> None:
        super().__init__()
        self.model = model
        self._loss = loss

    def forward(self, inputs: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
        return self._loss(inputs, targets, mask)


class Alone:
    """One process: the loss as it is. The same face as `Together`."""

    def __init__(self, loss: LossFunction) -> None:
        self._loss = loss

    def loss(self, inputs: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
        return self._loss(inputs, targets, mask)

    def piece(self, last: bool) -> Any:
        """Around each piece of a batch: only after the last do gradients travel."""
        return nullcontext()

    def evaluating(self) -> Any:
        """Around what reads the weights outside of the loss."""
        return nullcontext()


class Together(Alone):
    """Several processes. The loss is multiplied by their number, since gradients are averaged and not added up."""

    def __init__(self, model: Transformer, loss: LossFunction, world: World, kind: str) -> None:
        super().__init__(loss)
        self._world, self._kind = world, kind
        whole = _Whole(model, loss)
        if kind == "fsdp":
            from torch.distributed.device_mesh import init_device_mesh
            from torch.distributed.fsdp import fully_shard

            mesh = init_device_mesh(model.embedding.weight.device.type, (world.size,))
            for block in model.blocks:
                fully_shard(block, mesh=mesh)
            fully_shard(whole, mesh=mesh)
            self._module: nn.Module = whole
        else:
            self._module = nn.parallel.DistributedDataParallel(whole)

    def loss(self, inputs: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
        value: Tensor = self._module(inputs, targets, mask)
        return value * self._world.size

    @contextmanager
    def piece(self, last: bool) -> Iterator[None]:
        if isinstance(self._module, nn.parallel.DistributedDataParallel):
            with nullcontext() if last else self._module.no_sync():
                yield
            return
        self._module.set_requires_gradient_sync(last)  # type: ignore[operator]
        yield

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        if self._kind == "ddp":
            yield
            return
        self._module.unshard()  # type: ignore[operator]
        try:
            yield
        finally:
            self._module.reshard()  # type: ignore[operator]


# Tensors that may be spread over processes: what the optimizer and the checkpoints need to know of it.


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor that may be spread; every process must ask."""
    gather = getattr(tensor, "full_tensor", None)
    return gather() if gather is not None else tensor


def here(tensor: Tensor) -> Tensor:
    """This process's part of a tensor that may be spread, sharing its memory."""
    local = getattr(tensor, "to_local", None)
    return local() if local is not None else tensor


def spread_like(tensor: Tensor, like: Tensor) -> Tensor:
    """A whole tensor, spread as `like` is."""
    if not hasattr(like, "to_local"):
        return tensor
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(like, DTensor)
    return distribute_tensor(tensor, like.device_mesh, like.placements, src_data_rank=None)


def part_of(tensor: Tensor, like: Tensor) -> Tensor:
    """This process's part of a whole tensor, cut as `like` is."""
    return here(spread_like(tensor, like))


def gathered(part: Tensor, like: Tensor) -> Tensor:
    """The whole of which this process holds `part`, spread as `like` is; every process must ask."""
    if not hasattr(like, "to_local"):
        return part
    from torch.distributed.tensor import DTensor

    assert isinstance(like, DTensor)
    shape, stride = like.shape, like.stride()
    return DTensor.from_local(part, like.device_mesh, like.placements, shape=shape, stride=stride).full_tensor()


def whole_model(model: Transformer) -> Transformer:
    """A model with all weights, whatever is spread; every process must ask."""
    if not any(hasattr(parameter, "to_local") for parameter in model.parameters()):
        return model
    gathered = {name: whole(tensor).detach().cpu() for name, tensor in model.state_dict().items()}
    plain = Transformer(model.config)
    plain.load_state_dict(gathered)
    return plain


def _device_of_messages(world: World) -> str:
    return f"cuda:{world.local}" if dist.get_backend() == "nccl" else "cpu"
