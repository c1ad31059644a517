"""What can be done with the entries that are marked in the history: buttons, keys and a menu for the same things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QPushButton

from engine.history.entry import Entry, Show, State, Totals
from gui.core.i18n import _, ngettext
from gui.core.recognition import shown_name
from gui.core.shortcuts import COMMAND, bind
from gui.core.words import track_words
from gui.history.words import title_words
from gui.widgets.flow_row import FlowRow
from gui.widgets.form import push_button
from gui.widgets.icon_buttons import show_as
from gui.widgets.message_bar import Action
from gui.widgets.theme import GRID
from trainer.training.model_list import list_models

if TYPE_CHECKING:
    from gui.history.page import HistoryPage

_BUSY = (State.RECORDING, State.WAITING, State.READING)


class HistoryActions(FlowRow):
    """What it does it does with the entries that are marked in the page's list."""

    def __init__(self, page: HistoryPage):
        super().__init__()
        self._page = page
        self._n_failed = 0
        self.open = push_button(_("Open"), f"{_('Read, hear and correct it')} (Enter)", "primary")
        self.play = push_button(_("Play"), _("Hear it from the beginning"), command="play_entry", icon="play")
        tip = _("Transcribe it from the beginning, with this or another model")
        self.again = push_button(_("Transcribe again"), tip, command="read_again", icon="refresh")
        tip = _("Save the texts of what is marked")
        self.save = push_button(_("Save…"), tip, command="save_entries", icon="content-save-outline")
        tip = _("Give it another name")
        self.rename = push_button(_("Rename…"), tip, command="rename_entry", icon="pencil-outline")
        tip = f"{_('Delete; it can be brought back for 30 days')} (Del)"
        self.delete = push_button(_("Delete"), tip, icon="delete-outline")
        tip = _("Put marks and capitals into the texts of what is marked")
        self.punctuate = push_button(_("Punctuate"), tip, icon="format-quote-close")
        self.restore = push_button(_("Bring back"), _("Back into the history"), "primary")
        tip = _("With its recording; this cannot be undone")
        self.purge = push_button(_("Delete for good"), tip, icon="delete-forever")
        self.empty_bin = push_button(_("Delete all for good"), _("All that is listed here; this cannot be undone"))
        self.all_again = push_button(_("Try all again"), _("Retry every failed file"))
        self.buttons = {
            self.open: self._open,
            self.play: self._play,
            self.again: self._ask_model,
            self.save: self._save,
            self.rename: self._rename,
            self.delete: self._delete,
            self.punctuate: self._punctuate,
            self.restore: self._restore,
            self.purge: self._purge,
            self.empty_bin: self._empty_bin,
            self.all_again: self._all_again,
        }
        self.setSpacing(GRID)
        self._connect()
        self.show_state()

    def _connect(self) -> None:
        page = self._page
        for button, act in self.buttons.items():
            self.addWidget(button)
            button.clicked.connect(act)
            command = button.property(COMMAND)
            if command:
                bind(page.view, command, partial(self._press, button))
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), page.view, self._delete_key)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        page.view.activated.connect(self._activate)
        page.row.renamed.connect(self._renamed)
        page.view.customContextMenuRequested.connect(self._menu)

    @staticmethod
    def _press(button: QPushButton) -> None:
        """Its keys do what the button does, and nothing where it is not to be had."""
        if button.isVisible():
            button.click()

    # --- what is possible now ---

    def show_state(self, *_changed: object) -> None:
        chosen = self._page.chosen
        if len(chosen) < len(self._page.view.selectedIndexes()):  # of a long list; they are on their way
            chosen = []
        in_bin = self._page.model.show is Show.BIN
        single = chosen[0] if len(chosen) == 1 else None
        for button in (self.open, self.play, self.again, self.save, self.rename, self.delete):
            button.setVisible(not in_bin)
        for button in (self.restore, self.purge, self.empty_bin):
            button.setVisible(in_bin)
        self.open.setEnabled(single is not None and single.state not in _BUSY)
        self.play.setEnabled(single is not None)
        is_heard = single is not None and single.key == self._page.player.key
        show_as(self.play, *((_("Stop"), "stop") if is_heard else (_("Play"), "play")))
        busy = [entry for entry in chosen if entry.state in _BUSY]
        show_as(self.again, *((_("Cancel"), "close") if busy else (_("Transcribe again"), "refresh")))
        self.again.setEnabled(bool(chosen) and not any(entry.state is State.RECORDING for entry in chosen))
        has_text = any(entry.text and entry.state not in _BUSY for entry in chosen)
        self._show_saving(has_text)
        self.punctuate.setVisible(has_text and not in_bin)  # the last one: none moves for it
        self.rename.setEnabled(single is not None)
        self.delete.setEnabled(bool(chosen) and not busy)
        self.restore.setEnabled(bool(chosen))
        self.purge.setEnabled(bool(chosen))
        self.empty_bin.setEnabled(bool(self._page.model.keys))
        self.all_again.setVisible(not in_bin and self._page.model.show is Show.FAILED)
        self.all_again.setEnabled(self._n_failed > 0)

    def _show_saving(self, is_possible: bool) -> None:
        saving = self._page.saving
        self.save.setEnabled(saving.busy or is_possible)
        if saving.busy:
            text = _("Stop saving ({n} of {total})").format(n=saving.n_done, total=saving.n_all)
        show_as(self.save, *((text, "close") if saving.busy else (_("Save…"), "content-save-outline")))

    def show_totals(self, totals: Totals) -> None:
        self._n_failed = totals.n_failed
        self.show_state()

    # --- what is done ---

    def _write(self, act: Callable, then: Callable[[object], None] | None = None) -> None:
        self._page.keeper.store.write(act, then)

    def _activate(self, _place: QModelIndex) -> None:
        if self._page.model.show is Show.BIN:
            self._restore()
        else:
            self._open()

    def _open(self) -> None:
        if self.open.isEnabled():
            self._page.open_entry(self._page.chosen[0])

    def _play(self) -> None:
        chosen = self._page.chosen
        if len(chosen) == 1:
            self._page.player.toggle(chosen[0].source, chosen[0].key)

    def _rename(self) -> None:
        """In its row; what is typed there is taken over by Enter, and forgotten by Escape."""
        (place,) = self._page.view.selectedIndexes()
        self._page.view.scrollTo(place)
        self._page.view.edit(place)

    def _renamed(self, entry: Entry, title: str) -> None:
        if title and title not in (entry.title, title_words(entry)):
            self._write(lambda history: history.rename(entry.key, title))

    def _delete_key(self) -> None:
        if self._page.model.show is Show.BIN and self.purge.isEnabled():
            self._purge()
        elif self.delete.isEnabled():
            self._delete()

    def _delete(self) -> None:
        keys = [entry.key for entry in self._page.chosen]
        self._page.player.stop()
        self._write(lambda history: history.delete(keys))
        text = ngettext("The entry was deleted.", "{n} entries were deleted.", len(keys)).format(n=len(keys))
        undo = partial(self._write, lambda history: history.restore(keys))
        self._page.messages.say_done(text, undo, "delete-outline")

    def _restore(self) -> None:
        keys = [entry.key for entry in self._page.chosen]
        self._write(lambda history: history.restore(keys))

    def _purge(self) -> None:
        keys = [entry.key for entry in self._page.chosen]
        self._confirm(len(keys), lambda history: history.purge(keys))

    def _empty_bin(self) -> None:
        self._confirm(len(self._page.model.keys), lambda history: history.empty_bin())

    def _confirm(self, n: int, act: Callable) -> None:
        """What cannot be undone is asked for once more, in the page and not in the way."""
        question = ngettext(
            "Delete this entry and its recording for good?", "Delete {n} entries and their recordings for good?", n
        )
        action = Action(_("Delete for good"), partial(self._write, act))
        self._page.messages.say(question.format(n=n), "alert-outline", [action])

    def _punctuate(self) -> None:
        self._page.punctuating.punctuate(
            [entry for entry in self._page.chosen if entry.text and entry.state not in _BUSY]
        )

    # --- saving ---

    def _save(self) -> None:
        chosen = [entry for entry in self._page.chosen if entry.state not in _BUSY]
        if self._page.saving.busy:
            self._page.saving.cancel()
        elif len(chosen) == 1:
            self._page.saving.save_one(self, chosen[0])
        else:
            menu = self._page.saving.formats_menu(self, chosen)
            menu.popup(self.save.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    # --- reading again ---

    def _ask_model(self) -> None:
        chosen = self._page.chosen
        if any(entry.state in _BUSY for entry in chosen):
            self._page.keeper.cancel(chosen)
            return
        menu = self._models_menu(chosen)
        menu.popup(self.again.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _models_menu(self, chosen: Sequence[Entry]) -> QMenu:
        menu = QMenu(self)
        in_use = self._page.session.model
        menu.addAction(_("With the model in use"), partial(self._read_again, chosen, None))
        others = [model for model in list_models() if model.folder != in_use]
        if others:
            menu.addSeparator()
        for model in others:
            text = _("With the model {name}").format(name=shown_name(model))
            menu.addAction(text, partial(self._read_again, chosen, model.folder))
        if len(chosen) == 1:
            self._add_tracks(menu, chosen[0])
        return menu

    def _add_tracks(self, menu: QMenu, entry: Entry) -> None:
        """The sound tracks that were not transcribed."""
        tracks = {number: name for note in entry.notes for number, name in note.other_tracks.items()}
        if tracks:
            menu.addSeparator()
        for number, name in tracks.items():
            menu.addAction(track_words(number, name), partial(self._read_again, [entry], None, number))

    def _read_again(self, chosen: Sequence[Entry], model: Path | None, track: int | None = None) -> None:
        self._page.keeper.read_again(chosen, model, track=track)

    def _all_again(self) -> None:
        keeper = self._page.keeper
        keeper.store.ask(lambda history: history.entries(history.keys(show=Show.FAILED)), keeper.read_again)

    def _swap(self, entry: Entry) -> None:
        self._write(lambda history: history.swap(entry.key))
        undo = partial(self._write, lambda history: history.swap(entry.key))
        self._page.messages.say_done(_("The earlier text is back."), undo, "history")

    def _copy(self, entry: Entry) -> None:
        def copy(document) -> None:
            if document is not None:
                QGuiApplication.clipboard().setText(document.text)
                self._page.messages.say_success(_("The text was copied."), "content-copy")

        self._page.keeper.store.ask(lambda history: history.document(entry.key), copy)

    # --- the menu ---

    def _menu(self, place: QPoint) -> None:
        self.menu().popup(self._page.view.viewport().mapToGlobal(place))

    def menu(self) -> QMenu:
        """All that can be done with what is marked."""
        chosen, menu = self._page.chosen, QMenu(self._page)
        offered = (self.open, self.play, self.save, self.punctuate, self.rename, self.delete, self.restore, self.purge)
        for button in offered:
            if not button.isHidden():
                menu.addAction(button.text(), self.buttons[button]).setEnabled(button.isEnabled())
        if not self.again.isHidden() and self.again.isEnabled() and not any(e.state in _BUSY for e in chosen):
            again = self._models_menu(chosen)
            again.setTitle(_("Transcribe again"))
            menu.addMenu(again)
        if len(chosen) == 1 and chosen[0].text:
            menu.addAction(_("Copy the text"), partial(self._copy, chosen[0]))
        if len(chosen) == 1 and chosen[0].source.exists():
            menu.addAction(_("Show in folder"), partial(self._page.messages.show_place, chosen[0].source))
        if len(chosen) == 1 and chosen[0].has_previous:
            menu.addAction(_("Bring back the earlier text"), partial(self._swap, chosen[0]))
        return menu
