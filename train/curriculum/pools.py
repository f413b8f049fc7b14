"""Values that people tell: big pools, and made-up words so that reading is learned rather than the pool."""

from __future__ import annotations

import random
import string

from train.corpus.words import words
from train.curriculum.phrasing import made_up_word

FIRST_NAMES = words(
    """
    Zoe Ada Ben Clara David Emma Farid Grace Hugo Ines Jonas Kira Liam Mia Noah Olga Paul Quinn Rosa Sam Tara Uma
    Victor Wendy Xenia Yusuf Alice Bob Carol Dmitri Elena Felix Greta Hanna Ivan Julia Karl Lena Marco Nina Oscar
    Petra Ravi Sofia Tom Ursula Vera Will Yara Zack Aisha Bruno Chen Dora Eli Fatima George Hiro Ida Jack Kofi
    Lucia Maya Nils Omar Priya Rui Sara Theo Ulla Vlad Wei Anna Max Leo Eva Finn Mila Luis Ana Jin Mei Ali Noor
    Tess Gus Nora Ian Amy Kai Rae Dan Sue Tim Kim Lee Pat Joe Meg Ned Roy Ella Otto
    """
)
_PLACES = words(
    """
    Berlin Lisbon Oslo Paris Madrid Vienna Prague Rome Athens Dublin Geneva Zurich Hamburg Munich Leeds Boston
    Denver Austin Seattle Toronto Montreal Lima Bogota Quito Santiago Nairobi Lagos Accra Cairo Tunis Delhi Mumbai
    Pune Tokyo Osaka Seoul Hanoi Manila Sydney Perth
    """
)
LANGUAGES = words(
    """
    Python Rust Go Java Kotlin Swift Ruby PHP Haskell Scala Julia C++ TypeScript JavaScript Elixir Lua Perl OCaml
    Zig Fortran
    """
)
EDITORS = (
    "Vim",
    "Neovim",
    "Emacs",
    "VS Code",
    "PyCharm",
    "Sublime Text",
    "Helix",
    "nano",
    "Zed",
    "Kate",
    "IDLE",
    "Spyder",
)
_COLOURS = words(
    """
    red blue green yellow orange purple black white pink grey brown teal violet turquoise silver gold
    """
)
_FOODS = words(
    """
    pizza sushi pasta ramen curry tacos falafel soup salad pancakes dumplings risotto lasagna noodles cheese bread
    """
)
_ANIMALS = words("cat dog rabbit parrot hamster turtle horse goldfish snake ferret")
DATABASES = (
    "PostgreSQL",
    "SQLite",
    "MySQL",
    "MariaDB",
    "MongoDB",
    "Redis",
    "DuckDB",
    "Oracle",
    "Cassandra",
    "DynamoDB",
    "ClickHouse",
)
SYSTEMS = ("Linux", "macOS", "Windows", "Ubuntu", "Debian", "Fedora", "Arch", "FreeBSD", "Windows 11", "NixOS")
FRAMEWORKS = ("Django", "Flask", "FastAPI", "Starlette", "Tornado", "Bottle", "Pyramid", "Sanic", "Quart", "aiohttp")
TOOLS = (
    "pytest",
    "unittest",
    "ruff",
    "black",
    "mypy",
    "tox",
    "nox",
    "poetry",
    "hatch",
    "uv",
    "pip",
    "conda",
    "make",
    "docker",
    "git",
)
MONTHS = words(
    """
    January February March April May June July August September October November December
    """
)
DAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
JOBS = (
    "a teacher",
    "a nurse",
    "a biologist",
    "a student",
    "a data analyst",
    "a backend developer",
    "an architect",
    "a physicist",
    "a writer",
    "a designer",
    "a tester",
    "an accountant",
    "a researcher",
    "a doctor",
    "a chemist",
    "an engineer",
    "a librarian",
    "a musician",
)


def person(rng: random.Random) -> str:
    """A first name, or a made-up one."""
    return rng.choice(FIRST_NAMES) if rng.random() < 0.6 else made_up_word(rng).capitalize()


