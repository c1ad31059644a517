"""A person at the window: drops a file, then clicks Record, lets a loudspeaker play it, clicks Stop, reads the text.

usage: python -m tests.helpers.dictate RECORDING. Nothing of the program is replaced. Prints JSON: file (the text
of the file), text (of the dictation), provisional (what was shown greyed, in order), provisional_gap_s (longest time
between two of them while the loudspeaker spoke), words (the states, in order), messages.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

from PySide6.QtWidgets import QApplication

from gui.core.log import start_logging
from tests.helpers.person import Person


def dictate(person: Person, recording: Path) -> dict[str, object]:
    person.open()
    person.drop([recording])  # a file waits for the language model, which a dictation takes when it comes
    person.wait(lambda: person.session.status.can_cancel, "the file's turn")
    person.wait_until_read()
    before = person.page.transcript.toPlainText()
    person.words = person.words[-1:]
    person.record()
    began_s, ended_s = person.speak(recording)
    person.wait(lambda: bool(person.provisional), "provisional text")
    person.stop()
    times_s = [began_s, *(at for at, _text in person.provisional if began_s < at < ended_s), ended_s]
    return {
        "file": before,
        "text": person.page.transcript.toPlainText().removeprefix(before),
        "provisional": [text for _at, text in person.provisional],
        "provisional_gap_s": max(b - a for a, b in pairwise(times_s)),
        "words": person.words,
        "messages": person.page.messages.texts,
    }


def main() -> None:
    start_logging()
    person = Person(QApplication([]))
    seen = dictate(person, Path(sys.argv[1]))
    person.leave()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
