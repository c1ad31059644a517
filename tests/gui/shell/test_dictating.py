"""Dictating beyond the window: commands from outside, silence, copying, spoken commands, the tray's icon."""

import json

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor

from engine.decode.own_words import write_own_words
from gui.core.errors import Closing, FocusLost, KeysTaken
from gui.desktop import start_options
from gui.desktop.insertion import Insertion
from gui.desktop.start_options import StartOptions
from gui.desktop.tray import IDLE, LISTENING, PROBLEM, READING, Tray, state_icon, state_of
from gui.editor.save_menu import Saver
from gui.session.loudness import Loudness, LoudnessWatch
from gui.session.silence_detector import Silence
from gui.session.status import Model, Reading, Recording, Status
from tests.gui.dictation.test_dictation import record, stop
from tests.gui.history_stage import entries

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def empty_clipboard(qapp):
    qapp.clipboard().setText("what was copied before")


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def dictate(stage, qtbot, *said: str, stop_by=stop):
    record(stage, qtbot)
    for number, text in enumerate(said):
        stage.engine.write(text, 10.0 * number)
    stop_by(stage, qtbot)
    stage.engine.finish()
    qtbot.waitUntil(lambda: stage.session.status.reading is Reading.NONE)


# --- spoken commands on the page ---


def test_spoken_commands_are_carried_out_on_the_page(stage, qtbot):
    dictate(stage, qtbot, "привет запятая мир", "восклицательный знак", "как дела", "новая строка", "хорошо точка")
    assert stage.text == "Привет, мир! Как дела\nХорошо."
    segments = stage.page.transcript.page().segments()
    assert [word.text for found in segments for word in found.words] == ["Привет,", "мир!", "Как", "дела", "Хорошо."]
    assert [word.start_s for found in segments for word in found.words] == [0.0, 1.0, 20.0, 20.5, 40.0]


def test_words_are_taken_away_from_an_earlier_stretch(stage, qtbot):
    dictate(stage, qtbot, "раз два", "удали последнее слово", "три", "отмени")
    assert stage.text == "раз"


def test_what_a_person_edited_meanwhile_stays(stage, qtbot):
    record(stage, qtbot)
    stage.engine.write("привет мир")
    qtbot.waitUntil(lambda: stage.text == "привет мир")
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClicks(stage.page.transcript, "x")
    stage.engine.write("запятая", 10.0)
    qtbot.waitUntil(lambda: stage.text.endswith(","))
    assert stage.text == "xпривет мир,"
    stage.engine.write("удали последнее слово", 20.0)
    stage.engine.write("свет", 30.0)
    qtbot.waitUntil(lambda: stage.text.endswith("свет"))
    assert stage.text == "xпривет мир, свет"


def test_a_command_that_shows_nothing_is_said_to_be_done(stage, qtbot):
    record(stage, qtbot)
    stage.engine.write("раз")
    stage.engine.write("новый абзац", 10.0)
    qtbot.waitUntil(lambda: stage.words == "Done: “новый абзац”")
    stage.engine.guess("два точка")
    qtbot.waitUntil(lambda: stage.page.transcript.provisional_text == "Два.")


def test_a_command_that_is_off_is_a_word(stage, qtbot):
    stage.program.settings.spoken_off = "full_stop comma"
    dictate(stage, qtbot, "раз точка два запятая три вопросительный знак")
    assert stage.text == "Раз точка два запятая три?"
    (listened_for,) = stage.engine.commands
    assert "вопросительный знак" in listened_for
    assert not {"точка", "запятая"} & set(listened_for)


@pytest.mark.parametrize(("wanted", "text"), [(False, "раз точка"), (True, "Раз.")])
def test_a_file_is_written_as_it_was_said_unless_wanted_otherwise(stage, qtbot, tmp_path, wanted, text):
    stage.program.settings.spoken_in_files = wanted
    stage.session.open_files([tmp_path / "file.wav"])
    stage.engine.read("раз точка")
    qtbot.waitUntil(lambda: stage.text == text)
    assert bool(stage.engine.commands[0]) == wanted
    assert clipboard() == "what was copied before"


