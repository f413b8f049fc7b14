"""The training loop, as a generator of events: whoever reads them decides what is shown."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from engine.models.config import parameter_account
from engine.models.tokenizer import Tokenizer
from engine.models.transformer import Transformer
from train.checkpoint import Progress
from train.clock import Clock
from train.data import Mixture, PackedRows, check_rows
from train.distillation import Teacher
from train.evaluation import evaluate
from train.events import Ended, Evaluated, Paused, Problem, Sample, Saved, Started, Step, TrainEvent
from train.grid import LOOKS, SNAPSHOTS, on_grid
from train.keeper import Keeper, computes
from train.loss import uncompiled
from train.memory_use import peak_memory
from train.meter import Meter
from train.observers import Looks, observed
from train.observers.probe import make_probe
from train.observers.writing import Writing, Written
from train.options import PRECISIONS, Controls, TrainOptions, rows_of_a_step
from train.parallel import ALONE, World
from train.samples import Prompt, parse_status, write
from train.update import Update


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
    teacher: Teacher | None = None,
) -> Iterator[TrainEvent]:
    """Train `model` in place until the budget is spent, a stop is asked for, or the loss is not a number.

    Checkpoints go to `run_dir/checkpoints`. With `resume`, the newest whole one is continued: to the same losses bit
    for bit on the same machine when the budget is counted in steps.

    Raises:
        SparkError: sizes that do not fit together, or nothing to resume; before the first event.
    """
    controls = controls or Controls()
    loop = _Loop(model, mixture, options, run_dir, heldout, tokenizer, prompts, controls, world, teacher)
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
        teacher: Teacher | None,
    ) -> None:
        self.rows = rows_of_a_step(options, mixture.context, world.size)
        check_rows((*mixture.sources, *heldout), model.config.context, model.config.vocab_size)
        self.model, self.mixture, self.options, self.run_dir = model, mixture, options, run_dir
        self.heldout, self.tokenizer, self.prompts, self.controls = heldout, tokenizer, prompts, controls
        self.device, self.world = model.embedding.weight.device, world
        # Where the weights are spread over processes nobody can look at them, or write with them, in passing.
        self._spread = world.size > 1 and options.parallel == "fsdp"
        self._update = Update(model, options, self.rows, world, teacher)
        self._keeper = Keeper(run_dir, model, self._update, world)
        self.done = Progress()
        self.notes: list[str] = []
        self._clock = Clock(0.0)
        self._now = self._last_save = 0.0
        self._losses: dict[str, float] = {}
        probe = None if tokenizer is None else make_probe(tokenizer, mixture.context)
        self._looks = Looks(model, probe, ("all",) if self._spread else options.without)
        wanted = not self._spread and not {Writing.name, "all"} & set(options.without)
        self._writing = Writing(mixture.sources, tokenizer) if tokenizer is not None and wanted else None

    def resume(self) -> None:
        self.done, damage = self._keeper.resume()
        if damage:
            self.notes.append(damage)

    def events(self) -> Iterator[TrainEvent]:
        try:
            yield from self._run()
        except GeneratorExit:  # the reader went away: nobody hears more, but nothing is lost
            if self.done.step > max(0, self._keeper.saved_step):
                self._save()
            raise
        finally:
            self._update.leave_model()

    def _run(self) -> Iterator[TrainEvent]:
        self.model.train()
        self.model.compute_dtype = dtype = PRECISIONS[self.options.precision]
        meter = Meter(self.model.config, self.mixture.context, self.device, dtype, self.world.size)
        self._clock = Clock(self.done.seconds)
        self._last_save = self._clock.seconds()
        self._agree()
        yield self._started()
        for note in self.notes:
            yield Problem(self.done.step, note)
        if self.options.compile:
            with self._clock.stopped():  # a budget in minutes is spent on training
                why_not = self._update.compile(self.mixture.batch(self.done.step, self.rows))
            if why_not is not None:
                yield Problem(self.done.step, f"torch.compile does not work here ({why_not}); going on without it.")
        reason = "finished"
        while self._progress() < 1:
            self._agree()
            if self.controls.stop.is_set():
                reason = "stopped"
                break
            yield from self._wait_while_paused()
            yield from self._answer_requests()
            begun = time.perf_counter()
            loss, grad_norm = self._update.gradients(self.mixture.batch(self.done.step, self.rows))
            if self._update.overflowed(loss, grad_norm):
                self._update.drop()
                continue  # the same batch again, with a smaller scale
            if not (math.isfinite(loss) and math.isfinite(grad_norm)):
                yield from self._not_a_number(loss)
                return
            looking = self._looks_at(self.done.step + 1)
            if looking:
                self._looks.before_update()
            scale = self.options.schedule.scale(self.done.step, self._progress())
            self._update.apply(scale)
            tokens = self.rows * self.mixture.context
            meter.add(tokens, time.perf_counter() - begun)
            self.done = Progress(self.done.step + 1, self.done.tokens + tokens, self._clock.seconds())
            self._agree()
            yield self._step(meter, loss, grad_norm, scale)
            yield from self._after_step(looking)
        yield from self._end(reason)

    def _after_step(self, looking: bool) -> Iterator[TrainEvent]:
        """What is due now: a look, a snapshot, held-out figures, samples, a checkpoint."""
        finished, step = self._progress() >= 1, self.done.step
        evaluating = bool(self.heldout) and (finished or step % self.options.evaluate_every == 0)
        sampling = finished or step % self.options.sample_every == 0
        if (looking or evaluating or sampling) and not self._spread and not computes(self.model):
            looking = evaluating = sampling = False  # nothing to see; the next step says so
        if looking:
            with uncompiled():
                yield from self._looks.after_update(step)
        if self.options.snapshots and (finished or on_grid(step, SNAPSHOTS)):
            problem = self._keeper.snapshot(step)
            if problem is not None:
                yield problem
        if evaluating:
            yield self._evaluate()
        if sampling:
            yield from self._samples(self.prompts)
        if self.controls.save.is_set():
            yield self._save()

    def _end(self, reason: str) -> Iterator[TrainEvent]:
        """Save what was not saved; a run whose last steps could not be kept has failed, and says so."""
        detail = ""
        if self.done.step != self._keeper.saved_step:
            outcome = self._save()
            yield outcome
            if isinstance(outcome, Problem):
                reason, detail = "failed", outcome.text
        yield Ended(self.done.step, reason, self._clock.seconds(), detail, self.done.tokens, self._losses)

    # Between steps.

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
        with uncompiled(), self._update.evaluating():
            figures = evaluate(self.model, self.heldout, self.done.step, self.tokenizer, rows, at_once)
        self._losses = figures.losses
        return figures

    def _save(self) -> Saved | Problem:
        self.controls.save.clear()
        self._last_save = self._clock.seconds()
        self.done = Progress(self.done.step, self.done.tokens, self._last_save)
        return self._keeper.save(self.done)

    def _not_a_number(self, loss: float) -> Iterator[TrainEvent]:
        step = self.done.step + 1
        what = "the loss" if not math.isfinite(loss) else "a gradient"
        text = f"At step {step} {what} is not a number, so training stops; {self._keeper.last_good()}."
        yield Problem(step, text)
        yield Ended(step, "failed", self._clock.seconds(), text, self.done.tokens, self._losses)

    def _looks_at(self, step: int) -> bool:
        """Observers look at every so many steps, and on a grid that is dense at the beginning."""
        return step % self.options.observe_every == 0 or on_grid(step, LOOKS)

    def _progress(self) -> float:
        return self.options.budget.progress(self.done.step, self._now)

    # What is said.

    def _started(self) -> Started:
        config = asdict(self.model.config) | {"account": parameter_account(self.model.config)}
        return Started(
            run=self.run_dir.name,
            size=self.options.size,
            step=self.done.step,
            total_steps=self.options.budget.steps,
            minutes=self.options.budget.minutes,
            parameters=self.model.parameter_count(),
            config=config | {"training": asdict(self.options)},
            data=self.mixture.account(),
            device=str(self.device),
            threads=torch.get_num_threads(),
            compiled=self.options.compile,
            when=time.time(),
        )

    def _step(self, meter: Meter, loss: float, grad_norm: float, scale: float) -> Step:
        left = self.options.budget.seconds_left(self.done.step, self.done.seconds, meter.seconds_per_step)
        return Step(
            step=self.done.step,
            loss=loss,
            tokens=self.done.tokens,
            tokens_per_s=meter.tokens_per_s,
            lr=self._update.optimizer.learning_rate * scale,
            grad_norm=grad_norm,
            progress=self._progress(),
            seconds=self.done.seconds,
            seconds_left=left,
            memory=peak_memory(self.device),
            mfu=meter.mfu,
            update_seconds=meter.last,
        )
