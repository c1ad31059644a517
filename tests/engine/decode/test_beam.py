"""The beam search, on matrices with obvious answers."""

import dataclasses

import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.config import ConfidenceConfig, DecodeConfig
from engine.decode.alternatives import DOUBTFUL_BELOW
from engine.decode.beam import BeamDecoder, searched_steps
from engine.decode.greedy import GreedyDecoder
from engine.decode.language_model import NGRAMS
from engine.decode.lexicon_trie import spellings
from engine.errors import ConfigError, LanguageModelDamaged
from tests.helpers.language import language_model, spoken

ALPHABET = Alphabet()
DECODE = DecodeConfig(
    lm_weight=1.5,
    word_score=0.0,
    beam_size=200,
    free_word_price=2.0,
    free_letter_price=1.0,
    own_word_score=3.0,
    blank_price=0.0,
    space_price=0.0,
    confidence=ConfidenceConfig(bias=2.5, letters=4.0, margin=0.0, differing=0.0, length=0.0, usual=0.0),
)
SENTENCES = (
    *("Мама мыла раму.",) * 3,
    *("Толстый кот спал.",) * 3,
    *("Секретный код взломан.",) * 3,
    *("Ещё ёлка тут. Всё ещё ёлка.",) * 9,
    *("Все ушли, всё ещё тут.",) * 9,
    *("Ванна и я.",) * 3,
)


def confidence(letters: float) -> float:
    """Of a word whose letters have this geometric mean of probabilities, by DECODE."""
    return 1 / (1 + np.exp(-2.5) * letters**-4)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return language_model(tmp_path_factory.mktemp("lm") / "мала", *SENTENCES)


@pytest.fixture(scope="module")
def beam(model):
    return BeamDecoder(ALPHABET, model, DECODE)


@pytest.fixture
def own(model):
    return lambda *words: BeamDecoder(ALPHABET, model, DECODE, words)


# --- words that people say ---


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("мама мыла раму", "мама мыла раму"),
        ("_мм_ама__ _ мыла  раму _", "мама мыла раму"),
        ("ван_на", "ванна"),
        ("я", "я"),
        ("и я", "и я"),
        ("____", ""),
        ("   ", ""),
        ("_", ""),
    ],
)
def test_what_is_plain_to_hear_is_read(beam, path, text):
    assert beam.text(spoken(path)) == text


def test_a_misspelled_word_is_put_right(beam):
    heard = spoken("мама м?ла раму", и=0.5, ы=0.3)
    assert GreedyDecoder(ALPHABET).text(heard) == "мама мила раму"
    assert beam.text(heard) == "мама мыла раму"


@pytest.mark.parametrize(("context", "word"), [("толстый", "кот"), ("секретный", "код")])
def test_the_words_before_decide(beam, context, word):
    assert beam.text(spoken(f"{context} ко?", т=0.45, д=0.45)) == f"{context} {word}"


def test_what_is_heard_clearly_wins_over_the_words_before(beam):
    assert beam.text(spoken("толстый код", certainty=0.999)) == "толстый код"


def test_words_have_their_steps_and_confidence(beam):
    words = beam.decode(spoken("_мма_ма_  мыла_"))
    assert [(w.text, w.first_step, w.last_step) for w in words] == [("мама", 1, 6), ("мыла", 10, 13)]
    assert words[0].confidence == pytest.approx(confidence(0.9), abs=1e-4)


def test_confidence_is_that_of_the_letters_that_were_chosen(beam):
    (word,) = beam.decode(spoken("м?ла", и=0.5, ы=0.3))
    assert word.text == "мыла"
    assert word.confidence == pytest.approx(confidence((0.9**3 * 0.3) ** 0.25), abs=1e-4)


def test_what_speaks_for_each_word_is_given_beside_the_readings(beam, model):
    """The second word has a letter that was heard otherwise."""
    readings, speaking = beam.with_evidence(spoken("мама мы?а раму", certainty=0.99, л=0.02, н=0.6))
    assert [word.text for word in readings[0][1]] == ["мама", "мыла", "раму"]
    letters, margin, differing, length, usual = speaking.T
    assert letters.argmin() == differing.argmax() == 1
    assert (margin > 0).all()
    assert differing.tolist() == [0, 0.25, 0]
    assert length == pytest.approx(np.log([4, 4, 4]))
    assert usual.tolist() == [model.score(word) for word in ("мама", "мыла", "раму")]


# --- steps that are surely blank ---


def test_of_a_run_of_surely_blank_steps_the_first_is_searched():
    blank = spoken("__м__ _ма____", certainty=0.995)
    assert searched_steps(blank, ALPHABET.blank).tolist() == [0, 2, 3, 5, 6, 7, 8, 9]
    assert len(searched_steps(spoken("_" * 9, certainty=0.9), ALPHABET.blank)) == 9
    assert searched_steps(blank[:0], ALPHABET.blank).tolist() == []