def test_a_dictation_that_is_read_again_has_its_commands(stage, qtbot):
    record(stage, qtbot)
    stage.session.cancel()
    stage.press("Try again")
    stage.engine.read("раз точка")
    qtbot.waitUntil(lambda: stage.text == "Раз.")


def in_history(stage, qtbot):
    """The document of the only entry."""
    answers = []
    (entry,) = entries(stage, qtbot)
    stage.program.history.store.ask(lambda history: history.document(entry.key), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


WRITTEN = "iPhone в Яндекс стоит 25\N{NO-BREAK SPACE}000 рублей — сказал он"


def test_own_words_and_numbers_are_the_same_wherever_the_text_goes(stage, qtbot, tmp_path):
    write_own_words("Яндекс\niPhone = айфон")
    stage.program.settings.spoken_digits = True
    dictate(stage, qtbot, "айфон в яндекс стоит двадцать пять тысяч рублей тире сказал он")
    assert stage.text == WRITTEN
    typeset = WRITTEN.replace(" —", "\N{NO-BREAK SPACE}—")
    qtbot.waitUntil(lambda: clipboard() == typeset)
    stage.page.copy_all()
    assert clipboard() == typeset
    document = in_history(stage, qtbot)
    assert (document.text, document.is_edited) == (WRITTEN, False)
    assert [word.plain for word in document.words if word.plain] == ["айфон", "яндекс", "двадцать пять тысяч"]
    saver = Saver(stage.program.settings)
    for wanted, text in ((False, typeset), (True, typeset.replace(" в ", " в\N{NO-BREAK SPACE}"))):
        stage.program.settings.bind_short_words = wanted
        path = tmp_path / f"{wanted}.txt"
        with qtbot.waitSignal(saver.saved):
            saver.save(path, stage.page.transcript.page(), "m")
        assert path.read_text("utf-8") == f"{text}\n"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            ["привет запятая", "как дела точка", "новый абзац сегодня хорошо точка"],
            "Привет, как дела.\n\nСегодня хорошо.",
        ),
        (["раз", "новая строка", "два", "удали последнее слово", "три"], "раз\nТри"),
        (["раз", "новый абзац"], "раз"),
        (["раз", "отмени", "новый абзац два"], "Два"),
        (["просто", "слова"], "просто слова"),
        (["слово " * 200, "новый абзац конец", "ещё"], "слово " * 199 + "слово\n\nКонец ещё"),
        (["слово " * 200, "и так"], "слово " * 199 + "слово\nи так"),
    ],
)
def test_a_dictation_is_one_text_wherever_it_stands(stage, qtbot, tmp_path, said, text):
    dictate(stage, qtbot, *said)
    assert stage.text == text
    stage.program.dictated_text.keep()
    assert in_history(stage, qtbot).text == text
    for form in ("txt", "json"):
        path = tmp_path / f"a.{form}"
        stage.page.ask_save_path = lambda *_, path=path: path
        with qtbot.waitSignal(stage.page.saver.saved):
            stage.page.save_as()
    assert (tmp_path / "a.txt").read_text("utf-8") == f"{text}\n"
    saved = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert saved["text"] == text
    assert "heard" not in saved


def test_empty_lines_stay_when_a_dictation_is_corrected_on_the_page(stage, qtbot):
    dictate(stage, qtbot, "раз точка", "новый абзац два", "новая строка три")
    stage.page.transcript.moveCursor(QTextCursor.MoveOperation.End)
    stage.page.transcript.insertPlainText("!")
    stage.program.dictated_text.keep()
    document = in_history(stage, qtbot)
    assert document.text == stage.text == "Раз.\n\nДва\nТри!"
    assert [" ".join(word.text for word in found.words) for found in document.segments] == ["Раз.", "Два", "Три!"]


