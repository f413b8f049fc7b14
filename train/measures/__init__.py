"""Held-out measurements of a whole mind, one question a file; `mind.py` puts them into one report."""
