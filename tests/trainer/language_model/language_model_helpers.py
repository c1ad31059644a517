"""Helpers of the tests in this room, shared by test_texts.py, test_ngrams.py, test_build_language_model.py."""

import numpy as np

from trainer.language_model.backoff import log10_probabilities
from trainer.language_model.ngrams import BEGIN, CUT, END, SPECIAL, UNKNOWN

SAMPLES = ("common-voice", "common-voice-2", "voxforge")


def stream(*lines: str, words=SPECIAL) -> tuple[list[str], np.ndarray]:
    """Sentences with words numbered as they come; "|" cuts, "?" is unknown."""
    number = {word: i for i, word in enumerate(words)} | {"|": CUT, "?": UNKNOWN}
    result = []
    for line in lines:
        for word in line.split():
            number.setdefault(word, len(number) - 2)
            result.append(number[word])
        result.append(END)
    return [word for word in number if word not in "|?"], np.array(result)


def random_stream(rng, n_sentences: int, n_words: int = 12) -> tuple[list[str], np.ndarray]:
    words = [*SPECIAL, *(f"с{i}" for i in range(n_words))]
    parts = []
    for _ in range(n_sentences):
        length = int(rng.integers(1, 9))
        parts.append([*(3 + (rng.random(length) ** 2 * n_words).astype(int)), END])
    return words, np.concatenate(parts)


def conditional(model, context: list[int]) -> np.ndarray:
    """The probability of every word after a sentence's first words, by asking for each one."""
    each = [log10_probabilities(model, np.array([*context, word])) for word in range(len(model.words))]
    return np.array([0.0 if word == BEGIN else 10 ** one[len(context)] for word, one in enumerate(each)])


def cache(folder, *splits: str):
    rows = ["id\tspeaker\tsplit\tstart\tframes\ttext"]
    rows += [f"{i}\ts\t{split}\t0\t1\tТекст {split}" for i, split in enumerate(splits)]
    folder.mkdir(exist_ok=True)
    (folder / "utterances.tsv").write_text("\n".join(rows), "utf-8")
    return folder