def test_a_file_has_a_line_for_each_stretch_of_speech(stage, qtbot, tmp_path):
    stage.session.open_files([tmp_path / "file.wav"])
    for number, text in enumerate(("раз точка", "два")):
        stage.engine.write(text, 10.0 * number)
    stage.engine.finish()
    qtbot.waitUntil(lambda: stage.text == "раз точка два" and stage.session.status.reading is Reading.NONE)
    stage.program.dictated_text.keep()
    assert in_history(stage, qtbot).text == "раз точка\nдва"


# --- where the text goes ---


def test_the_text_is_copied_when_a_dictation_ends(stage, qtbot):
    dictate(stage, qtbot, "привет", "точка", "новая строка", "пока")
    assert clipboard() == "Привет.\nПока"
    assert stage.words == "Copied"


def test_nothing_is_copied_that_is_not_wanted_or_not_there(stage, qtbot):
    dictate(stage, qtbot)
    assert clipboard() == "what was copied before"
    stage.program.settings.copy_dictated = False
    dictate(stage, qtbot, "привет")
    assert clipboard() == "what was copied before"


def test_nothing_is_copied_of_what_was_cancelled(stage, qtbot):
    record(stage, qtbot)
    stage.engine.write("начало")
    qtbot.waitUntil(lambda: stage.text == "начало")
    stage.session.cancel()
    qtbot.waitUntil(lambda: stage.session.status.reading is Reading.NONE)
    assert clipboard() == "what was copied before"


class FakeTyping:
    """Another program's window, as the system would give it. failure: raised in the middle."""

    def __init__(self, failure: Exception | None = None):
        self.typed: list[tuple[str, object]] = []
        self.given_back = 0
        self._failure = failure

    def target(self) -> object:
        return "window"

    def typing(self, text, target):
        yield None
        if self._failure is not None:
            raise self._failure
        self.typed.append((text, target))

    def give_back(self) -> None:
        self.given_back += 1


def elsewhere(stage, monkeypatch, typing: FakeTyping | None) -> None:
    """As if another program had the focus."""
    monkeypatch.setattr(QGuiApplication, "focusWindow", staticmethod(lambda: None))
    insertion = Insertion(typing)
    insertion.inserted.connect(stage.program.dictating.tell_inserted)
    insertion.failed.connect(stage.program.dictating.tell_not_inserted)
    stage.program.dictating.insertion = insertion
    stage.program.settings.insert_dictated = True


def dictate_from_outside(stage, qtbot, *said: str) -> None:
    take = stage.program.dictating.take
    take(StartOptions(start_options.TOGGLE))
    assert stage.microphone.opened.wait(10)
    qtbot.waitUntil(lambda: stage.session.status.recording is not Recording.NONE)
    stage.microphone.say_for(0.5)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    for number, text in enumerate(said):
        stage.engine.write(text, 10.0 * number)
    take(StartOptions(start_options.TOGGLE))
    stage.microphone.say_for(1.0)
    stage.engine.finish()
    qtbot.waitUntil(lambda: not stage.session.status.can_cancel)


def test_text_is_inserted_where_the_person_was_and_the_clipboard_left_alone(stage, qtbot, monkeypatch):
    typing = FakeTyping()
    elsewhere(stage, monkeypatch, typing)
    stage.program.settings.copy_dictated = False
    dictate_from_outside(stage, qtbot, "привет запятая мир")
    qtbot.waitUntil(lambda: typing.typed == [("привет, мир", "window")])
    assert clipboard() == "what was copied before"
    qtbot.waitUntil(lambda: stage.words == "Inserted")


def test_a_second_text_in_the_same_window_is_parted_from_the_first(qtbot):
    typing = FakeTyping()
    insertion = Insertion(typing)
    for text in ("раз", "два", ", три"):
        with qtbot.waitSignal(insertion.inserted):
            insertion.insert(text, "window")
    assert [text for text, _target in typing.typed] == ["раз", " два", ", три"]


