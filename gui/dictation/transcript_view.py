"""The page of text: what was said stands in it, and a person may edit it at any moment."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import (
    QFont,
    QInputMethodEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocumentFragment,
    QTextFormat,
    QTextFragment,
)

from engine.dictation.apply_commands import put_behind
from engine.events import Segment
from engine.transcript.page_text import HEADING, NO_SEGMENT, Page, Run, Source
from gui.dictation.provisional import Provisional
from gui.editor.text_page import TextPage, plain_text, selected_text
from gui.session.jobs import Job
from gui.widgets.theme import GRID, SMALL_SCALE, theme

LINE_HEIGHT_PERCENT = 145.0
_NUMBER = QTextFormat.Property.UserProperty + 1  # a run's segment, kept by undo, cut and paste within the page


class TranscriptView(TextPage):
    """Text of several recordings, one paragraph each. `emptied_changed`: the first came or the last went."""

    emptied_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(False)  # files dropped here are for the page behind
        self._provisional = Provisional(self.document())
        self._composing = False
        self._paragraph_wanted: Job | None = None
        self._sources: dict[int, Source] = {}
        self._jobs: dict[int, Job] = {}
        self._was_empty = True
        self.set_paragraph(QTextCursor(self.document()), LINE_HEIGHT_PERCENT)
        self.forget_steps()
        self.document().contentsChange.connect(self._after_change)
        self.cursorPositionChanged.connect(self._place_provisional)
        theme().changed.connect(self._place_provisional)

    # --- what comes from recognition ---

    @property
    def n_words(self) -> int:
        """Words on the page, without the names of files above their texts."""
        return sum(len(block.text().split()) for block in self._blocks() if not _is_heading(block))

    def begin(self, job: Job) -> None:
        """What comes next starts a paragraph, under the job's heading if it has one; not if it was only interrupted."""
        if self._jobs and job is list(self._jobs.values())[-1]:
            return
        self._jobs.pop(job.key, None)
        self._jobs[job.key] = job
        self._paragraph_wanted = job

    def show_provisional(self, text: str) -> None:
        """Greyed at the end of the page, in place of what was shown so before; empty: nothing."""
        following = self._follows_end()
        if text and self._paragraph_wanted:
            self._start_paragraph(QTextCursor(self.document()))
        self._provisional.text = text
        self._place_provisional()
        if following:
            self._scroll_to_end()

    @property
    def provisional_text(self) -> str:
        return self._provisional.text

    def add_segment(self, job: Job, segment: Segment) -> None:
        """Puts final text to the page's end, in place of the provisional."""
        following = self._follows_end()
        self._provisional.text = ""
        if segment.heard:
            number = len(self._sources) + 1
            self._sources[number] = Source(job.key, segment)
            cursor = QTextCursor(self.document())
            cursor.beginEditBlock()
            if self._paragraph_wanted:
                self._start_paragraph(cursor)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(put_behind(cursor.block().text(), segment.text), _numbered(number))
            cursor.endEditBlock()
        self._place_provisional()
        if following:
            self._scroll_to_end()

    def revise(self, job: Job, before: Segment, after: Segment) -> None:
        """A spoken command changed what is written of a segment. What a person has edited since stays, and gets
        only what was added at its end, such as a mark."""
        number = next((n for n, source in self._sources.items() if source == Source(job.key, before)), None)
        if number is None:
            return
        self._sources[number] = Source(job.key, after)
        place = self._place_of(number)
        if place is None:
            place = QTextCursor(self.document())
            place.movePosition(QTextCursor.MoveOperation.End)
        written = selected_text(place)
        place.beginEditBlock()
        if written.lstrip() == before.text.lstrip():
            blank = written[: len(written) - len(written.lstrip())]
            place.insertText(blank + after.text.lstrip() if after.text else "", _numbered(number))
        elif after.text.startswith(before.text):
            place.setPosition(place.selectionEnd())
            place.insertText(after.text[len(before.text) :], _numbered(number))
        place.endEditBlock()

    def _place_of(self, number: int) -> QTextCursor | None:
        """From the first letter of a segment's text to its last; None where nothing of it is left."""
        found = [part for block in self._blocks() for part in _fragments(block) if _number_of(part) == number]
        if not found:
            return None
        cursor = QTextCursor(self.document())
        cursor.setPosition(found[0].position())
        cursor.setPosition(found[-1].position() + found[-1].length(), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _start_paragraph(self, cursor: QTextCursor) -> None:
        job, self._paragraph_wanted = self._paragraph_wanted, None
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if cursor.block().length() > 1:
            cursor.insertBlock(cursor.blockFormat(), QTextCharFormat())
        if job.heading:
            cursor.insertText(job.heading, self._heading_format())
            cursor.insertBlock(cursor.blockFormat(), QTextCharFormat())
        self.set_paragraph(cursor, LINE_HEIGHT_PERCENT)
        cursor.endEditBlock()

    @staticmethod
    def _heading_format() -> QTextCharFormat:
        heading = _numbered(HEADING)
        heading.setFontPointSize(theme().font(SMALL_SCALE).pointSizeF())
        heading.setFontWeight(QFont.Weight.DemiBold)
        return heading

    # --- the provisional text ---

    def _place_provisional(self, *_: object) -> None:
        """Moves it to where the page ends now, unless the person composes there."""
        last = self.document().lastBlock()
        self._provisional.place(is_free=not (self._composing and self.textCursor().block() == last))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing:
            self._place_provisional()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasted text takes the look, and the place in time, of what it is pasted into."""
        self.textCursor().insertText(source.text())
        self.ensureCursorVisible()

    def _after_change(self, *_: object) -> None:
        self._place_provisional()
        empty = self.document().isEmpty()
        if empty != self._was_empty:
            self._was_empty = empty
            self.emptied_changed.emit(empty)

    def _follows_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 2 * GRID

    def _scroll_to_end(self) -> None:
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    # --- the whole page ---

    def clear_page(self) -> QTextDocumentFragment:
        """Empties the page as one step that can be undone; gives what was on it, for `restore`."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cleared = cursor.selection()
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        self.set_paragraph(cursor, LINE_HEIGHT_PERCENT)
        cursor.endEditBlock()
        return cleared

    def restore(self, cleared: QTextDocumentFragment) -> None:
        """Puts a cleared page back before what came since; does nothing if it is back already."""
        if not self.toPlainText().startswith(cleared.toPlainText()):
            self._put_first(lambda cursor: cursor.insertFragment(cleared))

    def put_first(self, text: str) -> None:
        """Puts plain text before what is on the page."""
        self._put_first(lambda cursor: cursor.insertText(text))

    def put_page_first(self, page: Page) -> None:
        """The same of a page that was kept, whose words keep their times."""
        jobs = {
            key: Job(Path(name), duration_s=duration_s, is_dictation=page.is_dictation)
            for key, (name, duration_s) in page.jobs.items()
        }
        self._jobs = {job.key: job for job in jobs.values()} | self._jobs  # before those of now, the last one going on
        numbers = {NO_SEGMENT: NO_SEGMENT, HEADING: HEADING}
        for number, source in page.sources.items():
            numbers[number] = len(self._sources) + 1
            self._sources[numbers[number]] = Source(jobs[source.job].key, source.segment)

        def insert(cursor: QTextCursor) -> None:
            for place, runs in enumerate(page.paragraphs):
                if place:
                    cursor.insertBlock(cursor.blockFormat(), QTextCharFormat())
                for run in runs:
                    is_heading = run.number == HEADING
                    cursor.insertText(
                        run.text, self._heading_format() if is_heading else _numbered(numbers[run.number])
                    )

        self._put_first(insert)

    def _put_first(self, insert: Callable[[QTextCursor], None]) -> None:
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if not self.document().isEmpty():
            cursor.insertBlock()
            cursor.movePosition(QTextCursor.MoveOperation.Start)
        insert(cursor)
        cursor.endEditBlock()

    @property
    def jobs(self) -> list[Job]:
        """All whose text ever came to the page."""
        return list(self._jobs.values())

    def page(self) -> Page:
        """What stands on the page now."""
        paragraphs = [[Run(_number_of(part), part.text()) for part in _fragments(block)] for block in self._blocks()]
        numbers = [run.number for runs in paragraphs for run in runs if run.number > 0]
        keys = dict.fromkeys(self._sources[number].job for number in numbers)
        jobs = {key: (self._jobs[key].path.name, self._jobs[key].duration_s or 0.0) for key in keys}
        is_dictation = any(self._jobs[key].is_dictation for key in keys)
        return Page(plain_text(self.document()), paragraphs, dict(self._sources), jobs, is_dictation)

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self.document().firstBlock()
        while block.isValid():
            yield block
            block = block.next()


def _fragments(block: QTextBlock) -> list[QTextFragment]:
    return [place.fragment() for place in block]


def _number_of(fragment: QTextFragment) -> int:
    return fragment.charFormat().intProperty(_NUMBER)


def _is_heading(block: QTextBlock) -> bool:
    first = block.begin()
    return not first.atEnd() and _number_of(first.fragment()) == HEADING


def _numbered(number: int) -> QTextCharFormat:
    text = QTextCharFormat()
    text.setProperty(_NUMBER, number)
    return text
