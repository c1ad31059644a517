"""The verbs `transcribe`, `demo` and `devices` of the command line.

Text goes to standard output, everything else to standard error.
"""

import argparse
import io
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.decode.beam_loader import Language, load_beam
from engine.decode.own_words import read_spelling
from engine.dictation.apply_commands import dictated, paragraphs
from engine.dictation.own_spelling import OwnSpelling
from engine.dictation.spoken_commands import NOTHING_SPOKEN, Spoken
from engine.errors import ConfigError, DiktovkaError, NotWritable, OwnWordsUnreadable
from engine.events import Event, Finished, Progress
from engine.paths import SAMPLES_FILE, own_words_file, resource, shipped_checkpoint, shipped_language_model
from engine.punctuation.lazy_punctuator import LazyPunctuator
from engine.punctuation.running_labels import Punctuates
from engine.system.atomic_files import free_path, storage_error
from engine.system.bounded_memory import bounded_memory
from engine.system.json_text import read_json
from engine.text_marks import in_line
from engine.transcript.document import Document

if TYPE_CHECKING:
    from engine.decode.beam import BeamDecoder
    from engine.model.checkpoint import Description

READS_MODELS = "a model of this program, or one made by others that onnx-asr reads (default: the shipped one)"
_FORMATS = {"txt": "plain text (default)", "srt": "SRT", "vtt": "VTT", "json": "JSON", "docx": "Word"}


def add_transcribe_options(parser: argparse.ArgumentParser) -> None:
    """Options of `transcribe`."""
    add = parser.add_argument
    add("file", nargs="+", type=Path, metavar="FILE", help="audio or video file in any format that FFmpeg reads")
    add("--track", type=int, metavar="N", help="number of the audio track, from 1 (default: the file's default track)")
    form = parser.add_mutually_exclusive_group()
    for name, text in _FORMATS.items():
        form.add_argument(f"--{name}", dest="format", action="store_const", const=name, default="txt", help=text)
    add(
        "-o",
        "--output-directory",
        type=Path,
        metavar="DIR",
        help="write one file per recording to this folder, not to standard output; a name that is taken gets a number",
    )
    add("--overwrite", action="store_true", help="with -o: replace existing files")
    add(
        "-m",
        "--model",
        type=Path,
        default=None,
        metavar="FOLDER",
        help=READS_MODELS,
    )
    add_language_options(parser, "the list in the settings")
    carried_out = "carry out spoken commands («точка», «запятая», «новая строка» and others), as in dictation"
    add("--spoken-commands", action="store_true", help=carried_out)
    digits = "write numbers, dates, times and sums of money as digits (default), or as they were spoken"
    add("--digits", action=argparse.BooleanOptionalAction, default=True, help=digits)
    add("--no-punctuation", dest="punctuation", action="store_false", help="write no punctuation and no capitals")
    add("--bind-short-words", action="store_true", help="put a no-break space after «в», «к», «с», «у», «о», «и», «а»")


def add_model_option(parser: argparse.ArgumentParser, meaning: str) -> None:
    """meaning: what the model, the shipped one unless another is named, is for."""
    model = shipped_checkpoint()
    parser.add_argument("-m", "--model", type=Path, default=model, metavar="CHECKPOINT", help=meaning)


def add_language_options(parser: argparse.ArgumentParser, own_words: str) -> None:
    """own_words: describes the default list of own words."""
    parser.add_argument(
        "--language-model",
        type=_folder_or_none,
        default=shipped_language_model(),
        metavar="DIR",
        help="folder of a language model, or none to output letters as they are heard (default: the shipped one)",
    )
    parser.add_argument(
        "--own-words",
        type=Path,
        metavar="FILE",
        help="text file of words and phrases to prefer, one per line as they are written, optionally followed by an "
        f"equals sign and how they are pronounced (default: {own_words})",
    )


def _folder_or_none(text: str) -> Path | None:
    return None if text == "none" else Path(text)


def decoder(
    checkpoint: "Description", model: Path | None, own_words: Path | None, commands: Sequence[str] = ()
) -> "BeamDecoder | None":
    """The beam search with a language model, None without one. Prints unusable lines of the own words.

    commands: phrases of spoken commands. Raises OwnWordsUnreadable where there is no such file.
    """
    if own_words is not None and own_words != own_words_file() and not own_words.exists():
        raise OwnWordsUnreadable(path=own_words, reason="there is no such file")
    beam, own_words_read = load_beam(checkpoint, Language(model, own_words), commands)
    for entry in own_words_read.entries:
        if entry.is_guess:
            say(f"{own_words}: “{entry.written}” is expected to sound like “{entry.spoken}”.")
    for line in own_words_read.bad:
        say(f"{own_words}, line {line.number}: “{line.text}” is left out: {line.reason}.")
    return beam


def transcribe(arguments: argparse.Namespace) -> int:
    """Transcribes each file; a file that fails is named and the others go on. 1 if any failed."""
    if arguments.format == "docx" and not arguments.output_directory:
        raise ConfigError(name="--docx", reason="a Word document cannot be printed; name a folder for it with -o")
    model = arguments.model or shipped_checkpoint()
    with bounded_memory(model):
        return _transcribe(arguments, model)


