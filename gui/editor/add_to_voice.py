"""Adds what was said, as it was corrected, to the person's own corpus, and takes it out again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.audio.sound_on_disk import Sound
from engine.dictation.own_spelling import OwnSpelling
from engine.events import Segment, Word
from engine.paths import my_voice_dir
from engine.transcript.document import Document
from engine.transcript.spoken_words import said_in
from engine.transcript.word_places import WordPlaces
from gui.core.i18n import _
from gui.core.tasks import Task

MARGIN_S = 0.2  # kept before and behind the words


class OwnVoice(QObject):
    """added(segment, path); removed(segment); refused(words): why nothing was added; failed(error)."""

    added = Signal(object, object)
    removed = Signal(object)
    refused = Signal(str)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._added: set[tuple[float, str]] = set()

    def forget(self) -> None:
        """Another recording is open."""
        self._added.clear()

    def add(self, document: Document, position: int, sound: Sound | None) -> None:
        """What was said in the sentence that the letter at a position of the text is in, spoken commands and all.

        Its sound reaches up to the neighbours' words.
        """
        known = frozenset(self._added)

        def steps() -> Iterator[str | tuple[Segment, Path]]:
            from trainer.own_voice.recordings import add_utterance

            places = WordPlaces.of(document)
            index = places.near(position)
            if sound is None or index is None:
                yield _("Put the caret into the sentence to add")
                return
            utterance = _utterance(document, places.words[index], sound.duration_s)
            if utterance is None:
                yield _("This sentence was changed beside a spoken command: what was said there is not known")
                return
            segment, start_s, end_s = utterance
            if (segment.start_s, segment.text) in known:
                yield _("This sentence is in your voice already")
                return
            samples = sound.piece(start_s, end_s)
            yield segment, add_utterance(my_voice_dir(), samples, sound.rate_hz, _in_russian_letters(segment.text))

        self._start(steps, self._tell_added)

    def remove(self, segment: Segment, path: Path) -> None:
        def steps() -> Iterator[Segment]:
            from trainer.own_voice.recordings import remove_utterance

            remove_utterance(path.parent, path.name)
            yield segment

        self._start(steps, self._tell_removed)

    def _start(self, steps: Callable[[], Iterator[object]], tell: Callable[[object], None]) -> None:
        Task(steps, yielded=tell, failed=self.failed).start()

    def _tell_added(self, result: str | tuple[Segment, Path]) -> None:
        if isinstance(result, str):
            self.refused.emit(result)
            return
        segment, path = result
        self._added.add((segment.start_s, segment.text))
        self.added.emit(segment, path)

    def _tell_removed(self, segment: Segment) -> None:
        self._added.discard((segment.start_s, segment.text))
        self.removed.emit(segment)


def _in_russian_letters(text: str) -> str:
    """What is said where own words with other letters stand."""
    from engine.alphabet import Alphabet, normalise
    from engine.decode.own_words import read_spelling

    return OwnSpelling(read_spelling()).said(text) if Alphabet().foreign(normalise(text)) else text


def _utterance(document: Document, word: Word, duration_s: float) -> tuple[Segment, float, float] | None:
    """What was said in the segment of a word, and the seconds to cut it out at; None where that is not known."""
    segments = document.segments
    index = next(i for i, candidate in enumerate(segments) if word in candidate.words)
    words = said_in(document, segments[index])
    if words is None:
        return None
    spoken = Segment(words[0].start_s, words[-1].end_s, words)
    segment = replace(segments[index], written=None) if words == segments[index].words else spoken
    before_s, after_s = _neighbours_s(document, index, words, duration_s)
    start_s, end_s = max(before_s, words[0].start_s - MARGIN_S), min(after_s, words[-1].end_s + MARGIN_S)
    return segment, start_s, end_s


def _neighbours_s(document: Document, index: int, words: Sequence[Word], duration_s: float) -> tuple[float, float]:
    """Where the words before a segment end and those behind it begin; both may be spoken commands."""
    if any(segment.raw for segment in document.heard):
        others = [word for segment in document.heard for word in segment.heard]
        before = (word.end_s for word in others if word.end_s <= words[0].start_s)
        behind = (word.start_s for word in others if word.start_s >= words[-1].end_s)
        return max(before, default=0.0), min(behind, default=duration_s)
    segments = document.segments
    before_s = segments[index - 1].words[-1].end_s if index else 0.0
    return before_s, segments[index + 1].words[0].start_s if index + 1 < len(segments) else duration_s
