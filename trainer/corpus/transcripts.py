"""A folder of recordings with `transcripts.tsv`: header `file speaker ... text`, tab separated, UTF-8."""

import csv
from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import normalise
from trainer.errors import CorpusError

TRANSCRIPTS = "transcripts.tsv"


@dataclass(frozen=True)
class Transcript:
    """One recording of the folder; text is normalised."""

    path: Path
    speaker: str
    text: str


def read_transcripts(folder: Path) -> list[Transcript]:
    """All rows of the folder's transcripts. Raises CorpusError where the file or its columns are missing.

    The path of a row that ends before its file is the folder, which is no recording.
    """
    path = Path(folder) / TRANSCRIPTS
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(
            path=folder, reason="{file} cannot be read ({detail})", file=TRANSCRIPTS, detail=str(error)
        ) from error
    if not rows or not {"file", "text"} <= rows[0].keys():
        raise CorpusError(
            path=folder, reason="{file} needs the columns file and text, and a row at least", file=TRANSCRIPTS
        )
    return [
        Transcript(Path(folder) / (r["file"] or ""), r.get("speaker") or "", normalise(r["text"] or "")) for r in rows
    ]