def test_pauses_change_neither_words_nor_where_they_are(beam):
    plain = beam.decode(spoken("мама_ мы__ла ван_на", certainty=0.995))
    paused = beam.decode(spoken("___мама____ мы__________ла______ ван____на__", certainty=0.995))
    assert [word.text for word in paused] == [word.text for word in plain] == ["мама", "мыла", "ванна"]
    assert [(w.first_step, w.last_step) for w in paused] == [(3, 6), (12, 25), (33, 41)]
    assert [w.confidence for w in paused] == pytest.approx([w.confidence for w in plain])


# --- words outside the vocabulary ---


@pytest.mark.parametrize("path", ["бурундук", "мама мыла бурундука", "бурундук мыл раму", "под_дувало", "хм"])
def test_a_word_outside_the_vocabulary_comes_out(beam, path):
    assert beam.text(spoken(path, certainty=0.999)) == path.replace("_", "")


def test_a_word_outside_the_vocabulary_costs_what_it_is_set_to(model):
    heard = spoken("раму ?аму", certainty=0.999, л=0.999, р=0.0005)
    free = BeamDecoder(ALPHABET, model, DECODE).text(heard)
    dear = BeamDecoder(ALPHABET, model, dataclasses.replace(DECODE, free_letter_price=100.0)).text(heard)
    assert free == "раму ламу"
    assert dear == "раму раму"


def test_a_word_without_end_does_not_break_the_search(beam):
    heard = spoken("абвгд" * 12, certainty=0.99)
    words = beam.decode(heard)
    assert words[-1].last_step < len(heard)


# --- what a network gives too readily ---


@pytest.mark.parametrize(("setting", "unsure"), [("blank_price", "_"), ("space_price", " ")])
def test_what_is_given_too_readily_has_its_price(tmp_path, setting, unsure):
    model = language_model(tmp_path / "лес", *("Лес у леса.",) * 3)
    heard = spoken("лес?", а=0.05, **{unsure: 0.9})
    (short,), (long,) = (
        BeamDecoder(ALPHABET, model, dataclasses.replace(DECODE, **{setting: price})).decode(heard)
        for price in (0.0, 8.0)
    )
    assert (short.text, short.last_step) == ("лес", 2)
    assert (long.text, long.last_step) == ("леса", 3)
    assert long.confidence == pytest.approx(confidence((0.9**3 * 0.05) ** 0.25), abs=1e-3)


# --- own words ---


def test_an_own_word_is_preferred_at_once(beam, own):
    heard = spoken("ма?а", м=0.4, п=0.3)
    assert beam.text(heard) == "мама"
    assert own("мапа").text(heard) == "мапа"


def test_a_known_word_is_preferred_when_it_is_an_own_one(beam, own):
    heard = spoken("толстый ко?", т=0.5, д=0.3)
    assert beam.text(heard) == "толстый кот"
    assert own("код").text(heard) == "толстый код"


def test_an_own_phrase(beam, own):
    heard = spoken("?ама к?т", м=0.3, л=0.2, о=0.28, и=0.18)
    assert beam.text(heard) == "мама кот"
    assert own("лама кит").text(heard) == "лама кит"
    assert own("лама ки").text(heard) == "мама кот"


def test_an_own_phrase_gives_its_words_apart(own):
    words = own("аркадий гайдар").decode(spoken("аркадий гайдар"))
    assert [(w.text, w.first_step, w.last_step) for w in words] == [("аркадий", 0, 6), ("гайдар", 8, 13)]


def test_an_own_word_is_not_heard_where_something_else_was_said(own):
    assert own("бурундук").text(spoken("мама мыла раму")) == "мама мыла раму"


def test_own_words_are_changed_without_loading_anew(model):
    beam = BeamDecoder(ALPHABET, model, DECODE, ["мапа"])
    heard = spoken("ма?а", м=0.4, п=0.3)
    assert beam.text(heard) == "мапа"
    for own, text in (([], "мама"), (["мапа", "хм"], "мапа"), (["хм"], "мама")):
        beam.prefer(own)
        assert beam.text(heard) == text
        assert beam.text(spoken("бурундук", certainty=0.97)) == "бурундук"


# --- spoken commands ---


