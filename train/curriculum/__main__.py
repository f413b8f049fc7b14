"""python -m train.curriculum --out DIR: make the training data of the default bundle again.

python -m train.curriculum --out data/mind                        # about 9M tokens of code and 12M of talk
python -m train.curriculum --out data/small --chat-tokens 500000 --code-tokens 500000
python -m train.curriculum --out data/talk --shares dialogue=0.6 completion=0.2 debug=0.1 facts=0.1
python -m train.curriculum --show documents --count 5             # read a few examples of one task
python -m train.curriculum --measure core.safetensors --examples data/mind/heldout_chat.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from engine.assets import asset
from engine.errors import SparkError
from engine.models.tokenizer import BytePairTokenizer
from train.corpus.build import build_corpus
from train.corpus.prepare import default_cache
from train.curriculum.build import SHARES, TASKS, Limits, build_mind, materials


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three: build, show, measure. Gives the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.show:
            _show(options.show, options.count, options.seed, options.cache)
        elif options.measure:
            _measure(options)
        elif options.out:
            limits = Limits(
                code_tokens=options.code_tokens, chat_tokens=options.chat_tokens, shares=_shares(options.shares)
            )
            report = build_mind(_tokenizer(options), options.context, options.out, options.seed, limits, options.cache)
            print(json.dumps({key: value for key, value in report.items() if key != "corpus"}, indent=1))
        else:
            _parser().print_help()
    except SparkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train.curriculum", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, help="folder for the packed rows and the report")
    add("--tokenizer", type=Path, help="tokenizer.json (default: the shipped one)")
    add("--context", type=int, default=1024, help="tokens of a row")
    add("--seed", type=int, default=0)
    add("--code-tokens", type=int, default=Limits().code_tokens)
    add("--chat-tokens", type=int, default=Limits().chat_tokens)
    add("--shares", nargs="+", metavar="TASK=SHARE", help="parts of the answer tokens (default: the first stage's)")
    add("--cache", type=Path, help="folder that keeps the parsed corpus (default: the user's cache folder)")
    add("--show", choices=sorted(TASKS), help="print examples of one task instead")
    add("--measure", type=Path, metavar="MODEL", help="measure a model on held-out examples instead")
    add("--examples", type=Path, help="heldout_chat.jsonl, for --measure")
    add("--count", type=int, default=5, help="examples to show, or to measure of each kind of task")
    return parser


def _shares(given: list[str] | None) -> dict[str, float]:
    """Raises SparkError for a task that does not exist or a share that is no number above zero."""
    if not given:
        return dict(SHARES)
    shares: dict[str, float] = {}
    for text in given:
        task, _, share = text.partition("=")
        try:
            shares[task] = float(share)
        except ValueError:
            shares[task] = 0.0
        if task not in TASKS or not shares[task] > 0:
            raise SparkError(f"--shares takes TASK=SHARE, such as dialogue=0.6, of {', '.join(TASKS)}; not {text!r}.")
    return shares


def _tokenizer(options: argparse.Namespace) -> BytePairTokenizer:
    return BytePairTokenizer.load(options.tokenizer or asset("bundle", "tokenizer.json"))


def _show(task: str, count: int, seed: int, cache: Path | None) -> None:
    material, _ = materials(build_corpus(cache or default_cache()))
    stream = TASKS[task](material, random.Random(seed))
    for example, _ in zip(stream, range(count), strict=False):
        for memory in example.memories:
            print(f"memory | {memory}")
        for asked, answered in example.history:
            print(f"before | {asked}\n       | {answered}")
        print(f"you    | {example.text}\nspark  | {example.answer}\n")


def _measure(options: argparse.Namespace) -> None:
    from engine.models.weights import load_model
    from train.curriculum.evaluate import evaluate_mind, read_examples

    if options.examples is None:
        raise SparkError("Say where the held-out examples are: --examples DIR/heldout_chat.jsonl.")
    report = evaluate_mind(
        load_model(options.measure), _tokenizer(options), read_examples(options.examples), options.count
    )
    print(report.table())


if __name__ == "__main__":
    raise SystemExit(main())
