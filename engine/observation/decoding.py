"""How fast tokens are written, beside those who do the same work: the contestants of `spark bench decode`.

All have read the same prompt and write tokens after it with the same random weights of one shape; a round is a few
tokens of each. The prompt's keys and values stay; what a round adds is taken back.
"""

from __future__ import annotations

import ctypes
import importlib.util
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import torch

from engine.models.cache import KVCache
from engine.models.config import ModelConfig
from engine.models.decoder import Decoder
from engine.models.pretrained import their_state
from engine.models.quantized import skeleton
from engine.models.transformer import Transformer
from engine.observation.gguf import write_gguf

SHAPES = {
    "360m": ModelConfig(
        49_152, 32, 960, 15, 5, 2560, 1024,
        rope_base=100_000.0, activation="swiglu", qk_norm=False, residual_scales=False, embedding_norm=False,
    ),
    "135m": ModelConfig(
        49_152, 30, 576, 9, 3, 1536, 1024,
        rope_base=100_000.0, activation="swiglu", qk_norm=False, residual_scales=False, embedding_norm=False,
    ),
    "tiny": ModelConfig(
        512, 2, 64, 4, 2, 128, 1024,
        rope_base=100_000.0, activation="swiglu", qk_norm=False, residual_scales=False, embedding_norm=False,
    ),
}  # fmt: skip
"""SmolLM2's shapes, and one for tests."""

Steps = Callable[[], None]
"""Writes the round's tokens after the prompt, then takes them back."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`bytes` of weights that each token reads; None where that is not ours to know. `read`: the whole prompt anew."""

    name: str
    steps: Steps
    bytes: float | None = None
    read: Steps | None = None


def random_model(config: ModelConfig, seed: int = 0) -> Transformer:
    """Random weights, bfloat16 matrices: what a checkpoint of this shape would take to run."""
    generator = torch.Generator().manual_seed(seed)
    model = skeleton(config)
    state = {
        name: torch.ones(tensor.shape)
        if tensor.dim() == 1
        else (torch.randn(tensor.shape, generator=generator) * tensor.shape[1] ** -0.5).bfloat16()
        for name, tensor in model.state_dict().items()
    }
    model.load_state_dict(state, assign=True)
    return model


def memory_bandwidth(size: int = 2**29, tries: int = 3) -> float:
    """Bytes a second that all threads together read from memory: the best of some passes over `size` bytes."""
    block = torch.ones(size // 8, dtype=torch.int64)
    best = 0.0
    for _ in range(tries):
        began = time.perf_counter()
        block.sum()
        best = max(best, size / (time.perf_counter() - began))
    return best


def ours(model: Transformer, precision: str, prompt: list[int], tokens: int, threads: int) -> Contestant:
    """Our decoder."""
    decoder = Decoder(model, precision, threads)
    cache = decoder.new_cache(len(prompt) + tokens)
    decoder.read(prompt, cache)

    def steps() -> None:
        token = prompt[-1]
        for _ in range(tokens):
            token = int(decoder.logits(decoder.read([token], cache))[0].argmax())
        cache.rewind(len(prompt))

    def read() -> None:
        cache.rewind(0)
        decoder.read(prompt, cache)

    return Contestant(f"Spark {precision}", steps, decoder.bytes_a_token, read)


def plain_pytorch(model: Transformer, prompt: list[int], tokens: int) -> Contestant:
    """The transformer as it is written, a module at a time, bfloat16."""
    cache = KVCache(model.config, capacity=len(prompt) + tokens, dtype=torch.bfloat16)

    @contextmanager
    def in_bfloat16() -> Iterator[None]:
        usual, model.compute_dtype = model.compute_dtype, torch.bfloat16
        try:
            with torch.inference_mode():
                yield
        finally:
            model.compute_dtype = usual

    with in_bfloat16():
        model.hidden(torch.tensor([prompt]), cache)

    def steps() -> None:
        token = prompt[-1]
        with in_bfloat16():
            for _ in range(tokens):
                token = int(model.logits(model.hidden(torch.tensor([[token]]), cache))[0, -1].argmax())
        cache.rewind(len(prompt))

    def read() -> None:
        with in_bfloat16():
            cache.rewind(0)
            model.hidden(torch.tensor([prompt]), cache)

    return Contestant("plain PyTorch bfloat16", steps, read=read)


def transformers_generate(model: Transformer, prompt: list[int], tokens: int) -> Contestant | None:
    """`generate` of the transformers library, bfloat16; None where it is not installed."""
    if importlib.util.find_spec("transformers") is None:
        return None
    from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

    c = model.config
    with torch.device("meta"):
        theirs: Any = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=c.vocab_size, hidden_size=c.width, num_hidden_layers=c.layers, num_attention_heads=c.heads,
                num_key_value_heads=c.kv_heads, intermediate_size=c.mlp_width, max_position_embeddings=c.context,
                rms_norm_eps=c.norm_eps, rope_parameters={"rope_type": "default", "rope_theta": c.rope_base},
                tie_word_embeddings=True, eos_token_id=None, bos_token_id=None,
            )
        )  # fmt: skip
    theirs.model.rotary_emb = type(theirs.model.rotary_emb)(theirs.config)
    state = {name: tensor.bfloat16() for name, tensor in their_state(model).items()}
    theirs.load_state_dict(state, strict=False, assign=True)
    theirs.tie_weights()
    theirs.eval()
    cache = DynamicCache(config=theirs.config)
    ids = torch.tensor([prompt])
    with torch.inference_mode():
        theirs(ids[:, :-1], past_key_values=cache)

    def steps() -> None:
        with torch.inference_mode():
            theirs.generate(
                ids, past_key_values=cache, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False,
                attention_mask=torch.ones_like(ids),
            )  # fmt: skip
        cache.crop(-tokens)

    return Contestant("transformers generate bfloat16", steps)


