"""How well marks and capitals come out: on written text held apart, and on recordings, true and recognised words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.events import Final, Word
from engine.punctuation.labels import COMMA, ENDS, EXCLAMATION, FULL_STOP, MARKS, NO_MARK, QUESTION, Form, Label
from engine.punctuation.running_labels import Punctuates, RunningLabels
from engine.text_marks import fold_yo
from engine.transcribe.transcribe import Transcriber
from trainer.corpus.transcripts import read_transcripts
from trainer.punctuation.corpus import TEST, lines_of_part
from trainer.punctuation.scores import F1, confusions, f1_of, micro_f1
from trainer.punctuation.written_text import UNKNOWN, pieces

_BEFORE_CAPITAL = (FULL_STOP, QUESTION, EXCLAMATION)
_CONJUNCTIONS = frozenset(
    ("что", "чтобы", "но", "а", "который", "которая", "которое", "которые", "которого", "которой", "которых")
) | {"если", "когда", "где", "потому", "хотя", "однако"}
_LONG_PAUSE_S = 0.6
_BREATH = 12  # words that come at a time, as in dictation
_WORD_S, _UNKNOWN_S = 0.4, float("nan")


@dataclass
class Truth:
    """Words in a row with what stands in the text. is_over: the text ends there."""

    words: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    forms: list[int] = field(default_factory=list)
    is_over: bool = True


@dataclass(frozen=True)
class Scores:
    """n_words: true ones. table: how often each true mark got each guessed one."""

    n_words: int
    table: np.ndarray
    capitals: F1

    def __add__(self, other: "Scores") -> "Scores":
        capitals = F1(*(getattr(self.capitals, name) + getattr(other.capitals, name) for name in F1.__annotations__))
        return Scores(self.n_words + other.n_words, self.table + other.table, capitals)

    def figures(self) -> dict[str, F1]:
        """What the tables show, by its name."""
        return {
            "all marks": micro_f1(self.table),
            "end of sentence": f1_of(self.table, sorted(ENDS)),
            "comma": f1_of(self.table, [COMMA]),
            "question": f1_of(self.table, [QUESTION]),
            "capitals": self.capitals,
        }


NO_SCORES = Scores(0, np.zeros((len(MARKS), len(MARKS)), np.int64), F1(0, 0, 0))


def truths(lines: Iterator[str]) -> Iterator[Truth]:
    """Runs of words, each up to where the text holds something that is not said as it is written."""
    run = Truth()
    for line in lines:
        is_empty = True
        for piece in pieces(line):
            is_empty = False
            run.words += piece.words
            run.marks += piece.marks
            run.forms += piece.forms
            if piece.is_torn:
                run.is_over = False
                yield run
                run = Truth()
        if is_empty and run.words:
            yield run
            run = Truth()
    if run.words:
        yield run


def text_scores(path: Path, punctuator: Punctuates) -> Scores:
    """Of the part of a text that is held apart for the test. Raises CorpusError."""
    return sum((score(run, label_run(run, punctuator)) for run in truths(lines_of_part(path, TEST))), NO_SCORES)


def label_run(run: Truth, punctuator: Punctuates) -> list[Label]:
    """As in dictation, without pauses: some words at a time, and what is settled stays."""
    labels, said = RunningLabels(punctuator), []
    words = [Word(word, i * _WORD_S, _UNKNOWN_S, 1.0) for i, word in enumerate(run.words)]
    for start in range(0, len(words), _BREATH):
        said += words[start : start + _BREATH]
        labels.of([said], is_over=False, settle=True)
    found = labels.of([said], is_over=run.is_over, settle=True)
    return [found[word] for word in words]


def n_changed(run: Truth, punctuator: Punctuates) -> int:
    """Words that were on the page, and are written otherwise once more was said; the last of each breath apart."""
    labels = RunningLabels(punctuator)
    said: list[Word] = []
    shown_as: dict[Word, Label] = {}
    words = [Word(word, i * _WORD_S, _UNKNOWN_S, 1.0) for i, word in enumerate(run.words)]
    changed: set[Word] = set()
    for start in range(0, len(words), _BREATH):
        said += words[start : start + _BREATH]
        found = labels.of([said], is_over=False, settle=True)
        changed.update(word for word, label in shown_as.items() if found[word] != label)
        shown_as = {word: found[word] for word in said[-_BREATH - 1 : -1]}
    return len(changed)


def score(run: Truth, labels: Sequence[Label | None]) -> Scores:
    """labels: of each true word; None where it was not recognised."""
    marks, forms = np.array(run.marks), np.array(run.forms)
    guessed = np.array([NO_MARK if label is None else label.mark for label in labels])
    after_end = np.r_[True, np.isin(marks[:-1], _BEFORE_CAPITAL)]
    is_capital = (forms > Form.LOWER) | ((forms == UNKNOWN) & after_end)
    is_begun = np.r_[True, np.isin(guessed[:-1], _BEFORE_CAPITAL)]
    guessed_capital = np.array([label is not None and label.form != Form.LOWER for label in labels]) | is_begun
    known = (forms != UNKNOWN) | after_end
    known[0] = False  # that a run begins with a capital is no merit
    is_capital, guessed_capital = is_capital[known], guessed_capital[known]
    capitals = F1(int(is_capital.sum()), int(guessed_capital.sum()), int((is_capital & guessed_capital).sum()))
    return Scores(len(run.words), confusions(marks, guessed), capitals)


def projected(true: Sequence[str], said: Sequence[str], labels: Sequence[Label]) -> list[Label | None]:
    """Labels of recognised words put on the true ones that they stand for; None for a word that is missing.

    A mark on a word too many goes to the true word before it, and so does that of the word before one that is missing
    to the missing one, where it is the last before a mark.
    """
    from rapidfuzz.distance import Levenshtein

    found: list[Label | None] = [None] * len(true)
    for code in Levenshtein.opcodes(list(true), list(said)):
        pairs = zip(range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=False)
        for i, j in pairs:
            found[i] = labels[j]
        for j in range(code.dest_start + code.src_end - code.src_start, code.dest_end):
            before = found[code.src_end - 1] if code.src_end else None
            if labels[j].mark != NO_MARK and before is not None and before.mark == NO_MARK:
                found[code.src_end - 1] = replace(before, mark=labels[j].mark)
    return found


@dataclass(frozen=True)
class Reading:
    """What recognition made of a recording, and what was read aloud. said: with times."""

    truth: Truth
    said: tuple[Word, ...]


def readings(folder: Path, transcriber: Transcriber) -> Iterator[Reading]:
    """Of a folder with transcripts.tsv, without those whose text is not said as it is written. Raises CorpusError."""
    for transcript in read_transcripts(folder):
        runs = list(truths(iter([transcript.written])))
        if len(runs) == 1 and runs[0].is_over:
            events = transcriber.transcribe(transcript.path)
            segments = [event.segment for event in events if isinstance(event, Final)]
            yield Reading(runs[0], tuple(word for segment in segments for word in segment.words))


def reading_scores(reading: Reading, punctuator: Punctuates) -> tuple[Scores, Scores]:
    """Of the true words, without pauses, and of the recognised ones."""
    true = score(reading.truth, label_run(reading.truth, punctuator))
    labels = RunningLabels(punctuator).of([reading.said] if reading.said else [], is_over=True, settle=True)
    said = [fold_yo(word.text) for word in reading.said]
    placed = projected(list(map(fold_yo, reading.truth.words)), said, [labels[word] for word in reading.said])
    return true, score(reading.truth, placed)


def shown(run: Truth, labels: Sequence[Label] | None = None) -> str:
    """A run as it is written: by the labels, or as it stands in the text."""
    marks = run.marks if labels is None else [label.mark for label in labels]
    forms = run.forms if labels is None else [label.form for label in labels]
    text, begins = "", True
    for word, mark, form in zip(run.words, marks, forms, strict=True):
        is_capital = form == Form.CAPITAL or begins
        text += word.upper() if form == Form.UPPER else word.capitalize() if is_capital else word
        written = MARKS[max(0, mark)]
        text += " — " if written == "—" else written if written == "-" else f"{written} "
        begins = mark in _BEFORE_CAPITAL
    return text.strip()


class Rules:
    """What needs no model: a comma before some conjunctions, a full stop at a long pause and at the end."""

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        """See `Punctuates`."""
        marks = [COMMA if following in _CONJUNCTIONS else NO_MARK for following in (*words[1:], "")]
        marks = [FULL_STOP if pause > _LONG_PAUSE_S else mark for mark, pause in zip(marks, pauses_s, strict=True)]
        if is_over:
            marks[-1] = FULL_STOP
        return [Label(mark) for mark in marks]
