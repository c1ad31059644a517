"""Beam search with a language model: log-probabilities -> known words, and others spelled letter by letter."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from engine.alphabet import SPACE, Alphabet, fold_yo
from engine.config import DecodeConfig
from engine.decode.alternatives import DOUBTFUL_BELOW, window, with_alternatives, with_heard, with_readings
from engine.decode.confidence import evidence, with_confidence
from engine.decode.greedy import GreedyDecoder, Letter, TimedWord, checked
from engine.decode.language_model import NGRAMS, LanguageModel
from engine.decode.lexicon_trie import UNKNOWN, Lexicon
from engine.decode.rescorer import load_rescorer
from engine.errors import LanguageModelDamaged
from engine.system.ansi_path import narrow_path
from engine.system.bounded_memory import return_freed_memory

_FEW_TOKENS, _TOKENS = 16, 80  # columns looked at in a step, the likeliest ones; few are faster, and mostly no worse
_FLAT, _FEW_LETTERS = 1.0, 12  # nats below the best of a step; letters so near it that few columns may not do
_HYPOTHESES, _READINGS = 120, 8  # looked at, of an utterance; and those of them that alternatives come from
_HYPOTHESES_OF_WORD = 12
_SURELY_BLANK = float(np.log(0.99))
_BEAM_OF_GUESS = 150  # hypotheses for text that will be replaced
_OWN_WORDS = 1000  # that the n-grams are loaded for; with more they are loaded again
_BEAM_OF_WORD = 60  # hypotheses where one doubtful word is read once more
_ALWAYS, _NEVER = 0.9, 0.1  # shares of `ё` from which on, and up to which, what was heard does not count


@dataclass(frozen=True)
class _Utterance:
    """log_probs: (n_steps, n_labels), of all steps. searched: int64 (n,), numbers of the steps that the search sees.

    emissions: float32 (n + 1, n_columns), of those. words: those made already, by their first step and columns: most
    readings share most of them.
    """

    log_probs: np.ndarray
    searched: np.ndarray
    emissions: np.ndarray
    words: dict[tuple[int, bytes], TimedWord | None] = field(default_factory=dict)

    def path(self, hypothesis: Any) -> np.ndarray:
        """A column for each searched step. The search itself has one more before them, for silence, and others after
        them."""
        return np.array(hypothesis.tokens[1 : len(self.searched) + 1])


class Reading(NamedTuple):
    """The text of a hypothesis. score: in nats; of_ngrams: the language model's part of it, log10."""

    words: list[TimedWord]
    score: float
    of_ngrams: float


def searched_steps(log_probs: np.ndarray, blank: int) -> np.ndarray:
    """The indices of the steps to search, int64 (n,): of a run of surely blank ones only the first.

    Nearly half of the steps are skipped; the text does not change (Chen et al. 2016, phone synchronous decoding).
    """
    sure = log_probs[:, blank] >= _SURELY_BLANK
    return np.flatnonzero(~(sure & np.roll(sure, 1) & (np.arange(len(sure)) > 0)))


def _flat(log_probs: np.ndarray) -> bool:
    """Whether many letters are about as likely as the best one at some step."""
    near = log_probs >= log_probs.max(axis=1, keepdims=True) - _FLAT
    return bool(np.any(near.sum(axis=1) > _FEW_LETTERS)) or not np.isfinite(log_probs).any(axis=1).all()


