"""Words with times -> subtitles by the usual rules.

Two lines of 42 characters, seven seconds, about 17 letters a second if the pauses allow it, nothing shown during
silence, and no two at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from engine.events import Segment, Word
from engine.text_marks import words_of

MAX_LINE = 42
MAX_CUE_MS = 7_000
LINGER_MS = 500
LONGEST_LINGER_MS = 1_000  # for slow readers; longer would show text in silence
READING_LETTERS_PER_S = 17
LONGEST_PAUSE_S = 1.0
_IMBALANCE_COST_S = 2.0  # so that no pause within a cue outweighs very uneven halves
_SENTENCE_END, _SENTENCE_END_S = tuple(".!?…"), 0.6  # counts as much as a pause of that length
_CLAUSE_END, _CLAUSE_END_S = tuple(",;:—–"), 0.3
_UNEVEN_LETTERS_PER_S = 50  # how much longer one line may be than the other, to end with a sentence or clause


@dataclass(frozen=True)
class Cue:
    """One or two lines of a subtitle and when they are shown, in milliseconds."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]

    @property
    def reading_ms(self) -> int:
        """The time that a person needs to read it."""
        return _reading_ms(self.lines)


def cues(segments: Iterable[Segment]) -> list[Cue]:
    """Subtitles that never overlap or go backwards, whatever the times of the words.

    A cue has at most 2 lines of 42 characters and 7 s, and no pause of more than 1 s. It ends half a second after
    its last word, up to a second if more time is needed to read it, or earlier if the next one starts.
    """
    groups = [
        group
        for segment in segments
        for stretch in _between_pauses(_printable(segment.words))
        for group in _split(stretch)
    ]
    result, earliest_ms = [], 0
    for group, following in zip_longest(groups, groups[1:]):
        start_ms = max(_ms(group[0].start_s), earliest_ms)
        lines, spoken_ms = _lines(group), _ms(group[-1].end_s)
        read_ms = min(start_ms + _reading_ms(lines), spoken_ms + LONGEST_LINGER_MS)
        end_ms = min(max(spoken_ms + LINGER_MS, read_ms), start_ms + MAX_CUE_MS)
        if following is not None:
            end_ms = min(end_ms, _ms(following[0].start_s))
        earliest_ms = max(end_ms, start_ms + 1)
        result.append(Cue(start_ms, earliest_ms, lines))
    return result


def _printable(words: Iterable[Word]) -> list[Word]:
    """Words without blanks inside; words longer than a line are split into pieces that share their time."""
    pieces = []
    for word in words:
        for text in words_of(word.text):
            n_pieces = -(-len(text) // MAX_LINE)
            piece_s = (word.end_s - word.start_s) / n_pieces
            for i in range(n_pieces):
                start_s = word.start_s + i * piece_s
                part = text[i * MAX_LINE : (i + 1) * MAX_LINE]
                pieces.append(Word(part, start_s, start_s + piece_s, word.confidence))
    return pieces


def _between_pauses(words: Sequence[Word]) -> list[Sequence[Word]]:
    breaks = [
        i for i, (first, second) in enumerate(pairwise(words), 1) if second.start_s - first.end_s > LONGEST_PAUSE_S
    ]
    return [words[a:b] for a, b in pairwise([0, *breaks, len(words)]) if a < b]


def _split(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Halves at a pause near the middle, until each part fits into a cue."""
    duration_ms = _ms(words[-1].end_s) - _ms(words[0].start_s)
    if len(words) == 1 or (duration_ms <= MAX_CUE_MS and _lines(words)):
        return [words]
    n_letters = sum(len(word.text) for word in words)
    best, best_cost, n_before = 1, float("inf"), 0
    for i, (first, second) in enumerate(pairwise(words), 1):
        n_before += len(first.text)
        pause_s = min(max(second.start_s - first.end_s, _pause_after(first.text)), LONGEST_PAUSE_S)
        cost = _IMBALANCE_COST_S * abs(2 * n_before - n_letters) / n_letters - pause_s
        if cost < best_cost:
            best, best_cost = i, cost
    return _split(words[:best]) + _split(words[best:])


def _pause_after(text: str) -> float:
    """The pause in seconds that its last mark is worth."""
    text = text.rstrip("»")
    if text.endswith(_SENTENCE_END):
        return _SENTENCE_END_S
    return _CLAUSE_END_S if text.endswith(_CLAUSE_END) else 0.0


def _lines(words: Sequence[Word]) -> tuple[str, ...]:
    """One line, or two of about the same length, the first to the end of a sentence or clause if one is near;
    empty if the words do not fit."""
    text = " ".join(word.text for word in words)
    if len(text) <= MAX_LINE:
        return (text,)
    if len(text) > 2 * MAX_LINE + 1:
        return ()
    blanks = [i for i, letter in enumerate(text) if letter == " " and not text.startswith("—", i + 1)]
    fitting = [i for i in blanks if i <= MAX_LINE and len(text) - i - 1 <= MAX_LINE]
    if not fitting:
        return ()
    middle = min(fitting, key=lambda i: abs(2 * i + 1 - len(text)) - _UNEVEN_LETTERS_PER_S * _pause_after(text[:i]))
    return text[:middle], text[middle + 1 :]


def _reading_ms(lines: Iterable[str]) -> int:
    return -(-1000 * sum(map(len, lines)) // READING_LETTERS_PER_S)


def _ms(time_s: float) -> int:
    return max(0, round(time_s * 1000))
