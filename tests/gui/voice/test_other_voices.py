"""Other people's speech for tuning one's own voice: missing, fetched from a site of this test's, prepared, mixed in."""

from pathlib import Path

import pytest

from engine.model.checkpoint import load_checkpoint
from engine.paths import models_dir
from gui.core import i18n
from gui.voice.page import VoicePage
from tests.gui.test_layout import cut
from tests.gui.trainer_stage import TrainerStage
from tests.gui.voice.test_voice_page import LONG_MS, fill
from tests.helpers.corpora import SENTENCES, speech_wav, write_voxforge
from tests.helpers.downloads import World
from tests.helpers.models import SMALL, write_cache, write_random_checkpoint
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, answers, speech_archive, stalls_after
from trainer.corpus.cache import FeatureCache
from trainer.corpus.prepare import cache_folder, prepared, prepared_corpora
from trainer.training.model_list import kind_of
from trainer.tuning.other_voices import N_ARCHIVES, Others
from trainer.tuning.tuning import TuneConfig

SPEAKERS = ("anna", "boris", "vera", "gleb", "dina", "egor")
pytestmark = [pytest.mark.timeout(900), pytest.mark.qt_log_ignore("This plugin does not support")]


def archive(number: int, speaker: str) -> tuple[str, bytes]:
    folder = f"{speaker}-20110516-abc"
    texts = {f"ru_{i:04}": sentence for i, sentence in enumerate(SENTENCES)}
    sounds = {name: speech_wav(100 * number + i) for i, name in enumerate(texts)}
    return f"{folder}.tgz", speech_archive(folder, sounds, texts)


@pytest.fixture
def site():
    with VoxForgeSite(dict(archive(*one) for one in enumerate(SPEAKERS))) as site:
        yield site


class Voice:
    """The page My voice with twenty sentences, a small model and a site."""

    def __init__(self, stage, qtbot, url: str, n: int = 20):
        self.stage, self.qtbot, self.settings = stage, qtbot, stage.program.settings
        stage.session.use_model(write_random_checkpoint(models_dir() / "small", model=SMALL))
        fill(n)
        self.page = VoicePage(stage.session, self.settings, stage.make_recorder)
        self.panel, self.tuning = self.page.others, self.page.tuning
        self.panel.outside, self.panel.url = World().outside, url
        self.page.resize(800, 560)
        self.page.show()
        qtbot.waitUntil(lambda: self.panel.others is not None and not self.panel.busy)

    def get(self) -> None:
        (self.panel.get if self.panel.others is Others.MISSING else self.panel.prepare).click()
        assert self.panel.getting
        self.qtbot.waitUntil(lambda: not self.panel.getting, timeout=LONG_MS)

    @property
    def folder(self) -> Path:
        return self.panel.folder()

    @property
    def told(self) -> list[str]:
        return self.page.messages.texts

    def close(self) -> None:
        self.page.close_work()
        self.qtbot.waitUntil(lambda: self.page.has_closed, timeout=LONG_MS)
        self.page.deleteLater()


@pytest.fixture
def voice(stage, qtbot, site):
    voice = Voice(stage, qtbot, site.url)
    yield voice
    voice.close()


def test_what_is_missing_is_said_with_size_and_place_and_tuning_stays_possible(voice, site):
    said = voice.panel.state.text()
    assert said.startswith("Other people’s speech is missing here, so a tuning now cannot show whether")
    assert f"{N_ARCHIVES} archives of VoxForge’s, about 120 MB to fetch, would go into {voice.folder}." in said
    assert voice.panel.get.isVisible()
    assert voice.tuning.panel.tune.isEnabled()
    assert site.requests == []  # nothing is fetched unless it is asked for


def test_before_a_tuning_is_near_nothing_is_said(stage, qtbot, site):
    voice = Voice(stage, qtbot, site.url, n=2)
    assert not voice.panel.isVisible()
    voice.close()


