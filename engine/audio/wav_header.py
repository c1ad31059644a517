"""The header of a WAV file, also of one that is still being written or was never finished.

Format: Microsoft, "Multiple Channel Audio Data and WAVE Files", RFC 2361, and EBU Tech 3306 (RF64).
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

_NAMES = (b"RIFF", b"RF64", b"BW64")
_PCM, _EXTENSIBLE = 1, 0xFFFE
_LENGTH_IN_DS64 = 0xFFFFFFFF
_MISCOUNTED = 64  # bytes: some writers count the header too, or a byte of padding
_SMALLEST_FMT, _LARGEST_FMT = 16, 1024


@dataclass(frozen=True)
class WavHeader:
    """The contents of the chunks before the samples.

    is_pcm: integer samples. data_start: offset of the first sample in bytes; data_length: their length in
    bytes as in the header, which may be too small (the writer was killed) or too large (the file was cut).
    """

    rate_hz: int
    n_channels: int
    bits: int
    is_pcm: bool
    data_start: int
    data_length: int

    def is_cut(self, file_length: int) -> bool:
        """Whether the file has fewer samples than the header says."""
        end = self.data_start + self.data_length - _MISCOUNTED
        return not is_placeholder(self.data_length) and end > file_length


def is_placeholder(n_bytes: int) -> bool:
    """Whether a length is one that programs write while they do not know it yet: 0, or about the largest number."""
    return not n_bytes or any(
        limit - (1 << 24) <= n_bytes <= limit + (1 << 16) for limit in (1 << 31, 1 << 32, 1 << 63, 1 << 64)
    )


def _fmt_fields(payload: bytes) -> tuple[int, int, int, bool]:
    tag, n_channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", payload)
    if tag == _EXTENSIBLE and len(payload) >= 26:
        (tag,) = struct.unpack_from("<H", payload, 24)
    if not (n_channels and rate_hz):
        raise ValueError("a sound without channels or sampling rate")
    return rate_hz, n_channels, bits, tag == _PCM


def read_header(file: BinaryIO) -> WavHeader | None:  # noqa: C901 - one loop over the chunks
    """The header, or None while it is incomplete; the position in the file changes.

    Raises ValueError if the file is not a WAV.
    """
    file.seek(0)
    start = file.read(12)
    if not (any(name.startswith(start[:4]) for name in _NAMES) and b"WAVE".startswith(start[8:])):
        raise ValueError("no WAV")
    fmt, position, long_length = None, 12, None
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return None
        name, length = struct.unpack("<4sI", head)
        position += 8
        if name == b"data":
            if fmt is None:
                raise ValueError("a WAV whose format is not told")
            if long_length is not None and length == _LENGTH_IN_DS64:
                length = long_length
            return WavHeader(*fmt, position, length)
        if name == b"ds64":
            payload = file.read(16)
            if len(payload) < 16:
                return None
            (long_length,) = struct.unpack_from("<Q", payload, 8)
        if name == b"fmt ":
            if not _SMALLEST_FMT <= length <= _LARGEST_FMT:
                raise ValueError("a WAV whose format cannot be told")
            payload = file.read(length)
            if len(payload) < length:
                return None
            fmt = _fmt_fields(payload)
        position += length + length % 2


def is_stale(file: BinaryIO, header: WavHeader) -> bool:
    """Whether more samples follow than the header says, because the writer was killed.

    A tag or another chunk after the samples is not counted: it begins with a name of four printable letters.
    """
    if header.data_length == _LENGTH_IN_DS64:
        return False
    file.seek(header.data_start + header.data_length + header.data_length % 2)
    next_bytes = file.read(4)
    return len(next_bytes) == 4 and not (next_bytes.isascii() and next_bytes.decode("ascii").isprintable())
