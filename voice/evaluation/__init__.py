"""Judging calls: simulated callers dial the service, and their calls become figures.

What a call was like is measured on the caller's side of the line (`callers`); what the service
did is read from its events and its database afterwards. Nothing here runs inside the service.
"""
