"""Tunes the shipped model to one voice on a few sentences, and prints what it brought; the figures of docs/tuning.md.

    .venv/bin/python scripts/tuning_figures.py speaker    a reader of VoxForge whom the model never heard
    .venv/bin/python scripts/tuning_figures.py espeak     a voice of espeak-ng

Needs ../shared (or DIKTOVKA_SHARED), and takes minutes. `--sentences 50` learns so many instead of twenty. With
`--alone` no other people's speech is mixed in; it is measured all the same, and what a person without any gets is the
line of 50%.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SHARED = Path(os.environ.get("DIKTOVKA_SHARED", ROOT.parent / "shared"))
CACHE, STRANGERS = SHARED / "voxforge-ru-mfcc", SHARED / "speech-samples" / "common-voice"
SPEAKER = "vsh"


def part(folder: Path, rows: list[dict[str, str]]) -> Path:
    """A feature cache with some of the shared one's utterances."""
    folder.mkdir(parents=True)
    for name in ("features.npy", "scale.npz"):
        (folder / name).symlink_to(CACHE / name)
    with (folder / "utterances.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def shared_rows() -> list[dict[str, str]]:
    with (CACHE / "utterances.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def spoken(folder: Path, sentences: list[str]) -> Path:
    """Sentences by espeak-ng's second female voice, as a folder of recordings."""
    folder.mkdir()
    lines = ["file\ttext"]
    for number, text in enumerate(sentences):
        name = f"{number:03}.wav"
        subprocess.run(["espeak-ng", "-v", "ru+f2", "-s", "150", "-w", str(folder / name), text], check=True)
        lines.append(f"{name}\t{text}")
    (folder / "transcripts.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voice", choices=("speaker", "espeak"))
    parser.add_argument("--sentences", type=int, default=20, metavar="N", help="to learn from (default: %(default)s)")
    parser.add_argument("--alone", action="store_true", help="without other people's speech to mix in")
    arguments = parser.parse_args()
    n_learned = arguments.sentences
    rows = shared_rows()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        train = [row for row in rows if row["split"] == "train"]
        known = [row for row in rows if row["split"] == "dev_seen_text"]
        new = [row for row in rows if row["split"] == "dev_unseen_text"]
        general = [part(home / "dev_seen_text", known), STRANGERS]
        if arguments.voice == "speaker":
            own = [row for row in rows if row["speaker"] == SPEAKER]
            random.Random(1).shuffle(own)
            learned = own[:n_learned]
            texts = {row["text"] for row in learned}
            held = part(home / "held", [row for row in own if row["text"] not in texts])
            first = part(home / "own", learned)
        else:
            from trainer.own_voice.prompt_chooser import sentences

            said = sentences()
            random.Random(1).shuffle(said)
            first, held = spoken(home / "own", said[:n_learned]), spoken(home / "held", said[n_learned:])
            general.append(part(home / "dev_unseen_text", new))
        mixed = [] if arguments.alone else ["--corpus", str(part(home / "train", train))]
        out = ["-o", str(home / "run"), "--held", str(held), "--general", *map(str, general)]
        subprocess.run([sys.executable, str(ROOT / "main.py"), "tune", str(first), *out, *mixed], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
