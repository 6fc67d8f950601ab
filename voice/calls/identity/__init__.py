"""Proving who one caller is, and keeping unheard what must not be heard."""
