"""The verb `evaluate`: error rates with their uncertainty, as a table and as JSON."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import READS_MODELS, add_language_options, add_model_option, decoder, say
from engine.decode.greedy import Decoder, GreedyDecoder
from engine.foreign.description import is_foreign
from engine.model.checkpoint import Description
from engine.model.recogniser import load_recogniser
from engine.paths import shipped_punctuation
from engine.system.bounded_memory import bounded_memory
from engine.text_marks import in_line
from trainer.cli.standard_sets import standard_sets
from trainer.corpus.cache import FEATURES
from trainer.corpus.preflight import Reject
from trainer.corpus.transcripts import TRANSCRIPTS
from trainer.errors import CorpusError
from trainer.evaluation.figures import Figures, figures
from trainer.evaluation.metrics import ErrorRate

if TYPE_CHECKING:
    from trainer.evaluation.evaluate import Scored

GREEDY, BEAM, HEARD = "greedy", "beam", "as heard"
_STANDARD = (
    "voxforge-ru-mfcc",
    "speech-samples/common-voice",
    "speech-samples/common-voice-2",
    "speech-samples/voxforge",
)


def add_evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Options of `evaluate`."""
    add = parser.add_argument
    add("path", nargs="*", type=Path, metavar="PATH", help="feature cache, or folder with transcripts.tsv")
    every_way = "with and without language model; without a PATH, all sets of the development folder"
    add("--all", action="store_true", help=every_way)
    add("--split", action="append", metavar="NAME", help="only this split; may be repeated (default: all but train)")
    add_model_option(parser, READS_MODELS)
    add_language_options(parser, "none")
    add(
        "--punctuation",
        nargs="?",
        type=Path,
        const=shipped_punctuation(),
        metavar="DIR",
        help="measure a model of punctuation instead (default: the shipped one); PATH: texts and folders of recordings",
    )
    add("--json", action="store_true", help="print JSON instead of a table")
    add("-o", "--output", type=Path, metavar="FILE", help="write the JSON to this file too")


def evaluate(arguments: argparse.Namespace) -> int:
    """CER and WER of every set, with a language model or without, or both side by side."""
    if arguments.punctuation is not None:
        from trainer.cli.punctuation_report import report

        return report(arguments)
    from engine.system.atomic_files import write_atomic

    figures_of_set: dict[str, dict[str, Figures]] = {}
    left_out: list[Reject] = []
    for scored in _of_others(arguments) if is_foreign(arguments.model) else _of_ours(arguments):
        figures_of_set[scored.name] = {
            name: figures(rates, scored.trusts[name]) for name, rates in scored.rates.items()
        }
        left_out += scored.left_out
    content = _side_by_side(arguments, figures_of_set) if arguments.all else _of_one_decoder(figures_of_set)
    if left_out:
        content["left_out"] = [asdict(reject) for reject in left_out]
    for reject in left_out:
        say(f"diktovka: {reject.path} is left out: {reject.detail or reject.reason}")
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if arguments.output:
        write_atomic(arguments.output, text)
    print(text if arguments.json else _table(figures_of_set, arguments.all), end="")
    return 0


def _of_ours(arguments: argparse.Namespace) -> "Iterator[Scored]":
    """Scores of our model. Recordings are transcribed from the file; a cache starts at its features."""
    from engine.transcribe.transcribe import Transcriber
    from trainer.evaluation.evaluate import score_cache, score_folder

    model, recognise = load_recogniser(arguments.model)
    decoders = _decoders(arguments, model, GreedyDecoder(model.alphabet))
    for path in _sets(arguments):
        if (path / TRANSCRIPTS).exists():
            yield score_folder(path, Transcriber(model, recognise), decoders)
        else:
            yield from score_cache(path, model, recognise, arguments.split, decoders)


def _of_others(arguments: argparse.Namespace) -> "Iterator[Scored]":
    """Scores of a model made by others, which needs recordings."""
    from engine.transcribe.load import load_transcriber
    from trainer.evaluation.evaluate import score_folder

    with bounded_memory(arguments.model):
        model, transcriber = load_transcriber(arguments.model)
        if transcriber.searches:
            decoders = _decoders(arguments, model, transcriber.letters)
        else:
            decoders = {HEARD: transcriber.letters}
            say("The model writes whole words: it is measured as it writes them, without language model and own words.")
        for path in _sets(arguments):
            if (path / TRANSCRIPTS).exists():
                yield score_folder(path, transcriber, decoders)
            elif arguments.path:
                raise CorpusError(
                    path=path, reason="a model made by others hears sound: name folders with {file}", file=TRANSCRIPTS
                )


