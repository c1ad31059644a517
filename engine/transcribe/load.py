"""A model in a folder, ours or one made by others, ready to turn recordings into events."""

from pathlib import Path

from engine.foreign.description import is_foreign
from engine.model.checkpoint import Description
from engine.model.recogniser import load_recogniser
from engine.transcribe.transcribe import Transcriber


def load_transcriber(folder: Path) -> tuple[Description, Transcriber]:
    """What decoders need to know of it, and the model. Raises CheckpointError."""
    if not is_foreign(folder):
        described, recognise = load_recogniser(folder)
        return described, Transcriber(described, recognise)
    from engine.foreign.recogniser import load_foreign
    from engine.transcribe.foreign_transcriber import ForeignTranscriber

    described, foreign = load_foreign(folder)
    return described, ForeignTranscriber(described, foreign)
