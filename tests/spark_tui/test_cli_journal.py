"""`spark journal`, as a shell sees it."""

from __future__ import annotations


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
