"""Any audio file, or the sound of a video -> float32 mono blocks at the model's rate, streamed.

The format is detected from the content, not from the name. Of a damaged file everything that can be decoded is used;
notes say what is missing.
"""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from engine.audio.ffmpeg import Decoder, NoSound, Piece, Track, Undecodable
from engine.audio.file_view import behind_junk, with_lengths
from engine.audio.formats import SUFFIXES, raw_format
from engine.audio.growing_wav import FollowedRecording
from engine.audio.joined_files import Part, next_part
from engine.audio.mono_resampler import DAMAGED, MonoResampler, audio_error, open_ordinary, unless_empty
from engine.audio.mp4_index import in_order, lacks_index
from engine.audio.truncation import is_cut
from engine.audio.wav_header import is_stale, read_header
from engine.config import SAMPLE_RATE_HZ
from engine.errors import AudioCutOff, AudioEmpty, AudioError, AudioUnreadable, TrackMissing
from engine.notes import Note

__all__ = ["AudioFile", "FollowedRecording", "open_audio", "tracks_of"]

_log = logging.getLogger(__name__)

_RATES_HZ = range(1_000, 1_000_001)
_MOST_VALUES_AT_ONCE = 2_000_000
_MOSTLY = 0.9
_LEAST_LOSS_S = 0.3
_LEAST_SHARE = 0.02  # share of a file's bytes that is needed to estimate its duration
_MUCH_LONGER = 1.5  # than the header says: other recordings were appended
_MOST_ATTEMPTS = 100  # to continue after unreadable bytes


