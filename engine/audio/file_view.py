"""A file as if some of it stood elsewhere: without junk before its beginning, or with its pieces in another order."""

import io
import os
import re
from collections.abc import Sequence
from typing import BinaryIO

Piece = bytes | tuple[int, int]  # what is not in the file, or from where to where it stands there

_SEARCHED_BYTES = 1 << 20
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
