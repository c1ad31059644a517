"""The edited Dictation page as segments with times, so that the export matches the screen.

A page holds several recordings, whose timelines are laid end to end. Does not use Qt.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.events import Segment
from engine.text_marks import words_of
from engine.transcript.alignment import aligned

NO_SEGMENT = 0
HEADING = -1


@dataclass(frozen=True)
class Run:
    """A stretch of the page's text: the number of the segment it came from, NO_SEGMENT or HEADING."""

    number: int
    text: str


@dataclass(frozen=True)
class Source:
    """The segment behind a run; job is the number of its recording."""

    job: int
    segment: Segment


@dataclass(frozen=True)
class Page:
    """The content of the page at one moment, without the widget, to be written on another thread.

    jobs: number -> (name, length in seconds) of each recording whose text is on the page, in its order.
    is_dictation: whether one of them was dictated.
    """

    text: str
    paragraphs: list[list[Run]]
    sources: Mapping[int, Source]
    jobs: Mapping[int, tuple[str, float]]
    is_dictation: bool = False

    @property
    def source(self) -> str:
        """Names of the recordings whose text is on the page."""
        return ", ".join(name for name, _duration_s in self.jobs.values())

    @property
    def duration_s(self) -> float:
        """Seconds of these recordings together."""
        return sum(duration_s for _name, duration_s in self.jobs.values())

    @property
    def has_untimed(self) -> bool:
        """Whether there is a paragraph that was not spoken."""
        return any(
            any(run.text.strip() for run in runs) and all(run.number == NO_SEGMENT for run in runs)
            for runs in self.paragraphs
        )

    def segments(self) -> tuple[Segment, ...]:
        """The present text with times."""
        durations_s = {number: duration_s for number, (_name, duration_s) in self.jobs.items()}
        return timed_segments(self.paragraphs, self.sources, durations_s)

    def text_of(self) -> str:
        """The present text of all recordings, in its lines, including empty ones between them.

        Typed text belongs to the recording before it; headings, and paragraphs that were not spoken, are left out.
        """
        return self._in_lines(lambda _job: 0).get(0, "")

    def texts_of_jobs(self) -> dict[int, str]:
        """The same of each recording that has a text on the page; in one go, however many there are."""
        return self._in_lines(lambda job: job)

    def _in_lines(self, belongs_to: Callable[[int], int]) -> dict[int, str]:
        lines: dict[int, list[str]] = {}
        before: list[int] = []  # whose the paragraph before is
        for runs in self.paragraphs:
            if any(run.text.strip() for run in runs):
                found = {text: line.strip() for text, line in self._parts(runs, belongs_to).items() if line.strip()}
                for text, line in found.items():
                    lines.setdefault(text, []).append(line)
                before = list(found)
            else:
                for text in before:
                    lines[text].append("")
        return {text: "\n".join(some).rstrip("\n") for text, some in lines.items()}

    def _parts(self, runs: Sequence[Run], belongs_to: Callable[[int], int]) -> dict[int, str]:
        """What a paragraph says, by whose it is."""
        owner = next((self.sources[run.number].job for run in runs if run.number > 0), None)
        parts: dict[int, str] = {}
        for run in runs:
            owner = self.sources[run.number].job if run.number > 0 else owner
            if owner is not None and run.number != HEADING:
                text = belongs_to(owner)
                parts[text] = parts.get(text, "") + run.text
        return parts


def timed_segments(
    paragraphs: Iterable[Sequence[Run]], sources: Mapping[int, Source], durations_s: Mapping[int, float]
) -> tuple[Segment, ...]:
    """Segments in order of time, with the words that are on the page now.

    durations_s: length of each job's recording. Text that a person added belongs to the neighbouring segment;
    text in a paragraph without any segment has no time and is left out.
    """
    offsets_s: dict[int, float] = {}
    end_s = 0.0
    segments = []
    for number, text in _merged(paragraphs).items():
        source = sources[number]
        if source.job not in offsets_s:
            offsets_s[source.job] = end_s
            end_s += durations_s.get(source.job, 0.0)
        edited = retimed(source.segment, text)
        if edited is not None:
            segments.append(_shifted(edited, offsets_s[source.job]))
    return tuple(sorted(segments, key=lambda segment: segment.start_s))


def _merged(paragraphs: Iterable[Sequence[Run]]) -> dict[int, str]:
    """Segment number -> all its text; a segment cut in two by a new paragraph stays one."""
    texts: dict[int, list[str]] = {}
    for runs in paragraphs:
        number = next((run.number for run in runs if run.number > 0), NO_SEGMENT)
        parts: dict[int, str] = {}
        for run in runs:
            if number == NO_SEGMENT or run.number == HEADING:
                continue
            number = run.number if run.number > 0 else number
            parts[number] = parts.get(number, "") + run.text
        for number, part in parts.items():
            texts.setdefault(number, []).append(part)
    return {number: " ".join(parts) for number, parts in texts.items()}


def retimed(segment: Segment, text: str) -> Segment | None:
    """The segment with the words of an edited text; None if it has none.

    Unchanged words keep their times; others share the time of those they replaced, or the gap between their
    neighbours. What a person wrote has confidence 1.
    """
    texts = words_of(text)
    if not texts:
        return None
    if texts == [word.text for word in segment.words]:
        return replace(segment, written=None)
    (words,) = aligned(segment.words, [texts], segment.end_s, segment.start_s)
    return replace(segment, words=tuple(words), written=None)


def _shifted(segment: Segment, offset_s: float) -> Segment:
    words = (replace(word, start_s=word.start_s + offset_s, end_s=word.end_s + offset_s) for word in segment.words)
    raw = (replace(word, start_s=word.start_s + offset_s, end_s=word.end_s + offset_s) for word in segment.raw)
    return Segment(segment.start_s + offset_s, segment.end_s + offset_s, tuple(words), None, tuple(raw))
