"""Whether a file is cut off or lacks a piece, as far as its own structure shows.

Formats: RFC 3533 (Ogg), Apple's Core Audio Format Specification, Sony's Wave64; WAV is in `wav_header`.
"""

import os
import struct
from typing import BinaryIO

import av

from engine.audio.wav_header import read_header

_LONGEST_PAGE = 65_307
_PAGE_HEADER = 27
_LAST_PAGE = 4  # flag of a stream's last page
_LONGEST_FRAME = 1 << 14
TAGS = (b"ID3", b"TAG", b"APET", b"LYRI")


class FrameChain:
    """The frames of a format without timestamps; each must begin where the frame before ends.

    missing_at_s: the first place where that fails and frames follow, so that a piece of unknown duration is missing;
    None if there is no such place.
    """

    def __init__(self, codec: str, has_marks: bool):
        """codec: FFmpeg's name for it. has_marks: all frames begin with the same byte."""
        self._codec, self._has_marks = codec, has_marks
        self._mark, self._last, self._longest = b"", b"", 0
        self._broken_at_s: float | None = None
        self.missing_at_s: float | None = None

    def push(self, content: bytes, is_whole: bool, start_s: float) -> None:
        """Takes the next packet. is_whole: it was decoded without a fault; start_s: where its sound begins."""
        if not content or content.startswith(TAGS):
            return
        self._mark, self._last = self._mark or content[:1], content
        if not is_whole or (self._has_marks and not content.startswith(self._mark)):
            self.break_off(start_s)
            return
        self._longest = max(self._longest, len(content))
        if self._broken_at_s and self.missing_at_s is None:
            self.missing_at_s = self._broken_at_s
        self._broken_at_s = None

    def break_off(self, at_s: float) -> None:
        """Notes that bytes follow which belong to no frame."""
        self._broken_at_s = at_s if self._broken_at_s is None else self._broken_at_s

    @property
    def ends_abruptly(self) -> bool:
        """Whether the file ends within a frame."""
        if not self._mark or (self._has_marks and not self._last.startswith(self._mark)):
            return False
        if self._broken_at_s is not None:
            return len(self._last) <= self._longest
        parsed = av.CodecContext.create(self._codec, "r").parse(self._last + bytes(_LONGEST_FRAME))
        return bool(parsed) and parsed[0].size > len(self._last)


def is_cut(file: BinaryIO) -> bool:
    """False for formats that do not show it. The position in the file changes."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    match file.read(4):
        case b"RIFF" | b"RF64" | b"BW64":
            return _wav_is_cut(file, length)
        case b"OggS":
            return _ogg_is_cut(file, length)
        case b"caff":
            return _data_is_cut(file, length, first=8, header=struct.Struct(">4sq"), counts_itself=False, pad=1)
        case b"riff":
            return _data_is_cut(file, length, first=40, header=struct.Struct("<16sq"), counts_itself=True, pad=8)
    return False


def _wav_is_cut(file: BinaryIO, length: int) -> bool:
    try:
        header = read_header(file)
    except ValueError:
        return False
    return header is not None and header.is_cut(length)


def _ogg_is_cut(file: BinaryIO, length: int) -> bool:
    """Whether the last page is incomplete, or not marked as the last of its stream."""
    file.seek(max(0, length - 2 * _LONGEST_PAGE))
    tail = file.read()
    offset = tail.rfind(b"OggS")
    page = tail[offset:]
    n_segments = page[_PAGE_HEADER - 1] if len(page) >= _PAGE_HEADER else 0
    lengths = page[_PAGE_HEADER : _PAGE_HEADER + n_segments]
    is_whole = len(page) >= _PAGE_HEADER and len(page) >= _PAGE_HEADER + n_segments + sum(lengths)
    return offset >= 0 and not (is_whole and page[5] & _LAST_PAGE)


def _data_is_cut(
    file: BinaryIO, length: int, first: int, header: struct.Struct, *, counts_itself: bool, pad: int
) -> bool:
    """Whether the chunk with the samples reaches beyond the end of the file. first: offset of the first chunk."""
    offset = first
    while offset + header.size <= length:
        file.seek(offset)
        name, size = header.unpack(file.read(header.size))
        if size < (header.size if counts_itself else 0):
            return False  # the size was not known when it was written, or this is not a chunk
        offset += size if counts_itself else header.size + size
        if offset > length or name.startswith(b"data"):
            return offset > length and name.startswith(b"data")
        offset += -offset % pad
    return False
