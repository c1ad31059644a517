"""Sentences spoken by the machine's synthesisers become an ordinary feature cache."""

import argparse

import numpy as np
import pytest

from engine.config import CLASSIC, SAMPLE_RATE_HZ, VOXFORGE
from tests.helpers.models import write_cache
from trainer.cli.synthetic import add_synthetic_options, synthetic
from trainer.corpus.cache import FeatureCache
from trainer.corpus.events import CacheReady, Extracting
from trainer.dataset.batches import SYNTHETIC
from trainer.errors import CacheFolderTaken, CorpusError, SynthesiserFailed, SynthesiserMissing
from trainer.language_model.corpus_sentences import held_out_sentences
from trainer.made_speech.synthesis import (
    ESPEAK,
    FESTIVAL,
    RHVOICE,
    Speakers,
    Voice,
    installed,
    random_voice,
    rhvoice_voices,
)
from trainer.made_speech.synthetic import Avoided, Plan, chosen_sentences, write_corpus

SENTENCES = ["сегодня идёт дождь", "он вошёл и сел у окна", "где мои старые книги"]


def needs(synthesiser):
    if synthesiser not in installed():
        pytest.skip(f"needs {synthesiser} with a Russian voice")


@pytest.fixture
def speakers():
    with Speakers() as opened:
        yield opened


@pytest.mark.parametrize("synthesiser", [ESPEAK, FESTIVAL, RHVOICE])
def test_a_sentence_is_spoken(speakers, synthesiser):
    needs(synthesiser)
    samples = speakers.speak(SENTENCES[0], random_voice(synthesiser, np.random.default_rng(3)))
    assert samples.dtype == np.float32
    assert 0.7 < len(samples) / SAMPLE_RATE_HZ < 5
    assert 0.05 < np.abs(samples).max() <= 1.2
    longer = speakers.speak(" ".join(SENTENCES), random_voice(synthesiser, np.random.default_rng(3)))
    assert len(longer) > 1.5 * len(samples)


def test_a_smaller_tract_speaks_higher_and_faster(speakers):
    needs(ESPEAK)
    plain, small = (speakers.speak(SENTENCES[1], Voice(ESPEAK, "m3", tract=t)) for t in (1.0, 1.2))
    assert len(small) == pytest.approx(len(plain) / 1.2, rel=0.01)


def test_each_voice_of_rhvoice_speaks_at_its_speed(speakers):
    needs(RHVOICE)
    for name in rhvoice_voices():
        slow, fast = (speakers.speak(SENTENCES[1], Voice(RHVOICE, name, rate)) for rate in (110, 200))
        assert len(slow) > 1.2 * len(fast)


@pytest.mark.parametrize("text", ["", "  ", 'сказал "да"', "(quit)", "hello"])
def test_what_is_no_russian_is_never_handed_to_a_program(speakers, text):
    with pytest.raises(ValueError, match="Russian letters"):
        speakers.speak(text, Voice(FESTIVAL))


def test_without_synthesisers_the_person_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed() == ()
    with pytest.raises(SynthesiserMissing, match="apt install"):
        list(write_corpus(tmp_path / "cache", SENTENCES, Plan(VOXFORGE)))
    with Speakers() as speakers, pytest.raises(SynthesiserMissing, match=ESPEAK):
        speakers.speak("да", Voice(ESPEAK, "m1"))
    with Speakers() as speakers, pytest.raises(SynthesiserMissing, match=FESTIVAL):
        speakers.speak("да", Voice(FESTIVAL))
    with Speakers() as speakers, pytest.raises(SynthesiserMissing, match=RHVOICE):
        speakers.speak("да", Voice(RHVOICE, "elena"))
    assert not (tmp_path / "cache").exists()


def test_a_corpus_is_written_and_is_the_same_for_the_same_seed(tmp_path):
    needs(ESPEAK)
    plan = Plan(VOXFORGE, (ESPEAK,), seed=4, processes=1)
    texts = [f"{a} {b}" for a in SENTENCES for b in SENTENCES] * 3
    events = list(write_corpus(tmp_path / "one", texts, plan))
    assert isinstance(events[-1], CacheReady)
    assert [event.done for event in events if isinstance(event, Extracting)] == [25]
    assert events[-1].report.utterances == len(texts)
    one, other = FeatureCache(tmp_path / "one"), write_again(tmp_path / "other", texts, plan)
    assert [u.text for u in one.utterances] == texts
    assert {u.split for u in one.utterances} == {"train"}
    assert all(u.speaker.startswith(SYNTHETIC) for u in one.utterances)
    assert len({u.speaker for u in one.utterances}) > 5
    one.require(VOXFORGE)
    n_frames = sum(u.frames for u in one.utterances)
    np.testing.assert_array_equal(one.rows(0, n_frames), other.rows(0, n_frames))


