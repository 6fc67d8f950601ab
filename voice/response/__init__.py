"""The response step."""
