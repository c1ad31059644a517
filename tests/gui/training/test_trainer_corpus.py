"""A folder that was chosen, and the pre-flight report on it."""

from dataclasses import replace

import pytest

from engine.paths import data_dir
from engine.system.atomic_folder import _MARK, building
from gui.core.settings import Settings
from gui.training.job import State
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.corpora import write_voxforge
from tests.helpers.models import write_cache
from trainer.corpus import folders as corpora
from trainer.corpus.preflight import DIGITS, SILENT, Note, Reject, Report, SplitSize
from trainer.corpus.prepare import cache_folder
from trainer.presets import PRESETS

REPORT = Report(
    10,
    7200.0,
    3,
    8,
    (SplitSize("train", 8, 6000.0, 2, 7), SplitSize("dev_unseen_text", 2, 1200.0, 1, 1)),
    (Reject("a.wav", DIGITS, "5"), Reject("b.wav", SILENT), Reject("c.wav", DIGITS, "7")),
    (Note("There are too few sentences to hold any out: nothing will tell how good the model is."),),
)


@pytest.fixture
def trainer(make_stage) -> TrainerStage:
    return TrainerStage(make_stage)


def test_a_feature_cache_is_checked_and_used_as_it_is(trainer, qtbot, tmp_path):
    cache = write_cache(tmp_path / "cache")
    trainer.answers = [cache]
    trainer.corpus.folders.add.click()
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert trainer.corpus.report.summary.text().startswith("Taken: 64 recordings (57 s), 5 speakers")
    assert "16 of them are held out." in trainer.corpus.report.summary.text()
    assert not (data_dir() / "caches").exists()
    assert Settings().corpora == [cache]


def test_who_changes_their_mind_keeps_what_was_chosen(trainer, tmp_path):
    trainer.corpus.use(tmp_path)
    trainer.answers = [None]
    trainer.corpus.folders.add.click()
    assert trainer.corpus.corpora == [tmp_path]


def test_each_kind_of_model_has_a_cache_of_its_own(tmp_path):
    folders = {cache_folder([tmp_path], features, model.n_stacked) for features, model in PRESETS.values()}
    assert len(folders) == len(PRESETS)


def test_an_empty_folder_is_told(trainer, qtbot, tmp_path):
    trainer.corpus.use(tmp_path)
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert len(trainer.told) == 1


def test_the_report_lists_what_was_left_out_under_its_reason(trainer):
    report = trainer.corpus.report
    report.show_report(REPORT)
    assert report.summary.text() == (
        "Taken: 10 recordings (2.0 h), 3 speakers, 8 different sentences. 2 of them are held out. 3 were left out."
    )
    assert "too few sentences" in report.notes.text()
    branches = [report.rejects.topLevelItem(i) for i in range(report.rejects.topLevelItemCount())]
    assert [(one.text(0), one.text(1), one.childCount()) for one in branches] == [
        ("digits in the text", "2", 2),
        ("silent", "1", 1),
    ]
    assert branches[0].child(0).text(0) == "a.wav"


@pytest.mark.parametrize(
    ("seconds", "words"), [(33, "(33 s)"), (120, "(2 min)"), (3570, "(60 min)"), (7200, "(2.0 h)")]
)
def test_little_sound_is_told_in_minutes_or_seconds(trainer, seconds, words):
    trainer.corpus.report.show_report(replace(REPORT, seconds=seconds))
    assert words in trainer.corpus.report.summary.text()


def test_from_the_check_a_button_leads_to_the_training(trainer, qtbot, tmp_path):
    assert not trainer.corpus.train.isVisible()
    trainer.corpus.use(write_cache(tmp_path / "cache"))
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert trainer.corpus.train.isVisible()
    trainer.corpus.train.click()
    assert trainer.training.isVisible()
    assert trainer.training.train.isEnabled()


def test_a_folder_of_recordings_becomes_a_feature_cache(trainer, qtbot, tmp_path):
    source = tmp_path / "corpus"
    write_voxforge(source, ("anna", "boris", "ira"))
    trainer.corpus.use(source)
    trainer.corpus.check.click()
    assert trainer.corpus.cancel.isEnabled()
    qtbot.waitUntil(lambda: not trainer.corpus.busy, timeout=90_000)
    assert trainer.told == []
    assert trainer.corpus.report.summary.text().startswith("Taken: ")
    features, model = PRESETS["shipped"]
    assert (cache_folder([source], features, model.n_stacked) / "features.npy").is_file()


