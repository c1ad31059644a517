"""A language model on disk."""

import hashlib
import json
import os
import shutil
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from engine.alphabet import Alphabet
from engine.config import DecodeConfig
from engine.decode.beam import BeamDecoder
from engine.decode.kenlm_format import MAGIC, SANITY, UNIGRAM, read_shape
from engine.decode.language_model import DESCRIPTION, LEXICON, NGRAMS, load_language_model
from engine.errors import LanguageModelDamaged, LanguageModelError, LanguageModelMissing
from engine.paths import resource, shipped_language_model
from engine.system.ansi_path import narrow_path
from tests.helpers.language import language_model, spoken
from trainer.evaluation.metrics import error_rate
from trainer.language_model.build import BuildConfig, build

BEGIN, END = "<s>", "</s>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Counted from three sentences, by hand in tests/trainer/language_model/test_ngrams.py."""
    return language_model(tmp_path_factory.mktemp("lm") / "из трёх", "Аб ба.", "Аб ба.", "Аб вы.").folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "модель с пробелом")


def kenlm(model):
    from flashlight.lib.text.decoder.kenlm import KenLM
    from flashlight.lib.text.dictionary import Dictionary

    return KenLM(narrow_path(model.ngrams), Dictionary(["<unk>", *model.words]))


def test_what_was_counted_is_what_is_loaded(folder):
    """Of 6 numbers of different words before (аб 1, ба 1, вы 1, end 2) half is left for all five words alike."""
    model = load_language_model(folder)
    assert model.words == ["аб", "ба", "вы"]
    assert 10**model.scores == pytest.approx([0.2, 0.2, 0.2], rel=1e-3)
    assert 10**model.unknown == pytest.approx(0.1, rel=1e-3)
    assert model.described["order"] == 4
    assert model.yo == {}


def test_each_word_has_its_score_and_any_other_that_of_an_unknown_one(tmp_path):
    model = language_model(tmp_path / "слова", "Ёж и уж жужжат. И уж. Я.", "Уж я уже ужин.")
    assert {word: model.score(word) for word in model.words} == dict(
        zip(model.words, model.scores.tolist(), strict=True)
    )
    assert {model.score(other) for other in ("", "а", "ужи", "ужинать", "яя", "ёж")} == {model.unknown}


def test_kenlm_gives_the_probabilities_by_hand(folder):
    """Trigrams: <s> аб is followed twice by ба and once by вы; 1 and 0.5 are taken, 0.5 left for the bigrams, where
    аб is followed by two different words with 0.5 taken from each: (1 - 0.5) / 2 + 0.5 * 0.2."""
    model = load_language_model(folder)
    lm = kenlm(model)
    state, first = lm.score(lm.start(False), 1)
    bigram = (1 - 0.5) / 2 + 0.5 * 0.2
    assert 10 ** lm.score(state, 2)[1] == pytest.approx((2 - 1) / 3 + 0.5 * bigram, rel=1e-3)
    assert 10 ** lm.score(state, 3)[1] == pytest.approx((1 - 0.5) / 3 + 0.5 * bigram, rel=1e-3)
    assert 10 ** lm.score(state, 0)[1] == pytest.approx(0.5 * 0.5 * 0.1, rel=1e-3)
    total = sum(10 ** lm.score(state, label)[1] for label in range(4)) + 10 ** lm.finish(state)[1]
    assert total == pytest.approx(1, rel=1e-3)
    assert 10**first == pytest.approx((3 - 1.5) / 3 + 0.5 * 0.2, rel=1e-3)


@pytest.mark.parametrize("file", [NGRAMS, LEXICON, DESCRIPTION])
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    with pytest.raises(LanguageModelMissing) as raised:
        load_language_model(folder)
    assert raised.value.fields == {"path": folder, "file": file}


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(LanguageModelMissing, match="нет такой"):
        load_language_model(tmp_path / "нет такой")


@pytest.mark.parametrize("file", [NGRAMS, LEXICON])
@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:90] + bytes([b[90] ^ 1]) + b[91:]]
)
def test_a_damaged_file_is_named_before_kenlm_sees_it(folder, file, damage):
    (folder / file).write_bytes(damage((folder / file).read_bytes()))
    with pytest.raises(LanguageModelDamaged) as raised:
        load_language_model(folder)
    assert raised.value.fields["file"] == file
    assert len(str(raised.value).splitlines()) == 1


def forge(folder, content: bytes) -> None:
    """With its sum, as somebody would who made it."""
    (folder / NGRAMS).write_bytes(content)
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    described["sha256"][NGRAMS] = hashlib.sha256(content).hexdigest()
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")


_COUNTS = len(MAGIC) + len(SANITY) + 20


def _number(value: int, place: int):
    return lambda b, _shape: b[:place] + value.to_bytes(8, "little") + b[place + 8 :]


