"""A folder that was chosen, and the pre-flight report on it."""

import pytest

from gui.corpus_cache import cache_folder
from gui.settings import Settings
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.corpora import write_voxforge
from tests.helpers.models import write_cache
from trainer.commands import PRESETS
from trainer.preflight import DIGITS, SILENT, Note, Reject, Report, SplitSize

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
    trainer.corpus.choose.click()
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert trainer.corpus.report.summary.text().startswith("Taken: 64 recordings, 0.0 hours, 5 speakers")
    assert "16 of them are held out." in trainer.corpus.report.summary.text()
    features, model = PRESETS["shipped"]
    assert cache_folder(cache, features, model.n_stacked) == cache
    assert Settings().corpus == cache


def test_who_changes_their_mind_keeps_what_was_chosen(trainer, tmp_path):
    trainer.corpus.use(tmp_path)
    trainer.answers = [None]
    trainer.corpus.choose.click()
    assert trainer.corpus.corpus == tmp_path


def test_each_kind_of_model_has_a_cache_of_its_own(tmp_path):
    folders = {cache_folder(tmp_path, features, model.n_stacked) for features, model in PRESETS.values()}
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
        "Taken: 10 recordings, 2.0 hours, 3 speakers, 8 different sentences. 2 of them are held out. 3 were left out."
    )
    assert "too few sentences" in report.notes.text()
    branches = [report.rejects.topLevelItem(i) for i in range(report.rejects.topLevelItemCount())]
    assert [(one.text(0), one.text(1), one.childCount()) for one in branches] == [
        ("digits in the text", "2", 2),
        ("silent", "1", 1),
    ]
    assert branches[0].child(0).text(0) == "a.wav"


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
    assert (cache_folder(source, features, model.n_stacked) / "features.npy").is_file()
