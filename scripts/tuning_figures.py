"""Tunes the shipped model to one voice on twenty sentences, and prints what it brought; the figures of docs/tuning.md.

    .venv/bin/python scripts/tuning_figures.py speaker [--alone]    a reader of VoxForge whom the model never heard
    .venv/bin/python scripts/tuning_figures.py espeak [--alone]     a voice of espeak-ng

Needs ../shared (or DIKTOVKA_SHARED), and takes minutes. --alone: without other people's speech to mix in;
it is measured all the same, and what a person without any gets is the line of 50%.
"""

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
SPEAKER, N_LEARNED = "vsh", 20


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
    voice, alone = sys.argv[1], "--alone" in sys.argv
    rows = shared_rows()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        train = [row for row in rows if row["split"] == "train"]
        known = [row for row in rows if row["split"] == "dev_seen_text"]
        new = [row for row in rows if row["split"] == "dev_unseen_text"]
        general = [part(home / "dev_seen_text", known), STRANGERS]
        if voice == "speaker":
            own = [row for row in rows if row["speaker"] == SPEAKER]
            random.Random(1).shuffle(own)
            learned = own[:N_LEARNED]
            texts = {row["text"] for row in learned}
            held = part(home / "held", [row for row in own if row["text"] not in texts])
            first = part(home / "own", learned)
        else:
            from trainer.own_voice.prompt_chooser import sentences

            said = sentences()
            random.Random(1).shuffle(said)
            first, held = spoken(home / "own", said[:N_LEARNED]), spoken(home / "held", said[N_LEARNED:])
            general.append(part(home / "dev_unseen_text", new))
        mixed = [] if alone else ["--corpus", str(part(home / "train", train))]
        out = ["-o", str(home / "run"), "--held", str(held), "--general", *map(str, general)]
        subprocess.run([sys.executable, str(ROOT / "main.py"), "tune", str(first), *out, *mixed], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
