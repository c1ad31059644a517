"""My voice, as a person uses it: read, hear, keep, close at any moment, tune, decide."""

import wave
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from engine.errors import DiskFull, NoMicrophone
from engine.model.checkpoint import load_checkpoint
from engine.paths import data_dir, models_dir, my_voice_dir
from engine.system.worker import Cancelled
from gui.core import i18n
from gui.editor.clip_player import playing
from gui.tuning.job import SPANS, Step
from gui.tuning.panel import TuningPanel
from gui.voice.page import VoicePage
from gui.voice.reader import State
from gui.widgets.theme import DARK, LIGHT, theme
from tests.gui.pages import settle
from tests.gui.test_layout import cut
from tests.helpers.corpora import speech_wav
from tests.helpers.fake_loudspeaker import FakeLoudspeaker
from tests.helpers.fake_microphone import FakeMicrophone
from tests.helpers.models import SMALL, write_random_checkpoint
from trainer.corpus.transcripts import read_transcripts
from trainer.evaluation.metrics import ErrorRate
from trainer.own_voice.recordings import add_utterance
from trainer.own_voice.store import VoiceStore
from trainer.tuning.events import BeforeAfter, save_result

LONG_MS = 400_000
LOUD, QUIET, SILENT = 8000, 700, 1
pytestmark = [pytest.mark.timeout(900), pytest.mark.qt_log_ignore("This plugin does not support")]


class Reading:
    """The page in a window of its own, its microphone, its loudspeaker and the answers of its dialogs."""

    def __init__(self, stage, qtbot):
        self.stage, self.qtbot = stage, qtbot
        self.loudspeaker = FakeLoudspeaker()
        self.answers: list[Path] = []
        self.open()

    def open(self) -> None:
        """As when the program starts: nothing of the page before is left."""
        self.page = VoicePage(self.stage.session, self.stage.program.settings, self.stage.make_recorder)
        self.page.ask_folder = lambda *_asked: self.answers.pop(0)
        self.page.player.play = partial(playing, open_output=self.loudspeaker.open)
        self.reader, self.table = self.page.reader, self.page.list.table
        self.page.resize(800, 560)
        self.page.show()
        self.reader.record.setFocus()

    def close(self) -> None:
        self.page.close_work()
        self.qtbot.waitUntil(lambda: self.page.has_closed, timeout=LONG_MS)
        self.page.hide()

    def reopen(self) -> None:
        self.close()
        self.stage.microphone = FakeMicrophone()
        self.open()

    def record(self, value: int = LOUD, seconds: float = 4.0) -> None:
        """Reads the sentence that is shown."""
        self.stage.microphone = FakeMicrophone()
        self.reader.record.click()
        self.stage.microphone.say_for(seconds, value)
        self.qtbot.waitUntil(lambda: self.reader.state is State.RECORDING and self.reader.path is not None)
        self.reader.record.click()
        self.stage.microphone.say_for(1.0, value)
        self.qtbot.waitUntil(lambda: self.reader.state is State.TAKEN)

    def keep(self) -> None:
        n = len(self.page.kept)
        self.reader.keep.click()
        self.qtbot.waitUntil(lambda: len(self.page.kept) == n + 1 and not self.page.work.running)

    @property
    def told(self) -> list[str]:
        return self.page.messages.texts

    def undo(self) -> None:
        (button,) = [b for b in self.page.messages.findChildren(QAbstractButton) if b.text() == "Undo"]
        button.click()


@pytest.fixture
def reading(stage, qtbot):
    reading = Reading(stage, qtbot)
    yield reading
    if not reading.page.has_closed:
        reading.close()
    reading.page.deleteLater()


def fill(n: int, folder: Path | None = None) -> None:
    """n kept sentences that a small model can learn from."""
    words = ("мама", "дом", "сон", "год", "нет", "да")
    path = data_dir() / "speech.wav"
    for i in range(n):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(speech_wav(i, duration_s=2.0))
        samples, rate_hz = soundfile.read(path, dtype="float32")
        text = f"{words[i % 6]} {words[i // 6 % 6]}"
        add_utterance(folder or my_voice_dir(), samples, rate_hz, text)


