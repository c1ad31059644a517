"""Files that consist of several concatenated ones, and the readable rest of a damaged file.

FFmpeg stops after the first of them, or reads on and confuses them, without an error.
"""

import os
import re
import struct
from typing import BinaryIO

_STARTS = (
    *(rb"R(?:IFF|F64).{4}WAVE", rb"RIFF.{4}AVI ", rb".{4}ftyp", rb"FLV\x01", rb"TTA[12]", rb"wvpk"),
    *(rb"FORM.{4}AIF[FC]", rb"riff\x2e\x91\xcf\x11", rb"Creative Voice File", rb"[FC]WS[\x03-\x14]"),
    *(rb"fLaC[\x00\x80]\x00\x00\x22", rb"OggS\x00\x02\x00{8}", rb"caff\x00\x01\x00\x00desc", rb"#!AMR(?:-WB)?\n"),
)
_CONFUSED = (b"fLaC", b"OggS", b"caff", b"#!AM")  # FFmpeg reads on into the next file, whatever its rate and channels
_GOES_ON = b"wvpk"  # each block begins like a file
_MP4 = re.compile(rb".{4}(?:ftyp|styp)", re.DOTALL)
_FRAGMENT = re.compile(rb".{4}moof\x00\x00\x00\x10mfhd", re.DOTALL)  # ISO/IEC 14496-12, 8.8.4
_OGG_HEAD, _OGG_BEGINS = 27, 2  # RFC 3533: bytes of a page header, and the flag of a stream's first page
_LONGEST_START = 20
_CHUNK = 1 << 20


class Part:
    """A readable file for FFmpeg: the bytes from an offset on, up to where the next file was appended.

    error: of the disk, kept because FFmpeg would not say which it was. goes_on: the part continues the clock of the
    one before.
    """

    def __init__(self, file: BinaryIO, start: int = 0, hidden: tuple[int, int] | None = None, goes_on: bool = False):
        """hidden: begin and end of a stretch of an MP4 that is presented as free space."""
        self._file, self.start, self.goes_on = file, start, goes_on
        self._hidden = hidden
        self._end: int | None = None  # offset of the next file; None until it was found
        self._kind, self._first = None, start
        if _read_at(file, start, 4) in _CONFUSED:
            self._kind, self._first = _kind(file, start), _after_heads(file, start)
        self._seen_to, self._seen = -1, b""
        self._position = start  # in the file
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As in a file that begins at this part's start."""
        try:
            origin = {os.SEEK_SET: self.start, os.SEEK_CUR: self._position}.get(whence, 0)
            self._position = self._file.seek(offset + origin, os.SEEK_END if whence == os.SEEK_END else os.SEEK_SET)
        except (OSError, ValueError):  # before the file's start, as in damaged files
            pass
        return self.tell()

    def tell(self) -> int:
        """Bytes from the part's beginning."""
        return self._position - self.start

    def read(self, size: int) -> bytes:
        """Empty if the disk fails: see `error`."""
        offset = self._position
        if self._end is not None:
            size = max(0, min(size, self._end - offset))
        try:
            content = self._hide(offset, _read_at(self._file, offset, size))
        except OSError as error:
            self.error = error
            return b""
        content = self._up_to_next(offset, content)
        self._position = offset + len(content)
        return content

    def _hide(self, offset: int, content: bytes) -> bytes:
        """Bytes from an offset, with a free-space header where the hidden stretch begins."""
        if self._hidden is None:
            return content
        first, end = self._hidden
        head = struct.pack(">I4sQ", 1, b"free", end - first)
        start, stop = max(offset, first), min(offset + len(content), first + len(head))
        if start >= stop:
            return content
        return content[: start - offset] + head[start - first : stop - first] + content[stop - offset :]

    def _up_to_next(self, offset: int, content: bytes) -> bytes:
        """Bytes from an offset, as far as they belong to this part."""
        if self._kind is None:
            return content
        seen = self._seen if offset == self._seen_to else b""
        searched_from = offset - len(seen)
        match = self._kind.search(seen + content, max(0, self._first - searched_from))
        self._seen_to, self._seen = offset + len(content), (seen + content)[1 - _LONGEST_START :]
        if match is None:
            return content
        self._end = searched_from + match.start()
        return content[: max(0, self._end - offset)]


def next_part(file: BinaryIO, part: Part, search_from: int) -> Part | None:
    """The next part after an offset within the present part; None if there is none."""
    kind = _kind(file, part.start)
    start = None if kind is None else _find(file, kind, search_from)
    if start is not None:
        return Part(file, start, goes_on=_read_at(file, part.start, 4) == _GOES_ON)
    if not _MP4.match(_read_at(file, part.start, _LONGEST_START)):
        return None
    first = _find(file, _FRAGMENT, part.start)
    if first is None:
        return None
    start = _find(file, _FRAGMENT, max(search_from, first + 1))
    return None if start is None else Part(file, part.start, hidden=(first, start), goes_on=True)


def _kind(file: BinaryIO, offset: int) -> re.Pattern[bytes] | None:
    """The pattern of the first bytes of a file of the same kind as the one that begins there."""
    first_bytes = _read_at(file, offset, _LONGEST_START)
    return next((re.compile(start, re.DOTALL) for start in _STARTS if re.match(start, first_bytes, re.DOTALL)), None)


def _after_heads(file: BinaryIO, start: int) -> int:
    """Offset after the pages that begin an Ogg file's streams, one for each; in other files, after the first byte."""
    offset = start
    while True:
        page = _read_at(file, offset, _OGG_HEAD + 255)
        if page[:4] != b"OggS" or len(page) < _OGG_HEAD or not page[5] & _OGG_BEGINS:
            return max(offset, start + 1)
        n_segments = page[_OGG_HEAD - 1]
        offset += _OGG_HEAD + n_segments + sum(page[_OGG_HEAD : _OGG_HEAD + n_segments])


def _find(file: BinaryIO, pattern: re.Pattern[bytes], offset: int) -> int | None:
    """Offset of the first match from an offset on."""
    file.seek(offset)
    tail = b""
    while chunk := file.read(_CHUNK):
        match = pattern.search(tail + chunk)
        if match:
            return offset - len(tail) + match.start()
        offset += len(chunk)
        tail = (tail + chunk)[-_LONGEST_START:]
    return None


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
