"""Voice: a self-hosted voice assistant for call centres."""

__version__ = "0.1.0"
