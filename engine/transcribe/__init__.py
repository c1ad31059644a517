"""The one place that composes the stages into a transcription, and the child process that it runs in.

Entry points: `transcribe.transcribe` (a generator of `engine.events`), `recognition_process`. Must not know the
history.
"""
