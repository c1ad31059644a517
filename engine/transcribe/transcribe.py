"""The one place that composes the stages: audio -> features -> log-probabilities -> words."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio.file import AudioFile, FollowedRecording, open_audio
from engine.audio.level import Level, RecordingLevel
from engine.config import HOP_S, SAMPLE_RATE_HZ
from engine.decode.alternatives import with_readings
from engine.decode.greedy import Decoder, GreedyDecoder, TimedWord
from engine.errors import EngineError, unexpected
from engine.events import Event, Final, Finished, Progress, Provisional, Segment, Started, Word
from engine.features.front_end import Frames, FrontEnd
from engine.features.network_input import hearings, network_input
from engine.features.stretches import Stretches
from engine.model.checkpoint import Description
from engine.model.recogniser import load_recogniser, mean_of
from engine.transcribe.settling import Settling

_FILE_BLOCK_S = 20.0  # the stretches that end in one block are recognised together
_LIVE_BLOCK_S = 0.5
_LETTER_S = 0.06  # a CTC label marks a letter's onset; this much is taken to belong to it
_FEWEST_FRAMES = 12  # fewer are a click
_FEWEST_LETTERS_A_SECOND, _SURER_WHERE_SPARSE = 1.5, 1.3  # a few letters in many seconds are more likely music
_LOOKED_BACK = 3  # previous segments whose words are context for the next
_SURE = 0.5  # for poor sound: least confidence in the letters times the square root of that in the words


class Transcriber:
    """A loaded model that turns recordings into events. Not thread-safe.

    searches: whether a decoder with a language model can be used. writes_marks: the model punctuates by itself.
    """

    searches = True
    writes_marks = False

    def __init__(self, model: Description, recognise: Callable[..., list[Any]], decoder: Decoder | None = None):
        """decoder: makes the final text, and may be replaced at any time; None: `letters`, greedy decoding."""
        self._model, self._recognise = model, recognise
        self.letters: Decoder = GreedyDecoder(model.alphabet)
        self.decoder: Decoder = decoder or self.letters

    @classmethod
    def load(cls, folder: Path, decoder: Decoder | None = None) -> "Transcriber":
        """Raises CheckpointError."""
        return cls(*load_recogniser(folder), decoder)

    def warm_up(self) -> None:
        """Recognises a second of silence, so that the first recording need not wait for libraries."""
        FrontEnd(self._model.features).push(np.zeros(SAMPLE_RATE_HZ, np.float32))
        silence = np.zeros((100, self._model.features.width), np.float32)
        self._recognise([network_input(silence, self._model.model)])

    def transcribe(self, path: Path, from_s: float = 0.0, track: int | None = None) -> Generator[Event, None, None]:
        """A whole file: Started, then Final and Progress, then Finished. Raises AudioError.

        from_s: start there, in a pause; the sound before was transcribed already. track: audio track, from 1; None for
        the default one.
        """
        with open_audio(path, track=track) as audio:
            yield Started(str(path), audio.duration_s)
            blocks = audio.blocks(_FILE_BLOCK_S)
            following = after(blocks, round(from_s * SAMPLE_RATE_HZ)) if from_s else blocks
            for event in self._events(audio, following, live=False):
                yield moved(event, from_s) if from_s else event

    def follow(self, path: Path, ended: Callable[[], bool]) -> Generator[Event, None, None]:
        """A recording that is still being written; Provisional comes with every block, about twice a second."""
        yield Started(str(path), None)
        with FollowedRecording(path, ended=ended) as audio:
            yield from self._events(audio, audio.blocks(_LIVE_BLOCK_S), live=True)

    def _events(
        self, audio: AudioFile | FollowedRecording, blocks: Iterator[np.ndarray], live: bool
    ) -> Iterator[Event]:
        stretches, level = self._stretches(), RecordingLevel()
        segments: list[Segment] = []
        n_samples_done, open_from, settling = 0, -1, self._settling()
        for block in blocks:
            n_samples_done += len(block)
            level.push(block)
            yield from self._final(stretches.push(block), segments, level)
            open_frames = stretches.open if live else None
            if open_frames is not None and len(open_frames):
                if open_frames.index[0] != open_from:
                    open_from, settling = open_frames.index[0], self._settling()
                yield from self._provisional(open_frames, settling, level)
            yield Progress(n_samples_done / SAMPLE_RATE_HZ, audio.duration_s)
        yield from self._final(stretches.flush(), segments, level)
        notes = (*audio.notes, *level.notes(bool(segments)))
        yield Finished(n_samples_done / SAMPLE_RATE_HZ, tuple(segments), notes)

    def _settling(self) -> Settling:
        return Settling(self._model.model.n_stacked * HOP_S)

    def _stretches(self) -> Stretches:
        """The stretches of one recording."""
        return Stretches(self._model.features)

    def _provisional(self, frames: Frames, settling: Settling, level: RecordingLevel) -> Iterator[Provisional]:
        """Recognises the whole open stretch again: the network is bidirectional, so new sound can change earlier
        words."""
        ((log_probs,),) = self._heard([frames], 0.0)
        words, _fault = self._understood(
            frames, log_probs, lambda: self.decoder.guess(log_probs), _level(frames, level)
        )
        shown, n_settled = settling.read(words, len(log_probs))
        yield Provisional(self._segment(frames, shown), n_settled)

    def _final(self, stretches: Sequence[Frames], segments: list[Segment], level: RecordingLevel) -> Iterator[Event]:
        """The words of finished stretches, recognised together because that is faster."""
        warp = 0.0 if isinstance(self.decoder, GreedyDecoder) else self._model.decode.warp
        for frames, heard in zip(stretches, self._heard(stretches, warp), strict=True):
            context = [word.text for segment in segments[-_LOOKED_BACK:] for word in segment.words]
            find = partial(self._words, mean_of(heard), context)
            words, fault = self._understood(frames, heard[0], find, _level(frames, level))
            segment = self._segment(frames, words)
            if fault:
                level.leave_out(fault, segment.end_s - segment.start_s)
            if words:
                segments.append(segment)
                yield Final(segment)

    def _heard(self, stretches: Sequence[Frames], warp: float) -> list[list[np.ndarray]]:
        """Log-probabilities of each stretch: as it is, and warped, where warp is not 0."""
        inputs = [hearings(frames.cepstra, self._model.features, self._model.model, warp) for frames in stretches]
        heard = iter(self._run([steps for variants in inputs for steps in variants]))
        return [[next(heard) for _ in variants] for variants in inputs]

    def _run(self, inputs: list[np.ndarray]) -> list[Any]:
        """Runs the network. Raises EngineError for any error of the runtime, such as a lack of memory."""
        try:
            return self._recognise(inputs)
        except MemoryError:
            raise
        except Exception as error:
            raise EngineError(reason=unexpected(error)) from error

    def _words(self, log_probs: np.ndarray, context: Sequence[str]) -> list[TimedWord]:
        words = self.decoder.decode(log_probs, context)
        return words if self.decoder is self.letters else with_readings(words, [self.letters.decode(log_probs)])

    def _understood(
        self, frames: Frames, log_probs: np.ndarray, find: Callable[[], list[TimedWord]], level: Level
    ) -> tuple[list[TimedWord], str]:
        """The words that `find` returns and an empty fault, or no words and the fault why they are left out.

        The letters of greedy decoding need enough confidence, because a language model would make words of any noise;
        in poor sound the words need it too.
        """
        letters = self.letters.decode(log_probs) if len(frames) >= _FEWEST_FRAMES else []
        if not letters:
            return [], ""
        fault, confidence = level.fault, self._confidence(letters)
        sparse = sum(len(word.text) for word in letters) < _FEWEST_LETTERS_A_SECOND * len(frames) * HOP_S
        if confidence < self._model.decode.min_confidence * (_SURER_WHERE_SPARSE if sparse else 1.0):
            return [], fault or "noise"
        words = find()
        if fault and words and confidence * self._confidence(words) ** 0.5 < _SURE:
            return [], fault
        return words, ""

    def _segment(self, frames: Frames, words: list[TimedWord]) -> Segment:
        edges = frames.times_s[[0, -1]] if len(frames) else np.zeros(2)
        start_s, end_s = max(0.0, float(edges[0]) - HOP_S / 2), float(edges[1]) + HOP_S / 2
        return Segment(start_s, end_s, self._timed(words, frames))

    @staticmethod
    def _confidence(words: list[TimedWord]) -> float:
        """Mean confidence of the words, each weighted by its letters."""
        return sum(w.confidence * len(w.text) for w in words) / sum(len(w.text) for w in words)

    def _timed(self, words: list[TimedWord], frames: Frames) -> tuple[Word, ...]:
        """Words with seconds instead of network steps; no word overlaps the next."""
        n_stacked, times = self._model.model.n_stacked, frames.times_s
        last = len(times) - 1
        starts = [max(0.0, float(times[min(last, w.first_step * n_stacked)]) - HOP_S / 2) for w in words]
        ends = [float(times[min(last, (w.last_step + 1) * n_stacked - 1)]) + HOP_S / 2 + _LETTER_S for w in words]
        limits = [*starts[1:], float(times[-1]) + HOP_S / 2] if words else []
        return tuple(
            Word(w.text, round(start, 3), round(max(start, min(end, limit)), 3), round(w.confidence, 4), w.alternatives)
            for w, start, end, limit in zip(words, starts, ends, limits, strict=True)
        )


def _level(frames: Frames, level: RecordingLevel) -> Level:
    """The level of the sound since a stretch began."""
    return level.since(float(frames.times_s[0]) if len(frames) else 0.0)


def after(blocks: Iterator[np.ndarray], n_samples: int) -> Iterator[np.ndarray]:
    """The blocks without their first n_samples; blocks: float32 (n,) each."""
    for block in blocks:
        if n_samples < len(block):
            yield block[n_samples:]
        n_samples = max(0, n_samples - len(block))


def moved(event: Event, by_s: float) -> Event:
    """The event with its times moved by by_s seconds."""
    match event:
        case Final(segment):
            return Final(_moved_segment(segment, by_s))
        case Progress(done_s, total_s):
            return Progress(done_s + by_s, total_s)
        case Finished(duration_s, segments, notes):
            return Finished(duration_s + by_s, tuple(_moved_segment(segment, by_s) for segment in segments), notes)
    return event


def _moved_segment(segment: Segment, by_s: float) -> Segment:
    words = (
        replace(word, start_s=round(word.start_s + by_s, 3), end_s=round(word.end_s + by_s, 3))
        for word in segment.words
    )
    return Segment(segment.start_s + by_s, segment.end_s + by_s, tuple(words))
