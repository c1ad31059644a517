"""Segments -> plain text, subtitles (SRT, WebVTT) and JSON.

Subtitles follow the usual rules of the trade: two lines of 42 characters, seven seconds, nothing shown in silence.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, zip_longest

from engine.results import Segment, Word
from engine.storage import write_atomic

__all__ = ["Cue", "cues", "to_json", "to_srt", "to_txt", "to_vtt", "write_atomic"]

MAX_LINE = 42
MAX_CUE_MS = 7_000
LINGER_MS = 500
LONGEST_PAUSE_S = 1.0
_IMBALANCE_COST_S = 2.0  # so that no pause within a cue outweighs a break at the very edge


@dataclass(frozen=True)
class Cue:
    """One or two lines of a subtitle and when they are shown, in milliseconds."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def to_txt(segments: Iterable[Segment]) -> str:
    """One segment with words a line."""
    return "".join(f"{segment.text}\n" for segment in segments if segment.words)


def to_srt(segments: Iterable[Segment]) -> str:
    """SubRip."""
    return "\n".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n" + _text(cue)
        for number, cue in enumerate(cues(segments), start=1)
    )


def to_vtt(segments: Iterable[Segment]) -> str:
    """WebVTT (W3C)."""
    blocks = [
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n" + _escaped(_text(cue)) for cue in cues(segments)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def to_json(segments: Iterable[Segment], source: str, duration_s: float, model: str) -> str:
    """One object; times in seconds from the start of the audio to the millisecond, confidence from 0 to 1:

    {"source": file name, "duration_s": number, "model": name of the checkpoint,
     "segments": [{"start_s", "end_s", "text",
                   "words": [{"text", "start_s", "end_s", "confidence"}, ...]}, ...]}
    """
    content = {
        "source": source.encode("utf-8", "backslashreplace").decode(),  # a name that is no Unicode, on Linux
        "duration_s": round(duration_s, 3),
        "model": model,
        "segments": [
            {
                "start_s": round(segment.start_s, 3),
                "end_s": round(segment.end_s, 3),
                "text": segment.text,
                "words": [_rounded(asdict(word)) for word in segment.words],
            }
            for segment in segments
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def cues(segments: Iterable[Segment]) -> list[Cue]:
    """Subtitles that never overlap or run backwards, whatever the times of the words.

    A cue has at most 2 lines of 42 characters and 7 s, holds no pause of more than 1 s, and goes half a second
    after its last word, or earlier where the next one starts.
    """
    groups = [
        group
        for segment in segments
        for stretch in _between_pauses(_printable(segment.words))
        for group in _split(stretch)
    ]
    made, earliest_ms = [], 0
    for group, following in zip_longest(groups, groups[1:]):
        start_ms = max(_ms(group[0].start_s), earliest_ms)
        end_ms = min(_ms(group[-1].end_s) + LINGER_MS, start_ms + MAX_CUE_MS)
        if following is not None:
            end_ms = min(end_ms, _ms(following[0].start_s))
        earliest_ms = max(end_ms, start_ms + 1)
        made.append(Cue(start_ms, earliest_ms, _lines(group)))
    return made


def _printable(words: Iterable[Word]) -> list[Word]:
    """Words without blanks inside; one that is longer than a line in pieces that share its time."""
    pieces = []
    for word in words:
        for text in word.text.split():
            n_pieces = -(-len(text) // MAX_LINE)
            piece_s = (word.end_s - word.start_s) / n_pieces
            for i in range(n_pieces):
                start_s = word.start_s + i * piece_s
                part = text[i * MAX_LINE : (i + 1) * MAX_LINE]
                pieces.append(Word(part, start_s, start_s + piece_s, word.confidence))
    return pieces


def _between_pauses(words: Sequence[Word]) -> list[Sequence[Word]]:
    breaks = [i for i, (one, two) in enumerate(pairwise(words), 1) if two.start_s - one.end_s > LONGEST_PAUSE_S]
    return [words[a:b] for a, b in pairwise([0, *breaks, len(words)]) if a < b]


def _split(words: Sequence[Word]) -> list[Sequence[Word]]:
    """In halves at a pause near the middle, until each part fits into a cue."""
    duration_ms = _ms(words[-1].end_s) - _ms(words[0].start_s)
    if len(words) == 1 or (duration_ms <= MAX_CUE_MS and _lines(words)):
        return [words]
    n_letters = sum(len(word.text) for word in words)
    best, best_cost, n_before = 1, float("inf"), 0
    for i, (one, two) in enumerate(pairwise(words), 1):
        n_before += len(one.text)
        pause_s = min(max(two.start_s - one.end_s, 0), LONGEST_PAUSE_S)
        cost = _IMBALANCE_COST_S * abs(2 * n_before - n_letters) / n_letters - pause_s
        if cost < best_cost:
            best, best_cost = i, cost
    return _split(words[:best]) + _split(words[best:])


def _lines(words: Sequence[Word]) -> tuple[str, ...]:
    """One line or two of about the same length; nothing where the words do not fit."""
    text = " ".join(word.text for word in words)
    if len(text) <= MAX_LINE:
        return (text,)
    if len(text) > 2 * MAX_LINE + 1:
        return ()
    blanks = [i for i, letter in enumerate(text) if letter == " "]
    fitting = [i for i in blanks if i <= MAX_LINE and len(text) - i - 1 <= MAX_LINE]
    if not fitting:
        return ()
    middle = min(fitting, key=lambda i: abs(2 * i + 1 - len(text)))
    return text[:middle], text[middle + 1 :]


def _text(cue: Cue) -> str:
    return "".join(f"{line}\n" for line in cue.lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rounded(word: dict) -> dict:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in word.items()}


def _ms(time_s: float) -> int:
    return max(0, round(time_s * 1000))


def _clock(time_ms: int, mark: str) -> str:
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{ms:03}"
