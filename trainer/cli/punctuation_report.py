"""`evaluate --punctuation`: scores of marks and capitals, compared with rules without a model."""

import argparse
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import decoder
from engine.punctuation.labels import MARKS
from trainer.cli.standard_sets import standard_sets

if TYPE_CHECKING:
    import numpy as np

    from engine.punctuation.punctuator import Punctuator
    from engine.transcribe.transcribe import Transcriber
    from trainer.punctuation.measure import Scores

_STANDARD_TEXTS = ("text-ru/modern.txt.xz", "text-ru/dialogue.txt.xz", "text-ru/talk.txt.xz")
_STANDARD_RECORDINGS = ("speech-samples/common-voice", "speech-samples/common-voice-2")
_N_EXAMPLES, _EXAMPLES_FROM = 10, 400


def report(arguments: argparse.Namespace) -> int:
    """Prints tables of a model's scores and those of rules; for texts, on the test part."""
    from engine.punctuation.punctuator import Punctuator
    from engine.punctuation.running_labels import Punctuates
    from trainer.punctuation.measure import NO_SCORES, Rules, reading_scores, readings, text_scores

    model = Punctuator.load(arguments.punctuation)
    by_name: dict[str, Punctuates] = {"model": model, "rules": Rules()}
    rows = []
    total = dict.fromkeys(by_name, NO_SCORES)
    paths = arguments.path or standard_sets(_STANDARD_TEXTS + _STANDARD_RECORDINGS)
    for path in (path for path in paths if path.is_file()):
        for name, punctuator in by_name.items():
            scores_of_set = text_scores(path, punctuator)
            total[name] += scores_of_set
            rows.append((path.name.split(".")[0], name, scores_of_set))
    rows += [("all texts", name, scores_of_set) for name, scores_of_set in total.items() if scores_of_set.n_words]
    folders = [path for path in paths if path.is_dir()]
    if folders:
        transcriber = _transcriber(arguments)
    for folder in folders:
        read = list(readings(folder, transcriber))
        for name, punctuator in by_name.items():
            scores = [reading_scores(reading, punctuator) for reading in read]
            for kind, each in zip(("true", "recognised"), zip(*scores, strict=True), strict=True):
                rows.append((f"{folder.name}, {kind}", name, sum(each, NO_SCORES)))
    print(_figures(rows))
    for _set, name, scores_of_set in rows:
        if name == "model" and _set == "all texts":
            print(_confusions(scores_of_set.table))
    for path in [path for path in paths if path.is_file()][:1]:
        print(_steadiness(path, model))
        print(_examples(path, model))
    return 0


def _transcriber(arguments: argparse.Namespace) -> "Transcriber":
    from engine.model.recogniser import load_recogniser
    from engine.transcribe.transcribe import Transcriber

    described, recognise = load_recogniser(arguments.model)
    return Transcriber(described, recognise, decoder(described, arguments.language_model, arguments.own_words))


def _figures(rows: "list[tuple[str, str, Scores]]") -> str:
    lines: list[str] = []
    for name, by, found in rows:
        figures = found.figures()
        if not lines:
            lines.append(f"{'F1':<28} {'by':<6} {'words':>7}" + "".join(f" {kind:>16}" for kind in figures))
        lines.append(
            f"{name:<28} {by:<6} {found.n_words:>7}" + "".join(f" {f1.value:>16.3f}" for f1 in figures.values())
        )
    return "\n".join(lines) + "\n"


def _confusions(table: "np.ndarray") -> str:
    names = [mark or "none" for mark in MARKS]
    lines = [f"{'true, and what was put':<24}" + "".join(f" {name:>7}" for name in names)]
    lines += [f"{name:<24}" + "".join(f" {n:>7}" for n in row) for name, row in zip(names, table, strict=True)]
    return "\n".join(lines) + "\n"


def _steadiness(path: Path, model: "Punctuator") -> str:
    """The share of shown words that change later, in dictation with a breath every 12 words."""
    from trainer.punctuation.corpus import TEST, lines_of_part
    from trainer.punctuation.measure import n_changed, truths

    runs = list(truths(islice(lines_of_part(path, TEST), _EXAMPLES_FROM)))
    share = sum(n_changed(run, model) for run in runs) / max(1, sum(len(run.words) for run in runs))
    return f"words written otherwise after they were on the page: {share:.1%}\n"


def _examples(path: Path, model: "Punctuator") -> str:
    """The sentences with the fewest wrong marks, and with the most, from the beginning of a text."""

    from trainer.punctuation.corpus import TEST, lines_of_part
    from trainer.punctuation.measure import label_run, shown, truths

    compared = []
    for line in islice(lines_of_part(path, TEST), _EXAMPLES_FROM):
        for run in truths(iter([line])):
            if run.is_over and 6 <= len(run.words) <= 25:
                labels = label_run(run, model)
                n_wrong = sum(label.mark != mark for label, mark in zip(labels, run.marks, strict=True))
                compared.append((n_wrong, shown(run), shown(run, labels)))
    good = [row for row in compared if row[1] == row[2] and "," in row[1]][:_N_EXAMPLES]
    bad = sorted(compared, key=lambda row: -row[0])[:_N_EXAMPLES]
    lines = ["As in the text:", *(f"  {true}" for _, true, _ in good), "Otherwise than in the text:"]
    for _, true, guessed in bad:
        lines += [f"  text:  {true}", f"  model: {guessed}"]
    return "\n".join(lines) + "\n"
