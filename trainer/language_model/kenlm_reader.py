"""Writes and reads backoff models as memory-mapped KenLM files. The layout is in `engine.decode.kenlm_format`."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.decode.kenlm_format import (
    BINS_VERSION,
    EXTENSION,
    MAGIC,
    MULTIPLIER,
    NO_EXTENSION,
    QUANTISED_TRIE,
    SANITY,
    TRIE_VERSION,
    UNIGRAM,
    Shape,
    read_shape,
)
from engine.system.atomic_files import atomic_path
from trainer.language_model.backoff import Backoff
from trainer.language_model.ngrams import BEGIN, Level, find, unigrams

NEVER = -99.0  # log10 probability of words that cannot follow anything
_MULTIPLY, _SHIFT = np.uint64(0xC6A4A7935BD1E995), np.uint64(47)


def murmur(texts: Sequence[bytes]) -> np.ndarray:
    """MurmurHash64A (Appleby, public domain) of each text with seed 0, as KenLM hashes words; uint64 (n,)."""
    lengths = np.array([len(text) for text in texts])
    result = np.zeros(len(texts), np.uint64)
    for n in np.unique(lengths):
        indices = np.flatnonzero(lengths == n)
        padded = -(-max(int(n), 1) // 8) * 8
        blob = b"".join(texts[i].ljust(padded, b"\0") for i in indices.tolist())
        blocks = np.frombuffer(blob, "<u8").reshape(len(indices), -1)
        result[indices] = _murmur_of(blocks, int(n))
    return result


def _murmur_of(blocks: np.ndarray, n_bytes: int) -> np.ndarray:
    """blocks: uint64 (n_texts, n_blocks), the last one padded with zeros."""
    state = np.full(len(blocks), np.uint64(n_bytes * int(_MULTIPLY) % 2**64))
    for i in range(n_bytes // 8):
        mixed = blocks[:, i] * _MULTIPLY
        mixed = (mixed ^ (mixed >> _SHIFT)) * _MULTIPLY
        state = (state ^ mixed) * _MULTIPLY
    if n_bytes % 8:
        state = (state ^ blocks[:, n_bytes // 8]) * _MULTIPLY
    state = (state ^ (state >> _SHIFT)) * _MULTIPLY
    return state ^ (state >> _SHIFT)


def packed(columns: Sequence[tuple[np.ndarray, int]], n_rows: int) -> bytes:
    """Rows of bits, the first column in the lowest bits. columns: (values, bits) with bits at most 57 in all."""
    width = sum(bits for _, bits in columns)
    rows, shift = np.zeros(n_rows, np.uint64), 0
    for values, bits in columns:
        rows |= np.asarray(values).astype(np.uint64) << np.uint64(shift)
        shift += bits
    parts, step = [], 1 << 16  # a multiple of 8 rows ends at a byte
    for start in range(0, n_rows, step):
        chunk = rows[start : start + step].astype("<u8").view(np.uint8).reshape(-1, 8)
        chunk_bits = np.unpackbits(chunk, axis=1, bitorder="little")[:, :width]
        parts.append(np.packbits(chunk_bits.ravel(), bitorder="little").tobytes())
    return b"".join(parts)


def unpacked(blob: bytes, widths: Sequence[int], n_rows: int) -> list[np.ndarray]:
    """The columns of `packed`, int64 (n_rows,) each."""
    width = sum(widths)
    columns: list[list[np.ndarray]] = [[] for _ in widths]
    step = 1 << 16
    for start in range(0, n_rows, step):
        n = min(step, n_rows - start)
        first, last = start * width // 8, (start + n) * width
        bits = np.unpackbits(np.frombuffer(blob, np.uint8)[first : -(-last // 8)], bitorder="little")[: n * width]
        rows = np.zeros((n, 64), np.uint8)
        rows[:, :width] = bits.reshape(n, width)
        values = np.packbits(rows, axis=1, bitorder="little").view("<u8").ravel()
        shift = 0
        for column, n_bits in zip(columns, widths, strict=True):
            column.append(((values >> np.uint64(shift)) & np.uint64(2**n_bits - 1)).astype(np.int64))
            shift += n_bits
    return [np.concatenate(column) if column else np.zeros(0, np.int64) for column in columns]


def bins(values: np.ndarray, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres float32 (n_bins,) of bins that hold equally many values, and each value's bin (Federico 2006)."""
    values = np.asarray(values, np.float64)
    if not len(values):
        return np.zeros(n_bins, np.float32), np.zeros(0, np.int64)
    order = np.argsort(values, kind="stable")
    bin_of = np.empty(len(values), np.int64)
    bin_of[order] = np.arange(len(values)) * n_bins // len(values)
    sums, members = np.bincount(bin_of, values, n_bins), np.bincount(bin_of, minlength=n_bins)
    centres = np.where(members > 0, sums / np.maximum(members, 1), values.max())
    return centres.astype(np.float32), bin_of