def write_again(folder, texts, plan) -> FeatureCache:
    list(write_corpus(folder, texts, plan))
    return FeatureCache(folder)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    needs(ESPEAK)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "диплом.txt").write_text("мой", "utf-8")
    with pytest.raises(CacheFolderTaken):
        list(write_corpus(tmp_path / "cache", SENTENCES, Plan(VOXFORGE, (ESPEAK,), processes=1)))
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["диплом.txt"]


def test_stopped_in_the_middle_it_leaves_nothing(tmp_path):
    needs(ESPEAK)
    events = write_corpus(tmp_path / "cache", SENTENCES * 30, Plan(VOXFORGE, (ESPEAK,), processes=1))
    next(events)
    events.close()
    assert list(tmp_path.iterdir()) == []


def test_sentences_of_test_sets_are_left_out(tmp_path):
    corpus = write_cache(tmp_path / "corpus")
    held = held_out_sentences(corpus)
    assert held
    text = tmp_path / "text.txt"
    others = ["Вот совсем другое предложение.", "Мама давно мыла раму.", "Да.", "В 1905 году было так."]
    text.write_text("\n".join([*held, *others]), "utf-8")
    avoided = Avoided([corpus])
    assert set(chosen_sentences([text], 100, avoided, seed=1)) == {
        "вот совсем другое предложение",
        "мама давно мыла раму",
    }
    assert len(chosen_sentences([text], 1, avoided, seed=1)) == 1


def test_six_words_in_a_row_of_a_test_sentence_are_left_out(tmp_path):
    (tmp_path / "transcripts.tsv").write_text("file\ttext\n1.wav\tРаз два три четыре пять шесть.\n", "utf-8")
    avoided = Avoided([tmp_path])
    assert "потом раз два три четыре пять шесть семь" in avoided
    assert "раз два три четыре пять" not in avoided


def test_long_sentences_are_cut_and_a_text_without_any_is_told(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("слово " * 40, "utf-8")
    (cut,) = chosen_sentences([text], 5, Avoided([]), seed=2)
    assert 4 <= len(cut.split()) <= 14
    text.write_text("12 345\n", "utf-8")
    with pytest.raises(CorpusError, match="no sentence"):
        chosen_sentences([text], 5, Avoided([]), seed=2)


def test_festival_is_started_anew_now_and_then_and_after_its_death(speakers, monkeypatch):
    needs(FESTIVAL)
    monkeypatch.setattr("trainer.made_speech.synthesis._FESTIVAL_SENTENCES", 1)
    processes = []
    for sentence in SENTENCES[:2]:
        assert len(speakers.speak(sentence, Voice(FESTIVAL)))
        processes.append(speakers._festival)
    assert processes[0].returncode is not None
    assert processes[1].poll() is None
    monkeypatch.setattr("trainer.made_speech.synthesis._FESTIVAL_SENTENCES", 10)
    processes[1].kill()
    processes[1].wait()
    with pytest.raises(SynthesiserFailed, match="did not speak"):
        speakers.speak(SENTENCES[2], Voice(FESTIVAL))
    assert len(speakers.speak(SENTENCES[2], Voice(FESTIVAL)))


def test_the_verb_chooses_speaks_and_tells(tmp_path, capsys):
    needs(ESPEAK)
    text = tmp_path / "текст.txt"
    text.write_text("\n".join(f"Сегодня {word} идёт дождь." for word in ("опять", "снова", "долго", "сильно")), "utf-8")
    parser = argparse.ArgumentParser()
    add_synthetic_options(parser)
    options = (
        text,
        "-o",
        tmp_path / "cache",
        "--sentences",
        3,
        "--synthesiser",
        ESPEAK,
        "--clean",
        "--preset",
        "classic",
    )
    assert synthetic(parser.parse_args([str(option) for option in options])) == 0
    assert "3 sentences" in capsys.readouterr().err
    cache = FeatureCache(tmp_path / "cache")
    cache.require(CLASSIC)
    assert len({u.text for u in cache.utterances}) == 3
