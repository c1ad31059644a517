"""Sentences for the voice model to say, and which syllable of each of their words is stressed, as espeak-ng has it."""

import argparse
import lzma
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from engine.alphabet import SPACE
from scripts.gpu.segments import VOWELS
from trainer.corpus.cache import FeatureCache
from trainer.language_model.sentence_reader import Reader
from trainer.made_speech.match_readings import usual_yo
from trainer.made_speech.synthetic import Avoided, chosen_sentences

_IPA_VOWELS = "aɑʌæɐəeɛɜioɔɵuʊʉyɨɪ"
_AT_ONCE = 5000


def stresses(words: Iterable[str]) -> dict[str, int]:
    """Word -> the number of its stressed vowel, from 0; words with none, or in which vowels are lost, are left out."""
    wanted, found = sorted({w for w in words if sum(letter in VOWELS for letter in w) > 1}), {}
    for n in range(0, len(wanted), _AT_ONCE):
        some = wanted[n : n + _AT_ONCE]
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            file.write("\n\n".join(f"{word}." for word in some))
            file.flush()
            said = subprocess.run(
                ["espeak-ng", "-v", "ru", "-q", "--ipa", "-f", file.name], capture_output=True, text=True, check=True
            ).stdout.split("\n")
        said = [line.strip() for line in said if line.strip()]
        if len(said) != len(some):
            raise SystemExit(f"espeak-ng said {len(said)} of {len(some)} words")
        for word, ipa in zip(some, said, strict=True):
            before = ipa.partition("ˈ")[0]
            n_vowels = sum(letter in VOWELS for letter in word)
            if "ˈ" in ipa and sum(sound in _IPA_VOWELS for sound in ipa) == n_vowels:
                found[word] = sum(sound in _IPA_VOWELS for sound in before)
    return found


def joined(sentences: Sequence[str], seed: int) -> list[str]:
    """Some of them one after another, for utterances of 20 to 80 letters and more."""
    rng, found, parts, room = np.random.default_rng([seed, 3]), [], [], 0
    for sentence in sentences:
        if not parts:
            room = int(rng.integers(20, 80))
        parts.append(sentence)
        room -= len(sentence) + 1
        if room <= 0:
            found.append(" ".join(parts))
            parts = []
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", nargs="+", type=Path)
    parser.add_argument("--corpus", action="append", default=[], type=Path, help="whose words are wanted too")
    parser.add_argument("--without", action="append", default=[], type=Path)
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", type=Path, required=True)
    arguments = parser.parse_args()
    reader = Reader()
    for _n_words in reader.read_all(arguments.text):
        pass
    yo = usual_yo(reader.texts[-1])
    chosen = chosen_sentences(arguments.text, arguments.sentences, Avoided(arguments.without), arguments.seed)
    chosen = [SPACE.join(yo.get(word, word) for word in sentence.split()) for sentence in chosen]
    said = [u.text for path in arguments.corpus for u in FeatureCache(path).utterances]
    words = {word for text in (*chosen, *said) for word in text.split()}
    found = stresses(words)
    print(f"{len(chosen)} sentences, {sum(map(len, chosen))} letters, stress of {len(found)} of {len(words)} words")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, lines in (
        ("sentences", joined(chosen, arguments.seed)),
        ("stress", [f"{w}\t{n}" for w, n in found.items()]),
    ):
        (arguments.out / f"{name}.xz").write_bytes(lzma.compress("\n".join(lines).encode()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
