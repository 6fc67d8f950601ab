"""Engines of the response step in this process; `engine.py` says what all of them are."""
