"""`train router` as a run: the fast path and the tokenizer of a bundle in, a head and its measured figures out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from train.command import OpenRun, run_folder_path
from train.runs import RunFolder

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.memory.embedder import Embedder
    from engine.models.transformer import Transformer


def open_router_run(args: argparse.Namespace) -> OpenRun:
    """The head is written to `router.safetensors` in the run's folder; `train.assemble --router` takes it from there.

    Raises:
        SparkError: the bundle, the embedder or the labelled queries are missing or damaged.
    """
    from engine.assets import asset
    from engine.bundle import Bundle, chosen
    from engine.memory.embedder import Embedder
    from engine.settings import Home
    from train.options import Controls
    from train.router import RouterOptions, train_router

    usual = chosen(Home.find(args.home)) if args.from_flags else asset("bundle")
    bundle = Bundle.load(args.bundle or usual)
    fast, embedder = bundle.fast(), Embedder.load()
    folder = RunFolder(run_folder_path(args))
    if args.from_flags:
        return _from_flags(args, bundle, fast, embedder, folder)
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


def _from_flags(
    args: argparse.Namespace, bundle: Bundle, fast: Transformer, embedder: Embedder, folder: RunFolder
) -> OpenRun:
    """A router for one home, put there at the end unless it is worse than the one in use."""
    from engine.record import Record
    from engine.reflex import fast_fingerprint, router_of
    from engine.routing.assessment import load_head
    from engine.settings import Home
    from train.options import Controls
    from train.router import RouterOptions, train_router
    from train.router_flags import judged_decisions

    home = Home.find(args.home)
    home.create()
    record = Record(home.record)
    try:
        flagged = judged_decisions(record)
    finally:
        record.close()
    current = load_head(router_of(bundle, home.router))
    folder.create()
    folder.write_config(
        {"model": "router", "bundle": str(bundle.folder), "seed": args.seed or 0, "flags": len(flagged)}
    )
    stream = train_router(
        fast,
        bundle.tokenizer,
        embedder,
        home.router,
        seed=args.seed or 0,
        options=RouterOptions(candidates=(current.config.features,)),
        flagged=flagged,
        current=current,
        metadata={"fast": fast_fingerprint(bundle)},
    )
    return OpenRun(folder, Controls(), stream)
