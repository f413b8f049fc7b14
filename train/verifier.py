"""Fit the verifier of near neighbours to the pairs in assets/queries/alike.txt and to look-alikes of the curriculum.

    python -m train.verifier            # fit, report, and write assets/lexicon/verifier.json
    python -m train.verifier --check    # only the figures on assets/queries/pairs.jsonl, which nothing is fitted to

Logistic regression with signs that make sense: what is left over may only speak against, cosine only for. Only pairs
that nothing refuses are fitted, because only those are weighed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import asset
from engine.memory.embedder import Embedder
from engine.procedures.alignment import FEATURES, align, complete, features
from engine.procedures.reading import read
from engine.procedures.refusal import refusal
from engine.procedures.tally import Tally, tally
from engine.procedures.verifier import Weights, verify

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pair = tuple[str, str, bool]
SIGNS = dict.fromkeys(FEATURES, -1) | {"cosine": 1, "task": 0}
"""The sign that a weight may have; 0 for either."""
FALSE_HITS = 0.0045
"""The threshold lets through so many of the fitted pairs that differ, of those that nothing refuses. Of pairs that
others wrote and labelled 0.0055 let through 1.3%, this 0.9%, for a twentieth fewer of what is the same."""
LOOK_ALIKES = ("routine", "concepts", "errors")
NEAR = 0.6
PENALTY = 5e-3
"""Cross-validated over the lines of alike.txt, 0.001 to 0.01 are as good (0.428 to 0.438 nats); 0.05 is not (0.505)."""


def alike_pairs(path: Path) -> Iterator[Pair]:
    """Every pair within a line: "|" parts ways of asking the same, "||" the questions that only look like it."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        same, _, other = line.partition(" || ")
        ways, others = same.split(" | "), other.split(" | ")
        yield from ((a, b, True) for n, a in enumerate(ways) for b in ways[n + 1 :])
        yield from ((a, b, False) for a in ways for b in others)
        yield from ((a, b, False) for n, a in enumerate(others) for b in others[n + 1 :])


def look_alikes(embedder: Embedder) -> Iterator[Pair]:
    """For each prompt of the curriculum the two nearest prompts that belong to another answer."""
    import numpy as np

    prompts: list[tuple[int, str]] = []
    for name in LOOK_ALIKES:
        for line in asset("curriculum", f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            group = len(prompts)
            prompts += [(group, text) for text in json.loads(line)["prompts"]]
    vectors = embedder.embed([text for _, text in prompts])
    groups = np.array([group for group, _ in prompts])
    nearness = vectors @ vectors.T
    nearness[groups[:, None] == groups[None, :]] = -1.0
    for here in range(len(prompts)):
        for there in np.argsort(-nearness[here])[:2].tolist():
            if nearness[here, there] > NEAR and here < there:
                yield prompts[here][1], prompts[there][1], False


def vectors(texts: set[str], embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    known = sorted(texts)
    return dict(zip(known, embedder.embed(known), strict=True))


def table(pairs: list[Pair], embedder: Embedder) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Features [N, F], whether the two are the same [N], and whether they come to be weighed at all [N]."""
    import numpy as np

    vector = vectors({text for a, b, _ in pairs for text in (a, b)}, embedder)
    rows, weighed = [], []
    for a, b, _ in pairs:
        one, other = read(a), read(b)
        between = align(one, other)
        cosine = float(vector[a] @ vector[b])
        rows.append(features(one, other, between, cosine))
        weighed.append(refusal(one, other, between) is None and not complete(one, other, between, cosine))
    return np.array(rows), np.array([same for *_, same in pairs]), np.array(weighed)


def fit(x: NDArray[np.float64], y: NDArray[np.bool_], steps: int = 4000, rate: float = 0.5) -> Weights:
    """Projected gradient descent on the mean log loss; the threshold is set by `FALSE_HITS`."""
    import numpy as np

    mean, scale = x.mean(0), x.std(0) + 1e-9
    z, target = (x - mean) / scale, y.astype(np.float64)
    signs = np.array([SIGNS[name] for name in FEATURES])
    weights, bias = np.zeros(len(FEATURES)), 0.0
    for _ in range(steps):
        slip = 1 / (1 + np.exp(-(z @ weights + bias))) - target
        weights -= rate * (z.T @ slip / len(y) + 2 * PENALTY * weights)
        weights = np.where(weights * signs < 0, 0.0, weights)
        bias -= rate * float(slip.mean())
    probability = 1 / (1 + np.exp(-(z @ weights + bias)))
    threshold = float(np.quantile(probability[~y], 1 - FALSE_HITS))
    return Weights(tuple(mean), tuple(scale), tuple(weights), bias, threshold)


def check(pairs: list[Pair], embedder: Embedder) -> Tally:
    """What the whole verifier makes of labelled pairs, and what a cosine with as many false hits would."""
    vector = vectors({text for a, b, _ in pairs for text in (a, b)}, embedder)
    cosines = [float(vector[a] @ vector[b]) for a, b, _ in pairs]
    return tally((same, verify(a, b, cosine).same, cosine) for (a, b, same), cosine in zip(pairs, cosines, strict=True))


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="python -m train.verifier", description=__doc__.split("\n")[0])
    options.add_argument("--check", action="store_true", help="write nothing")
    options.add_argument("--out", type=Path, default=asset("lexicon") / "verifier.json")
    chosen = options.parse_args(arguments)
    embedder = Embedder.load()
    pairs = list(alike_pairs(asset("queries", "alike.txt")))
    if not chosen.check:
        x, y, weighed = table([*pairs, *look_alikes(embedder)], embedder)
        weights = fit(x[weighed], y[weighed])
        kept = {
            "features": list(FEATURES), "mean": weights.mean, "scale": weights.scale, "weights": weights.weights,
            "bias": weights.bias, "threshold": weights.threshold,
        }  # fmt: skip
        chosen.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        for name, weight in zip(FEATURES, weights.weights, strict=True):
            sys.stdout.write(f"{name:26s} {weight:+.2f}\n")
        sys.stdout.write(f"threshold {weights.threshold:.3f}\n")
    sys.stdout.write(f"fitted pairs: {check(pairs, embedder)}\n")
    rows = [json.loads(line) for line in asset("queries", "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    for half in ("building", "held out"):
        chosen_rows = [(row["a"], row["b"], row["same"]) for row in rows if row["half"] == half]
        sys.stdout.write(f"pairs.jsonl, {half}: {check(chosen_rows, embedder)}\n")


if __name__ == "__main__":
    main()
