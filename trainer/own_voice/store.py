"""The person's own clips on disk: kept ones, the present take, and their transcriptions. Does not use Qt.

The folder `my-voice` in the data folder:

    transcripts.tsv, utterance-*.wav   kept clips, an ordinary corpus (trainer.own_voice.recordings)
    take/                              the take that is neither kept nor discarded yet, and its sentence
    deleted/                           deleted clips, until the program starts again
    heard.json                         a model's transcriptions of them
    chosen.json                        which of them the person wants to use or leave out, if asked
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import Alphabet, normalise
from engine.audio.file import open_audio
from engine.config import SAMPLE_RATE_HZ
from engine.errors import DiktovkaError
from engine.paths import my_voice_dir
from engine.system.atomic_files import storage_error, write_atomic
from engine.system.json_text import read_json
from trainer.corpus.transcripts import TRANSCRIPTS
from trainer.errors import CorpusError
from trainer.own_voice.recordings import add_utterance, remove_utterance

_SENTENCE, _HEARD, _TAKE, _DELETED = "sentence.txt", "heard.json", "take", "deleted"
_CHOSEN = "chosen.json"


@dataclass(frozen=True)
class Kept:
    """A kept clip. text: as it was shown."""

    path: Path
    text: str


@dataclass(frozen=True)
class Imported:
    """Progress of an import: n recordings so far; rejected: reasons and counts."""

    n: int
    total: int
    rejected: int


class VoiceStore:
    """The folder of own clips. Long operations on the disk are generators, for a worker."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder or my_voice_dir()
        self.take_folder = self.folder / _TAKE

    # --- kept clips ---

    def kept(self) -> list[Kept]:
        """The kept clips, the oldest first; those without a file are left out."""
        try:
            lines = (self.folder / TRANSCRIPTS).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            return []
        head = lines[0].split("\t") if lines else []
        if not {"file", "text"} <= set(head):
            return []
        rows = (dict(zip(head, line.split("\t"), strict=False)) for line in lines[1:])
        clips = [Kept(self.folder / row.get("file", ""), row.get("text", "")) for row in rows if row.get("file")]
        return [clip for clip in clips if clip.path.is_file()]

    def keep(self, take: Path, text: str) -> Iterator[Kept]:
        """Turns the take into a kept clip. Raises CorpusError, AudioError, StorageError."""
        yield self._add(take, text)
        take.unlink(missing_ok=True)

    def _add(self, recording: Path, text: str) -> Kept:
        import numpy as np

        with open_audio(recording) as audio:
            samples = np.concatenate(list(audio.blocks()))
        return Kept(add_utterance(self.folder, samples, SAMPLE_RATE_HZ, text), text)

    def delete(self, clip: Kept) -> Iterator[Kept]:
        """Removes a clip from the corpus; yields it for `restore`. Raises CorpusError, StorageError."""
        aside = self.folder / _DELETED / clip.path.name
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(clip.path, aside)
        except OSError as error:
            raise storage_error(aside, error) from error
        remove_utterance(self.folder, clip.path.name)
        yield Kept(aside, clip.text)

    def restore(self, deleted: Kept) -> Iterator[Kept]:
        """Restores a deleted clip; yields the kept clip."""
        yield self._add(deleted.path, deleted.text)

    def empty_bin(self) -> None:
        """Purges the clips deleted in the last session."""
        shutil.rmtree(self.folder / _DELETED, ignore_errors=True)

    def bring_in(self, source: Path) -> Iterator[Imported]:
        """Imports copies of a folder's recordings with their texts, in any layout of the trainer.

        Raises CorpusError if there are none, StorageError.
        """
        from trainer.corpus.corpus import find_recordings

        if source.resolve() == self.folder.resolve():
            raise CorpusError(path=source, reason="it is the folder of your own recordings already")
        corpus = find_recordings([source], Alphabet())
        n, rejected = 0, len(corpus.rejects)
        for recording in corpus.recordings:
            try:
                if recording.segment:
                    raise CorpusError(path=recording.path, reason="only a stretch of it is meant")
                self._add(recording.path, recording.text)
                n += 1
            except (CorpusError, DiktovkaError) as error:
                if type(error).__name__ in ("DiskFull", "NotWritable"):
                    raise
                rejected += 1
            yield Imported(n, len(corpus.recordings) + len(corpus.rejects), rejected)
        if not corpus.recordings:
            yield Imported(0, rejected, rejected)

    # --- the take ---

    def remember(self, sentence: str) -> Iterator[None]:
        """Saves the sentence that is being read, so that a take of it survives a crash."""
        write_atomic(self.take_folder / _SENTENCE, sentence + "\n")
        yield None

    def take_of_last_time(self) -> Kept | None:
        """A take that was neither kept nor discarded, with its sentence; None if there is none."""
        with suppress(OSError, UnicodeDecodeError):
            text = (self.take_folder / _SENTENCE).read_text(encoding="utf-8").strip()
            takes = sorted(self.take_folder.glob("*.wav"), key=lambda path: path.stat().st_mtime)
            if text and takes:
                return Kept(takes[-1], text)
        return None

    def drop_takes(self, but: Path | None = None) -> None:
        """Deletes all takes, except for one."""
        for path in self.take_folder.glob("*.wav"):
            if path != but:
                with suppress(OSError):
                    path.unlink()

    # --- transcriptions by a model ---

    def heard(self, model: Path) -> dict[str, str]:
        """File name -> that model's transcription."""
        try:
            content = read_json(self.folder / _HEARD)
            if content["model"] == str(model):
                return {str(name): str(text) for name, text in content["heard"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return {}

    def chosen(self) -> dict[str, bool]:
        """File name -> whether the person wants it to be used; only for clips that the person was asked about."""
        try:
            return {str(name): bool(wanted) for name, wanted in read_json(self.folder / _CHOSEN, dict).items()}
        except (OSError, ValueError, TypeError):
            return {}

    def save_chosen(self, chosen: dict[str, bool]) -> None:
        """Raises StorageError."""
        write_atomic(self.folder / _CHOSEN, json.dumps(chosen, ensure_ascii=False, indent=1) + "\n")

    def save_heard(self, model: Path, heard: dict[str, str]) -> None:
        """Raises StorageError."""
        write_atomic(
            self.folder / _HEARD,
            json.dumps({"model": str(model), "heard": heard}, ensure_ascii=False, indent=1) + "\n",
        )


def unusable(text: str) -> str:
    """The characters that a typed sentence must not have, each once; empty if it can be used."""
    return Alphabet().foreign(normalise(text))
