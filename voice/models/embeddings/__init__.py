"""Embedding models of the catalogue become BERT encoders in CTranslate2's form where installed.

What comes is a folder of transformers (safetensors) or one packed file with 4-bit weights; what
runs (`voice/embeddings`) is one form, in int8, with its tokenizer and what has to stand before
a text.
"""

from voice.models.embeddings.installing import Form, convert_beside

__all__ = ["Form", "convert_beside"]
