"""Draws resources/icons/diktovka.svg as PNG files, one for each size that desktops ask for.

.venv/bin/python scripts/render_icons.py
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"


def render(renderer: QSvgRenderer, size: int) -> QImage:
    """size: width and height in pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def main() -> int:
    application = QGuiApplication(sys.argv)
    renderer = QSvgRenderer(str(ICONS / "diktovka.svg"))
    saved = [render(renderer, size).save(str(ICONS / f"diktovka-{size}.png")) for size in SIZES]
    application.quit()
    return 0 if renderer.isValid() and all(saved) else 1


if __name__ == "__main__":
    sys.exit(main())
