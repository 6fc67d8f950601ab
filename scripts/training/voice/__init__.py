"""Making a Piper voice from a teacher synthesizer: sentences, features, acoustic model, export.

The steps, one file each: `sentences` writes the text, `teachers` speaks it, `alignment` finds
where espeak-ng's phonemes lie in the teacher's speech, `features` analyses it, `corpus` keeps the
result in shards, `acoustic` and `vocoder` are the voice, `learning` trains it, `export` writes
the ONNX graph that Piper loads, `intelligibility` measures it and `card` describes it.
"""
