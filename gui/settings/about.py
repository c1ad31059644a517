"""Help: the tour, the shortcuts, the log, what to send with a bug report, and what the program is made of."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from gui.core.i18n import _
from gui.help.about import LIBRARIES, LICENCE, MATERIAL, library_version, report, system_words, version
from gui.help.shortcuts_window import ShortcutsWindow
from gui.settings.sections import Around
from gui.widgets.form import ScrollArea, close_box, column_of, group, heading, push_button, words
from gui.widgets.log_window import log_button
from gui.widgets.settings_form import SettingsForm
from gui.widgets.theme import GRID


class HelpSection(SettingsForm):
    def __init__(self, around: Around):
        super().__init__(_("Help and about"))
        self.around = around
        self.tour = push_button(_("Tour"), _("What the first start shows"))
        self.shortcuts = push_button(_("Keyboard shortcuts"), _("What each key does"), command="help")
        self.log = log_button("outlined")
        self.details = push_button(
            _("Copy details for a bug report"), _("Versions, settings and the end of the log; nothing that you said")
        )
        self.licences = push_button(_("Versions and licences"), _("Everything that the program is made of"))
        self.add_buttons(self.tour, self.shortcuts)
        self.column.addSpacing(GRID)
        self.add_heading(_("When something goes wrong"))
        self.add_note(_("Look at the log, or send the details along with a report of what happened."))
        self.add_buttons(self.details, self.log)
        self.column.addSpacing(GRID)
        self.add_heading(_("About Diktovka"))
        about = _("Version {version}. Speech becomes text on this computer; nothing is sent anywhere.")
        self.add_note(about.format(version=version()))
        self.add_note(_("Free software under the GNU General Public License, version 3 or later."))
        self.add_buttons(self.licences)
        self.column.addStretch(1)
        for button, act in (
            (self.tour, around.show_tour),
            (self.shortcuts, lambda: ShortcutsWindow(self).open()),
            (self.details, self.copy_details),
            (self.licences, lambda: LicencesWindow(self).open()),
        ):
            button.clicked.connect(lambda _checked=False, act=act: act())

    def copy_details(self) -> None:
        session = self.around.session
        QGuiApplication.clipboard().setText(report(self.around.settings, session.model, session.language_error))
        sentence = _("The details were copied. Paste them into the report, and look through them before you send it.")
        self.around.messages.say_success(sentence, "content-copy")


class LicencesWindow(QDialog):
    """Versions and licences of the program, of what came with it, and of its libraries."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(_("Versions and licences"))
        self.resize(80 * GRID, 64 * GRID)
        program = words(f"Diktovka {version()}, {LICENCE}\n{system_words()}")
        material = [words(f"{_(part.name)}: {part.licence}; {_(part.what)}.") for part in MATERIAL]
        came, libraries = heading(_("What came with it")), heading(_("Libraries"))
        inner = group(program, came, *material, libraries, self._libraries(), None, gap=2 * GRID, margins=GRID)
        area = ScrollArea(inner, is_read=True)
        area.setAccessibleName(_("Versions and licences"))
        column_of(self, (area, 1), close_box(self), margins=2 * GRID)

    @staticmethod
    def _libraries() -> QGridLayout:
        grid = QGridLayout(horizontalSpacing=3 * GRID, verticalSpacing=GRID // 2)
        for row, part in enumerate(LIBRARIES):
            for place, text in enumerate((part.name, library_version(part.name) or "–", part.licence)):
                grid.addWidget(words(text), row, place)
        grid.setColumnStretch(2, 1)
        return grid
