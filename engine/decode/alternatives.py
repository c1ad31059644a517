"""What else a doubtful word could be: other readings of the same stretch of speech, the likeliest first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.decode.greedy import TimedWord

DOUBTFUL_BELOW = 0.75  # confidence; of strangers' words above it nine in ten are right
MOST = 5
_ENDLESS = 1 << 31  # steps


def window(words: Sequence[TimedWord], index: int, n_steps: int) -> tuple[int, int]:
    """First step, and the one behind the last, that belong to no other word."""
    first = words[index - 1].last_step + 1 if index else 0
    end = words[index + 1].first_step if index + 1 < len(words) else n_steps
    return first, max(end, words[index].last_step + 1)


def with_readings(words: Sequence[TimedWord], readings: Iterable[Sequence[TimedWord]]) -> list[TimedWord]:
    """The words with what other readings of the same log-probabilities, the likeliest first, have in their places.

    Only the doubtful ones: of the others nobody asks. What they had already stays before it.
    """
    found = list(words)
    for reading in readings:
        for index, word in enumerate(words):
            if word.confidence < DOUBTFUL_BELOW:
                found[index] = with_alternatives(found[index], [_in_place_of(words, index, reading)])
    return found


def with_alternatives(word: TimedWord, texts: Iterable[str]) -> TimedWord:
    """The same, with some of them added behind those that it has."""
    known = [*word.alternatives]
    for text in texts:
        if text and text != word.text and text not in known and len(known) < MOST:
            known.append(text)
    return replace(word, alternatives=tuple(known))


def with_heard(word: TimedWord, heard: str) -> TimedWord:
    """The same, with what was heard letter by letter among them, the last: a name is in no lexicon."""
    if not heard or heard in (word.text, *word.alternatives):
        return word
    return with_alternatives(replace(word, alternatives=word.alternatives[: MOST - 1]), [heard])


def _in_place_of(words: Sequence[TimedWord], index: int, reading: Sequence[TimedWord]) -> str:
    """The words of a reading where one of `words` is; nothing where they cover a neighbour's middle."""
    first, end = window(words, index, _ENDLESS)
    here = [other for other in reading if first <= _middle(other) < end]
    if not here:
        return ""
    over_before = index > 0 and here[0].first_step <= _middle(words[index - 1])
    over_after = index + 1 < len(words) and here[-1].last_step >= _middle(words[index + 1])
    return "" if over_before or over_after else " ".join(other.text for other in here)


def _middle(word: TimedWord) -> int:
    return (word.first_step + word.last_step) // 2