def test_they_are_fetched_prepared_and_listed_in_the_trainer(voice, qtbot):
    shown = []
    voice.panel.progress.valueChanged.connect(lambda value: shown.append(voice.panel.state.text()))
    voice.panel.get.click()
    assert voice.panel.cancel.isVisible()
    assert not voice.tuning.panel.tune.isEnabled()
    qtbot.waitUntil(lambda: not voice.panel.getting, timeout=LONG_MS)
    (cache,) = prepared_corpora([voice.folder], kind_of(voice.stage.session.model)[0], SMALL.n_stacked)
    n = len(FeatureCache(cache).utterances)
    assert 40 <= n <= len(SPEAKERS) * len(SENTENCES)  # some sentences are kept new for those who are held out
    assert voice.told == [f"{n} recordings of other people are ready, to be mixed in and to measure by."]
    assert any("of 6 archives" in said for said in shown)
    assert any("Listening to" in said for said in shown)
    assert sorted(one.name for one in voice.folder.iterdir()) == [f"{one}-20110516-abc" for one in sorted(SPEAKERS)]
    assert voice.settings.corpora == [voice.folder]
    assert voice.panel.state.text().startswith("Other people’s recordings are mixed in")
    assert not voice.panel.get.isVisible()
    assert voice.tuning.panel.tune.isEnabled()


def test_cancelled_it_keeps_what_was_fetched_and_goes_on_from_there(voice, site, qtbot):
    name = f"{SPEAKERS[-1]}-20110516-abc.tgz"
    site.fails(name, stalls_after(2000))
    voice.panel.get.click()
    others = [voice.folder / f"{one}-20110516-abc" for one in SPEAKERS[:-1]]
    qtbot.waitUntil(lambda: site.asked_for(name) != [] and all(one.is_dir() for one in others))
    voice.panel.cancel.click()
    qtbot.waitUntil(lambda: not voice.panel.getting)
    assert voice.told == []
    assert voice.panel.get.isVisible()
    assert voice.settings.corpora == []
    before = list(site.requests)
    voice.get()
    assert [one for one, _range in site.requests[len(before) :]] == [INDEX, name]
    assert voice.panel.others is Others.PREPARED


def test_a_site_that_fails_is_told_and_tuning_stays_possible(voice, site, qtbot):
    site.always_fails(INDEX, answers(404))
    voice.get()
    (told,) = voice.told
    assert site.url in told
    assert voice.panel.get.isVisible()
    assert voice.tuning.panel.tune.isEnabled()
    assert voice.panel.state.text().startswith("Other people’s speech is missing here")


def test_an_archive_that_fails_is_left_out_and_named(voice, site):
    name = f"{SPEAKERS[0]}-20110516-abc.tgz"
    site.always_fails(name, answers(404))
    voice.get()
    (told,) = voice.told
    assert "1 was left out" in told
    assert name in told
    assert "are ready, to be mixed in" in told
    assert voice.panel.others is Others.PREPARED


def test_the_window_may_close_meanwhile(stage, qtbot, site):
    voice = Voice(stage, qtbot, site.url)
    site.always_fails(INDEX, stalls_after(10))
    voice.panel.get.click()
    qtbot.waitUntil(lambda: site.requests != [])
    voice.close()
    assert not voice.panel.busy


def test_recordings_of_the_trainers_are_prepared_not_fetched(stage, qtbot, site, tmp_path):
    corpus = write_voxforge(tmp_path / "corpus", SPEAKERS)
    stage.program.settings.corpora = [corpus]
    voice = Voice(stage, qtbot, site.url)
    assert voice.panel.others is Others.RECORDED
    assert voice.panel.state.text().startswith("Other people’s recordings are here but not prepared")
    assert not voice.panel.get.isVisible()
    voice.get()
    assert voice.panel.others is Others.PREPARED
    assert voice.settings.corpora == [corpus]
    assert site.requests == []
    voice.close()


def test_ones_own_recordings_are_nobody_elses(stage, qtbot, site):
    voice = Voice(stage, qtbot, site.url)
    voice.settings.corpora = [voice.page.store.folder]
    voice.panel.look()
    qtbot.waitUntil(lambda: not voice.panel.busy)
    assert voice.panel.sources == []
    assert voice.panel.others is Others.MISSING
    voice.close()


