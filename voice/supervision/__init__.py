"""Supervision: pages on which people watch running calls, listen to them, and replay past ones.

A process of its own (`python -m voice.supervision`): a web application in front, the feed of the
edge and the call processes behind. Nothing that happens here can slow a call down.
"""
