"""Every reader that takes strangers' bytes: files to begin with, made by the project's own code, and how it is read.

A reader gives what it found, or refuses it by a DiktovkaError; the few below that raise ValueError, for callers who say
it in their own sentence, are marked. Anything else is a fault.
"""

import gzip
import io
import itertools
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.audio.file import open_audio
from engine.config import VOXFORGE
from engine.decode.language_model import DESCRIPTION as LM_DESCRIPTION
from engine.decode.language_model import LEXICON, load_language_model
from engine.decode.own_words import import_own_words
from engine.history.entry import Kind, State, error_from_json
from engine.history.store import History
from engine.model.checkpoint import DESCRIPTION, WEIGHTS, load_checkpoint
from engine.paths import shipped_punctuation
from engine.punctuation.punctuator import DESCRIPTION as PUNCTUATION
from engine.punctuation.punctuator import Punctuator
from engine.system.json_text import parse_json
from engine.system.npz import map_array, read_arrays
from engine.system.table import read_table
from engine.transcript import kept_page
from engine.transcript.document import Document
from tests.fuzz import model_readers, window_readers
from tests.fuzz.reader import IN_A_SENTENCE_OF_THE_CALLER, Prepared, Reader, describe, put, sum_of
from tests.helpers.corpora import speech_flac, speech_wav, write_session
from tests.helpers.fake_engine import segment
from tests.helpers.language import language_model
from tests.helpers.models import write_cache, write_random_checkpoint
from tests.helpers.voxforge_site import VoxForgeSite, small_archive
from trainer.corpus.cache import CONFIG, SCALE, UTTERANCES, FeatureCache
from trainer.corpus.cache_writer import read_report, write_report
from trainer.corpus.corpus import find_recordings
from trainer.corpus.preflight import Note, Report, SplitSize
from trainer.download.archive import unpack
from trainer.download.archive_index import parse_index
from trainer.evaluation.metrics import ErrorRate
from trainer.language_model.sentence_reader import Reader as TextReader
from trainer.training.example_log import EXAMPLES, read_examples
from trainer.training.run import Position, load_state, save_state
from trainer.training.run_result import RESULT as TRAINED
from trainer.training.run_result import read_result
from trainer.training.step_log import STEPS, read_curve, read_rows
from trainer.tuning.events import RESULT, BeforeAfter, load_result, save_result


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, scale=np.ones(13, np.float32), offset=np.zeros(13, np.float32))
    return file.getvalue()


def _arrays(_folder: Path) -> Prepared:
    return [_npz()], lambda content: read_arrays(io.BytesIO(content), {"scale": (13,), "offset": (13,)}, 10**7)


def _mapped_array(folder: Path) -> Prepared:
    path = folder / "a.npy"
    np.save(path, np.arange(130, dtype=np.int8).reshape(10, 13))
    return [path.read_bytes()], lambda content: map_array(put(path, content), np.int8, (None, 13))


def _json(_folder: Path) -> Prepared:
    return [b'{"a": [1, -2.5, "x", {"b": null}], "c": 1e3}', b"{}"], lambda content: parse_json(content, finite=True)


def _table(folder: Path) -> Prepared:
    seeds = ["id\tspeaker\tstart\n1\tанна\t0\n2\tоля\t14\n".encode()]
    return seeds, lambda content: read_table(put(folder / "a.tsv", content), ("id",))


def _checkpoint_description(folder: Path) -> Prepared:
    path = write_random_checkpoint(folder / "m") / DESCRIPTION
    return [path.read_bytes()], lambda content: load_checkpoint(put(path, content).parent)


def _checkpoint_weights(folder: Path) -> Prepared:
    path = write_random_checkpoint(folder / "m") / WEIGHTS
    return [path.read_bytes()], lambda content: load_checkpoint(_with_sum(path, content, "weights_sha256"))


def _with_sum(path: Path, content: bytes, key: str) -> Path:
    folder = put(path, content).parent
    describe(folder / DESCRIPTION, lambda described: described.update({key: sum_of(content)}))
    return folder


def _language_description(folder: Path) -> Prepared:
    path = language_model(folder / "lm", "Аб ба.", "Ёж и уж.").folder / LM_DESCRIPTION
    return [path.read_bytes()], lambda content: load_language_model(put(path, content).parent)


def _language_lexicon(folder: Path) -> Prepared:
    path = language_model(folder / "lm", "Аб ба.", "Ёж и уж.").folder / LEXICON

    def read(content: bytes) -> object:
        describe(path.parent / LM_DESCRIPTION, lambda described: described["sha256"].update({LEXICON: sum_of(content)}))
        return load_language_model(put(path, content).parent)

    return [path.read_bytes()], read


def _punctuation(folder: Path) -> Prepared:
    shutil.copytree(shipped_punctuation(), folder / "p")
    path = folder / "p" / PUNCTUATION
    return [path.read_bytes()], lambda content: Punctuator.load(put(path, content).parent)


def _archive(folder: Path) -> Prepared:
    numbers = itertools.count()

    def read(content: bytes) -> None:
        target = folder / f"{next(numbers)}"
        try:
            for _n_bytes in unpack(put(folder / "a.tgz", content), target):
                pass
        finally:
            shutil.rmtree(target, ignore_errors=True)

    return [small_archive("ira", 600)], read


