"""Small language models, and log-probabilities that say something."""

from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.decode.language_model import LanguageModel, load_language_model
from trainer.language_model.build import BuildConfig, build

EXACT = BuildConfig(vocabulary=1000, threshold=0.0, probability_bits=12, backoff_bits=12)


def language_model(folder: Path, *sentences: str) -> LanguageModel:
    """A model counted from sentences, in a folder of its own."""
    text = folder.with_suffix(".txt")
    text.write_text("\n".join(sentences), "utf-8")
    for _event in build([text], folder, EXACT):
        pass
    return load_language_model(folder)


def spoken(path: str, alphabet: Alphabet | None = None, certainty: float = 0.9, **unsure: float) -> np.ndarray:
    """Log-probabilities, one step a character: a letter, a space or `_` for the blank; the rest shares what is left.

    unsure: letters that are as likely as given wherever a `?` stands.
    """
    alphabet = alphabet or Alphabet()
    columns = alphabet.letters + "_"
    probabilities = np.full((len(path), alphabet.n_labels), (1 - certainty) / (alphabet.n_labels - 1), np.float32)
    for row, char in zip(probabilities, path, strict=True):
        if char == "?":
            row[:] = (1 - sum(unsure.values())) / (alphabet.n_labels - len(unsure))
            for letter, share in unsure.items():
                row[columns.index(letter)] = share
        else:
            row[columns.index(char)] = certainty
    return np.log(probabilities)
