"""Voice: a self-hosted voice assistant for call centres."""

import os

from voice.network import silence

# Before any of our modules loads a library: some report as soon as they are there.
silence(os.environ)

__version__ = "0.1.0"
