"""Recordings from the local site, through the window."""

import pytest

from gui.core import i18n
from gui.core.words import size_words
from gui.corpora.download_words import progress_words
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, answers, small_archive
from trainer.corpus.prepare import cache_folder
from trainer.download import plan as download_plan
from trainer.download.events import OnItsWay, Progress, Retrying
from trainer.download.plan import corpus_folder
from trainer.errors import SiteRefused
from trainer.presets import PRESETS

NAMES = ("anna-20110516-abc", "boris-20120102-xyz", "ira")


@pytest.fixture
def site():
    with VoxForgeSite({f"{name}.tgz": small_archive(name) for name in NAMES}) as site:
        yield site


@pytest.fixture
def trainer(make_stage, site) -> TrainerStage:
    stage = TrainerStage(make_stage)
    stage.download.site.setText(site.url)
    return stage


def look(trainer, qtbot):
    trainer.download.look.click()
    qtbot.waitUntil(lambda: not trainer.download.work.running)


def fetch(trainer, qtbot):
    trainer.download.start.click()
    qtbot.waitUntil(lambda: not trainer.download.work.running)


def test_what_there_is_is_told_before_anything_is_fetched(trainer, qtbot):
    assert not trainer.download.start.isVisible()
    look(trainer, qtbot)
    said = trainer.download.state.text()
    assert "3 archives to fetch" in said
    assert "are free" in said
    assert trainer.download.start.isVisible()
    assert not corpus_folder("127.0.0.1").exists()


def test_the_chosen_archives_are_fetched_and_become_the_corpus(trainer, qtbot):
    look(trainer, qtbot)
    trainer.download.text.setText("anna")
    assert "1 archive to fetch" in trainer.download.state.text()
    fetch(trainer, qtbot)
    folder = corpus_folder("127.0.0.1")
    assert [path.name for path in folder.iterdir()] == ["anna-20110516-abc"]
    assert trainer.corpus.corpora == [folder]
    assert trainer.download.state.text() == "1 archive was fetched."
    trainer.download.text.setText("")
    assert "2 archives to fetch" in trainer.download.state.text()
    assert "1 archive is there already." in trainer.download.state.text()


def test_a_number_of_archives(trainer, qtbot):
    look(trainer, qtbot)
    trainer.download.count.setValue(2)
    fetch(trainer, qtbot)
    assert trainer.download.state.text() == "2 archives were fetched."


def test_a_name_that_nothing_has_is_told(trainer, qtbot):
    look(trainer, qtbot)
    trainer.download.text.setText("zzz")
    assert "zzz" in trainer.download.state.text()
    assert not trainer.download.start.isEnabled()


def test_a_broken_archive_is_named_at_the_end(trainer, site, qtbot):
    site.archives["ira.tgz"] = b"no archive"
    look(trainer, qtbot)
    fetch(trainer, qtbot)
    said = trainer.download.state.text()
    assert "2 archives were fetched." in said
    assert "1 was left out:\nira.tgz" in said


def said_at(trainer, kind) -> list[tuple[object, str]]:
    """Grows by each event of a kind, with what the person reads then."""
    told = []
    trainer.download.work.yielded.connect(
        lambda event: told.append((event, trainer.download.state.text())) if isinstance(event, kind) else None
    )
    return told


def test_the_rate_and_the_time_left_are_told_while_it_is_fetched(trainer, site, qtbot):
    site.archives = {"ira.tgz": small_archive("ira", 6_000_000)}
    look(trainer, qtbot)
    told = said_at(trainer, Progress)
    fetch(trainer, qtbot)
    (first, at_first), (last, at_last) = told[0], told[-1]
    assert first.rate_bytes_s is None
    assert at_first.startswith("0 of 1 archives, ")
    assert at_first.endswith(" of 6.0 MB"), "two looks at the clock are needed for a rate"
    seconds = min(15, len(told) - 1)  # one at each look at the clock
    rate = (last.done_bytes - told[-1 - seconds][0].done_bytes) / seconds
    assert at_last == f"1 of 1 archives, 6.0 MB of 6.0 MB, {size_words(rate)} a second, a few seconds left"
    assert last.left_s == 0
    assert all("a second" in words for _event, words in told[1:])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "The site answered {url} with the error 503. Check the address, or try again later. Trying again in 20 s.",
        ),
        ("ru", "На {url} сайт ответил ошибкой 503. Проверьте адрес или попробуйте позже. Новая попытка через 20 с."),
    ],
)
def test_that_it_tries_again_is_told(make_stage, site, qtbot, language, words):
    trainer = TrainerStage(make_stage, language=language)
    trainer.download.site.setText(site.url)
    look(trainer, qtbot)
    site.fails("ira.tgz", answers(503, Retry_After="20"))
    told = said_at(trainer, Retrying)
    fetch(trainer, qtbot)
    ((_event, said),) = told
    assert said == words.format(url=f"{site.url}ira.tgz")
    assert trainer.told == []
    assert sorted(path.name for path in corpus_folder("127.0.0.1").iterdir()) == sorted(NAMES)


