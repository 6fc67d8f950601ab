"""What tells languages and dialects apart, made from labelled speech; needs the extra `train`.

`train(speech, base, folder)` makes the model that `voice.recognition.Identifier` opens.
"""

from voice.tuning.identification.labelled_speech import LabelledSpeech, read_labelled
from voice.tuning.identification.training import Trained, train

__all__ = ["LabelledSpeech", "Trained", "read_labelled", "train"]
