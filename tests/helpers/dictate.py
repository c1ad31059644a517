"""A person at the window: clicks Record, lets a loudspeaker speak, clicks Stop, reads the text.

usage: python -m tests.helpers.dictate RECORDING. Nothing of the program is replaced. Prints JSON: text (what stands
on the page), provisional (what was shown greyed, in order), provisional_gap_s (longest time between two of them
while the loudspeaker spoke), words (the states, in order), messages.
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
    person.record()
    began_s, ended_s = person.speak(recording)
    person.wait(lambda: bool(person.provisional), "provisional text")
    person.stop()
    times_s = [began_s, *(at for at, _text in person.provisional if began_s < at < ended_s), ended_s]
    return {
        "text": person.page.transcript.toPlainText(),
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
