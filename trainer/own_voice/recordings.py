"""The person's own recordings with transcripts: a corpus that grows one utterance at a time.

A folder with one WAV file per utterance and `transcripts.tsv`, as in `trainer.corpus.transcripts`.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from engine.alphabet import Alphabet, normalise
from engine.system.atomic_files import atomic_path, storage_error, write_atomic
from trainer.corpus.transcripts import TRANSCRIPTS
from trainer.errors import CorpusError, UtteranceUnusable

SPEAKER = "me"
_COLUMNS = ("file", "speaker", "text")


def add_utterance(folder: Path, samples: np.ndarray, rate_hz: int, text: str) -> Path:
    """Adds an utterance to the corpus in `folder`, which is made if missing; returns the new WAV file.

    samples: float32 (n,) in [-1, 1], mono, at rate_hz. The recording is complete on disk before its row is written.
    Raises UtteranceUnusable if there is no sound or no text in Russian letters, CorpusError if transcripts.tsv is
    another kind of file, StorageError.
    """
    folder = Path(folder)
    if not len(samples):
        raise UtteranceUnusable(reason="there is no sound to add")
    words = normalise(text)
    if not words:
        raise UtteranceUnusable(reason="there are no words to add")
    if Alphabet().foreign(words):
        raise UtteranceUnusable(reason="only Russian letters can be learnt; write numbers and names with them")
    lines = _lines(folder)
    target = folder / f"utterance-{secrets.token_hex(6)}.wav"
    with atomic_path(target) as temporary:
        soundfile.write(temporary, np.clip(samples, -1.0, 1.0), rate_hz, subtype="PCM_16", format="WAV")
    row = {"file": target.name, "speaker": SPEAKER, "text": " ".join(text.split())}
    try:
        _write(folder, [*lines, "\t".join(row.get(column, "") for column in lines[0].split("\t"))])
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def remove_utterance(folder: Path, file: str) -> None:
    """Removes an utterance, given by the name of its WAV file. Raises CorpusError, StorageError."""
    folder = Path(folder)
    lines = _lines(folder)
    column = lines[0].split("\t").index("file")
    _write(folder, [line for line in lines if line.split("\t")[column : column + 1] != [file]])
    try:
        (folder / file).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(folder / file, error) from error


def _lines(folder: Path) -> list[str]:
    """The lines of transcripts.tsv, the header first; only a header for a new corpus. Other columns are kept."""
    path = folder / TRANSCRIPTS
    if not path.exists():
        return ["\t".join(_COLUMNS)]
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            path=folder, reason="{file} cannot be read ({detail})", file=TRANSCRIPTS, detail=str(error)
        ) from error
    if not {"file", "text"} <= set(lines[0].split("\t")):
        raise CorpusError(
            path=folder, reason="{file} needs the columns file and text, and a row at least", file=TRANSCRIPTS
        )
    return [line for line in lines if line]


def _write(folder: Path, lines: Sequence[str]) -> None:
    write_atomic(folder / TRANSCRIPTS, "".join(f"{line}\n" for line in lines))
