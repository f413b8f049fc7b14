"""`spark journal`, as a shell sees it."""

from __future__ import annotations

from engine.observation.report import Report


def test_noting_listing_and_showing(call):
    assert call("journal").err.startswith("The journal is empty")
    assert call("journal", "question", "why", "three?").status == 0
    assert "Hypothesis 1 is noted" in call("journal", "hypothesis", "routing.threshold=0.7 is better").err
    listed = call("journal")
    assert "why three?" in listed.out and "hypothesis  1: routing.threshold=0.7" in listed.out
    row = call("journal", "--json").row
    assert row["hypotheses"][0]["setting"] == "routing.threshold" and len(row["questions"]) == 1
    assert "# Hypothesis 1" in call("journal", "show", "1").out
    missing = call("journal", "show", "../../etc/passwd")
    assert missing.status == 1 and "no page" in missing.err
    assert "names the setting" in call("journal", "hypothesis", "it is too high").err
    assert "Nothing was asked" in call("journal", "draft").err


def test_a_hypothesis_is_tested_and_the_result_written_beneath(call, monkeypatch, tmp_path):
    asked = []

    def against(references, settings, change, **_):
        asked.append((len(references), change))
        return Report("against", "Does it?", ("2 queries asked both ways: 1 got another answer.",), (), {})

    monkeypatch.setattr("engine.observation.against.against", against)
    assert "no hypothesis 1" in call("study", "--hypothesis", "1").err
    call("journal", "hypothesis", "routing.threshold=0.7 is better")
    result = call("study", "--hypothesis", "1", "--most", "2")
    assert result.status == 0 and asked == [(2, "routing.threshold=0.7")], result.err
    page = call("journal", "show", "1").out
    assert "## Tested" in page and "1 got another answer" in page
    assert "(tested)" in call("journal").out
    assert "usage" in call("study").err
