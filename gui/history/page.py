"""The page of the history: what was ever dictated or opened, found by its words, and what can be done with it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QListView, QStackedWidget, QWidget

from engine.history.entry import Entry, Order, Show, Totals
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.shortcuts import bind, hint
from gui.editor.clip_player import ClipPlayer
from gui.history.actions import HistoryActions
from gui.history.editing import HistoryEditing
from gui.history.model import ENTRY, HistoryModel
from gui.history.punctuating import HistoryPunctuating
from gui.history.queue_panel import QueuePanel
from gui.history.row import HistoryRow
from gui.history.saving import HistorySaving
from gui.history.words import details, totals_words
from gui.session.history_recorder import HistoryKeeper
from gui.session.session import Session
from gui.session.status import left_out_words, nothing_found_words
from gui.widgets.form import LEFT, column_of, group, row_of
from gui.widgets.label import Label
from gui.widgets.log_window import failure_link
from gui.widgets.message_bar import MessageList
from gui.widgets.settings_form import Choice
from gui.widgets.theme import GRID, TITLE_SCALE, theme

SEARCH_AFTER_MS = 120


class HistoryPage(QWidget):
    """Shows the history that the keeper keeps."""

    def __init__(self, session: Session, settings: Settings, keeper: HistoryKeeper):
        super().__init__()
        self.session, self._settings, self.keeper = session, settings, keeper
        self._chosen: list[int] = []
        self.player = ClipPlayer()
        self.messages = MessageList()
        self.model = HistoryModel(keeper.store)
        self.queue = QueuePanel(session)
        self.editing = HistoryEditing(keeper.store, settings)
        self.pages = QStackedWidget()
        self._make_list()
        self._make_search()
        self.details = Label(name=_("About the chosen entry"), quiet=True, wraps=True)
        self.details.hide()  # shown before it has a parent, it would be a window
        self.totals = Label(name=_("How much there is"), quiet=True)
        self.show_log = failure_link()
        self.saving = HistorySaving(keeper.store, settings, self.messages)
        self.punctuating = HistoryPunctuating(self)
        self.actions = HistoryActions(self)
        self._lay_out()
        self._connect()
        self.queue.show_status(session.status)
        self.model.refresh()
        self._count()

    # --- how it looks ---

    def _make_list(self) -> None:
        self.row = HistoryRow()
        self.view = QListView(objectName="history", accessibleName=_("History"), uniformItemSizes=True)
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.row)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.empty_title = Label(wraps=True, centred=True, font=theme().font(TITLE_SCALE))
        self.empty_hint = Label(quiet=True, wraps=True, centred=True)
        self.empty = group(None, self.empty_title, self.empty_hint, None, margins=GRID)
        self.empty.hide()

    def _make_search(self) -> None:
        placeholder = _("Search in all texts")
        self.search = QLineEdit(placeholderText=placeholder, clearButtonEnabled=True, accessibleName=placeholder)
        hint(self.search, _("Search in all texts"), "search")
        self.show_choice = Choice(_("Show"), _("Which entries are listed"))
        self.show_choice.fill(
            (
                (_("All"), Show.ALL),
                (_("In the queue"), Show.QUEUE),
                (_("Not transcribed"), Show.FAILED),
                (_("Deleted"), Show.BIN),
            ),
            Show.ALL,
        )
        self.order_choice = Choice(_("Order"), _("In which order they are listed"))
        self.order_choice.fill(
            (
                (_("Newest first"), Order.NEWEST),
                (_("Oldest first"), Order.OLDEST),
                (_("By name"), Order.NAME),
                (_("Longest first"), Order.LONGEST),
            ),
            Order.NEWEST,
        )
        for choice in (self.show_choice, self.order_choice):
            choice.setMinimumContentsLength(12)
        self._search_soon = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS, timeout=self.look_for)

    def _lay_out(self) -> None:
        frame = QFrame(objectName="page")
        inner = QGridLayout(frame)
        inner.setContentsMargins(GRID // 2, GRID, GRID // 2, GRID)
        inner.addWidget(self.view, 0, 0)
        inner.addWidget(self.empty, 0, 0)
        listing = group(
            row_of((self.search, 1), self.show_choice, self.order_choice),
            self.queue,
            (frame, 1),
            self.messages,
            self.details,
            (self.show_log, 0, LEFT),
            self.actions,
            self.totals,
            margins=(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID),
        )
        self.pages.addWidget(listing)
        self.pages.addWidget(self.editing.place)
        column_of(self, self.pages)

    # --- what happens ---

    def _connect(self) -> None:
        self.search.textEdited.connect(self._search_soon.start)
        self.search.textChanged.connect(self._search_soon.start)
        for choice in (self.show_choice, self.order_choice):
            choice.currentIndexChanged.connect(self.look_for)
        self.model.modelAboutToBeReset.connect(self._note_chosen)
        self.model.listed.connect(self._listed)
        for change in (self.model.dataChanged, self.view.selectionModel().selectionChanged):
            change.connect(self.actions.show_state)
            change.connect(self._show_details)
        self.keeper.store.changed.connect(self._count)
        self.session.status_changed.connect(self._show_progress)
        self.session.nothing_found.connect(self._tell_nothing_found)
        self.session.left_out.connect(self._tell_left_out)
        self.keeper.closing.connect(self._close_work)
        self.editing.left.connect(self._show_list)
        self.player.failed.connect(self.messages.say_failure)
        for moving in (self.player, self.saving):
            moving.changed.connect(self.actions.show_state)
        self.queue.cancel.clicked.connect(self._cancel_queue)
        self.messages.focus_lost.connect(self.view.setFocus)
        bind(self.pages.widget(0), "search", self._focus_search)

    def _close_work(self) -> None:
        self.player.stop()
        self.saving.cancel()
        self.editing.close()

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.model.refresh()  # "Today" may have become yesterday
        self.view.setFocus()

    def look_for(self) -> None:
        """What is looked for and in which order has changed."""
        self.row.query = self.search.text()
        self.model.look_for(
            self.search.text(), Order(self.order_choice.currentData()), Show(self.show_choice.currentData())
        )

    def _note_chosen(self) -> None:
        self._chosen = [self.model.keys[index.row()] for index in self.view.selectedIndexes()]

    def _listed(self) -> None:
        places = [place for place in map(self.model.place, self._chosen) if place.isValid()]
        self._chosen = []
        for place in places:
            self.view.selectionModel().select(place, QItemSelectionModel.SelectionFlag.Select)
        if places:
            self.view.selectionModel().setCurrentIndex(places[0], QItemSelectionModel.SelectionFlag.NoUpdate)
        is_empty = not self.model.keys
        self.view.setVisible(not is_empty)
        self.empty.setVisible(is_empty)
        self.actions.setVisible(not is_empty)
        if is_empty:
            self._say_empty()
        self.actions.show_state()
        self._show_details()

    def _say_empty(self) -> None:
        """What to do first, or why nothing is listed."""
        if self.model.query.strip():
            title, words = _("Nothing was found"), _("Try the beginning of a word, or fewer words.")
        elif self.model.show is Show.BIN:
            title, words = _("Nothing was deleted"), _("What you delete stays here for 30 days.")
        elif self.model.show is Show.QUEUE:
            title = _("Queue is empty")
            words = _("Drop recordings or folders onto the window, and they are transcribed in turn.")
        elif self.model.show is Show.FAILED:
            title, words = _("Everything is transcribed"), _("Failed files appear here.")
        else:
            title = _("Nothing here yet")
            words = _("All that you dictate and all recordings that you open are kept here, with their sound.")
        self.empty_title.setText(title)
        self.empty_hint.setText(words)

    def _show_progress(self) -> None:
        job = next((job for job in self.session.jobs if not job.is_live), None)
        fraction = self.session.current_fraction
        self.model.set_fraction(job.entry if job is not None else None, fraction)

    def _count(self) -> None:
        if self.keeper.store.has_closed:
            return
        self.keeper.store.ask(lambda history: history.totals(), self._show_totals)

    def _show_totals(self, totals: Totals) -> None:
        self.totals.setText(totals_words(totals))
        self.actions.show_totals(totals)

    def _cancel_queue(self) -> None:
        self.session.stop_looking()
        self.session.cancel_jobs(self.session.jobs)

    def _tell_left_out(self, paths: Sequence[Path], is_quiet: bool) -> None:
        if is_quiet:
            self.messages.say(left_out_words(paths), "file-question-outline", is_failure=True)

    def _tell_nothing_found(self, is_quiet: bool) -> None:
        if is_quiet:
            self.messages.say(nothing_found_words())

    # --- what is chosen ---

    @property
    def chosen(self) -> Sequence[Entry]:
        """Those that are marked, in the order of the list, as far as they have been fetched."""
        rows = sorted(index.row() for index in self.view.selectedIndexes())
        entries = (self.model.index(row).data(ENTRY) for row in rows)
        return [entry for entry in entries if entry is not None]

    def _show_details(self, *_changed: object) -> None:
        chosen = self.chosen
        self.details.setText(details(chosen[0]) if len(chosen) == 1 else "")
        self.details.setVisible(len(chosen) == 1)
        self.show_log.setVisible(len(chosen) == 1 and chosen[0].failure is not None)

    def open_entry(self, entry: Entry) -> None:
        """Its text beside its sound."""
        self.player.stop()
        self.editing.open(entry)
        self.pages.setCurrentWidget(self.editing.place)

    def _show_list(self) -> None:
        self.pages.setCurrentIndex(0)
        self.view.setFocus()

    def choose(self, key: int) -> None:
        """Marks one entry."""
        place = self.model.place(key)
        if place.isValid():
            self.view.selectionModel().setCurrentIndex(place, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(place)
