import itertools

import numpy as np
import pytest

from engine.alphabet import Alphabet
from tests.helpers.models import WORDS, letter_cepstra
from trainer.dataset.align import Alignment, align_batch
from trainer.dataset.batches import Example, Rows
from trainer.dataset.splice import pieces, spliced, syllable_cuts, word_cuts
from trainer.errors import CorpusError


def parts(text, cuts):
    return [text[a:b] for a, b in itertools.pairwise(cuts)]


def test_words_and_syllables():
    assert parts("над этой", word_cuts("над этой")) == ["над ", "этой"]
    assert parts("над этой машиной", syllable_cuts("над этой машиной")) == [
        "над ",
        "э",
        "той ",
        "ма",
        "ши",
        "ной",
    ]
    assert parts("семья ест", syllable_cuts("семья ест")) == ["семья ", "ест"]
    assert parts("в", syllable_cuts("в")) == ["в"]


def brute_force(log_probs, labels):
    """Best CTC path by trying all of them."""
    blank, best = log_probs.shape[1] - 1, (-np.inf, None)
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        merged = [k for k, _ in itertools.groupby(path)]
        if [k for k in merged if k != blank] == list(labels):
            score = sum(log_probs[t, k] for t, k in enumerate(path))
            if score > best[0]:
                starts = [t for t, k in enumerate(path) if k != blank and (t == 0 or path[t - 1] != k)]
                best = (score, starts)
    return best


def test_alignment_is_the_best_of_all_paths():
    rng = np.random.default_rng(2)
    raw = [rng.normal(size=(n, 4)) * 2 for n in (5, 6, 4)]
    log_probs = [r - np.log(np.exp(r).sum(axis=1, keepdims=True)) for r in raw]
    labels = [np.array([0, 1]), np.array([1, 1, 2]), np.array([2])]
    for (starts, score), lp, wanted in zip(align_batch(log_probs, labels), log_probs, labels, strict=True):
        best, path = brute_force(lp, wanted)
        assert score * len(lp) == pytest.approx(best)
        assert starts.tolist() == path


def corpus(n=12):
    """Recordings of one voice whose letters take eight frames each, and their true alignment."""
    rng, made, frames = np.random.default_rng(0), [], {}
    for i in range(n):
        text = " ".join(rng.choice(WORDS, 4))
        cepstra = letter_cepstra(text, rng)
        made.append(Example(f"e{i}", text, f"s{i % 2}", ((Rows(cepstra), 0, len(cepstra)),)))
        frames[f"e{i}"] = np.arange(len(text)) * 8
    return made, Alignment(frames, dict.fromkeys(frames, -0.1))


def heard(example: Example) -> str:
    """What the made-up voice says: the nearest letter of each frame, shorter runs being the edges of cuts."""
    book = np.random.default_rng(99).normal(0, 20, (Alphabet().n_labels, 13))
    nearest = [int(np.linalg.norm(book - row, axis=1).argmin()) for row in example.cepstra()]
    runs = [(label, len(list(run))) for label, run in itertools.groupby(nearest)]
    return Alphabet().decode(label for label, length in runs if length > 4).strip()


def without_doubles(text):
    return "".join(letter for letter, _ in itertools.groupby(text.replace(" ", "")))


@pytest.mark.parametrize("syllables", [0.0, 1.0])
def test_spliced_examples_say_what_their_text_says(syllables):
    made, alignment = corpus()
    new = spliced(made, alignment, 1.0, syllables, np.random.default_rng(1))
    assert sum(e.frames for e in new) == pytest.approx(sum(e.frames for e in made), rel=0.02)
    assert not {e.text for e in new} & {e.text for e in made}
    for example in new:
        said, text = without_doubles(heard(example)), without_doubles(example.text)
        wrong = sum(a != b for a, b in zip(said, text, strict=False)) if len(said) == len(text) else len(text)
        assert wrong <= 0.2 * len(text), (said, text)
        assert {p.speaker for p in made if any(p.pieces[0][0] is piece[0] for piece in example.pieces)} == {
            example.speaker
        }


def test_a_share_of_nothing_changes_nothing():
    made, alignment = corpus()
    assert spliced(made, alignment, 0.0, 0.5, np.random.default_rng(1)) == made


def test_poorly_aligned_recordings_stay_whole():
    made, alignment = corpus()
    poor = Alignment(alignment.frames, dict.fromkeys(alignment.frames, -9.0))
    assert spliced(made, poor, 1.0, 0.5, np.random.default_rng(1)) == made
    assert spliced(made, Alignment({}, {}), 1.0, 0.5, np.random.default_rng(1)) == made


def test_pieces_cover_the_recording():
    made, alignment = corpus(1)
    for seed in range(20):
        cut = pieces(made[0], alignment.frames["e0"], True, 3, np.random.default_rng(seed))
        assert sum(p.frames for p in cut) == made[0].frames
        assert without_doubles("".join(p.text for p in cut)) == without_doubles(made[0].text)


def test_alignment_is_saved_and_loaded(tmp_path):
    _, alignment = corpus(3)
    alignment.save(tmp_path / "alignment.npz")
    loaded = Alignment.load(tmp_path / "alignment.npz")
    assert loaded.score == alignment.score
    assert {k: v.tolist() for k, v in loaded.frames.items()} == {k: v.tolist() for k, v in alignment.frames.items()}
    (tmp_path / "alignment.npz").write_bytes(b"no archive")
    with pytest.raises(CorpusError):
        Alignment.load(tmp_path / "alignment.npz")
