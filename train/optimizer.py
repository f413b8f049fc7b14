"""Muon for the matrices inside blocks, AdamW for everything else.

Muon (Jordan et al. 2024) replaces the momentum of a matrix by the nearest orthogonal matrix, so that every direction
is learned at the same speed. It is meant for matrices that map features to features: embeddings, norms and scalars
take AdamW, and so does a tied embedding.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.errors import SparkError
from train.parallel import gathered, here, part_of, spread_like, whole

POLAR_EXPRESS = tuple(
    (a / 1.01, b / 1.01**3, c / 1.01**5)  # the margin keeps rounding in bf16 from throwing a value past the top
    for a, b, c in (
        (8.28721201814563, -23.595886519098837, 17.300387312530933),
        (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
        (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
        (3.3184196573706015, -2.488488024314874, 0.51004894012372),
        (2.300652019954817, -1.6689039845749493, 0.4188073119525673),
    )
)
"""Coefficients of each quintic step, best for that step (Amsel et al. 2025). Four of them do what five of Jordan's
fixed ones did, on spectra over three decades; measured in train/LOG.md."""


@dataclass(frozen=True, slots=True)
class OptimizerOptions:
    """Learning rates before the schedule. `muon` off means AdamW for all (`matrix_adamw_lr` for the matrices)."""

    muon: bool = True
    matrix_lr: float = 0.01
    other_lr: float = 3e-3
    matrix_adamw_lr: float = 2e-3
    momentum: float = 0.95
    weight_decay: float = 0.1
    """Decoupled, on matrices only, times the learning rate."""
    betas: tuple[float, float] = (0.9, 0.95)
    newton_schulz_steps: int = 4
    """From 1 to 5."""


@torch.no_grad()
def orthogonalize(matrices: Tensor, steps: int = 4) -> Tensor:
    """The nearest (semi-)orthogonal matrix of each in a stack [N, rows, columns], roughly: U·V' for U·S·V'.

    Newton-Schulz in bf16, all matrices of one shape in one batched product. Singular values come out near one, not
    at one, which training does not notice.
    """
    x = matrices.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT  # the small side's Gram matrix is the cheap one
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    wide = x.shape[-1] >= 2 * x.shape[-2]
    x = _iterate_gram(x, steps) if wide else _iterate(x, steps)
    return x.mT if tall else x


def _iterate(x: Tensor, steps: int) -> Tensor:
    """x ← a·x + (b·A + c·A²)·x with A = x·x', once for each step."""
    for a, b, c in POLAR_EXPRESS[:steps]:
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


def _iterate_gram(x: Tensor, steps: int) -> Tensor:
    """The same on the small square matrices A alone, with x multiplied only now and then.

    A step maps x to Q·x with Q = a + b·A + c·A², and so A to Q·A·Q. After two steps in bf16 the accumulated product
    has drifted enough that x is brought up to date and A taken afresh.
    """
    coefficients = POLAR_EXPRESS[:steps]
    for start in range(0, steps, 2):
        gram = x @ x.mT
        product: Tensor | None = None
        for i, (a, b, c) in enumerate(coefficients[start : start + 2]):
            factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
            factor.diagonal(dim1=-2, dim2=-1).add_(a)
            product = factor if product is None else factor @ product
            if i == 0 and start + 1 < steps:
                gram = factor @ gram @ factor
        x = product @ x if product is not None else x
    return x


