"""Dialects as espeak-ng speaks them: of these it is known for certain who speaks what."""