def test_a_spoken_command_is_heard_beside_own_words_until_it_is_switched_off(model):
    beam = BeamDecoder(ALPHABET, model, DECODE, ["мапа"], ["толстый код", "тыква"])
    command, own = spoken("толстый ко?", т=0.5, д=0.3), spoken("ма?а", м=0.4, п=0.3)
    assert (beam.text(command), beam.text(own)) == ("толстый код", "мапа")
    assert beam.text(spoken("?ыква", т=0.4, м=0.5)) == "тыква"
    beam.prefer(["мапа"])
    assert (beam.text(command), beam.text(own)) == ("толстый кот", "мапа")
    beam.prefer([], ["толстый код"])
    assert (beam.text(command), beam.text(own)) == ("толстый код", "мама")


def test_commands_change_nothing_of_what_merely_begins_like_them(beam, model):
    commanded = BeamDecoder(ALPHABET, model, DECODE, [], ["мамонт бежит", "секрет", "тут как тут", "рано или поздно"])
    for said in ("мама мыла раму", "секретный код взломан", "ещё ёлка тут", "бурундук", "все ушли"):
        heard = spoken(said)
        (mine, *_), (other, *_) = (decoder.with_evidence(heard)[0] for decoder in (commanded, beam))
        assert mine[0] == pytest.approx(other[0], abs=1e-3)
        assert [word.text for word in mine[1]] == [word.text for word in other[1]]


def test_words_are_spelled_in_labels_and_letters_that_the_alphabet_lacks_stand_out():
    small = Alphabet("абв ")
    spelled, ends = spellings(["аб", "в", "яé", "а😀"], small)
    assert list(spelled) == [0, 1, 3, 2, 3, 255, 255, 3, 0, 255, 3]
    assert ends == [3, 5, 8, 11]
    assert spellings([], small) == (b"", [])


