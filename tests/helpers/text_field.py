"""Another program with a text field, in a process of its own: `python -m tests.helpers.text_field FILE [TEXT]`.

Writes what stands in the field to FILE after each change, first "ready", and puts TEXT on the clipboard.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit


def main(file: Path, clipboard: str) -> int:
    def write(text: str) -> None:
        """At once: whoever reads meanwhile must not find it empty."""
        part = file.with_name(f"{file.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)

    app = QApplication(["text_field"])
    field = QPlainTextEdit()
    field.setWindowTitle("Another program")
    field.textChanged.connect(lambda: write(field.toPlainText()))
    field.show()
    field.activateWindow()
    field.setFocus()

    def tell() -> None:
        if field.isActiveWindow() and field.hasFocus():
            if clipboard:
                app.clipboard().setText(clipboard)
            write("ready")
            timer.stop()

    timer = QTimer(field, interval=20)
    timer.timeout.connect(tell)
    timer.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