def _transcribe(arguments: argparse.Namespace, model: Path) -> int:
    from engine.transcribe.load import load_transcriber

    described, transcriber = load_transcriber(model)
    own_words = arguments.own_words or own_words_file()
    spoken = spoken_options(arguments.spoken_commands, arguments.digits)
    if transcriber.searches:
        search = decoder(described, arguments.language_model, own_words, spoken.phrases)
        transcriber.decoder = search or transcriber.decoder
    spoken = replace(spoken, spelling=OwnSpelling(read_spelling(own_words)))
    punctuator = _punctuator() if arguments.punctuation and not transcriber.writes_marks else None
    failed, outputs = False, Outputs(arguments)
    for path in arguments.file:
        try:
            finished = _finished(
                dictated(transcriber.transcribe(path, track=arguments.track), spoken, punctuator), path
            )
            for note in finished.notes:
                say(f"diktovka: {path}: {note}")
            in_sentences = arguments.spoken_commands or punctuator is not None or transcriber.writes_marks
            about = (str(path), finished.duration_s, model.name, in_sentences, finished.notes)
            outputs.put(Document.of(finished.segments, *about), path)
        except DiktovkaError as error:
            say(f"diktovka: {error}")
            failed = True
    return int(failed)


def _punctuator() -> Punctuates | None:
    """The shipped punctuator; prints why if it cannot be used."""
    lazy = LazyPunctuator()
    loaded = lazy.load()
    if lazy.error is not None:
        say(f"diktovka: {lazy.error}")
    return loaded


class Outputs:
    """Writes transcripts: one file each into a folder, or one after the other to standard output.

    No two recordings share a file; existing files are replaced only with --overwrite.
    """

    def __init__(self, arguments: argparse.Namespace):
        self._folder, self._form, self._overwrite = arguments.output_directory, arguments.format, arguments.overwrite
        self._binds_short_words = arguments.bind_short_words
        self._written: set[str] = set()

    def put(self, document: Document, recording: Path) -> None:
        """Raises DiskFull or NotWritable."""
        from engine.transcript.export import rendered, write

        if self._folder is None:
            _print(rendered(self._form, document, binds_short_words=self._binds_short_words).decode("utf-8"))
            return
        target = free_path(self._folder, recording.stem, f".{self._form}", " ({})", is_taken=self._is_taken)
        write(target, document, form=self._form, binds_short_words=self._binds_short_words)
        self._written.add(_folded(target))
        say(f"{target}")

    def _is_taken(self, target: Path) -> bool:
        return _folded(target) in self._written or (not self._overwrite and os.path.lexists(target))


def _folded(path: Path) -> str:
    """Equal for names that some file systems treat as the same."""
    return unicodedata.normalize("NFC", str(path)).casefold()


def _print(text: str) -> None:
    """Raises DiskFull or NotWritable."""
    if sys.stdout is None:
        raise NotWritable(path="standard output", reason="it is closed")
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        raise  # the reader of the pipe has ended
    except OSError as error:
        raise storage_error(Path("standard output"), error) from error


def spoken_options(commands: bool, digits: bool) -> Spoken:
    """How spoken commands and numbers are written."""
    return Spoken(digits=digits) if commands else replace(NOTHING_SPOKEN, digits=digits)


def _finished(events: Iterator[Event], path: Path) -> Finished:
    """The last event of a file; prints progress to standard error if that is a terminal."""
    shown = sys.stderr.isatty()
    for event in events:
        if isinstance(event, Progress) and shown:
            share = f" of {event.total_s:.0f}" if event.total_s else ""
            print(f"\r{in_line(path.name)}: {event.done_s:.0f}{share} s", end="", file=sys.stderr, flush=True)
        elif isinstance(event, Finished):
            if shown:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
            return event
    raise AssertionError("a transcription ends with Finished")


def demo(arguments: argparse.Namespace) -> int:
    """Transcribes the two sample recordings and shows what was spoken beside it."""
    from engine.model.recogniser import load_recogniser
    from engine.transcribe.transcribe import Transcriber

    folder = resource("samples")
    samples = read_json(folder / SAMPLES_FILE, list)
    say("Getting the model ready ...")
    model, recognise = load_recogniser(shipped_checkpoint())
    transcriber = Transcriber(model, recognise, decoder(model, shipped_language_model(), own_words_file()))
    punctuator = _punctuator()
    for sample in samples:
        path = folder / sample["file"]
        finished = _finished(dictated(transcriber.transcribe(path), NOTHING_SPOKEN, punctuator), path)
        say("")
        say(f"{sample['file']} ({sample['speaker']['en']}), {finished.duration_s:.1f} s")
        say(f"  spoken: {sample['text']}")
        say("  recognised:")
        print(paragraphs(finished.segments), flush=True)
    return 0


def devices(arguments: argparse.Namespace) -> int:
    """Prints one microphone per line, the default one marked. Returns 1 if there is none."""
    from engine.audio.capture import input_devices

    microphones = input_devices()
    for device in microphones:
        mark = "*" if device.is_default else " "
        print(f"{mark} {device.index:>3}  {device.name}  {device.rate_hz:.0f} Hz")
    if not microphones:
        say("No microphone was found.")
    return int(not microphones)


def say(text: str) -> None:
    """Prints a message to standard error at once, control characters escaped; ignores a closed stream."""
    with suppress(OSError):
        print(in_line(text), file=sys.stderr, flush=True)


def prepare_output() -> None:
    """Escapes characters that a terminal or pipe cannot encode, so that no text is lost."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def end_output() -> bool:
    """Flushes the standard streams. False if that fails; they are then redirected, so that the process can end."""
    is_written = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            is_written = False
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return is_written
