"""Dense gpt-oss sub-models: written from a gpt-oss checkpoint or a Llama, with numpy alone.

`convert` writes the folder that CTranslate2 loads, or a checkpoint for a training. Tensors are read
one at a time; experts are chosen by what the routers do on an operator's dialogues.
"""

from voice.models.gpt_oss.conversion import DESCRIPTION, ROUTING, Form, WantedConversion, convert
from voice.models.gpt_oss.layout import NULL_TOKEN, SINK_TOKEN, Precision
from voice.models.gpt_oss.needs import Needs, free_memory
from voice.models.gpt_oss.network import DenseNetwork

__all__ = [
    "DESCRIPTION",
    "NULL_TOKEN",
    "ROUTING",
    "SINK_TOKEN",
    "DenseNetwork",
    "Form",
    "Needs",
    "Precision",
    "WantedConversion",
    "convert",
    "free_memory",
]