def wav(path: Path, seconds: float = 3.0, level: float = 0.3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.full(round(16_000 * seconds), level * 32767).astype("<i2").tobytes())
    return path


# --- reading ---


def test_a_sentence_is_read_kept_and_there_after_a_restart(reading):
    first = reading.reader.sentence
    assert first
    assert reading.reader.text.text() == first
    assert "Press Space" in reading.reader.advice.text()
    assert not reading.reader.keep.isVisible()
    reading.record()
    assert reading.reader.advice.text() == "Well recorded. Enter keeps it; Space reads it again."
    reading.keep()
    assert reading.reader.sentence not in ("", first)
    assert reading.table.rowCount() == 1
    assert reading.table.item(0, 0).text() == first
    (row,) = read_transcripts(my_voice_dir())
    assert soundfile.info(row.path).duration == pytest.approx(4.5, abs=0.6)
    assert "After 19 more" in reading.page.tuning.panel.state.text()
    reading.reopen()
    assert reading.table.item(0, 0).text() == first
    assert reading.reader.state is State.READY
    assert reading.reader.sentence != first


def test_by_keyboard_alone(reading, qtbot):
    reading.page.activateWindow()
    qtbot.keyClick(reading.reader.record, Qt.Key.Key_Space)
    reading.stage.microphone.say_for(4.0, LOUD)
    qtbot.waitUntil(lambda: reading.reader.path is not None)
    qtbot.keyClick(reading.reader.record, Qt.Key.Key_Space)
    reading.stage.microphone.say_for(1.0, LOUD)
    qtbot.waitUntil(lambda: reading.reader.state is State.TAKEN)
    qtbot.keyClick(reading.reader.record, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reading.table.rowCount() == 1)


def test_escape_throws_the_recording_away(reading, qtbot):
    reading.reader.record.click()
    reading.stage.microphone.say_for(2.0, LOUD)
    qtbot.waitUntil(lambda: reading.reader.path is not None)
    qtbot.keyClick(reading.reader.record, Qt.Key.Key_Escape)
    reading.stage.microphone.say_for(0.2, LOUD)
    qtbot.waitUntil(lambda: reading.reader.state is State.READY)
    assert list(reading.page.store.take_folder.glob("*.wav")) == []


@pytest.mark.parametrize(
    ("value", "seconds", "words", "can_keep"),
    [
        (QUIET, 4.0, "It is quiet, but can be kept.", True),
        (SILENT, 4.0, "Nothing was heard.", False),
        (32767, 4.0, "It is too loud", False),
        (LOUD, 0.1, "It is too short for this sentence.", False),
    ],
)
def test_the_level_is_judged_in_a_sentence(reading, value, seconds, words, can_keep):
    if seconds < 1:
        reading.reader.show_sentence("обороноспособность " * 8)
    reading.record(value, seconds)
    assert reading.reader.advice.text().startswith(words)
    assert reading.reader.keep.isEnabled() == can_keep
    reading.reader.keep_take()
    assert (reading.reader.state is State.READY) == can_keep
    reading.qtbot.waitUntil(lambda: not reading.page.work.running)


def test_it_is_read_again(reading):
    reading.record(SILENT)
    first = reading.reader.take
    reading.record()
    assert reading.reader.take != first
    assert reading.reader.keep.isEnabled()
    reading.qtbot.waitUntil(lambda: not first.exists() and not reading.reader.busy)


def test_a_take_that_was_not_kept_is_there_after_a_restart(reading, qtbot):
    reading.reader.show_sentence("Мама мыла раму у окна.")
    reading.record()
    qtbot.waitUntil(lambda: not reading.reader.busy)
    reading.reopen()
    assert reading.reader.sentence == "Мама мыла раму у окна."
    qtbot.waitUntil(lambda: reading.reader.state is State.TAKEN)
    reading.keep()
    assert reading.table.item(0, 0).text() == "Мама мыла раму у окна."