def test_text_that_cannot_be_inserted_is_copied_and_that_is_said(stage, qtbot, monkeypatch):
    elsewhere(stage, monkeypatch, FakeTyping(failure=FocusLost()))
    stage.program.settings.copy_dictated = False
    dictate_from_outside(stage, qtbot, "привет")
    qtbot.waitUntil(lambda: clipboard() == "привет")
    assert stage.page.messages.texts == [f"{FocusLost()} It was copied instead."]


def test_where_the_system_does_not_allow_it_the_text_is_copied_and_that_is_said(stage, qtbot, monkeypatch):
    elsewhere(stage, monkeypatch, None)
    stage.program.settings.copy_dictated = False
    dictate_from_outside(stage, qtbot, "привет")
    assert clipboard() == "привет"
    (told,) = stage.page.messages.texts
    assert told == "This system lets no program type into another's window: the text is copied, and you paste it."


def test_what_is_dictated_in_the_window_itself_is_not_inserted(stage, qtbot):
    typing = FakeTyping()
    stage.program.dictating.insertion = Insertion(typing)
    stage.program.settings.insert_dictated = True
    stage.window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None)
    dictate(stage, qtbot, "привет")
    assert typing.typed == []
    assert clipboard() == "привет"


# --- from outside ---


def test_a_later_start_toggles_and_cancels(stage, qtbot):
    take = stage.program.dictating.take
    take(StartOptions(start_options.STOP))
    take(StartOptions(start_options.CANCEL))
    assert stage.session.status.recording is Recording.NONE
    take(StartOptions(start_options.RECORD))
    assert stage.session.status.recording is Recording.OPENING
    take(StartOptions(start_options.RECORD))
    assert stage.session.status.recording is Recording.OPENING
    assert stage.microphone.opened.wait(10)
    stage.microphone.say(1, 2, 3)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    take(StartOptions(start_options.CANCEL))
    assert stage.session.status.recording is Recording.NONE
    assert stage.page.messages.texts == ["Cancelled. The recording was not transcribed to its end; it is kept."]


def cancel_from_outside(stage, qtbot) -> None:
    stage.program.dictating.take(StartOptions(start_options.CANCEL))


def cancel_by_escape(stage, qtbot) -> None:
    qtbot.keyClick(stage.window, Qt.Key.Key_Escape)


def cancel_in_the_tray(stage, qtbot) -> None:
    stage.program.dictating.show_tray(True)
    stage.program.dictating.tray.cancel.trigger()


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # which the screen of the tests lacks
@pytest.mark.parametrize("cancel", [cancel_from_outside, cancel_by_escape, cancel_in_the_tray])
@pytest.mark.parametrize("is_stopped", [False, True])
def test_cancelling_a_dictation_leaves_the_queue_of_files(stage, qtbot, tmp_path, cancel, is_stopped):
    files = [tmp_path / f"{number}.wav" for number in range(5)]
    stage.session.open_files(files, is_quiet=True)
    stage.engine.begin(60)
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    record(stage, qtbot)
    qtbot.waitUntil(lambda: stage.engine.calls[-1][0] == "follow")
    if is_stopped:
        stop(stage, qtbot)
    assert len(stage.session.jobs) == 6
    cancel(stage, qtbot)
    assert [job.path for job in stage.session.jobs] == files
    assert stage.session.status.recording is Recording.NONE
    assert stage.page.messages.texts == ["Cancelled. The recording was not transcribed to its end; it is kept."]
    for number in range(5):
        stage.engine.read(str(number))
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert [path for _verb, path in stage.engine.calls[2:]] == files


def test_cancelling_while_the_microphone_opens_leaves_the_file_that_is_read(stage, qtbot, tmp_path):
    stage.session.open_files([tmp_path / "file.wav"])
    stage.engine.begin(60)
    qtbot.waitUntil(lambda: bool(stage.engine.calls))
    stage.page.toggle_recording()
    stage.session.cancel()
    assert stage.session.status.recording is Recording.NONE
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: stage.text == "прочитано")
    assert stage.page.messages.texts == []


