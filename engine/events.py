"""What recognition yields: words with times, segments, and the events of a running transcription."""

from dataclasses import dataclass

from engine.notes import Note


@dataclass(frozen=True)
class Word:
    """A recognised word; times in seconds from the start of the audio, confidence from 0 to 1.

    alternatives: other hypotheses of the decoder for it, the likeliest first; may have several words.
    plain: the word as recognised, if text has a capital, a mark or digits instead; "" if nothing was said.
    mark: the punctuation that text ends with.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float
    alternatives: tuple[str, ...] = ()
    plain: str | None = None
    mark: str = ""


@dataclass(frozen=True)
class Segment:
    """A stretch of speech between two pauses.

    If spoken commands were carried out (engine.dictation.apply_commands), words are those that are written,
    marks and all, perhaps none; raw: what was recognised instead, commands and all; written: the words with the line
    breaks before them.
    """

    start_s: float
    end_s: float
    words: tuple[Word, ...]
    written: str | None = None
    raw: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The text as it is written."""
        return " ".join(word.text for word in self.words) if self.written is None else self.written

    @property
    def heard(self) -> tuple[Word, ...]:
        """The words as recognised."""
        return self.raw or self.words


@dataclass(frozen=True)
class Started:
    """The audio was opened; duration_s is None where it is not known yet."""

    source: str
    duration_s: float | None


@dataclass(frozen=True)
class Provisional:
    """The best guess for the stretch that is still open; replaces the one before it.

    n_settled: the first n_settled recognised words will not change until the stretch is final.
    """

    segment: Segment
    n_settled: int = 0


@dataclass(frozen=True)
class Final:
    """A stretch that will not change any more; replaces the last Provisional."""

    segment: Segment


@dataclass(frozen=True)
class Revised:
    """A Final segment that a later spoken command changed."""

    before: Segment
    after: Segment


@dataclass(frozen=True)
class Progress:
    """Seconds of audio processed, and the total (None if unknown)."""

    done_s: float
    total_s: float | None


@dataclass(frozen=True)
class Finished:
    """The end of one recording, with all its segments that hold words, and what to know about it."""

    duration_s: float
    segments: tuple[Segment, ...]
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The whole text, a line for each segment."""
        return "\n".join(segment.text for segment in self.segments)


Event = Started | Provisional | Final | Revised | Progress | Finished
