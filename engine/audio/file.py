"""Any audio file -> float32 mono blocks at the model's rate, streamed.

What a file is, its content says, not its name. Of a damaged file what can be decoded is used, and a warning
logged. (libmpg123 writes its own notes on damaged MP3 to standard error; libsndfile gives no way to stop it.)
"""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import soundfile

from engine.audio.ffmpeg import N_FIRST_BYTES, BrokenSound, ForeignSound, NoSound, format_of
from engine.audio.growing_wav import FollowedRecording
from engine.audio.mono_resampler import DAMAGED, MonoResampler, audio_error, open_ordinary, unless_empty
from engine.audio.wav_header import WavHeader, is_stale, read_header
from engine.config import SAMPLE_RATE_HZ
from engine.errors import AudioEmpty, AudioUnreadable

__all__ = ["AudioFile", "FollowedRecording", "open_audio"]

_log = logging.getLogger(__name__)

_RATES_HZ = range(1_000, 1_000_001)
_MOST_VALUES_AT_ONCE = 4_000_000
_MOSTLY = 0.9
_UNKNOWN_LENGTH = 1 << 62


class _Source:
    """What soundfile and FFmpeg ask of a file, without exceptions: libsndfile's callbacks would only print them.

    unknown_length_at: where to put "not known" over a WAV's stale length, so that all its samples are read.
    """

    def __init__(self, file: BinaryIO, unknown_length_at: int | None):
        self._file = file
        self._patch = range(unknown_length_at, unknown_length_at + 4) if unknown_length_at else range(0)
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):  # before the file's start, asked for in damaged files
            return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer) -> int:
        start = self._file.tell()
        try:
            n_read = self._file.readinto(buffer)
        except OSError as error:
            self.error = error
            return 0
        for position in self._patch:
            if start <= position < start + n_read:
                buffer[position - start] = b"\xff"
        return n_read

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.error = error
            return b""


class _ForwardSoundFile(soundfile.SoundFile):
    """Reads on without the seek that soundfile makes after every read; goes when soundfile no longer does.

    In MP3 that seek drops the bit reservoir, and with it some 50 ms of sound at every border of blocks
    (seen with soundfile 0.14 and libsndfile 1.2.2; https://github.com/bastibe/python-soundfile/issues/402).
    """

    def seekable(self) -> bool:
        return False


def _wav_header(file: BinaryIO) -> WavHeader | None:
    try:
        return read_header(file)
    except ValueError:
        return None


class AudioFile:
    """An open recording: a context manager, made by open_audio.

    duration_s: seconds, or None where the file does not tell; an estimate for some MP3.
    """

    def __init__(self, path: Path, file: BinaryIO, rate_hz: int):
        self._path, self._file, self._rate_hz = path, file, rate_hz
        header = _wav_header(file)
        self._is_cut = header is not None and header.is_cut(file.seek(0, os.SEEK_END))
        stale = header is not None and is_stale(file, header)
        self._source = _Source(file, header.length_offset if stale else None)
        file.seek(0)
        self._sound = self._opened()
        self._from_hz = self._sound.samplerate
        try:
            self._begin()
        except BaseException:
            self._sound.close()
            raise

    def _opened(self) -> _ForwardSoundFile | ForeignSound:
        try:
            return _ForwardSoundFile(self._source)
        except soundfile.SoundFileError as error:
            self._raise_read_error()
            self._file.seek(0)
            first_bytes = self._file.read(N_FIRST_BYTES)
            if not first_bytes:
                raise AudioEmpty(path=self._path) from error
            found = format_of(first_bytes)
            if found is None:
                _log.info("libsndfile on %s: %s", self._path, error)
                raise AudioUnreadable(path=self._path, reason=DAMAGED) from error
        self._file.seek(0)
        try:
            return ForeignSound(self._source, found)
        except NoSound as error:
            raise AudioEmpty(path=self._path) from error
        except BrokenSound as error:
            self._raise_read_error()
            raise AudioUnreadable(path=self._path, reason=str(error)) from error

    def _begin(self) -> None:
        """Reads the first second, to know at once whether there is any sound."""
        if self._from_hz not in _RATES_HZ:
            raise AudioUnreadable(path=self._path, reason="{rate_hz} Hz", rate_hz=self._from_hz)
        known = 0 < self._sound.frames < _UNKNOWN_LENGTH
        self.duration_s = self._sound.frames / self._from_hz if known else None
        self._is_broken = False
        self._n_read = 0
        self._first = self._read(self._from_hz)
        if not len(self._first):
            damaged = AudioUnreadable(path=self._path, reason=DAMAGED)
            raise damaged if self._is_broken else AudioEmpty(path=self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._sound.close()
        self._file.close()

    def blocks(self, block_s: float = 1.0) -> Iterator[np.ndarray]:
        """float32 (n,) in [-1, 1], mono, at the rate asked for, about block_s seconds each. Can be had once.

        Samples of floating-point files may lie beyond that; those that are no numbers are 0. Raises
        AudioError where the disk fails, and AudioUnreadable at the end where nearly none was a number.
        """
        mono = MonoResampler(self._from_hz, self._rate_hz)
        n_frames = max(1, round(block_s * self._from_hz))
        samples, self._first = self._first, np.empty((0, 1), np.float32)
        while len(samples):
            yield from unless_empty(mono.push(samples))
            samples = self._read(n_frames)
        yield from unless_empty(mono.flush())
        self._tell_damage(mono)

    def _read(self, n_frames: int) -> np.ndarray:
        """The next float32 (at most n_frames, n_channels) at the file's rate; empty at the end or damage."""
        n_channels = self._sound.channels
        n_frames = max(1, min(n_frames, _MOST_VALUES_AT_ONCE // n_channels))
        samples = np.empty((n_frames, n_channels), np.float32)
        if self._is_broken:
            return samples[:0]
        try:
            n_read = len(self._sound.read(out=samples))
        except soundfile.SoundFileError:
            self._is_broken = True
            n_read = self._sound.tell() - self._n_read
        self._raise_read_error()
        self._n_read += n_read
        return samples[:n_read]

    def _raise_read_error(self) -> None:
        if self._source.error:
            raise audio_error(self._path, self._source.error) from self._source.error

    def _tell_damage(self, mono: MonoResampler) -> None:
        read_s = self._n_read / self._from_hz
        is_short = self.duration_s is not None and read_s < 0.99 * self.duration_s - 0.1
        if self._is_broken or self._is_cut or is_short:
            _log.warning("%s is damaged or cut off: only its first %.1f s can be read", self._path, read_s)
        if mono.n_broken > _MOSTLY * mono.n_values:
            raise AudioUnreadable(path=self._path, reason="nearly all of its samples are no numbers")
        if mono.n_broken:
            _log.warning("%s: %d samples are no numbers and count as silence", self._path, mono.n_broken)


def open_audio(
    path: str | os.PathLike[str], rate_hz: int = SAMPLE_RATE_HZ, opener: Callable[..., BinaryIO] = open
) -> AudioFile:
    """Opens WAV, FLAC, OGG, MP3, M4A and what else libsndfile and FFmpeg know, whatever the file's name.

    rate_hz: of the blocks to come. opener: called as `opener(path, "rb")`. Raises AudioNotFound,
    AudioNotAllowed, AudioUnreadable (no sound, or a format that is not known), AudioEmpty, or AudioError
    with a reason.
    """
    path = Path(path)
    file = open_ordinary(path, opener)
    try:
        return AudioFile(path, file, rate_hz)
    except OSError as error:
        file.close()
        raise audio_error(path, error) from error
    except BaseException:
        file.close()
        raise