def test_a_cache_for_another_kind_of_model_is_none(stage, qtbot, site, tmp_path):
    cache = write_cache(tmp_path / "cache")
    (cache / "config.json").write_text('{"features": {"n_cepstra": 13, "n_filters": 99}}')
    stage.program.settings.corpora = [cache]
    voice = Voice(stage, qtbot, site.url)
    assert voice.panel.others is Others.MISSING
    voice.get()
    assert voice.panel.others is Others.PREPARED
    assert voice.settings.corpora == [cache, voice.folder]
    voice.close()


def test_a_tuning_mixes_them_in_measures_them_and_pulls_to_where_it_began(voice, qtbot):
    voice.get()
    voice.tuning.panel.tune.click()
    assert not voice.panel.isVisible()
    qtbot.waitUntil(lambda: voice.tuning.result is not None and not voice.tuning.busy, timeout=LONG_MS)
    result = voice.tuning.result
    assert result.general_before.utterances == result.general_after.utterances > 0
    n = result.general_before.utterances
    assert voice.tuning.result_view.others.text().startswith("Accuracy for other speakers is unchanged")
    assert f"Measured on {n} recording" in voice.tuning.result_view.others.text()
    assert load_checkpoint(result.folder).training["pull"] == TuneConfig.pull > 0


def test_without_them_it_pulls_too_takes_half_at_most_and_says_that_others_were_not_measured(voice, qtbot):
    voice.tuning.panel.tune.click()
    qtbot.waitUntil(lambda: voice.tuning.result is not None and not voice.tuning.busy, timeout=LONG_MS)
    result = voice.tuning.result
    assert result.general_before is None
    assert result.share <= 0.5
    assert "could not be measured: no other recordings" in voice.tuning.result_view.others.text()
    assert load_checkpoint(result.folder).training["pull"] == TuneConfig.pull > 0


def test_prepared_together_or_alone_but_never_both(tmp_path):
    folders = [write_voxforge(tmp_path / name, SPEAKERS[:5], SENTENCES[:3]) for name in ("one", "two")]
    model = load_checkpoint(write_random_checkpoint(tmp_path / "model", model=SMALL))
    kind = model.features, model.model.n_stacked

    def found() -> list[Path]:
        return list(prepared_corpora(folders, *kind))

    assert found() == []
    list(prepared(folders[:1], *kind))
    assert found() == [cache_folder(folders[:1], *kind)]
    list(prepared(folders, *kind))
    assert found() == [cache_folder(folders, *kind)]
    assert len(FeatureCache(found()[0]).utterances) == 30


def test_the_trainer_shows_what_was_got_elsewhere(make_stage, qtbot, tmp_path):
    trainer = TrainerStage(make_stage)
    folder = write_voxforge(tmp_path / "got", SPEAKERS[:1])
    assert trainer.corpus.corpora == []
    trainer.window.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: not trainer.corpus.isVisible())
    trainer.stage.program.settings.corpora = [folder]
    trainer.window.tabs.setCurrentWidget(trainer.window.trainer_page)
    qtbot.waitUntil(lambda: trainer.corpus.corpora == [folder])
    other = write_voxforge(tmp_path / "other", SPEAKERS[1:2])
    trainer.stage.program.settings.corpora = [folder, other]
    trainer.corpus.use(tmp_path / "got")
    assert trainer.stage.program.settings.corpora == [folder, other]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_of_it_is_cut(make_stage, qtbot, site, language):
    voice = Voice(make_stage(language=language), qtbot, site.url)
    for others in Others:
        voice.panel.others = others
        voice.panel.show_state()
        qtbot.waitUntil(lambda: cut(voice.page) == [])
    assert i18n._("Get recordings") == {"en": "Get recordings", "ru": "Получить записи"}[language]
    assert voice.panel.get.accessibleName() == i18n._("Get recordings")
    voice.close()