class BeamDecoder:
    """CTC beam search over a lexicon with an n-gram model (Collobert et al. 2016), by flashlight-text.

    `е` and `ё` are one letter in the search; afterwards a word is spelled as it usually is, or as it was heard where
    both are usual. Words outside the lexicon come out letter by letter where that pays (see
    `engine.decode.lexicon_trie`).
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: LanguageModel,
        decode: DecodeConfig,
        own: Sequence[str] = (),
        commands: Sequence[str] = (),
    ):
        """own, commands: see `prefer`. Takes about a second. Raises LanguageModelDamaged."""
        self.alphabet, self._model, self._decode = alphabet, model, decode
        # N-grams first: the trie then reuses the memory that was needed to read the words.
        self._load_ngrams(max(_OWN_WORDS, 2 * (len(own) + len(commands))))
        self._lexicon = Lexicon(alphabet, model, decode, own, commands)
        self._columns = self._lexicon.columns
        self._letters = GreedyDecoder(alphabet)
        self._rescorer = load_rescorer(model)
        self._begin(own)
        return_freed_memory()

    def prefer(self, own: Sequence[str], commands: Sequence[str] = ()) -> None:
        """own: the person's words and phrases, normalised, in place of those given before; commands: the phrases of
        spoken commands, likewise. Takes a tenth of a second.

        Not while another thread decodes.
        """
        if len(own) + len(commands) > self._most_own:
            self._load_ngrams(2 * (len(own) + len(commands)))
        if own or commands or self._lexicon.has_preferred:
            self._lexicon.prefer(own, commands)
        self._begin(own)

    def _begin(self, own: Sequence[str]) -> None:
        """Sets up the searches for a lexicon with these own words."""
        self._own = {fold_yo(word): word for text in own for word in text.split()}
        self._search = self._searching(self._decode.beam_size, _FEW_TOKENS)
        self._search_flat = self._searching(self._decode.beam_size, _TOKENS)
        self._search_guess = self._searching(min(_BEAM_OF_GUESS, self._decode.beam_size), _FEW_TOKENS)
        self._search_word = self._searching(min(_BEAM_OF_WORD, self._decode.beam_size), _TOKENS)

    def _load_ngrams(self, most_own: int) -> None:
        """most_own: so many own words can be told apart. Raises LanguageModelDamaged."""
        from flashlight.lib.text.decoder.kenlm import KenLM
        from flashlight.lib.text.dictionary import Dictionary

        # "+" cannot begin a word, so that the n-grams score each own word as an unknown one, yet keep them apart.
        labels = Dictionary(["<unk>", *self._model.words, *(f"+{i}" for i in range(most_own))])
        try:
            self._ngrams, self._most_own = KenLM(narrow_path(self._model.ngrams), labels), most_own
        except RuntimeError as error:
            raise LanguageModelDamaged(path=self._model.folder, file=NGRAMS) from error

    def _searching(self, beam_size: int, tokens: int) -> Any:
        """A search that keeps beam_size hypotheses and considers a number of columns per step."""
        from flashlight.lib.text import decoder

        options = decoder.LexiconDecoderOptions(
            beam_size=beam_size,
            beam_size_token=tokens,
            beam_threshold=self._decode.beam_threshold,
            lm_weight=self._decode.lm_weight,
            word_score=self._decode.word_score,
            unk_score=float("-inf"),
            sil_score=0.0,
            log_add=True,
            criterion_type=decoder.CriterionType.CTC,
        )
        labels = self.alphabet.space, self.alphabet.blank, UNKNOWN
        return decoder.LexiconDecoder(options, self._lexicon.trie, self._ngrams, *labels, [], False)

    def decode(self, log_probs: np.ndarray, said: Sequence[str] = ()) -> list[TimedWord]:
        """See `Decoder`; log_probs: (n_steps, n_labels). Raises ValueError for another shape."""
        readings, evidence_of_words = self.with_evidence(log_probs, said)
        if not readings:
            return []
        (_, words), *others = readings
        words = with_confidence(words, evidence_of_words, self._decode.confidence)
        words = with_readings(words, [reading for _score, reading in others[: _READINGS - 1]])
        return [
            self._with_others(words, index, log_probs) if word.confidence < DOUBTFUL_BELOW else word
            for index, word in enumerate(words)
        ]

    def with_evidence(
        self, log_probs: np.ndarray, said: Sequence[str] = ()
    ) -> tuple[list[tuple[float, list[TimedWord]]], np.ndarray]:
        """Readings, the likeliest first, each with its score; and the evidence for each word of the first, as
        `engine.decode.confidence.evidence` gives it. Raises ValueError for another shape."""
        readings = self._weighed(self.readings(log_probs), said)
        if not readings:
            return [], np.empty((0, 0))
        words = readings[0][1]
        places = (window(words, index, len(log_probs)) for index in range(len(words)))
        heard = [self._letters.text(log_probs[first:end]) for first, end in places]
        return readings, evidence(readings, heard, [self._model.score(fold_yo(word.text)) for word in words])

    def readings(self, log_probs: np.ndarray) -> list[Reading]:
        """The readings of the search, the likeliest first, without the second reading. Raises as `decode`."""
        checked(log_probs, self.alphabet)
        search = self._search_flat if _flat(log_probs) else self._search
        return self._readings(log_probs, search, _HYPOTHESES)

    def guess(self, log_probs: np.ndarray) -> list[TimedWord]:
        """Words from a small beam, without alternatives, in a third of the time or less. Raises as `decode`."""
        checked(log_probs, self.alphabet)
        return next((reading.words for reading in self._readings(log_probs, self._search_guess, 1)), [])

    def _readings(self, log_probs: np.ndarray, search: Any, most: int) -> list[Reading]:
        """The readings of a search's best hypotheses, the likeliest first.

        most: hypotheses looked at. Of those of equal words only the first counts.
        """
        if not len(log_probs):
            return []
        searched = searched_steps(log_probs, self.alphabet.blank)
        emissions = self._columns.emissions(log_probs[searched], self._decode)
        utterance = _Utterance(log_probs, searched, emissions)
        readings: dict[tuple[str, ...], Reading] = {}
        for hypothesis in search.decode(emissions.ctypes.data, *emissions.shape)[:most]:
            words = self._words(utterance.path(hypothesis), utterance)
            reading = Reading(words, hypothesis.score, hypothesis.lmScore)
            readings.setdefault(tuple(word.text for word in words), reading)
        return list(readings.values())

    def _weighed(self, readings: Sequence[Reading], said: Sequence[str]) -> list[tuple[float, list[TimedWord]]]:
        """Readings, the likeliest first, each with its score: the language model's network, if any, has its say."""
        scored = [(reading.score, reading.words) for reading in readings]
        if not self._rescorer or len(readings) < 2:
            return scored
        log_probs = self._rescorer.log_probs([tuple(word.text for word in words) for _score, words in scored], said)
        of_ngrams = np.array([reading.of_ngrams for reading in readings])
        gains = self._rescorer.settings.gains(log_probs, of_ngrams).tolist()
        weighed = ((score + gain, words) for (score, words), gain in zip(scored, gains, strict=True))
        return sorted(weighed, key=lambda reading: -reading[0])

    def _with_others(self, words: Sequence[TimedWord], index: int, log_probs: np.ndarray) -> TimedWord:
        """A word with what its stretch alone could be: the beam of a whole utterance ends in few different words.

        Last comes what was heard there letter by letter.
        """
        first, end = window(words, index, len(log_probs))
        stretch = log_probs[first:end]
        readings = self._readings(stretch, self._search_word, _HYPOTHESES_OF_WORD)
        others = (SPACE.join(word.text for word in reading.words) for reading in readings)
        return with_heard(with_alternatives(words[index], others), self._letters.text(stretch))

    def text(self, log_probs: np.ndarray) -> str:
        """The words, joined by single spaces."""
        return SPACE.join(word.text for word in self.decode(log_probs))

    def _words(self, columns: np.ndarray, utterance: _Utterance) -> list[TimedWord]:
        """The search's path, one column per searched step, cut at its spaces."""
        parted = np.r_[True, self._columns.labels[columns] == self.alphabet.space, True]
        words = []
        for first, end in np.flatnonzero(parted[1:] != parted[:-1]).reshape(-1, 2).tolist():
            place = first, columns[first:end].tobytes()
            if place not in utterance.words:
                utterance.words[place] = self._word(first, columns[first:end], utterance)
            words.append(utterance.words[place])
        return [word for word in words if word is not None]

    def _word(self, start: int, columns: np.ndarray, utterance: _Utterance) -> TimedWord | None:
        """The word of some steps without a space, from step `start` of those searched; None of blanks alone.

        Confidence: as GreedyDecoder's, of the letters chosen here, until it is known what else speaks for it.
        """
        labels, steps = self._columns.labels[columns].tolist(), utterance.searched
        letters, first = [], 0
        for column, run in groupby(columns.tolist()):
            end = first + len(list(run))
            if (label := labels[first]) != self.alphabet.blank:
                best = float(utterance.emissions[start + first : start + end, label].max())
                letters.append(Letter(label, int(steps[start + first]), int(steps[start + end - 1]), best))
                free = self._columns.is_free(column)
            first = end
        if not letters:
            return None
        confidence = min(1.0, math.exp(sum(letter.log_prob for letter in letters) / len(letters)))
        text = self._spelled(letters, free, utterance.log_probs)
        return TimedWord(text, letters[0].first_step, letters[-1].last_step, confidence)

    def _spelled(self, letters: list[Letter], free: bool, log_probs: np.ndarray) -> str:
        """The word with `ё` as the person wrote it, as is usual, or as it was heard."""
        text = self.alphabet.decode(letter.label for letter in letters)
        if text in self._own:
            return self._own[text]
        if "ё" not in self.alphabet.letters:
            return text
        if free:
            heard = [self._heard_yo(letter, log_probs) for letter in letters]
            return "".join("ё" if char == "е" and yo else char for char, yo in zip(text, heard, strict=True))
        written, share = self._model.yo.get(text, (text, 0.0))
        if _NEVER < share < _ALWAYS:
            return written if self._heard_yo(letters[written.index("ё")], log_probs) else text
        return written if share >= _ALWAYS else text

    def _heard_yo(self, letter: Letter, log_probs: np.ndarray) -> bool:
        """Whether `ё` is likelier than `е` at a letter."""
        steps = slice(letter.first_step, letter.last_step + 1)
        plain, dotted = self.alphabet.letters.index("е"), self.alphabet.letters.index("ё")
        return bool(log_probs[steps, dotted].max() > log_probs[steps, plain].max())