def test_what_was_being_recorded_when_the_program_was_killed_is_there(reading, qtbot):
    reading.close()
    store = VoiceStore()
    list(store.remember("Тише едешь — дальше будешь."))
    wav(store.take_folder / "2026-01-01_10-00-00.wav")
    reading.open()
    qtbot.waitUntil(lambda: reading.reader.state is State.TAKEN)
    assert reading.reader.sentence == "Тише едешь — дальше будешь."


def test_closing_while_recording_keeps_the_take(reading, qtbot):
    reading.reader.record.click()
    reading.stage.microphone.say_for(3.0, LOUD)
    qtbot.waitUntil(lambda: reading.reader.path is not None)
    sentence = reading.reader.sentence
    reading.page.close_work()
    reading.stage.microphone.say_for(0.2, LOUD)
    qtbot.waitUntil(lambda: reading.page.has_closed)
    take = VoiceStore().take_of_last_time()
    assert take.text == sentence
    assert soundfile.info(take.path).duration >= 3


def test_another_sentence_and_ones_own(reading):
    first = reading.reader.sentence
    reading.reader.another.click()
    assert reading.reader.sentence != first
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(reading.page, Qt.Key.Key_N, both)
    assert reading.reader.typed.isVisible()
    assert not reading.reader.record.isEnabled()
    reading.reader.typed.setText("Встреча в 9 утра")
    assert "“9” cannot be learned" in reading.reader.advice.text()
    assert not reading.reader.record.isEnabled()
    reading.reader.typed.setText("Встреча в девять утра")
    reading.record()
    reading.keep()
    assert reading.table.item(0, 0).text() == "Встреча в девять утра"
    reading.reader.own.setChecked(False)
    assert reading.reader.text.isVisible()


def test_when_all_are_read_one_may_type(reading):
    reading.reader.show_sentence(None)
    assert "All sentences have been read" in reading.reader.text.text()
    assert not reading.reader.record.isEnabled()


def test_closing_ends_at_once_what_the_model_is_reading(reading, qtbot):
    fill(1)
    reading.reopen()
    work = reading.page.hearing.work
    qtbot.waitUntil(lambda: work.running)
    with qtbot.waitSignal(work.ended, timeout=LONG_MS) as ended:  # else it would wait for the model's next event
        reading.page.close_work()
    assert isinstance(ended.args[0], Cancelled)
    qtbot.waitUntil(lambda: reading.page.has_closed)


def test_it_is_heard(reading, qtbot):
    reading.record()
    reading.reader.hear.click()
    qtbot.waitUntil(reading.loudspeaker.opened.is_set)
    reading.loudspeaker.play(9)
    qtbot.waitUntil(lambda: not reading.page.player.is_playing)
    assert np.abs(reading.loudspeaker.heard).max() == pytest.approx(LOUD / 32768, abs=0.05)
    reading.keep()
    reading.table.selectRow(0)
    reading.page.list.play.click()
    qtbot.waitUntil(reading.loudspeaker.opened.is_set)
    reading.page.list.play.click()  # the same again stops it
    qtbot.waitUntil(lambda: not reading.page.player.is_playing)


def test_a_missing_microphone_is_told(reading, qtbot):
    reading.stage.microphone = FakeMicrophone(failure=NoMicrophone())
    reading.reader.record.click()
    qtbot.waitUntil(lambda: reading.told != [])
    assert "No microphone was found" in reading.told[0]
    assert reading.reader.state is State.READY


def test_on_a_full_disk_the_take_stays(reading, qtbot, monkeypatch):
    reading.record()

    def full(*_arguments):
        raise DiskFull(path=my_voice_dir())

    monkeypatch.setattr("trainer.own_voice.store.add_utterance", full)
    reading.reader.keep.click()
    qtbot.waitUntil(lambda: reading.told != [] and reading.reader.state is State.TAKEN)
    assert "The disk is full" in reading.told[0]
    assert reading.reader.take.is_file()
    assert reading.table.rowCount() == 0
    monkeypatch.undo()
    reading.keep()


