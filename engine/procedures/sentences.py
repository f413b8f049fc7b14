"""What learning and flags changed, as sentences for people."""

from __future__ import annotations

from engine.procedures.slots import is_skeleton
from engine.procedures.trust import SURE, Trust


def what_a_use_changed(key: str, before: Trust, after: Trust) -> list[str]:
    name = quoted(key)
    if before.learned and not after.learned:
        return [f"forgot {name}: another answer came"]
    if after.learned:
        return [] if before.learned else [f"learned {name}: {after.agreed} answers agreed"]
    if after.banned or after.answer is None:
        return []  # the flagged answer came again: it stays barred
    if before.answer is not None and before.answer != after.answer:
        return [f"another answer to {name}, so counting begins again: {after.agreed} of {after.needed}"]
    unsure = ", since it may not have read the right thing" if after.sure < SURE else ""
    return [f"{name}: {after.agreed} of {after.needed} agreeing answers{unsure}"]


def what_a_flag_changed(key: str, before: Trust, after: Trust) -> list[str]:
    name, changes = quoted(key), list[str]()
    if is_skeleton(key):
        return changes  # `what_was_generalised` says it
    if before.learned and not after.learned:
        changes.append(f"forgot {name}")
    if after.learned and not before.learned:
        changes.append(f"{name} is answered from habit again")
    if after.banned and not before.banned:
        changes.append(f"{name} is never again answered from habit")
    elif after.needed != before.needed and not after.banned:
        changes.append(f"{name} now needs {after.needed} agreeing answers")
    elif after.vouched != before.vouched:
        changes.append(f"trusts {name} {'more' if after.vouched > before.vouched else 'as before'}")
    return changes


def what_was_generalised(before: tuple[str, bool], after: tuple[str, bool]) -> list[str]:
    """Of the template of a frame: (its skeleton, whether it answers), before and after."""
    name = quoted(after[0])
    if after[1] and not before[1]:
        return [f"generalised to {name}"]
    return [f"no longer answers {name} for other values"] if before[1] and not after[1] else []


def what_a_doubt_changed(key: str, before: Trust, after: Trust) -> list[str]:
    name = quoted(key)
    if before.learned and not after.learned:
        return [f"reconsiders {name}: a relative of it was wrong"]
    return [f"{name} is answered from habit again"] if after.learned and not before.learned else []


def quoted(pattern: str, most: int = 60) -> str:
    line = " ".join(pattern.split())
    return f"“{line if len(line) <= most else line[: most - 1].rstrip() + '…'}”"
