"""A trainer that tells a made-up run at once: the same events and wishes as the real one, without torch.

    python fake_trainer.py [steps=200] [seconds=0.0] [nan=STEP] [fails=1] [dies=STEP] [blocks=3]

Run with `app` as the first word it opens the training app on this terminal with itself as the trainer.
"""

from __future__ import annotations

import math
import sys
import threading
import time

from train.events import (
    Clicked,
    Ended,
    Evaluated,
    Observed,
    Paused,
    Problem,
    Sample,
    Saved,
    Started,
    Step,
    TrainEvent,
    to_json,
)
from train.thumbnail import draw

PROMPTS = ("def add(a, b):", "for item in items:")


def say(event: TrainEvent) -> None:
    print(to_json(event), flush=True)


def sample(step: int, total: int) -> None:
    for prompt in PROMPTS:
        good = step > total / 2
        text = "\n    return a + b\n" if good else "\n  return (a\n\x1b[31m[/bold]\tself.self"
        say(Sample(step, prompt, text, good, "" if good else "'(' was never closed (line 2)"))


def main(words: list[str]) -> int:
    options = dict(word.split("=") for word in words if "=" in word)
    steps, pause = int(options.get("steps", 200)), float(options.get("seconds", 0))
    nan, dies, blocks = int(options.get("nan", -1)), int(options.get("dies", -1)), int(options.get("blocks", 3))
    if options.get("fails"):
        print("There is no data set called moon; choose toy, functions or a path.", file=sys.stderr)
        return 1
    wishes: list[str] = []

    def listen() -> None:
        wishes.extend(line.strip() for line in sys.stdin)
        wishes.append("stop")

    threading.Thread(target=listen, daemon=True).start()
    say(
        Started(
            "brisk-otter", "1m", 0, steps, None, 1_066_054, {"training": {"optimizer": {"matrix_lr": 0.01}}},
            [{"name": "toy", "tokens": 20_000}], "cpu", 2, False,
        )
    )  # fmt: skip
    reason, done = "finished", 0
    while done < steps:
        while wishes:
            wish = wishes.pop(0)
            if wish == "stop":
                reason = "stopped"
            elif wish == "pause":
                say(Paused(done, True))
                while not wishes or wishes[0] not in ("resume", "stop"):
                    time.sleep(0.01)
                say(Paused(done, False))
            elif wish == "sample":
                sample(done, steps)
            elif wish.startswith("sample "):
                say(Sample(done, wish.removeprefix("sample "), " x():\n", True, ""))
            elif wish == "save":
                say(Saved(done, f"/tmp/runs/brisk-otter/checkpoints/step-{done:08d}", 0.01))
        if reason == "stopped":
            break
        if done == dies:
            print("Traceback (most recent call last):\nMemoryError: no room", file=sys.stderr)
            return 1
        done += 1
        time.sleep(pause)
        loss = math.nan if done == nan else 1 + 7 * math.exp(-4 * done / steps) + 0.2 * math.sin(done)
        say(Step(done, loss, done * 4096, 18_400, 2e-2, 0.83, done / steps, done, steps - done, 900 << 20))
        if done % 10 == 0:
            figures = {"embedding": 0.8, **{f"blocks.{i}": 0.1 * (i + 1) for i in range(blocks)}, "norm": 0.01}
            say(Observed(done, "gradients", figures))
            say(Observed(done, "token kinds", {"keyword": 2.0, "keyword right": 0.25, "operator": 1.0}))
            say(Observed(done, "logit lens", {"loss.0": 8.0, "rank.0": 900.0, "loss.1": 2.0, "rank.1": 3.0}))
            say(Observed(done, "previous token", {"1.1": 0.9, "1.2": 0.1, "2.1": 0.2, "2.2": 0.1}))
            shares = [[1 / (i + 1) * (j <= i) for j in range(12)] for i in range(12)]
            shares[3][1] = 0.98
            maps = {f"{layer}.{head}": draw(shares) for layer in (1, 2) for head in (1, 2)}
            words = ["", "def", "[/x]", "(", "a", ",", "b", ")", ":", "\n    ", "return", "\x1b"]
            say(Observed(done, "attention", {}, maps, {"tokens": words}))
        if done == 40:
            say(Clicked(done, "brackets match", 0.7))
        if done % 25 == 0:
            held = 1.3 + 7 * math.exp(-4 * done / steps)
            say(Evaluated(done, held, held / 2.2, {"toy": held}, {"toy": 0.5}, {"toy": held / 2.2}, 0.1))
        if done % 50 == 0:
            sample(done, steps)
    if nan > 0:
        text = f"At step {nan} the loss is not a number; training stops. The last good checkpoint: step 0."
        say(Problem(nan, text))
        say(Ended(nan, "failed", 1.0, text, done * 4096, {}))
        return 1
    say(Saved(done, f"/tmp/runs/brisk-otter/checkpoints/step-{done:08d}", 0.01))
    say(Ended(done, reason, 12.0, "", done * 4096, {"toy": 1.5}))
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["app"]:
        from spark_tui.training import child, launch

        child.trainer_command = lambda words: [sys.executable, __file__, *sys.argv[2:]]
        sys.exit(launch.launch(["core"]))
    sys.exit(main(sys.argv[1:]))