def _decoders(arguments: argparse.Namespace, model: Description, letters: Decoder) -> dict[str, Decoder]:
    beam = decoder(model, arguments.language_model, arguments.own_words)
    if beam is None:
        return {GREEDY: letters}
    return {GREEDY: letters, BEAM: beam} if arguments.all else {BEAM: beam}


def _sets(arguments: argparse.Namespace) -> Iterator[Path]:
    """The sets to evaluate. Raises CorpusError for a path that is neither recordings nor a cache."""
    for path in arguments.path or standard_sets(_STANDARD, arguments.all):
        if arguments.all:
            say(f"reading {path} ...")
        if not ((path / TRANSCRIPTS).exists() or (path / FEATURES).exists()):
            raise CorpusError(path=path, reason="it holds neither {file} nor a feature cache", file=TRANSCRIPTS)
        yield path


def _counts(total: ErrorRate) -> dict[str, int]:
    return {"utterances": total.utterances, "words": total.words, "letters": total.letters}


def _of_one_decoder(figures_of_set: dict[str, dict[str, Figures]]) -> dict[str, object]:
    """The JSON of one decoder: all sets together, then each."""
    rates = {name: next(iter(figures_of_decoder.items())) for name, figures_of_decoder in figures_of_set.items()}
    total = sum((figures_of_decoder.total for _, figures_of_decoder in rates.values()), ErrorRate())
    return {
        "cer": round(total.cer, 4),
        "wer": round(total.wer, 4),
        **_counts(total),
        "sets": [
            {"set": name, "decoder": decoder, **figures_of_decoder.to_dict(), **_counts(figures_of_decoder.total)}
            for name, (decoder, figures_of_decoder) in rates.items()
        ],
    }


def _side_by_side(arguments: argparse.Namespace, figures_of_set: dict[str, dict[str, Figures]]) -> dict[str, object]:
    """The JSON of both decoders, set by set: known and new sentences have no common figure."""
    return {
        "model": arguments.model.name,
        "language_model": arguments.language_model and arguments.language_model.name,
        "sets": [
            {"set": name, **_counts(next(iter(figures_by_decoder.values())).total)}
            | {decoder: of_decoder.to_dict() for decoder, of_decoder in figures_by_decoder.items()}
            for name, figures_by_decoder in figures_of_set.items()
        ],
    }


def _table(figures_of_set: dict[str, dict[str, Figures]], side_by_side: bool) -> str:
    names = list(next(iter(figures_of_set.values())))
    heads = [f"{name} {rate}" if side_by_side else rate for name in names for rate in ("CER", "WER")]
    width = 22 if side_by_side else 7
    lines = [f"{'set':<24} {'utterances':>10} {'words':>7}" + "".join(f" {head:>{width}}" for head in heads)]
    rows = list(figures_of_set.items())
    if not side_by_side:
        every = (scored for by_decoder in figures_of_set.values() for scored in by_decoder.values())
        total = sum((scored.total for scored in every), ErrorRate())
        rows.append(("all", {names[0]: Figures(total, (0, 0), (0, 0))}))
    for name, by_decoder in rows:
        counted = next(iter(by_decoder.values())).total
        cells = "".join(f" {cell:>{width}}" for scored in by_decoder.values() for cell in _cells(scored, side_by_side))
        lines.append(f"{in_line(name):<24} {counted.utterances:>10} {counted.words:>7}{cells}")
    lines += ["", f"words without a mark of doubt, {names[-1]}"]
    lines += [f"{in_line(name):<24} {by_decoder[names[-1]].trust}" for name, by_decoder in figures_of_set.items()]
    return "\n".join(lines) + "\n"


def _cells(figures_of_decoder: Figures, with_intervals: bool) -> list[str]:
    total = figures_of_decoder.total
    rates = ((total.cer, figures_of_decoder.cer_95), (total.wer, figures_of_decoder.wer_95))
    if not with_intervals:
        return [f"{rate:.4f}" for rate, _ in rates]
    return [f"{rate:.4f} [{low:.3f}, {high:.3f}]" for rate, (low, high) in rates]
