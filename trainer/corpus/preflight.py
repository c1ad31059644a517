"""Checks which recordings a model can learn from, and why not from others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.alphabet import Alphabet, fewest_steps
from engine.audio.file import open_audio
from engine.config import FULL_SCALE, SAMPLE_RATE_HZ, FeatureConfig
from engine.errors import AudioError
from engine.features.front_end import Listener, extract_together
from engine.text_marks import filled

NO_TEXT = "no text"
NO_RECORDING = "a text without a recording"
BROKEN_ROW = "a row that has too few or too many columns"
OTHER_TEXT = "another text of a recording that has one"
DIGITS = "digits in the text"
FOREIGN = "letters outside the alphabet"
TOO_SHORT = "too short"
TOO_LONG = "too long"
TOO_FEW_FRAMES = "too little speech for its text"
UNREADABLE = "unreadable"
CUT_OFF = "cut off"
CLIPPED = "clipped"
SILENT = "silent"
KEPT_NEW = "its sentence is kept for the test on new sentences"


@dataclass(frozen=True)
class Reject:
    """A recording that is not used. reason: one of the above; detail: a number, letters or a system message, may be
    empty."""

    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Note:
    """A note about the whole corpus. reason: a sentence with {fields}."""

    reason: str
    fields: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self.reason, self.fields)


@dataclass(frozen=True)
class SplitSize:
    """The size of one split."""

    name: str
    utterances: int
    seconds: float
    speakers: int
    sentences: int


@dataclass(frozen=True)
class Report:
    """Sizes of the corpus, by split and in total; rejects: recordings that are not used; notes: about the splits."""

    utterances: int
    seconds: float
    speakers: int
    sentences: int
    splits: tuple[SplitSize, ...]
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]

    def reasons(self) -> list[tuple[str, int]]:
        """Reasons for rejects and their counts, the commonest first."""
        return Counter(reject.reason for reject in self.rejects).most_common()


@dataclass(frozen=True)
class Rules:
    """Requirements of a recording, and how its cepstra are computed.

    n_stacked: neighbouring frames that the model stacks into a step. clipped_share: of samples at full scale;
    silent_level: root mean square, relative to full scale. rooms: number of copies of each recording of `train` in
    simulated rooms.
    """

    features: FeatureConfig
    n_stacked: int = 3
    alphabet: Alphabet = field(default_factory=Alphabet)
    shortest_s: float = 0.5
    longest_s: float = 20.0
    clipped_share: float = 0.01
    silent_level: float = 0.0003
    rooms: int = 0


@dataclass(frozen=True)
class Heard:
    """cepstra: float32 (n_frames, n_cepstra), not normalised; duration_s: of the sound."""

    cepstra: np.ndarray
    duration_s: float


class Written(Protocol):
    """The interface of a recording with a normalised text; see `Recording`."""

    @property
    def path(self) -> Path:
        """The sound file."""

    @property
    def text(self) -> str:
        """The normalised transcript."""

    @property
    def segment(self) -> tuple[float, float] | None:
        """Start and end in the file in seconds, if only a part of it is meant."""


def text_reject(recording: Written, alphabet: Alphabet) -> Reject | None:
    """Why the normalised text cannot be learned; None if it can."""
    text = recording.text
    if not text:
        return Reject(str(recording.path), reason=NO_TEXT)
    foreign = alphabet.foreign(text)
    if any(letter.isnumeric() for letter in foreign):
        numbers = [word for word in text.split() if any(letter.isnumeric() for letter in word)]
        return Reject(str(recording.path), reason=DIGITS, detail=" ".join(numbers))
    return Reject(str(recording.path), reason=FOREIGN, detail=foreign) if foreign else None


class _Level:
    """Level and clipping of a sound, block by block."""

    def __init__(self) -> None:
        self.n_samples = self._n_clipped = 0
        self._sum = self._squares = 0.0

    def push(self, samples: np.ndarray) -> None:
        self.n_samples += len(samples)
        self._n_clipped += int(np.count_nonzero(np.abs(samples) >= FULL_SCALE))
        self._sum += float(samples.sum(dtype=np.float64))
        self._squares += float(np.square(samples, dtype=np.float64).sum())

    @property
    def clipped_share(self) -> float:
        return self._n_clipped / max(1, self.n_samples)

    @property
    def rms(self) -> float:
        """Root mean square without the DC offset."""
        n = max(1, self.n_samples)
        return sqrt(max(0.0, self._squares / n - (self._sum / n) ** 2))


@dataclass(frozen=True)
class _Listened:
    """A whole recording whose cepstra are not computed yet."""

    recording: Written
    level: _Level
    listener: Listener


def hear_all(recordings: Sequence[Written], rules: Rules) -> list[Heard | Reject]:
    """Cepstra of each recording, or why it cannot be used; several at once take half the time.

    Memory grows with their number, but not with the length of a file.
    """
    return _heard([_listened(recording, rules) for recording in recordings], rules)


def hear_in_rooms(recordings: Sequence[Written], rules: Rules, seeds: Sequence[Sequence[int]]) -> list[Heard | Reject]:
    """As `hear_all`, each with a simulated room, noise and level of its own (see trainer.corpus.room_echo).

    Equal seeds give equal rooms.
    """
    return _heard([_listened_in_a_room(*pair, rules) for pair in zip(recordings, seeds, strict=True)], rules)


def _listened(recording: Written, rules: Rules) -> _Listened | Reject:
    path, level, listener = recording.path, _Level(), Listener(rules.features)
    try:
        with open_audio(path) as audio:
            for block in _stretch(audio.blocks(), recording.segment):
                level.push(block)
                if level.n_samples > rules.longest_s * SAMPLE_RATE_HZ:
                    return Reject(str(path), reason=TOO_LONG, detail=f"> {rules.longest_s:g} s")
                listener.push(block)
    except AudioError as error:
        return Reject(str(path), reason=UNREADABLE, detail=str(error))
    length_s = level.n_samples / SAMPLE_RATE_HZ
    segment_s = recording.segment[1] - recording.segment[0] if recording.segment else 0.0
    if length_s < 0.98 * segment_s - 0.1:
        return Reject(str(path), reason=CUT_OFF, detail=f"{length_s:.1f} < {segment_s:.1f} s")
    if any(note.is_damage for note in audio.notes):  # half a sentence would be learned as a whole one
        return Reject(str(path), reason=CUT_OFF, detail=f"{length_s:.1f} s")
    return _Listened(recording, level, listener)


def _listened_in_a_room(recording: Written, seed: Sequence[int], rules: Rules) -> _Listened | Reject:
    from trainer.corpus.room_echo import in_a_room

    level, listener = _Level(), Listener(rules.features)
    try:
        with open_audio(recording.path) as audio:
            samples = np.concatenate([np.zeros(0, np.float32), *_stretch(audio.blocks(), recording.segment)])
    except AudioError as error:
        return Reject(str(recording.path), reason=UNREADABLE, detail=str(error))
    level.push(samples)
    listener.push(in_a_room(samples, np.random.default_rng(seed)))
    return _Listened(recording, level, listener)


def _stretch(blocks: Iterable[np.ndarray], segment: tuple[float, float] | None) -> Iterator[np.ndarray]:
    """The blocks' samples within the segment; all of them without a segment."""
    start, end = (round(time_s * SAMPLE_RATE_HZ) for time_s in segment or (0, 1e9))
    position = 0
    for block in blocks:
        yield block[max(0, start - position) : max(0, end - position)]
        position += len(block)
        if position >= end:
            return


