"""The text of a recording as it is corrected: the word being heard is marked, doubtful ones are underlined."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QMouseEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QMenu, QTextEdit

from engine.events import Word
from engine.transcript.document import Document
from engine.transcript.word_places import WordPlaces, is_doubtful
from gui.core.i18n import _
from gui.core.tasks import Task
from gui.editor.text_page import TextPage
from gui.widgets.theme import theme

_LINE_HEIGHT_PERCENT = 150.0
_FEW = 20


class EditedText(TextPage):
    """`edited` after each change; `word_clicked(word, asked)`: asked with Ctrl, to hear it; `confirmed(word)`.

    `aligned` when the words were found in what was edited.
    """

    edited = Signal()
    aligned = Signal()
    word_clicked = Signal(object, bool)
    confirmed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.places = WordPlaces()
        self._playing: Word | None = None
        self._found: list[QTextEdit.ExtraSelection] = []
        self._silent = False
        self._aligning: Document | None = None
        # Before the highlighter is there: places are to be right when it looks at a changed paragraph.
        self.document().contentsChange.connect(self._follow_change)
        self._underlines = _Underlines(self)
        theme().changed.connect(self._repaint_marks)
        self.viewport().setMouseTracking(True)

    # --- what it shows ---

    def show_document(self, document: Document) -> None:
        """Another text, which cannot be undone."""
        self._silent, self._aligning = True, None
        self.places = WordPlaces.of(document)  # before the text, so that each paragraph is laid out once
        self.clear()
        cursor = QTextCursor(self.document())
        self.set_paragraph(cursor, _LINE_HEIGHT_PERCENT)
        cursor.insertText(document.text)
        self.forget_steps()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._silent = False
        self.mark_playing(None)

    def align(self, document: Document) -> None:
        """Finds where its words are, on another thread: of an hour that takes a while. `aligned` follows.

        document: has the text that stands here; a later one makes this void.
        """
        self._aligning = document

        def steps() -> Iterator[tuple[Document, WordPlaces]]:
            yield document, WordPlaces.of(document)

        Task(steps, yielded=self._take_aligned).start()

    def _take_aligned(self, found: tuple[Document, WordPlaces]) -> None:
        document, places = found
        if document is self._aligning:
            self._take_places(places)
            self.aligned.emit()

    def _take_places(self, places: WordPlaces) -> None:
        before, self.places = set(self.places.doubtful()), places
        text = self.document()
        changed = {text.findBlock(first).blockNumber() for first, _ in before ^ set(places.doubtful())}
        self._silent = True
        if len(changed) > _FEW:
            self._underlines.rehighlight()  # lays out all of it, but once
        else:
            for number in changed:
                self._underlines.rehighlightBlock(text.findBlockByNumber(number))
        self._silent = False
        self.mark_playing(None)

    def mark_playing(self, word: Word | None) -> None:
        """The word that is being heard; kept in view."""
        if word is not None and word == self._playing:
            return
        self._playing = word
        cursor = self._cursor_of(word) if word is not None else None
        if cursor is None:
            self.setExtraSelections(self._found)
            return
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        mark.format.setBackground(QColor(theme().colours.accent))
        mark.format.setForeground(QColor(theme().colours.on_accent))
        self.setExtraSelections([*self._found, mark])
        self._keep_in_view(cursor)

    def mark_found(self, found: list[QTextEdit.ExtraSelection]) -> None:
        """Places that were looked for, beside the word that is being heard."""
        playing, self._playing, self._found = self._playing, None, found
        self.mark_playing(playing)

    def _keep_in_view(self, cursor: QTextCursor) -> None:
        """Scrolls without moving the caret."""
        place, height = self.cursorRect(cursor), self.viewport().height()
        bar = self.verticalScrollBar()
        if place.top() < 0 or place.bottom() > height:
            bar.setValue(bar.value() + place.top() - height // 3)

    def _cursor_of(self, word: Word) -> QTextCursor | None:
        """The word, selected."""
        index = next((i for i, other in enumerate(self.places.words) if other == word), None)
        if index is None:
            return None
        first, end = self.places.place(index)
        cursor = QTextCursor(self.document())
        cursor.setPosition(first)
        cursor.setPosition(min(end, self.document().characterCount() - 1), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _repaint_marks(self) -> None:
        playing, self._playing = self._playing, None
        self._silent = True
        self._underlines.rehighlight()
        self._silent = False
        self.mark_playing(playing)

    def _follow_change(self, position: int, n_removed: int, n_added: int) -> None:
        if self._silent:
            return
        # Qt counts the last paragraph's end, which is no letter, where all of the text is replaced.
        n_letters = self.document().characterCount() - 1
        self._aligning = None  # what is still on its way would come too late
        self.places.change(position, n_removed, min(n_added, n_letters - position))
        self.edited.emit()

    # --- where the caret is ---

    def select(self, word: Word) -> None:
        cursor = self._cursor_of(word)
        if cursor is not None:
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    def next_doubtful(self) -> Word | None:
        """Selects it, and gives it; None where all are certain."""
        cursor = self.textCursor()
        here = max(cursor.selectionStart(), cursor.position() - 1)
        index = self.places.doubtful_after(here if cursor.hasSelection() else here - 1)
        if index is None:
            return None
        self.select(self.places.words[index])
        return self.places.words[index]

    def replace(self, word: Word, text: str) -> None:
        """One step that can be undone."""
        cursor = self._cursor_of(word)
        if cursor is not None:
            cursor.insertText(text)
            self.setTextCursor(cursor)

    # --- what is done to a word ---

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        index = self.places.at(self.cursorForPosition(event.position().toPoint()).position())
        if index is not None:
            asked = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.word_clicked.emit(self.places.words[index], asked)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand where a click would be heard."""
        super().mouseMoveEvent(event)
        asked = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if asked else Qt.CursorShape.IBeamCursor)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        here = self.cursorForPosition(event.pos()) if by_mouse else self.textCursor()
        index = self.places.at(here.position())
        menu = self.createStandardContextMenu(event.pos())
        if index is not None:
            offered = self.word_menu(self.places.words[index])
            offered.addSeparator()
            menu.insertActions(menu.actions()[0], offered.actions())
            offered.setParent(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos() if by_mouse else self.mapToGlobal(self.cursorRect().bottomLeft()))

    def word_menu(self, word: Word) -> QMenu:
        """What else it could be; that it is right; to hear it."""
        menu = QMenu(self)
        menu.setAccessibleName(_("What else the word could be"))
        for text in word.alternatives:
            action = menu.addAction(text)
            font = action.font()
            font.setBold(True)
            action.setFont(font)
            action.triggered.connect(lambda _checked=False, text=text: self.replace(word, text))
        if is_doubtful(word):
            if not word.alternatives:
                menu.addAction(_("No other reading was found")).setEnabled(False)
            menu.addSeparator()
            right = menu.addAction(_("“{word}” is right").format(word=word.text))
            right.triggered.connect(lambda: self.confirmed.emit(word))
        play = menu.addAction(_("Play from here"))
        play.triggered.connect(lambda: self.word_clicked.emit(word, True))
        return menu

    def offer_alternatives(self) -> QMenu | None:
        """Opens the menu of the word at the caret, by the keyboard."""
        index = self.places.at(self.textCursor().position())
        if index is None:
            return None
        menu = self.word_menu(self.places.words[index])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
        first = next((action for action in menu.actions() if action.isEnabled()), None)
        menu.setActiveAction(first)
        return menu


class _Underlines(QSyntaxHighlighter):
    """A wave under each doubtful word; no part of the text, so that undo does not see it."""

    def __init__(self, text: EditedText):
        document: QTextDocument = text.document()
        super().__init__(document)
        self._text = text
        self._take_colour()
        theme().changed.connect(self._take_colour)

    def _take_colour(self) -> None:
        self._doubt = QTextCharFormat()
        self._doubt.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self._doubt.setUnderlineColor(QColor(theme().colours.accent))

    def highlightBlock(self, line: str) -> None:
        start = self.currentBlock().position()
        for index in self._text.places.within(start, start + len(line) + 1):
            if is_doubtful(self._text.places.words[index]):
                first, end = self._text.places.place(index)
                self.setFormat(first - start, end - first, self._doubt)
