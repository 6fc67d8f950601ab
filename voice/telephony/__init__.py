"""The line: SIP signalling, RTP audio and the socket between a call leg and its call process.

Everything here runs in the edge process, which loads no model and imports nothing heavy.
"""