def _heard(listened: Sequence[_Listened | Reject], rules: Rules) -> list[Heard | Reject]:
    frames = iter(extract_together([item.listener for item in listened if isinstance(item, _Listened)]))
    return [item if isinstance(item, Reject) else _judged(item, next(frames).cepstra, rules) for item in listened]


def _judged(listened: _Listened, cepstra: np.ndarray, rules: Rules) -> Heard | Reject:
    path, level = listened.recording.path, listened.level
    duration_s = level.n_samples / SAMPLE_RATE_HZ
    fewest = fewest_steps(rules.alphabet.encode(listened.recording.text)) * rules.n_stacked
    if duration_s < rules.shortest_s:
        return Reject(str(path), reason=TOO_SHORT, detail=f"{duration_s:.2f} s")
    if level.rms < rules.silent_level or not len(cepstra):
        return Reject(str(path), reason=SILENT)
    if level.clipped_share > rules.clipped_share:
        return Reject(str(path), reason=CLIPPED, detail=f"{level.clipped_share:.1%}")
    if len(cepstra) < fewest:
        return Reject(str(path), reason=TOO_FEW_FRAMES, detail=f"{len(cepstra)} < {fewest}")
    if not np.isfinite(cepstra).all():
        return Reject(str(path), reason=UNREADABLE)
    return Heard(cepstra, duration_s)