def test_that_it_tries_again_stays_until_something_has_come(trainer):
    panel = trainer.download
    refused = SiteRefused(url="http://a/ira.tgz", status=503)
    again = Retrying("ira.tgz", refused, 30.0)
    said = f"{refused} Trying again in 30 s."
    panel.take(again)
    assert (panel.state.text(), panel.show_log.isVisible()) == (said, True)
    coming = OnItsWay("anna.tgz", 1000, 2000)
    panel.take(Progress(1000, 4000, None, None, 0, 2, (coming, OnItsWay("ira.tgz", 0, None, again))))
    assert (panel.state.text(), panel.show_log.isVisible()) == (f"0 of 2 archives, 1.0 kB of 4.0 kB\n{said}", True)
    panel.take(Progress(1010, 4000, None, None, 0, 2, (coming, OnItsWay("ira.tgz", 10, 2000))))
    assert (panel.state.text(), panel.show_log.isVisible()) == ("0 of 2 archives, 1.0 kB of 4.0 kB", False)


@pytest.mark.parametrize(
    ("language", "rate_bytes_s", "left_s", "words"),
    [
        ("en", 1.25e6, 2240.0, "12 of 650 archives, 100 MB of 2.9 GB, 1.2 MB a second, 37 min left"),
        ("en", None, None, "12 of 650 archives, 100 MB of 2.9 GB"),
        ("ru", 1.25e6, 8000.0, "12 из 650 архивов, 100 МБ из 2,9 ГБ, 1,2 МБ в секунду, осталось 2 ч 13 мин"),
    ],
)
def test_how_far_it_is(language, rate_bytes_s, left_s, words):
    i18n.install(language)
    said = progress_words(Progress(100_000_000, 2_900_000_000, rate_bytes_s, left_s, 12, 650, ()))
    i18n.install("en")
    assert said.replace("\u00a0", " ") == words


@pytest.fixture
def disk(monkeypatch) -> list[int]:
    """The bytes that are free, as the last of them says."""
    free_bytes = [1 << 40]
    monkeypatch.setattr(download_plan, "free_space", lambda _folder: free_bytes[-1])
    return free_bytes


def test_room_that_was_made_on_the_disk_is_seen_when_download_is_pressed_again(trainer, qtbot, disk):
    disk.append(1_000_000)
    look(trainer, qtbot)
    fetch(trainer, qtbot)
    (told,) = trainer.told
    assert "0.0 GB of free space" in told
    trainer.page.messages.close_all()
    disk.append(1 << 40)
    fetch(trainer, qtbot)
    assert trainer.told == []
    assert trainer.download.state.text() == "3 archives were fetched."


def test_a_disk_that_filled_up_since_the_look_is_told_before_anything_is_fetched(trainer, site, qtbot, disk):
    look(trainer, qtbot)
    disk.append(1_000_000)
    site.requests.clear()
    fetch(trainer, qtbot)
    (told,) = trainer.told
    assert "0.0 GB of free space" in told
    assert site.requests == []


def test_another_folder_for_downloads_chosen_meanwhile_is_not_where_they_went(trainer, qtbot, tmp_path):
    look(trainer, qtbot)
    trainer.download.start.click()
    trainer.page._settings.download_folder = tmp_path
    qtbot.waitUntil(lambda: not trainer.download.work.running)
    assert trainer.corpus.corpora == [corpus_folder("127.0.0.1")]
    assert str(tmp_path) in trainer.download.place.text()


def test_a_folder_without_a_single_archive_does_not_become_the_corpus(trainer, site, qtbot):
    site.archives = {"ira.tgz": b"no archive"}
    look(trainer, qtbot)
    fetch(trainer, qtbot)
    assert "1 was left out:\nira.tgz" in trainer.download.state.text()
    assert trainer.corpus.corpora == []


def test_a_site_that_refuses_is_told_and_can_be_tried_again(trainer, site, qtbot):
    site.fails(INDEX, answers(404))
    look(trainer, qtbot)
    assert len(trainer.told) == 1
    trainer.page.messages.findChildren(type(trainer.download.look))[0].click()
    qtbot.waitUntil(lambda: trainer.download.start.isVisible())
    assert trainer.told == []


def test_cancel_stops_and_the_next_download_goes_on(trainer, site, qtbot):
    look(trainer, qtbot)
    trainer.download.start.click()
    trainer.download.cancel.click()
    qtbot.waitUntil(lambda: not trainer.download.work.running)
    assert trainer.told == []
    fetch(trainer, qtbot)
    assert sorted(path.name for path in corpus_folder("127.0.0.1").iterdir()) == sorted(NAMES)


def test_a_check_that_finds_nothing_usable_is_told(trainer, qtbot):
    look(trainer, qtbot)
    fetch(trainer, qtbot)
    trainer.corpus.check.click()
    qtbot.waitUntil(lambda: not trainer.corpus.busy)
    assert len(trainer.told) == 1
    features, model = PRESETS["shipped"]
    assert not cache_folder(trainer.corpus.corpora, features, model.n_stacked).exists()


def test_closing_while_downloading(trainer, qtbot):
    look(trainer, qtbot)
    trainer.download.start.click()
    with qtbot.waitSignal(trainer.page.closed):
        trainer.window.close()
    qtbot.waitUntil(lambda: not trainer.window.isVisible())
