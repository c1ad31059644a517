"""The verb `self-label` of the command line."""

import argparse
from pathlib import Path

from engine.cli import add_language_options, add_model_option, decoder, say
from engine.errors import ConfigError
from trainer.cli.progress import Pace
from trainer.cli.train import add_without_option


def add_self_label_options(parser: argparse.ArgumentParser) -> None:
    """Options of `self-label`."""
    add = parser.add_argument
    add("cache", type=Path, metavar="CACHE", help="feature cache of recordings; its transcripts are ignored")
    add("-o", "--out", type=Path, required=True, metavar="CACHE", help="folder of the feature cache to train on")
    add_model_option(parser, "model that transcribes them")
    add_language_options(parser, "none")
    sure = "lowest mean confidence of a stretch that is kept (default: %(default)s)"
    add("--confidence", type=float, default=0.5, help=sure)
    add(
        "--texts",
        type=Path,
        nargs="+",
        default=[],
        metavar="TEXT",
        help="texts (.xz, .gz) that the recordings may be readings of",
    )
    alone = "keep only recordings that were found in the texts"
    add("--texts-only", action="store_true", help=alone)
    add_without_option(parser)


def self_label(arguments: argparse.Namespace) -> int:
    """Labels recordings without transcripts, by a text or by a model that is sure enough."""
    if arguments.texts_only and not arguments.texts:
        raise ConfigError(name="--texts-only", reason="there are no texts; name some with --texts")
    from engine.decode.greedy import GreedyDecoder
    from engine.model.recogniser import load_recogniser
    from trainer.corpus.cache import FeatureCache
    from trainer.corpus.events import CacheReady
    from trainer.made_speech.match_readings import Library
    from trainer.made_speech.self_training import Books, Sure, write_labelled
    from trainer.made_speech.synthetic import Avoided

    model, recognise = load_recogniser(arguments.model)
    read_by = decoder(model, arguments.language_model, arguments.own_words) or GreedyDecoder(model.alphabet)
    books = None
    if arguments.texts:
        books = Books(Library(arguments.texts), Avoided(arguments.without), arguments.texts_only)
    cache, sure, pace = FeatureCache(arguments.cache), Sure(arguments.confidence), Pace()
    for event in write_labelled(arguments.out, cache, model, recognise, read_by, sure, books):
        if isinstance(event, CacheReady):
            report = event.report
            minutes = report.seconds / 60
            say(f"{event.folder}: {report.utterances} stretches, {minutes:.0f} min, {report.sentences} texts")
        elif pace.is_due():
            say(f"read: {event.done} of {event.total}")
    return 0
