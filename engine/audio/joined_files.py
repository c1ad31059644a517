"""The files of which one consists: some were put behind one another, and of a damaged one the rest can be read.

FFmpeg ends with the first of them, or reads on and confuses them, without a word.
"""

import os
import re
import struct
from typing import BinaryIO

_STARTS = (
    *(rb"R(?:IFF|F64).{4}WAVE", rb"RIFF.{4}AVI ", rb".{4}ftyp", rb"FLV\x01", rb"TTA[12]", rb"wvpk"),
    *(rb"FORM.{4}AIF[FC]", rb"riff\x2e\x91\xcf\x11", rb"Creative Voice File", rb"[FC]WS[\x03-\x14]"),
    *(rb"fLaC[\x00\x80]\x00\x00\x22", rb"OggS\x00\x02\x00{8}"),
)
_CONFUSED = (b"fLaC", b"OggS")  # FFmpeg reads on into the next one, whatever its rate and channels
_GOES_ON = b"wvpk"  # each block of a file begins as a file does
_MP4 = re.compile(rb".{4}(?:ftyp|styp)", re.DOTALL)
_FRAGMENT = re.compile(rb".{4}moof\x00\x00\x00\x10mfhd", re.DOTALL)  # ISO/IEC 14496-12, 8.8.4
_OGG_HEAD, _OGG_BEGINS = 27, 2  # RFC 3533: bytes of a page's head, and the flag of a stream's first page
_LONGEST_START = 20
_CHUNK = 1 << 20


class Part:
    """A file's bytes from some offset on, up to where the next file was joined on, as FFmpeg asks for them.

    An error is kept, as FFmpeg would not tell which it was. goes_on: it is the rest of the part before, whose clock it
    has.
    """

    def __init__(self, file: BinaryIO, start: int = 0, hidden: tuple[int, int] | None = None, goes_on: bool = False):
        """hidden: where a stretch of an MP4 begins and ends that is to be seen as free space."""
        self._file, self.start, self.goes_on = file, start, goes_on
        self._hidden = hidden
        self._end: int | None = None  # where the next file begins; None while it was not seen
        self._kind, self._first = None, start
        if _read_at(file, start, 4) in _CONFUSED:
            self._kind, self._first = _kind(file, start), _behind_heads(file, start)
        self._seen_to, self._seen = -1, b""
        self._position = start  # in the file
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of a file that begins where this part does."""
        try:
            origin = {os.SEEK_SET: self.start, os.SEEK_CUR: self._position}.get(whence, 0)
            self._position = self._file.seek(offset + origin, os.SEEK_END if whence == os.SEEK_END else os.SEEK_SET)
        except (OSError, ValueError):  # before the file's start, asked for in damaged files
            pass
        return self.tell()

    def tell(self) -> int:
        """Bytes from the part's beginning."""
        return self._position - self.start

    def read(self, size: int) -> bytes:
        """Nothing where the disk fails: see `error`."""
        at = self._position
        if self._end is not None:
            size = max(0, min(size, self._end - at))
        try:
            content = self._hide(at, _read_at(self._file, at, size))
        except OSError as error:
            self.error = error
            return b""
        content = self._up_to_next(at, content)
        self._position = at + len(content)
        return content

    def _hide(self, at: int, content: bytes) -> bytes:
        """What was read at an offset of the file, with the head of free space where the hidden stretch begins."""
        if self._hidden is None:
            return content
        first, end = self._hidden
        head = struct.pack(">I4sQ", 1, b"free", end - first)
        start, stop = max(at, first), min(at + len(content), first + len(head))
        if start >= stop:
            return content
        return content[: start - at] + head[start - first : stop - first] + content[stop - at :]

    def _up_to_next(self, at: int, content: bytes) -> bytes:
        """What was read at an offset of the file, as far as it belongs to this part."""
        if self._kind is None:
            return content
        before = self._seen if at == self._seen_to else b""
        begins = at - len(before)
        found = self._kind.search(before + content, max(0, self._first - begins))
        self._seen_to, self._seen = at + len(content), (before + content)[1 - _LONGEST_START :]
        if found is None:
            return content
        self._end = begins + found.start()
        return content[: max(0, self._end - at)]


def next_part(file: BinaryIO, part: Part, behind: int) -> Part | None:
    """What can be read by itself of the file behind an offset that lies in a part of it; None where nothing can."""
    kind = _kind(file, part.start)
    found = None if kind is None else _found(file, kind, behind)
    if found is not None:
        return Part(file, found, goes_on=_read_at(file, part.start, 4) == _GOES_ON)
    if not _MP4.match(_read_at(file, part.start, _LONGEST_START)):
        return None
    first = _found(file, _FRAGMENT, part.start)
    if first is None:
        return None
    found = _found(file, _FRAGMENT, max(behind, first + 1))
    return None if found is None else Part(file, part.start, hidden=(first, found), goes_on=True)


def _kind(file: BinaryIO, start: int) -> re.Pattern[bytes] | None:
    """How a file begins that is of the same kind as the one that begins there."""
    begins = _read_at(file, start, _LONGEST_START)
    return next((re.compile(one, re.DOTALL) for one in _STARTS if re.match(one, begins, re.DOTALL)), None)


def _behind_heads(file: BinaryIO, start: int) -> int:
    """Where in an Ogg file the pages end that begin its streams, one for each; in another, behind its first byte."""
    at = start
    while True:
        page = _read_at(file, at, _OGG_HEAD + 255)
        if page[:4] != b"OggS" or len(page) < _OGG_HEAD or not page[5] & _OGG_BEGINS:
            return max(at, start + 1)
        n_segments = page[_OGG_HEAD - 1]
        at += _OGG_HEAD + n_segments + sum(page[_OGG_HEAD : _OGG_HEAD + n_segments])


def _found(file: BinaryIO, pattern: re.Pattern[bytes], at: int) -> int | None:
    """Where it stands first from an offset on."""
    file.seek(at)
    kept = b""
    while chunk := file.read(_CHUNK):
        found = pattern.search(kept + chunk)
        if found:
            return at - len(kept) + found.start()
        at += len(chunk)
        kept = (kept + chunk)[-_LONGEST_START:]
    return None


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
