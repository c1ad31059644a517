"""A word as rows of the model's two tables: the whole word twice, and its beginnings and ends.

Hashing keeps the model free of a word list (Weinberger et al. 2009). Two rows a word make it unlikely that two
frequent words share both (Svenstrup et al. 2017). For unknown words, such as a new name, the rows of the ending
help.
"""

from zlib import crc32

import numpy as np

from engine.text_marks import fold_yo

WORD_ROWS, PART_ROWS = 1 << 16, 1 << 15
N_WORD, N_PARTS = 2, 7
_SUFFIXES, _PREFIXES = (1, 2, 3, 4, 5), (2, 4)


def word_features(words: list[str]) -> np.ndarray:
    """Lower-case words as int32 (n_words, N_WORD + N_PARTS): rows of the words' table, then rows of the parts'."""
    rows = [_rows(fold_yo(word)) for word in words]
    return np.array(rows, np.int32).reshape(len(words), N_WORD + N_PARTS)


def _rows(word: str) -> list[int]:
    whole = [_hash(f"{i}{word}") % WORD_ROWS for i in range(N_WORD)]
    padded = f"<{word}>"
    parts = [f"{n}{padded[-n - 1 :]}" for n in _SUFFIXES] + [f"{padded[: n + 1]}{n}" for n in _PREFIXES]
    return whole + [_hash(part) % PART_ROWS for part in parts]


def _hash(text: str) -> int:
    return crc32(text.encode())
