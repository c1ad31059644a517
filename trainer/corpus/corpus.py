"""Folders and manifests -> recordings with transcripts, and the recordings that cannot be used, with the reason.

Layouts: VoxForge's sessions (`wav/` or `flac/` beside `etc/prompts-original`, at any depth), a folder with
`transcripts.tsv`, and CSV manifests as DeepSpeech and Coqui STT have them (`wav_filename,wav_filesize,transcript`).
The layouts of other publishers are in `trainer.corpus.layouts`.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.alphabet import Alphabet, normalise
from engine.system.cyrillic_text import decode_text
from trainer.corpus.layouts import read_layout
from trainer.corpus.preflight import BROKEN_ROW, NO_RECORDING, OTHER_TEXT, Reject, text_reject
from trainer.corpus.prompts import prompt_key, read_prompts
from trainer.corpus.recording import Recording
from trainer.corpus.tables import BrokenRow, columns_of, read_table, sound_path
from trainer.corpus.transcripts import TRANSCRIPTS, read_transcripts
from trainer.errors import CorpusError, NoRecordings

_SOUNDS = ("wav", "flac")  # folders of a session, and the suffixes of their files; the first one counts
_SESSION = re.compile(r"(.+)-\d{8}-\w+")
_ANONYMOUS = "anonymous"
_PATH_COLUMN, _TEXT_COLUMN, _SPEAKER_COLUMNS = "wav_filename", "transcript", ("speaker", "client_id")
_HEAD_BYTES = 1 << 16
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Corpus:
    """Usable recordings, and the rejected ones with the reason."""

    recordings: tuple[Recording, ...]
    rejects: tuple[Reject, ...]


def find_recordings(sources: Sequence[Path], alphabet: Alphabet) -> Corpus:
    """All recordings below the sources, in order of name. Raises CorpusError."""
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    ids: set[str] = set()
    texts: dict[tuple[str, tuple[float, float] | None], str] = {}
    for source in map(Path, sources):
        is_empty = True
        for recording_or_reject in _read_source(source):
            is_empty = False
            if isinstance(recording_or_reject, Reject):
                rejects.append(recording_or_reject)
                continue
            sound_id = os.path.realpath(recording_or_reject.path), recording_or_reject.segment
            if sound_id in texts:  # the sources overlap
                if recording_or_reject.text not in ("", texts[sound_id]):
                    rejects.append(
                        Reject(str(recording_or_reject.path), reason=OTHER_TEXT, detail=recording_or_reject.text)
                    )
                continue
            texts[sound_id] = recording_or_reject.text
            recording = replace(recording_or_reject, id=_unlike(recording_or_reject.id, ids))
            ids.add(recording.id)
            reject = text_reject(recording, alphabet)
            if reject:
                rejects.append(reject)
            else:
                recordings.append(recording)
        if is_empty:
            raise NoRecordings(path=source)
    return Corpus(tuple(recordings), tuple(rejects))


def _unlike(name: str, taken: set[str]) -> str:
    plain = _CONTROL.sub("_", name.encode("utf-8", "backslashreplace").decode())  # a name that is not Unicode, on Linux
    unlike, n = plain, 1
    while unlike in taken:
        n += 1
        unlike = f"{plain}~{n}"
    return unlike


def _read_source(source: Path) -> Iterator[Recording | Reject]:
    try:
        manifests = [path for path in sorted(source.glob("*.csv")) if _is_manifest(path)]
        if (source / TRANSCRIPTS).exists():
            yield from _transcribed(source)
        elif manifests:
            for path in manifests:
                yield from _manifest(path)
        elif layout := read_layout(source):
            yield from layout
        elif source.is_file():
            yield from _manifest(source)
        else:
            yield from _sessions(source)
    except OSError as error:
        raise CorpusError(path=source, reason=error.strerror or str(error)) from error


def speaker_of(folder: str) -> str:
    """The speaker of a VoxForge session; each anonymous session counts as a speaker of its own."""
    match = _SESSION.fullmatch(folder)
    speaker = (match[1] if match else folder).casefold()
    return folder.casefold() if speaker == _ANONYMOUS else speaker


# --- VoxForge ---


def _sessions(source: Path) -> Iterator[Recording | Reject]:
    if not source.is_dir():
        raise FileNotFoundError(2, "No such file or directory")
    for name, folders, _ in os.walk(source):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        if set(folders) & set(_SOUNDS):
            folders.clear()
            yield from _session(Path(name), source if Path(name) != source else source.absolute().parent)


def _session(folder: Path, root: Path) -> Iterator[Recording | Reject]:
    prompts = read_prompts(folder / "etc")
    speaker = speaker_of(folder.absolute().name)
    sounds: dict[str, Path] = {}
    for kind in _SOUNDS:
        files = sorted((folder / kind).iterdir()) if (folder / kind).is_dir() else []
        for path in files:
            if path.suffix.lower() == f".{kind}" and not path.name.startswith("."):
                sounds.setdefault(prompt_key(path.name), path)
    for key, path in sounds.items():
        name = (path if path.is_relative_to(root) else path.absolute()).relative_to(root).with_suffix("")
        yield Recording(name.as_posix(), path, speaker, normalise(prompts.get(key, "")))
    for key in prompts:
        if key not in sounds:
            yield Reject(str(folder / _SOUNDS[0] / key), reason=NO_RECORDING)


# --- other layouts ---


def _transcribed(folder: Path) -> Iterator[Recording | Reject]:
    for transcript in read_transcripts(folder):
        path = transcript.path
        name = path.relative_to(folder) if path.is_relative_to(folder) else path
        yield _listed(path, name.as_posix(), transcript.speaker, transcript.text)


def _is_manifest(path: Path) -> bool:
    with path.open("rb") as file:
        start = decode_text(file.read(_HEAD_BYTES))
    return {_PATH_COLUMN, _TEXT_COLUMN} <= set(columns_of(start))


def _manifest(path: Path) -> Iterator[Recording | Reject]:
    for row in read_table(path, (_PATH_COLUMN, _TEXT_COLUMN), _TEXT_COLUMN):
        if isinstance(row, BrokenRow):
            yield Reject(f"{path}:{row.line}", reason=BROKEN_ROW)
            continue
        sound = sound_path(path.parent, row[_PATH_COLUMN])
        speaker = next((row[name] for name in _SPEAKER_COLUMNS if row.get(name)), "")
        yield _listed(sound, row[_PATH_COLUMN], speaker or _session_speaker(sound), row[_TEXT_COLUMN])


def _session_speaker(path: Path) -> str:
    """The speaker by a parent folder named like a VoxForge session; "" if there is none."""
    return next((speaker_of(name) for name in reversed(path.parts[:-1]) if _SESSION.fullmatch(name)), "")


def _listed(path: Path, name: str, speaker: str, text: str) -> Recording | Reject:
    if not path.is_file():
        return Reject(str(path), reason=NO_RECORDING)
    return Recording(name, path, speaker, normalise(text))
