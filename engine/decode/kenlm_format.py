"""The layout of KenLM's binary files, as far as this program writes and reads it: the quantised trie of format 5.

Layout after Heafield, "KenLM: Faster and Smaller Language Model Queries" (2011), and the program's own files. All
numbers are little-endian. The parts, one after another:

    header         magic, sanity values, order, multiplier, kind, whether words follow, version, counts; padded to 8
    vocabulary     uint64 number of words, then their hashes in ascending order; a word's number is its rank, from 1
    bins           8 bytes (version, bits of probability, bits of backoff), then for each length the float32 centres
    unigrams       float32 log10 probability, float32 log10 backoff, uint64 first row in the next level; n + 2 of them
    middle levels  rows of bits: word, backoff's bin, probability's bin, first row in the next level; one row more
    last level     rows of bits: word, probability's bin; one row more

The trie is walked from an n-gram's last word to its first. KenLM believes whatever a file says of its own sizes and
rows, and reads where that leads: `check_ngrams` comes first.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"mmap lm http://kheafield.com/code format version 5\n".ljust(56, b"\0")
SANITY = np.array([0.0, 1.0, -0.5], "<f4").tobytes() + np.array([1, 2**32 - 1, 0], "<u4").tobytes()
SANITY += np.array([1], "<u8").tobytes()
MULTIPLIER = 1.5  # of a hash table that a trie does not have
QUANTISED_TRIE, TRIE_VERSION, BINS_VERSION = 3, 1, 2
UNIGRAM = np.dtype([("probability", "<f4"), ("backoff", "<f4"), ("next", "<u8")])
PADDING = 8  # bytes after each packed level, so that a reader may read eight bytes anywhere
_MOST_ORDER, _MOST_BITS, _MOST_ROWS = 6, 25, 2**32  # of KenLM as it is built, and more than any file has
_ROWS_AT_ONCE = 1 << 19  # a multiple of 8, so that each block begins at a byte
NO_EXTENSION, EXTENSION = 0, 1  # bins of backoff 0: no longer n-gram has this context, or some has


@dataclass(frozen=True)
class Shape:
    """The numbers that determine the sizes of all parts. counts: n-grams of each length."""

    counts: tuple[int, ...]
    probability_bits: int
    backoff_bits: int

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.counts)

    @property
    def word_bits(self) -> int:
        """Bits that hold the number of a word."""
        return int(self.counts[0]).bit_length()

    def next_bits(self, k: int) -> int:
        """Bits of a middle row's pointer; k: the row's length less one."""
        return int(self.counts[k + 1]).bit_length()

    def widths(self, k: int) -> list[int]:
        """Bits of the columns of n-grams of k + 1 words."""
        if k + 1 == self.order:
            return [self.word_bits, self.probability_bits]
        return [self.word_bits, self.backoff_bits, self.probability_bits, self.next_bits(k)]

    def level_bytes(self, k: int) -> int:
        """Size of the bit-packed table of n-grams of length k + 1."""
        return ((1 + self.counts[k]) * sum(self.widths(k)) + 7) // 8 + PADDING

    @property
    def header_bytes(self) -> int:
        """Size of the header, padded to eight bytes."""
        return -(-(len(MAGIC) + len(SANITY) + 20 + 8 * self.order) // 8) * 8

    @property
    def vocabulary_bytes(self) -> int:
        """Size of the sorted hashes of the words."""
        return 8 + 8 * self.counts[0]

    @property
    def bins_bytes(self) -> int:
        """Size of the tables of quantised probabilities and backoffs."""
        one = 4 * 2**self.probability_bits
        return 8 + (self.order - 2) * (one + 4 * 2**self.backoff_bits) + one

    @property
    def unigrams_at(self) -> int:
        """Where the unigrams begin."""
        return self.header_bytes + self.vocabulary_bytes + self.bins_bytes

    @property
    def total_bytes(self) -> int:
        """Size of the whole file before the words' texts."""
        levels = sum(self.level_bytes(k) for k in range(1, self.order))
        return self.unigrams_at + (self.counts[0] + 2) * UNIGRAM.itemsize + levels


def read_shape(content: bytes | memoryview) -> Shape:
    """The sizes in a file's header, checked against its length. Raises ValueError for another kind of file."""
    start = len(MAGIC) + len(SANITY)
    try:
        order, _, kind, _, version = struct.unpack_from("<B3xfi?3xI", content, start)
        counts = struct.unpack_from(f"<{order}Q", content, start + 20)
        if not 2 <= order <= _MOST_ORDER or not counts[0] or max(counts) >= _MOST_ROWS:
            raise ValueError("its counts cannot be")
        shape = Shape(counts, 1, 1)
        bins_at = shape.header_bytes + shape.vocabulary_bytes
        bins_version, *bits = struct.unpack_from("<BBB", content, bins_at)
        (n_words,) = struct.unpack_from("<Q", content, shape.header_bytes)
    except struct.error as error:
        raise ValueError("the file is too short") from error
    kinds = kind, version, bins_version
    if bytes(content[:start]) != MAGIC + SANITY or kinds != (QUANTISED_TRIE, TRIE_VERSION, BINS_VERSION):
        raise ValueError("the file is no quantised trie of KenLM")
    if not all(1 <= n <= _MOST_BITS for n in bits) or n_words != counts[0] - 1:
        raise ValueError("its bins or its words cannot be")
    shape = Shape(counts, *bits)
    if len(content) < shape.total_bytes:
        raise ValueError("the file is too short")
    return shape


def check_ngrams(path: Path) -> None:
    """Raises OSError, or ValueError for a file in which KenLM would read beyond the end."""
    content = np.memmap(path, np.uint8, "r")
    shape = read_shape(content.data)
    offset = shape.unigrams_at
    unigrams = np.frombuffer(content, UNIGRAM, shape.counts[0] + 1, offset)
    _check_rows([unigrams["next"]], shape.counts[1])
    offset += (shape.counts[0] + 2) * UNIGRAM.itemsize
    for k in range(1, shape.order - 1):
        _check_rows(_next_rows(content[offset : offset + shape.level_bytes(k)], shape, k), shape.counts[k + 1])
        offset += shape.level_bytes(k)


def _next_rows(level: np.ndarray, shape: Shape, k: int) -> Iterator[np.ndarray]:
    """First rows in the next level, uint64 (n,), block by block, of n-grams of k + 1 words."""
    widths, n_rows = shape.widths(k), shape.counts[k] + 1
    width, own = sum(widths), widths[-1]
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        rows = np.empty(min(_ROWS_AT_ONCE, n_rows - start), np.uint64)
        for i in range(min(8, len(rows))):  # each eighth row begins at the same bit of its byte
            byte, bit = divmod((start + i) * width + width - own, 8)
            eighth = rows[i::8]
            words = np.ndarray(len(eighth), "<u8", level, byte, (width,))
            eighth[:] = words >> np.uint64(bit) & np.uint64(2**own - 1)
        yield rows


def _check_rows(blocks: Iterator[np.ndarray] | list[np.ndarray], n_rows: int) -> None:
    """Raises ValueError unless the numbers never decrease and none exceeds n_rows."""
    previous = 0
    for rows in blocks:
        if rows[0] < previous or np.any(rows[1:] < rows[:-1]) or rows[-1] > n_rows:
            raise ValueError("its rows lead out of the file")
        previous = rows[-1]
