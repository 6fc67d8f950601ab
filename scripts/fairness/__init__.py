"""How well groups of speakers are understood: what they say, who reads it, and their errors."""