def write_kenlm(path: Path, model: Backoff, probability_bits: int = 8, backoff_bits: int = 8) -> Shape:
    """Writes a model of order 2 or more atomically. Raises StorageError.

    Every n-gram's context and suffix must be in the model, as they are in those that
    `trainer.language_model.backoff` makes.
    """
    shape = Shape(tuple(model.sizes()), probability_bits, backoff_bits)
    hashes = murmur([word.encode() for word in model.words])
    number = np.zeros(len(hashes), np.int64)
    by_hash = np.argsort(hashes[1:], kind="stable") + 1
    number[by_hash] = np.arange(1, len(hashes))  # <unk> has number 0 and no hash

    tables, rows = [], []
    place, first = number, number
    for level in model.levels[1:]:
        parent, below = place[level.suffix], place
        first = first[level.context]
        order = np.lexsort((first, parent))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        starts = np.r_[0, np.cumsum(np.bincount(parent, minlength=len(below)))]
        rows.append(starts)
        tables.append((order, first[order]))
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(_header(shape))
        file.write(struct.pack("<Q", len(hashes) - 1) + hashes[by_hash].astype("<u8").tobytes() + bytes(8))
        bin_blob, binned = _quantised(model, shape)
        file.write(bin_blob)
        file.write(_unigrams(model, number, rows[0]))
        for k, (order, word) in enumerate(tables, start=1):
            file.write(_level(shape, k, word, [column[order] for column in binned[k - 1]], rows[k:]))
    return shape


def _header(shape: Shape) -> bytes:
    fixed = struct.pack("<B3xfi?3xI", shape.order, MULTIPLIER, QUANTISED_TRIE, False, TRIE_VERSION)
    fixed += struct.pack(f"<{shape.order}Q", *shape.counts)
    return (MAGIC + SANITY + fixed).ljust(shape.header_bytes, b"\0")


def _is_context(model: Backoff, k: int) -> np.ndarray:
    return np.bincount(model.levels[k + 1].context, minlength=len(model.levels[k])) > 0


def _log10(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(values), NEVER)


def _quantised(model: Backoff, shape: Shape) -> tuple[bytes, list[list[np.ndarray]]]:
    """The table of bins, and for each level from bigrams on the bins of its rows: backoff (if any), probability."""
    blob = struct.pack("<BBB5x", BINS_VERSION, shape.probability_bits, shape.backoff_bits)
    result = []
    for k in range(1, model.order):
        centres, probability = bins(_log10(model.probabilities[k]), 2**shape.probability_bits)
        blob += centres.astype("<f4").tobytes()
        columns = [probability]
        if k + 1 < model.order:
            extends = _is_context(model, k)
            value = _log10(model.backoffs[k])
            has_backoff = extends & (value != 0)
            bin_centres, bin_of = bins(value[has_backoff], 2**shape.backoff_bits - 2)
            backoff = np.where(extends, EXTENSION, NO_EXTENSION)
            backoff[has_backoff] = bin_of + 2
            blob += np.array([-0.0, 0.0], "<f4").tobytes() + bin_centres.astype("<f4").tobytes()
            columns.insert(0, backoff)
        result.append(columns)
    return blob, result


def _unigrams(model: Backoff, number: np.ndarray, starts: np.ndarray) -> bytes:
    table = np.zeros(len(number) + 2, UNIGRAM)
    table["probability"][number] = _log10(model.probabilities[0])
    table["backoff"][number] = np.where(_is_context(model, 0), _log10(model.backoffs[0]) + 0.0, -0.0)
    table["next"][: len(starts)] = starts
    return table.tobytes()


