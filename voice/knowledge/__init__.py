"""What an operator's documents say: read, cut into passages, kept, and found again.

`build` makes the store of a folder of Markdown, HTML and PDF; `Knowledge` searches it by words and
by meaning, and says how well what it found supports an answer. Documents are untrusted text.
"""

from voice.knowledge.building import Built, build
from voice.knowledge.documents import Unread
from voice.knowledge.search import FoundPassage, Knowledge
from voice.knowledge.store import StoredPassage
from voice.knowledge.support import Support

__all__ = ["Built", "FoundPassage", "Knowledge", "StoredPassage", "Support", "Unread", "build"]
