"""Every knob, with its default, unit and source; and where Spark keeps its files.

A value comes from `config.toml` in the home folder, else from the default here. Nothing heavy is imported.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from engine.errors import SparkError


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    threshold: float | str = 0.8
    """Below this confidence everything goes to the core with memory: when unsure, think. "auto": the lowest that keeps
    `max_error` (engine/routing/threshold.py)."""
    max_error: float = 0.03
    """Share of all queries that may be at or over an automatic threshold with a wrong category."""
    doubt: float = 0.15
    """Code that the fast path itself finds less likely than by this many nats a token is written by the core instead
    (engine/speaking.py); 0: never."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    temperature: float = 0.2
    """0 is greedy. Low, because small models wander."""
    top_p: float = 0.95
    repeat_penalty: float = 1.0
    """Nats off each token that goes on with a literal repeat of more than a line (engine/models/loops.py); 0 is off.
    What goes round in circles all the same is cut off."""
    copy_bonus: float = 1.0
    """Nats for a token that goes on with a copy of a memory, once four tokens are as in it, and for each that are more
    (engine/models/copying.py); 0 is off."""
    max_tokens: int = 256
    """Most tokens of one answer."""
    tries: int = 3
    """Further tries at code that does not parse, before it is shown (engine/speaking.py); 0 shows whatever comes."""


@dataclass(frozen=True, slots=True)
class MemorySettings:
    recall: int = 2
    """Memories that the core may read in a turn: the seeds' top 2."""
    minimum_score: float = 0.35
    """Relevance gate: nothing is better than noise. What is less likely to be what is asked for is not read
    (engine/memory/recall.py)."""
    half_life_days: float = 30.0
    """Importance and recency fall to half in this time unless used again."""
    uri: str = ""
    """Where the search index lies: a folder, or any address that LanceDB takes ("s3://bucket/path", "db://name");
    empty: in the home. The record stays in the home."""


@dataclass(frozen=True, slots=True)
class CacheSettings:
    agreements: int = 3
    """Agreeing uses before a procedure is learned; never after one."""
    penalty: int = 3
    """Further agreeing uses demanded after each "wrong" flag."""
    half_life_days: float = 60.0
    """What is learned loses half of its strength in this time unless used; below one use it must be agreed
    with again."""
    max_error: float = 0.01
    """A kind of hit is served only while it is estimated to be wrong less often than this."""
    explore: float = 0.05
    """Share of hits that are put to the core instead and compared: every twentieth use of a procedure."""


@dataclass(frozen=True, slots=True)
class Settings:
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    memory: MemorySettings = field(default_factory=MemorySettings)
    cache: CacheSettings = field(default_factory=CacheSettings)


AUTO = "auto"
"""A threshold that Spark finds itself."""

# The range that makes sense for a number, by its full name: (least, most).
_RANGES: dict[str, tuple[float, float]] = {
    "routing.threshold": (0.0, 1.0),
    "routing.max_error": (0.0001, 0.5),
    "generation.temperature": (0.0, 5.0),
    "generation.top_p": (0.01, 1.0),
    "generation.repeat_penalty": (0.0, 10.0),
    "generation.copy_bonus": (0.0, 10.0),
    "generation.max_tokens": (1, 100_000),
    "generation.tries": (0, 10),
    "memory.recall": (0, 20),
    "memory.minimum_score": (0.0, 1.0),
    "memory.half_life_days": (0.01, 36_500),
    "cache.agreements": (2, 1_000),
    "cache.penalty": (1, 1_000),
    "cache.half_life_days": (0.01, 36_500),
    "cache.max_error": (0.0, 1.0),
    "cache.explore": (0.0, 1.0),
}


_TEXTS = ("memory.uri",)
"""Settings that are any text."""


@dataclass(frozen=True, slots=True)
class Home:
    """The one folder that holds all that Spark keeps for a person."""

    path: Path

    @classmethod
    def find(cls, given: Path | None = None) -> Home:
        """`given` (the `--home` option), else `SPARK_HOME`, else the platform's data folder."""
        if given is not None:
            return cls(given.expanduser())
        if os.environ.get("SPARK_HOME"):
            return cls(Path(os.environ["SPARK_HOME"]).expanduser())
        from platformdirs import user_data_path  # first here: it costs a few ms that a test need not pay

        return cls(user_data_path("spark", appauthor=False))

    def create(self) -> None:
        """Make the folder, readable by its owner only.

        Raises:
            SparkError: it cannot be made or written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.path / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SparkError(
                f"Spark cannot write to its home folder {self.path} ({error.strerror or error}); "
                "choose another with --home DIR or SPARK_HOME."
            ) from error

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def record(self) -> Path:
        return self.path / "spark.db"

    @property
    def chat(self) -> Path:
        """What the chat remembers of a person: theme, last session."""
        return self.path / "chat.json"

    @property
    def exports(self) -> Path:
        return self.path / "exports"

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def memory(self) -> Path:
        return self.path / "memory.lance"

    @property
    def bundles(self) -> Path:
        return self.path / "bundles"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def router(self) -> Path:
        """A router that has learned from this home's flags."""
        return self.path / "router.safetensors"

    @property
    def studies(self) -> Path:
        return self.path / "studies"