def _level(shape: Shape, k: int, word: np.ndarray, columns: list[np.ndarray], above: list[np.ndarray]) -> bytes:
    """One packed level with its closing row; above: the start of each row's children, if there are any."""
    packing = [(np.append(word, 0), shape.word_bits)]
    if k + 1 < shape.order:
        packing.append((np.append(columns[0], 0), shape.backoff_bits))
    packing.append((np.append(columns[-1], 0), shape.probability_bits))
    if k + 1 < shape.order:
        packing.append((above[0], shape.next_bits(k)))
    return packed(packing, len(word) + 1).ljust(shape.level_bytes(k), b"\0")


def read_kenlm(path: Path, words: list[str]) -> Backoff:
    """Reads a file of `write_kenlm`, with quantised values and without the mass of contexts.

    words: of the model, in any order after the special ones. Raises OSError, or ValueError for another
    kind of file.
    """
    blob = Path(path).read_bytes()
    shape = read_shape(blob)
    if len(words) != shape.counts[0]:
        raise ValueError(f"{path} has {shape.counts[0]} words, not {len(words)}")
    hashes = murmur([word.encode() for word in words])
    of_number = np.r_[0, np.argsort(hashes[1:], kind="stable") + 1]  # KenLM's number -> ours
    offset = shape.unigrams_at
    table = np.frombuffer(blob, UNIGRAM, shape.counts[0] + 1, offset)
    first = np.empty(len(words), np.int64)
    first[of_number] = np.arange(len(words))
    levels = [unigrams(len(words))]
    probabilities = [10 ** table["probability"][first].astype(float)]
    probabilities[0][BEGIN] = 0.0
    backoffs = [10 ** table["backoff"][first].astype(float)]
    offset += (shape.counts[0] + 2) * UNIGRAM.itemsize
    trie = _Trie(levels, of_number, table["next"].astype(np.int64))
    centres = _centres(blob, shape)
    for k in range(1, shape.order):
        columns = unpacked(blob[offset : offset + shape.level_bytes(k)], shape.widths(k), shape.counts[k] + 1)
        order = trie.add(of_number[columns[0][:-1]], columns[-1] if k + 1 < shape.order else None)
        probabilities.append(10 ** centres[k][-1][columns[2 if k + 1 < shape.order else 1][:-1]][order])
        if k + 1 < shape.order:
            backoffs.append(10 ** centres[k][0][columns[1][:-1]][order])
        offset += shape.level_bytes(k)
    return Backoff(words, levels, probabilities, backoffs, [np.zeros(len(level)) for level in levels[:-1]])


class _Trie:
    """Converts KenLM's levels, whose rows are children of their suffixes, into ours, children of their contexts."""

    def __init__(self, levels: list[Level], of_number: np.ndarray, starts: np.ndarray):
        self._levels, self._starts = levels, starts
        self._rows = of_number  # our row for each KenLM row of the previous level
        self._first = np.zeros(0, np.int64)  # first word of each row, of all but single words

    def add(self, first: np.ndarray, starts: np.ndarray | None) -> np.ndarray:
        """first: our number of each row's first word, in KenLM's order. Returns KenLM's row of each of ours."""
        n_words, below = len(self._levels[0]), self._levels[-1]
        suffix = np.repeat(self._rows, np.diff(self._starts))
        if len(self._levels) == 1:
            context = first
        else:  # the context has the suffix's context as its own suffix, and our first word
            own_keys = below.suffix * n_words + self._first
            sorted_rows = np.argsort(own_keys, kind="stable")
            context = sorted_rows[find(own_keys[sorted_rows], below.context[suffix] * n_words + first)]
        word = below.word[suffix]
        order = np.lexsort((word, context))
        self._levels.append(Level(context[order], word[order], suffix[order]))
        self._first = first[order]
        self._rows = np.empty(len(order), np.int64)
        self._rows[order] = np.arange(len(order))
        if starts is not None:
            self._starts = starts
        return order


def _centres(blob: bytes, shape: Shape) -> list[list[np.ndarray]]:
    """For each level from bigrams on (index 1) the bins of backoff, if any, and of probability."""
    offset = shape.header_bytes + shape.vocabulary_bytes + 8
    result: list[list[np.ndarray]] = [[]]
    for k in range(1, shape.order):
        sizes = [2**shape.probability_bits, 2**shape.backoff_bits][: 2 if k + 1 < shape.order else 1]
        tables: list[np.ndarray] = []
        for size in sizes:
            tables.insert(0, np.frombuffer(blob, "<f4", size, offset).astype(float))
            offset += 4 * size
        result.append(tables)
    return result
