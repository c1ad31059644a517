"""A folder of recordings with `transcripts.tsv`: a table with the columns `file`, `text` and perhaps `speaker`."""

from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import normalise
from trainer.corpus.tables import BrokenRow, read_table, sound_path
from trainer.errors import CorpusError

TRANSCRIPTS = "transcripts.tsv"


@dataclass(frozen=True)
class Transcript:
    """One recording of the folder; text is normalised, written is the text in the file."""

    path: Path
    speaker: str
    text: str
    written: str = ""


def read_transcripts(folder: Path) -> list[Transcript]:
    """All rows of the folder's transcripts. Raises CorpusError if the file or its columns are missing.

    The path of a broken row names its line and does not exist.
    """
    path = Path(folder) / TRANSCRIPTS
    try:
        rows = list(read_table(path, ("file", "text"), "text"))
    except OSError as error:
        reason, detail = "{file} cannot be read ({detail})", error.strerror or str(error)
        raise CorpusError(path=folder, reason=reason, file=TRANSCRIPTS, detail=detail) from error
    if not rows:
        raise CorpusError(path=folder, reason="{file} has no row", file=TRANSCRIPTS)
    return [
        Transcript(Path(f"{path}:{row.line}"), "", "")
        if isinstance(row, BrokenRow)
        else Transcript(
            sound_path(Path(folder), row["file"]), row.get("speaker", ""), normalise(row["text"]), row["text"]
        )
        for row in rows
    ]
