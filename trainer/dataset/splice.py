"""New sentences from existing voices: recordings are cut at words or syllables and rejoined within one speaker.

A model that is trained on the same few sentences by many people learns them by heart. Rejoined, the same voices say new
text.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.alphabet import SPACE
from trainer.corpus.cache import FeatureCache
from trainer.dataset.align import Alignment
from trainer.dataset.batches import Example, Rows

_VOWELS = set("аеёиоуыэюя")
_NEVER_FIRST = set("йьъ")
_SHORTEST_PIECE = 9  # frames
_LEAST_SCORE = -1.5  # nats per step; below it the recording hardly matches its text


def word_cuts(text: str) -> list[int]:
    """Cuts between words: 0, the first letter of each word, and the length."""
    return [0, *(i + 1 for i, letter in enumerate(text) if letter == SPACE), len(text)]


def syllable_cuts(text: str) -> list[int]:
    """Word cuts, and inside words the consonant before each vowel but the first (open syllables)."""
    cuts = set(word_cuts(text))
    seen_vowel = False
    for i, letter in enumerate(text):
        if letter == SPACE:
            seen_vowel = False
        elif letter in _VOWELS:
            before = text[i - 1] if i else SPACE
            if seen_vowel and before not in _VOWELS | _NEVER_FIRST:
                cuts.add(i - 1)
            seen_vowel = True
    return sorted(cuts)


class Piece:
    """A stretch of one recording and its letters."""

    __slots__ = ("cache", "frames", "opens", "shuts", "start", "text")

    def __init__(self, cache: FeatureCache | Rows, start: int, frames: int, text: str, opens: bool, shuts: bool):
        self.cache, self.start, self.frames, self.text = cache, start, frames, text
        self.opens, self.shuts = opens, shuts  # whether it begins, and ends, at the edge of a word


def _cut_frames(letters: np.ndarray, text: str, cuts: Sequence[int], n_frames: int) -> list[int]:
    """The frame of each cut: midway between the letters around it, the space between words left out."""
    frames = []
    for cut in cuts:
        if cut in (0, len(text)):
            frames.append(0 if cut == 0 else n_frames)
            continue
        before = cut - 2 if text[cut - 1] == SPACE else cut - 1
        frames.append(int(letters[before] + letters[cut]) // 2 + 1)
    return frames


def pieces(
    example: Example, letters: np.ndarray, at_syllables: bool, n_most: int, rng: np.random.Generator
) -> list[Piece]:
    """Cuts a whole recording into runs of one to n_most words or syllables; too short a run joins the next."""
    ((cache, start, n_frames),) = example.pieces
    text = example.text
    cuts = syllable_cuts(text) if at_syllables else word_cuts(text)
    frames = _cut_frames(letters, text, cuts, n_frames)
    result, left = [], 0
    while left < len(cuts) - 1:
        right = min(len(cuts) - 1, left + int(rng.integers(1, n_most + 1)))
        while right < len(cuts) - 1 and frames[right] - frames[left] < _SHORTEST_PIECE:
            right += 1
        first, last = cuts[left], cuts[right]
        piece_text = text[first:last].strip()
        opens = first == 0 or text[first - 1] == SPACE
        shuts = last == len(text) or text[last - 1] == SPACE
        result.append(Piece(cache, start + frames[left], frames[right] - frames[left], piece_text, opens, shuts))
        left = right
    return [piece for piece in result if piece.text and piece.frames > 0]


def join(parts: Sequence[Piece], name: str, speaker: str) -> Example:
    """Pieces one after another, a space where either side is the edge of a word."""
    text = parts[0].text
    for piece, next_piece in pairwise(parts):
        text += (SPACE if piece.shuts or next_piece.opens else "") + next_piece.text
    return Example(name, text, speaker, tuple((p.cache, p.start, p.frames) for p in parts))


def spliced(
    examples: Sequence[Example],
    alignment: Alignment,
    share: float,
    syllables: float,
    rng: np.random.Generator,
) -> list[Example]:
    """Replaces a share of each speaker's examples by as much spliced audio.

    syllables: share of the cut recordings that are cut at syllables, the rest at words. Examples without an
    alignment, or with a poor one, stay as they are.
    """
    result: list[Example] = []
    pools: dict[str, list[Piece]] = defaultdict(list)
    for example in examples:
        usable = len(example.pieces) == 1 and alignment.score.get(example.id, -np.inf) > _LEAST_SCORE
        if not usable or rng.random() >= share:
            result.append(example)
            continue
        at_syllables = bool(rng.random() < syllables)
        n_most = 6 if at_syllables else 3
        pools[example.speaker] += pieces(example, alignment.frames[example.id], at_syllables, n_most, rng)
    for speaker, pool in pools.items():
        result += _rejoined(speaker, pool, rng)
    return result


def _rejoined(speaker: str, pool: list[Piece], rng: np.random.Generator) -> list[Example]:
    groups: list[list[Piece]] = []
    parts: list[Piece] = []
    room = 0
    for i in rng.permutation(len(pool)):
        if not parts:
            room = int(rng.integers(200, 900))
        parts.append(pool[i])
        room -= pool[i].frames
        if room <= 0:
            groups.append(parts)
            parts = []
    if parts:
        groups.append(parts)
    return [join(group, f"spliced:{speaker}:{n}", speaker) for n, group in enumerate(groups)]