def _archived(folder: Path) -> Prepared:
    """The same, with a checksum that is right."""
    (packed,), read = _archive(folder)
    return [gzip.decompress(packed)], lambda content: read(gzip.compress(content, 1))


def _index(_folder: Path) -> Prepared:
    page = VoxForgeSite({"anna-1.tgz": b"x", "оля.tgz": b"y" * 3000}).page()
    return [page], lambda content: parse_index(content, "http://example.org/corpus/")


def _sound(folder: Path) -> Prepared:
    def read(content: bytes) -> int:
        with open_audio(put(folder / "a", content)) as audio:
            return sum(len(block) for block in itertools.islice(audio.blocks(), 60))

    return [speech_wav(duration_s=0.4), speech_flac()], read


def _document(_folder: Path) -> Prepared:
    whole = Document.of((segment("раз два"), segment("три", 2.0)), "a.wav", 3.0, "m", False, ())
    return [whole.to_json().encode()], lambda content: Document.from_json(content.decode("utf-8", "replace")).segments


def _kept_page(_folder: Path) -> Prepared:
    page = kept_page.Page(
        "раз два",
        [[kept_page.Run(1, "раз два")]],
        {1: kept_page.Source(1, segment("раз два"))},
        {1: ("a.wav", 2.0)},
        False,
    )
    return [kept_page.to_json(page).encode()], lambda content: kept_page.from_json(content.decode("utf-8", "replace"))


def _kept_error(_folder: Path) -> Prepared:
    from engine.errors import AudioUnreadable
    from engine.history.entry import error_to_json

    seed = error_to_json(AudioUnreadable(path=Path("a.wav"), reason="no")).encode()
    return [seed], lambda content: str(error_from_json(content.decode("utf-8", "replace")))


def _history(folder: Path) -> Prepared:
    seed = folder / "seed.sqlite"
    with closing(History(seed)) as history:
        for number in range(3):
            key = history.add(Path(f"/записи/{number}.wav"), Kind.FILE)
            history.finish(key, Document.of((segment("раз два"),), "a", 1.0, "m", False, ()), State.DONE)
    content = seed.read_bytes()
    numbers = itertools.count()

    def read(content: bytes) -> None:
        own = folder / f"{next(numbers)}"
        own.mkdir()
        try:
            with closing(History(put(own / "h.sqlite", content))) as history:
                keys = history.keys()
                history.entries(keys)
                for key in keys:
                    history.document(key)
                history.add(Path("/b.wav"), Kind.FILE)
        finally:
            shutil.rmtree(own)

    return [content], read


def _own_words(folder: Path) -> Prepared:
    seeds = ["Яндекс\niPhone = айфон, айфончик\nООО «Ромашка»\n".encode(), "слово\r\n".encode("cp1251")]

    def read(content: bytes) -> object:
        (folder / "own.txt").unlink(missing_ok=True)
        return import_own_words(put(folder / "a.txt", content), folder / "own.txt")

    return seeds, read


def _cache_part(name: str) -> Callable[[Path], Prepared]:
    def prepare(folder: Path) -> Prepared:
        path = write_cache(folder / "c", n_train=4, n_held=2) / name
        seed = path.read_bytes() if path.exists() else json.dumps({"features": VOXFORGE.to_dict()}).encode()
        return [seed], lambda content: FeatureCache(put(path, content).parent)

    return prepare


def _run_state(folder: Path) -> Prepared:
    save_state(folder, {"a": np.ones((3, 4), np.float32)}, Position(), {"seed": 1})
    path = next(path for path in folder.iterdir() if path.suffix == ".npz")
    return [path.read_bytes()], lambda content: load_state(put(path, content).parent)


def _prompts(folder: Path) -> Prepared:
    session = write_session(folder, "ira-20110516-abc", {"ru_1": speech_wav()}, "ru_1 Да. \nru_2 Нет \n")
    path = session / "etc" / "prompts-original"
    return [path.read_bytes()], lambda content: find_recordings([put(path, content).parents[2]], Alphabet())


def _transcripts(folder: Path) -> Prepared:
    (folder / "a.wav").write_bytes(speech_wav())
    seeds = ["file\ttext\tspeaker\na.wav\tДа, это так.\tанна\n".encode()]
    return seeds, lambda content: find_recordings([put(folder / "transcripts.tsv", content).parent], Alphabet())


def _manifest(folder: Path) -> Prepared:
    (folder / "a.wav").write_bytes(speech_wav())
    seeds = ["wav_filename,wav_filesize,transcript\na.wav,12345,да это так\n".encode()]
    return seeds, lambda content: find_recordings([put(folder / "m.csv", content)], Alphabet())


def _run_part(name: str, content: str, read: Callable[[Path], object]) -> Callable[[Path], Prepared]:
    """A file of a run's folder, which is told or passed over."""

    def prepare(folder: Path) -> Prepared:
        write_random_checkpoint(folder / "best")
        return [content.encode()], lambda content: read(put(folder / name, content).parent)

    return prepare