class AudioFile:
    """An open recording: a context manager, made by open_audio.

    duration_s: an estimate from what was read so far; None if unknown yet. tracks: the audio tracks; track: the one
    that is read. notes: about the recording, complete after the last block.
    """

    def __init__(self, path: Path, file: BinaryIO, rate_hz: int, track: int | None):
        self._path, self._rate_hz, self._wanted = path, rate_hz, track
        self._is_broken, self._lost_s, self._n_values, self._n_broken = False, 0.0, 0, 0
        self._read_s, self._heard_s, self._share = 0.0, 0.0, 0.0
        self._missing_at_s: float | None = None
        self.notes: list[Note] = []
        self._is_behind = False
        self._read_from(file)
        self._part = self._opened()
        try:
            self._begin()
        except BaseException:
            self._part.close()
            raise

    def _read_from(self, file: BinaryIO) -> None:
        self._file = in_order(file) or with_lengths(file) or file
        self._is_cut = is_cut(self._file)
        self._size = self._file.seek(0, os.SEEK_END)
        self._source = Part(self._file)

    def _opened(self) -> Decoder:
        try:
            return self._decoder(self._source)
        except NoSound as error:
            self._raise_read_error()
            raise AudioEmpty(path=self._path) from error
        except IndexError as error:
            raise TrackMissing(path=self._path, number=self._wanted) from error
        except Undecodable as error:
            behind = behind_junk(self._file) if self._path.suffix.lower() in SUFFIXES else None
            if behind is None or self._is_behind:
                raise self._unreadable() from error
        _log.info("%s begins behind something else", self._path)
        self._is_behind = True
        self._read_from(behind)
        return self._opened()

    def _decoder(self, source: Part) -> Decoder:
        stale = False
        try:
            header = read_header(self._file) if not source.start else None
            stale = header is not None and is_stale(self._file, header)
        except ValueError:
            pass  # not a WAV
        source.seek(0)
        try:
            heard_s = self._heard_s if source.goes_on else None
            return Decoder(source, self._wanted, to_the_end=stale, heard_s=heard_s)
        except Undecodable:
            raw = raw_format(self._path.suffix)
            if raw is None:
                raise
        source.seek(0)
        return Decoder(source, self._wanted, format=raw, to_the_end=False)

    def _unreadable(self) -> AudioError:
        """The reason why nothing can be decoded. Raises AudioError if the disk failed."""
        self._raise_read_error()
        if lacks_index(self._file):
            return AudioCutOff(path=self._path)
        self._file.seek(0)
        return AudioUnreadable(path=self._path, reason=DAMAGED) if self._file.read(1) else AudioEmpty(path=self._path)

    def _begin(self) -> None:
        """Decodes the first piece, to know at once whether there is any sound."""
        self.tracks, self.track, self._header_s = self._part.tracks, self._part.track, self._part.duration_s
        if len(self.tracks) > 1:
            names = "\n".join(track.name for track in self.tracks)
            self.notes.append(Note("tracks", n=len(self.tracks), number=self.track.number, names=names))
        self._pieces = self._decoded()
        try:
            self._first = next(self._pieces)
        except NoSound as error:
            self._raise_read_error()
            raise AudioEmpty(path=self._path) from error
        except Undecodable as error:
            raise self._unreadable() from error
        self._begins = self._part.begin
        if self._first.rate_hz not in _RATES_HZ:
            raise AudioUnreadable(path=self._path, reason="{rate_hz} Hz", rate_hz=self._first.rate_hz)

    @property
    def duration_s(self) -> float | None:
        """From the header; if that is missing or certainly wrong, from the bytes read so far."""
        by_bytes_s = self._read_s / self._share if self._share >= _LEAST_SHARE else 0.0
        is_longer = self._part.is_sound_alone and by_bytes_s > _MUCH_LONGER * (self._header_s or 0.0)
        if self._header_s is not None and self._read_s <= self._header_s and not is_longer:
            return self._header_s
        return max(by_bytes_s, self._read_s) or None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._part.close()
        self._file.close()

    def blocks(self, block_s: float = 1.0) -> Iterator[np.ndarray]:
        """float32 (n,) in [-1, 1], mono, at the requested rate, about block_s seconds each. Single use.

        Samples of floating-point files may exceed this range; NaN and infinity become 0. Raises AudioError if the disk
        fails, and AudioUnreadable at the end if nearly all samples were NaN or infinity.
        """
        mono, rate_hz, n_read = None, 0, 0
        for piece in self._in_blocks(block_s):
            if piece.rate_hz != rate_hz:
                yield from self._rest(mono)
                mono, rate_hz = MonoResampler(piece.rate_hz, self._rate_hz), piece.rate_hz
            block = mono.push(piece.samples)
            n_read += len(block)
            self._read_s = n_read / self._rate_hz
            self._share = (self._file.tell() - self._begins) / max(1, self._size - self._begins)
            yield from unless_empty(block)
        self._raise_read_error()
        for block in self._rest(mono):
            n_read += len(block)
            yield block
        self._note_damage(n_read / self._rate_hz)

    def _rest(self, mono: MonoResampler | None) -> Iterator[np.ndarray]:
        if mono is not None:
            yield from unless_empty(mono.flush())
            self._n_values += mono.n_values
            self._n_broken += mono.n_broken

    def _in_blocks(self, block_s: float) -> Iterator[Piece]:
        """The pieces joined and cut to about block_s; a new one begins where the rate or the channels change."""
        pending, n_pending, shape = [], 0, None
        for piece in self._from_the_first():
            new_shape = (piece.rate_hz, piece.samples.shape[1])
            if pending and new_shape != shape:
                yield Piece(shape[0], np.concatenate(pending))
                pending, n_pending = [], 0
            shape = new_shape
            n_at_once = max(1, min(round(block_s * shape[0]), _MOST_VALUES_AT_ONCE // shape[1]))
            pending.append(piece.samples)
            n_pending += len(piece.samples)
            if n_pending >= n_at_once:
                samples = np.concatenate(pending)
                n_whole = n_pending - n_pending % n_at_once
                for start in range(0, n_whole, n_at_once):
                    yield Piece(shape[0], samples[start : start + n_at_once])
                pending, n_pending = [samples[n_whole:]], n_pending - n_whole
        if n_pending:
            yield Piece(shape[0], np.concatenate(pending))

    def _from_the_first(self) -> Iterator[Piece]:
        yield self._first
        yield from self._pieces

    def _decoded(self) -> Iterator[Piece]:
        """The pieces of the file, and of further files of its kind that were appended."""
        yield from self._heard()
        while self._go_on():
            try:
                yield from self._heard()
            except (NoSound, Undecodable) as error:
                _log.info("what follows in %s cannot be read: %r", self._path, error)
                self._is_broken = True

    def _heard(self) -> Iterator[Piece]:
        """The pieces of the open part."""
        begins_s = self._heard_s
        for piece in self._part.pieces():
            self._heard_s += len(piece.samples) / piece.rate_hz
            yield piece
        if self._part.chain and self._part.chain.missing_at_s is not None:
            self._note_missing(begins_s + self._part.chain.missing_at_s)

    def _note_missing(self, at_s: float) -> None:
        self._missing_at_s = at_s if self._missing_at_s is None else self._missing_at_s

    def _go_on(self) -> bool:
        """Opens the next of several joined files. Returns whether there was a readable one."""
        ended, following = self._part, self._source
        was_broken = self._is_broken
        self._is_broken = was_broken or (ended.is_short and not following.start)
        self._lost_s += ended.lost_s
        ended.lost_s = 0.0
        search_from = following.start + (ended.last + 1 if ended.is_short else ended.end)
        for _attempt in range(_MOST_ATTEMPTS if ended.end and not self._source.error else 0):
            following = next_part(self._file, following, search_from)
            if following is None:
                return False
            try:
                part = self._decoder(following)
            except (NoSound, Undecodable, IndexError) as error:
                _log.info("what follows in %s cannot be read: %r", self._path, error)
                self._is_broken, search_from = True, max(search_from, following.start) + 1
                continue
            if following.start < self._source.start + ended.end:  # the last frame ran into it
                self._note_missing(max(0.0, self._heard_s - ended.last_s))
            ended.close()
            self._source, self._part = following, part
            self._is_broken = was_broken if following.goes_on else self._is_broken
            return True
        return False

    def _raise_read_error(self) -> None:
        if self._source.error:
            raise audio_error(self._path, self._source.error) from self._source.error

    def _note_damage(self, read_s: float) -> None:
        if self._n_broken > _MOSTLY * self._n_values:
            raise AudioUnreadable(path=self._path, reason="nearly all of its samples are no numbers")
        if self._n_broken:
            self.notes.append(Note("no_numbers", n=self._n_broken))
        if self._is_broken or self._is_cut:
            self.notes.append(Note("cut", read_s=round(read_s, 1)))
        elif self._lost_s > _LEAST_LOSS_S:
            self.notes.append(Note("damaged", lost_s=round(self._lost_s, 1)))
        if self._missing_at_s is not None and self._lost_s <= _LEAST_LOSS_S:
            self.notes.append(Note("missing", at_s=round(self._missing_at_s, 1)))
        if not (self._is_broken or self._is_cut) and self._part.chain and self._part.chain.ends_abruptly:
            self.notes.append(Note("abrupt"))
        for note in self.notes:
            _log.info("%s: %s", self._path, note)


def open_audio(
    path: str | os.PathLike[str],
    rate_hz: int = SAMPLE_RATE_HZ,
    opener: Callable[..., BinaryIO] = open,
    track: int | None = None,
) -> AudioFile:
    """Opens WAV, FLAC, OGG, MP3, M4A and other formats that FFmpeg knows, whatever the file's name.

    rate_hz: of the blocks. opener: called as `opener(path, "rb")`. track: from 1; None takes the default track, or of
    several equal ones a Russian one. Raises AudioNotFound, AudioNotAllowed, AudioUnreadable (no sound, or an unknown
    format), AudioEmpty, TrackMissing, or AudioError with a reason.
    """
    path = Path(path)
    file = open_ordinary(path, opener)
    try:
        return AudioFile(path, file, rate_hz, track)
    except OSError as error:
        file.close()
        raise audio_error(path, error) from error
    except BaseException:
        file.close()
        raise


def tracks_of(path: str | os.PathLike[str]) -> tuple[Track, ...]:
    """The audio tracks of a file. Raises as open_audio does."""
    with open_audio(path) as audio:
        return audio.tracks
