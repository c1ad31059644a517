"""A file's sound -> samples at the times of the container's timestamps, decoded by FFmpeg's libraries.

Time before the first sample, gaps and damaged packets become silence. Where the timestamps go back, another recording
was appended; it follows without a gap. No sample is ever left out.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import av
import numpy as np

from engine.audio.formats import FORMATS, TELEPHONE, TELEPHONE_HZ
from engine.audio.truncation import TAGS, FrameChain
from engine.audio.wav_header import is_placeholder

av.logging.set_level(None)
_log = logging.getLogger(__name__)

# No protocol has this name, so that a file cannot make FFmpeg open another one.
_OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "none"}
_FROM_LAST_PACKETS = {"mpeg", "mpegts", "ogg"}  # their duration is that of the bytes present, not of the whole file
_TO_THE_LAST = {"matroska,webm", "ogg"}  # their duration is the last timestamp, whatever the first is
_UNTOLD = {"mpeg", "mpegts", "flv"}  # their header does not list a track whose sound begins late
_PATIENT = {"probesize": "268435456", "analyzeduration": "3600000000"}
_TOLERANCE_S = 0.1  # timestamps are rounded, and clocks drift
_CLOCK_BACK_S, _LONG_GAP_S = 1.0, 60.0
_LONGEST_GAP_S, _LONGEST_S = 3600.0, 172_800.0  # the latter of a recording: two days
_MOST_VALUES, _MOST_PLANES = 250_000, 8  # with more planes, PyAV 18.1 reads past the end of FFmpeg's list of channels
_DAMAGED = 0.25  # share of a gap that has bytes in the file: then the gap is damage, not a pause of the writer
_TS_DISCONT = 0x0200  # FFmpeg's AVFMT flag of formats whose timestamps may restart
_RUSSIAN = ("rus", "ru")
_WITHOUT_GAPS = {"flac", "ogg", "wv", "tta", "ape", "mpc8", "tak"}  # these formats count their samples: RFC 9639, 7845
_BARE = {"mp3", "aac", "ac3", "eac3", "dts", "truehd", "mlp", "loas"}
_WITHOUT_CLOCK = _BARE | {"amr", "avi"}  # without timestamps nobody knows how much is missing between two frames
_ZEROS = bytes(16)
_AVI_CHUNK, _AVI_HEAD = re.compile(rb"JUNK|LIST|RIFF|idx1|ix|[0-9]{2}(?:dc|db|wb|pc|tx)"), 16
_ENOUGH, _LOOKED_AT = 64, 1 << 16  # bytes that identify a packet, and bytes read at once to find it
_CHECKED = {"flac"}  # each frame has a checksum; a wrong one means noise


class NoSound(Exception):
    """A film without sound, or a recording without a sample."""


class Undecodable(Exception):
    """No decoder understands the file."""


@dataclass(frozen=True)
class Track:
    """An audio track of a file. number: from 1; language: as in the file ("rus"), may be empty."""

    number: int
    language: str
    title: str
    is_default: bool

    @property
    def name(self) -> str:
        """The title and language in one line; may be empty."""
        language = "" if self.language == "und" else self.language
        return " ".join(f"{language} {self.title}".split())

    @property
    def is_russian(self) -> bool:
        """Whether the container names Russian as its language."""
        return self.language.lower().partition("-")[0] in _RUSSIAN


@dataclass
class _Damage:
    """Damage since the last frame, in seconds of sound.

    skipped_s: bytes between packets. absorbed_s: bytes inside a packet, before its frame. failed_s: packets that could
    not be decoded, absorbed_s included; garbled_s: of these, the part that is not zeros.
    """

    skipped_s: float = 0.0
    absorbed_s: float = 0.0
    failed_s: float = 0.0
    garbled_s: float = 0.0


@dataclass(frozen=True)
class Piece:
    """samples: float32 (n, n_channels), n > 0."""

    rate_hz: int
    samples: np.ndarray


class Decoder:
    """One container, opened and ready to decode.

    tracks: all audio tracks; track: the one that is decoded. duration_s: an estimate of the end of its sound; None if
    unknown. is_sound_alone: there is no video. begin: offset in bytes of the first packet. After all pieces were read:
    last and end, the offsets of the last packet and after it; last_s, its duration; is_short, whether the container
    ends earlier than its header says; lost_s, the duration of packets that could not be decoded; chain: its frames, in
    formats without timestamps.
    Raises Undecodable, NoSound, or IndexError if there is no such track.
    """

    def __init__(
        self,
        file: BinaryIO,
        wanted_track: int | None,
        *,
        format: str | None = None,
        to_the_end: bool,
        heard_s: float | None = None,
    ):
        """wanted_track: from 1. format: needed if the content does not identify it. to_the_end: ignore the length in
        the header of a WAV. heard_s: duration of the sound before, by the same clock; None if the clock starts here."""
        options = _OPTIONS if format is None else {"sample_rate": str(TELEPHONE_HZ)} if format in TELEPHONE else {}
        options = options | ({"ignore_length": "1"} if to_the_end else {})
        self._container = _opened(file, format, options)
        self.is_short, self.lost_s, self.begin, self.last, self.end, self.last_s = False, 0.0, 0, 0, 0, 0.0
        self._position_s, self._steady_s = 0.0, 0.0  # of the next frame, and of other streams until their clock jumps
        self._rate_hz = 0  # rate of the first frame
        self._goes_on, self._start_s = heard_s is not None, heard_s
        self._file, self._damage, self._untimed_s = file, _Damage(), 0.0
        self._is_found = True  # whether packets can be found in the file byte by byte
        self._n_packets, self._n_bytes = 0, 0  # decoded so far
        try:
            self._choose(wanted_track)
            self._measure(to_the_end)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the container."""
        self._container.close()

    def _choose(self, wanted_track: int | None) -> None:
        streams = [stream for stream in self._container.streams.audio if stream.codec_context is not None]
        if not streams:
            raise Undecodable if self._container.streams.audio else NoSound
        self.tracks = tuple(
            Track(number, stream.language or "", stream.metadata.get("title", ""), bool(stream.disposition & 1))
            for number, stream in enumerate(streams, start=1)
        )
        if wanted_track is not None and not 1 <= wanted_track <= len(streams):
            raise IndexError(wanted_track)
        # The default track; of several, or without one, a Russian track; else the first.
        self.track = max(
            self.tracks,
            key=lambda track: (track.number == wanted_track, track.is_default, track.is_russian, -track.number),
        )
        self._stream = streams[self.track.number - 1]
        name = self._container.format.name
        self.chain = FrameChain(self._stream.codec_context.name, name in _BARE) if name in _WITHOUT_CLOCK else None
        if self._stream.codec_context.name in _CHECKED:
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}

    def _measure(self, to_the_end: bool) -> None:
        container, stream = self._container, self._stream
        self._begins_s = 0.0 if self._goes_on else (container.start_time or 0) / av.time_base
        if self._start_s is None and container.start_time is not None:
            self._start_s = self._begins_s
        self._header_s = (container.duration or 0) / av.time_base
        if container.format.name in _TO_THE_LAST and self._header_s > self._begins_s:
            self._header_s -= self._begins_s
        contexts = [any_stream.codec_context for any_stream in container.streams]
        bit_rates = [context.bit_rate or 0 for context in contexts if context is not None]
        self._bit_rate = sum(bit_rates)
        rates_hz = [video.average_rate for video in container.streams.video if video.average_rate]
        self._frame_s = max((float(1 / rate_hz) for rate_hz in rates_hz), default=0.0)
        duration_s = self._header_s
        if stream.duration and stream.time_base:
            begins_s = (stream.start_time or 0) * stream.time_base - self._begins_s
            duration_s = float(stream.duration * stream.time_base + begins_s)
        if stream.codec_context.name.startswith("pcm_") and self._bit_rate:  # the header may be wrong
            most_s = 8 * container.size / self._bit_rate
            duration_s = most_s if to_the_end else min(duration_s, most_s)
        self.duration_s = duration_s if duration_s > 0 else None
        self.is_sound_alone = not container.streams.video

    def pieces(self) -> Iterator[Piece]:
        """The sound from the container's beginning on. Raises Undecodable if there is none."""
        n_packets, is_heard = 0, False
        for packet in self._packets():
            n_packets += packet.size > 0
            frames = self._decoded(packet)
            if self.chain:
                is_whole = bool(frames) and not any(frame.is_corrupt for frame in frames)
                self.chain.push(bytes(packet), is_whole, self._position_s)
            for frame in frames:
                is_heard = True
                gap_s = self._gap_s(frame, self._position_s)
                for piece in chain(_silence(frame, gap_s), _sound(frame)):
                    self._position_s += len(piece.samples) / piece.rate_hz
                    yield piece
        if not is_heard:
            raise Undecodable if n_packets else NoSound

    def _demuxed(self) -> Iterator[av.Packet]:
        """All packets. PyAV raises IndexError where a stream appears late; reading goes on there."""
        is_through = False
        while not is_through:
            with suppress(IndexError):
                yield from self._container.demux()
                is_through = True

    def _packets(self) -> Iterator[av.Packet]:
        """The packets of the track; the others are only counted."""
        reached_s, n_bytes, first, last_end = 0.0, 0, None, None
        try:
            for packet in self._demuxed():
                n_bytes += packet.size
                if packet.pos is not None and packet.pos >= 0 and packet.size:
                    first = self.begin = packet.pos if first is None else first
                    offset = packet.pos if last_end is None else self._offset(packet, last_end)
                    if last_end is not None:
                        self._skipped(last_end, offset, reached_s / n_bytes)
                    last_end = offset + packet.size
                    self.last, self.end = max((self.last, self.end), (offset, last_end))
                if packet.pts is not None:
                    end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base) - self._begins_s
                    if end_s < max(self._header_s, self._position_s) + _LONG_GAP_S:  # else the clock is damaged
                        reached_s = max(reached_s, end_s)
                        if packet.stream_index != self._stream.index and end_s < self._steady_s + _LONG_GAP_S:
                            self._steady_s = max(self._steady_s, end_s)
                if packet.stream_index == self._stream.index:
                    self.last_s = float((packet.duration or 0) * packet.time_base) if packet.size else self.last_s
                    yield packet
        except av.FFmpegError as error:
            _log.info("the rest cannot be read: %s", error)
        reached_s = max(reached_s, self._position_s)
        promised_s = self._promised_s(n_bytes, first or 0) - self._untimed_s
        self.is_short = reached_s < 0.99 * promised_s - _TOLERANCE_S - self._frame_s
        self.is_short = self.is_short or self._damage.garbled_s > _TOLERANCE_S

    def _offset(self, packet: av.Packet, at_least: int) -> int:
        """A packet's offset in the file. For formats without a container FFmpeg only knows the lengths of packets."""
        if self._container.format.name not in _BARE:
            return packet.pos
        if not self._is_found:
            return at_least
        content, tail, offset = bytes(packet)[:_ENOUGH], b"", at_least
        while chunk := self._peek(offset, len(content) if offset == at_least else _LOOKED_AT):
            index = (tail + chunk).find(content)
            if index >= 0:
                return offset - len(tail) + index
            offset += len(chunk)
            tail = (tail + chunk)[1 - len(content) :]
        self._is_found = False
        return at_least

    def _skipped(self, start: int, end: int, s_of_byte: float) -> None:
        """Counts the bytes between two packets as damage, unless they are a tag or a chunk."""
        lost_s = max(0, end - start) * s_of_byte
        self._damage.skipped_s += lost_s
        name = self._container.format.name
        if name in _BARE and end > start:
            is_damage = not self._peek(start, 4).startswith(TAGS)
        else:
            is_damage = name == "avi" and end > start + _AVI_HEAD
            is_damage = is_damage and not _AVI_CHUNK.match(self._peek(start + start % 2, 4))
        if is_damage:
            self._lose(0.0, lost_s)
            if self.chain:
                self.chain.break_off(self._position_s)

    def _peek(self, offset: int, size: int) -> bytes:
        position = self._file.tell()
        self._file.seek(offset)
        content = self._file.read(size)
        self._file.seek(position)
        return content

    def _promised_s(self, n_bytes: int, first: int) -> float:
        """The duration in the header; 0 if that is FFmpeg's own estimate from the size and the bit rate."""
        if self._container.format.name in _FROM_LAST_PACKETS:
            return 0.0
        if self._bit_rate and self._container.format.name != "flv":
            least_s, most_s = (8 * size / self._bit_rate for size in (n_bytes, self._container.size - first))
            if 0.99 * least_s <= self._header_s <= 1.01 * most_s:
                return 0.0
            if is_placeholder(round(self._header_s * self._bit_rate / 8)):
                return 0.0
        return self._header_s

    def _decoded(self, packet: av.Packet) -> list[av.AudioFrame]:
        try:
            frames = [frame for frame in packet.decode() if frame.samples]
        except av.FFmpegError as error:
            _log.debug("a packet cannot be decoded: %s", error)
            duration_s = float((packet.duration or 0) * packet.time_base)
            absorbed_s = self._absorbed_s(packet, duration_s)
            self._lose(duration_s, absorbed_s)
            self._damage.garbled_s += 0.0 if bytes(packet).endswith(_ZEROS) else absorbed_s
            return []
        if bytes(packet).startswith(_ZEROS):  # no frame begins with zeros: the decoder has skipped them
            absorbed_s = self._absorbed_s(packet, float((packet.duration or 0) * packet.time_base))
            self._lose(0.0, absorbed_s)
        else:
            self._n_packets, self._n_bytes = self._n_packets + 1, self._n_bytes + packet.size
        return frames

    def _lose(self, timed_s: float, absorbed_s: float) -> None:
        """timed_s: lost time that the timestamps include; absorbed_s: lost time that they do not."""
        self._damage.absorbed_s += absorbed_s
        self._damage.failed_s += timed_s + absorbed_s
        self.lost_s += timed_s  # absorbed_s is added when a frame follows, because padding at the end is no sound

    def _absorbed_s(self, packet: av.Packet, duration_s: float) -> float:
        """Duration of the bytes inside a packet before its frame; in a format without a container these are a tag or
        damage."""
        is_bare = self._container.format.name in _BARE and self._n_packets > 0
        if not is_bare or bytes(packet).startswith(TAGS):
            return 0.0
        return max(0.0, packet.size * self._n_packets / self._n_bytes - 1) * duration_s

    def _gap_s(self, frame: av.AudioFrame, position_s: float) -> float:
        """Seconds of silence before a frame."""
        self._rate_hz = self._rate_hz or frame.sample_rate
        if frame.pts is None or frame.sample_rate != self._rate_hz:  # an appended recording with another time base
            return 0.0
        damage, self._damage = self._damage, _Damage()
        self._untimed_s += damage.absorbed_s
        self.lost_s += damage.absorbed_s
        at_s = float(frame.pts * frame.time_base)
        self._start_s = (at_s if self._start_s is None else self._start_s) - damage.absorbed_s
        gap_s = at_s - self._start_s - position_s
        if gap_s < -_CLOCK_BACK_S or not self._is_believable(gap_s, position_s):
            self._start_s += gap_s
            return 0.0
        if gap_s <= _TOLERANCE_S:
            return 0.0
        if (position_s > 0 or self._goes_on) and self._is_loss(gap_s, damage):
            self.lost_s += max(0.0, gap_s - damage.failed_s)
        return gap_s

    def _is_loss(self, gap_s: float, damage: _Damage) -> bool:
        """Whether the gap is lost sound, not a pause that was written as such."""
        name = self._container.format.name
        is_in_order = not name.startswith("mov")  # MP4 stores packets in any order
        was_seen = damage.failed_s > 0 or (is_in_order and damage.skipped_s > _DAMAGED * gap_s)
        return was_seen or self._goes_on or name in _WITHOUT_GAPS

    def _is_believable(self, gap_s: float, position_s: float) -> bool:
        """False if restarted or damaged timestamps are likelier than such a long silence."""
        end_s = gap_s + position_s
        if gap_s <= _LONG_GAP_S or end_s < self._steady_s + _LONG_GAP_S:
            return gap_s <= _TOLERANCE_S or end_s < _LONGEST_S
        restarts = position_s > 0 and (self.chain or self._container.format.flags & _TS_DISCONT)
        return not restarts and end_s <= min(_LONGEST_S, 1.1 * (self._header_s or _LONGEST_GAP_S) + 1)


