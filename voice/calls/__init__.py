"""Calls: one pipecat pipeline per call, from the caller's sound to the assistant's answer.

`CallServer` takes call legs from the edge and holds a `Call` for each; `load_engines` loads what
they share. Run as a process: `python -m voice.calls`. This is the only room that knows pipecat.

    CallInput -> RecognitionStep -> ConversationStep -> SpeechStep -> CallOutput
    hearing/     hearing/           conversation.py     speaking/     speaking/
"""
