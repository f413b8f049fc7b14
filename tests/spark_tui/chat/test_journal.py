"""The journal from within the chat."""

from __future__ import annotations


async def test_a_summary_is_drafted_edited_and_kept(start, tmp_path):
    async with start() as chat:
        await chat.type("/journal")
        await chat.until(lambda: "Nothing was asked" in chat.app.hints.said)
        await chat.ask("what is a list?")
        await chat.type("/journal")
        await chat.sees("drafted from the log", "# Session summary: default", "- what is a list?")
        await chat.pilot.press("ctrl+end", *"mine", "ctrl+s")
        await chat.until(lambda: "Kept in" in chat.app.hints.said)
        (file,) = (tmp_path / "home" / "journal").glob("2*.md")
        text = file.read_text()
        assert "- 1 turn: 1 core" in text and "mine" in text and "until=turn1" in text


async def test_a_question_and_a_hypothesis_are_noted(start, tmp_path):
    async with start() as chat:
        await chat.type("/question why three matrices?")
        await chat.until(lambda: "Question 1 is in the journal" in chat.app.hints.said)
        await chat.type("/hypothesis it is too high")
        assert "names the setting" in chat.app.hints.said
        assert chat.app.prompt.text == "/hypothesis it is too high"
        await chat.type("/hypothesis routing.threshold=0.7 answers more at once")
        assert "spark study --hypothesis 1" in chat.app.hints.said
        assert chat.mind.asked == []


async def test_leaving_after_a_real_session_keeps_a_draft(start, tmp_path):
    async with start() as chat:
        for number in range(3):
            await chat.ask(f"question {number}")
    assert chat.app.worker.stop()
    (file,) = (tmp_path / "home" / "journal").glob("2*.md")
    assert "- question 2" in file.read_text()