def load_settings(home: Home) -> Settings:
    """The settings of a home: its `config.toml` over the defaults.

    Raises:
        SparkError: the file is not TOML, or names or values in it make no sense.
    """
    try:
        table = tomllib.loads(home.config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except NotADirectoryError as error:
        raise SparkError(
            f"A file is in the way of Spark's home folder {home.path}; choose another with --home DIR or SPARK_HOME."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SparkError(f"{home.config} cannot be read ({error}); mend it or move it away.") from error
    settings = Settings()
    table.pop("keys", None)  # the screens' own: see spark_tui/preferences.py
    for section, values in table.items():
        if section not in {f.name for f in fields(Settings)} or not isinstance(values, dict):
            raise SparkError(f"{home.config} has an unknown section [{section}].")
        for name, value in values.items():
            settings = _with(settings, section, name, value, f"{home.config}")
    return settings


def with_setting(settings: Settings, assignment: str) -> Settings:
    """The settings with one changed, as in `routing.threshold=0.6`.

    Raises:
        SparkError: it is not a setting, or not a value for it.
    """
    full, equals, value = (part.strip() for part in assignment.partition("="))
    section, _, name = full.partition(".")
    if not equals:
        raise SparkError(f"Write a change as SETTING=VALUE, such as routing.threshold=0.6, not {assignment!r}.")
    try:
        meant = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        meant = value  # a bare word
    return _with(settings, section, name, meant, "The change")


def _with(settings: Settings, section: str, name: str, value: object, source: str) -> Settings:
    full = f"{section}.{name}"
    if full in _TEXTS and isinstance(value, str):
        return replace(settings, **{section: replace(getattr(settings, section), **{name: value})})
    if full not in _RANGES:
        raise SparkError(f"{source} has an unknown setting {full.rstrip('.')}; `spark config show` lists them.")
    current = getattr(settings, section)
    checked = _checked(type(getattr(type(current)(), name)), full, value, source)
    return replace(settings, **{section: replace(current, **{name: checked})})


def _checked(wanted: type, full: str, value: object, source: str) -> object:
    least, most = _RANGES[full]
    by_itself = full == "routing.threshold"
    if by_itself and value == AUTO:
        return AUTO
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted or not (isinstance(value, int | float) and least <= value <= most):
        other = f' or "{AUTO}"' if by_itself else ""
        kind = "number" if wanted is float else "whole number"
        raise SparkError(f"{source}: {full} must be a {kind} from {least} to {most}{other}.")
    return value


def write_setting(home: Home, name: str, value: str) -> object:
    """Set one value in the home's `config.toml`; comments and everything else in it stay. Returns what was set.

    Raises:
        SparkError: it is not a setting or not a value for it, or the file cannot be read or written.
    """
    load_settings(home)  # a file that makes no sense is not written over
    changed = with_setting(Settings(), f"{name}={value}")
    section, _, key = name.strip().partition(".")
    meant: object = getattr(getattr(changed, section), key)
    try:
        text = home.config.read_text(encoding="utf-8") if home.config.exists() else ""
        new = _with_line(text, section, key, f"{key} = {json.dumps(meant, ensure_ascii=False)}")
        wanted = tomllib.loads(text)
        wanted.setdefault(section, {})[key] = meant
        if not _reads_as(new, wanted):  # a table in one line, a string over several
            raise SparkError(f"{home.config} is written in a way that only a person can change; set {name} in it.")
        home.create()
        beside = home.config.with_suffix(f".toml.{os.getpid()}")
        beside.write_text(new, encoding="utf-8")
        beside.replace(home.config)
    except OSError as error:
        raise SparkError(f"{home.config} cannot be written ({error.strerror or error}).") from error
    return meant


def _reads_as(text: str, wanted: dict[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _with_line(text: str, section: str, key: str, line: str) -> str:
    """TOML with this line in this table: in the place of the old one (whose comment stays), else at the table's end."""
    lines = text.split("\n")
    heads = [number for number, row in enumerate(lines) if row.lstrip().startswith("[")]
    begin = next((n for n in heads if re.fullmatch(rf"\s*\[\s*{section}\s*\]\s*(#.*)?", lines[n])), None)
    if begin is None:
        return f"{text.rstrip()}\n\n[{section}]\n{line}\n".lstrip()
    end = next((n for n in heads if n > begin), len(lines))
    for number in range(begin + 1, end):
        if re.match(rf"\s*{key}\s*=", lines[number]):
            comment = re.search(r"\s+#[^\"']*$", lines[number])
            lines[number] = line + (comment[0] if comment else "")
            return "\n".join(lines)
    last = max(
        n for n in range(begin, end) if n == begin or (lines[n].strip() and not lines[n].lstrip().startswith("#"))
    )
    return "\n".join([*lines[: last + 1], line, *lines[last + 1 :]])
