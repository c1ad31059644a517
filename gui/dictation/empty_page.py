"""What stands on the page before the first word: what to do, and two recordings to try it with."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QPushButton

from engine.paths import SAMPLES_FILE, resource
from engine.system.json_text import read_json
from gui.core.i18n import _
from gui.widgets.form import ScrollArea, group, push_button, row_of
from gui.widgets.label import Label
from gui.widgets.theme import GRID, TITLE_SCALE, show_icon, theme

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """A recording that comes with the program."""

    path: Path
    speaker: str


def shipped_samples(language: str) -> list[Sample]:
    """Those named in resources/samples/samples.json; none where that is missing: the page does without."""
    folder = resource("samples")
    try:
        rows = read_json(folder / SAMPLES_FILE, list)
        return [Sample(folder / row["file"], row["speaker"].get(language, row["speaker"]["en"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("no sample recordings: %s", error)
        return []


class EmptyPage(ScrollArea):
    """`sample_chosen(path)` when a person wants to see what the program does. It scrolls where text is very large."""

    sample_chosen = Signal(object)

    def __init__(self, samples: Sequence[Sample]):
        super().__init__()
        font = theme().font(TITLE_SCALE, QFont.Weight.DemiBold)
        title = Label(_("Speak, and read what you said"), wraps=True, centred=True, font=font)
        text = _("Press the button below and speak Russian, or drop recordings here.")
        hint = Label(text, quiet=True, wraps=True, centred=True)
        text = _("Marks and capitals come by themselves; “новая строка” and other commands can be said.")
        self.marks = Label(text, quiet=True, wraps=True, centred=True)
        self.cards = [self._card(sample) for sample in samples]
        cards = row_of(Label(_("Try it:"), quiet=True), *self.cards, centred=True)
        below = (3 * GRID, cards) if self.cards else ()
        margins = (3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        self.setWidget(group(None, title, hint, self.marks, *below, None, margins=margins))

    def _card(self, sample: Sample) -> QPushButton:
        name = sample.speaker[:1].upper() + sample.speaker[1:]
        card = push_button(name, _("Transcribes a recording that comes with the program"), icon="account-voice")
        show_icon(card, "account-voice", "accent")
        card.setCursor(Qt.CursorShape.PointingHandCursor)
        card.setAccessibleName(_("Try it: {speaker}").format(speaker=sample.speaker))
        card.clicked.connect(lambda: self.sample_chosen.emit(sample.path))
        return card
