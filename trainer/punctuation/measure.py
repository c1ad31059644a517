"""Scores of marks and capitals on held-out text, and on recordings with true and with recognised words."""

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
_BREATH = 12  # words per breath, as in dictation
_WORD_S, _UNKNOWN_S = 0.4, float("nan")


@dataclass
class Truth:
    """Consecutive words with their true marks and forms. is_over: the text ends there."""

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
        """The figures of the tables, by name."""
        return {
            "all marks": micro_f1(self.table),
            "end of sentence": f1_of(self.table, sorted(ENDS)),
            "comma": f1_of(self.table, [COMMA]),
            "question": f1_of(self.table, [QUESTION]),
            "capitals": self.capitals,
        }


NO_SCORES = Scores(0, np.zeros((len(MARKS), len(MARKS)), np.int64), F1(0, 0, 0))


def truths(lines: Iterator[str]) -> Iterator[Truth]:
    """Runs of words, each up to a token that is not pronounced as written."""
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
    """Scores on the test part of a text. Raises CorpusError."""
    return sum((score(run, label_run(run, punctuator)) for run in truths(lines_of_part(path, TEST))), NO_SCORES)


def label_run(run: Truth, punctuator: Punctuates) -> list[Label]:
    """Labels of a run as in dictation, a breath at a time, without pauses."""
    labels, words_so_far = RunningLabels(punctuator), []
    words = [Word(word, i * _WORD_S, _UNKNOWN_S, 1.0) for i, word in enumerate(run.words)]
    for start in range(0, len(words), _BREATH):
        words_so_far += words[start : start + _BREATH]
        labels.of([words_so_far], is_over=False, settle=True)
    final_labels = labels.of([words_so_far], is_over=run.is_over, settle=True)
    return [final_labels[word] for word in words]


def n_changed(run: Truth, punctuator: Punctuates) -> int:
    """Number of shown words that change when more words follow; the last word of each breath is not counted."""
    labels = RunningLabels(punctuator)
    words_so_far: list[Word] = []
    shown_as: dict[Word, Label] = {}
    words = [Word(word, i * _WORD_S, _UNKNOWN_S, 1.0) for i, word in enumerate(run.words)]
    changed: set[Word] = set()
    for start in range(0, len(words), _BREATH):
        words_so_far += words[start : start + _BREATH]
        new_labels = labels.of([words_so_far], is_over=False, settle=True)
        changed.update(word for word, label in shown_as.items() if new_labels[word] != label)
        shown_as = {word: new_labels[word] for word in words_so_far[-_BREATH - 1 : -1]}
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
    known[0] = False  # the capital at the beginning of a run does not count
    is_capital, guessed_capital = is_capital[known], guessed_capital[known]
    capitals = F1(int(is_capital.sum()), int(guessed_capital.sum()), int((is_capital & guessed_capital).sum()))
    return Scores(len(run.words), confusions(marks, guessed), capitals)


def projected(true: Sequence[str], recognised: Sequence[str], labels: Sequence[Label]) -> list[Label | None]:
    """Labels of recognised words, transferred to the aligned true words; None for a missing word.

    The mark of an inserted word goes to the true word before it. If the last word before a mark is missing, it gets the
    mark of the word before it.
    """
    from rapidfuzz.distance import Levenshtein

    result: list[Label | None] = [None] * len(true)
    for code in Levenshtein.opcodes(list(true), list(recognised)):
        pairs = zip(range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=False)
        for i, j in pairs:
            result[i] = labels[j]
        for j in range(code.dest_start + code.src_end - code.src_start, code.dest_end):
            previous = result[code.src_end - 1] if code.src_end else None
            if labels[j].mark != NO_MARK and previous is not None and previous.mark == NO_MARK:
                result[code.src_end - 1] = replace(previous, mark=labels[j].mark)
    return result


@dataclass(frozen=True)
class Reading:
    """A recording: the recognised words, with times, and the true text."""

    truth: Truth
    said: tuple[Word, ...]


def readings(folder: Path, transcriber: Transcriber) -> Iterator[Reading]:
    """The recordings of a folder with transcripts.tsv whose text is pronounced as written. Raises CorpusError."""
    for transcript in read_transcripts(folder):
        runs = list(truths(iter([transcript.written])))
        if len(runs) == 1 and runs[0].is_over:
            events = transcriber.transcribe(transcript.path)
            segments = [event.segment for event in events if isinstance(event, Final)]
            yield Reading(runs[0], tuple(word for segment in segments for word in segment.words))


def reading_scores(reading: Reading, punctuator: Punctuates) -> tuple[Scores, Scores]:
    """Scores with the true words, without pauses, and with the recognised words."""
    true = score(reading.truth, label_run(reading.truth, punctuator))
    labels = RunningLabels(punctuator).of([reading.said] if reading.said else [], is_over=True, settle=True)
    recognised = [fold_yo(word.text) for word in reading.said]
    placed = projected(list(map(fold_yo, reading.truth.words)), recognised, [labels[word] for word in reading.said])
    return true, score(reading.truth, placed)


def shown(run: Truth, labels: Sequence[Label] | None = None) -> str:
    """A run as written text: with the given labels, or the true ones."""
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
    """A baseline without a model: a comma before some conjunctions, a full stop at a long pause and at the end."""

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        """See `Punctuates`."""
        marks = [COMMA if following in _CONJUNCTIONS else NO_MARK for following in (*words[1:], "")]
        marks = [FULL_STOP if pause > _LONG_PAUSE_S else mark for mark, pause in zip(marks, pauses_s, strict=True)]
        if is_over:
            marks[-1] = FULL_STOP
        return [Label(mark) for mark in marks]
