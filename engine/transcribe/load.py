"""Loads a model, ours or one made by others, for transcription."""

from pathlib import Path

from engine.foreign.description import is_foreign
from engine.model.checkpoint import Description
from engine.model.recogniser import load_recogniser
from engine.transcribe.transcribe import Transcriber


def load_transcriber(folder: Path) -> tuple[Description, Transcriber]:
    """The description for decoders, and the transcriber. Raises CheckpointError."""
    if not is_foreign(folder):
        described, recognise = load_recogniser(folder)
        return described, Transcriber(described, recognise)
    from engine.foreign.recogniser import load_foreign
    from engine.transcribe.foreign_transcriber import ForeignTranscriber

    described, foreign = load_foreign(folder)
    return described, ForeignTranscriber(described, foreign)
