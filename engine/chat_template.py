"""What a pretrained core is given to read: its own chat template around our memories, earlier turns and question.

The template is a Jinja text that came with the weights, run in a sandbox. What people wrote is put in place after it
has run, token by token, so no message can open or close another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.context import LONGEST_TOKEN, MEMORY_TOKENS, Prompt, Segment, ends
from engine.errors import SparkError
from engine.models.pretrained_tokenizer import PretrainedTokenizer

FILE = "chat.json"
_INTRODUCTION = "You are Spark, a helpful assistant in a terminal. You know Python well and answer briefly."
_NOTES = "What you remember, if it helps:"
_HOLE = re.compile(r"\uf8f0(\d+)\uf8f1")
"""Where a person's text goes: a number between two characters of private use."""

PLAIN = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}\n\n"
    "{% else %}{{ 'Question' if m.role == 'user' else 'Answer' }}: {{ m.content }}\n{% endif %}{% endfor %}Answer:"
)
"""For cores without a template, which were not made for talking."""


class ChatTemplate:
    """`lay_out` is what `context.build_prompt` is for our own cores."""

    def __init__(self, source: str, tokenizer: PretrainedTokenizer, names: Mapping[str, str] | None = None) -> None:
        """`names`: how the template calls its marks (`bos_token`, `eos_token`).

        Raises:
            SparkError: the template cannot be read.
        """
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        def refuse(message: str) -> None:
            raise TemplateError(message)

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals.update(raise_exception=refuse, strftime_now=lambda form: "today")
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise SparkError(f"The core's chat template cannot be read ({error}).") from error
        self._tokenizer = tokenizer
        self._failure = TemplateError
        self._names = {"bos_token": "", "eos_token": "", **(names or {})}

    @classmethod
    def load(cls, folder: Path, tokenizer: PretrainedTokenizer) -> ChatTemplate:
        """From a bundle's folder; a core without a template is asked plainly."""
        file = folder / FILE
        try:
            return cls.of(json.loads(file.read_text(encoding="utf-8")), tokenizer)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SparkError(f"{file} is missing or damaged; import the core again.") from error

    @classmethod
    def of(cls, kept: Mapping[str, Any], tokenizer: PretrainedTokenizer) -> ChatTemplate:
        """From what `kept_chat` found."""
        return cls(str(kept["template"] or PLAIN), tokenizer, {k: str(v) for k, v in kept["names"].items()})

    def lay_out(
        self, text: str, memories: Sequence[str] = (), history: Sequence[tuple[str, str]] = (), budget: int = 1024
    ) -> Prompt:
        """The context in at most `budget` tokens: the question first, then memories, then the latest turns."""
        encode = self._tokenizer.encode
        outer = ends(text, budget)
        question = encode(outer)
        remembered = [encode(memory[: LONGEST_TOKEN * MEMORY_TOKENS])[:MEMORY_TOKENS] for memory in memories]
        earlier = [(encode(asked), encode(answered)) for asked, answered in history]
        shortened = outer is not text
        while True:
            prompt = self._assemble(question, remembered, earlier, shortened)
            over = len(prompt.ids) - budget
            if over <= 0:
                return prompt
            if earlier:
                earlier, shortened = earlier[1:], True
            elif remembered:
                remembered = remembered[:-1]
            else:
                room = max(len(question) - over, 0)
                if room == 0:
                    raise SparkError(f"The core's template alone is longer than {budget} tokens.")
                head = room // 3
                question, shortened = question[:head] + question[len(question) - (room - head) :], True

    def _assemble(
        self,
        question: list[int],
        remembered: Sequence[list[int]],
        earlier: Sequence[tuple[list[int], list[int]]],
        shortened: bool,
    ) -> Prompt:
        holes: list[tuple[str, list[int]]] = []

        def hole(label: str, ids: list[int]) -> str:
            holes.append((label, ids))
            return f"\uf8f0{len(holes) - 1}\uf8f1"

        system = _INTRODUCTION
        if remembered:
            notes = [f"- {hole(f'memory {number}', ids)}" for number, ids in enumerate(remembered, start=1)]
            system = "\n".join([_INTRODUCTION, "", _NOTES, *notes])
        turns = []
        for asked, answered in earlier:
            turns.append({"role": "user", "content": hole("earlier", asked)})
            turns.append({"role": "assistant", "content": hole("earlier", answered)})
        turns.append({"role": "user", "content": hole("question", question)})
        ids: list[int] = []
        segments: list[Segment] = []
        pieces = _HOLE.split(self._render(system, turns))
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                ids += self._tokenizer.encode_markup(piece)
                continue
            label, inside = holes[int(piece)]
            segments.append(Segment(label, len(ids), len(ids) + len(inside)))
            ids += inside
        return Prompt(ids, tuple(segments), shortened)

    def _render(self, system: str, turns: list[dict[str, str]]) -> str:
        """The template's text; a template that knows no system message gets it before the first question."""
        render: Callable[..., str] = self._template.render
        more: dict[str, Any] = {"add_generation_prompt": True, "enable_thinking": False, **self._names}
        try:
            return render(messages=[{"role": "system", "content": system}, *turns], **more)
        except self._failure:
            first = {**turns[0], "content": f"{system}\n\n{turns[0]['content']}"}
        try:
            return render(messages=[first, *turns[1:]], **more)
        except Exception as error:
            raise SparkError(f"The core's chat template failed ({error}).") from error


def kept_chat(folder: Path) -> dict[str, Any]:
    """What a pretrained model's folder says of its template, as `ChatTemplate.load` reads it.

    Raises:
        SparkError: one of its files cannot be read.
    """
    file = folder / "tokenizer_config.json"
    try:
        described = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        apart = folder / "chat_template.jinja"
        template = apart.read_text(encoding="utf-8") if apart.exists() else described.get("chat_template")
    except (OSError, ValueError, AttributeError) as error:
        raise SparkError(f"The tokenizer's files in {folder.name} cannot be read ({error}).") from error
    if isinstance(template, list):  # several by name
        template = next((one.get("template") for one in template if one.get("name") == "default"), None)
    names = {}
    for name in ("bos_token", "eos_token"):
        value = described.get(name) or ""
        names[name] = str(value.get("content", "")) if isinstance(value, dict) else str(value)
    return {"template": template, "names": names}