def test_there_may_be_thousands_of_own_words(model):
    letters = "абвгде"
    many = ["".join(letters[(i // 6**k) % 6] for k in range(5)) for i in range(3000)]
    beam = BeamDecoder(Alphabet(), model, DECODE, ["мапа"])
    beam.prefer([*many, "мапа"])
    assert beam.text(spoken("ма?а", м=0.4, п=0.3)) == "мапа"
    beam.prefer([])
    assert beam.text(spoken("ма?а", м=0.4, п=0.3)) == "мама"


def test_own_words_keep_their_yo(own):
    assert own("фёкла").text(spoken("фекла")) == "фёкла"


def test_an_own_word_with_letters_that_the_model_lacks_is_passed_over(model):
    small = Alphabet("абвгдежзиклмнопрстуфхцчшщъыьэюя ")
    beam = BeamDecoder(small, model, DECODE, ["мой", "мапа"])
    assert beam.text(spoken("ма?а", small, м=0.4, п=0.3)) == "мапа"


# --- е and ё ---


def test_yo_and_ye_are_one_letter_to_the_search_and_words_are_spelled_as_usual(beam):
    for path in ("еще елка", "ещё ёлка", "ещё елка"):
        assert beam.text(spoken(path)) == "ещё ёлка"


@pytest.mark.parametrize("said", ["все", "всё"])
def test_where_both_spellings_are_usual_the_ear_decides(beam, said):
    assert beam.text(spoken(f"{said} ещё")) == f"{said} ещё"


@pytest.mark.parametrize("said", ["зеленка", "зелёнка"])
def test_a_word_outside_the_vocabulary_is_spelled_as_heard(beam, said):
    assert beam.text(spoken(said, certainty=0.97)) == said


def test_an_alphabet_without_yo(model):
    small = Alphabet("абвгдежзийклмнопрстуфхцчшщъыьэюя ")
    assert BeamDecoder(small, model, DECODE).text(spoken("елка", small)) == "елка"


def test_an_alphabet_in_another_order(model):
    turned = Alphabet(" яюэьыъщшчцхфутсрпонмлкйизжёедгвба")
    assert BeamDecoder(turned, model, DECODE).text(spoken("мама м?ла раму", turned, и=0.5, ы=0.3)) == "мама мыла раму"


# --- what a network may give ---


def test_nothing_gives_nothing(beam):
    assert beam.decode(np.zeros((0, ALPHABET.n_labels), np.float32)) == []


@pytest.mark.parametrize("shape", [(3, 4), (3, 36), (35,), (1, 3, 35)])
def test_another_shape_is_refused_by_name(beam, shape):
    with pytest.raises(ValueError, match=r"n_steps, 35"):
        beam.decode(np.zeros(shape, np.float32))


def test_certain_steps_with_infinities(beam):
    heard = np.full((4, ALPHABET.n_labels), -np.inf, np.float32)
    heard[np.arange(4), ALPHABET.encode("мама")] = 0.0
    (word,) = beam.decode(heard)
    assert word.text == "мама"
    assert word.confidence == pytest.approx(confidence(1.0))


@pytest.mark.parametrize("row", [-np.inf, np.nan, 0.0])
def test_a_step_that_says_nothing_is_survived(beam, row):
    heard = spoken("мама мыла раму")
    heard[5] = row
    assert beam.text(heard).endswith("мыла раму")
    assert isinstance(beam.decode(np.full((9, ALPHABET.n_labels), row, np.float32)), list)


def test_what_is_given_stays_as_it_was(beam):
    heard = spoken("мама")
    before = heard.copy()
    beam.decode(heard)
    assert (heard == before).all()


def test_double_precision_and_views_give_the_same(beam):
    heard = spoken("мама м?ла раму", и=0.5, ы=0.3)
    assert beam.text(heard.astype(np.float64)) == beam.text(np.asfortranarray(heard)) == "мама мыла раму"
    assert beam.text(np.repeat(heard, 2, axis=0)[::2]) == "мама мыла раму"


def test_random_matrices_give_ordered_words(beam):
    rng = np.random.default_rng(3)
    for n in range(1, 60, 3):
        raw = rng.normal(size=(n, ALPHABET.n_labels)) * 3
        words = beam.decode((raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))).astype(np.float32))
        steps = [step for w in words for step in (w.first_step, w.last_step)]
        assert steps == sorted(steps)
        assert all(0 <= step < n for step in steps)
        assert all(0 < w.confidence <= 1 and w.text and not ALPHABET.foreign(w.text) for w in words)
        assert all(" " not in w.text for w in words)


def test_decoding_twice_gives_the_same(beam):
    heard = spoken("мама мыла бурундука")
    assert beam.decode(heard) == beam.decode(heard)


# --- settings and files ---


@pytest.mark.parametrize(
    "change",
    [
        {"lm_weight": -1.0},
        {"lm_weight": 21.0},
        {"beam_size": 0},
        {"beam_threshold": 0.0},
        {"word_score": 1000.0},
        {"free_word_price": -1000.0},
        {"free_letter_price": float("nan")},
        {"own_word_score": float("inf")},
        {"beam_size": 1.5},
        {"blank_price": 101.0},
        {"space_price": -101.0},
        {"confidence": 0.5},
    ],
)
def test_settings_are_checked(change):
    with pytest.raises(ConfigError, match=next(iter(change))):
        DecodeConfig.from_dict(change)


def test_a_model_that_kenlm_refuses_is_told(model, tmp_path):
    other = dataclasses.replace(model, folder=tmp_path)
    (tmp_path / NGRAMS).write_bytes(b"mmap lm http://kheafield.com/code incomplete\n" + bytes(500))
    with pytest.raises(LanguageModelDamaged, match=r"ngrams\.kenlm"):
        BeamDecoder(ALPHABET, other, DECODE)


# --- what else it could be ---


def test_a_doubtful_word_has_alternatives_and_a_certain_one_has_none(beam):
    words = beam.decode(spoken("толстый ко? спал", т=0.25, д=0.2))

    assert [word.text for word in words] == ["толстый", "кот", "спал"]
    assert [word.alternatives for word in words if word.confidence >= DOUBTFUL_BELOW] == [(), ()]
    (doubtful,) = [word for word in words if word.confidence < DOUBTFUL_BELOW]
    assert "код" in doubtful.alternatives


def test_what_was_heard_letter_by_letter_is_among_them(beam):
    """A word that no lexicon has, read as one that it has."""
    words = beam.decode(spoken("толстый кол спал", certainty=0.55))

    (doubtful,) = [word for word in words if word.text not in ("толстый", "спал")]
    assert doubtful.text != "кол"
    assert "кол" in doubtful.alternatives


def test_the_other_word_is_among_the_alternatives(beam):
    words = beam.decode(spoken("мама ???? раму", certainty=0.9, **dict.fromkeys("мыла", 0.2)))

    (doubtful,) = [word for word in words if word.confidence < DOUBTFUL_BELOW]
    assert doubtful.alternatives
    assert doubtful.text not in doubtful.alternatives


# --- text at once ---


def test_a_guess_has_the_words_and_their_steps_but_no_alternatives(beam):
    heard = spoken("толстый ко? спал", т=0.25, д=0.2)
    guessed, found = beam.guess(heard), beam.decode(heard)
    assert [(w.text, w.first_step, w.last_step) for w in guessed] == [
        (w.text, w.first_step, w.last_step) for w in found
    ]
    assert all(word.alternatives == () for word in guessed)


def test_a_guess_at_nothing_is_nothing(beam):
    assert beam.guess(np.zeros((0, ALPHABET.n_labels), np.float32)) == []
    with pytest.raises(ValueError, match=r"n_steps, 35"):
        beam.guess(np.zeros((3, 4), np.float32))