def llama_cpp(model: Transformer, bits: int, prompt: list[int], tokens: int, folder: Path, threads: int) -> Contestant:
    """llama.cpp through its Python binding's bare C functions, on the same weights written as GGUF into `folder`.

    Raises:
        ImportError: `llama_cpp` is not importable.
    """
    with redirect_stderr(StringIO()):
        import llama_cpp as library
    quiet = library.llama_log_callback(lambda *_: None)
    library.llama_log_set(quiet, ctypes.c_void_p(0))
    path = folder / f"q{bits}.gguf"
    write_gguf(path, model, bits)
    options = library.llama_model_default_params()
    options.n_gpu_layers = 0
    loaded = library.llama_model_load_from_file(str(path).encode(), options)
    settings = library.llama_context_default_params()
    settings.n_ctx, settings.n_batch = len(prompt) + tokens + 1, len(prompt)
    settings.n_threads = settings.n_threads_batch = threads
    context = library.llama_init_from_model(loaded, settings)
    memory = library.llama_get_memory(context)
    vocabulary = model.config.vocab_size

    def read(ids: list[int]) -> int:
        held = (library.llama_token * len(ids))(*ids)  # the batch only points to it
        if library.llama_decode(context, library.llama_batch_get_one(held, len(ids))) != 0:
            raise RuntimeError("llama.cpp could not read the tokens")
        logits = ctypes.cast(library.llama_get_logits_ith(context, -1), ctypes.POINTER(ctypes.c_float * vocabulary))
        return int(torch.frombuffer(logits.contents, dtype=torch.float32).argmax())

    read(prompt)

    def steps() -> None:
        token = prompt[-1]
        for _ in range(tokens):
            token = read([token])
        library.llama_memory_seq_rm(memory, 0, len(prompt), -1)

    def read_prompt() -> None:
        library.llama_memory_seq_rm(memory, 0, 0, -1)
        read(prompt)

    steps.keep = quiet  # type: ignore[attr-defined]  # the callback must live as long as the library may call it
    return Contestant(f"llama.cpp Q{bits}_0", steps, read=read_prompt)


def tokens_a_second(
    taken: Mapping[str, list[float]], tokens: int, typical: Callable[[list[float]], float] = median
) -> dict[str, float]:
    """By the median round, or by the best one (`min`), which says more on a machine with other work to do."""
    return {name: tokens / typical(seconds) for name, seconds in taken.items()}
