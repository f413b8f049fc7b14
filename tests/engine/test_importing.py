"""Cores of others in a home: tokenizer and template kept, precision measured, chosen, and refused in clear words."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bundle import Bundle, bundles, chosen, name_in_use
from engine.chat_template import ChatTemplate
from engine.context import prompt_ids
from engine.errors import SparkError
from engine.importing import import_bundle, import_pretrained
from engine.models.generate import generate
from engine.models.pretrained_tokenizer import PretrainedTokenizer
from engine.models.sampling import Sampling
from engine.models.weights import load_tensors, save_tensors
from engine.proving import use
from engine.settings import Home
from engine.writing import Writer, core_writer, fast_writer
from tests.engine.pretrained_folder import publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def both_writers(bundle: Bundle) -> tuple[Writer, Writer]:
    fast = fast_writer(bundle.fast(), bundle.tokenizer)
    return fast, core_writer(bundle.core(), bundle.core_tokenizer() or bundle.tokenizer, bundle.folder, fast)


@pytest.mark.parametrize("precision", ["int8", "int4", "bfloat16"])
def test_an_imported_core_writes_with_its_own_tokenizer(home: Home, published: Path, precision: str) -> None:
    quality = import_pretrained(home, published, "tiny", precision)
    if precision == "bfloat16":
        assert quality is None
    else:
        assert quality is not None and quality.agreement > (0.9 if precision == "int8" else 0.3)
        assert abs(quality.bits_per_byte - quality.before) < 1.0
    use(home, "tiny")
    bundle = Bundle.load(chosen(home))
    assert bundle.router.parent == bundle.base != bundle.folder
    reflex, writer = both_writers(bundle)
    assert writer.model.precision == precision
    assert writer.drafting is not None and writer.drafting.model is None, (
        "another tokenizer: no drafting by the fast path"
    )
    prompt = writer.lay_out("hello", [], [], 400)
    tokens = list(generate(writer.model, writer.tokenizer, prompt.ids, Sampling(temperature=0, max_tokens=5)))
    assert all(not writer.tokenizer.special(token) for token in tokens)
    assert reflex.lay_out("hi", [], [], 400).ids == prompt_ids(bundle.tokenizer, "hi", budget=400)


def test_a_template_holds_what_people_wrote_and_nobody_can_break_out(published: Path) -> None:
    tokenizer = PretrainedTokenizer.load(published / "tokenizer.json")
    template = ChatTemplate(json.loads((published / "tokenizer_config.json").read_text())["chat_template"], tokenizer)
    prompt = template.lay_out("a<|im_end|>b", ["my dog is Rex"], [("hi", "hello")], 500)
    start, end = (tokenizer.encode_markup(mark)[0] for mark in ("<|im_start|>", "<|im_end|>"))
    assert prompt.ids.count(start) == 5 and prompt.ids.count(end) == 4, "system, three turns, and the answer's opening"
    assert [segment.label for segment in prompt.segments] == ["memory 1", "earlier", "earlier", "question"]
    parts = [tokenizer.decode(prompt.ids[segment.start : segment.stop]) for segment in prompt.segments]
    assert parts == ["my dog is Rex", "hi", "hello", "a<|im_end|>b"]
    assert not prompt.shortened


def test_a_template_stays_within_its_budget(published: Path) -> None:
    tokenizer = PretrainedTokenizer.load(published / "tokenizer.json")
    template = ChatTemplate("{% for m in messages %}{{ m.content }}{% endfor %}", tokenizer)
    prompt = template.lay_out("word " * 500, ["memory " * 30], [("a", "b")], 200)
    assert len(prompt.ids) <= 200 and prompt.shortened
    with pytest.raises(SparkError, match="longer than 10"):
        template.lay_out("hello", [], [], 10)


def test_a_template_without_system_messages_gets_them_in_the_question(published: Path) -> None:
    tokenizer = PretrainedTokenizer.load(published / "tokenizer.json")
    refusal = "{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
    strict = "{% for m in messages %}" + refusal + "{{ m.content }}{% endfor %}"
    text = tokenizer.decode(ChatTemplate(strict, tokenizer).lay_out("hello", [], [], 300).ids)
    assert text.startswith("You are Spark") and text.endswith("hello")
    with pytest.raises(SparkError, match="cannot be read"):
        ChatTemplate("{% for %}", tokenizer)


def test_pretrained_tokens_are_bytes_and_marks(published: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = PretrainedTokenizer.load(published / "tokenizer.json")
    for text in ("def f(x):\n    return x", "naïve ∑ 🙂", "", "<|im_end|>"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert not any(tokenizer.special(token) for token in tokenizer.encode(text))
    reference = Tokenizer.from_file(str(published / "tokenizer.json"))
    assert tokenizer.encode_markup("a<|im_end|>") == reference.encode("a<|im_end|>", add_special_tokens=False).ids
    assert tokenizer.special(319), "the model's vocabulary is padded"
    with pytest.raises(SparkError, match="bytes"):
        PretrainedTokenizer(
            '{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": []}'
        )


def test_our_own_core_in_fewer_bits_keeps_its_drafts(home: Home) -> None:
    quality = import_bundle(home, "default", "small", "int8")
    assert quality is not None and quality.agreement > 0.95 and abs(quality.bits_per_byte - quality.before) < 0.02
    bundle = Bundle.load(bundles(home)["small"])
    _, writer = both_writers(bundle)
    assert writer.model.precision == "int8"
    assert writer.drafting is not None and writer.drafting.model is not None


def test_names_are_checked_and_a_lost_bundle_is_named(home: Home, published: Path) -> None:
    assert name_in_use(home) == "default"
    for name in ("../x", "", "a b"):
        with pytest.raises(SparkError, match="cannot be a bundle's name"):
            import_pretrained(home, published, name, "int8")
    with pytest.raises(SparkError, match="already"):
        import_bundle(home, "default", "default", "int8")
    with pytest.raises(SparkError, match="no bundle 'lost'"):
        use(home, "lost")
    home.create()
    home.bundles.mkdir()
    (home.bundles / "in_use").write_text("lost")
    with pytest.raises(SparkError, match="gone"):
        chosen(home)


Damage = Callable[[Path], object]


def _shorter(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _another_bit(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[-7] ^= 4
    file.write_bytes(whole)


def _never_hashed(folder: Path) -> None:
    """A bundle imported before hashes were kept, its weights not a number."""
    tensors, metadata = load_tensors(folder / "core.safetensors")
    save_tensors(folder / "core.safetensors", {n: t * float("nan") for n, t in tensors.items()}, metadata)
    (folder / "source.json").unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: _shorter(folder / "core.safetensors"), "not what was imported"),
        (lambda folder: _another_bit(folder / "core.safetensors"), "not what was imported"),
        (lambda folder: (folder / "core.safetensors").unlink(), "lost its core.safetensors"),
        (lambda folder: (folder / "core_tokenizer.json").unlink(), "lost its core_tokenizer.json"),
        (lambda folder: (folder / "chat.json").write_text("{}"), "chat.json"),
        (lambda folder: (folder / "source.json").write_text("{"), "source.json cannot be read"),
        (lambda folder: (folder / "bundle.json").write_text("{"), "bundle.json"),
        (_never_hashed, "not a number"),
    ],
)
def test_a_damaged_core_is_not_put_to_use(home: Home, published: Path, damage: Damage, words: str) -> None:
    import_pretrained(home, published, "tiny", "bfloat16")
    use(home, "tiny")
    use(home, "default")
    damage(home.bundles / "tiny")
    with pytest.raises(SparkError, match=words) as refused:
        use(home, "tiny")
    assert "\n" not in str(refused.value) and name_in_use(home) == "default"


def test_without_hashes_damage_is_found_by_waking_the_core(home: Home, published: Path) -> None:
    import_pretrained(home, published, "tiny", "int8")
    folder = home.bundles / "tiny"
    (folder / "source.json").unlink()
    use(home, "tiny")
    tensors, metadata = load_tensors(folder / "core.safetensors")
    name = next(name for name in tensors if name.endswith(".codes"))
    for wrong, words in ((tensors[name].int(), "not bytes"), (tensors[name][:-1].contiguous(), "do not fit")):
        save_tensors(folder / "core.safetensors", {**tensors, name: wrong}, metadata)
        with pytest.raises(SparkError, match=words):
            use(home, "tiny")
    (folder / "core_tokenizer.json").unlink()
    save_tensors(folder / "core.safetensors", tensors, metadata)
    with pytest.raises(SparkError, match="do not belong together"):
        use(home, "tiny")


def test_what_killed_imports_left_is_no_bundle_and_is_swept_away(home: Home, published: Path) -> None:
    import_pretrained(home, published, "tiny", "bfloat16")
    old, new = home.bundles / ".old.partial", home.bundles / ".new.partial"
    for left in (old, new):
        shutil.copytree(home.bundles / "tiny", left)
    os.utime(old, (0, 0))
    assert list(bundles(home)) == ["default", "tiny"]
    import_pretrained(home, published, "again", "bfloat16")
    assert not old.exists() and new.exists(), "another import may be under way"


def test_weights_of_whole_numbers_are_refused(home: Home, published: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "whole"
    shutil.copytree(published, folder)
    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor.int() for name, tensor in tensors.items()}, folder / "model.safetensors")
    with pytest.raises(SparkError, match="whole numbers"):
        import_pretrained(home, folder, "whole", "int8")


def test_an_import_that_fails_leaves_nothing(home: Home, published: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in published.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "model.safetensors").write_bytes(b"no")
    with pytest.raises(SparkError, match="damaged"):
        import_pretrained(home, broken, "broken", "int8")
    assert list(bundles(home)) == ["default"]


@pytest.mark.parametrize(
    ("template", "words"), [("{% for %}", "cannot be read"), ("{{ messages[9].content }}", "failed")]
)
def test_a_template_that_fails_is_refused_before_the_weights_are_read(
    home: Home, tmp_path: Path, template: str, words: str
) -> None:
    publish(tmp_path, template)
    (tmp_path / "model.safetensors").write_bytes(b"not read")
    with pytest.raises(SparkError, match=f"template.*{words}"):
        import_pretrained(home, tmp_path, "broken", "int8")


def test_a_tokenizer_of_another_model_is_refused(home: Home, published: Path, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path / "other"
    folder.mkdir()
    described = (published / "tokenizer.json").read_text(encoding="utf-8")
    for vocabulary in (200, 400):  # the tokenizer has 302
        small = LlamaConfig(vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
        LlamaForCausalLM(small).save_pretrained(folder)
        with pytest.raises(SparkError, match=r"no tokenizer\.json"):
            import_pretrained(home, folder, "other", "int8")
        (folder / "tokenizer.json").write_text(described, encoding="utf-8")
        with pytest.raises(SparkError, match=f"302 tokens and the model {vocabulary}"):
            import_pretrained(home, folder, "other", "int8")
        (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_text(described.replace("ByteLevel", "WordPiece"), encoding="utf-8")
    with pytest.raises(SparkError, match=r"tokenizer\.json"):
        import_pretrained(home, folder, "other", "int8")
    assert list(bundles(home)) == ["default"]
