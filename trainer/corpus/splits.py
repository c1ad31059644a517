"""Splits recordings into training and held-out sets, by speaker and by sentence.

    train               the training set
    dev_seen_text       new speakers, sentences that occur in train
    dev_unseen_text     new speakers, sentences that never occur in train
    test_...            the same two again, for the final evaluation only

Sentences that differ only in `ё` and `е` count as the same. If several people read the same sentences, all sentences of
a held-out speaker would be in train; so some are removed from train, at the cost of a few of its recordings.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from engine.alphabet import fold_yo
from trainer.corpus.preflight import Note

TRAIN = "train"
DEV, TEST = "dev", "test"
SEEN, UNSEEN = "_seen_text", "_unseen_text"
HELD_SHARE = 0.025  # of all recordings, in each of the four held-out splits
FEWEST_SPEAKERS = 5
_MOST_LOST = 0.1  # of all recordings, removed so that sentences stay unseen
_LARGEST_HELD = 1.5  # times the size of a split: speakers with more recordings stay in train
_HELD_SENTENCES = 0.1  # share of the recordings in dev and in test each, if there are too few speakers
_FEWEST_SENTENCES = 5

_ONE_SPEAKER = (
    "There is only one speaker. New sentences are held out, but in the same voice: "
    "their error rate says nothing about other people."
)
_FEW_SPEAKERS = (
    "There are only {n} speakers, too few to hold any out. New sentences are held out, but in the same voices: "
    "their error rate says nothing about other people."
)
_NO_SPEAKERS = (
    "The corpus does not say who speaks. New sentences are held out, but possibly in the same voices: "
    "their error rate says nothing about other people."
)
_TOO_SMALL = "There are too few sentences to hold any out: nothing will tell how good the model is."
_NO_SEEN = "Hardly any sentence is said by two speakers, so none of known sentences are held out."
_NO_UNSEEN = "All speakers say the same few sentences, so no new sentences are held out."


def assign(spoken: Sequence[tuple[str, str]], seed: int) -> tuple[list[str | None], tuple[Note, ...]]:
    """The split of each recording, and notes; None for recordings that are left out so that a sentence stays unseen.

    spoken: (speaker, normalised text) of each recording. Equal seeds give equal splits, in any order.
    """
    speakers = {speaker for speaker, _ in spoken}
    spoken = [(speaker, fold_yo(text)) for speaker, text in spoken]
    if len(speakers) < FEWEST_SPEAKERS:
        return _by_sentence(spoken, seed, _few(speakers))
    splits = _BySpeaker(spoken, seed).splits()
    notes = []
    if not {DEV + SEEN, TEST + SEEN} & set(splits):
        notes.append(Note(reason=_NO_SEEN))
    if not {DEV + UNSEEN, TEST + UNSEEN} & set(splits):
        notes.append(Note(reason=_NO_UNSEEN))
    return splits, tuple(notes)


def assign_released(
    spoken: Sequence[tuple[str, str]], released: Sequence[str], seed: int
) -> tuple[list[str | None], tuple[Note, ...]]:
    """As `assign`, but keeps the train, dev and test of a release; released: of each recording, "" for none.

    If a release has no dev, its train is split as if it were not given.
    """
    is_open = [not split or (split == TRAIN and DEV not in released) for split in released]
    if not any(released) or all(is_open):
        return assign(spoken, seed)
    open_recordings = [pair for pair, is_free in zip(spoken, is_open, strict=True) if is_free]
    assigned, notes = assign(open_recordings, seed) if open_recordings else ([], ())
    assigned_splits = iter(assigned)
    splits = [next(assigned_splits) if is_free else split for split, is_free in zip(released, is_open, strict=True)]
    learned = {fold_yo(text) for (_, text), split in zip(spoken, splits, strict=True) if split == TRAIN}
    return [
        split + (SEEN if fold_yo(text) in learned else UNSEEN) if split in (DEV, TEST) else split
        for (_, text), split in zip(spoken, splits, strict=True)
    ], notes


def _few(speakers: set[str]) -> Note:
    if len(speakers) > 1:
        return Note(reason=_FEW_SPEAKERS, fields={"n": len(speakers)})
    return Note(reason=_NO_SPEAKERS if speakers == {""} else _ONE_SPEAKER)


def shuffled(names: Iterable[str], seed: int) -> list[str]:
    """The names in an order by hash, so that names added later do not change the order of others."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())


