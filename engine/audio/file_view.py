"""A file as it should be: without junk before its beginning, with its pieces in order, with lengths in its header.

Formats: Apple's Audio Interchange File Format 1.3, Sony's Wave64, EBU Tech 3306 (RF64), Sun's AU.
"""

import io
import os
import re
import struct
from collections.abc import Sequence
from typing import BinaryIO

Piece = bytes | tuple[int, int]  # what is not in the file, or from where to where it stands there

_SEARCHED_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_WAVE64_DATA, _WAVE64_HEAD = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", 24
_AIFF_OFFSETS = 8  # bytes before the samples that their length counts
_STARTS = re.compile(
    rb"RIFF.{4}(?:WAVE|AVI )|RF64.{4}WAVE|riff\x2e\x91\xcf\x11|caff\x00\x01\x00\x00|FORM.{4}AIF[FC]|\.snd\x00\x00"
    rb"|fLaC[\x00\x80]\x00\x00\x22|OggS\x00\x02\x00{8}|wvpk.{4}[\x00-\x10]\x04|TTA[12]|#!AMR(?:-WB)?\n|FLV\x01[\x00-\x07]"
    rb"|\x00\x00.{2}ftyp|\x1a\x45\xdf\xa3|\x30\x26\xb2\x75\x8e\x66\xcf\x11|\.RMF\x00|Creative Voice File|FRM8.{8}DSD ",
    re.DOTALL,
)


class FileView(io.RawIOBase):
    """Pieces of a file, one behind the other, to be read as a file."""

    def __init__(self, file: BinaryIO, pieces: Sequence[Piece]):
        super().__init__()
        self._file = file
        self._pieces = [piece for piece in pieces if _length(piece)]
        self._position, self._size = 0, sum(map(_length, pieces))

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Raises ValueError for a place before the beginning."""
        origin = {os.SEEK_CUR: self._position, os.SEEK_END: self._size}.get(whence, 0)
        if origin + offset < 0:
            raise ValueError("before the beginning of the file")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        """Bytes from the beginning."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Raises OSError."""
        end = self._size if size < 0 else min(self._size, self._position + size)
        content, begins = [], 0
        for piece in self._pieces:
            first, last = max(self._position, begins) - begins, min(end - begins, _length(piece))
            if first < last:
                content.append(self._of(piece, first, last))
            begins += _length(piece)
        joined = b"".join(content)
        self._position += len(joined)
        return joined

    def _of(self, piece: Piece, first: int, last: int) -> bytes:
        if isinstance(piece, bytes):
            return piece[first:last]
        self._file.seek(piece[0] + first)
        return self._file.read(last - first)

    def close(self) -> None:
        """Closes the file too."""
        self._file.close()
        super().close()


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def behind_junk(file: BinaryIO) -> FileView | None:
    """The file from where a recording begins in it; None where that is its beginning, or none begins near it."""
    file.seek(0)
    found = _STARTS.search(file.read(_SEARCHED_BYTES), 1)
    return FileView(file, [(found.start(), file.seek(0, os.SEEK_END))]) if found else None


def with_lengths(file: BinaryIO) -> FileView | None:
    """The file with the lengths that its writer did not live to fill in; None where they are there."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    patches = _patches(head, size)
    if not patches:
        return None
    pieces: list[Piece] = []
    end = 0
    for offset, content in sorted(patches.items()):
        pieces += [(end, offset), content]
        end = offset + len(content)
    return FileView(file, [*pieces, (end, size)])


def _patches(head: bytes, size: int) -> dict[int, bytes]:
    """What is to stand at which offset."""
    if head.startswith(b".snd") and head[8:12] == bytes(4):
        return {8: b"\xff" * 4}  # as those write it who do not know the length
    if head.startswith(b"FORM") and head[8:11] == b"AIF":
        return _aiff_patches(head, size)
    at = head.find(_WAVE64_DATA)
    if head.startswith(b"riff") and at > 0:
        (length,) = struct.unpack_from("<q", head, at + 16)
        return {at + 16: struct.pack("<q", size - at)} if length <= _WAVE64_HEAD < size - at else {}
    at = head.find(b"data")
    if head.startswith(b"RF64") and head[12:16] == b"ds64" and at > 0 and head[28:36] == b"\xff" * 8:
        return {28: struct.pack("<Q", size - at - 8)}
    return {}


def _aiff_patches(head: bytes, size: int) -> dict[int, bytes]:
    """The sizes of the samples, and their number."""
    common, sound = head.find(b"COMM"), head.find(b"SSND")
    if common < 0 or sound < 0 or len(head) < max(common + 16, sound + 16):
        return {}
    (length,) = struct.unpack_from(">I", head, sound + 4)
    n_channels, _n_frames, bits = struct.unpack_from(">hIh", head, common + 8)
    n_bytes = size - sound - 16
    if length > _AIFF_OFFSETS or n_bytes <= 0 or n_channels <= 0 or bits <= 0:
        return {}
    n_frames = n_bytes // (n_channels * -(-bits // 8))
    return {common + 10: struct.pack(">I", n_frames), sound + 4: struct.pack(">I", n_bytes + _AIFF_OFFSETS)}
