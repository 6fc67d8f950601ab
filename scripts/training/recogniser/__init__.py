"""How a small Whisper is taught: its network, its examples, its judgement and its export."""
