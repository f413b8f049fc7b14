"""What people tell about themselves and their work: how it is said, asked for, answered, and missed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from train.corpus.words import words
from train.curriculum import pools
from train.curriculum.phrasing import made_up_word


@dataclass(frozen=True)
class FactKind:
    """`value` makes a value; `thing` is what the answer calls it ("your name"), from Spark to the person.

    `subject` fills {n} in what is said and asked: a name, which no slip of the fingers may change.
    """

    thing: str
    value: Callable[[random.Random], str]
    said: tuple[str, ...]
    asked: tuple[str, ...]
    verb: str = "is"
    subject: str = ""

    def answer(self, value: str) -> str:
        """ "Your name is Zoe." """
        return f"{self.thing[:1].upper()}{self.thing[1:]} {self.verb} {value}."

    def noted(self, value: str) -> str:
        """ "Got it: your name is Zoe." """
        return f"Got it: {self.thing} {self.verb} {value}."

    def missing(self) -> str:
        """What Spark says when nobody told it: "You have not told me what your dog is called." """
        if self.verb == "is":
            return f"You have not told me {self.thing}."
        if self.verb == "is called":
            return f"You have not told me what {self.thing} is called."
        return f"You have not told me {_MISSING.get((self.thing, self.verb)) or _about_someone(self)}."


def _about_someone(fact: FactKind) -> str:
    return f"{'where' if fact.verb == 'lives in' else 'what'} {fact.thing} {fact.verb.removesuffix(' in')}"


_MISSING = {
    ("you", "live in"): "where you live",
    ("you", "are"): "what you do",
}

_KINDS = (
    FactKind(
        "your name",
        pools.person,
        (
            "My name is {v}.",
            "my name is {v}",
            "I'm {v}",
            "i am {v}",
            "call me {v}",
            "Hi, I'm {v}.",
            "hello my name is {v}",
            "You can call me {v}.",
            "people call me {v}",
            "{v} is my name",
            "This is {v}.",
        ),
        (
            "What is my name?",
            "what's my name",
            "who am i",
            "Who am I?",
            "do you know my name?",
            "do you remember my name",
            "what am I called?",
            "tell me my name",
            "what do they call me?",
            "how am i called",
            "say my name",
            "remember me? whats my name",
        ),
    ),
    FactKind(
        "your dog",
        pools.person,
        (
            "My dog is called {v}.",
            "my dog's name is {v}",
            "I have a dog named {v}",
            "our dog is {v}",
            "my dog is named {v}",
        ),
        (
            "What is my dog called?",
            "what's my dog's name",
            "what is the name of my dog?",
            "name of my dog?",
            "how is my dog called?",
            "whats my dog called",
            "who is my dog",
            "do you remember what my dog is called",
        ),
        "is called",
    ),
    FactKind(
        "your cat",
        pools.person,
        (
            "My cat is called {v}.",
            "my cat's name is {v}",
            "I have a cat named {v}",
            "our cat is {v}",
            "the cat is called {v}",
        ),
        (
            "What is my cat called?",
            "what's my cat's name",
            "what is the name of my cat?",
            "name of my cat?",
            "whats my cat called",
            "who is my cat",
            "do you know how my cat is called",
        ),
        "is called",
    ),
    FactKind(
        "your favourite language",
        pools.language,
        (
            "My favourite language is {v}.",
            "i like {v} best of all languages",
            "my favorite programming language is {v}",
            "I love {v}, it is my favourite language",
        ),
        (
            "What is my favourite language?",
            "which language do i like best",
            "what's my favorite programming language?",
            "what language do i like most",
            "what do I like to program in?",
            "my favourite language?",
            "what language do I love",
        ),
    ),
    FactKind(
        "your editor",
        pools.editor,
        (
            "My editor is {v}.",
            "i use {v} as my editor",
            "I write code in {v}",
            "I edit everything in {v}",
            "my editor of choice is {v}",
        ),
        (
            "What is my editor?",
            "which editor do i use",
            "what editor do I use?",
            "which editor do i like",
            "what do i edit with?",
            "what do I write code in?",
            "my editor?",
        ),
    ),
    FactKind(
        "your favourite colour",
        pools.colour,
        ("My favourite colour is {v}.", "i like {v} best", "my favorite color is {v}", "{v} is my favourite colour"),
        (
            "What is my favourite colour?",
            "what's my favorite color",
            "which colour do i like",
            "my favourite color?",
            "do you know what colour I like?",
        ),
    ),
    FactKind(
        "your favourite food",
        pools.food,
        (
            "My favourite food is {v}.",
            "i love {v}, best food ever",
            "my favorite food is {v}",
            "{v} is what I like to eat most",
        ),
        ("What is my favourite food?", "what food do i like", "what's my favorite food?", "what do I like to eat?"),
    ),
    FactKind(
        "you",
        pools.place,
        ("I live in {v}.", "i live in {v}", "I'm from {v}", "my home is in {v}", "I moved to {v}", "we live in {v}"),
        (
            "Where do I live?",
            "where do i live",
            "what city do I live in?",
            "which town am I in",
            "where is my home?",
            "do you know where I live",
            "what is my city?",
            "in which town do i live?",
        ),
        "live in",
    ),
    FactKind(
        "you",
        pools.job,
        ("I am {v}.", "i work as {v}", "I'm {v}", "my job: {v}", "I earn my living as {v}"),
        (
            "What do I do for a living?",
            "what is my job",
            "what's my profession?",
            "what do I work as?",
            "do you remember my job?",
            "what kind of work do I do?",
            "how do i earn my living",
        ),
        "are",
    ),
    FactKind(
        "your project",
        pools.project,
        (
            "My project is called {v}.",
            "the project's name is {v}",
            "i work on a project called {v}",
            "our project is {v}",
            "I'm building something called {v}",
            "I work on {v}.",
            "i'm working on {v}, my project",
            "my project: {v}",
        ),
        (
            "What is my project called?",
            "what's the name of my project",
            "whats my project",
            "name of the project?",
            "which project am I working on?",
            "what project do i work on?",
            "what am I working on?",
            "what am i building",
            "do you know my project?",
        ),
        "is called",
    ),
    FactKind(
        "the deadline",
        pools.date,
        (
            "The deadline is {v}.",
            "deadline is {v}",
            "it is due on {v}",
            "we must be done by {v}",
            "my deadline is {v}",
            "the project is due {v}",
        ),
        (
            "When is the deadline?",
            "whats the deadline",
            "when is it due?",
            "when do we have to be done",
            "how long do we have",
            "what is the due date?",
            "by when must it be finished?",
            "deadline?",
        ),
    ),
    FactKind(
        "your database",
        pools.database,
        (
            "Our database is {v}.",
            "we use {v} as database",
            "i store everything in {v}",
            "the data is in {v}",
            "my database is {v}",
        ),
        (
            "What database do we use?",
            "which database is it",
            "what is my database?",
            "what db do i use",
            "where do I store the data?",
        ),
    ),
    FactKind(
        "the port",
        pools.port,
        ("The server runs on port {v}.", "port is {v}", "we use port {v}", "the port is {v}", "it listens on port {v}"),
        (
            "Which port does the server use?",
            "what port",
            "what's the port?",
            "what is the port number",
            "on which port does it listen?",
        ),
    ),
    FactKind(
        "your Python version",
        pools.version,
        (
            "I use Python {v}.",
            "my python version is {v}",
            "we are on python {v}",
            "i have python {v} installed",
            "running python {v} here",
        ),
        (
            "Which Python version do I use?",
            "what python do i have",
            "what is my python version?",
            "which version of python are we on",
        ),
    ),
    FactKind(
        "your system",
        pools.system,
        ("I'm on {v}.", "my operating system is {v}", "i run {v}", "my computer runs {v}", "I use {v} as my OS"),
        ("What operating system do I use?", "which os am i on", "what's my OS?", "what system does my computer run?"),
    ),
    FactKind(
        "your framework",
        pools.framework,
        (
            "We use {v} for the web part.",
            "my framework is {v}",
            "the api is written with {v}",
            "our web framework is {v}",
        ),
        (
            "Which framework do we use?",
            "what web framework is it",
            "what is my framework?",
            "what is the api written with",
        ),
    ),
    FactKind(
        "your test tool",
        pools.tool,
        ("We test with {v}.", "i run my tests with {v}", "our tests use {v}", "for testing I use {v}"),
        ("What do we test with?", "how do i run my tests", "what is my test tool?", "which tool do I use for testing?"),
    ),
    FactKind(
        "the config file",
        pools.file_name,
        (
            "The config file is {v}.",
            "settings are in {v}",
            "the configuration lives in {v}",
            "config is {v}",
            "my config file is {v}",
        ),
        (
            "Where is the config?",
            "which file is the config file",
            "what's the config file?",
            "where do my settings live?",
        ),
    ),
    FactKind(
        "the main file",
        pools.file_name,
        ("The main file is {v}.", "my program starts in {v}", "the entry point is {v}", "main file: {v}"),
        ("What is the main file?", "which file do i start", "where does my program start?", "what is the entry point"),
    ),
    FactKind(
        "the function",
        pools.identifier,
        ("The function is called {v}.", "my function is {v}", "i named the function {v}", "the function's name is {v}"),
        (
            "What is the function called?",
            "what did i name the function",
            "name of my function?",
            "how is my function called",
        ),
        "is called",
    ),
    FactKind(
        "the server",
        pools.address,
        ("The server is {v}.", "our server is at {v}", "the server address is {v}", "api lives at {v}"),
        ("What is the server address?", "where is the server", "what's the address of our server?", "server address?"),
    ),
    FactKind(
        "the password hint",
        pools.code_word,
        ("The password hint is {v}.", "password hint: {v}", "my hint for the password is {v}"),
        ("What is the password hint?", "whats the hint for my password", "password hint?", "tell me the password hint"),
    ),
    FactKind(
        "the code word",
        pools.code_word,
        ("The code word is {v}.", "remember the code word {v}", "code word: {v}", "our secret word is {v}"),
        (
            "What is the code word?",
            "whats the code word",
            "code word?",
            "what was our secret word?",
            "do you remember the code word",
        ),
    ),
    FactKind(
        "your team lead",
        pools.person,
        ("My team lead is {v}.", "{v} leads our team", "my boss is {v}", "{v} is my team lead", "my manager is {v}"),
        ("Who is my team lead?", "who leads our team", "who is my boss?", "whos my manager", "name of my team lead?"),
    ),
    FactKind(
        "your colleague",
        pools.person,
        ("My colleague is {v}.", "i work with {v}", "{v} is my colleague", "{v} works with me"),
        ("Who is my colleague?", "who do i work with", "who works with me?", "what's the name of my colleague"),
    ),
    FactKind(
        "your batch size",
        pools.number,
        ("The batch size is {v}.", "i use a batch size of {v}", "batch size: {v}", "we train with batch size {v}"),
        ("What is the batch size?", "whats my batch size", "which batch size do I use?", "batch size?"),
    ),
    FactKind(
        "the limit",
        pools.number,
        ("The limit is {v}.", "we have a limit of {v}", "limit: {v}", "the maximum is {v}", "never go above {v}"),
        ("What is the limit?", "whats the limit", "what's the maximum?", "how much is allowed?"),
    ),
    FactKind(
        "your indentation",
        lambda rng: rng.choice(("two spaces", "four spaces", "tabs", "eight spaces", "three spaces")),
        ("I indent with {v}.", "we use {v} for indentation", "my indentation is {v}", "i prefer {v} for indenting"),
        (
            "How do I indent?",
            "what is my indentation",
            "what do I use for indentation?",
            "tabs or spaces, what do i use",
        ),
    ),
    FactKind(
        "your birthday",
        lambda rng: f"{rng.choice(pools.MONTHS)} {rng.randint(1, 28)}",
        ("My birthday is {v}.", "i was born on {v}", "my birthday: {v}", "it's my birthday on {v}"),
        ("When is my birthday?", "whens my birthday", "do you know my birthday?", "when was I born"),
    ),
    FactKind(
        "your meeting",
        lambda rng: f"on {rng.choice(pools.DAYS)} at {rng.randint(7, 19)}:{rng.choice(('00', '15', '30', '45'))}",
        ("My meeting is {v}.", "we meet {v}", "the meeting is {v}", "there is a meeting {v}"),
        ("When is my meeting?", "when do we meet", "what time is the meeting?", "when was that meeting"),
    ),
)

_OWNED = words(
    """
    phone laptop car bike boat server robot printer company school street teacher neighbour brother sister mother
    father son daughter friend partner team branch repository package library module class variable table column
    bucket cluster queue topic channel room office hotel doctor bank client customer mentor plant horse band book
    course thesis paper dataset model script notebook
    """
)
_LIKED = words(
    """
    number word song film game drink sport tool website animal season day city author singer library module shell
    font theme team
    """
)
_ATTRIBUTES = words(
    """
    size colour number version owner address start end deadline price length width height speed path user key id
    title author rate name
    """
)


def kind(rng: random.Random) -> FactKind:
    """A kind of fact: one of the written ones, or one made from a noun so that nothing can be learned by heart."""
    form = rng.random()
    if form < 0.66:
        return rng.choice(_KINDS)
    return work_kind(rng) if form < 0.72 else _made_kind(rng)


def name_kind() -> FactKind:
    """What most people tell first."""
    return _KINDS[0]


_MADE = words(
    """
    parser game tool compiler website app library bot script editor engine package framework database server crawler
    shop blog dashboard simulator plugin api service scheduler solver calculator interpreter
    """
)


def work_kind(rng: random.Random) -> FactKind:
    """What somebody makes, by what it is and what it is called: what they tell second."""
    noun = rng.choice(_MADE)
    return FactKind(
        "your project",
        rng.choice((pools.project, pools.project, pools.code_word, pools.person)),
        (
            f"I work on a {noun} called {{v}}.",
            f"i work on a {noun} called {{v}}",
            f"I am writing a {noun} called {{v}}",
            f"i'm building a {noun} named {{v}}",
            f"we make a {noun}, it is called {{v}}",
            f"my project is a {noun} named {{v}}",
            f"I wrote a {noun} called {{v}}",
            f"my {noun} {{v}} is what i work on",
        ),
        (
            "What is my project called?",
            "what's the name of my project",
            "whats my project",
            "which project am I working on?",
            "what am i building",
            f"what is my {noun} called?",
            f"whats the name of my {noun}",
        ),
        "is called",
    )


def _made_kind(rng: random.Random) -> FactKind:
    value = rng.choice((pools.code_word, pools.number, pools.person, pools.project, pools.identifier, pools.file_name))
    form = rng.random()
    if form < 0.4:
        noun = rng.choice(_OWNED)
        return FactKind(
            f"your {noun}",
            value,
            (
                f"My {noun} is called {{v}}.",
                f"my {noun} is named {{v}}",
                f"the name of my {noun} is {{v}}",
                f"I call my {noun} {{v}}",
            ),
            (
                f"What is my {noun} called?",
                f"what's the name of my {noun}",
                f"whats my {noun} called",
                f"name of my {noun}?",
                f"do you remember what my {noun} is called?",
            ),
            "is called",
        )
    if form < 0.5:
        noun = rng.choice(_LIKED)
        return FactKind(
            f"your favourite {noun}",
            value,
            (
                f"My favourite {noun} is {{v}}.",
                f"my favorite {noun} is {{v}}",
                f"the {noun} i like best is {{v}}",
                f"{{v}} is my favourite {noun}",
            ),
            (
                f"What is my favourite {noun}?",
                f"whats my favorite {noun}",
                f"which {noun} do i like best",
                f"my favourite {noun}?",
            ),
        )
    if form < 0.62:
        return _someone(rng)
    subject = rng.choice(_OWNED) if form < 0.82 else made_up_word(rng)
    attribute = rng.choice(_ATTRIBUTES[:-1])
    thing = f"the {attribute} of" if form >= 0.82 else f"the {attribute} of the"
    return FactKind(
        f"{thing} {subject}",
        value,
        (f"{thing.capitalize()} {{n}} is {{v}}.", f"{thing} {{n}} is {{v}}", f"{thing} {{n}}: {{v}}"),
        (
            f"What is {thing} {{n}}?",
            f"whats {thing} {{n}}",
            f"tell me {thing} {{n}}",
            f"{thing} {{n}}?",
            f"do you remember {thing} {{n}}?",
            f"what did I say about {thing} {{n}}",
        ),
        subject=subject,
    )


def _someone(rng: random.Random) -> FactKind:
    """A fact about another person."""
    name = pools.person(rng)
    verb, infinitive, value = rng.choice(
        (
            ("likes", "like", pools.food),
            ("likes", "like", pools.language),
            ("lives in", "live", pools.place),
            ("uses", "use", pools.editor),
            ("uses", "use", pools.tool),
            ("works on", "work on", pools.project),
            ("prefers", "prefer", pools.database),
            ("speaks", "speak", pools.code_word),
        )
    )
    question = "Where" if infinitive == "live" else "What"
    return FactKind(
        name,
        value,
        (f"{{n}} {verb} {{v}}.", f"{{n}} {verb} {{v}}", f"my friend {{n}} {verb} {{v}}", f"our {{n}} {verb} {{v}}"),
        (
            f"{question} does {{n}} {infinitive}?",
            f"{question.lower()} does {{n}} {infinitive}",
            f"do you know {question.lower()} {{n}} {verb.removesuffix(' in')}?",
        ),
        verb,
        name,
    )


def other_kind(than: FactKind, rng: random.Random) -> FactKind:
    """A kind that is about something else; often one with the same sort of value, which is harder to tell apart."""
    alike = [candidate for candidate in _KINDS if candidate.value is than.value]
    while True:
        found = rng.choice(alike) if len(alike) > 1 and rng.random() < 0.35 else kind(rng)
        if found.thing != than.thing:
            return found
