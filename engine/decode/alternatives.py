"""Alternatives for doubtful words: other readings of the same stretch of speech, the likeliest first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.decode.greedy import TimedWord

DOUBTFUL_BELOW = 0.75  # confidence; nine in ten words above it are right, for other people's recordings
MOST = 5
_ENDLESS = 1 << 31  # steps


def window(words: Sequence[TimedWord], index: int, n_steps: int) -> tuple[int, int]:
    """First step, and the one after the last, that belong to no other word."""
    first = words[index - 1].last_step + 1 if index else 0
    end = words[index + 1].first_step if index + 1 < len(words) else n_steps
    return first, max(end, words[index].last_step + 1)


def with_readings(words: Sequence[TimedWord], readings: Iterable[Sequence[TimedWord]]) -> list[TimedWord]:
    """The words with alternatives from other readings of the same log-probabilities, the likeliest first.

    Only doubtful words get them, after those that they already have.
    """
    result = list(words)
    for reading in readings:
        for index, word in enumerate(words):
            if word.confidence < DOUBTFUL_BELOW:
                result[index] = with_alternatives(result[index], [_in_place_of(words, index, reading)])
    return result


def with_alternatives(word: TimedWord, texts: Iterable[str]) -> TimedWord:
    """The word with more alternatives after those that it has."""
    alternatives = [*word.alternatives]
    for text in texts:
        if text and text != word.text and text not in alternatives and len(alternatives) < MOST:
            alternatives.append(text)
    return replace(word, alternatives=tuple(alternatives))


def with_heard(word: TimedWord, heard: str) -> TimedWord:
    """The word with its letters from greedy decoding as the last alternative, because a name may be in no lexicon."""
    if not heard or heard in (word.text, *word.alternatives):
        return word
    return with_alternatives(replace(word, alternatives=word.alternatives[: MOST - 1]), [heard])


def _in_place_of(words: Sequence[TimedWord], index: int, reading: Sequence[TimedWord]) -> str:
    """The words of a reading in the place of one of `words`; empty if they cover a neighbour's middle."""
    first, end = window(words, index, _ENDLESS)
    words_there = [other for other in reading if first <= _middle(other) < end]
    if not words_there:
        return ""
    over_before = index > 0 and words_there[0].first_step <= _middle(words[index - 1])
    over_after = index + 1 < len(words) and words_there[-1].last_step >= _middle(words[index + 1])
    return "" if over_before or over_after else " ".join(other.text for other in words_there)


def _middle(word: TimedWord) -> int:
    return (word.first_step + word.last_step) // 2
