"""What libsndfile does not know, such as M4A, AAC, WMA or the sound of a video -> samples, by FFmpeg's libraries.

Only files that begin as one of FORMATS does are given to FFmpeg, and it is told what they are: of its own accord it
would try playlists and other texts, which name further files.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from engine.audio.mono_resampler import DAMAGED

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Format:
    """starts: of the file's first bytes. demuxer: what FFmpeg calls it."""

    name: str
    demuxer: str
    starts: re.Pattern[bytes]


FORMATS = tuple(
    Format(name, demuxer, re.compile(starts, re.DOTALL))
    for name, demuxer, starts in (
        ("M4A or MP4", "mov", rb".{4}(ftyp|moov|mdat|wide)"),
        ("WebM or Matroska", "matroska", rb"\x1a\x45\xdf\xa3"),
        ("WMA", "asf", rb"\x30\x26\xb2\x75"),
        ("AMR", "amr", rb"#!AMR"),
        ("AAC", "aac", rb"\xff[\xf0\xf1\xf8\xf9]"),
        ("AVI", "avi", rb"RIFF.{4}AVI "),
        ("WavPack", "wv", rb"wvpk"),
        ("Monkey's Audio", "ape", rb"MAC "),
        ("Musepack", "mpc", rb"MP\+"),
        ("Musepack", "mpc8", rb"MPCK"),
    )
)
N_FIRST_BYTES = 16


class BrokenSound(Exception):
    """Why nothing can be decoded; goes no further than `engine.audio.file`."""


class NoSound(BrokenSound):
    """A film without sound."""


def format_of(first_bytes: bytes) -> Format | None:
    """first_bytes: N_FIRST_BYTES of them. None: none of FORMATS."""
    return next((one for one in FORMATS if one.starts.match(first_bytes)), None)


class ForeignSound:
    """What `engine.audio.file` asks of a soundfile.SoundFile: samplerate, channels, frames, read, close.

    samplerate (Hz) and channels are those of the first sound that is decoded; frames: 0 where the file does not tell.
    Raises BrokenSound where there is no sound or nothing decodes it.
    """

    def __init__(self, file: BinaryIO, format: Format):
        try:
            import av  # takes a while, and hardly any file needs it
        except ImportError as error:
            _log.warning("FFmpeg's libraries cannot be loaded: %s", error)
            raise BrokenSound(format.name) from error  # which says that this format cannot be read here
        av.logging.set_level(None)
        self._av = av
        try:
            self._container = av.open(file, format=format.demuxer, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise BrokenSound(DAMAGED) from error
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        stream = next(iter(self._container.streams.audio), None)
        if stream is None:
            raise NoSound
        self._decoded = self._decode(stream)
        try:
            self._left = next(self._decoded, None)
        except self._av.FFmpegError as error:
            raise BrokenSound(DAMAGED) from error
        if self._left is None:
            raise BrokenSound(DAMAGED)
        self.frames = self._told_frames(stream)

    def _told_frames(self, stream) -> int:
        if stream.duration:
            return round(stream.duration * stream.time_base * self.samplerate)
        return round((self._container.duration or 0) * self.samplerate / self._av.time_base)

    def _decode(self, stream) -> Iterator[np.ndarray]:
        """float32 (n, channels), n > 0; damaged packets are left out."""
        layout = resampler = made_for = None
        for packet in self._container.demux(stream):
            for frame in self._frames(packet):
                if layout is None:
                    self.samplerate, layout, self.channels = frame.sample_rate, frame.layout, frame.layout.nb_channels
                shape = (frame.format.name, frame.layout.name, frame.sample_rate)
                if shape != made_for:  # a stream may change on its way
                    resampler = self._av.AudioResampler(format="flt", layout=layout, rate=self.samplerate)
                    made_for = shape
                frame.pts = None
                for even in resampler.resample(frame):
                    if even.samples:
                        yield even.to_ndarray().reshape(-1, self.channels)

    def _frames(self, packet) -> list:
        try:
            return packet.decode()
        except self._av.FFmpegError as error:
            _log.debug("a packet cannot be decoded: %s", error)
            return []

    def read(self, out: np.ndarray) -> np.ndarray:
        """Fills out, float32 (n, channels), from the start, and gives the part that was filled: all but at the end."""
        n_filled = 0
        try:
            while n_filled < len(out) and self._left is not None:
                piece, rest = np.split(self._left, [len(out) - n_filled])
                out[n_filled : n_filled + len(piece)] = piece
                n_filled += len(piece)
                self._left = rest if len(rest) else next(self._decoded, None)
        except self._av.FFmpegError as error:  # the container itself is damaged from here on
            _log.info("the rest cannot be read: %s", error)
            self._left = None
        return out[:n_filled]

    def close(self) -> None:
        self._container.close()
