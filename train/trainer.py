"""The training loop, as a generator of events: whoever reads them decides what is shown."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from engine.errors import SparkError
from engine.models.config import flops_per_token, parameter_account
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from engine.models.weights import save_model
from train.checkpoint import Progress, load_checkpoint, restore, save_checkpoint
from train.clock import Clock
from train.data import Batch, Mixture, PackedRows
from train.evaluation import evaluate
from train.events import Ended, Evaluated, Paused, Problem, Sample, Saved, Started, Step, TrainEvent
from train.grid import LOOKS, SNAPSHOTS, on_grid
from train.loss import Loss, uncompiled
from train.loss_scale import LossScale
from train.memory_use import peak_memory
from train.observers import Looks, observed
from train.observers.probe import make_probe
from train.observers.writing import Writing, Written
from train.optimizer import Optimizer
from train.options import PRECISIONS, Controls, TrainOptions, rows_of_a_step
from train.parallel import ALONE, Alone, Together, World, whole, whole_model
from train.peak_flops import peak_flops
from train.recompute import keep_activations, recompute_blocks
from train.samples import Prompt, parse_status, write

_RATE_STEPS = 20
"""Tokens per second are averaged over this many steps."""


def train(
    model: Transformer,
    mixture: Mixture,
    options: TrainOptions,
    run_dir: Path,
    *,
    heldout: Sequence[PackedRows] = (),
    tokenizer: Tokenizer | None = None,
    prompts: Sequence[Prompt] = (),
    resume: bool = False,
    controls: Controls | None = None,
    world: World = ALONE,
) -> Iterator[TrainEvent]:
    """Train `model` in place until the budget is spent, a stop is asked for, or the loss is not a number.

    Checkpoints go to `run_dir/checkpoints`. With `resume`, the newest whole one is continued: to the same losses bit
    for bit on the same machine when the budget is counted in steps.

    Raises:
        SparkError: sizes that do not fit together, or nothing to resume; before the first event.
    """
    loop = _Loop(model, mixture, options, run_dir, heldout, tokenizer, prompts, controls or Controls(), world)
    if resume:
        loop.resume()
    return loop.events()


class _Loop:
    """One run: the state that the steps share."""

    def __init__(
        self,
        model: Transformer,
        mixture: Mixture,
        options: TrainOptions,
        run_dir: Path,
        heldout: Sequence[PackedRows],
        tokenizer: Tokenizer | None,
        prompts: Sequence[Prompt],
        controls: Controls,
        world: World,
    ) -> None:
        self.rows = rows_of_a_step(options, mixture.context, world.size)
        if mixture.context > model.config.context:
            raise SparkError(
                f"The rows are {mixture.context} tokens long and the model's context only {model.config.context}."
            )
        largest = max(int(source.tokens.max()) for source in (*mixture.sources, *heldout))
        if largest >= model.config.vocab_size:
            raise SparkError(
                f"The data has token {largest} but the model's vocabulary ends at {model.config.vocab_size - 1}: "
                "they were made with different tokenizers."
            )
        if options.precision not in PRECISIONS:
            raise SparkError(f"Unknown precision {options.precision!r}; choose {', '.join(PRECISIONS)}.")
        self.model, self.mixture, self.options, self.run_dir = model, mixture, options, run_dir
        self.heldout, self.tokenizer, self.prompts, self.controls = heldout, tokenizer, prompts, controls
        self.device, self.world = model.embedding.weight.device, world
        self._loss = Loss(model)
        self._spread = world.size > 1 and options.parallel == "fsdp"
        self._whole = Alone(self._loss) if world.size == 1 else Together(model, self._loss, world, options.parallel)
        if options.checkpoint_activations:
            recompute_blocks(model)
        self.optimizer = Optimizer(model, options.optimizer)
        self._scale = LossScale(PRECISIONS[options.precision])
        self.done = Progress()
        self.notes: list[str] = []
        self._clock = Clock(0.0)
        self._now = self._last_save = 0.0
        self._rates: deque[tuple[int, float]] = deque(maxlen=_RATE_STEPS)
        self._losses: dict[str, float] = {}
        self._saved_step = -1
        self._peak_flops = 0.0
        # Backward costs twice what forward does; a position sees half of the context on average.
        self._flops_a_token = 3 * flops_per_token(model.config, mixture.context / 2)
        probe = None if tokenizer is None else make_probe(tokenizer, mixture.context)
        # Where the weights are spread over processes nobody can look at them, or write with them, in passing.
        self._looks = Looks(model, probe, ("all",) if self._spread else options.without)
        wanted = tokenizer is not None and not self._spread and not {Writing.name, "all"} & set(options.without)
        self._writing = Writing(mixture.sources, tokenizer) if wanted and tokenizer is not None else None

    def resume(self) -> None:
        checkpoint = load_checkpoint(self.run_dir / "checkpoints")
        restore(checkpoint, self.model, self.optimizer)
        self._scale.load_state(checkpoint.optimizer)
        self.done, self._saved_step = checkpoint.progress, checkpoint.progress.step
        if checkpoint.skipped:
            self.notes.append(checkpoint.skipped)

    def events(self) -> Iterator[TrainEvent]:
        try:
            yield from self._run()
        except GeneratorExit:  # the reader went away: nobody hears more, but nothing is lost
            if self.done.step > max(0, self._saved_step):
                self._save()
            raise
        finally:
            self._loss.uncompile()
            keep_activations(self.model)

    def _run(self) -> Iterator[TrainEvent]:
        self.model.train()
        self.model.compute_dtype = PRECISIONS[self.options.precision]
        self._peak_flops = peak_flops(self.device, self.model.compute_dtype)
        self._clock = Clock(self.done.seconds)
        self._last_save = self._clock.seconds()
        self._agree()
        yield self._started()
        for note in self.notes:
            yield Problem(self.done.step, note)
        if self.options.compile:
            with self._clock.stopped():  # a budget in minutes is spent on training
                yield from self._compile()
        reason = "finished"
        while self._progress() < 1:
            self._agree()
            if self.controls.stop.is_set():
                reason = "stopped"
                break
            yield from self._wait_while_paused()
            yield from self._answer_requests()
            begun = time.perf_counter()
            loss, grad_norm = self._gradients(self.mixture.batch(self.done.step, self.rows))
            if math.isfinite(loss) and self._scale.overflowed(math.isfinite(grad_norm)):
                self.optimizer.zero_grad()
                continue  # the same batch again, with a smaller scale
            if not (math.isfinite(loss) and math.isfinite(grad_norm)):
                yield from self._not_a_number(loss)
                return
            looking = self._looks_at(self.done.step + 1)
            if looking:
                self._looks.before_update()
            scale = self.options.schedule.scale(self.done.step, self._progress())
            self.optimizer.step(scale)
            self.optimizer.zero_grad()
            self._rates.append((self.rows * self.mixture.context, time.perf_counter() - begun))
            self.done = Progress(
                self.done.step + 1, self.done.tokens + self.rows * self.mixture.context, self._clock.seconds()
            )
            self._agree()
            yield self._step(loss, grad_norm, scale)
            if looking:
                with uncompiled():
                    yield from self._looks.after_update(self.done.step)
            finished = self._progress() >= 1
            if self.options.snapshots and (finished or on_grid(self.done.step, SNAPSHOTS)):
                yield from self._snapshot()
            if self.heldout and (finished or self.done.step % self.options.evaluate_every == 0):
                yield self._evaluate()
            if finished or self.done.step % self.options.sample_every == 0:
                yield from self._samples(self.prompts)
            if self.controls.save.is_set():
                self.controls.save.clear()
                yield self._save()
                self._last_save = self._clock.seconds()
        self.done = Progress(self.done.step, self.done.tokens, self._clock.seconds())
        if self.done.step != self._saved_step:
            yield self._save()
        yield Ended(self.done.step, reason, self._clock.seconds(), "", self.done.tokens, self._losses)

    # The parts of a step.

    def _gradients(self, batch: Batch) -> tuple[float, float]:
        """(loss of a target token, norm of all gradients before clipping): gradients are left in place.

        The pieces of an accumulated batch are divided by the targets of the whole, so they add up to the same.
        """
        targets = int(batch.mask.sum())
        total = 0.0
        pieces = self.options.accumulate
        for piece in range(pieces):
            # Of every piece this process takes its own rows; alone, all of them.
            count = self.rows // pieces // self.world.size
            begin = (piece * self.world.size + self.world.rank) * count
            mine = slice(begin, begin + count)
            rows = [tensor[mine].to(self.device) for tensor in (batch.inputs, batch.targets, batch.mask)]
            with self._whole.piece(last=piece == pieces - 1):
                loss = self._whole.loss(*rows) / max(1, targets)
                (loss * self._scale.value).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach()) / self.world.size
        parameters = list(self.model.parameters())
        self._scale.bring_back(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.options.clip)
        return self.world.total(total), float(whole(norm))

    def _compile(self) -> Iterator[TrainEvent]:
        """Compile the loss, trying it forwards and backwards once; train uncompiled where that does not work."""
        try:
            self._loss.compile()
            self._gradients(self.mixture.batch(self.done.step, self.rows))
        except Exception as error:  # whatever the compiler trips over: no C++ compiler, a new platform
            self._loss.uncompile()
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            yield Problem(self.done.step, f"torch.compile does not work here ({first}); training goes on without it.")
        self.optimizer.zero_grad()

    # What happens between steps.

    def _agree(self) -> None:
        """Whether to stop, whether to save, and what the time is: the first process says it for all."""
        now = self._clock.seconds()
        due = self.controls.save.is_set() or now - self._last_save > 60 * self.options.save_every_minutes
        stop, save, self._now = self.world.agree([float(self.controls.stop.is_set()), float(due), now])
        for wish, told in ((self.controls.stop, stop), (self.controls.save, save)):
            if told:
                wish.set()
            elif not self.world.first:
                wish.clear()

    def _wait_while_paused(self) -> Iterator[TrainEvent]:
        if not self.controls.pause.is_set():
            return
        yield Paused(self.done.step, True)
        with self._clock.stopped():
            while self.controls.pause.is_set() and not self.controls.stop.is_set():
                yield from self._answer_requests()
                if self.controls.save.is_set():
                    self.controls.save.clear()
                    yield self._save()
                time.sleep(0.05)
        yield Paused(self.done.step, False)

    def _answer_requests(self) -> Iterator[TrainEvent]:
        for prompt in self.controls.asked():
            yield from self._samples(self.prompts if prompt is None else (prompt,))

    def _samples(self, prompts: Sequence[Prompt]) -> Iterator[TrainEvent]:
        if self.tokenizer is None or self._spread:
            return
        written: list[Written] = []
        for prompt in prompts:
            seed = self.options.seed + self.done.step
            with uncompiled():
                text = write(self.model, self.tokenizer, prompt, self.options.sample_tokens, seed=seed)
            parses, why = parse_status(text if prompt.question else prompt.text + text)
            written.append(Written(prompt.text, text, code=not prompt.question))
            yield Sample(self.done.step, prompt.text, text, parses, why)
        if self._writing is not None and prompts is self.prompts:
            yield observed(self.done.step, Writing.name, self._writing.observe(written))

    def _evaluate(self) -> Evaluated:
        rows, at_once = self.options.evaluate_rows, max(1, self.rows // self.options.accumulate)
        with uncompiled(), self._whole.evaluating():
            figures = evaluate(self.model, self.heldout, self.done.step, self.tokenizer, rows, at_once)
        self._losses = figures.losses
        return figures

    def _save(self) -> TrainEvent:
        begun = time.perf_counter()
        self.done = Progress(self.done.step, self.done.tokens, self._clock.seconds())
        model, state = whole_model(self.model), self.optimizer.state()  # every process has to ask
        folder = self.run_dir / "checkpoints"
        with self.world.first_goes_ahead():
            if not self.world.first:
                self._saved_step = self.done.step
                return Saved(self.done.step, str(folder), 0.0)
            try:
                path = save_checkpoint(folder, model, self.optimizer, self.done, self._scale.state(), state)
            except SparkError as error:
                kept = "The one before is still there." if self._saved_step >= 0 else "None was saved before it."
                return Problem(self.done.step, f"{error} {kept}")
        self._saved_step = self.done.step
        return Saved(self.done.step, str(path), time.perf_counter() - begun)

    def _snapshot(self) -> Iterator[TrainEvent]:
        """The weights as they are now, in bf16, to look at later; not to go on from."""
        model = whole_model(self.model)
        if not self.world.first:
            return
        path = self.run_dir / "snapshots" / f"step-{self.done.step:08d}.safetensors"
        try:
            save_model(path, model, torch.bfloat16, step=str(self.done.step))
        except Exception as error:  # safetensors raises its own errors for a full disk
            yield Problem(self.done.step, f"The snapshot {path.name} could not be written ({error}); training goes on.")

    def _not_a_number(self, loss: float) -> Iterator[TrainEvent]:
        step = self.done.step + 1
        kept = f"step {self._saved_step}" if self._saved_step >= 0 else "none was saved yet"
        what = "the loss" if not math.isfinite(loss) else "a gradient"
        text = f"At step {step} {what} is not a number; training stops. The last good checkpoint: {kept}."
        yield Problem(step, text)
        yield Ended(step, "failed", self._clock.seconds(), text, self.done.tokens, self._losses)

    # What is said.

    def _looks_at(self, step: int) -> bool:
        """Observers look at every so many steps, and on a grid that is dense at the beginning."""
        return step % self.options.observe_every == 0 or on_grid(step, LOOKS)

    def _progress(self) -> float:
        return self.options.budget.progress(self.done.step, self._now)

    def _started(self) -> Started:
        budget = self.options.budget
        data = [
            {
                "name": s.name,
                "rows": s.rows,
                "tokens": s.rows * s.context,
                "targets": s.targets,
                "weight": round(w, 4),
            }
            for s, w in zip(self.mixture.sources, self.mixture.weights, strict=True)
        ]
        config = asdict(self.model.config) | {"account": parameter_account(self.model.config)}
        return Started(
            run=self.run_dir.name,
            size=self.options.size,
            step=self.done.step,
            total_steps=budget.steps,
            minutes=budget.minutes,
            parameters=self.model.parameter_count(),
            config=config | {"training": asdict(self.options)},
            data=data,
            device=str(self.device),
            threads=torch.get_num_threads(),
            compiled=self.options.compile,
        )

    def _step(self, loss: float, grad_norm: float, scale: float) -> Step:
        seconds = sum(spent for _, spent in self._rates)
        per_step = seconds / len(self._rates)
        rate = sum(tokens for tokens, _ in self._rates) / seconds
        return Step(
            step=self.done.step,
            loss=loss,
            tokens=self.done.tokens,
            tokens_per_s=rate,
            lr=self.optimizer.learning_rate * scale,
            grad_norm=grad_norm,
            progress=self._progress(),
            seconds=self.done.seconds,
            seconds_left=self.options.budget.seconds_left(self.done.step, self.done.seconds, per_step),
            memory=peak_memory(self.device),
            mfu=rate * self._flops_a_token / (self._peak_flops * self.world.size) if self._peak_flops else 0.0,
        )
