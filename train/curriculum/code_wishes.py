"""How people ask for code: templates for `phrasing.ask`."""

from __future__ import annotations

FINISH = (
    "complete this:\n{code}",
    "Complete this function:\n{code}",
    "finish the function\n{code}",
    "finish this\n{code}",
    "{code}",
    "{code}",
    "{code}",
    "continue this code\n{code}",
    "{code}\nfinish this please",
    "can you complete this for me?\n{code}",
    "write the rest:\n{code}",
    "{code}\n# complete this",
    "fill in the body\n{code}",
    "what comes next?\n{code}",
    "Please finish:\n```python\n{code}\n```",
    "complete the following\n```python\n{code}\n```",
    "autocomplete:\n{code}",
    "help me complete this code\n\n{code}",
    "implement this\n{code}",
    "complete\n{code}",
)
"""Before code that was begun."""
BEGINNING = (
    "{signature}",
    "{signature}",
    "def {call}",
    "complete {signature}",
    "complete this: {signature}",
    "finish {signature}",
    "write {signature}",
    "implement {call}",
    "complete def {call}",
)
"""A signature alone."""
WISH = (
    "write a function that {phrase}",
    "Write a function that {phrase}.",
    "write me a function that {phrase}",
    "function that {phrase}",
    "Write a Python function that {phrase}.",
    "i need a function that {phrase}",
    "write a function to {order}",
    "write python code to {order}",
    "give me a function to {order}",
    "code to {order}",
    "how do I write a function that {phrase}?",
    "can you write a function that {phrase}?",
    "make a function that {phrase}",
    "python function to {order}",
    "implement a function to {order}",
    "show me a function that {phrase}",
    "def that {phrase}",
    "a function which {phrase}",
)
"""A function described in words."""
NAMED_WISH = (
    "write a function {call} that {phrase}",
    "Write a function {call} that {phrase}.",
    "write {call}, it {phrase}",
    "define {call} which {phrase}",
    "write the function {call} to {order}",
    "I need {call}: it {phrase}",
    "implement {call} that {phrase}",
    "create a function called {name} that {phrase}",
    "write a function named {name} that {phrase}",
    "a function {name} that {phrase}",
    "make {call} so that it {phrase}",
)
"""The same, with its name or its call."""