def test_while_dictation_records_the_page_waits(reading, qtbot):
    reading.stage.session.record(None)
    reading.stage.microphone.say_for(1.0, LOUD)
    qtbot.waitUntil(lambda: reading.stage.words == "Listening")
    reading.reader.record.click()
    assert reading.reader.advice.text() == "Dictation is recording. Stop it first."
    assert reading.reader.state is State.READY


# --- the list ---


def test_deleted_and_brought_back(reading, qtbot):
    reading.close()
    fill(2)
    reading.open()
    reading.table.selectRow(0)
    text = reading.page.list.chosen.text
    qtbot.keyClick(reading.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: reading.table.rowCount() == 1 and not reading.page.work.running)
    assert reading.told == [f"“{text}” was taken out."]
    assert len(read_transcripts(my_voice_dir())) == 1
    reading.undo()
    qtbot.waitUntil(lambda: reading.table.rowCount() == 2 and not reading.page.work.running)
    assert text in [one.text for one in read_transcripts(my_voice_dir())]


def test_a_folder_of_recordings_is_taken_in(reading, qtbot, tmp_path):
    rows = ["file\ttext", "a.wav\tМама мыла раму", "b.wav\tНомер 5", "c.wav\tДом", "d.wav\tСон"]
    (tmp_path / "transcripts.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name in "abd":
        wav(tmp_path / f"{name}.wav")
    (tmp_path / "c.wav").write_bytes(b"no sound")
    reading.answers = [tmp_path]
    reading.page.list.bring_in.click()
    qtbot.waitUntil(lambda: not reading.page.work.running and reading.told != [])
    assert reading.told[0].startswith("2 recordings were taken in. 2 could not be used")
    assert reading.table.rowCount() == 2
    reading.answers = [tmp_path / "nowhere"]
    reading.page.list.bring_in.click()
    qtbot.waitUntil(lambda: any("nowhere" in told for told in reading.told) and not reading.page.work.running)


def test_what_the_model_hears_stands_beside_it(reading, qtbot):
    reading.close()
    add_utterance(my_voice_dir(), np.full(32_000, 0.2, np.float32), 16_000, "Мама мыла раму")
    reading.open()
    qtbot.waitUntil(lambda: reading.stage.engine.calls != [])
    assert reading.table.item(0, 1).text() == "…"
    reading.stage.engine.read("мама мила раму")
    qtbot.waitUntil(lambda: reading.table.item(0, 1).text() == "мама мила раму")
    assert reading.table.item(0, 2).text() == "7 %"
    qtbot.waitUntil(lambda: not reading.page.hearing.work.running)
    reading.reopen()
    assert reading.table.item(0, 1).text() == "мама мила раму"
    assert len(reading.stage.engine.calls) == 1
    assert VoiceStore().heard(Path("another")) == {}


def test_what_the_model_is_reading_waits_when_one_dictates(reading, qtbot):
    fill(1)
    reading.reopen()
    work, session, engine = reading.page.hearing.work, reading.stage.session, reading.stage.engine
    qtbot.waitUntil(lambda: work.running)
    (kept,) = engine.calls
    was_running = []
    session.job_started.connect(lambda _job: was_running.append(work.running))
    session.record(None)
    reading.stage.microphone.say_for(0.2)
    qtbot.waitUntil(lambda: len(engine.calls) == 2)  # though nothing of the kept sentence has been told
    assert was_running == [False]
    assert engine.calls[1][0] == "follow"
    session.stop()
    reading.stage.microphone.say_for(1.0)
    engine.read("раз два")
    qtbot.waitUntil(lambda: len(engine.calls) == 3)
    assert engine.calls[2] == kept
    engine.read("мама дом")
    qtbot.waitUntil(lambda: reading.table.item(0, 1).text() == "мама дом")


def test_a_damaged_list_is_none(tmp_path):
    store = VoiceStore(tmp_path)
    assert store.kept() == []
    (tmp_path / "transcripts.tsv").write_bytes(b"\xff\xfe\x00")
    assert store.kept() == []
    (tmp_path / "transcripts.tsv").write_text("a\tb\n")
    assert store.kept() == []
    (tmp_path / "heard.json").write_text("[]")
    assert store.heard(tmp_path) == {}
    assert store.take_of_last_time() is None


def hear(reading, qtbot, *texts: str) -> None:
    """What the model makes of the kept sentences, the newest first."""
    for number, text in enumerate(texts, start=1):
        qtbot.waitUntil(lambda n=number: len(reading.stage.engine.calls) == n)
        reading.stage.engine.read(text)
        qtbot.waitUntil(lambda n=number: len(reading.page.hearing.heard) == n)
    qtbot.waitUntil(lambda: not reading.page.hearing.work.running)


def test_a_sentence_of_which_another_is_heard_is_left_out_of_the_tuning(reading, qtbot):
    fill(3)  # мама мама, дом мама, сон мама
    reading.reopen()
    hear(reading, qtbot, "а где же вы были вчера", "дом мама", "мама мома")
    checks = [reading.table.item(row, 0).checkState() is Qt.CheckState.Checked for row in range(3)]
    assert checks == [False, True, True]
    assert reading.table.item(0, 2).text().endswith(" %, another text")
    assert reading.page.tuning.panel.state.text().startswith("2 sentences are recorded. 1 more is left out.")
    reading.table.item(0, 0).setCheckState(Qt.CheckState.Checked)  # the person knows better
    qtbot.waitUntil(lambda: reading.page.tuning.panel.state.text().startswith("3 sentences are recorded. After"))
    reading.reopen()
    assert reading.table.item(0, 0).checkState() is Qt.CheckState.Checked


def test_what_was_kept_just_now_is_warned_about(reading, qtbot):
    reading.record()
    said = reading.reader.sentence
    reading.keep()
    hear(reading, qtbot, "совсем не то что было показано")
    assert reading.told == [f"“{said}” sounds like another text, so it is left out of the tuning."]
    (use,) = [b for b in reading.page.messages.findChildren(QAbstractButton) if b.text() == "Use it all the same"]
    use.click()
    qtbot.waitUntil(lambda: reading.table.item(0, 0).checkState() is Qt.CheckState.Checked)


# --- tuning ---


def write_result(
    before: int = 40, after: int = 20, share: float = 0.5, general: bool = True, written: tuple[int, ...] = ()
) -> Path:
    home = data_dir() / "tuning" / "my-voice"
    write_random_checkpoint(home / "tuned")

    def rate(errors: int) -> ErrorRate:
        return ErrorRate(5, 100, errors, 20, 10)

    others = (rate(44), rate(45)) if general else (None, None)
    texts = (("мама мыла раму", "мама мила рану", "мама мыла раму"),)
    told = (rate(before), rate(after), *others, share, texts, *map(rate, written))
    save_result(BeforeAfter(home / "tuned", *told), home)
    return home


def test_nineteen_are_too_few_and_twenty_are_enough(reading):
    panel = reading.page.tuning.panel
    panel.show_idle(19, False)
    assert not panel.tune.isEnabled()
    assert panel.state.text().endswith("After 1 more the model can be tuned to your voice.")
    panel.show_idle(20, False)
    assert panel.tune.isEnabled()
    panel.show_idle(20, True)
    assert "interrupted and saved" in panel.state.text()


def test_the_tuning_is_begun_and_stopped_by_the_same_keys(qtbot):
    panel = TuningPanel()
    qtbot.addWidget(panel)
    panel.show_idle(20, False)
    panel.show()
    qtbot.waitUntil(panel.isActiveWindow)
    with qtbot.waitSignal(panel.tune_wanted):
        qtbot.keyClick(panel, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel.show_running(Step("learning", 0.5), False)
    with qtbot.waitSignal(panel.stop_wanted):
        qtbot.keyClick(panel, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)


def test_it_is_tuned_stopped_gone_on_with_and_used(reading, qtbot):
    reading.close()
    small = write_random_checkpoint(models_dir() / "small", model=SMALL)
    reading.stage.session.use_model(small)
    fill(20)
    reading.open()
    tuning = reading.page.tuning
    tuning.panel.tune.click()
    assert tuning.panel.stop.isVisible()
    steps = []
    tuning.job.step.connect(steps.append)
    assert tuning.panel.state.text() == "Starting the training, 0:00"
    qtbot.waitUntil(lambda: "learning your voice" in tuning.panel.state.text(), timeout=LONG_MS)
    tuning.panel.stop.click()
    qtbot.waitUntil(lambda: not tuning.busy, timeout=LONG_MS)
    assert reading.told == []
    if tuning.result is None:  # a quick machine may have come to the end before
        assert "It goes on where it stopped." in tuning.panel.state.text()
        reading.reopen()
        tuning = reading.page.tuning
        tuning.panel.tune.click()
        qtbot.waitUntil(lambda: tuning.result is not None and not tuning.busy, timeout=LONG_MS)
    assert tuning.result.own_before.utterances == 5
    assert tuning.result_view.isVisible()
    kinds = list(dict.fromkeys(step.kind for step in steps))
    assert {"starting", "preparing", "network", "learning"} <= set(kinds)
    assert kinds == [kind for kind in SPANS if kind in kinds]
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    tuned = load_checkpoint(tuning.result.folder)
    tuning.take()  # whether or not it helped
    qtbot.waitUntil(lambda: tuning.result is None and not tuning.busy)
    home = reading.stage.session.model
    assert home.parent == models_dir()
    assert home.name.startswith("My voice ")
    kept = load_checkpoint(home)
    assert all((kept.weights[name] == tuned.weights[name]).all() for name in tuned.weights)
    assert load_checkpoint(small).weights.keys() == tuned.weights.keys()
    assert reading.stage.program.settings.model == home
    assert reading.reader.isVisible()


def test_a_failure_is_told_and_can_be_tried_again(reading, qtbot):
    reading.close()
    fill(3)
    reading.open()
    reading.page.tuning.begin()
    qtbot.waitUntil(lambda: not reading.page.tuning.busy, timeout=LONG_MS)
    assert "of your recordings only 3 can be used" in reading.told[0]
    assert reading.page.tuning.panel.tune.isVisible()


def test_a_result_waits_through_a_restart_and_is_thrown_away_with_undo(reading, qtbot):
    reading.close()
    home = write_result()
    reading.open()
    view = reading.page.tuning.result_view
    assert view.own.text() == "Your speech is recognised better: of 100 letters 20 are wrong now, and 40 were before."
    assert "of 100 letters 45 are wrong now, and 44 were before" in view.others.text()
    assert view.measured.text().startswith("Measured on 5 of your sentences")
    assert view.table.item(0, 2).text() == "мама мыла раму"
    view.discard.click()
    qtbot.waitUntil(lambda: reading.reader.isVisible() and not reading.page.tuning.busy)
    assert not home.exists()
    assert reading.told == ["The tuned model was thrown away."]
    reading.undo()
    qtbot.waitUntil(lambda: view.isVisible() and not reading.page.tuning.busy)
    assert (home / "tuned" / "model.json").is_file()


@pytest.mark.parametrize(("written", "said"), [((18, 11), "better"), ((18, 19), "no better")])
def test_what_is_written_is_what_counts(reading, written, said):
    """With the language model; how the letters are heard stands below."""
    reading.close()
    write_result(written=written)
    reading.open()
    view = reading.page.tuning.result_view
    before, after = written
    told = f"Your speech is recognised {said}: of 100 letters {after} are wrong now, and {before} were before."
    assert view.own.text().startswith(told)
    assert view.measured.text().endswith("as the letters are heard: 20 now, 40 before.")


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            {"written": (18, 19)},
            "The new model recognises your speech worse: 19.0 % of the letters are wrong, not 18.0 %.",
        ),
        ({}, "Other people are recognised worse: 45.0 % of their letters are wrong, not 44.0 %."),
    ],
)
def test_a_worse_one_is_not_taken_without_a_word(reading, qtbot, result, said):
    reading.close()
    write_result(**result)
    reading.open()
    before = reading.stage.session.model
    reading.page.tuning.result_view.keep.click()
    (told,) = reading.told
    assert said in told
    assert reading.stage.session.model == before
    buttons = {b.text(): b for b in reading.page.messages.findChildren(QAbstractButton)}
    assert "Keep the model before" in buttons
    buttons["Use it all the same"].click()
    qtbot.waitUntil(lambda: reading.stage.session.model != before and not reading.page.tuning.busy)
    assert reading.page.model.text().startswith("Model: My voice ")
    reading.page.model.back.trigger()
    assert reading.stage.session.model == before


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_tuning_button_is_in_sight_in_a_small_window(make_stage, qtbot, language):
    stage = make_stage(language=language)
    stage.window.resize(800, 600)
    stage.window.tabs.setCurrentWidget(stage.window.voice)
    qtbot.waitUntil(lambda: stage.window.voice.page is not None)
    settle()
    page = stage.window.voice.page
    for button in (page.tuning.panel.tune, page.reader.record):
        assert button.isVisible()
        place = button.rect().translated(button.mapTo(page, button.rect().topLeft()))
        assert page.rect().contains(place)
        assert button.visibleRegion().boundingRect() == button.rect()


