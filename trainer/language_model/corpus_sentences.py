"""The sentences of a corpus: for training a language model, and for evaluating it."""

import csv
from pathlib import Path

from engine.alphabet import normalise
from trainer.corpus.cache import UTTERANCES
from trainer.corpus.splits import DEV, TRAIN, UNSEEN
from trainer.corpus.transcripts import TRANSCRIPTS, read_transcripts
from trainer.errors import CorpusError


def training_sentences(path: Path) -> list[str]:
    """Each text of a feature cache's `train` once, or of a folder with transcripts. Raises CorpusError."""
    return list(dict.fromkeys(text for split, text in _texts(path, TRAIN) if split == TRAIN))


def held_out_sentences(path: Path) -> list[str]:
    """The texts of a feature cache's splits but `train`, or of a folder with transcripts. Raises CorpusError."""
    return [text for split, text in _texts(path, DEV) if split != TRAIN]


def development_sentences(path: Path) -> list[str]:
    """The texts of a feature cache's `dev_unseen_text`, or of a folder with transcripts. Raises CorpusError.

    Without such a split those of all `dev` splits.
    """
    texts = _texts(path, DEV)
    unseen = [text for split, text in texts if split == DEV + UNSEEN]
    return unseen or [text for split, text in texts if split.startswith(DEV)]


def _texts(path: Path, split: str) -> list[tuple[str, str]]:
    """(split, normalised text) of every recording; split: the one for a folder with transcripts."""
    path = Path(path)
    if (path / TRANSCRIPTS).exists():
        return [(split, transcript.text) for transcript in read_transcripts(path)]
    try:
        with (path / UTTERANCES).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        return [(row["split"], normalise(row["text"])) for row in rows]
    except (OSError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise CorpusError(
            path=path, reason="neither {file} nor {other} can be read there", file=TRANSCRIPTS, other=UTTERANCES
        ) from error
