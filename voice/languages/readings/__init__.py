"""The rules of the spoken form, by subject: each is a pattern and what to say for a match."""