def _first_row(row: int, value: int):
    """Of a unigram, in the next level."""

    def forged(content: bytes, shape) -> bytes:
        place = shape.unigrams_at + row * UNIGRAM.itemsize + 8
        return content[:place] + value.to_bytes(8, "little") + content[place + 8 :]

    return forged


def _bits_of_level(value: int):
    """The bigrams, whose columns all say so."""

    def forged(content: bytes, shape) -> bytes:
        place = shape.unigrams_at + (shape.counts[0] + 2) * UNIGRAM.itemsize
        return (
            content[:place] + bytes([value]) * (shape.level_bytes(1) - 8) + content[place + shape.level_bytes(1) - 8 :]
        )

    return forged


@pytest.mark.parametrize(
    "forged",
    [
        _number(2**40, _COUNTS),
        _number(2**31, _COUNTS + 8),
        _number(7, len(MAGIC) + len(SANITY)),
        _first_row(1, 2**62),
        _first_row(4, 0),
        _bits_of_level(255),
        lambda b, shape: b[: shape.header_bytes] + (2**50).to_bytes(8, "little") + b[shape.header_bytes + 8 :],
        lambda b, shape: b[: shape.total_bytes - 1],
        lambda b, shape: b"\\data\\\nngram 1=1\n",
    ],
)
def test_n_grams_that_lead_out_of_their_file_are_refused_though_their_sum_is_right(folder, forged):
    """KenLM reads where they lead, which ends the process or hangs it."""
    content = (folder / NGRAMS).read_bytes()
    forge(folder, forged(content, read_shape(content)))
    with pytest.raises(LanguageModelDamaged) as raised:
        load_language_model(folder)
    assert raised.value.fields["file"] == NGRAMS


@pytest.mark.parametrize("bits", [2, 12])
def test_the_n_grams_of_each_width_are_taken(tmp_path, bits):
    (tmp_path / "t.txt").write_text("".join(f"{'аб' * n} {'вг' * (n % 7)} да\n" for n in range(1, 40)), "utf-8")
    config = BuildConfig(threshold=0.0, probability_bits=bits, backoff_bits=bits)
    for _event in build([tmp_path / "t.txt"], tmp_path / "m", config):
        pass
    assert load_language_model(tmp_path / "m").described["ngrams"][1] > 40


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("unknown"),
        lambda d: d.pop("sha256"),
        lambda d: d.update(format=2),
        lambda d: d.update(unknown=None),
        lambda d: d.update(sha256=[]),
        lambda d: d.update(sha256={LEXICON: d["sha256"][LEXICON]}),
    ],
)
def test_a_damaged_description_is_told(folder, change):
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    change(described)
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    with pytest.raises(LanguageModelDamaged):
        load_language_model(folder)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_description_that_is_no_json_is_told(folder, text):
    (folder / DESCRIPTION).write_text(text, "utf-8")
    with pytest.raises(LanguageModelDamaged, match=r"model\.json"):
        load_language_model(folder)


def test_files_of_two_models_are_not_mixed(folder, tmp_path):
    other = language_model(tmp_path / "other", "Совсем другие слова.").folder
    shutil.copy(other / LEXICON, folder / LEXICON)
    with pytest.raises(LanguageModelDamaged):
        load_language_model(folder)


@pytest.mark.skipif(os.name == "nt", reason="its files have other permissions")
def test_a_file_that_may_not_be_read_is_told(folder, monkeypatch):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (folder / NGRAMS).chmod(0)
    with pytest.raises(LanguageModelError):
        load_language_model(folder)


# --- from a stranger ---


@pytest.mark.parametrize("name", ["/dev/zero", "../outside", "sub/file", DESCRIPTION])
def test_a_model_that_names_other_files_is_refused(folder, name):
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    described["sha256"] = {name: "0" * 64, **described["sha256"]}
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    with pytest.raises(LanguageModelDamaged, match=r"model\.json"):
        load_language_model(folder)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("file", [NGRAMS, LEXICON, DESCRIPTION])
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "elsewhere"])
def test_a_model_whose_file_lies_elsewhere_is_refused(folder, file, target):
    shutil.copy(folder / file, folder.parent / "elsewhere")
    (folder / file).unlink()
    (folder / file).symlink_to(folder.parent / target)
    with pytest.raises(LanguageModelDamaged) as raised:
        load_language_model(folder)
    assert raised.value.fields["file"] == file


def replace_lexicon(folder, **arrays) -> None:
    """With its sum, as somebody would who made it."""
    with np.load(folder / LEXICON) as lexicon:
        np.savez_compressed(folder / LEXICON, **dict(lexicon) | arrays)
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    described["sha256"][LEXICON] = hashlib.sha256((folder / LEXICON).read_bytes()).hexdigest()
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")


