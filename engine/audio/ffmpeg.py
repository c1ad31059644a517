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
_WITHOUT_GAPS = {"flac", "ogg", "wv", "tta", "ape", "mpc8", "tak"}  # their samples are counted: RFC 9639, 7845
_BARE = {"mp3", "aac", "ac3", "eac3", "dts", "truehd", "mlp", "loas"}
_TAGS = (b"ID3", b"TAG", b"APET", b"LYRI")
_ZEROS = bytes(16)
_AVI_CHUNKS, _AVI_HEAD = (b"JUNK", b"LIST", b"RIFF", b"idx1", b"ix"), 16
_ENOUGH, _LOOKED_AT = 64, 1 << 16  # bytes of a packet to know it by, and of the file at once to find it
_CHECKED = {"flac"}  # each of its short frames has a sum; a wrong one is noise


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


@dataclass
class _Damage:
    """Seen since the last frame.

    skipped_s: how long what stands between the packets would be. absorbed_s: likewise, of what one of them has before
    its frame. failed_s: of packets that could not be decoded, that included; garbled_s: of these, what is no zeros.
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

    tracks: all sounds that are in it; track: the one that is decoded. duration_s: where its sound ends, an estimate;
    None where that is not known. is_sound_alone: no pictures. begin: offset in bytes of the first packet. Once the
    pieces are through: end, the offset behind the last packet; is_short, whether the container ends before its header
    says; lost_s: of packets that cannot be decoded.
    Raises Undecodable, NoSound, IndexError where there is no such track.
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
        """wanted_track: from 1. format: where the content does not tell. to_the_end: the length of a WAV is wrong.
        heard_s: so much of the sound came before, by the same clock; None where the clock starts here."""
        options = _OPTIONS if format is None else {"sample_rate": str(TELEPHONE_HZ)} if format in TELEPHONE else {}
        options = options | ({"ignore_length": "1"} if to_the_end else {})
        try:
            self._container = av.open(file, format=format, options=options, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise Undecodable from error
        self.is_short, self.lost_s, self.begin, self.end = False, 0.0, 0, 0
        self._rate_hz = 0  # of the first frame
        self._goes_on, self._start_s = heard_s is not None, heard_s
        self._file, self._damage, self._untimed_s = file, _Damage(), 0.0
        self._is_found = True  # the packets are pieces of the file, as they stand in it
        self._n_packets, self._n_bytes = 0, 0  # that were decoded
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
        if self._stream.codec_context.name in _CHECKED:
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}

    def _measure(self, to_the_end: bool) -> None:
        container, stream = self._container, self._stream
        self._begins_s = 0.0 if self._goes_on else (container.start_time or 0) / av.time_base
        if self._start_s is None and container.start_time is not None:
            self._start_s = self._begins_s
        self._header_s = (container.duration or 0) / av.time_base
        bit_rates = [one.codec_context.bit_rate or 0 for one in container.streams if one.codec_context is not None]
        self._bit_rate = sum(bit_rates)
        rates_hz = [one.average_rate for one in container.streams.video if one.average_rate]
        self._frame_s = max((float(1 / rate_hz) for rate_hz in rates_hz), default=0.0)
        duration_s = self._header_s
        if stream.duration and stream.time_base:
            begins_s = (stream.start_time or 0) * stream.time_base - self._begins_s
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
                    at = packet.pos if last_end is None else self._offset(packet, last_end)
                    if last_end is not None:
                        self._skipped(last_end, at, reached_s / n_bytes)
                    last_end = at + packet.size
                    self.end = max(self.end, last_end)
                if packet.pts is not None:
                    end = packet.pts + (packet.duration or 0)
                    reached_s = max(reached_s, float(end * packet.time_base) - self._begins_s)
                if packet.stream_index == self._stream.index:
                    yield packet
        except av.FFmpegError as error:
            _log.info("the rest cannot be read: %s", error)
        promised_s = self._promised_s(n_bytes, first or 0) - self._untimed_s
        self.is_short = reached_s < 0.99 * promised_s - _TOLERANCE_S - self._frame_s
        self.is_short = self.is_short or self._damage.garbled_s > _TOLERANCE_S

    def _offset(self, packet: av.Packet, at_least: int) -> int:
        """Where a packet stands in the file. Of formats that have frames alone FFmpeg tells only their lengths."""
        if self._container.format.name not in _BARE:
            return packet.pos
        if not self._is_found:
            return at_least
        content, kept, at = bytes(packet)[:_ENOUGH], b"", at_least
        while chunk := self._peek(at, len(content) if at == at_least else _LOOKED_AT):
            found = (kept + chunk).find(content)
            if found >= 0:
                return at - len(kept) + found
            at += len(chunk)
            kept = (kept + chunk)[1 - len(content) :]
        self._is_found = False
        return at_least

    def _skipped(self, start: int, end: int, s_of_byte: float) -> None:
        """Something stands between two packets of the file."""
        lost_s = max(0, end - start) * s_of_byte
        self._damage.skipped_s += lost_s
        name = self._container.format.name
        if name in _BARE and end > start:
            is_damage = not self._peek(start, 4).startswith(_TAGS)
        else:
            is_damage = name == "avi" and end > start + _AVI_HEAD
            is_damage = is_damage and not self._peek(start + start % 2, 4).startswith(_AVI_CHUNKS)
        if is_damage:
            self._lose(0.0, lost_s)

    def _peek(self, offset: int, size: int) -> bytes:
        position = self._file.tell()
        self._file.seek(offset)
        content = self._file.read(size)
        self._file.seek(position)
        return content

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
            frames = [frame for frame in packet.decode() if frame.samples]
        except av.FFmpegError as error:
            _log.debug("a packet cannot be decoded: %s", error)
            duration_s = float((packet.duration or 0) * packet.time_base)
            absorbed_s = self._absorbed_s(packet, duration_s)
            self._lose(duration_s, absorbed_s)
            self._damage.garbled_s += 0.0 if bytes(packet).endswith(_ZEROS) else absorbed_s
            return []
        if bytes(packet).startswith(_ZEROS):  # as they are in no frame: the decoder has gone over them
            absorbed_s = self._absorbed_s(packet, float((packet.duration or 0) * packet.time_base))
            self._lose(0.0, absorbed_s)
        else:
            self._n_packets, self._n_bytes = self._n_packets + 1, self._n_bytes + packet.size
        return frames

    def _lose(self, timed_s: float, absorbed_s: float) -> None:
        """timed_s: of which the timestamps know. absorbed_s: of which they do not."""
        self._damage.absorbed_s += absorbed_s
        self._damage.failed_s += timed_s + absorbed_s
        self.lost_s += timed_s  # the rest where a frame follows: padding at the end was no sound

    def _absorbed_s(self, packet: av.Packet, duration_s: float) -> float:
        """In a format that has frames alone, what lies between two of them is a tag, or was frames."""
        is_bare = self._container.format.name in _BARE and self._n_packets > 0
        if not is_bare or bytes(packet).startswith(_TAGS):
            return 0.0
        return max(0.0, packet.size * self._n_packets / self._n_bytes - 1) * duration_s

    def _gap_s(self, frame: av.AudioFrame, position_s: float) -> float:
        """Seconds between what came before and a frame."""
        self._rate_hz = self._rate_hz or frame.sample_rate
        if frame.pts is None or frame.sample_rate != self._rate_hz:  # joined on: its time is told in another measure
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
        """Whether something stood in the gap when the file was written."""
        name = self._container.format.name
        is_in_order = not name.startswith("mov")  # there packets lie anywhere
        was_seen = damage.failed_s > 0 or (is_in_order and damage.skipped_s > _DAMAGED * gap_s)
        return was_seen or self._goes_on or name in _WITHOUT_GAPS

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
