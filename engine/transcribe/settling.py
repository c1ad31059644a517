"""Provisional text that does not dance: words on which readings agree stay until their stretch is final."""

from collections import deque
from collections.abc import Sequence

from engine.decode.greedy import TimedWord

_READINGS = 5  # in a row that agree on a word; of words settled after four, one in twenty changed
_BEHIND_S = 0.6  # between a word's end and what was heard last: what comes after it decides too


class Settling:
    """The readings of one stretch that goes on, one after another."""

    def __init__(self, step_s: float):
        """step_s: of the network, in seconds."""
        self._behind = round(_BEHIND_S / step_s)
        self._readings: deque[Sequence[TimedWord]] = deque(maxlen=_READINGS - 1)
        self._settled: list[TimedWord] = []

    def read(self, words: Sequence[TimedWord], n_steps: int) -> tuple[list[TimedWord], int]:
        """A reading of the stretch's n_steps so far -> the words to show, and how many of them are settled."""
        after = self._settled[-1].last_step if self._settled else -1
        coming = [word for word in words if _middle(word) > after]
        n_new = 0
        for word in coming:
            if word.last_step + self._behind > n_steps or not self._agree(word):
                break
            n_new += 1
        self._settled += coming[:n_new]
        self._readings.append(words)
        return [*self._settled, *coming[n_new:]], len(self._settled)

    def _agree(self, word: TimedWord) -> bool:
        """Whether the readings before had it in its place."""
        return len(self._readings) == self._readings.maxlen and all(
            any(other.text == word.text and other.first_step <= _middle(word) <= other.last_step for other in reading)
            for reading in self._readings
        )


def _middle(word: TimedWord) -> int:
    return (word.first_step + word.last_step) // 2
