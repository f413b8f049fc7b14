"""`train router` as a run: the fast path and the tokenizer of a bundle in, a head and its measured figures out."""

from __future__ import annotations

import argparse

from train.command import OpenRun, run_folder_path
from train.runs import RunFolder


def open_router_run(args: argparse.Namespace) -> OpenRun:
    """The head is written to `router.safetensors` in the run's folder; `train.assemble --router` takes it from there.

    Raises:
        SparkError: the bundle, the embedder or the labelled queries are missing or damaged.
    """
    from engine.assets import asset
    from engine.bundle import Bundle
    from engine.memory.embedder import Embedder
    from train.options import Controls
    from train.router import RouterOptions, train_router

    bundle = Bundle.load(args.bundle or asset("bundle"))
    fast, embedder = bundle.fast(), Embedder.load()
    folder = RunFolder(run_folder_path(args))
    folder.create()
    folder.write_config({"model": "router", "bundle": str(bundle.folder), "seed": args.seed or 0})
    stream = train_router(
        fast,
        bundle.tokenizer,
        embedder,
        folder.path / "router.safetensors",
        seed=args.seed or 0,
        options=RouterOptions(ablation=bool(args.ablation)),
    )
    return OpenRun(folder, Controls(), stream)