def place(rng: random.Random) -> str:
    """A town, or a made-up one."""
    return rng.choice(_PLACES) if rng.random() < 0.6 else made_up_word(rng).capitalize()


def project(rng: random.Random) -> str:
    """A project's name."""
    word = made_up_word(rng)
    return rng.choice(
        (
            word,
            word.capitalize(),
            f"{word}-{made_up_word(rng)}",
            f"{word}{rng.choice(('app', 'lab', 'hub', 'db', 'kit'))}",
        )
    )


def date(rng: random.Random) -> str:
    """A deadline as people say it."""
    day, month = rng.randint(1, 28), rng.choice(MONTHS)
    return rng.choice(
        (
            f"{month} {day}",
            f"{day} {month}",
            rng.choice(DAYS),
            f"next {rng.choice(DAYS)}",
            f"{day}.{rng.randint(1, 12)}.",
        )
    )


def number(rng: random.Random) -> str:
    """A number of one to five digits."""
    return str(rng.randint(2, 10 ** rng.randint(1, 5)))


def port(rng: random.Random) -> str:
    """A port number."""
    return str(rng.choice((3000, 5000, 5432, 8000, 8080, 8888, 9000, rng.randint(1024, 65000))))


def version(rng: random.Random) -> str:
    """3.11, 2.4.1"""
    return rng.choice((f"3.{rng.randint(7, 14)}", f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}"))


def file_name(rng: random.Random) -> str:
    """A file or path."""
    stem = rng.choice(
        (
            "main",
            "app",
            "config",
            "utils",
            "report",
            "notes",
            made_up_word(rng),
            f"{made_up_word(rng)}_{made_up_word(rng)}",
        )
    )
    name = stem + rng.choice((".py", ".py", ".txt", ".json", ".csv", ".toml", ".yaml", ".md"))
    return name if rng.random() < 0.7 else f"{made_up_word(rng)}/{name}"


def identifier(rng: random.Random) -> str:
    """A function or variable name."""
    verb = rng.choice(("get", "load", "parse", "make", "run", "read", "send", made_up_word(rng)))
    return f"{verb}_{rng.choice(('data', 'user', 'rows', made_up_word(rng)))}"


def address(rng: random.Random) -> str:
    """An e-mail or server address under a reserved name."""
    word = made_up_word(rng)
    return rng.choice(
        (
            f"{word}@example.com",
            f"https://{word}.example.org",
            f"{word}.example.net",
            f"10.0.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
        )
    )


def code_word(rng: random.Random) -> str:
    """Something nobody could guess."""
    word = made_up_word(rng)
    return rng.choice(
        (
            word,
            f"{word} {made_up_word(rng)}",
            word + str(rng.randint(1, 999)),
            "".join(rng.choices(string.ascii_uppercase, k=4)),
        )
    )


def one_of(values: tuple[str, ...] | list[str], rng: random.Random) -> str:
    """From a pool, or made up."""
    return rng.choice(values) if rng.random() < 0.75 else made_up_word(rng).capitalize()


def language(rng: random.Random) -> str:
    """A programming language."""
    return one_of(LANGUAGES, rng)


def editor(rng: random.Random) -> str:
    """An editor."""
    return one_of(EDITORS, rng)


def database(rng: random.Random) -> str:
    """A database."""
    return one_of(DATABASES, rng)


def system(rng: random.Random) -> str:
    """An operating system."""
    return one_of(SYSTEMS, rng)


def framework(rng: random.Random) -> str:
    """A web framework."""
    return one_of(FRAMEWORKS, rng)


def tool(rng: random.Random) -> str:
    """A tool of the trade."""
    return one_of(TOOLS, rng)


def colour(rng: random.Random) -> str:
    """A colour."""
    return rng.choice(_COLOURS)


def food(rng: random.Random) -> str:
    """Something to eat."""
    return rng.choice(_FOODS)


def job(rng: random.Random) -> str:
    """An occupation with its article."""
    return rng.choice(JOBS)


def animal(rng: random.Random) -> str:
    """A pet."""
    return rng.choice(_ANIMALS)
