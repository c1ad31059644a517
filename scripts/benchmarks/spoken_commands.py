"""How often ordinary text would be taken for a spoken command: python -m scripts.benchmarks.spoken_commands FILE...

FILE: UTF-8 text, or the same compressed as .xz. A sentence is taken for one breath. Prints a count for each command,
how many of them only since a letter may be wrong, and the rate for a million words.
"""

import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.dictation.spoken_commands import COMMANDS, Spoken, acts
from engine.events import Word
from engine.text_marks import fold_yo

_BEGINNINGS = {command.words[0][:4] for command in COMMANDS} - {"с"}
_FIRST = re.compile("|".join([*sorted(_BEGINNINGS), "больш", "лицат", "просит"]))  # most sentences hold none of these


def sentences(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as text:
        for line in text:
            yield from re.split("[.!?…]+", fold_yo(line.lower()))


def main(paths: list[Path]) -> None:
    n_words, found, wrong = 0, Counter(), Counter()
    commands = Spoken().commands
    for path in paths:
        for sentence in sentences(path):
            texts = re.findall("[а-я]+", sentence)
            n_words += len(texts)
            if not _FIRST.search(sentence):
                continue
            for act in acts([Word(text, 0.0, 0.0, 1.0) for text in texts], commands):
                if act.command is not None:
                    found[act.command.phrase] += 1
                    wrong[act.command.phrase] += tuple(word.text for word in act.words) != act.command.words
    for phrase, n in found.most_common():
        rate = n / n_words * 1e6
        print(f"{phrase:<24} {n:>5}  {wrong[phrase]:>3} with a wrong letter  {rate:6.2f} per million words")
    total = sum(found.values())
    print(f"{n_words} words, {total} taken for commands: one in {n_words // max(1, total)}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