def test_several_folders_become_one_corpus(trainer, qtbot, tmp_path):
    anna, cache = write_voxforge(tmp_path / "anna", ("anna",)), write_cache(tmp_path / "cache")
    trainer.answers = [anna, cache]
    trainer.corpus.folders.add.click()
    trainer.corpus.folders.add.click()
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy, timeout=90_000)
    assert trainer.told == []
    assert trainer.corpus.report.summary.text().startswith("Taken: 72 recordings")
    assert "6 speakers" in trainer.corpus.report.summary.text()
    assert Settings().corpora == [anna, cache]


def test_a_folder_is_taken_off_the_list_and_stays_on_the_disk(trainer, tmp_path):
    trainer.corpus.use(tmp_path)
    assert not trainer.corpus.delete.isVisible()
    trainer.corpus.folders.list.setCurrentRow(0)
    trainer.corpus.folders.take_off.click()
    assert trainer.corpus.corpora == []
    assert Settings().corpora == []
    assert tmp_path.is_dir()


def downloaded(trainer):
    folder = corpora.corpora_dir() / "Russian"
    write_voxforge(folder, ("anna", "boris"))
    (data_dir() / "caches" / "Russian-0123abcd").mkdir(parents=True)
    trainer.corpus.use(folder)
    trainer.corpus.folders.list.setCurrentRow(0)
    return folder


def test_downloaded_recordings_are_deleted_after_a_question(trainer, qtbot):
    folder = downloaded(trainer)
    trainer.answers = [False]
    trainer.corpus.delete.click()
    assert folder.is_dir()
    assert trainer.corpus.corpora == [folder]
    trainer.answers = [True]
    trainer.corpus.delete.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert trainer.told == []
    assert trainer.corpus.corpora == []
    assert list(corpora.corpora_dir().iterdir()) == []
    assert list((data_dir() / "caches").iterdir()) == []


def test_nothing_is_deleted_while_a_training_may_read_it(trainer):
    downloaded(trainer)
    trainer.corpus.lock = True
    trainer.corpus.show_state()
    assert not trainer.corpus.delete.isEnabled()


def test_recordings_are_not_checked_while_a_training_makes_them_ready(trainer, qtbot, tmp_path):
    trainer.corpus.use(write_voxforge(tmp_path / "corpus", ("anna", "boris")))
    assert trainer.corpus.check.isEnabled()
    trainer.training.form.name.setText("mine")
    trainer.training.train.click()
    assert trainer.training.job.state is State.STARTING
    assert not trainer.corpus.check.isEnabled()
    trainer.corpus.prepare()  # as by Try again
    assert not trainer.corpus.busy
    trainer.training.stop.click()
    assert trainer.training.job.state is State.LEAVING
    assert not trainer.corpus.check.isEnabled()
    qtbot.waitUntil(trainer.has_ended)
    assert trainer.corpus.check.isEnabled()
    assert trainer.told == []


def test_recordings_may_be_checked_once_a_training_learns(trainer, tmp_path):
    """Others than those that it learns from."""
    trainer.corpus.use(tmp_path)
    job = trainer.training.job
    for state, is_free in (
        (State.STARTING, False),
        (State.RUNNING, True),
        (State.PAUSED, True),
        (State.LEAVING, False),
        (State.IDLE, True),
    ):
        job._set(state)
        assert trainer.corpus.check.isEnabled() is is_free


def test_a_training_does_not_begin_by_its_key_while_recordings_are_checked(trainer, qtbot, tmp_path):
    trainer.corpus.use(write_voxforge(tmp_path / "corpus", ("anna", "boris")))
    trainer.corpus.check.click()
    assert not trainer.training.train.isEnabled()
    trainer.training.toggle()
    assert trainer.training.job.state is State.IDLE
    qtbot.waitUntil(lambda: not trainer.corpus.busy, timeout=90_000)
    assert trainer.training.train.isEnabled()
    assert trainer.told == []


def test_what_a_killed_program_left_of_a_cache_goes_at_the_next_start(make_stage, qtbot):
    folder = data_dir() / "caches"
    folder.mkdir(parents=True)
    with building(folder / "one") as new:
        pass
    new.with_suffix(".lock").write_bytes(_MARK)
    new.mkdir()
    TrainerStage(make_stage)
    qtbot.waitUntil(lambda: list(folder.iterdir()) == [])


def test_a_folder_of_the_persons_is_never_deleted(tmp_path):
    with pytest.raises(ValueError, match="not the program's"):
        next(corpora.remove(tmp_path))
    assert tmp_path.is_dir()


def test_a_deletion_that_was_cut_short_is_finished_at_the_next_start(trainer):
    folder = downloaded(trainer)
    removing = corpora.remove(folder)
    next(removing)
    removing.close()
    assert len(list(corpora.corpora_dir().iterdir())) == 1
    assert corpora.downloaded() == []
    list(corpora.finish_removing())
    assert list(corpora.corpora_dir().iterdir()) == []
