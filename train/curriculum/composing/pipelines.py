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

    @property
    def key(self) -> str:
        """What makes the combination; where things come from is no part of it."""
        names = [self.total.name[0], *(part.name for part in (self.filter, self.map) if part is not None)]
        return " ".join(names)


@dataclass(frozen=True)
class _Named:
    """Parts, and the names and values that fill their holes."""

    parts: _Parts
    argument: str
    each: str
    parameter: str
    parameters: list[tuple[str, str]]
    separator: tuple[str, str]

    @property
    def iterable(self) -> str:
        return self.parts.source.iterable.format(arg=self.argument)

    @property
    def loop(self) -> str:
        return f"{self.each} in {self.iterable}"

    @property
    def test(self) -> str:
        chosen = self.parts.filter
        return chosen.code.format(x=self.each, p=self.parameter) if chosen else ""

    @property
    def value(self) -> str:
        return self.parts.map.code.format(x=self.each) if self.parts.map else self.each

    @property
    def asks_separator(self) -> bool:
        return "{sep}" in self.parts.total.code and self.separator[0] == "sep"


def pipeline(rng: random.Random) -> SmallFunction:
    """One at random; what it is called and how it is put varies, what it says it does."""
    parts = _draw(rng)
    argument = rng.choice(parts.source.names)
    each = rng.choice([name for name in parts.source.each if name != argument])
    parameter, parameters = _parameter(parts.filter, {argument, each}, rng)
    named = _Named(parts, argument, each, parameter, parameters, rng.choice(_SEPARATORS))
    says = _says(named, rng)
    body = _looped(named, rng) or (f"return {_expression(named)}",)
    return SmallFunction(
        name=_name(parts, rng),
        arguments=_arguments(named),
        returns=parts.total.returns,
        says=says,
        body=body,
        calls=_calls(named),
        key=parts.key,
        imports=tuple(line for word, line in _IMPORTS.items() if any(word in line for line in body)),
    )


_IMPORTS = {"math.": "import math", "Counter(": "from collections import Counter"}


def _says(named: _Named, rng: random.Random) -> str:
    parts, parameter = named.parts, named.parameter
    where = parts.source.where.format(arg=spoken(named.argument, rng))
    verb = rng.choice(_RETURN)
    what = rng.choice(parts.total.says).format(
        things=_things(parts, where, parameter),
        bare=_noun(parts.source.plural, parts.filter, parameter),
        where=where,
        one=parts.source.singular,
        many=parts.source.plural,
        said=parts.filter.said.format(p=parameter) if parts.filter else "",
        sep=named.separator[1],
    )
    if parts.total.one_of:
        verb = "return" if "True" in what else "check"
    return f"{verb} {what}"


def _expression(named: _Named) -> str:
    plain = not named.test and named.value == named.each
    inside = f"{named.loop} if {named.test}" if named.test else named.loop
    template = named.parts.total.bare if plain and named.parts.total.bare else named.parts.total.code
    code = template.format(
        all=f"{named.value} for {inside}",
        loop=inside,
        test=named.test,
        each=named.each,
        xs=named.iterable,
        sep=named.separator[0],
    )
    return code.replace(f"len(list({named.argument}))", f"len({named.argument})")


def _arguments(named: _Named) -> tuple[tuple[str, str], ...]:
    arguments = [(named.argument, named.parts.source.annotation), *named.parameters]
    return (*arguments, ("sep", "str")) if named.asks_separator else tuple(arguments)


def _calls(named: _Named) -> tuple[str, ...]:
    chosen = named.parts.filter
    more = f", {chosen.values[0]}" if named.parameters and chosen else ""
    more += ', "/"' if named.asks_separator else ""
    return tuple(f"{given}{more}" for given in named.parts.source.values[:3])


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


def _looped(named: _Named, rng: random.Random) -> tuple[str, ...] | None:
    """The same as a loop, now and then, where there is one."""
    total = named.parts.total
    if not total.loop or rng.random() > 0.2:
        return None
    first, step, last = total.loop
    step = step.format(value=named.value)
    inner = [f"    if {named.test}:", f"        {step}"] if named.test else [f"    {step}"]
    return (first, f"for {named.loop}:", *inner, last)


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
