"""Pipelines: a source, maybe a filter and a map, and what becomes of all: "the sum of the squares of even numbers"."""

from __future__ import annotations

import random
from dataclasses import dataclass

from train.curriculum.composing.function import SmallFunction, spoken
from train.curriculum.composing.pieces import FILTERS, MAPS, SOURCES, TOTALS, Filter, Map, Source, Total

_RETURN = ("return", "return", "return", "return", "compute", "get", "find", "calculate", "give")
_SEPARATORS = (('" "', "spaces"), ('", "', "commas"), ('""', "nothing"), ('"-"', "hyphens"), ("sep", "sep"))


@dataclass(frozen=True)
class _Parts:
    source: Source
    filter: Filter | None
    map: Map | None
    total: Total


def pipeline(rng: random.Random) -> SmallFunction:
    """One at random; what it is called and how it is put varies, what it says it does."""
    parts = _draw(rng)
    argument = rng.choice(parts.source.names)
    each = rng.choice([name for name in parts.source.each if name != argument])
    parameter, extra = _parameter(parts.filter, {argument, each}, rng)
    separator, separator_said = rng.choice(_SEPARATORS)
    where = parts.source.where.format(arg=spoken(argument, rng))
    loop = f"{each} in {parts.source.iterable.format(arg=argument)}"
    test = parts.filter.code.format(x=each, p=parameter) if parts.filter else ""
    value = parts.map.code.format(x=each) if parts.map else each
    inside = f"{loop} if {test}" if test else loop
    slots = {
        "things": _things(parts, where, parameter),
        "bare": _noun(parts.source.plural, parts.filter, parameter),
        "where": where,
        "one": parts.source.singular,
        "many": parts.source.plural,
        "said": parts.filter.said.format(p=parameter) if parts.filter else "",
        "sep": separator_said,
    }
    says = f"{rng.choice(_RETURN)} {rng.choice(parts.total.says).format(**slots)}"
    if parts.total.one_of:
        says = says.replace(says.split(" ", 1)[0], "return" if "True" in says else "check", 1)
    template = parts.total.bare if inside == loop and value == each else parts.total.code
    iterable = parts.source.iterable.format(arg=argument)
    code = template.format(
        all=f"{value} for {inside}", loop=inside, test=test, each=each, xs=iterable, sep=separator
    ).replace(f"len(list({argument}))", f"len({argument})")
    body = _looped(parts.total, loop, test, value, rng) or (f"return {code}",)
    arguments = [(argument, parts.source.annotation), *extra]
    calls = [
        f"{given}, {parts.filter.values[0]}" if extra and parts.filter else given for given in parts.source.values[:3]
    ]
    if "{sep}" in parts.total.code and separator == "sep":
        arguments.append(("sep", "str"))
        calls = [f'{call}, "/"' for call in calls]
    imports = [line for word, line in _IMPORTS.items() if any(word in line for line in body)]
    key = " ".join(part.name if isinstance(part.name, str) else part.name[0] for part in parts_of(parts))
    return SmallFunction(
        _name(parts, rng), tuple(arguments), parts.total.returns, says, body, tuple(calls), key, tuple(imports)
    )


_IMPORTS = {"math.": "import math", "Counter(": "from collections import Counter"}


def parts_of(parts: _Parts) -> list[Filter | Map | Total]:
    """What makes the combination; where things come from is no part of it."""
    return [part for part in (parts.total, parts.filter, parts.map) if part is not None]


def _draw(rng: random.Random) -> _Parts:
    while True:
        source = rng.choice(SOURCES)
        chosen = rng.choice([one for one in FILTERS if one.takes == source.gives]) if rng.random() < 0.72 else None
        mapped = rng.choice([one for one in MAPS if one.takes == source.gives]) if rng.random() < 0.5 else None
        kind = mapped.gives if mapped else source.gives
        total = rng.choice([one for one in TOTALS if kind in one.takes])
        if mapped and not total.mapped:
            mapped = None
            if source.gives not in total.takes:
                continue
        if total.one_of and chosen is None:
            continue
        if chosen and chosen.name == "nonempty" and source.plural == "keys":
            continue
        return _Parts(source, chosen, mapped, total)


def _parameter(chosen: Filter | None, taken: set[str], rng: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """What stands for {p}: a name that becomes an argument, or a value."""
    if chosen is None or not chosen.values:
        return "", []
    names = [name for name in chosen.parameters if name not in taken]
    if names and rng.random() < 0.6:
        name = rng.choice(names)
        return name, [(name, chosen.annotation)]
    return rng.choice(chosen.values), []


def _noun(plural: str, chosen: Filter | None, parameter: str) -> str:
    if chosen is None:
        return plural
    return f"{chosen.before} {plural}" if chosen.before else f"{plural} {chosen.after.format(p=parameter)}"


def _things(parts: _Parts, where: str, parameter: str) -> str:
    """ "the squares of the even numbers in numbers"; a clause stands last: "the words in text that ..." """
    chosen, plural = parts.filter, parts.source.plural
    if chosen is None:
        noun = f"the {plural} {where}"
    elif chosen.before:
        noun = f"the {chosen.before} {plural} {where}"
    else:
        noun = f"the {plural} {where} {_that(chosen.after.format(p=parameter))}"
    return f"the {parts.map.plural} of {noun}" if parts.map else noun


def _that(clause: str) -> str:
    return clause if clause.startswith(("that ", "with ", "of ")) else f"that are {clause}"


def _looped(total: Total, loop: str, test: str, value: str, rng: random.Random) -> tuple[str, ...] | None:
    """The same as a loop, now and then, where there is one."""
    if not total.loop or rng.random() > 0.2:
        return None
    first, step, last = total.loop
    step = step.format(value=value)
    inner = [f"    if {test}:", f"        {step}"] if test else [f"    {step}"]
    return (first, f"for {loop}:", *inner, last)


def _name(parts: _Parts, rng: random.Random) -> str:
    total, chosen, mapped, source = rng.choice(parts.total.name), parts.filter, parts.map, parts.source
    noun = mapped.name if mapped else source.plural
    if chosen is None:
        words = [total, noun]
    elif mapped:
        words = [total, chosen.name, noun] if rng.random() < 0.6 else [total, noun, "of", chosen.name]
    else:
        words = rng.choice(([total, chosen.name, noun], [total, chosen.name], [total, chosen.name, noun]))
    if parts.total.one_of and chosen is not None:
        words = [total, chosen.name]
    if source.label and source.label not in words and rng.random() < 0.6:
        words.append(source.label)
    return "_".join(words)
