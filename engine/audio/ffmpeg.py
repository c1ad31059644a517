"""A file's sound -> samples, by FFmpeg's libraries, each where the container's timestamps say.

Where no sound is, silence stands: before it begins, and in gaps. Damaged packets are silence too. Where the clock goes
back, another recording was joined on, which follows without a gap. No sample is ever left out.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import av
import numpy as np

from engine.audio.formats import FORMATS, TELEPHONE, TELEPHONE_HZ
from engine.audio.wav_header import is_placeholder

av.logging.set_level(None)
_log = logging.getLogger(__name__)

# No other file may be opened from within one, whatever it names: no protocol has this name.
_OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "none"}
_FROM_LAST_PACKETS = {"mpeg", "mpegts", "ogg"}  # their length is that of the bytes present, not of the whole
_TOLERANCE_S = 0.1  # timestamps are rounded, and clocks drift
_CLOCK_BACK_S = 1.0
_LONG_GAP_S = 60.0
_LONGEST_GAP_S = 3600.0
_MOST_VALUES = 250_000
_DAMAGED = 0.25  # of a gap: so much for which there are bytes in the file was not left out when it was written
_TS_DISCONT = 0x0200  # of FFmpeg's AVFMT flags: clocks that start anew belong to the format
_RUSSIAN = ("rus", "ru")


class NoSound(Exception):
    """A film without sound, or a recording without a sample."""


class Undecodable(Exception):
    """Nothing decodes what is in the file."""


@dataclass(frozen=True)
class Track:
    """One of several sounds in a file. number: from 1; language: as the file names it ("rus"), or nothing."""

    number: int
    language: str
    title: str
    is_default: bool

    @property
    def name(self) -> str:
        """What the file calls it, in one line; may be empty."""
        language = "" if self.language == "und" else self.language
        return " ".join(f"{language} {self.title}".split())

    @property
    def is_russian(self) -> bool:
        """Whether the container says that its language is Russian."""
        return self.language.lower().partition("-")[0] in _RUSSIAN


@dataclass(frozen=True)
class Piece:
    """samples: float32 (n, n_channels), n > 0."""

    rate_hz: int
    samples: np.ndarray


class Decoder:
    """One container, opened and ready to decode.

    tracks: all sounds that are in it; track: the one that is decoded. duration_s: where its sound ends, an estimate;
    None where that is not known. is_sound_alone: no pictures. begin: offset in bytes of the first packet. Once the
    pieces are through: end, the offset behind the last packet; is_short, whether the container ends before its header
    says; lost_s: of packets that cannot be decoded.
    Raises Undecodable, NoSound, IndexError where there is no such track.
    """

    def __init__(self, file: BinaryIO, wanted_track: int | None, *, format: str | None = None, to_the_end: bool):
        """wanted_track: from 1. format: where the content does not tell. to_the_end: the length of a WAV is wrong."""
        options = _OPTIONS if format is None else {"sample_rate": str(TELEPHONE_HZ)} if format in TELEPHONE else {}
        options = options | ({"ignore_length": "1"} if to_the_end else {})
        try:
            self._container = av.open(file, format=format, options=options, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise Undecodable from error
        self.is_short, self.lost_s, self.begin, self.end = False, 0.0, 0, 0
        self._rate_hz = 0  # of the first frame
        self._skipped_s = 0.0  # how long what stands in the file before the packet would be
        self._file = file
        try:
            self._choose(wanted_track)
            self._measure(to_the_end)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the file."""
        self._container.close()

    def _choose(self, wanted: int | None) -> None:
        streams = [stream for stream in self._container.streams.audio if stream.codec_context is not None]
        if not streams:
            raise Undecodable if self._container.streams.audio else NoSound
        self.tracks = tuple(
            Track(number, stream.language or "", stream.metadata.get("title", ""), bool(stream.disposition & 1))
            for number, stream in enumerate(streams, start=1)
        )
        if wanted is not None and not 1 <= wanted <= len(streams):
            raise IndexError(wanted)
        # The default one; of several, or of none, a Russian one; else the first.
        self.track = max(
            self.tracks, key=lambda one: (one.number == wanted, one.is_default, one.is_russian, -one.number)
        )
        self._stream = streams[self.track.number - 1]

    def _measure(self, to_the_end: bool) -> None:
        container, stream = self._container, self._stream
        self._start_s = None if container.start_time is None else container.start_time / av.time_base
        self._header_s = (container.duration or 0) / av.time_base
        bit_rates = [one.codec_context.bit_rate or 0 for one in container.streams if one.codec_context is not None]
        self._bit_rate = sum(bit_rates)
        rates_hz = [one.average_rate for one in container.streams.video if one.average_rate]
        self._frame_s = max((float(1 / rate_hz) for rate_hz in rates_hz), default=0.0)
        duration_s = self._header_s
        if stream.duration and stream.time_base:
            begins_s = (stream.start_time or 0) * stream.time_base - (self._start_s or 0)
            duration_s = float(stream.duration * stream.time_base + begins_s)
        if stream.codec_context.name.startswith("pcm_") and self._bit_rate:  # a header may say anything
            most_s = 8 * container.size / self._bit_rate
            duration_s = most_s if to_the_end else min(duration_s, most_s)
        self.duration_s = duration_s if duration_s > 0 else None
        self.is_sound_alone = not container.streams.video

    def pieces(self) -> Iterator[Piece]:
        """What is heard from the container's beginning on. Raises Undecodable where nothing is."""
        position_s, n_packets, is_heard = 0.0, 0, False
        for packet in self._packets():
            n_packets += packet.size > 0
            for frame in self._decoded(packet):
                is_heard = True
                gap_s = self._gap_s(frame, position_s)
                for piece in chain(_silence(frame, gap_s), _sound(frame)):
                    position_s += len(piece.samples) / piece.rate_hz
                    yield piece
        if not is_heard:
            raise Undecodable if n_packets else NoSound

    def _packets(self) -> Iterator[av.Packet]:
        """Those of the sound; the others are counted."""
        reached_s, n_bytes, first, last_end = 0.0, 0, None, None
        try:
            for packet in self._container.demux():
                n_bytes += packet.size
                if packet.pos is not None and packet.pos >= 0 and packet.size:
                    first = self.begin = packet.pos if first is None else first
                    skipped = packet.pos - (packet.pos if last_end is None else last_end)
                    self._skipped_s = skipped * reached_s / n_bytes
                    last_end = packet.pos + packet.size
                    self.end = max(self.end, last_end)
                if packet.pts is not None:
                    end = packet.pts + (packet.duration or 0)
                    reached_s = max(reached_s, float(end * packet.time_base) - (self._start_s or 0))
                if packet.stream_index == self._stream.index:
                    yield packet
        except av.FFmpegError as error:
            _log.info("the rest cannot be read: %s", error)
        promised_s = self._promised_s(n_bytes, first or 0)
        self.is_short = reached_s < 0.99 * promised_s - _TOLERANCE_S - self._frame_s

    def _promised_s(self, n_bytes: int, first: int) -> float:
        """What the header says of the length; 0 where that is FFmpeg's own estimate, from the size and the bit rate."""
        if self._container.format.name in _FROM_LAST_PACKETS:
            return 0.0
        if self._bit_rate:
            least_s, most_s = (8 * size / self._bit_rate for size in (n_bytes, self._container.size - first))
            if 0.99 * least_s <= self._header_s <= 1.01 * most_s:
                return 0.0
            if is_placeholder(round(self._header_s * self._bit_rate / 8)):
                return 0.0
        return self._header_s

    def _decoded(self, packet: av.Packet) -> list[av.AudioFrame]:
        try:
            return [frame for frame in packet.decode() if frame.samples]
        except av.FFmpegError as error:
            _log.debug("a packet cannot be decoded: %s", error)
            self.lost_s += float((packet.duration or 0) * packet.time_base)
            return []

    def _gap_s(self, frame: av.AudioFrame, position_s: float) -> float:
        """Seconds between what came before and a frame."""
        self._rate_hz = self._rate_hz or frame.sample_rate
        if frame.pts is None or frame.sample_rate != self._rate_hz:  # joined on: its time is told in another measure
            return 0.0
        at_s = float(frame.pts * frame.time_base)
        if self._start_s is None:
            self._start_s = at_s
        gap_s = at_s - self._start_s - position_s
        if gap_s < -_CLOCK_BACK_S or not self._is_believable(gap_s, position_s):
            self._start_s += gap_s
            return 0.0
        if gap_s <= _TOLERANCE_S:
            return 0.0
        is_in_order = not self._container.format.name.startswith("mov")  # there packets lie anywhere
        if position_s > 0 and is_in_order and self._skipped_s > _DAMAGED * gap_s:
            self.lost_s += gap_s
        return gap_s

    def _is_believable(self, gap_s: float, position_s: float) -> bool:
        """False where a clock that starts anew, or a damaged timestamp, is more likely than so long a silence."""
        if gap_s <= _LONG_GAP_S:
            return True
        restarts = self._container.format.flags & _TS_DISCONT and position_s > 0
        return not restarts and gap_s + position_s <= (self._header_s or _LONGEST_GAP_S) + 1


def _silence(frame: av.AudioFrame, duration_s: float) -> Iterator[Piece]:
    """As many channels as the frame has, at its rate."""
    left, most = round(duration_s * frame.sample_rate), _most_at_once(frame)
    while left > 0:
        yield Piece(frame.sample_rate, np.zeros((min(left, most), frame.layout.nb_channels), np.float32))
        left -= most


def _sound(frame: av.AudioFrame) -> Iterator[Piece]:
    values, most = frame.to_ndarray(), _most_at_once(frame)
    values = values.T if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels)
    for start in range(0, len(values), most):
        yield Piece(frame.sample_rate, _full_scale_one(values[start : start + most]))


def _most_at_once(frame: av.AudioFrame) -> int:
    return max(1, _MOST_VALUES // frame.layout.nb_channels)


def _full_scale_one(values: np.ndarray) -> np.ndarray:
    """Samples of any kind -> float32."""
    match values.dtype.kind:
        case "u":
            return (values.astype(np.float32) - 128) / 128
        case "i":
            return values.astype(np.float32) / np.float32(2 ** (8 * values.dtype.itemsize - 1))
    return values.astype(np.float32)
