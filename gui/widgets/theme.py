"""One accent colour, one type scale, an 8-pixel grid; light and dark as the system says, at any moment."""

from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory

from engine.paths import resource

GRID = 8
TEXT_SCALE, TITLE_SCALE, SMALL_SCALE = 1.5, 1.8, 1.0
LINE_WIDTH_PX = 760  # of a page of text, however wide the window is
_ICON_PX, _TICK_PX = 20, 16
_LARGE_TEXT = 1.4  # beside the system's


@dataclass(frozen=True)
class Colours:
    """Every colour of the window, as #rrggbb. Text reaches a contrast of 4.5:1 on its ground (tested)."""

    window: str
    page: str
    text: str
    quiet_text: str
    provisional_text: str
    line: str
    hover: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_ground: str
    alarm: str


LIGHT = Colours(
    window="#f4f3f0",
    page="#ffffff",
    text="#1c1e20",
    quiet_text="#595f65",
    provisional_text="#697076",
    line="#d8d6d0",
    hover="#e8e6e1",
    accent="#00695f",
    accent_hover="#00574f",
    on_accent="#ffffff",
    accent_ground="#d9ebe8",
    alarm="#b3261e",
)
DARK = Colours(
    window="#17191b",
    page="#1f2224",
    text="#e9e7e4",
    quiet_text="#a6acb1",
    provisional_text="#989ea4",
    line="#373b3f",
    hover="#2a2e31",
    accent="#56c7b9",
    accent_hover="#74d6ca",
    on_accent="#06211e",
    accent_ground="#20403c",
    alarm="#ff8a80",
)


class Theme(QObject):
    """Colours and fonts of the application; `changed` after the system went from light to dark or back."""

    changed = Signal()

    def __init__(self, app: QApplication):
        super().__init__(app)
        self._app = app
        # Asked for before our own palette hides it: without a desktop's word, the system's palette decides.
        self._system_is_dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self.colours, self._preferred = LIGHT, None
        self._in_force: tuple[Colours, float] | None = None
        self._system_points = app.font().pointSizeF()
        app.setStyle(QStyleFactory.create("Fusion"))
        app.styleHints().colorSchemeChanged.connect(self.follow_system)
        self.follow_system()

    def prefer(self, appearance: str) -> None:
        """appearance: "light" or "dark"; "system" follows the system."""
        self._preferred = {"light": LIGHT, "dark": DARK}.get(appearance)
        self.follow_system()

    def follow_system(self) -> None:
        if self._preferred is not None:
            self.use(self._preferred)
            return
        scheme = self._app.styleHints().colorScheme()
        dark = self._system_is_dark if scheme == Qt.ColorScheme.Unknown else scheme == Qt.ColorScheme.Dark
        self.use(DARK if dark else LIGHT)

    def use(self, colours: Colours) -> None:
        self.colours = colours
        if self._in_force == (colours, self.text_scale):  # every widget would be laid out anew for nothing
            return
        self._in_force = colours, self.text_scale
        self._app.setPalette(_palette(colours))
        self._app.setStyleSheet(_style_sheet(*self._in_force))
        self.changed.emit()

    def scale_text(self, percent: int) -> None:
        """All text in this share of the system's size, at once; also where a widget has a font of its own."""
        font = QFont(self._app.font())
        before, after = font.pointSizeF(), self._system_points * percent / 100
        if abs(before - after) < 0.01:
            return
        font.setPointSizeF(after)
        with_font = [widget for widget in self._app.allWidgets() if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont)]
        fonts = [QFont(widget.font()) for widget in with_font]
        self._app.setFont(font)
        self.use(self.colours)  # before the rest: a new style sheet gives widgets the fonts that they had under the old
        for widget, its_font in zip(with_font, fonts, strict=True):
            its_font.setPointSizeF(its_font.pointSizeF() * after / before)
            widget.setFont(its_font)

    @property
    def text_scale(self) -> float:
        """How large text is beside that of the system."""
        return self._app.font().pointSizeF() / self._system_points

    @property
    def has_large_text(self) -> bool:
        """Whether what stands beside each other in a small window must stand below."""
        return self.text_scale >= _LARGE_TEXT

    def font(self, scale: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The system's font, scaled."""
        font = QFont(self._app.font())
        font.setPointSizeF(self._app.font().pointSizeF() * scale)
        font.setWeight(weight)
        return font

    def icon(self, name: str, colour: str | None = None) -> QIcon:
        """An icon of Material Design Icons, by its name there; the colour of text unless one is given."""
        import qtawesome

        disabled = {"color_disabled": self.colours.line}
        return qtawesome.icon(f"mdi6.{name}", color=colour or self.colours.text, **disabled)


def theme() -> Theme:
    """The running application's theme; made when first asked for."""
    app = QApplication.instance()
    return app.findChild(Theme) or Theme(app)


class _Icon(QObject):
    """The icon of a button, in the colours of the theme whatever it becomes."""

    def __init__(self, button: QAbstractButton):
        super().__init__(button)
        self._button, self.name, self.colour = button, "", "text"
        theme().changed.connect(self.paint)

    def paint(self) -> None:
        self._button.setIcon(theme().icon(self.name, getattr(theme().colours, self.colour)))


def show_icon(button: QAbstractButton, name: str, colour: str = "text") -> None:
    """Gives a button that icon of Material Design Icons. colour: a field of Colours."""
    icon = button.findChild(_Icon) or _Icon(button)
    icon.name, icon.colour = name, colour
    icon.paint()


def icon_px() -> int:
    """As large as text is."""
    return round(_ICON_PX * theme().text_scale)


def icon_size() -> QSize:
    return QSize(icon_px(), icon_px())


def button_icon_size() -> QSize:
    """Wider than the icon: Qt leaves too little room between it and the text."""
    return QSize(icon_px() + GRID // 2, icon_px())


def _palette(colours: Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for its_role, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.page,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.PlaceholderText: colours.provisional_text,
        role.Button: colours.window,
        role.ButtonText: colours.text,
        role.BrightText: colours.on_accent,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.text,
        role.ToolTipText: colours.page,
        role.Light: colours.page,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.line,
        role.Accent: colours.accent,
    }.items():
        palette.setColor(its_role, QColor(colour))
    for its_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, its_role, QColor(colours.quiet_text))
    return palette


def _style_sheet(colours: Colours, text_scale: float) -> str:
    template = Path(__file__).with_name("style.qss").read_text(encoding="utf-8")
    shade = "dark" if colours is DARK else "light"
    icons = resource("icons").as_posix()
    sizes = {"tick_px": round(_TICK_PX * text_scale), "icon_px": round(_ICON_PX * text_scale)}
    return Template(template).substitute(asdict(colours), chevrons=icons, shade=shade, **sizes)
