"""What preferring spoken commands in the search brings and costs: python -m scripts.benchmarks.commands_heard FOLDER...

FOLDER: recordings with transcripts.tsv. Each command is said by espeak-ng in eight ways behind a few words. Prints how
many of them are found without the preference and with it, and how many recordings of the folders get another text.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, product
from pathlib import Path

from engine.decode.beam_loader import Language, load_beam
from engine.dictation.spoken_commands import COMMANDS, Spoken, acts
from engine.paths import shipped_checkpoint
from engine.transcribe.load import load_transcriber
from trainer.corpus.transcripts import read_transcripts

_BEFORE = (
    "сегодня хорошая погода",
    "мы поехали в город",
    "он ничего не сказал",
    "я люблю читать книги",
    "когда ты придёшь домой",
    "это было давно",
)
_VOICES, _WORDS_A_MINUTE = ("ru", "ru+m3", "ru+m7", "ru+f2"), (130, 165)


def said(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each command's name and a recording of it."""
    for voice, speed in product(_VOICES, _WORDS_A_MINUTE):
        for command, before in zip(COMMANDS, cycle(_BEFORE), strict=False):
            path = folder / f"{voice}-{speed}-{command.name}.wav"
            text = f"{before}, {command.phrase}"
            subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", path, text], check=True)
            yield command.name, path


def main(folders: list[Path]) -> None:
    described, transcriber = load_transcriber(shipped_checkpoint())
    search, _own = load_beam(described, Language(own_words=None))
    transcriber.decoder = search

    def words_of(path: Path) -> list:
        *_, finished = transcriber.transcribe(path)
        return [word for segment in finished.segments for word in segment.words]

    with tempfile.TemporaryDirectory() as folder:
        commands = list(said(Path(folder)))
        ordinary = [one.path for root in folders for one in read_transcripts(root)]
        texts = []
        for phrases in ((), Spoken().phrases):
            search.prefer((), phrases)
            found: Counter[str] = Counter()
            for name, path in commands:
                heard = acts(words_of(path), Spoken().commands)
                found[name] += any(act.command is not None and act.command.name == name for act in heard)
            texts.append([" ".join(word.text for word in words_of(path)) for path in ordinary])
            print("with" if phrases else "without", f"{found.total()} of {len(commands)}", dict(found), flush=True)
    print(f"{sum(one != other for one, other in zip(*texts, strict=True))} of {len(ordinary)} texts differ")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