def test_a_later_start_that_cancels_without_a_dictation_leaves_the_files(stage, qtbot, tmp_path):
    """The keys that it is bound to may be pressed a moment after the dictation was read to its end."""
    stage.session.open_files([tmp_path / "file.wav"])
    stage.program.dictating.take(StartOptions(start_options.CANCEL))
    assert len(stage.session.jobs) == 1
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: stage.text == "прочитано")


@pytest.mark.qt_log_ignore("does not support raise")
def test_a_later_start_opens_files_and_shows_the_window(stage, qtbot, tmp_path):
    stage.window.hide()
    stage.program.dictating.take(StartOptions(start_options.OPEN, (tmp_path / "one.wav",)))
    assert stage.window.isVisible()
    stage.engine.read("раз")
    qtbot.waitUntil(lambda: stage.text == "раз")
    assert stage.engine.calls == [("transcribe", tmp_path / "one.wav")]


def test_a_later_start_is_told_that_the_program_is_closing(stage, qtbot):
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
        with pytest.raises(Closing):
            stage.program.dictating.take(StartOptions(start_options.TOGGLE))


class FakeKeys(QObject):
    """taken: keys that another program has."""

    pressed, released = Signal(), Signal()

    def __init__(self, taken: str = ""):
        super().__init__()
        self.grabbed: list[str] = []
        self._taken = taken

    def grab(self, keys: str) -> None:
        if keys == self._taken:
            raise KeysTaken(keys=keys, reason="another program has them")
        self.grabbed.append(keys)

    def close(self) -> None:
        self.grabbed.append("")


def with_keys(stage, taken: str = "") -> FakeKeys:
    keys = FakeKeys(taken)
    stage.program.dictating.shortcut.make_keys = lambda: keys
    return keys


def test_keys_for_every_window_toggle(stage, qtbot):
    keys = with_keys(stage)
    stage.program.settings.global_keys = "Ctrl+Alt+D"
    assert keys.grabbed == ["Ctrl+Alt+D"]
    keys.pressed.emit()
    keys.released.emit()
    assert stage.session.status.recording is Recording.OPENING
    assert stage.microphone.opened.wait(10)
    stage.microphone.say(1, 2, 3)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    keys.pressed.emit()
    assert stage.session.status.recording is Recording.STOPPING
    stage.program.settings.global_keys = ""
    assert keys.grabbed[-1] == ""


def test_keys_for_every_window_are_held_to_talk(stage, qtbot):
    keys = with_keys(stage)
    stage.program.settings.global_keys_held = True
    stage.program.settings.global_keys = "F9"
    keys.released.emit()
    assert stage.session.status.recording is Recording.NONE
    keys.pressed.emit()
    assert stage.microphone.opened.wait(10)
    stage.microphone.say(1, 2, 3)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.LISTENING)
    keys.released.emit()
    assert stage.session.status.recording is Recording.STOPPING


def test_keys_that_cannot_be_had_are_told(stage):
    with_keys(stage, taken="F9")
    stage.program.settings.global_keys = "F9"
    (told,) = stage.page.messages.texts
    assert told == str(KeysTaken(keys="F9", reason="another program has them"))


def test_a_system_without_such_keys_says_what_to_do(stage):
    stage.program.settings.global_keys = "F9"
    (told,) = stage.page.messages.texts
    assert "diktovka --toggle" in told


# --- the end of a recording ---


def recordings_states(stage) -> list[Recording]:
    """Those that follow one another from now on."""
    states = [stage.session.status.recording]

    def take(status: Status) -> None:
        if status.recording is not states[-1]:
            states.append(status.recording)

    stage.session.status_changed.connect(take)
    return states