def _opened(file: BinaryIO, format: str | None, options: dict[str, str]) -> av.container.InputContainer:
    try:
        container = av.open(file, format=format, options=options, metadata_errors="replace")
        if not container.streams.audio and container.format.name in _UNTOLD and "probesize" not in options:
            container.close()
            file.seek(0)
            return _opened(file, format, options | _PATIENT)
        return container
    except (av.FFmpegError, ValueError) as error:
        raise Undecodable from error


def _silence(frame: av.AudioFrame, duration_s: float) -> Iterator[Piece]:
    """Silence with the channels and the rate of a frame."""
    n_left, n_at_once = round(duration_s * frame.sample_rate), _most_at_once(frame)
    while n_left > 0:
        yield Piece(frame.sample_rate, np.zeros((min(n_left, n_at_once), frame.layout.nb_channels), np.float32))
        n_left -= n_at_once


def _sound(frame: av.AudioFrame) -> Iterator[Piece]:
    if frame.format.is_planar and frame.layout.nb_channels > _MOST_PLANES:
        packed = av.AudioResampler(format="flt", layout=frame.layout, rate=frame.sample_rate)
        frame.pts = None
        yield from chain.from_iterable(map(_sound, packed.resample(frame)))
        return
    values, n_at_once = frame.to_ndarray(), _most_at_once(frame)
    values = values.T if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels)
    for start in range(0, len(values), n_at_once):
        yield Piece(frame.sample_rate, _full_scale_one(values[start : start + n_at_once]))


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
