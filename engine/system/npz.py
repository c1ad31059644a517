"""NumPy's files. Names, types, shapes and sizes are checked before an array is read.

Whatever is wrong with a file raises ValueError, instead of the errors of NumPy, zipfile or zlib.
"""

import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
from numpy.lib import format as npy

from engine.system.atomic_files import atomic_path

_SUFFIX = ".npy"
_MOST_BYTES = 2**32
_MOST_ARRAYS = 10_000
_MOST_HEADER_BYTES = 10_000
Shape = tuple[int | None, ...]


def read_arrays(
    source: Path | BinaryIO, expected: Mapping[str, Shape] | None = None, most_bytes: int = _MOST_BYTES
) -> dict[str, np.ndarray]:
    """The arrays of an .npz, none of them pickled.

    expected: shapes by name, None for a length that varies; other arrays are not read. Without it all are read.
    most_bytes: of all arrays, uncompressed. Raises OSError, or ValueError if the file is damaged or lacks an expected
    array.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return _read_members(archive, expected, most_bytes)
    except (OSError, WrongShape):
        raise
    except Exception as error:  # damaged zip and npy headers raise a dozen errors without a common base
        raise ValueError(f"{error}" or type(error).__name__) from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes an .npz atomically. Raises DiskFull or NotWritable."""
    with atomic_path(path) as temporary:
        np.savez(temporary, **arrays)  # type: ignore[arg-type]


def map_array(path: Path, dtype: type[np.generic], shape: Shape) -> np.ndarray:
    """An .npy file as a memory map. shape: None for a length that varies. Raises OSError, ValueError."""
    try:
        with path.open("rb") as file:
            file_shape, file_dtype, in_columns = _header(file)
            start = file.tell()
            n_bytes = os.fstat(file.fileno()).st_size - start
        if file_dtype != np.dtype(dtype):
            raise ValueError(f"it holds {file_dtype}, not {np.dtype(dtype)}")
        _check_shape(path.name, file_shape, shape)
        if math.prod(file_shape) * file_dtype.itemsize > n_bytes:
            raise ValueError("it is cut off")
        if not math.prod(file_shape):
            return np.zeros(file_shape, dtype)
        return np.memmap(path, file_dtype, "r", start, file_shape, order="F" if in_columns else "C")
    except (OSError, WrongShape):
        raise
    except Exception as error:  # as above
        raise ValueError(f"{error}" or type(error).__name__) from error


def _read_members(
    archive: zipfile.ZipFile, expected: Mapping[str, Shape] | None, most_bytes: int
) -> dict[str, np.ndarray]:
    infos = {info.filename.removesuffix(_SUFFIX): info for info in archive.infolist()[:_MOST_ARRAYS]}
    names = [name for name in expected if name in infos] if expected is not None else list(infos)
    if sum(infos[name].file_size for name in names) > most_bytes:
        raise ValueError(f"it holds more than {most_bytes} bytes")
    return {name: _member(archive, infos[name], name, (expected or {}).get(name)) for name in names}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, wanted: Shape | None) -> np.ndarray:
    with archive.open(info) as file:
        shape, dtype, in_columns = _header(file)
        if wanted is not None:
            _check_shape(name, shape, wanted)
        n_bytes = math.prod(shape) * dtype.itemsize
        if n_bytes != info.file_size - file.tell():
            raise ValueError(f"{name} has not the size that its header tells")
        values = np.frombuffer(file.read(), dtype)
    return values.reshape(shape, order="F" if in_columns else "C").copy()


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype, bool]:
    version = npy.read_magic(file)
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, in_columns, dtype = read_header(file, max_header_size=_MOST_HEADER_BYTES)
    if dtype.hasobject or not dtype.itemsize or min(shape, default=0) < 0:
        raise ValueError("it holds no plain numbers")
    return shape, dtype, in_columns


def _check_shape(name: str, found: tuple[int, ...], wanted: Shape) -> None:
    if len(found) != len(wanted) or any(w not in (None, f) for f, w in zip(found, wanted, strict=True)):
        raise WrongShape(name, found, wanted)


class WrongShape(ValueError):
    """An array without the expected shape."""

    def __init__(self, name: str, found: tuple[int, ...], wanted: Shape):
        super().__init__(f"{name} should have the shape {wanted}, not {found}")
        self.name, self.found, self.wanted = name, found, wanted
