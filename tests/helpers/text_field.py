"""Another program with a text field, in a process of its own: `python -m tests.helpers.text_field FILE [TEXT]`.

Writes what stands in the field to FILE after each change, first "ready", and puts TEXT on the clipboard.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit


def main(file: Path, clipboard: str) -> int:
    app = QApplication(["text_field"])
    field = QPlainTextEdit()
    field.setWindowTitle("Another program")
    field.textChanged.connect(lambda: file.write_text(field.toPlainText(), encoding="utf-8"))
    field.show()
    field.activateWindow()
    field.setFocus()

    def tell() -> None:
        if field.isActiveWindow() and field.hasFocus():
            if clipboard:
                app.clipboard().setText(clipboard)
            file.write_text("ready", encoding="utf-8")
            timer.stop()

    timer = QTimer(field, interval=20)
    timer.timeout.connect(tell)
    timer.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
