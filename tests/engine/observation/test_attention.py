"""Attention and lens of a finished answer, against what the model itself computes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.context import build_prompt
from engine.errors import SparkError
from engine.events import Answered
from engine.models.probe import attention_weights
from engine.models.tokenizer import ByteTokenizer
from engine.nervous_system import Spark
from engine.observation.attention import attend
from engine.record import ProcedureRow, Record, Turn
from engine.routing.categories import Category, Route
from engine.settings import Home, Settings
from tests.engine.models.test_transformer import TINY, random_model
from tests.engine.tiny import tiny_bundle

TOKENIZER = ByteTokenizer()


def looked(answer: str = "fine"):
    model = random_model(replace(TINY, vocab_size=TOKENIZER.vocab_size, context=64))
    prompt = build_prompt(TOKENIZER, "why?", ["a memory"], [("hi", "hello")])
    return model, prompt, attend(model, TOKENIZER, prompt, answer, "core")


def test_a_token_looks_where_the_position_before_it_looks() -> None:
    model, prompt, seen = looked()
    ids = [*prompt.ids, *TOKENIZER.encode("fine")]
    weights = attention_weights(model, torch.tensor([ids]), [1])[1][0]
    for token in range(4):
        position = len(prompt.ids) + token - 1
        for head in range(seen.heads):
            assert seen.look(token, 1, head) == pytest.approx(
                weights[head, position, : position + 1].tolist(), abs=1e-3
            )
        assert seen.look(token, 1) == pytest.approx(weights[:, position, : position + 1].mean(0).tolist(), abs=1e-3)
        assert sum(seen.look(token, 0)) == pytest.approx(1.0, abs=2e-3)


def test_the_last_layer_of_the_lens_is_the_models_own_answer() -> None:
    model, prompt, seen = looked()
    ids = [*prompt.ids, *TOKENIZER.encode("fine")]
    with torch.inference_mode():
        shares = torch.softmax(model(torch.tensor([ids]))[0].float(), -1)
    for token, written in enumerate(TOKENIZER.encode("fine")):
        says = seen.lens(token)[-1]
        row = shares[len(prompt.ids) + token - 1]
        assert says.written == pytest.approx(float(row[written]), abs=1e-5)
        assert says.guesses[0][1] == pytest.approx(float(row.max()), abs=1e-5)
        assert says.right == (int(row.argmax()) == written)


def test_words_are_the_text_and_know_their_part() -> None:
    _, prompt, seen = looked("naïve é")
    assert "".join(word.text for word in seen.words[seen.read :]) == "naïve é"
    parts = list(dict.fromkeys(word.part for word in seen.words))
    assert parts == ["start", "memory 1", "earlier", "question", "answer"]
    assert seen.words[0].text == "‹start›" and seen.read == len(prompt.ids)
    assert all(seen.knew(token) is None or 0 <= seen.knew(token) < seen.layers for token in range(seen.tokens))


def test_a_turn_is_laid_out_again_as_it_was_written(tmp_path: Path) -> None:
    spark = Spark.open(Home(tmp_path / "home"), Settings(), bundle=tiny_bundle(tmp_path / "bundle"))
    try:
        for question in ("what is a list?", "and what about that?"):
            (answered,) = [event for event in spark.reply(question, max_tokens=12) if isinstance(event, Answered)]
            assert answered.path is Route.CORE
            assert spark.attention(answered.turn_id).read == answered.tokens.prompt
        spark.record.add_turn(Turn("p", "default", 0.0, "hi", "hello", Route.PROCEDURE))
        for turn_id, why in (("nobody", "no turn"), ("p", "No model wrote")):
            with pytest.raises(SparkError, match=why):
                spark.attention(turn_id)
    finally:
        spark.close()


def test_sessions_are_found_renamed_and_read_backwards(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    for number in range(5):
        record.add_turn(Turn(f"a{number}", "walks", number, f"question {number}", "100% _sure_"))
    record.add_turn(Turn("b", "cooking", 9.0, "eggs", "boil"))
    assert [turn.id for turn in record.turns_before("a3", 2)] == ["a1", "a2"]
    assert record.turns_before("a0", 2) == [] == record.turns_before("unknown", 2)
    assert [session.name for session in record.find_sessions("")] == ["cooking", "walks"]
    for words in ("walk", "QUESTION 3", "100% _s"):
        assert [session.name for session in record.find_sessions(words)] == ["walks"]
    assert record.find_sessions("100%s") == []
    assert record.rename_session("walks", "hikes") == 5
    assert {session.name: session.turns for session in record.sessions()} == {"cooking": 1, "hikes": 5}
    record.close()


def test_growth_counts_procedures_by_when_they_were_learned(tmp_path: Path) -> None:
    record = Record(tmp_path / "spark.db")
    assert record.usage().growth == ()
    for number in range(40):
        record.add_turn(Turn(f"t{number}", "default", 1000.0 * number, "q", "a", Route.CORE))
    for key, created in (("a", 5_001.0), ("b", 30_001.0)):
        record.put_procedure(ProcedureRow(key, key, "x", Category.ROUTINE, 3, 0, True, created, None, "{}"))
    growth = record.usage().growth
    assert len(growth) == 20 and growth[0] == 0 and growth[5] == 1 and growth[-1] == 2
    assert list(growth) == sorted(growth)
    record.close()
