"""The tour, About, and what is copied for a bug report."""

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel

from engine.paths import shipped_checkpoint
from gui.core import i18n
from gui.core.settings import Settings
from gui.help import about
from gui.help.about import LIBRARIES, library_version, report, version, without_home
from gui.help.tour import STEPS, Tour
from gui.settings.about import LicencesWindow
from tests.gui.pages import cut, settle
from tests.gui.settings_stage import section, told

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# --- the tour ---


@pytest.fixture
def tour(qtbot, tmp_path):
    tour = Tour(Settings(tmp_path))
    qtbot.addWidget(tour)
    tour.open()
    return tour


def test_steps_forwards_and_back(tour, qtbot):
    titles = []
    for _step in STEPS:
        titles.append(tour.title.text())
        assert tour.place.text() == f"Step {len(titles)} of 4"
        if len(titles) < len(STEPS):
            qtbot.keyClick(tour, Qt.Key.Key_Return)
    assert titles == ["Speak", "Read, correct, take it along", "Dictate into any program", "Make it yours"]
    tour.back.click()
    assert tour.title.text() == titles[-2]
    tour.next.click()
    tour.next.click()
    assert not tour.isVisible()


@pytest.mark.parametrize("leave", [lambda tour: tour.skip.click(), QDialog.reject, QDialog.accept])
def test_it_is_not_shown_again(tour, tmp_path, leave):
    assert not Settings(tmp_path).tour_seen
    leave(tour)
    assert Settings(tmp_path).tour_seen


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_step_is_cut(qtbot, tmp_path, language):
    i18n.install(language)
    tour = Tour(Settings(tmp_path))
    qtbot.addWidget(tour)
    tour.open()
    for number in range(len(STEPS)):
        tour.show_step(number)
        settle()
        assert cut(tour) == []
        assert "{" not in tour.text.text()
    i18n.install("en")


@pytest.mark.parametrize(("seen", "files", "shown"), [(False, [], True), (True, [], False), (False, ["a.wav"], False)])
def test_the_first_start_shows_it(stage, qtbot, seen, files, shown):
    stage.program.settings.tour_seen = seen
    stage.program.open([Path(name) for name in files], welcome=True)
    stage.program._begin()
    assert bool(stage.window.findChildren(Tour)) is shown


def test_it_can_be_had_again(stage, qtbot):
    form = section(stage, "help")
    form.tour.click()
    (tour,) = stage.window.findChildren(Tour)
    assert tour.isVisible()
    tour.reject()


# --- about ---


def test_the_version_is_the_projects():
    assert version() == PROJECT["version"]


def test_every_library_is_listed_with_its_version():
    declared = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["train"]
    wanted = {re.split(r"[\[<>=!;]", line)[0].removesuffix("-cpu") for line in declared}
    assert {part.name for part in LIBRARIES} == wanted
    assert all(library_version(part.name) for part in LIBRARIES)


def test_licences_are_shown(stage, qtbot):
    window = LicencesWindow(stage.page)
    qtbot.addWidget(window)
    texts = " ".join(label.text() for label in window.findChildren(QLabel))
    for part in LIBRARIES:
        assert part.name in texts
        assert part.licence in texts
    assert "VoxForge" in texts
    assert PROJECT["license"] in texts


def test_details_for_a_bug_report(stage, qtbot, monkeypatch):
    monkeypatch.setattr(about, "read_log", lambda: f"an error in {Path.home()}/recordings\n")
    stage.program.settings.text_percent = 110
    stage.program.settings.microphone = "Антонов микрофон"
    form = section(stage, "help")
    form.details.click()
    text = QGuiApplication.clipboard().text()
    assert f"Diktovka {PROJECT['version']}" in text
    assert "Model: shipped" in text
    assert "text_percent=110" in text
    assert "Антонов" not in text
    assert "an error in ~/recordings" in text
    assert "tensorflow 2." in text
    assert "copied" in told(stage)[0]
    stage.program.settings.text_percent = 100


def test_a_home_folder_is_not_told():
    assert without_home(f"{Path.home()}/a {Path.home()}/b") == "~/a ~/b"


def test_the_report_names_a_failure(tmp_path):
    text = report(Settings(tmp_path), shipped_checkpoint(), ValueError("no n-grams"))
    assert "Language model's failure: no n-grams" in text
