"""A day at the window, in two programs: the first is killed in the middle, the second finds everything.

usage: python -m tests.helpers.day morning|evening PLAN. PLAN is JSON: recording, files, subtitles, said (a word),
voice (paths). Prints a line of JSON after each step. The morning never ends by itself: it waits to be killed, while
the second file is half read and a recording is under way.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.events import Segment
from gui.core.log import start_logging
from gui.history.model import ENTRY
from gui.history.page import HistoryPage
from gui.session.jobs import Ending, Job
from gui.session.status import Model
from tests.helpers.person import Person

SPOKEN_S = 2.0  # of what is being recorded when the program is killed
TUNING_LIMIT_S = 600.0


def tell(**seen: object) -> None:
    print(json.dumps(seen), flush=True)


class Day:
    """The steps of a day, each told when it is done."""

    def __init__(self, person: Person, plan: dict):
        self.person, self.plan = person, plan
        self.files = [Path(name) for name in plan["files"]]

    # --- morning ---

    def dictate(self) -> None:
        self.person.record()
        self.person.speak(Path(self.plan["recording"]))
        self.person.stop()
        tell(dictated=self.person.page.transcript.toPlainText())

    def history(self) -> HistoryPage:
        page = self.person.turn_to(self.person.window.history_page)
        self.person.wait(lambda: bool(self.entries(page)), "the history")
        return page

    @staticmethod
    def entries(page: HistoryPage) -> list:
        """All that are listed; empty until they have been fetched."""
        entries = [page.model.index(row).data(ENTRY) for row in range(page.model.rowCount())]
        return [] if None in entries else entries

    def open_entry(self, page: HistoryPage, row: int):
        """The editor with an entry and its sound."""
        key = self.entries(page)[row].key
        self.person.click(page.view.viewport(), page.view.visualRect(page.model.index(row)).center())
        self.person.click(page.actions.open)
        self.person.wait(lambda: page.editing.key == key, "the text")
        self.person.wait(lambda: page.editing.editor.player.sound is not None, "the sound")
        return page.editing.editor

    def text_of(self, page: HistoryPage, row: int) -> str:
        editor = self.open_entry(page, row)
        text = editor.text.toPlainText()
        self.person.click(editor.bar.back)
        return text

    def correct(self) -> None:
        """Another first word; then all of it as subtitles."""
        page = self.history()
        editor = self.open_entry(page, 0)
        letter = editor.text.cursorRect().center()
        QTest.mouseDClick(editor.text.viewport(), Qt.MouseButton.LeftButton, pos=letter)
        wrong = editor.text.textCursor().selectedText()
        self.person.type(self.plan["said"])
        self.person.in_dialog(editor.bar.save, Path(self.plan["subtitles"]), "Subtitles")
        self.person.wait(Path(self.plan["subtitles"]).exists, "the subtitles")
        tell(wrong=wrong, corrected=editor.text.toPlainText())
        self.person.click(editor.bar.back)

    def drop_and_be_killed(self) -> None:
        """The first of three files is read and the second begun when there is something to dictate in between."""
        read, begun = [], []
        session, history = self.person.session, self.person.window.history_page

        def pause_at_first_words(job: Job, segment: Segment) -> None:
            """At once, within the signal: so the rest cannot be read before the microphone is open."""
            if job.path == self.files[1] and segment.text and not begun:
                begun.append(segment.text)
                self.person.click(history.page.queue.pause)

        session.job_ended.connect(lambda job: read.append((job.path, job.ending)))
        session.final.connect(pause_at_first_words)
        self.person.click_tab(self.person.page)
        self.person.drop(self.files)
        self.person.turn_to(history)
        self.person.wait(lambda: begun, "the second file")
        assert read == [(self.files[0], Ending.DONE), (self.files[1], Ending.INTERRUPTED)], read
        self.person.click_tab(self.person.page)
        self.person.record()
        self.person.play(Path(self.plan["recording"]))
        self.person.wait(lambda: session.elapsed_s >= SPOKEN_S, "the samples")
        tell(recorded_s=session.elapsed_s, half_read=begun[0])
        self.person.wait(lambda: False, "being killed")

    # --- evening ---

    def find_again(self) -> None:
        """What was interrupted is offered; the files are gone on with."""
        messages = self.person.page.messages
        self.person.wait(lambda: len(messages.texts) >= 3, "what was not finished")
        offered = messages.texts
        self.person.press(messages, "Restore")
        tell(offered=offered, brought_back=self.person.page.transcript.toPlainText())
        self.person.press(messages, "Transcribe now")
        self.person.wait(lambda: self.person.session.status.can_cancel, "the reading")
        self.person.wait_until_read()
        page = self.history()
        self.person.wait(lambda: all(one.state == "done" for one in self.entries(page)), "all to be kept")
        entries = self.entries(page)
        texts = [self.text_of(page, row) for row in range(len(entries))]
        tell(entries=[[str(one.source), one.duration_s, text] for one, text in zip(entries, texts, strict=True)])

    def search(self) -> None:
        """For the corrected word; it stands in the editor."""
        page = self.history()
        self.person.click(page.search)
        self.person.type(self.plan["said"])
        self.person.wait(lambda: page.model.query and len(self.entries(page)) == 1, "what was looked for")
        tell(found=self.text_of(page, 0))

    def tune(self) -> None:
        """The model learns a voice of which there are twenty-five sentences."""
        page = self.person.turn_to(self.person.window.voice)
        self.person.in_dialog(page.list.bring_in, Path(self.plan["voice"]))
        self.person.wait(lambda: len(page.hearing.heard) == page.list.table.rowCount() > 0, "what the model hears")
        self.person.wait(page.tuning.panel.tune.isEnabled, "twenty sentences that are not misheard")
        heard = [page.list.table.item(row, 2).text() for row in range(page.list.table.rowCount())]
        self.person.click(page.tuning.panel.tune)
        self.person.wait(lambda: not page.tuning.busy, "the tuning", TUNING_LIMIT_S)
        result = page.tuning.result
        if result is None:
            raise SystemExit(f"nothing came of the tuning: {page.messages.texts}")
        tell(
            heard=heard,
            shown=page.tuning.result_view.own.text(),
            before=[result.own_before.letters, result.own_before.letter_errors],
            after=[result.own_after.letters, result.own_after.letter_errors],
        )
        self.person.click(page.tuning.result_view.keep)
        session, before = self.person.session, self.person.session.model
        self.person.wait(lambda: session.model != before and session.status.model is Model.READY, "the tuned model")
        tell(dictates_with=str(session.model), messages=page.messages.texts)


def main() -> None:
    start_logging()
    day = Day(Person(QApplication([])), json.loads(sys.argv[2]))
    day.person.open()
    if sys.argv[1] == "morning":
        day.dictate()
        day.correct()
        day.drop_and_be_killed()
    else:
        day.find_again()
        day.search()
        day.tune()
        day.person.leave()


if __name__ == "__main__":
    main()
