"""Questions before something goes that cannot be brought back."""

from PySide6.QtWidgets import QMessageBox, QWidget

from gui.core.i18n import _


def ask_delete(parent: QWidget, question: str, consequence: str, act: str = "") -> bool:
    """True if the person wants it gone. Enter and Esc keep it. act: what the button says; “Delete” unless told."""
    box = QMessageBox(QMessageBox.Icon.Question, _("Diktovka"), question, parent=parent)
    box.setInformativeText(consequence)
    delete = box.addButton(act or _("Delete"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(_("Keep"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is delete
