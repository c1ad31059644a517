"""A transcript: the recognised segments and the text as a person edited it.

The editor, the history and every exporter share it, so that what is on the screen is what is exported.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby, pairwise
from typing import Any, Self

from engine.dictation.apply_commands import paragraphs
from engine.errors import TranscriptDamaged
from engine.events import Segment, Word
from engine.notes import Note
from engine.system.json_text import parse_json
from engine.text_marks import WORD, words_of
from engine.transcript.alignment import aligned

FORMAT, VERSION = "diktovka-transcript", 2


@dataclass(frozen=True)
class Document:
    """source: the recording's name; duration_s: its length; model: name of the checkpoint that transcribed it.

    heard: the segments with words, as recognised, with times to the millisecond. text: the present text, one paragraph
    per line. is_dictation: line breaks come from spoken commands, and a line may hold several segments; otherwise each
    line is one segment. notes: about the recording.
    """

    source: str
    duration_s: float
    model: str
    heard: tuple[Segment, ...]
    text: str
    is_dictation: bool = False
    notes: tuple[Note, ...] = ()

    @classmethod
    def of(
        cls,
        segments: Iterable[Segment],
        source: str = "",
        duration_s: float = 0.0,
        model: str = "",
        is_dictation: bool = False,
        notes: Iterable[Note] = (),
    ) -> Self:
        """A document that was not edited yet: one segment per line, or as dictated. source: any file name."""
        heard = tuple(map(_to_the_ms, _with_words(segments)))
        name = source.encode("utf-8", "backslashreplace").decode()
        text = paragraphs(heard) if is_dictation else "\n".join(segment.text.strip() for segment in heard)
        return cls(name, round(duration_s, 3), model, heard, text, is_dictation, tuple(notes))

    def edited(self, text: str) -> "Document":
        """The same recording with another text; unchanged words keep their times, and so do restored ones."""
        return replace(self, text=text)

    def confirmed(self, word: Word) -> "Document":
        """The document with a word marked as right, so that it is no longer doubtful."""
        sure = replace(word, confidence=1.0, alternatives=())
        heard = tuple(
            replace(segment, words=tuple(sure if present == word else present for present in segment.words))
            for segment in self.heard
        )
        return replace(self, heard=heard)

    @property
    def is_edited(self) -> bool:
        """Whether its words differ from the recognised ones."""
        return words_of(self.text) != [word.text for segment in self.heard for word in segment.words]

    @property
    def track(self) -> int | None:
        """The transcribed audio track; None if there was only one."""
        return next((note.track for note in self.notes if note.track is not None), None)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The present words and their times.

        A segment for each line of the text that holds words, or, of a dictation, for each stretch of speech.
        """
        if self.is_dictation and not self.is_edited:
            return self.heard
        lines = [words_of(line) for line in ([self.text] if self.is_dictation else self.text.split("\n"))]
        lines = [line for line in lines if line]
        if lines == [[word.text for word in segment.words] for segment in self.heard]:
            return self.heard
        heard = [word for segment in self.heard for word in segment.words]
        timed = [tuple(map(_rounded, words)) for words in aligned(heard, lines, self.duration_s)]
        if self.is_dictation:
            timed = _in_breaths(chain.from_iterable(timed), self.heard)
        unchanged = {segment.words: segment for segment in self.heard}  # unchanged segments keep their pauses
        return tuple(unchanged.get(words) or Segment(words[0].start_s, words[-1].end_s, words) for words in timed)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words of `segments`."""
        return tuple(chain.from_iterable(segment.words for segment in self.segments))

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Start and end offset in `text` of each of `words`."""
        return tuple(match.span() for match in WORD.finditer(self.text))

    def to_json(self) -> str:
        """JSON in the format of docs/transcript-format.md."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "source": self.source,
            "duration_s": self.duration_s,
            "model": self.model,
            "text": self.text,
            **({"dictation": True} if self.is_dictation else {}),
            **({"notes": [note.to_json() for note in self.notes]} if self.notes else {}),
            "segments": [segment_to_json(segment) for segment in self.segments],
        }
        if self.segments != self.heard:
            content["heard"] = [segment_to_json(segment) for segment in self.heard]
        return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises TranscriptDamaged."""
        try:
            content = parse_json(text, finite=True)
            if content.get("format", FORMAT) != FORMAT or content.get("version", VERSION) > VERSION:
                raise TranscriptDamaged(reason="it was written by a newer Diktovka or another program")
            segments = tuple(map(segment_from_json, content["segments"]))
            heard = tuple(map(segment_from_json, content["heard"])) if "heard" in content else segments
            shown = content.get("text", "\n".join(segment.text for segment in segments))
            source, model = _string(content["source"]), _string(content["model"])
            is_dictation = content.get("dictation") is True
            notes = tuple(filter(None, map(Note.from_json, content.get("notes", ()))))
            duration_s = _number(content["duration_s"])
            document = cls(source, duration_s, model, heard, _string(shown), is_dictation, notes)
            return replace(document, heard=_with_breaks(document)) if is_dictation else document
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TranscriptDamaged(reason="it is damaged") from error