def test_a_recording_ends_after_silence(stage, qtbot):
    """As it does by Stop, and not because a microphone that says no more is taken for lost."""
    stage.lost_after_s = 1000
    stage.program.settings.silence_s = 2
    record(stage, qtbot)
    states = recordings_states(stage)
    stage.microphone.say_for(1.0, value=50)
    stage.microphone.say_for(1.0, value=6000)
    stage.microphone.say_for(1.5, value=50)
    qtbot.waitUntil(lambda: stage.session.elapsed_s > 3.9)
    assert stage.session.status.recording is Recording.LISTENING
    stage.microphone.say_for(1.0, value=50)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    assert states == [Recording.LISTENING, Recording.STOPPING, Recording.NONE]
    assert stage.page.messages.texts == []
    stage.engine.read("сказано")
    qtbot.waitUntil(lambda: stage.text == "сказано")


def end_unheard_of(stage) -> None:
    """All that was said is on disk, and of none of it the window has heard yet: it was busy."""
    stage.session.dictaphone._task._recorder.stop(0.0)


def test_silence_is_told_from_when_it_was_heard(stage, qtbot):
    stage.program.settings.silence_s = 2
    record(stage, qtbot)
    states = recordings_states(stage)
    stage.microphone.say_for(1.0, value=50)
    stage.microphone.say_for(1.0, value=6000)
    stage.microphone.say_for(3.0, value=50)
    end_unheard_of(stage)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    assert states == [Recording.LISTENING, Recording.STOPPING, Recording.NONE]


def test_a_dead_microphone_is_told_from_when_it_was_heard(stage, qtbot):
    record(stage, qtbot)
    told = []
    stage.session.status_changed.connect(lambda status: told.append(status.hears_nothing))
    stage.microphone.say_for(1.0)
    stage.microphone.say_for(3.5, value=0)
    end_unheard_of(stage)
    qtbot.waitUntil(lambda: stage.session.status.recording is Recording.NONE)
    assert True in told


def test_a_microphone_that_is_too_loud_is_told_while_one_speaks(stage, qtbot):
    record(stage, qtbot)
    stage.microphone.say_for(1.0, value=32_767)
    qtbot.waitUntil(lambda: stage.page.controls.record.is_overdriven)
    assert stage.words == "Too loud, and so distorted: move away from the microphone or turn it down"
    stage.microphone.say_for(4.0)
    qtbot.waitUntil(lambda: not stage.page.controls.record.is_overdriven)


def watched(*stretches: tuple[float, float, float]) -> list[Loudness]:
    """What is told at the end of each stretch of (seconds, peak, rms)."""
    watch, now_s, told = LoudnessWatch(), 0.0, []
    for seconds, peak, rms in stretches:
        for _ in range(round(seconds / 0.05)):
            now_s += 0.05
            loudness = watch.hear(now_s, peak, rms)
        told.append(loudness)
    return told


def test_loudness_is_judged_by_clipping_and_by_a_voice_that_never_comes():
    good, overdriven, quiet, _noisy = Loudness
    assert watched((2, 0.5, 0.1), (0.5, 1.0, 0.2), (3, 0.9, 0.2)) == [good] * 3
    assert watched((1, 1.0, 0.7), (2, 0.1, 0.05), (2, 0.1, 0.05)) == [overdriven, overdriven, good]
    assert watched((5, 0.002, 0.001), (2, 0.002, 0.001), (1, 0.1, 0.02), (20, 0.002, 0.001)) == [
        good,
        quiet,
        good,
        good,
    ]


def test_noise_is_told_once_it_hardly_ends_between_the_words():
    good, noisy = Loudness.GOOD, Loudness.NOISY
    word, pause, room, roar = (0.4, 0.5, 0.1), (0.2, 0.01, 0.002), (0.2, 0.1, 0.03), (7.0, 0.1, 0.03)
    assert watched(*[word, pause] * 20)[-1] is good
    assert watched(*[word, room] * 5)[-1] is good  # no judgement yet
    assert watched(*[word, room] * 20)[-1] is noisy
    assert watched(*[word, room] * 20, *[word, pause] * 16)[-1] is good
    assert watched(roar)[-1] is noisy
    assert watched((20.0, 0.005, 0.001))[-1] is good  # a still room


