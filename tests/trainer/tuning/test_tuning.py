"""A small model that knows some voices learns one more and keeps the others."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.decode.beam_loader import Language
from engine.errors import CheckpointMissing, ConfigError
from engine.model.checkpoint import load_checkpoint
from engine.system.worker import Cancelled
from tests.helpers.language import language_model
from tests.helpers.models import SMALL, WORDS, write_random_checkpoint
from tests.helpers.voices import write_learned, write_voice
from trainer.dataset.batches import Example, Rows
from trainer.errors import CorpusError, TooFewOwn
from trainer.evaluation.metrics import ErrorRate, error_rate
from trainer.training.events import EpochDone, StepDone
from trainer.training.run import load_state
from trainer.training.training_process import TrainingProcess
from trainer.tuning.events import OWN, RESULT, BeforeAfter, Judged, Split, Verdict, load_result, save_result
from trainer.tuning.interpolate import best_blend, blended
from trainer.tuning.material import Mixture, others, split_own
from trainer.tuning.tuning import TuneConfig, TuneRequest, tune, tuned

SETTINGS = TuneConfig(epochs=4, batch_frames=2500, learning_rate=0.015, times=2)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return write_learned(tmp_path_factory.mktemp("learned"))


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    return write_voice(tmp_path_factory.mktemp("voices") / "me")


@pytest.fixture
def request_(learned, voice, tmp_path):
    model, corpus = learned
    return TuneRequest(tmp_path / "run", model, (voice,), corpora=(corpus,), settings=SETTINGS)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_own_voice_is_read_better_and_the_others_as_well_as_before(request_):
    before = bytes_of(request_.model)
    events = list(tuned(request_))
    (split,) = [e for e in events if isinstance(e, Split)]
    assert (split.own, split.held, split.others, split.general) == (19, 5, 48, 16)
    result = events[-1]
    assert isinstance(result, BeforeAfter)
    assert result.own_before.utterances == 5
    assert result.own_after.cer < 0.6 * result.own_before.cer
    assert result.general_after.cer <= result.general_before.cer + SETTINGS.most_general_rise
    assert 0 < result.share <= 1
    assert bytes_of(request_.model) == before  # what it began with is as it was

    tuned_model, start = load_checkpoint(result.folder), load_checkpoint(request_.model)
    assert tuned_model.model == start.model
    assert tuned_model.error_rates[OWN]["cer"] == pytest.approx(result.own_after.cer, abs=1e-4)
    assert any((tuned_model.weights[name] != weight).any() for name, weight in start.weights.items())
    assert load_result(request_.out) == result
    assert len(result.texts) == 5


def test_the_end_is_told_as_the_language_model_writes_it(request_, tmp_path):
    language_model(tmp_path / "language", *(" ".join(WORDS) for _ in range(3)))
    *_, result = tuned(replace(request_, language=Language(tmp_path / "language", None)))
    assert result.written_before.utterances == result.written_after.utterances == 5
    assert result.told == (result.written_before, result.written_after)
    assert {word for _, was, now in result.texts for word in (was + " " + now).split()} <= set(WORDS)
    assert result.written_after.letter_errors == error_rate((said, now) for said, _, now in result.texts).letter_errors
    assert load_result(request_.out) == result


def test_without_the_language_model_it_is_told_as_it_is_heard(request_, tmp_path, caplog):
    *_, result = tuned(replace(request_, language=Language(tmp_path / "nothing", None)))
    assert result.written_before is None
    assert result.told == (result.own_before, result.own_after)
    assert "the language model cannot be used" in caplog.text


def test_without_other_speech_the_pull_keeps_it_near(request_):
    alone = replace(request_, corpora=())

    def away(out, pull):
        settings = replace(SETTINGS, pull=pull, epochs=3)
        *_, result = tuned(replace(alone, out=request_.out / out, settings=settings))
        assert result.general_before is None
        assert result.general_after is None
        start = load_checkpoint(alone.model).weights
        after = load_checkpoint(request_.out / out / "last").weights
        return sum(float(np.abs(after[name] - weight).sum()) for name, weight in start.items())

    assert away("near", 50.0) < 0.7 * away("free", 0.0)


def test_a_cancelled_run_goes_on_and_a_finished_one_is_told_again(request_):
    events = tuned(request_)
    for event in events:
        if isinstance(event, StepDone) and event.step == 3:
            break
    events.close()
    _, position, _ = load_state(request_.out)
    assert position.step == 3
    rest = list(tuned(request_))
    assert next(e.step for e in rest if isinstance(e, StepDone)) == 4
    whole = list(tuned(replace(request_, out=request_.out / "whole")))
    assert rest[-1] == replace(whole[-1], folder=rest[-1].folder)
    again = list(tuned(request_))
    assert again[-1] == rest[-1]
    assert not any(isinstance(e, StepDone) for e in again)


def test_another_recording_begins_a_run_anew(request_, tmp_path):
    short = replace(request_, settings=replace(SETTINGS, epochs=1))
    *_, first = tuned(short)
    more = replace(short, own=(write_voice(tmp_path / "more", n=25),))
    second = list(tuned(more))
    assert next(e.step for e in second if isinstance(e, StepDone)) == 1
    assert second[-1].own_before != first.own_before


def test_held_out_recordings_can_be_named(request_, tmp_path):
    held = write_voice(tmp_path / "held", n=7, seed=6)
    short = replace(request_, held=(held,), settings=replace(SETTINGS, epochs=1))
    events = list(tuned(short))
    (split,) = [e for e in events if isinstance(e, Split)]
    assert (split.own, split.held) == (24, 7)
    assert events[-1].own_before.utterances == 7


def test_what_cannot_be_tuned_is_told(request_, tmp_path):
    few = write_voice(tmp_path / "few", n=9)
    with pytest.raises(TooFewOwn, match="only 9 can be used"):
        list(tuned(replace(request_, own=(few,))))
    with pytest.raises(CorpusError):
        list(tuned(replace(request_, own=(tmp_path / "nowhere",))))
    with pytest.raises(CheckpointMissing):
        list(tuned(replace(request_, model=tmp_path / "nowhere")))
    with pytest.raises(ConfigError, match="own_share"):
        TuneConfig(own_share=0)


def test_in_a_process_of_its_own_it_stops_and_goes_on(request_):
    request = replace(request_, threads=1, settings=replace(SETTINGS, epochs=2))
    process = TrainingProcess(request, tune)
    events = process.events()
    stopped = [next(event for event in events if isinstance(event, StepDone))]
    process.stop()
    with pytest.raises(Cancelled):
        stopped.extend(events)
    rest = list(TrainingProcess(request, tune).events())
    assert isinstance(rest[-1], BeforeAfter)
    assert [e.epoch for e in [*stopped, *rest] if isinstance(e, EpochDone)] == [1, 2]


# --- the parts ---


def said(n: int, texts: int) -> list[Example]:
    rows = Rows(np.zeros((9, 13), np.float32))
    return [Example(f"{i}", f"фраза {'абвгдежзик'[i % texts]}", "me", ((rows, 0, 9),)) for i in range(n)]


def test_no_sentence_is_both_learned_and_held_out():
    train, held = split_own(said(40, 10), seed=1)
    assert len(held) == 8
    assert not {e.text for e in train} & {e.text for e in held}
    reordered = split_own(said(40, 10)[::-1], seed=1)
    assert {e.id for e in reordered[1]} == {e.id for e in held}
    assert {e.text for e in split_own(said(40, 10), seed=2)[1]} != {e.text for e in held}


def test_one_sentence_alone_is_too_few():
    with pytest.raises(TooFewOwn):
        split_own(said(30, 1), seed=1)


def test_an_epoch_has_every_own_recording_and_some_others():
    own, drawn = said(3, 3), said(20, 10)
    mixed = Mixture(tuple(own), 4, 6)(drawn, np.random.default_rng(0))
    assert len(mixed) == 18
    assert all(mixed.count(one) >= 4 for one in own)
    assert mixed != Mixture(tuple(own), 4, 6)(drawn, np.random.default_rng(1))
    assert Mixture(tuple(own), 2, 0)(drawn, np.random.default_rng(0)) == own * 2


def test_others_are_taken_by_split(learned, voice):
    model, corpus = learned
    checkpoint = load_checkpoint(model)
    train, held = others((corpus,), (voice,), checkpoint, seed=1)
    assert len(train) == 48
    assert {name: len(some) for name, some in held.items()} == {
        "dev_seen_text": 8,
        "dev_unseen_text": 8,
        "train": 24,
    }


def judged(share: float, own_errors: int, general_errors: int | None, loss: float = 1.0) -> Judged:
    rates = {OWN: ErrorRate(1, 100, own_errors, 10, 5)}
    if general_errors is not None:
        rates["dev"] = ErrorRate(1, 1000, general_errors, 10, 5)
    return Judged(share, Verdict(rates, loss, ()), 1, 1)


def test_the_best_blend_harms_nobody():
    found = [judged(0.0, 50, 300), judged(0.5, 40, 305), judged(1.0, 30, 400)]
    assert best_blend(found, 0.01).share == 0.5
    assert best_blend(found, 0.2).share == 1.0
    assert best_blend([judged(0.0, 50, 300), judged(1.0, 40, 400)], 0.01).share == 0.0
    unheard = [judged(0.0, 50, None), judged(0.5, 40, None), judged(1.0, 30, None)]
    assert best_blend(unheard, 0.01).share == 0.5
    assert best_blend([judged(0.0, 50, None, 1.0), judged(0.5, 50, None, 2.0)], 0.01).share == 0.0
    assert best_blend([judged(0.0, 50, None, 2.0), judged(0.5, 50, None, 1.0)], 0.01).share == 0.5


def test_a_blend_lies_between():
    before, after = {"w": np.zeros(3, np.float32)}, {"w": np.full(3, 4, np.float32)}
    np.testing.assert_array_equal(blended(before, after, 0.25)["w"], np.ones(3, np.float32))


def test_a_result_that_cannot_be_read_is_none(tmp_path):
    assert load_result(tmp_path) is None
    (tmp_path / "result.json").write_text(json.dumps({"own_before": 1}))
    assert load_result(tmp_path) is None


def test_a_random_model_is_left_alone_where_nothing_helps(voice, tmp_path):
    """One tiny step does not help: the result is the old model, weight for weight."""
    model = write_random_checkpoint(tmp_path / "model", model=SMALL)
    settings = replace(SETTINGS, epochs=1, times=1, learning_rate=1e-9)
    *_, result = tuned(TuneRequest(tmp_path / "run", model, (voice,), settings=settings))
    assert not result.helped
    before, after = load_checkpoint(model).weights, load_checkpoint(result.folder).weights
    for name in before:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6)


@pytest.mark.parametrize(
    "damage",
    [
        lambda told: told["own_before"].update(letters="20"),
        lambda told: told["own_after"].update(letter_errors=-1),
        lambda told: told.update(own_before=None),
        lambda told: told.update(share=float("nan")),
        lambda told: told.update(folder="../elsewhere"),
        lambda told: told.update(texts=[["а", "б"]]),
    ],
)
def test_a_result_that_cannot_be_is_none(tmp_path, damage):
    rate = ErrorRate(5, 20, 4, 9, 3)
    result = BeforeAfter(tmp_path / "tuned", rate, rate, None, rate, 0.5, (("да", "та", "да"),), rate, rate)
    save_result(result, tmp_path)
    assert load_result(tmp_path) == result
    told = json.loads((tmp_path / RESULT).read_text("utf-8"))
    damage(told)
    (tmp_path / RESULT).write_text(json.dumps(told), "utf-8")
    assert load_result(tmp_path) is None