def test_one_that_brought_nothing_cannot_be_kept(reading):
    reading.close()
    write_result(40, 40, share=0.0, general=False)
    reading.open()
    view = reading.page.tuning.result_view
    assert not view.keep.isEnabled()
    assert view.own.text().startswith(
        "Your speech is recognised no better: of 100 letters 40 are wrong now, and 40 were before."
    )
    assert "could not be measured" in view.others.text()


# --- how it looks ---


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("shade", [LIGHT, DARK], ids=["light", "dark"])
def test_nothing_is_cut_and_everything_has_a_name(make_stage, qtbot, language, shade):
    stage = make_stage(language=language)
    theme().use(shade)
    reading = Reading(stage, qtbot)
    for text in (reading.reader.sentence, "Пятьдесят семь миллионов семьсот семьдесят восемь тысяч двести " * 2):
        reading.reader.show_sentence(text)
        reading.reader.state = State.TAKEN
        reading.reader.show_state()
        qtbot.waitUntil(lambda: cut(reading.page) == [])
    reading.reader.own.click()
    qtbot.waitUntil(lambda: cut(reading.page) == [])
    buttons = [b for b in reading.page.findChildren(QAbstractButton) if b.isVisible()]
    assert len(buttons) >= 6
    assert all(b.accessibleName() and b.toolTip() for b in buttons)
    write_result()
    reading.page.tuning.look()
    qtbot.waitUntil(lambda: cut(reading.page) == [])
    reading.close()
    reading.page.deleteLater()
    theme().use(LIGHT)


def test_in_russian(make_stage, qtbot):
    reading = Reading(make_stage(language="ru"), qtbot)
    assert i18n._("My voice") == "Мой голос"
    assert reading.reader.own.text() == "Своя фраза"
    assert reading.page.tuning.panel.state.text().startswith("Записано 0 фраз.")
    reading.close()
    reading.page.deleteLater()


def test_it_is_a_page_of_the_window(stage, qtbot):
    window = stage.window
    window.tabs.setCurrentWidget(window.voice)
    qtbot.waitUntil(lambda: window.voice.page is not None)
    assert isinstance(window.voice.page, VoicePage)
    assert window.tabs.tabText(window.tabs.currentIndex()) == "My voice"
    with qtbot.waitSignal(window.voice.page.closed):
        window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
