"""Transcription with a model made by others: the same segments, times and events as with one of ours."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from engine.audio.level import RecordingLevel
from engine.config import HOP_S, SAMPLE_RATE_HZ
from engine.decode.greedy import Decoder, TimedWord
from engine.events import Provisional, Word
from engine.features.front_end import Frames
from engine.foreign.recogniser import AsHeard, ForeignRecogniser
from engine.foreign.sound_stretches import SoundStretch, SoundStretches
from engine.foreign.words import bare, closing_marks
from engine.model.checkpoint import Description
from engine.transcribe.settling import Settling
from engine.transcribe.transcribe import Transcriber

_SHARE_OF_GUESSES = 2.0  # seconds of new sound per second of computing a guess, so that the final text need not wait


class ForeignTranscriber(Transcriber):
    """Not thread-safe. How often provisional text comes depends on the machine's speed."""

    def __init__(
        self,
        model: Description,
        recognise: ForeignRecogniser,
        decoder: Decoder | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        """clock: in seconds."""
        super().__init__(model, recognise)
        self.searches, self.writes_marks = recognise.alphabet is not None, recognise.writes_marks
        if not self.searches:
            self.letters = cast(Decoder, AsHeard())  # this model gives words already
        self.decoder = (decoder if self.searches else None) or self.letters
        self._clock = clock
        self._guessed_to, self._guess_took_s = 0, 0.0

    def warm_up(self) -> None:
        """Recognises a second of silence, so that the first recording need not wait for libraries."""
        self._recognise([np.zeros(SAMPLE_RATE_HZ, np.float32)])

    def _stretches(self) -> SoundStretches:
        self._guessed_to = 0
        return SoundStretches(self._model.features)

    def _provisional(self, frames: Frames, settling: Settling, level: RecordingLevel) -> Iterator[Provisional]:
        """Yields nothing if there is little new sound since the last guess."""
        end = int(frames.index[-1])
        if (end - self._guessed_to) * HOP_S <= self._guess_took_s * _SHARE_OF_GUESSES:
            return
        begun_s = self._clock()
        yield from super()._provisional(frames, settling, level)
        self._guessed_to, self._guess_took_s = end, self._clock() - begun_s

    def _heard(self, stretches: Sequence[Frames], warp: float) -> list[list[np.ndarray]]:
        outputs = self._run([stretch.samples for stretch in stretches if isinstance(stretch, SoundStretch)])
        return [[output] for output in outputs]  # sound is not warped

    def _timed(self, words: list[TimedWord], frames: Frames) -> tuple[Word, ...]:
        timed = super()._timed(words, frames)
        return tuple(map(_written, timed)) if self.writes_marks else timed


def _written(word: Word) -> Word:
    """A word with its mark, as our own punctuation would return it."""
    plain = bare(word.text)
    return replace(word, plain=plain, mark=closing_marks(word.text)) if plain != word.text else word