def _by_sentence(spoken: Sequence[tuple[str, str]], seed: int, note: Note) -> tuple[list[str | None], tuple[Note, ...]]:
    counts = Counter(text for _, text in spoken)
    if len(counts) < _FEWEST_SENTENCES:
        return [TRAIN] * len(spoken), (Note(reason=_TOO_SMALL),)
    n_wanted = max(1, round(_HELD_SENTENCES * len(spoken)))
    split_of: dict[str, str] = {}
    candidates = [text for text in shuffled(counts, seed) if counts[text] <= 2 * n_wanted]
    for split in (DEV + UNSEEN, TEST + UNSEEN):
        n_held = 0
        while candidates and n_held < n_wanted:
            n_held += counts[candidates[-1]]
            split_of[candidates.pop()] = split
    return [split_of.get(text, TRAIN) for _, text in spoken], (note,)


class _BySpeaker:
    """Chooses speakers for dev and test, and the sentences that train must not have."""

    def __init__(self, spoken: Sequence[tuple[str, str]], seed: int):
        self._spoken, self._seed = spoken, seed
        self._texts: dict[str, Counter[str]] = defaultdict(Counter)
        for speaker, text in spoken:
            self._texts[speaker][text] += 1
        self._counts = Counter(text for _, text in spoken)
        self._size = {speaker: texts.total() for speaker, texts in self._texts.items()}
        self._wanted = max(1, round(HELD_SHARE * len(spoken)))
        self._side: dict[str, str] = {}
        self._held: dict[str, Counter[str]] = {DEV: Counter(), TEST: Counter()}
        self._new: set[str] = set()

    def splits(self) -> list[str | None]:
        candidates = self._candidates()
        self._hold(sorted(candidates, key=self._commonness)[: len(candidates) // 2], self._wanted)
        self._hold(candidates, 2 * self._wanted)
        self._keep_sentences_new()
        return [self._split(speaker, text) for speaker, text in self._spoken]

    def _split(self, speaker: str, text: str) -> str | None:
        side = self._side.get(speaker)
        if side is None:
            return None if text in self._new else TRAIN
        return side + (UNSEEN if text in self._new else SEEN)

    def _candidates(self) -> list[str]:
        """Speakers that may be held out: those with few recordings, at most a third of all."""
        order = shuffled(self._size, self._seed)
        small = [speaker for speaker in order if self._size[speaker] <= _LARGEST_HELD * self._wanted]
        if len(small) < 2:
            small = sorted(order, key=self._size.__getitem__)
        return small[: max(2, len(order) // 3)]

    def _commonness(self, speaker: str) -> float:
        """The average number of other recordings of this speaker's sentences; the lower, the less train loses."""
        return sum(n * self._counts[text] for text, n in self._texts[speaker].items()) / self._size[speaker]

    def _hold(self, speakers: Sequence[str], n_wanted: int) -> None:
        """Holds speakers out, in turn for dev and for test, until each has n_wanted recordings."""
        for speaker in speakers:
            side = min(self._held, key=lambda name: self._held[name].total())
            if self._held[side].total() >= n_wanted:
                return
            if speaker not in self._side:
                self._side[speaker] = side
                self._held[side].update(self._texts[speaker])

    def _keep_sentences_new(self) -> None:
        """Chooses the unseen sentences: those of held-out speakers only, then others, for the side that has too few.

        The cheapest sentences come first, until train would lose too much.
        """
        held = self._held[DEV] + self._held[TEST]
        self._new.update(text for text, n in held.items() if n == self._counts[text])
        may_lose = round(_MOST_LOST * len(self._spoken))
        candidates = {
            side: sorted(shuffled(texts, self._seed), key=lambda text: held[text] / self._counts[text])
            for side, texts in self._held.items()
        }
        while any(candidates.values()):
            side = min((name for name in candidates if candidates[name]), key=self._n_new)
            if self._n_new(side) >= self._wanted:
                return
            text = candidates[side].pop()
            if text not in self._new and self._counts[text] - held[text] <= may_lose:
                may_lose -= self._counts[text] - held[text]
                self._new.add(text)

    def _n_new(self, side: str) -> int:
        return sum(n for text, n in self._held[side].items() if text in self._new)
