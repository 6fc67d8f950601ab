"""Recognition and speech as services: the Wyoming protocol, spoken in both directions.

`EngineServer` offers the recogniser and the voices of one process to many others; a `ServiceLink`
reaches such a service, ours or another of the field. `ServedRecogniser` and `ServedSpeaker` are
what a call process uses in place of its own engines, which stay at hand: they do the work where the
service does not.
"""

from voice.engine_services.description import RESPONSE, Offered, Served, described
from voice.engine_services.errors import ServiceFailed
from voice.engine_services.link import Change, ServiceLink, tls_context
from voice.engine_services.recogniser import ServedRecogniser, reading_link
from voice.engine_services.served import ServedEngines
from voice.engine_services.server import EngineServer
from voice.engine_services.services import Services
from voice.engine_services.speaker import ServedSpeaker, speaking_link

__all__ = [
    "RESPONSE",
    "Change",
    "EngineServer",
    "Offered",
    "Served",
    "ServedEngines",
    "ServedRecogniser",
    "ServedSpeaker",
    "ServiceFailed",
    "ServiceLink",
    "Services",
    "described",
    "reading_link",
    "speaking_link",
    "tls_context",
]
