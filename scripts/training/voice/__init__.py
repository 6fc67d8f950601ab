"""Making a Piper voice from a teacher synthesizer: sentences, features, acoustic model, export.

The steps, one file each: `sentences` (English) and `patterns` (other languages) write the text;
`teacher` is what speaks it and times each phoneme: `kokoro`, or the synthesizers of `teachers`,
whose phones `alignment` matches with espeak-ng's; `features` analyses the speech, `corpus` keeps
the result in shards, `acoustic` and `vocoder` are the voice, `learning` trains it, `export` writes
the ONNX graph that Piper loads, `measurement` has it listened to on `judged_sentences`, `card`
describes it and `judgement` decides whether it replaces another.
"""
