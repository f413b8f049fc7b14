"""How memory reads words: identifiers whole and in parts, stems, no filler; and how rare each word is."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import snowballstemmer

_CHARACTERS = 65_536
"""A pasted megabyte is stored whole, but searched by its beginning."""
_LONGEST = 40
_WORD = re.compile(r"[^\W_](?:['\w]*\w)?")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Words that are in every sentence and tell none apart. Short on purpose in what a programmer may mean.
_FILLER = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both but
    by can cannot could did do does doing down during each few for from further had has have having he her here hers
    herself him himself his how i if in into is it its itself just me more most my myself no nor not of off on once
    only or other ought our ours ourselves out over own s same she should so some such t than that the their theirs
    them themselves then there these they this those through to too under until up very was we were what when where
    which while who whom why will with would you your yours yourself yourselves
    i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll
    he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't
    shan't shouldn't can't couldn't mustn't let's that's who's what's here's there's when's where's why's how's
    """.split()  # noqa: SIM905 (a block of words is easier to read and to extend)
)

# BM25 (Robertson & Zaragoza 2009). b is low because what is remembered is mostly short: a long turn is not worse.
K1, B = 0.9, 0.3


_STEMMER = snowballstemmer.stemmer("porter")
_STEMMING = threading.Lock()  # a stemmer keeps the word it works on


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a word in lower case, so that "joins", "joined" and "joining" are one (Porter 1980).

    A word of one or two letters (`os`), or not of English ones, stays as it is.
    """
    if len(word) <= 2 or not (word.isascii() and word.isalpha()):
        return word
    with _STEMMING:
        stemmed: str = _STEMMER.stemWord(word)
    return stemmed


def words(text: str) -> list[str]:
    """The words of a text as the search sees them, in order.

    `getUserId` and `get_user_id` both give "getuserid", "get", "user", "id"; plain words give their stem.
    """
    found = []
    for word in _WORD.findall(text[:_CHARACTERS].replace("’", "'")):
        if word.lower() in _FILLER:
            continue
        word = word.removesuffix("'s").replace("'", "")
        parts = [part for piece in word.split("_") for part in _HUMP.split(piece) if part]
        if len(parts) > 1:
            found.append("".join(parts).lower())
        found += [stem(part.lower()) for part in parts if part.lower() not in _FILLER]
    return [word for word in found if len(word) <= _LONGEST]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, stem) of each word that is no filler; of an identifier the whole, as `words` gives it first."""
    for found in _WORD.finditer(text[:_CHARACTERS].replace("’", "'")):
        stems = words(found.group())
        if stems:
            yield found.start(), found.end(), stems[0]


# A name that is written as code: dotted, called, or in backticks. "list" alone may be the English word.
# Only tried at the start of a word: a pasted run of 200,000 letters must not be tried at each of them.
_NAMED = re.compile(r"`([^`\s]{1,200})`|(?<!\w)(?:([^\W\d]\w*(?:\.\w+)+)|([^\W\d]\w*)(?=\())")


def code_names(text: str) -> frozenset[str]:
    """The names that a text mentions as code: `os.path.join`, `len()`, `os.getcwd` in backticks or dotted."""
    found = (next(filter(None, groups)) for groups in _NAMED.findall(text[:_CHARACTERS]))
    return frozenset(name.partition("(")[0].strip(".") for name in found)


class Vocabulary:
    """In how many items each word occurs: what makes a rare word count for more than a common one."""

    def __init__(self) -> None:
        self.items = 0
        self._occurs: Counter[str] = Counter()
        self._length = 0

    def add(self, item: Sequence[str]) -> None:
        self.items += 1
        self._length += len(item)
        self._occurs.update(set(item))

    def remove(self, item: Sequence[str]) -> None:
        self.items -= 1
        self._length -= len(item)
        self._occurs.subtract(set(item))

    @property
    def average(self) -> float:
        """Words of an average item, at least 1."""
        return max(1.0, self._length / self.items) if self.items else 1.0

    def rarity(self, word: str) -> float:
        """Inverse document frequency, always positive."""
        occurs = self._occurs[word]
        return math.log(1 + (self.items - occurs + 0.5) / (occurs + 0.5))

    def match(self, query: Iterable[str], item: Sequence[str]) -> float:
        """How much of what is rare in the query the item says, in [0, 1].

        BM25 divided by what an item of average length gets for saying every word once: so the figure means the same
        for every query.
        """
        return self.matcher(query)(item)

    def matcher(self, query: Iterable[str]) -> Callable[[Sequence[str]], float]:
        """`match` for one query and many items."""
        wanted = {word: self.rarity(word) for word in query}
        total, average = sum(wanted.values()), self.average

        def match(item: Sequence[str]) -> float:
            found = [word for word in item if word in wanted]
            if not found:
                return 0.0
            damping = K1 * (1 - B + B * len(item) / average)
            said = sum(wanted[word] * n * (K1 + 1) / (n + damping) for word, n in Counter(found).items())
            return min(1.0, said / total)

        return match