class Optimizer:
    """Updates a model's parameters in place from their gradients. Its state has names, to be saved by."""

    def __init__(self, model: nn.Module, options: OptimizerOptions) -> None:
        self.options = options
        self.model = model
        matrices, others = split_parameters(model)
        self._muon = matrices if options.muon else {}
        self._momentum = {name: torch.zeros_like(p) for name, p in self._muon.items()}
        # Matrices of one shape, up to transposition, are orthogonalized together.
        self._stacks: dict[tuple[int, int], list[str]] = defaultdict(list)
        for name, parameter in self._muon.items():
            rows, columns = parameter.shape
            self._stacks[min(rows, columns), max(rows, columns)].append(name)
        self._adamw_names = list(others) + ([] if options.muon else list(matrices))
        groups = [{"params": list(others.values()), "base_lr": options.other_lr, "weight_decay": 0.0}]
        if not options.muon:
            groups.append(
                {
                    "params": list(matrices.values()),
                    "base_lr": options.matrix_adamw_lr,
                    "weight_decay": options.weight_decay,
                }
            )
        self._adamw = torch.optim.AdamW(groups, lr=options.other_lr, betas=options.betas, eps=1e-10, fused=True)

    @property
    def learning_rate(self) -> float:
        """The largest base rate on matrices: the one figure that is shown."""
        return self.options.matrix_lr if self.options.muon else self.options.matrix_adamw_lr

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """One update, every learning rate times `scale`."""
        for group in self._adamw.param_groups:
            group["lr"] = group["base_lr"] * scale
        self._adamw.step()
        for names in self._stacks.values():
            self._muon_step(names, self.options.matrix_lr * scale)

    def zero_grad(self) -> None:
        self.model.zero_grad(set_to_none=True)

    def _muon_step(self, names: list[str], lr: float) -> None:
        beta = self.options.momentum
        spread: list[Tensor] = [self._muon[name] for name in names]
        parameters = [here(p) for p in spread]
        averages = [here(self._momentum[name]) for name in names]
        gradients = [here(p.grad) if p.grad is not None else torch.zeros_like(here(p)) for p in spread]
        torch._foreach_lerp_(averages, gradients, 1 - beta)
        nesterov = [
            gathered(piece, like)  # the nearest orthogonal matrix is one of the whole matrix, not of its parts
            for piece, like in zip(torch._foreach_lerp(gradients, averages, beta), spread, strict=True)
        ]
        wide = torch.stack([g if g.shape[0] <= g.shape[1] else g.T for g in nesterov])
        updates = orthogonalize(wide, self.options.newton_schulz_steps).float()
        # Decoupled weight decay, then the step. √max(1, rows/columns) keeps the size of the change that an input
        # sees alike for tall and wide matrices (Jordan 2024).
        torch._foreach_mul_(parameters, 1 - lr * self.options.weight_decay)
        for parameter, like, update in zip(parameters, spread, updates, strict=True):
            rows, columns = like.shape
            shaped = part_of(update if rows <= columns else update.T.contiguous(), like)
            parameter.add_(shaped, alpha=-lr * max(1.0, rows / columns) ** 0.5)

    def state(self) -> dict[str, Tensor]:
        """All that a resumed run needs, as named tensors, whole even where the weights are spread."""
        tensors = {f"muon.{name}.momentum": whole(average) for name, average in self._momentum.items()}
        for name, parameter in self._adamw_parameters():
            for key, value in self._adamw.state.get(parameter, {}).items():
                tensors[f"adamw.{name}.{key}"] = whole(value)
        return tensors

    @torch.no_grad()
    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Continue from `state()` of the same model and options.

        Raises:
            SparkError: the tensors are of another model or optimizer.
        """
        wanted = {f"muon.{name}.momentum" for name in self._momentum}
        fused = ("step", "exp_avg", "exp_avg_sq")
        has_adamw = any(name.startswith("adamw.") for name in tensors)
        if has_adamw:
            wanted |= {f"adamw.{name}.{key}" for name in self._adamw_names for key in fused}
        if set(tensors) != wanted:
            raise SparkError("The saved optimizer belongs to another model or another optimizer; start a new run.")
        for name, average in self._momentum.items():
            here(average).copy_(part_of(tensors[f"muon.{name}.momentum"].to(average.device), average))
        if has_adamw:
            for name, parameter in self._adamw_parameters():
                kept = {key: tensors[f"adamw.{name}.{key}"].to(parameter.device).clone() for key in fused}
                for key in fused[1:]:
                    kept[key] = spread_like(kept[key], parameter)
                self._adamw.state[parameter] = kept

    def _adamw_parameters(self) -> list[tuple[str, nn.Parameter]]:
        named = dict(self.model.named_parameters())
        return [(name, named[name]) for name in self._adamw_names]


def split_parameters(model: nn.Module) -> tuple[dict[str, nn.Parameter], dict[str, nn.Parameter]]:
    """(matrices inside blocks, everything else), by name."""
    matrices: dict[str, nn.Parameter] = {}
    others: dict[str, nn.Parameter] = {}
    for name, parameter in model.named_parameters():
        chosen = matrices if parameter.dim() == 2 and name.startswith("blocks.") else others
        chosen[name] = parameter
    return matrices, others
