"""Composed classes do what their wish says, and those kept for measuring are never taught."""

from __future__ import annotations

import random
import re
from itertools import islice
from typing import Any

from train.corpus.seeds import load_seeds
from train.curriculum.classes import examples
from train.curriculum.composing.classes import SmallClass, small_class
from train.curriculum.example import Example, Material


def made(count: int, held_out: bool = False) -> list[Example]:
    return list(islice(examples(Material([], [], load_seeds(), held_out), random.Random(1)), count))


def of(wanted: SmallClass, source: str) -> Any:
    space: dict[str, Any] = {"__name__": __name__}  # a dataclass looks up its module
    exec(source, space)
    return space[wanted.name]


def test_objects_keep_what_they_are_given_and_their_methods_do_what_is_asked() -> None:
    rng = random.Random(0)
    seen = set()
    for wanted in (small_class(rng) for _ in range(600)):
        for source in (wanted.source(), *([] if wanted.kept else [wanted.dataclass_source()])):
            values = range(3, 3 + len(wanted.fields))
            one, other = of(wanted, source)(*values), of(wanted, source)(*(value - 1 for value in values))
            first = wanted.fields[0]
            assert [getattr(one, field) for field in wanted.fields] == list(values)
            for method in wanted.methods:
                name = method.lines[0].removeprefix("def ").partition("(")[0]
                seen.add(name.split("_")[0] or name)
                match name:
                    case "__repr__":
                        assert repr(one) == f"{wanted.name}({', '.join(map(str, values))})"
                    case "__str__":
                        assert str(one) == "3"
                    case "describe":
                        assert one.describe() == ", ".join(map(str, values))
                    case "__len__":
                        getattr(one, f"{wanted.kept}s").extend([1, 2])
                        assert len(one) == 2
                        getattr(one, f"{wanted.kept}s").clear()
                    case _ if name.startswith("set_"):
                        getattr(one, name)(9)
                        assert getattr(one, first) == 9
                        setattr(one, first, 3)
                    case _ if name.startswith("increase_"):
                        field = name.removeprefix("increase_")
                        before = getattr(one, field)
                        getattr(one, name)(2)
                        assert getattr(one, field) == before + 2
                        setattr(one, field, before)
                    case _ if name.startswith("has_more_"):
                        assert getattr(one, name)(other) is True
                    case _ if name.startswith("add_"):
                        getattr(one, name)("x")
                        assert getattr(one, f"{wanted.kept}s") == ["x"]
                        getattr(one, f"{wanted.kept}s").clear()
                    case _:
                        assert name == f"remove_{wanted.kept}"
                        getattr(one, f"{wanted.kept}s").append("x")
                        getattr(one, name)("x")
                        assert getattr(one, f"{wanted.kept}s") == []
    assert {"set", "increase", "has", "add", "remove", "describe"} <= seen


def test_every_attribute_that_is_asked_for_is_written() -> None:
    for example in made(300):
        if example.kind in ("wish", "dataclass"):
            fields = re.findall(r"^    (?:    self\.(\w+) = \1|(\w+): (?:float|str))$", example.answer, re.MULTILINE)
            assert fields
            assert all((one or other) in example.text.lower() for one, other in fields), example.text


def test_what_stands_in_memory_is_the_answer_where_it_is_asked_for() -> None:
    read = [example for example in made(300) if example.kind == "read"]
    assert len(read) > 30
    assert all(example.expected[0] in example.memories for example in read)


def test_combinations_kept_for_measuring_are_not_taught() -> None:
    taught = {re.search(r'"""(.+)"""', example.answer) for example in made(400) if example.kind != "read"}
    sentences = {found[1] for found in taught if found}
    kept = {re.search(r'"""(.+)"""', e.answer) for e in made(200, held_out=True) if e.kind != "read"}
    assert sentences.isdisjoint({found[1] for found in kept if found})
    assert len(sentences) > 200
