"""Layouts of published corpora other than VoxForge's: recordings with texts, speakers and splits.

Common Voice   `validated.tsv` beside `clips/`: path, sentence, client_id, votes; splits in `train|dev|test.tsv` Kaldi
`wav.scp` and `text`, perhaps `utt2spk` and `segments` JSON lines     a file with one object per line: audio_filepath,
text, perhaps duration, offset, speaker (NeMo, Golos) LJ Speech      `metadata.csv` without a header: id|text or id|text
as written|text as spoken, beside `wavs/`

A release with separate folders for training, development and test keeps these splits.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import fold_yo, normalise
from engine.system.cyrillic_text import decode_text
from engine.system.json_text import parse_json
from trainer.corpus.preflight import KEPT_NEW, NO_RECORDING, Reject
from trainer.corpus.recording import Recording
from trainer.corpus.tables import sound_path
from trainer.errors import CorpusError

Found = Recording | Reject

COMMAND = "its sound is made by a command, which is not run"
VOTED_DOWN = "listeners voted it down"
_SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "dev": "dev",
    "valid": "dev",
    "validation": "dev",
    "development": "dev",
    "test": "test",
}
_HELD = ("dev", "test")
_DEPTH = 3  # levels below the given folder: cv-corpus-22.0/ru, data/train, golos/test/crowd
_CLIPS, _VALIDATED = "clips", "validated.tsv"
_SCP, _TEXT, _SPEAKERS, _SEGMENTS = "wav.scp", "text", "utt2spk", "segments"
_METADATA, _WAVS = "metadata.csv", "wavs"
_SOUND_SUFFIXES = (".wav", ".flac", ".mp3", ".opus", ".ogg")
_SOUND_FOLDERS = {_CLIPS, _WAVS, "wav", "flac", "etc"}  # folders with many files and no corpus below
_HEAD_BYTES = 1 << 16


def read_layout(source: Path) -> Iterator[Found] | None:
    """The recordings of a folder or a JSON-lines file; None if it has none of these layouts.

    Raises CorpusError, OSError.
    """
    if source.is_file():
        return _json_lines(source, source.parent) if _is_json_lines(source) else None
    readers = list(_readers(source, source, _DEPTH))
    return (found for reader in readers for found in reader()) if readers else None


def _readers(folder: Path, root: Path, depth: int) -> Iterator[Callable[[], Iterator[Found]]]:
    """A reader for each corpus in the folder or below; a corpus is not searched for others."""
    reader = _reader(folder, root)
    if reader:
        yield reader
    elif depth:
        for inner in sorted(folder.iterdir()):
            if inner.is_dir() and not inner.name.startswith(".") and inner.name not in _SOUND_FOLDERS:
                yield from _readers(inner, root, depth - 1)


def _reader(folder: Path, root: Path) -> Callable[[], Iterator[Found]] | None:
    if (folder / _VALIDATED).is_file() and (folder / _CLIPS).is_dir():
        return lambda: _common_voice(folder, root)
    if (folder / _SCP).is_file() and (folder / _TEXT).is_file():
        return lambda: _kaldi(folder, root)
    if (folder / _WAVS).is_dir() and (folder / _METADATA).is_file() and b"|" in _first_line(folder / _METADATA):
        return lambda: _lj_speech(folder, root)
    manifests = [path for path in sorted(folder.glob("*.json*")) if _is_json_lines(path)]
    if manifests:
        return lambda: (recordings for path in manifests for recordings in _json_lines(path, root))
    return None


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(_HEAD_BYTES)


def split_named(path: Path, root: Path) -> str:
    """The split named by a file or folder below the root, the innermost first; "" if there is none."""
    below = path.relative_to(root).parts if path.is_relative_to(root) else ()
    for part in reversed(below):
        for word in re.split(r"[^a-z]+", part.casefold()):
            if word in _SPLIT_WORDS:
                return _SPLIT_WORDS[word]
    return ""


def _named(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _checked(recording: Recording) -> Found:
    return recording if recording.path.is_file() else Reject(str(recording.path), reason=NO_RECORDING)


# --- Common Voice ---


def _common_voice(folder: Path, root: Path) -> Iterator[Found]:
    """Sentences and readers of the release's dev and test are never in train, even if other tables list them."""
    rows = _tab_separated(folder / _VALIDATED, "path", "sentence")
    split_of = {
        row["path"]: split
        for split in ("train", *_HELD)
        if (folder / f"{split}.tsv").is_file()
        for row in _tab_separated(folder / f"{split}.tsv", "path", "sentence")
    }
    held_rows = [row for row in rows if split_of.get(row["path"]) in _HELD]
    readers = {row.get("client_id") for row in held_rows} - {None, ""}
    sentences = {fold_yo(normalise(row["sentence"])) for row in held_rows}
    for row in rows:
        path = sound_path(folder / _CLIPS, row["path"])
        text = normalise(row["sentence"])
        split = split_of.get(row["path"], "")
        if _votes(row, "down_votes") >= max(1, _votes(row, "up_votes")):
            yield Reject(str(path), reason=VOTED_DOWN)
        elif split not in _HELD and (row.get("client_id") in readers or fold_yo(text) in sentences):
            yield Reject(str(path), reason=KEPT_NEW)
        else:
            split = split or ("train" if split_of else "")
            yield _checked(Recording(_named(path, root), path, row.get("client_id") or "", text, split=split))


