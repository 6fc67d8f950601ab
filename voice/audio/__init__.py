"""Sound as numbers: G.711, resampling, levels, WAV and FLAC files.

Audio is mono int16 PCM in a one-dimensional numpy array; its sample rate in Hz travels beside it.
Only numpy, soxr and soundfile are imported here, so that the edge process may use this room.
"""

from voice.audio.direct_current import OffsetRemover
from voice.audio.flac import FlacWriter, read_stereo_flac
from voice.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from voice.audio.levels import dbfs, fade_in, fade_out, frame_levels, peak_dbfs, ramp, with_gain
from voice.audio.limiter import lifted
from voice.audio.pcm import Pcm, from_bytes, mixed, samples_in, seconds_of, silence, to_bytes
from voice.audio.resample import Resampler, resample
from voice.audio.wav import AudioFileError, StereoWriter, read_stereo, read_wav, write_wav

__all__ = [
    "AudioFileError",
    "FlacWriter",
    "OffsetRemover",
    "Pcm",
    "Resampler",
    "StereoWriter",
    "dbfs",
    "decode_alaw",
    "decode_ulaw",
    "encode_alaw",
    "encode_ulaw",
    "fade_in",
    "fade_out",
    "frame_levels",
    "from_bytes",
    "lifted",
    "mixed",
    "peak_dbfs",
    "ramp",
    "read_stereo",
    "read_stereo_flac",
    "read_wav",
    "resample",
    "samples_in",
    "seconds_of",
    "silence",
    "to_bytes",
    "with_gain",
    "write_wav",
]