def heard(limit_s: float, *stretches: tuple[float, float]) -> float | None:
    """When it was over, for stretches of (seconds, rms); None if never."""
    silence, now_s = Silence(limit_s), 0.0
    for seconds, rms in stretches:
        for _ in range(round(seconds / 0.05)):
            now_s += 0.05
            silence.hear(now_s, rms)
            if silence.is_over:
                return round(now_s, 2)
    return None


def test_silence_is_what_is_not_louder_than_the_room():
    assert heard(2, (1, 0.001), (1, 0.1), (5, 0.001)) == pytest.approx(4.0, abs=0.11)
    assert heard(2, (1, 0.02), (1, 0.2), (5, 0.02)) == pytest.approx(4.0, abs=0.11)
    assert heard(0, (1, 0.001), (1, 0.1), (60, 0.001)) is None
    assert heard(3, *[(1, 0.1), (2, 0.001)] * 20) is None
    assert heard(2, (60, 0.0)) == pytest.approx(10.0, abs=0.11)
    assert heard(12, (60, 0.0)) == pytest.approx(12.0, abs=0.11)


# --- the tray ---


def test_the_tray_tells_the_state():
    assert state_of(Status(model=Model.READY), False) == IDLE
    assert state_of(Status(Recording.LISTENING, Model.READY, Reading.LIVE), True) == LISTENING
    assert state_of(Status(Recording.LISTENING, Model.READY, hears_nothing=True), False) == PROBLEM
    assert state_of(Status(Recording.STOPPING, Model.READY, Reading.LIVE), False) == READING
    assert state_of(Status(model=Model.READY, reading=Reading.FILES), False) == READING
    assert state_of(Status(model=Model.MISSING), False) == PROBLEM
    assert state_of(Status(model=Model.READY), True) == PROBLEM
    pictures = [state_icon(state).pixmap(32, 32).toImage() for state in (IDLE, LISTENING, READING, PROBLEM)]
    assert not any(one == two for i, one in enumerate(pictures) for two in pictures[:i])


def test_the_menu_of_the_tray(qtbot):
    shown = [False]
    tray = Tray(lambda: shown[0])
    tray.show_status(Status(model=Model.READY))
    assert [action.text() for action in tray.menu.actions()] == ["Show the window", "Record", "Cancel", "", "Quit"]
    assert not tray.cancel.isEnabled()
    shown[0] = True
    tray.menu.aboutToShow.emit()
    tray.show_status(Status(Recording.LISTENING, Model.READY))
    assert [action.text() for action in tray.menu.actions()][:2] == ["Hide the window", "Stop"]
    assert tray.cancel.isEnabled()
    assert tray.icon.toolTip() == "Diktovka: Listening"
    for action, signal in (
        (tray.show_window, tray.show_wanted),
        (tray.record, tray.toggle_wanted),
        (tray.cancel, tray.cancel_wanted),
        (tray.quit, tray.quit_wanted),
    ):
        with qtbot.waitSignal(signal):
            action.trigger()


def test_a_closed_window_stays_in_the_tray_until_it_is_left(stage, qtbot, monkeypatch):
    stage.window.hides_on_close = lambda: True
    stage.window.close()
    assert not stage.window.isVisible()
    assert not stage.session.status.closing
    stage.window.show()
    with qtbot.waitSignals([stage.session.closed, stage.window.left]):
        stage.window.leave()


def test_without_a_tray_a_window_that_is_to_be_hidden_is_made_small(make_stage, qtbot):
    stage = make_stage()
    assert not stage.program.dictating.has_tray
    assert not stage.window.hides_on_close()
    stage.program.dictating.show_small()
    assert stage.window.isMinimized()
    assert stage.page.messages.texts == ["There is no tray icon, so the window was not hidden but made small."]