def segment_to_json(segment: Segment) -> dict[str, Any]:
    """The segment as in a transcript's JSON: docs/transcript-format.md."""
    words = list(map(_word_to_json, segment.words))
    text = " ".join(word.text for word in segment.words)
    spoken = {"spoken": list(map(_word_to_json, segment.raw))} if segment.raw else {}
    return {"start_s": segment.start_s, "end_s": segment.end_s, "text": text, "words": words} | spoken


def _word_to_json(word: Word) -> dict[str, Any]:
    alternatives = {"alternatives": list(word.alternatives)} if word.alternatives else {}
    plain = {} if word.plain is None else {"plain": word.plain}
    mark = {"mark": word.mark} if word.mark else {}
    return {
        "text": word.text,
        **plain,
        **mark,
        "start_s": word.start_s,
        "end_s": word.end_s,
        "confidence": word.confidence,
        **alternatives,
    }


def segment_from_json(content: dict[str, Any]) -> Segment:
    """Raises KeyError, TypeError or ValueError if it is not a segment."""
    words, raw = (tuple(map(_word_from_json, entries)) for entries in (content["words"], content.get("spoken", ())))
    return Segment(_number(content["start_s"]), _number(content["end_s"]), words, raw=raw)


def _word_from_json(word: dict[str, Any]) -> Word:
    return Word(
        _string(word["text"]),
        _number(word["start_s"]),
        _number(word["end_s"]),
        _number(word["confidence"]),
        tuple(_string(text) for text in word.get("alternatives", ())),
        _string(word["plain"]) if "plain" in word else None,
        _string(word.get("mark", "")),
    )


def _with_words(segments: Iterable[Segment]) -> list[Segment]:
    """The segments with written words; the spoken words of others are added to the one before."""
    result: list[Segment] = []
    for segment in segments:
        if segment.words:
            result.append(segment)
        elif segment.raw and result:
            result[-1] = replace(result[-1], raw=result[-1].heard + segment.raw)
    return result


def _in_breaths(words: Iterable[Word], heard: Sequence[Segment]) -> list[tuple[Word, ...]]:
    """Words in order of time, split in the middle of each pause."""
    pauses_s = [(first.words[-1].end_s + second.words[0].start_s) / 2 for first, second in pairwise(heard)]
    parted = groupby(words, key=lambda word: bisect_right(pauses_s, (word.start_s + word.end_s) / 2))
    return [tuple(group) for _breath, group in parted]


def _with_breaks(document: Document) -> tuple[Segment, ...]:
    """The recognised segments with the line breaks of the text; without them if it was edited."""
    if document.is_edited:
        return tuple(_with_words(document.heard))
    segments, position, n_words = [], 0, 0
    for segment in _with_words(document.heard):
        n_words += len(segment.words)
        end = document.places[n_words - 1][1]
        text = document.text[position:end].strip(" ")
        segments.append(replace(segment, written=text if "\n" in text else None))
        position = end
    return tuple(segments)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _to_the_ms(segment: Segment) -> Segment:
    words, raw = (tuple(map(_rounded, words_of_kind)) for words_of_kind in (segment.words, segment.raw))
    return Segment(round(segment.start_s, 3), round(segment.end_s, 3), words, segment.written, raw)


def _rounded(word: Word) -> Word:
    return replace(
        word, start_s=round(word.start_s, 3), end_s=round(word.end_s, 3), confidence=round(word.confidence, 3)
    )
