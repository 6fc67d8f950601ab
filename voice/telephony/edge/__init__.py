"""The edge process: SIP and RTP on one side, leg sockets to the call processes on the other.

`python -m voice.telephony.edge [--settings FILE]` prints `ready IP:PORT` and answers calls until
SIGTERM. It loads no model, so that nothing but audio and signalling shares its interpreter.
"""

from voice.telephony.edge.edge import Edge

__all__ = ["Edge"]