@pytest.mark.parametrize(
    "arrays",
    [
        {"words": np.full(50_000_000, 10, np.uint8)},
        {"scores": np.array(["a", "b", "c"])},
        {"words": np.array([1.5, 2.5])},
        {"yo_shares": np.ones(2, np.float16)},
        {"words": np.full(5, 255, np.uint8), "scores": np.ones(1, np.float16)},
    ],
    ids=["only line ends", "letters for numbers", "numbers for letters", "too many", "no UTF-8"],
)
def test_a_lexicon_that_cannot_be_is_refused_in_little_memory(folder, arrays):
    replace_lexicon(folder, **arrays)
    tracemalloc.start()
    with pytest.raises(LanguageModelDamaged, match=r"lexicon\.npz"):
        load_language_model(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000_000


def test_what_else_lies_in_a_lexicon_is_not_unpacked(folder):
    replace_lexicon(folder, more=np.zeros(100_000_000, np.uint8))
    tracemalloc.start()
    assert load_language_model(folder).words == ["аб", "ба", "вы"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


# --- the shipped model ---


@pytest.fixture(scope="module")
def shipped_model():
    folder = shipped_language_model()
    if not (folder / NGRAMS).exists():
        pytest.skip("needs the shipped language model in resources/")
    return load_language_model(folder)


def test_the_shipped_model_is_small_and_ready_soon(shipped_model):
    assert sum((shipped_model.folder / name).stat().st_size for name in (NGRAMS, LEXICON)) < 80e6
    start = time.process_time()
    BeamDecoder(Alphabet(), load_language_model(shipped_model.folder), DecodeConfig())
    assert time.process_time() - start < 3


def test_the_shipped_model_was_counted_without_any_sentence_that_models_are_measured_on(shipped_model):
    sets = {"voxforge-ru-mfcc", "common-voice", "common-voice-2", "voxforge"}
    assert set(shipped_model.described["without"]) >= sets
    assert shipped_model.described["left_out"] >= 300, "the novels hold many of them"


def test_the_shipped_model_knows_russian(shipped_model):
    lm = kenlm(shipped_model)
    label = {word: i for i, word in enumerate(shipped_model.words, start=1)}

    def score(text: str) -> float:
        state, total = lm.start(False), 0.0
        for word in text.split():
            state, one = lm.score(state, label[word])
            total += one
        return total + lm.finish(state)[1]

    assert score("я тебя люблю") > max(score("люблю тебя я"), score("тебя я люблю"))
    assert score("он пришел домой") > score("он домой пришли") + 1
    assert shipped_model.yo["еще"] == ("ещё", pytest.approx(1, abs=0.01))
    assert shipped_model.yo["ее"][0] == "её"
    assert 0.1 < shipped_model.yo["все"][1] < 0.9
    assert np.isfinite(shipped_model.scores).all()


def test_the_shipped_model_puts_words_right(shipped_model):
    beam = BeamDecoder(Alphabet(), shipped_model, DecodeConfig())
    assert beam.text(spoken("в?ё сме?алось в доме", с=0.4, з=0.4, ш=0.1)) == "всё смешалось в доме"


def test_a_spoken_word_that_the_lexicon_lacks_comes_out_once_it_is_ones_own(shipped, tmp_path):
    """Without own words such a word is taken for others of the lexicon: its free spelling costs too much to be seen,
    and is what the network heard where it costs nothing."""
    from engine.features.front_end import extract
    from engine.features.network_input import network_input, normalise
    from engine.model.recogniser import load_recogniser

    said, word = "он открыл окно и долго смотрел на улицу в городе было темно и тихо", "улицу"
    lm = language_model(tmp_path / "lm", "Он открыл окно.", "И долго смотрел на лицо.", "В городе было темно и тихо.")
    assert set(said.split()) - set(lm.words) == {word}
    checkpoint, recognise = load_recogniser(shipped)
    samples, _rate_hz = soundfile.read(resource("samples") / "man.wav", dtype="float32")
    cepstra = normalise(extract(samples, checkpoint.features).cepstra)
    (heard,) = recognise([network_input(cepstra, checkpoint.model)])

    beam = BeamDecoder(checkpoint.alphabet, lm, checkpoint.decode)
    without = beam.text(heard)
    assert set(without.split()) <= set(lm.words)
    beam.prefer([word])
    own = beam.text(heard)
    assert word in own.split()
    wrong = [error_rate([(said, read)]).word_errors for read in (without, own)]
    assert wrong[1] < wrong[0]

    free = replace(checkpoint.decode, free_word_price=0.0, free_letter_price=0.0)
    spelled = BeamDecoder(checkpoint.alphabet, lm, free).text(heard)
    assert not set(spelled.split()) <= set(lm.words)
    assert not checkpoint.alphabet.foreign(spelled)
