"""Stable provisional text: words on which consecutive readings agree stay until their stretch is final."""

from collections import deque
from collections.abc import Sequence

from engine.decode.greedy import TimedWord

_READINGS = 5  # consecutive ones that agree on a word; of words settled after four, one in twenty changed
_BEHIND_S = 0.6  # between a word's end and the last sound, because later sound matters too


class Settling:
    """The consecutive readings of one growing stretch."""

    def __init__(self, step_s: float):
        """step_s: of the network, in seconds."""
        self._behind = round(_BEHIND_S / step_s)
        self._readings: deque[Sequence[TimedWord]] = deque(maxlen=_READINGS - 1)
        self._settled: list[TimedWord] = []

    def read(self, words: Sequence[TimedWord], n_steps: int) -> tuple[list[TimedWord], int]:
        """A reading of the stretch's n_steps so far -> the words to show, and how many of them are settled."""
        last_settled_step = self._settled[-1].last_step if self._settled else -1
        unsettled = [word for word in words if _middle(word) > last_settled_step]
        n_new = 0
        for word in unsettled:
            if word.last_step + self._behind > n_steps or not self._agree(word):
                break
            n_new += 1
        self._settled += unsettled[:n_new]
        self._readings.append(words)
        return [*self._settled, *unsettled[n_new:]], len(self._settled)

    def _agree(self, word: TimedWord) -> bool:
        """Whether the previous readings had the word in the same place."""
        return len(self._readings) == self._readings.maxlen and all(
            any(other.text == word.text and other.first_step <= _middle(word) <= other.last_step for other in reading)
            for reading in self._readings
        )


def _middle(word: TimedWord) -> int:
    return (word.first_step + word.last_step) // 2
