"""Small grammar: docstring sentences turned into statements, lists joined, indefinite articles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from train.corpus.words import words

_VERBS = frozenset(
    words(
        """
    abort accept access acquire activate adapt add adjust advance align allocate allow analyze annotate append
    apply approximate archive ask assemble assert assign associate attach attempt average balance begin bind block
    bootstrap break broadcast build cache calculate call cancel capture cast center change check choose clamp
    clean clear clip clone close collapse collect combine compare compile complete compress compute concatenate
    configure confirm connect construct consume contain continue control convert convolve copy correct count
    create cut deactivate deal decide declare decode decompress decorate decrease decrement decrypt define
    delegate delete deprecate derive describe deserialize destroy detach detect determine dial disable discard
    disconnect dispatch display divide do download draw drop dump duplicate echo emit emulate enable encapsulate
    encode encrypt end enforce ensure enter enumerate erase escape establish estimate evaluate examine exchange
    execute exit expand export expose express extend extract factor feed fetch fill filter finalize find finish
    fit flatten flip flush fold force format forward generate get give go grab group grow guess handle hash help
    hide hold ignore implement import include increase increment indent indicate infer inherit initialize inject
    insert inspect install instantiate integrate interpolate interpret intersect invalidate invert invoke issue
    iterate join jump keep kill label launch leave let limit link list listen load locate lock log look lower make
    manage manipulate map mark match maximize measure merge mimic minimize mix model modify monitor move multiply
    negate normalize notify obtain offer open optimize order output override pack pad parse partition pass paste
    patch perform permute pick pipe place plot pop populate position post predict prepare prepend preserve
    pretty-print prevent print process produce project promote propagate provide prune pull push put query queue
    quit quote raise rank read rebuild receive recompute reconstruct record recover redirect reduce refresh
    register reject release reload remove rename render repeat replace report represent request require reset
    reshape resize resolve restart restore restrict resume retrieve return reverse revert rewrite roll rotate
    round run sample save scale scan schedule scroll search seek select send serialize serve set shift show
    shuffle shut shutdown sign signal simplify simulate skip sleep slice smooth solve sort specify spawn split
    stack start stop store stream strip submit subscribe subtract suggest sum supply support suppress swap switch
    synchronize take tell terminate test tokenize toggle trace track train transfer transform translate transpose
    traverse treat trigger trim truncate try turn uncompress unescape unify uninstall unlock unpack unquote
    unregister update upload use validate verify visit wait walk warn wrap write yield
    """
    )
)
_SECOND_VERBS = frozenset(
    words(
        """
    return returns raise store write create compute remove update check yield convert send read make apply call
    append add delete
    """
    )
)


def third_person(verb: str) -> str:
    """`return` → `returns`, `match` → `matches`, `apply` → `applies`."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


_DESCRIBED = frozenset({"Raised", "Called", "Used", "Emitted", "Invoked", "Similar", "Equivalent"})
_KINDS = frozenset(
    words(
        """
    Base Class Helper Wrapper Mixin Context Implementation Abstract Exception Decorator Alias Function Generic
    Subclass
    """
    )
)
# "The table provided is wrong": a finite verb before any clause that could own it.
_IS_A_SENTENCE = re.compile(
    r"(?:(?!\b(?:that|which|who|whose|where|when|if|for)\b|[,(:]).)*\b(?:is|are|was|were|has|have|can|cannot|will|must|should|does|may)\b"
)
_THIRD = {third_person(verb): verb for verb in _VERBS}


def sentences(paragraph: str) -> list[str]:
    """Sentences of a paragraph; abbreviations such as "e.g." do not end one."""
    pieces = re.split(
        r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!cf\.)(?<!vs\.)(?<!\.\.\.)\s+(?=[A-Z`])", paragraph.strip()
    )
    return [piece for piece in pieces if piece]


def first_sentences(paragraph: str, most: int = 170) -> str:
    """The first sentence, and the second where both are short; always ends with a full stop."""
    found = sentences(paragraph)
    text = found[0]
    if len(found) > 1 and len(text) + len(found[1]) < most:
        text = f"{text} {found[1]}"
    text = text.rstrip(" :;,")
    return text if text.endswith((".", "!", "?")) else text + "."


def as_statement(subject: str, sentence: str) -> str:
    """A docstring sentence about `subject`: "Join two paths." → "`join(a, b)` joins two paths."

    Where the sentence is neither an order, nor a description ("A table of…"), it stands after a colon unchanged.
    """
    first, _, rest = sentence.partition(" ")
    word = first.lower().rstrip(",")
    if not rest:
        return f"{subject}: {sentence}"
    if word in _VERBS or word in _THIRD:
        verb = third_person(word) if word in _VERBS else word
        if word in _VERBS:
            second = re.match(r"(and|or) (\w+)\b(?! of)", rest)  # "Collapse and truncate the text"
            if second and second[2] in _VERBS:
                rest = f"{second[1]} {third_person(second[2])}{rest[second.end() :]}"
            rest = re.sub(
                r"\b(and|or|then) (" + "|".join(_SECOND_VERBS) + r")\b(?=[^.]*)",
                lambda m: f"{m[1]} {third_person(m[2]) if m[2] != 'returns' else m[2]}",
                rest,
                count=1,
            )
        return f"{subject} {verb}{',' if first.endswith(',') else ''} {rest}"
    if first in _DESCRIBED:
        return f"{subject} is {word} {rest}"
    if first in _KINDS:
        return f"{subject} is {article(word)} {word} {rest}"
    if first in {"A", "An", "The"} and not _IS_A_SENTENCE.match(rest):
        return f"{subject} is {first.lower()} {rest}"
    return f"{subject}: {sentence}"


def starts_with_verb(sentence: str) -> bool:
    """Whether `as_statement` makes a full sentence with a verb of it."""
    first, _, rest = sentence.partition(" ")
    return bool(rest) and (first.lower() in _VERBS or first.lower() in _THIRD)


def verb_phrase(sentence: str) -> str:
    """ "Join two paths." → "joins two paths" (empty where the sentence is no order)."""
    if not starts_with_verb(sentence):
        return ""
    return as_statement("", sentence).strip().rstrip(".")


def bare_order(sentence: str) -> str:
    """ "Returns the sum." → "return the sum" (empty where the sentence is no order)."""
    if not starts_with_verb(sentence):
        return ""
    first, _, rest = sentence.partition(" ")
    return f"{_THIRD.get(first.lower(), first.lower())} {rest}".rstrip(".")


_OBJECT = re.compile(
    r"(?!(?:whether|if|how|that|what|where|when|while|and|or|is|are|it|this|its|from|to|in|on|into|by)\b)"
    r"(?>(?:(?:the|an?|any|all|each|every|given|specified|two|or|more) )*)"
    r"(?P<object>[a-z][\w-]*(?: [a-z][\w-]*){1,3}?)"
    r"(?= (?:of|from|in|into|for|to|that|which|with|on|by|as|if|at|using|and|or|is|are|when|where|obtained|given)\b"
    r"|[.,;:(]|$)"
)


def noun_phrase(sentence: str) -> str:
    """ "Return the greatest common divisor of the integers." → "greatest common divisor", as people type it to look
    something up (empty where there is no phrase of two to four words)."""
    if not starts_with_verb(sentence):
        return ""
    found = _OBJECT.match(sentence.partition(" ")[2])
    return found["object"] if found else ""


def listed(parts: Sequence[str], joiner: str = "and") -> str:
    """`a`, `b` and `c`."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


def article(word: str) -> str:
    """`a` or `an`, by the first letter."""
    return "an" if word[:1].lower() in "aeiou" else "a"
