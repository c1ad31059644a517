"""The person's own words, one a line, which recognition prefers at once."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit

from engine.decode.own_words import (
    OwnWords,
    export_own_words,
    import_own_words,
    parse_own_words,
    read_text,
    write_own_words,
)
from engine.errors import DiktovkaError
from engine.paths import own_words_file
from gui.core.i18n import _, ngettext
from gui.core.problem import problem_words
from gui.core.tasks import Errand
from gui.settings.sections import Around
from gui.widgets.dialogs import ask_file, ask_new_file
from gui.widgets.form import named, push_button
from gui.widgets.log_window import failure_link
from gui.widgets.settings_form import SettingsForm
from gui.widgets.theme import GRID

SAVE_AFTER_MS = 800
_SHOWN_PROBLEMS = 3


class OwnWordsSection(SettingsForm):
    """Saved a moment after each change, by itself. A line that cannot be used is kept, and named under the list.

    ask_open, ask_save: the file dialogs.
    """

    def __init__(self, around: Around):
        super().__init__(_("Own words"))
        self.around = around
        self.ask_open, self.ask_save = ask_file, ask_new_file
        self.work = Errand(self, failed=around.messages.say_failure, ended=self._end)
        self._saved: str | None = None  # what stands in the file; None: it could not be read
        self.text = named(QPlainTextEdit(), _("Own words"), _("One word or phrase a line"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(24 * GRID)
        self.text.setPlaceholderText(_("One word or phrase a line"))
        self.add_note(
            _(
                "Names and terms that recognition should prefer, one word or phrase a line, as they are to be written. "
                "Where the sound cannot be seen from the letters, add it: iPhone = айфон."
            )
        )
        self.column.addWidget(self.text, 1)
        self.state = self.add_note(" ")
        self.imports = push_button(_("Import…"), _("Add the lines of a text file that are not here yet"))
        self.exports = push_button(_("Export…"), _("Save the list as a text file"))
        self.show_log = failure_link()
        self.add_buttons(self.imports, self.exports, self.show_log)
        self._pause = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS, timeout=self.save)
        self.text.textChanged.connect(self._changed)
        self.imports.clicked.connect(self._import)
        self.exports.clicked.connect(self._export)

    # --- the file and the field ---

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if not self._unsaved:
            self._load()

    @property
    def _unsaved(self) -> bool:
        return self._saved is not None and self.text.toPlainText() != self._saved

    def _load(self) -> None:
        """A list is short: it is read at once. One that is no text is left alone, and cannot be edited here."""
        try:
            self._show(read_text(own_words_file()).rstrip("\n"))
        except DiktovkaError as error:
            self._saved = None
            self.text.setReadOnly(True)
            self.state.setText(problem_words(error))
            self.state.show()
            self.show_log.show()

    def _show(self, text: str) -> None:
        self._saved = text
        self.text.setReadOnly(False)
        self.show_log.hide()
        if self.text.toPlainText() != text:
            self.text.setPlainText(text)
        self._pause.stop()
        self._describe(parse_own_words(text))

    def _changed(self) -> None:
        if self._unsaved:
            self._pause.start()

    def save(self) -> None:
        if not self._unsaved:
            return
        text = self.text.toPlainText()
        self._do(_write(text), partial(self._was_written, text))

    def save_last(self) -> None:
        """At the end, when nothing else runs."""
        self._pause.stop()
        if self._unsaved:
            for _done in _write(self.text.toPlainText()):
                pass

    # --- import and export ---

    def _import(self) -> None:
        filters = f"{_('Text')} (*.txt);;{_('All files')} (*)"
        path = self.ask_open(self, _("Import words"), self.around.settings.folder, filters)
        if path is not None:
            self.around.settings.folder = path.parent
            self.save()
            self._do(_import(path), self._was_imported)

    def _export(self) -> None:
        proposed = self.around.settings.folder / f"{_('own words')}.txt"
        path = self.ask_save(self, _("Export words"), proposed, f"{_('Text')} (*.txt)")
        if path is not None:
            self.around.settings.folder = path.parent
            self.save()
            self._do(_export(path), self.around.messages.say_saved)

    def _do(self, steps: Iterator[object], after: Callable[[object], object]) -> None:
        """One after the other, in order."""
        self.work.when_free(partial(self.work.run, steps, after))

    def _was_written(self, text: str, found: OwnWords) -> None:
        self._saved = text
        self._describe(found)

    def _was_imported(self, before_and_now: tuple[str, str]) -> None:
        before, text = before_and_now
        self._show(text)
        n = len(text.splitlines()) - len(before.splitlines())
        self.around.messages.say_success(ngettext("{n} line was added.", "{n} lines were added.", n).format(n=n))

    def _end(self, failure: Exception | None) -> None:
        if self._unsaved and failure is None:
            self._pause.start()

    def _describe(self, found: OwnWords) -> None:
        n = len(found.entries)
        sentences = [ngettext("{n} entry is preferred.", "{n} entries are preferred.", n).format(n=n)]
        guesses = [entry for entry in found.entries if entry.is_guess]
        for entry in guesses[:_SHOWN_PROBLEMS]:
            sentence = _("“{written}” is expected to sound like “{spoken}”. If it does not, add how: {written} = …")
            sentences.append(sentence.format(written=entry.written, spoken=entry.spoken))
        for line in found.bad[:_SHOWN_PROBLEMS]:
            sentence = _("Line {n}, “{text}”, is left out: {reason}.")
            sentences.append(sentence.format(n=line.number, text=line.text, reason=_(line.reason)))
        if len(found.bad) > _SHOWN_PROBLEMS:
            n = len(found.bad) - _SHOWN_PROBLEMS
            sentences.append(ngettext("… and {n} more line.", "… and {n} more lines.", n).format(n=n))
        self.state.setText("\n".join(sentences))
        self.state.show()


def _write(text: str) -> Iterator[OwnWords]:
    yield write_own_words(text)


def _import(path: Path) -> Iterator[tuple[str, str]]:
    """The list before and after."""
    before = read_text(own_words_file())
    import_own_words(path)
    yield before, read_text(own_words_file()).rstrip("\n")


def _export(path: Path) -> Iterator[Path]:
    export_own_words(path)
    yield path
