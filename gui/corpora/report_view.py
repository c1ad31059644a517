"""The pre-flight report: what was taken, and each recording that was not, under its reason."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from engine.text_marks import filled
from gui.core.i18n import _, decimal_point, ngettext
from gui.core.words import duration_words
from gui.widgets.form import column_of, words
from gui.widgets.theme import GRID
from trainer.corpus.preflight import CLIPPED, CUT_OFF, TOO_LONG, TOO_SHORT, Reject, Report


class ReportView(QWidget):
    """Hidden until there is a report."""

    def __init__(self) -> None:
        super().__init__()
        self.summary = words()
        self.notes = words(quiet=True)
        self.rejects = QTreeWidget()
        self.rejects.setAccessibleName(_("Recordings that were left out"))
        self.rejects.setColumnCount(2)
        self.rejects.setHeaderLabels([_("Left out"), _("Why")])
        self.rejects.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.rejects.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.rejects.setMinimumHeight(24 * GRID)
        column_of(self, self.summary, self.notes, self.rejects, None)
        self.n_taken = 0
        self.hide()

    def show_report(self, report: Report) -> None:
        self.n_taken = report.utterances
        self.summary.setText(report_words(report))
        self.notes.setText("\n".join(filled(_(note.reason), note.fields) for note in report.notes))
        self.notes.setVisible(bool(report.notes))
        self.rejects.clear()
        branches: dict[str, QTreeWidgetItem] = {}
        for reason, n in report.reasons():
            branches[reason] = QTreeWidgetItem(self.rejects, [_(reason), str(n)])
        for reject in report.rejects:
            QTreeWidgetItem(branches[reject.reason], [reject.path, detail_words(reject)])
        self.rejects.setVisible(bool(report.rejects))
        self.show()


def detail_words(reject: Reject) -> str:
    """What is known beside the reason; measures as the window's language writes them."""
    if reject.reason not in (CLIPPED, CUT_OFF, TOO_LONG, TOO_SHORT):
        return reject.detail
    return reject.detail.replace(".", decimal_point()).replace(" s", " " + _("s")).replace("%", " %")


def report_words(report: Report) -> str:
    """Recordings, their length, speakers and sentences that were taken; how many are held out, and left out."""
    counts = (
        ngettext("{n} recording ({length})", "{n} recordings ({length})", report.utterances).format(
            n=report.utterances, length=duration_words(report.seconds)
        ),
        ngettext("{n} speaker", "{n} speakers", report.speakers).format(n=report.speakers),
        ngettext("{n} different sentence", "{n} different sentences", report.sentences).format(n=report.sentences),
    )
    sentences = [_("Taken: {counts}.").format(counts=", ".join(counts))]
    held = sum(size.utterances for size in report.splits if size.name != "train")
    if held:
        sentences.append(ngettext("{n} of them is held out.", "{n} of them are held out.", held).format(n=held))
    n = len(report.rejects)
    if n:
        sentences.append(ngettext("{n} was left out.", "{n} were left out.", n).format(n=n))
    return " ".join(sentences)
