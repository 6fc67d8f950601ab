"""The line: SIP signalling, RTP audio and the socket over which a call leg reaches the call process.

Everything here runs in the edge process, which loads no model and imports nothing heavy.
"""
