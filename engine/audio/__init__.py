"""Audio input and output: files, recordings that are still being written, microphone, loudspeaker.

Entry points: `file.AudioFile` and `growing_wav` (blocks of float32 mono at the model's rate), `capture` (microphone
to WAV on disk), `playback`. Only `portaudio` knows PortAudio. Must not know features, models or text.
"""
