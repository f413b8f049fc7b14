"""What is none of Spark's business, asked about a thousand things: the same short refusal, whatever memory holds.

Seeds alone taught the refusal for a hundred matters, and what stood nowhere near them was taken for a fact that nobody
had told ("You have not told me the deadline"). What tells the two apart is not the words but whether a person asks
about their own affairs, so questions about the world are made by the thousand, with names that no seed has.
"""

from __future__ import annotations

import random

from engine.context import turn_as_memory
from train.corpus.words import words
from train.curriculum import pools
from train.curriculum.example import Example, Material
from train.curriculum.phrasing import made_up_word, rough

REFUSAL = "I only know Python and what you have told me, so I cannot help with that."

_ASKED = (
    "what is the capital of {place}",
    "capital of {place}?",
    "how many people live in {place}",
    "where is {place}",
    "what is the population of {place}",
    "what language do they speak in {place}",
    "what time is it in {place}",
    "what's the weather like in {place}",
    "will it rain in {place} tomorrow",
    "how far is it from {place} to {other}",
    "flights to {place}",
    "what should I see in {place}",
    "what is the currency of {place}",
    "who rules {place}",
    "what's the weather like",
    "what is the weather like today",
    "is it cold outside",
    "what day is it",
    "what time is it",
    "who wrote {title}",
    "who painted {title}",
    "who sang {title}",
    "what is {title} about",
    "when did {title} come out",
    "who is {person}",
    "who was {person}",
    "when was {person} born",
    "how old is {person}",
    "what did {person} do",
    "is {person} still alive",
    "who is {person} married to",
    "what is {person} famous for",
    "how do I cook {dish}",
    "a recipe for {dish}",
    "is {dish} healthy",
    "how many calories has {dish}",
    "how long do I cook {dish}",
    "what goes with {dish}",
    "where can I buy {dish}",
    "what is the {most} {animal}",
    "what do {animal}s eat",
    "how long does a {animal} live",
    "is a {animal} dangerous",
    "how fast is a {animal}",
    "what is the {most} {thing} in the world",
    "who invented the {thing}",
    "when was the {thing} invented",
    "how does a {thing} work",
    "how much does a {thing} cost",
    "which {thing} should I buy",
    "where do I find a cheap {thing}",
    "how do I repair a {thing}",
    "translate {word} into {tongue}",
    "how do you say {word} in {tongue}",
    "what does {word} mean in {tongue}",
    "tell me a story about a {animal}",
    "write a poem about {dish}",
    "sing me a song",
    "what happened in {year}",
    "who won the world cup in {year}",
    "who was president in {year}",
    "what is the news today",
    "turn off the lights",
    "set an alarm for {hour}",
    "call {person}",
    "play {title}",
    "remind me to buy {dish}",
    "book a hotel in {place}",
    "my {part} hurts",
    "what helps against a sore {part}",
    "is a headache serious",
    "how many {unit} are in a {bigger}",
    "how tall is the {thing}",
    "what is the meaning of life",
    "which team won last night",
    "who will win the election",
)
_POOLS = {
    "place": words(
        """
        France Japan Brazil Kenya Norway Egypt Canada Mexico Poland Vietnam Portugal Chile Iceland Morocco India Greece
        Peru Turkey Ireland Cuba Nepal Ghana Finland Austria Paris Tokyo Cairo Lima Oslo Madrid Rome Berlin Nairobi
        """
    ),
    "title": words(
        "Hamlet Faust Ulysses Emma Carmen Guernica Yesterday Titanic Dracula Avatar Moby-Dick Thriller Dune"
    ),
    "person": words(
        """
        Napoleon Einstein Mozart Cleopatra Shakespeare Picasso Beyonce Gandhi Newton Messi Madonna Caesar Darwin Bach
        Rembrandt Columbus Socrates Galileo Chaplin Edison
        """
    ),
    "dish": words(
        "rice lasagna soup pancakes curry salmon bread pasta risotto beans potatoes sushi tofu cake eggs omelette"
    ),
    "animal": words("lion whale spider eagle shark camel wolf snail penguin tiger bear owl bee dolphin crocodile"),
    "thing": words(
        "telephone bridge camera mountain tower bicycle fridge engine ship building guitar radio satellite balloon"
    ),
    "most": words("largest smallest fastest oldest tallest heaviest longest"),
    "word": words("cat house thanks water tomorrow friend love window bread hello"),
    "tongue": words("French German Spanish Japanese Italian Russian Latin Chinese Swedish Turkish"),
    "part": words("back knee tooth head foot stomach neck throat"),
    "unit": words("inches minutes grams ounces feet days pints"),
    "bigger": words("mile week pound year gallon yard century"),
}


def outside(material: Material, rng: random.Random) -> Example:
    """One question about the world; half the time beside memories, which have nothing to do with it."""
    slots = {name: rng.choice(pool) for name, pool in _POOLS.items()}
    slots |= {
        "other": rng.choice(_POOLS["place"]),
        "year": str(rng.randint(1500, 2030)),
        "hour": str(rng.randint(5, 22)),
    }
    if rng.random() < 0.3:
        name = rng.choice(("place", "person", "title", "dish", "thing"))
        slots[name] = made_up_word(rng).capitalize() if name in ("place", "person", "title") else made_up_word(rng)
    text = rng.choice(_ASKED).format_map(slots)
    text = text[:1].upper() + text[1:] + "?" if rng.random() < 0.35 else text + rng.choice(("", "", "?"))
    text = rough(text, rng, noise=0.6)
    return Example(_memories(material, rng), [], text, REFUSAL, None, "dialogue", [REFUSAL], "outside")


def _memories(material: Material, rng: random.Random) -> list[str]:
    found: list[str] = []
    while len(found) < 2 and rng.random() < 0.4:
        form = rng.random()
        if form < 0.4 and material.documented:
            found.append(material.any_document(rng).document)
        elif form < 0.7 and material.seeds:
            seed = rng.choice(material.seeds)
            found.append(turn_as_memory(rng.choice(seed.prompts), seed.answer))
        else:
            name = pools.person(rng)
            found.append(turn_as_memory(f"my name is {name}", f"Got it: your name is {name}."))
    return found