def _tuned(folder: Path) -> Prepared:
    rate = ErrorRate(5, 20, 100, 4, 9)
    save_result(BeforeAfter(folder / "tuned", rate, rate, None, None, 0.5, (("да", "та", "да"),), rate, rate), folder)
    path = folder / RESULT

    def read(content: bytes) -> object:
        found = load_result(put(path, content).parent)
        return found and (found.helped, found.told[0].cer, found.told[1].wer, f"{found.share:.0%}", found.texts)

    return [path.read_bytes()], read


def _report(folder: Path) -> Prepared:
    cache = folder / "c"
    cache.mkdir()
    sizes = (SplitSize("train", 4, 12.5, 2, 3),)
    notes = (Note("{n} of them say one text", {"n": 3}),)
    write_report(cache, VOXFORGE.to_dict(), {"a": 1}, Report(4, 12.5, 2, 3, sizes, (), notes))
    path = cache / CONFIG

    def read(content: bytes) -> object:
        found = read_report(put(path, content).parent)
        return found and ([f"{one.seconds:.2f} {one.utterances:>5}" for one in (found, *found.splits)], found.notes)

    return [path.read_bytes()], read


def _corpus(name: str, *lines: str, sound: str = "a.wav") -> Callable[[Path], Prepared]:
    """The list of a corpus as it is published, with one recording."""

    def prepare(folder: Path) -> Prepared:
        (folder / sound).parent.mkdir(parents=True, exist_ok=True)
        (folder / sound).write_bytes(speech_wav())
        (folder / "text").write_text("a да это так\n", "utf-8")
        seeds = ["".join(line + "\n" for line in lines).encode()]
        return seeds, lambda content: find_recordings([put(folder / name, content).parent], Alphabet())

    return prepare


def _written(folder: Path) -> Prepared:
    text = "Он сказал, что придёт. А ты видел?\n".encode()
    seeds = [text, gzip.compress(text)]

    def read(content: bytes) -> object:
        suffix = ".gz" if content[:2] == b"\x1f\x8b" else ""
        return list(TextReader().read(put(folder / f"a.txt{suffix}", content)))

    return seeds, read


_STEPS = "step,time,epochs,loss,gradient_norm,learning_rate\n1,1700000000.0,0.5,3.25,1.5,0.001\n"
_EXAMPLES = "epoch\tsplit\treference\thypothesis\n1\tdev_unseen_text\tда\tта\n"
_VOTED = ("client_id\tpath\tsentence\tup_votes\tdown_votes", "x\ta.wav\tДа, это так.\t2\t0")
READERS = {
    "arrays (.npz)": Reader(_arrays, IN_A_SENTENCE_OF_THE_CALLER),
    "mapped array (.npy)": Reader(_mapped_array, IN_A_SENTENCE_OF_THE_CALLER),
    "JSON": Reader(_json, IN_A_SENTENCE_OF_THE_CALLER),
    "own tables": Reader(_table, IN_A_SENTENCE_OF_THE_CALLER),
    "model: description": Reader(_checkpoint_description),
    "model: weights, sum made right": Reader(_checkpoint_weights),
    "language model: description": Reader(_language_description),
    "language model: lexicon, sum made right": Reader(_language_lexicon),
    "punctuation: description": Reader(_punctuation),
    "archive": Reader(_archive),
    "archive, sum made right": Reader(_archived),
    "index page": Reader(_index),
    "sound": Reader(_sound),
    "transcript": Reader(_document),
    "kept page": Reader(_kept_page),
    "kept error": Reader(_kept_error),
    "history": Reader(_history),
    "own words": Reader(_own_words),
    "feature cache: scale": Reader(_cache_part(SCALE)),
    "feature cache: utterances": Reader(_cache_part(UTTERANCES)),
    "feature cache: configuration": Reader(_cache_part(CONFIG)),
    "state of a training": Reader(_run_state),
    "prompts": Reader(_prompts),
    "transcripts.tsv": Reader(_transcripts),
    "manifest": Reader(_manifest),
    "steps of a training": Reader(_run_part(STEPS, _STEPS, lambda run: (list(read_rows(run)), read_curve(run)))),
    "examples of a training": Reader(_run_part(EXAMPLES, _EXAMPLES, read_examples)),
    "result of a training": Reader(_run_part(TRAINED, '{"result": "best", "cer": {"best": 0.2}}', read_result)),
    "result of a tuning": Reader(_tuned),
    "report of a feature cache": Reader(_report),
    "corpus: Kaldi": Reader(_corpus("wav.scp", "a a.wav")),
    "corpus: JSON lines": Reader(_corpus("m.json", '{"audio_filepath": "a.wav", "text": "да", "duration": 1.2}')),
    "corpus: LJ Speech": Reader(_corpus("metadata.csv", "a|Да, это так.|да это так", sound="wavs/a.wav")),
    "corpus: Common Voice": Reader(_corpus("validated.tsv", *_VOTED, sound="clips/a.wav")),
    "text to learn from": Reader(_written),
}
READERS |= model_readers.READERS | window_readers.READERS
