"""Whether a file is cut off, as far as its own structure shows.

Formats: RFC 3533 (Ogg), Apple's Core Audio Format Specification, Sony's Wave64; WAV is in `wav_header`.
"""

import os
import struct
from typing import BinaryIO

from engine.audio.wav_header import read_header

_LONGEST_PAGE = 65_307
_PAGE_HEADER = 27
_LAST_PAGE = 4  # flag of a stream's last page


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
            return _chunks_are_cut(file, length, first=8, header=struct.Struct(">4sq"), counts_itself=False, pad=1)
        case b"riff":
            return _chunks_are_cut(file, length, first=40, header=struct.Struct("<16sq"), counts_itself=True, pad=8)
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


def _chunks_are_cut(
    file: BinaryIO, length: int, first: int, header: struct.Struct, *, counts_itself: bool, pad: int
) -> bool:
    """Whether a chunk reaches beyond the end of the file. first: offset of the first chunk."""
    offset = first
    while offset + header.size <= length:
        file.seek(offset)
        _name, size = header.unpack(file.read(header.size))
        if size < (header.size if counts_itself else 0):
            return False  # the size was not known when it was written, or this is not a chunk
        offset += size if counts_itself else header.size + size
        if offset > length:
            return True
        offset += -offset % pad
    return False
