"""Draws resources/icons/diktovka.svg in every size and form that the systems ask for.

    .venv/bin/python scripts/render_icons.py

For Linux a tree of PNG files as the icon theme `hicolor` has it, for Windows an .ico and for macOS an .icns; both of
these are containers of PNG files (https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10),
https://en.wikipedia.org/wiki/Apple_Icon_Image_format).
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

APP_ID = "org.diktovka.Diktovka"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {"icp4": 16, "icp5": 32, "icp6": 64, "ic07": 128, "ic08": 256, "ic09": 512}
ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"


def render(renderer: QSvgRenderer, size: int) -> bytes:
    """A PNG file. size: width and height in pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return written.data()


def ico(pngs: dict[int, bytes]) -> bytes:
    """size -> PNG as one file for Windows; a size of 256 is written as 0."""
    start = 6 + 16 * len(pngs)
    entries, images = b"", b""
    for size, png in pngs.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), start + len(images))
        images += png
    return struct.pack("<HHH", 0, 1, len(pngs)) + entries + images


def icns(pngs: dict[str, bytes]) -> bytes:
    """type -> PNG as one file for macOS."""
    chunks = b"".join(kind.encode() + struct.pack(">I", 8 + len(png)) + png for kind, png in pngs.items())
    return b"icns" + struct.pack(">I", 8 + len(chunks)) + chunks


def main() -> int:
    application = QGuiApplication(sys.argv)
    renderer = QSvgRenderer(str(ICONS / "diktovka.svg"))
    pngs = {size: render(renderer, size) for size in SIZES}
    for size, png in pngs.items():
        folder = ICONS / "hicolor" / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{APP_ID}.png").write_bytes(png)
    scalable = ICONS / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True, exist_ok=True)
    (scalable / f"{APP_ID}.svg").write_bytes((ICONS / "diktovka.svg").read_bytes())
    (ICONS / "diktovka.ico").write_bytes(ico({size: pngs[size] for size in ICO_SIZES}))
    (ICONS / "diktovka.icns").write_bytes(icns({kind: pngs[size] for kind, size in ICNS_TYPES.items()}))
    application.quit()
    return 0 if renderer.isValid() and all(pngs.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
