"""The sections of the Settings page: a table that anybody may add a line to.

    Section("dictating", N_("Dictating"), "microphone-message", "gui.settings.dictating", "DictatingSection"),

names a QWidget (a class, or a function that gives one) which is called with one Around. `gui.widgets.settings_form`
has the rows it is put together from; `Around.settings.changed(name)` tells that a setting was changed, also by an
import. A section that has a `save_last()` is asked to save when the window closes.
"""

import importlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from PySide6.QtWidgets import QWidget

from gui.core.i18n import N_
from gui.core.settings import Settings
from gui.core.tasks import MakeRecorder
from gui.desktop.global_shortcut import GlobalShortcut
from gui.session.session import Session
from gui.widgets.dialogs import ask_folder
from gui.widgets.message_bar import MessageList
from gui.widgets.microphone_list import ListDevices


@dataclass(frozen=True)
class Around:
    """What a section may use. messages: the page's message bar. close_window: asks the program to end.
    delete_at_end(names): which kinds of gui.settings.privacy are deleted when all has ended; None: all.

    shortcut: the keys for every window. show_tour: as the first start does.
    ask_folder(parent, title, folder): the dialog.
    """

    session: Session
    settings: Settings
    list_devices: ListDevices
    close_window: Callable[[], object]
    delete_at_end: Callable[[Collection[str] | None], object]
    make_recorder: MakeRecorder
    shortcut: GlobalShortcut
    show_tour: Callable[[], object]
    ask_folder: Callable = ask_folder
    messages: MessageList = field(default_factory=MessageList)


@dataclass(frozen=True)
class Section:
    """title: marked with N_. icon: of Material Design Icons. module, factory: where the widget is made."""

    name: str
    title: str
    icon: str
    module: str
    factory: str

    def make(self, around: Around) -> QWidget:
        return getattr(importlib.import_module(self.module), self.factory)(around)


SECTIONS = (
    Section("microphone", N_("Microphone"), "microphone-outline", "gui.settings.microphone", "MicrophoneSection"),
    Section("recognition", N_("Recognition"), "text-recognition", "gui.settings.recognition", "RecognitionSection"),
    Section("own_words", N_("Own words"), "format-list-text", "gui.settings.own_words", "OwnWordsSection"),
    Section("shortcuts", N_("Shortcuts"), "keyboard-outline", "gui.settings.shortcuts", "ShortcutsSection"),
    Section("dictating", N_("Dictating"), "microphone-message", "gui.settings.dictating", "DictatingSection"),
    Section("history", N_("History"), "history", "gui.settings.history", "HistorySection"),
    Section("appearance", N_("Appearance"), "theme-light-dark", "gui.settings.appearance", "AppearanceSection"),
    Section("folders", N_("Folders and privacy"), "folder-lock-outline", "gui.settings.folders", "FoldersSection"),
    Section("transfer", N_("Export and import"), "swap-horizontal", "gui.settings.transfer", "TransferSection"),
    Section("help", N_("Help and about"), "help-circle-outline", "gui.settings.about", "HelpSection"),
)
