"""What pipelines are made of: where things come from, which are taken, what becomes of each, what of all of them.

Code and words of one part stand side by side, so that what is said is what is done. `{x}` is one thing, `{p}` a
parameter or a number, `{xs}` what is gone through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "word", "letter"]


@dataclass(frozen=True)
class Source:
    """Where things come from: `arguments` are (name, annotation, an example's value)."""

    gives: Kind
    plural: str
    singular: str
    where: str
    iterable: str
    names: tuple[str, ...]
    annotation: str
    values: tuple[str, ...]
    label: str = ""
    each: tuple[str, ...] = ("x",)


@dataclass(frozen=True)
class Filter:
    """Which things are taken: `before` the noun ("even") or `after` it ("greater than {p}"); `said` of one thing."""

    takes: Kind
    name: str
    code: str
    before: str = ""
    after: str = ""
    said: str = ""
    parameters: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    annotation: str = "int"


@dataclass(frozen=True)
class Map:
    """What becomes of one thing: "the squares of", and "its square"."""

    takes: Kind
    gives: Kind
    name: str
    code: str
    plural: str
    singular: str


@dataclass(frozen=True)
class Total:
    """What becomes of all of them. `code` has `{all}` for the generator's inside, `bare` is for the things themselves.

    `says` has `{things}`; `loop` are the lines of the same as a loop; `one_of`: speaks of one thing by a predicate, so
    it needs a filter and no map.
    """

    takes: tuple[Kind, ...]
    name: tuple[str, ...]
    says: tuple[str, ...]
    code: str
    bare: str
    returns: str
    loop: tuple[str, ...] = ()
    mapped: bool = True
    one_of: bool = False


_NUMBERS = ("[3, -1, 4, 10, 5]", "[2, 7, 12, 0, -6, 9]", "[1, 2, 3, 4, 5, 6]", "[]", "[15, 8, -3]")

_WORDS = ('["apple", "Bob", "level", "sky"]', '["one", "three", "ox", "Anna"]', '["a", "bb", "ccc"]', "[]")

_TEXTS = ('"the quick brown fox"', '"A dog ate level 42"', '"hello"', '""')

SOURCES = (
    Source("number", "numbers", "number", "in {arg}", "{arg}", ("numbers", "values", "nums", "xs"), "list[int]",
           _NUMBERS, "", ("number", "x", "n", "value")),
    Source("number", "numbers", "number", "in the list {arg}", "{arg}", ("numbers", "lst", "data"), "list[int]",
           _NUMBERS, "", ("number", "x", "item")),
    Source("number", "elements", "element", "in {arg}", "{arg}", ("items", "values", "elements"), "list[int]",
           _NUMBERS, "", ("item", "x", "value")),
    Source("number", "values", "value", "in the dictionary {arg}", "{arg}.values()", ("mapping", "scores", "d"),
           "dict[str, int]", ('{"a": 3, "b": -2, "c": 8}', '{"x": 1, "y": 10}', "{}"), "values", ("value", "v")),
    Source("number", "numbers", "number", "from 1 to {arg}", "range(1, {arg} + 1)", ("n", "limit"), "int",
           ("10", "7", "1"), "up_to", ("i", "number", "x")),
    Source("number", "numbers", "number", "below {arg}", "range({arg})", ("n", "limit"), "int", ("10", "7", "1"),
           "below", ("i", "number", "x")),
    Source("number", "digits", "digit", "of {arg}", "map(int, str({arg}))", ("n", "number"), "int",
           ("9075", "123456", "80"), "digits", ("digit", "d")),
    Source("word", "words", "word", "in {arg}", "{arg}", ("words", "items", "tokens", "strings"), "list[str]", _WORDS,
           "", ("word", "w", "x")),
    Source("word", "strings", "string", "in the list {arg}", "{arg}", ("strings", "lst", "texts"), "list[str]", _WORDS,
           "", ("string", "s", "x")),
    Source("word", "names", "name", "in {arg}", "{arg}", ("names", "people"), "list[str]", _WORDS, "", ("name", "x")),
    Source("word", "words", "word", "of {arg}", "{arg}.split()", ("text", "sentence"), "str", _TEXTS, "",
           ("word", "w")),
    Source("word", "lines", "line", "of {arg}", "{arg}.splitlines()", ("text", "content"), "str",
           ('"one\\ntwo three\\n\\nAbba"', '"x\\nyy"', '""'), "lines", ("line",)),
    Source("word", "keys", "key", "of the dictionary {arg}", "{arg}", ("mapping", "d", "table"), "dict[str, int]",
           ('{"apple": 3, "Bob": 1, "level": 2}', '{"x": 1}', "{}"), "keys", ("key", "k")),
    Source("letter", "characters", "character", "in {arg}", "{arg}", ("text", "s", "word", "string"), "str", _TEXTS,
           "", ("character", "c", "char")),
    Source("letter", "letters", "letter", "of {arg}", "{arg}", ("word", "text", "name"), "str", _TEXTS, "",
           ("letter", "c", "char")),
)  # fmt: skip

FILTERS = (
    Filter("number", "even", "{x} % 2 == 0", before="even", said="is even"),
    Filter("number", "odd", "{x} % 2 != 0", before="odd", said="is odd"),
    Filter("number", "positive", "{x} > 0", before="positive", said="is positive"),
    Filter("number", "negative", "{x} < 0", before="negative", said="is negative"),
    Filter("number", "nonzero", "{x} != 0", before="nonzero", said="is not zero"),
    Filter("number", "above", "{x} > {p}", after="greater than {p}", said="is greater than {p}",
           parameters=("limit", "threshold", "n"), values=("2", "5", "0")),
    Filter("number", "larger", "{x} > {p}", after="larger than {p}", said="is larger than {p}",
           values=("3", "10", "5")),
    Filter("number", "below", "{x} < {p}", after="less than {p}", said="is less than {p}",
           parameters=("limit", "threshold", "maximum"), values=("5", "10")),
    Filter("number", "at_least", "{x} >= {p}", after="that are at least {p}", said="is at least {p}",
           parameters=("minimum", "limit", "low"), values=("3", "4")),
    Filter("number", "at_most", "{x} <= {p}", after="that are at most {p}", said="is at most {p}",
           parameters=("maximum", "limit", "high"), values=("3", "8")),
    Filter("number", "divisible", "{x} % {p} == 0", after="divisible by {p}", said="is divisible by {p}",
           parameters=("divisor", "k", "d"), values=("3", "2", "5")),
    Filter("number", "multiples", "{x} % {p} == 0", after="that are multiples of {p}", said="is a multiple of {p}",
           values=("3", "4", "5", "7")),
    Filter("number", "other_than", "{x} != {p}", after="other than {p}", said="differs from {p}",
           parameters=("value", "target", "excluded"), values=("3", "4")),
    Filter("word", "longer", "len({x}) > {p}", after="longer than {p}", said="is longer than {p}",
           parameters=("n", "length", "limit"), values=("3", "2", "4")),
    Filter("word", "long", "len({x}) >= {p}", after="with at least {p} letters", said="has at least {p} letters",
           parameters=("n", "minimum"), values=("3", "4")),
    Filter("word", "short", "len({x}) < {p}", after="shorter than {p}", said="is shorter than {p}",
           parameters=("n", "length", "limit"), values=("4", "3")),
    Filter("word", "of_length", "len({x}) == {p}", after="of length {p}", said="has length {p}",
           parameters=("n", "length", "size"), values=("3", "5")),
    Filter("word", "starting", "{x}.startswith({p})", after="that start with {p}", said="starts with {p}",
           parameters=("prefix", "letter", "start"), values=('"a"', '"t"', '"l"'), annotation="str"),
    Filter("word", "ending", "{x}.endswith({p})", after="that end with {p}", said="ends with {p}",
           parameters=("suffix", "ending"), values=('"e"', '"y"', '"x"'), annotation="str"),
    Filter("word", "containing", "{p} in {x}", after="that contain {p}", said="contains {p}",
           parameters=("letter", "part", "substring"), values=('"e"', '"o"'), annotation="str"),
    Filter("word", "without", "{p} not in {x}", after="that do not contain {p}", said="does not contain {p}",
           parameters=("letter", "part"), values=('"e"', '"b"'), annotation="str"),
    Filter("word", "nonempty", "{x}", before="non-empty", said="is not empty"),
    Filter("word", "palindromic", "{x} == {x}[::-1]", after="that are palindromes", said="is a palindrome"),
    Filter("word", "capitalized", "{x}[:1].isupper()", before="capitalized", said="is capitalized"),
    Filter("word", "lowercase", "{x}.islower()", before="lowercase", said="is lowercase"),
    Filter("word", "numeric", "{x}.isdigit()", before="numeric", said="consists of digits"),
    Filter("word", "vowel_first", '{x}[:1].lower() in "aeiou"', after="that start with a vowel",
           said="starts with a vowel"),
    Filter("letter", "vowels", '{x}.lower() in "aeiou"', after="that are vowels", said="is a vowel"),
    Filter("letter", "uppercase", "{x}.isupper()", before="uppercase", said="is uppercase"),
    Filter("letter", "lowercase", "{x}.islower()", before="lowercase", said="is lowercase"),
    Filter("letter", "digits", "{x}.isdigit()", after="that are digits", said="is a digit"),
    Filter("letter", "alphabetic", "{x}.isalpha()", before="alphabetic", said="is alphabetic"),
    Filter("letter", "spaces", "{x}.isspace()", after="that are spaces", said="is a space"),
    Filter("letter", "not_spaces", "not {x}.isspace()", after="that are not spaces", said="is not a space"),
    Filter("letter", "equal", "{x} == {p}", after="equal to {p}", said="equals {p}",
           parameters=("letter", "target", "wanted"), values=('"e"', '"l"'), annotation="str"),
    Filter("letter", "allowed", "{x} in {p}", after="that are in {p}", said="is in {p}",
           parameters=("allowed", "letters", "chars"), values=('"aeo"', '"hlt "'), annotation="str"),
    Filter("letter", "unwanted", "{x} not in {p}", after="that are not in {p}", said="is not in {p}",
           parameters=("unwanted", "removed", "chars"), values=('"aeo"', '"lt"'), annotation="str"),
)  # fmt: skip

MAPS = (
    Map("number", "number", "squares", "{x} ** 2", "squares", "square"),
    Map("number", "number", "cubes", "{x} ** 3", "cubes", "cube"),
    Map("number", "number", "doubles", "{x} * 2", "doubles", "double"),
    Map("number", "number", "halves", "{x} / 2", "halves", "half"),
    Map("number", "number", "absolute", "abs({x})", "absolute values", "absolute value"),
    Map("number", "number", "negated", "-{x}", "negatives", "negative"),
    Map("number", "number", "last_digits", "abs({x}) % 10", "last digits", "last digit"),
    Map("number", "number", "digit_counts", "len(str(abs({x})))", "numbers of digits", "number of digits"),
    Map("number", "word", "strings", "str({x})", "string forms", "string form"),
    Map("word", "number", "lengths", "len({x})", "lengths", "length"),
    Map("word", "word", "upper", "{x}.upper()", "uppercase forms", "uppercase form"),
    Map("word", "word", "lower", "{x}.lower()", "lowercase forms", "lowercase form"),
    Map("word", "word", "titles", "{x}.title()", "title-case forms", "title-case form"),
    Map("word", "word", "reversed", "{x}[::-1]", "reversed forms", "reversed form"),
    Map("word", "word", "first_letters", "{x}[:1]", "first letters", "first letter"),
    Map("word", "word", "last_letters", "{x}[-1:]", "last letters", "last letter"),
    Map("word", "word", "stripped", "{x}.strip()", "stripped forms", "stripped form"),
    Map("letter", "letter", "upper", "{x}.upper()", "uppercase forms", "uppercase form"),
    Map("letter", "number", "codes", "ord({x})", "character codes", "character code"),
)  # fmt: skip

ANY: tuple[Kind, ...] = ("number", "word", "letter")

TOTALS = (
    Total(("number",), ("sum", "total", "sum_of"), ("the sum of {things}", "the total of {things}"), "sum({all})",
          "sum({xs})", "int", ("total = 0", "total += {value}", "return total")),
    Total(("number",), ("product", "product_of"), ("the product of {things}",), "math.prod({all})", "math.prod({xs})",
          "int", ("result = 1", "result *= {value}", "return result")),
    Total(ANY, ("count", "number_of", "count_of"), ("the number of {things}", "how many {bare} there are {where}"),
          "sum(1 for {loop})", "len(list({xs}))", "int", ("count = 0", "count += 1", "return count"), mapped=False),
    Total(("number",), ("max", "largest", "maximum"),
          ("the largest of {things}, or None if there are none", "the maximum of {things}, or None if there are none"),
          "max(({all}), default=None)", "max({xs}, default=None)", "int | None"),
    Total(("number",), ("min", "smallest", "minimum"),
          ("the smallest of {things}, or None if there are none", "the minimum of {things}, or None if there are none"),
          "min(({all}), default=None)", "min({xs}, default=None)", "int | None"),
    Total(ANY, ("list", "get", "all"), ("a list of {things}", "a list with {things}", "{things} as a list"), "[{all}]",
          "list({xs})", "list", ("result = []", "result.append({value})", "return result")),
    Total(ANY, ("sorted", "sorted_list_of"), ("a sorted list of {things}", "{things} in ascending order"),
          "sorted({all})", "sorted({xs})", "list"),
    Total(ANY, ("descending", "sorted_descending"), ("{things} in descending order",), "sorted(({all}), reverse=True)",
          "sorted({xs}, reverse=True)", "list"),
    Total(ANY, ("unique", "set_of", "distinct"), ("the set of {things}", "the distinct values among {things}"),
          "{{{all}}}", "set({xs})", "set"),
    Total(ANY, ("first",), ("the first of {things}, or None if there are none",), "next(({all}), None)",
          "next(iter({xs}), None)", "object"),
    Total(("word", "letter"), ("join", "joined"), ("{things} joined by {sep}",), "{sep}.join({all})",
          "{sep}.join({xs})", "str"),
    Total(("word",), ("longest",), ("the longest of {things}, or an empty string if there are none",),
          'max(({all}), key=len, default="")', 'max({xs}, key=len, default="")', "str"),
    Total(("word",), ("shortest",), ("the shortest of {things}, or an empty string if there are none",),
          'min(({all}), key=len, default="")', 'min({xs}, key=len, default="")', "str"),
    Total(("word",), ("by_length", "sorted_by_length"), ("{things} sorted by length", "{things} in order of length"),
          "sorted(({all}), key=len)", "sorted({xs}, key=len)", "list"),
    Total(ANY, ("counts", "frequencies"), ("a dictionary that counts {things}", "how often each of {things} occurs"),
          "dict(Counter({all}))", "dict(Counter({xs}))", "dict"),
    Total(ANY, ("any", "has", "contains"), ("True if any {one} {where} {said}", "whether any {one} {where} {said}"),
          "any({test} for {each} in {xs})", "", "bool", mapped=False, one_of=True),
    Total(ANY, ("all", "are_all", "every"),
          ("True if every {one} {where} {said}", "whether all {many} {where} meet this: it {said}"),
          "all({test} for {each} in {xs})", "", "bool", mapped=False, one_of=True),
    Total(ANY, ("none", "no"), ("True if no {one} {where} {said}",), "not any({test} for {each} in {xs})", "", "bool",
          mapped=False, one_of=True),
)  # fmt: skip