def _votes(row: dict[str, str], column: str) -> int:
    votes = row.get(column) or ""
    return int(votes) if votes.isascii() and votes.isdigit() and len(votes) < 10 else 0


def _tab_separated(path: Path, *needed: str) -> list[dict[str, str]]:
    lines = decode_text(path.read_bytes()).splitlines()
    try:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except csv.Error as error:
        raise CorpusError(path=path, reason="it is no table ({detail})", detail=str(error)) from error
    if rows and not set(needed) <= rows[0].keys():
        raise CorpusError(path=path, reason="it lacks the columns {names}", names=", ".join(needed))
    return [row | {name: row[name] or "" for name in needed} for row in rows]


# --- Kaldi ---


@dataclass(frozen=True)
class _Stretch:
    """recording: its id in wav.scp; segment: None for all of it."""

    recording: str
    segment: tuple[float, float] | None


def _kaldi(folder: Path, root: Path) -> Iterator[Found]:
    sounds = dict(_keyed(folder / _SCP))
    texts = dict(_keyed(folder / _TEXT))
    speakers = dict(_keyed(folder / _SPEAKERS)) if (folder / _SPEAKERS).is_file() else {}
    stretches = _stretches(folder) if (folder / _SEGMENTS).is_file() else {key: _Stretch(key, None) for key in sounds}
    split = split_named(folder, root)
    for key, stretch in stretches.items():
        sound = sounds.get(stretch.recording, "")
        path = sound_path(folder, sound)
        if sound.endswith("|"):
            yield Reject(key, reason=COMMAND, detail=sound)
        elif not sound:
            yield Reject(key, reason=NO_RECORDING)
        else:
            path = (
                path if path.is_file() else sound_path(root, sound)
            )  # paths are absolute or relative to the root, as in the recipe
            text = normalise(texts.get(key, ""))
            yield _checked(Recording(key, path, speakers.get(key, ""), text, stretch.segment, split))
    for key in texts.keys() - stretches.keys():
        yield Reject(key, reason=NO_RECORDING)


def _keyed(path: Path) -> Iterator[tuple[str, str]]:
    """Kaldi's tables: a key, blanks, the rest of the line."""
    for line in decode_text(path.read_bytes()).splitlines():
        key, *rest = line.split(maxsplit=1) or [""]
        if key:
            yield key, rest[0].strip() if rest else ""


def _stretches(folder: Path) -> dict[str, _Stretch]:
    stretches = {}
    for key, rest in _keyed(folder / _SEGMENTS):
        try:
            recording, start, end = rest.split()[:3]
            segment = (float(start), float(end))
        except ValueError as error:
            raise CorpusError(
                path=folder / _SEGMENTS, reason="its line {key} has no recording, start and end", key=key
            ) from error
        stretches[key] = _Stretch(recording, segment)
    return stretches


# --- JSON lines ---


def _is_json_lines(path: Path) -> bool:
    if not path.is_file():
        return False
    row = _parsed(_first_line(path))
    return row is not None and "audio_filepath" in row


def _parsed(line: bytes | str) -> dict[str, object] | None:
    try:
        return parse_json(line.decode("utf-8-sig") if isinstance(line, bytes) else line)
    except ValueError:
        return None


def _json_lines(path: Path, root: Path) -> Iterator[Found]:
    split = split_named(path, root)
    for n, line in enumerate(decode_text(path.read_bytes()).splitlines(), 1):
        if not line.strip():
            continue
        row = _parsed(line) or {}
        sound = row.get("audio_filepath")
        if not isinstance(sound, str) or not sound:
            yield Reject(f"{path}:{n}", reason=NO_RECORDING)
            continue
        file = sound_path(path.parent, sound)
        file = file if file.is_file() else sound_path(root, sound)
        text, speaker = row.get("text"), row.get("speaker") or row.get("speaker_id") or ""
        text = normalise(text) if isinstance(text, str) else ""
        segment = _offset(row)
        name = _named(file, root) + (f"@{segment[0]:g}" if segment else "")
        yield _checked(Recording(name, file, str(speaker), text, segment, split))


def _offset(row: dict[str, object]) -> tuple[float, float] | None:
    """NeMo's offset and duration in seconds: a stretch of a longer file."""
    offset, duration = row.get("offset"), row.get("duration")
    if not isinstance(offset, int | float) or not isinstance(duration, int | float) or not 0 <= offset < 1e9:
        return None
    return (float(offset), float(offset) + float(duration))


# --- LJ Speech ---


def _lj_speech(folder: Path, root: Path) -> Iterator[Found]:
    """Of three columns the last is the text as spoken, with numbers spelled out."""
    for line in decode_text((folder / _METADATA).read_bytes()).splitlines():
        name, *texts = line.split("|")
        if not name.strip() or not texts:
            continue
        text = next((text for text in reversed(texts[:2]) if text.strip()), "")
        stem = folder / _WAVS / name.strip()
        path = next((p for p in (stem, *_with_suffixes(stem)) if p.is_file()), stem.with_name(f"{stem.name}.wav"))
        yield _checked(Recording(_named(path, root), path, "", normalise(text)))


def _with_suffixes(stem: Path) -> list[Path]:
    return [stem.with_name(stem.name + suffix) for suffix in _SOUND_SUFFIXES]
