"""Unpacks an untrusted .tgz archive into a folder, atomically.

Only ordinary files below one folder are unpacked, within size limits. The limits are checked while the archive is read,
so that a decompression bomb stops early, in memory and on the disk.
"""

import errno
import gzip
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from engine.errors import DiktovkaError
from engine.system.atomic_files import storage_error, sync
from trainer.errors import ArchiveBroken

_BLOCK = 1 << 17
_LARGEST_HEADER = 1 << 20
_UNSAFE = re.compile(r"[\\:\x00-\x1f\x7f]")
# Errors of the system for names that it cannot store: the archive's fault, not the disk's.
_NAME_ERRORS = {errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR}


@dataclass(frozen=True)
class Limits:
    """Limits on the unpacked size. ratio: to the packed size, beyond a size that is always allowed."""

    members: int = 20_000
    member_bytes: int = 1 << 29
    total_bytes: int = 1 << 32
    ratio: int = 60
    free_bytes: int = 1 << 24

    def most_bytes(self, packed_bytes: int) -> int:
        """The largest unpacked size for a packed size."""
        return min(self.total_bytes, self.free_bytes + self.ratio * packed_bytes)


def unpack(
    packed: Path, target: Path, limits: Limits | None = None, open_file: Callable[..., BinaryIO] = open
) -> Generator[int, None, None]:
    """Unpacks `packed` (.tgz) so that the content of its one folder becomes `target`; yields bytes written so far.

    `target` appears only when it is complete; closing the iterator early leaves nothing behind. Raises
    ArchiveBroken (cut off, not gzip, or with forbidden content), DiskFull or NotWritable.
    """
    temporary = temporary_folder(target)
    try:
        shutil.rmtree(temporary, ignore_errors=True)  # left by a killed process
        temporary.mkdir(parents=True)
        yield from _Unpacking(packed, temporary, limits or Limits(), open_file).steps()
        temporary.rename(target)
        sync(target.parent)
    except DiktovkaError:
        raise
    except gzip.BadGzipFile as error:
        raise _broken(packed, error) from error
    except OSError as error:
        if error.errno in _NAME_ERRORS:
            raise ArchiveBroken(name=packed.name, reason="it holds names that cannot be used here") from error
        raise storage_error(target, error) from error
    except Exception as error:  # damaged headers raise errors of int, float and the codecs, and RecursionError
        raise _broken(packed, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def temporary_folder(target: Path) -> Path:
    """The folder where an archive is unpacked first."""
    return target.with_name(f".{target.name}.unpacking")


def _broken(packed: Path, error: Exception) -> ArchiveBroken:
    if isinstance(error, gzip.BadGzipFile) and str(error).startswith("Not a gzipped file"):
        return ArchiveBroken(name=packed.name, reason="it is no gzip archive")
    if isinstance(error, (EOFError, tarfile.ReadError)) and not isinstance(error.__context__, zlib.error):
        return ArchiveBroken(name=packed.name, reason="it is cut off or holds no files")
    return ArchiveBroken(name=packed.name, reason="it is damaged")


class _Stream:
    """The unpacked bytes for tarfile: forward only, counted, and in small blocks."""

    def __init__(self, unzipped: gzip.GzipFile, name: str, most_bytes: int):
        self._unzipped, self._name, self._most_bytes = unzipped, name, most_bytes
        self._header_left: int | None = None
        self.last = b""

    def tell(self) -> int:
        return self._unzipped.tell()

    def begin_header(self) -> None:
        """Begins a member's header, which may have long names and sparse maps, up to a limit."""
        self._header_left = _LARGEST_HEADER

    def end_header(self) -> None:
        """Ends the header; content follows."""
        self._header_left = None

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _LARGEST_HEADER:  # tarfile reads a long name at once, whatever length the header claims
            raise self._damaged()
        if self._header_left is not None:
            self._header_left -= size
            if self._header_left < 0:
                raise self._damaged()
        return self._read(size)

    def _read(self, size: int) -> bytes:
        self.last = self._unzipped.read(size)
        if self.tell() > self._most_bytes:
            raise ArchiveBroken(name=self._name, reason="it unpacks to far more than recordings would")
        return self.last

    def seek(self, position: int) -> None:
        if position < self.tell():  # a header with a negative size would make tarfile loop for ever
            raise self._damaged()
        while self.tell() < position and self._read(min(_BLOCK, position - self.tell())):
            pass

    def drain(self) -> None:
        """Reads to the end, to verify gzip's checksum."""
        while self._read(_BLOCK):
            pass

    def _damaged(self) -> ArchiveBroken:
        return ArchiveBroken(name=self._name, reason="it is damaged")


class _Unpacking:
    """The unpacking of one archive into an empty folder."""

    def __init__(self, packed: Path, folder: Path, limits: Limits, open_file: Callable[..., BinaryIO]):
        self._packed, self._folder, self._limits, self._open_file = packed, folder, limits, open_file
        self._top = ""

    def steps(self) -> Iterator[int]:
        with self._packed.open("rb") as file, gzip.GzipFile(fileobj=file) as unzipped:
            stream = _Stream(unzipped, self._packed.name, self._limits.most_bytes(self._packed.stat().st_size))
            stream.begin_header()
            with closing(tarfile.TarFile.open(fileobj=stream, mode="r:", encoding="utf-8")) as tar:
                yield from self._extracted(tar, stream)
            if stream.last.strip(b"\0"):  # tarfile treats a broken header as the end
                raise tarfile.ReadError("no end mark")
            stream.drain()
        for folder, _, _ in os.walk(self._folder):
            sync(Path(folder))

    def _extracted(self, tar: tarfile.TarFile, stream: _Stream) -> Iterator[int]:
        n_bytes = n_files = 0
        for n_members, member in enumerate(_members(tar, stream), start=1):
            if n_members > self._limits.members:
                raise self._broken(reason="it holds too many files")
            path = self._checked(member)
            if path is None:
                continue
            n_files += 1
            stream.end_header()
            for written in self._written(tar, member, path):
                n_bytes += written
                yield n_bytes
        if not n_files:
            raise tarfile.ReadError("no files")

    def _checked(self, member: tarfile.TarInfo) -> Path | None:
        """The target path of a member; None for a folder. Raises ArchiveBroken for forbidden members."""
        if member.issym() or member.islnk():
            raise self._broken(reason="it holds a link")
        if not member.isdir() and (member.type not in tarfile.REGULAR_TYPES or member.issparse()):
            raise self._broken(reason="it holds something that is no ordinary file")
        if not 0 <= member.size <= self._limits.member_bytes:
            raise self._broken(reason="it holds a file of an insane size")
        parts = self._parts(member)
        if not parts:
            return None
        if self._top and parts[0] != self._top:
            raise self._broken(reason="it holds more than one folder")
        self._top = parts[0]
        if member.isdir():
            return None
        if len(parts) < 2:
            raise self._broken(reason="it holds a file outside its folder")
        return self._folder.joinpath(*parts[1:])

    def _parts(self, member: tarfile.TarInfo) -> tuple[str, ...]:
        name = _decoded(member.name)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or _UNSAFE.search(name):
            raise self._broken(reason="it holds a name that leads out of its folder")
        return path.parts

    def _written(self, tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> Iterator[int]:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = tar.extractfile(member)
        with self._open_file(path, "xb") as file:
            n_left = member.size
            while n_left:
                block = content.read(min(_BLOCK, n_left))
                if not block:
                    raise EOFError("the member is shorter than its header says")
                file.write(block)
                n_left -= len(block)
                yield len(block)
            file.flush()
            os.fsync(file.fileno())

    def _broken(self, reason: str) -> ArchiveBroken:
        return ArchiveBroken(name=self._packed.name, reason=reason)


def _members(tar: tarfile.TarFile, stream: _Stream) -> Iterator[tarfile.TarInfo]:
    while True:
        stream.begin_header()
        member = tar.next()
        if member is None:
            return
        tar.members.clear()  # otherwise tarfile would keep all headers
        yield member


def _decoded(name: str) -> str:
    """A member's name; if it is not UTF-8, it was made under Windows."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("cp1251", "replace")
    return name
