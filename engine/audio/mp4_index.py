"""MP4 files whose index is not where the rest of the file takes it to be, put in the order in which they were written.

Programs move the index (`moov`) or put something before it and leave its offsets as they were; of a damaged file the
boxes no longer lead to it. Format: ISO/IEC 14496-12, 4.2 (boxes) and 8.7.5 (offsets of chunks).
"""

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from engine.audio.file_view import FileView

_INDEX = re.compile(rb".{4}moov.{4}mvhd", re.DOTALL)
_SOUND = re.compile(rb".{4}mdat", re.DOTALL)
_OFFSETS = re.compile(rb"(stco|co64)\x00{4}")
_FRAGMENTS = b"mvex"
_FIRST_BOXES = {b"ftyp", b"styp", b"free", b"skip", b"wide", b"mdat", b"moov", b"pnot", b"junk"}
_BRAND = struct.pack(">I8sI", 16, b"ftypisom", 0)
_HEAD, _LONG_HEAD = 8, 16
_LARGEST_INDEX = 1 << 26
_CHUNK, _OVERLAP = 1 << 20, 16


@dataclass(frozen=True)
class _Box:
    """Where it stands in the file. content: offset of what is behind its head."""

    name: bytes
    start: int
    content: int
    end: int


def in_order(file: BinaryIO) -> FileView | None:
    """The file with its sound where the index has it; None where it is there, or is no such file. Raises OSError."""
    length = file.seek(0, os.SEEK_END)
    if _read(file, 4, 4) not in _FIRST_BOXES:
        return None
    boxes = list(_boxes(file, length))
    index = _index(file, boxes, length)
    if index is None:
        return None
    content = _read(file, index.start, index.end - index.start)
    first = _first_offset(content)
    if first is None or _is_in_place(boxes, index, first):
        return None
    sound = next((box for box in boxes if box.name == b"mdat"), None) or _found(file, _SOUND, 0, length)
    if sound is None:
        return None
    end = index.start if sound.start < index.start else length
    head = _head(end - sound.content)
    before = first - len(head)
    if not _HEAD <= before <= _LARGEST_INDEX:
        return None
    brand = _BRAND if before - len(_BRAND) in (0, *range(_HEAD, before)) else b""
    return FileView(file, [brand, _free(before - len(brand)), head, (sound.content, end), content])


def lacks_index(file: BinaryIO) -> bool:
    """Whether it is an MP4 that ended before its index was written. Raises OSError."""
    length = file.seek(0, os.SEEK_END)
    if _read(file, 4, 4) not in _FIRST_BOXES:
        return False
    boxes = list(_boxes(file, length))
    return any(box.name == b"mdat" for box in boxes) and _index(file, boxes, length) is None


def _is_in_place(boxes: list[_Box], index: _Box, first: int) -> bool:
    """Whether the first chunk is sound, and the boxes lead to the index; the index was not moved behind the sound."""
    is_led_to = any(box.start == index.start for box in boxes)
    was_moved = index.end - index.start
    return is_led_to and any(
        box.content <= first < box.end and not (box.start < index.start and first == box.content + was_moved)
        for box in boxes
        if box.name == b"mdat"
    )


def _boxes(file: BinaryIO, length: int) -> Iterator[_Box]:
    """The outermost ones, as far as one leads to the next."""
    at = 0
    while at + _HEAD <= length:
        box = _box(file, at, length)
        if not (box.name.isascii() and box.name.decode().isprintable()) or box.end < box.content:
            return
        yield box
        at = box.end


def _box(file: BinaryIO, at: int, length: int) -> _Box:
    head = _read(file, at, _LONG_HEAD).ljust(_LONG_HEAD, b"\x00")
    size, name, long_size = struct.unpack(">I4sQ", head)
    content = at + (_LONG_HEAD if size == 1 else _HEAD)
    size = {0: length - at, 1: long_size}.get(size, size)
    return _Box(name, at, content, at + size)


def _index(file: BinaryIO, boxes: list[_Box], length: int) -> _Box | None:
    index = next((box for box in boxes if box.name == b"moov"), None) or _found(file, _INDEX, 0, length)
    return index if index and index.end <= length and index.end - index.start <= _LARGEST_INDEX else None


def _found(file: BinaryIO, pattern: re.Pattern[bytes], at: int, length: int) -> _Box | None:
    kept = b""
    while chunk := _read(file, at, _CHUNK):
        found = pattern.search(kept + chunk)
        if found:
            return _box(file, at - len(kept) + found.start(), length)
        at += len(chunk)
        kept = (kept + chunk)[-_OVERLAP:]
    return None


def _first_offset(index: bytes) -> int | None:
    """Of all chunks the one that stands first in the file; None for a file in fragments, which knows no offsets."""
    if _FRAGMENTS in index:
        return None
    tables = [_offsets(index, found) for found in _OFFSETS.finditer(index)]
    return min((int(offsets.min()) for offsets in tables if len(offsets)), default=None)


def _offsets(index: bytes, found: re.Match[bytes]) -> np.ndarray:
    at = found.end()
    kind = np.dtype(">u4" if found[1] == b"stco" else ">u8")
    (count,) = struct.unpack(">I", index[at : at + 4].rjust(4, b"\x00"))
    most = max(0, len(index) - at - 4) // kind.itemsize
    return np.frombuffer(index, kind, min(count, most), at + 4) if min(count, most) else np.empty(0, kind)


def _head(n_bytes: int) -> bytes:
    """Of the box with the sound."""
    if n_bytes + _HEAD < 1 << 32:
        return struct.pack(">I4s", n_bytes + _HEAD, b"mdat")
    return struct.pack(">I4sQ", 1, b"mdat", n_bytes + _LONG_HEAD)


def _free(n_bytes: int) -> bytes:
    """A box with nothing in it, of that length with its head."""
    return struct.pack(">I4s", n_bytes, b"free") + bytes(n_bytes - _HEAD) if n_bytes else b""


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
