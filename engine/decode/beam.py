"""Beam search with a language model: log-probabilities -> words that people say, and others spelled as heard."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from engine.alphabet import SPACE, Alphabet, fold_yo
from engine.config import DecodeConfig
from engine.decode.alternatives import DOUBTFUL_BELOW, window, with_alternatives, with_heard, with_readings
from engine.decode.greedy import GreedyDecoder, Letter, TimedWord, checked
from engine.decode.language_model import NGRAMS, LanguageModel
from engine.decode.lexicon_trie import UNKNOWN, Lexicon
from engine.errors import LanguageModelDamaged
from engine.system.ansi_path import narrow_path

_FEW_TOKENS, _TOKENS = 24, 80  # columns looked at in a step, the likeliest ones; few are faster, and mostly no worse
_FLAT, _FEW_LETTERS = 1.0, 12  # nats below the best of a step; letters so near it that few columns may not do
_READINGS, _READINGS_OF_WORD = 8, 12  # looked at, of an utterance and of a doubtful word
_THRESHOLD = 25.0  # nats below the best
_BEAM_OF_WORD = 60  # hypotheses where one doubtful word is read once more
_ALWAYS, _NEVER = 0.9, 0.1  # shares of `ё` from which on, and up to which, what was heard does not count


def _path(reading, log_probs: np.ndarray) -> Sequence[int]:
    """A column for each step. The search has one more before them, for silence, and others after them."""
    return reading.tokens[1 : len(log_probs) + 1]


def _flat(log_probs: np.ndarray) -> bool:
    """Whether at some step many letters are about as likely as the best one."""
    near = log_probs >= log_probs.max(axis=1, keepdims=True) - _FLAT
    return bool(np.any(near.sum(axis=1) > _FEW_LETTERS)) or not np.isfinite(log_probs).any(axis=1).all()


class BeamDecoder:
    """CTC beam search over a lexicon with an n-gram model (Collobert et al. 2016), by flashlight-text.

    `е` and `ё` are one letter in the search; afterwards a word is spelled as it usually is, or as it was heard where
    both are usual. Words outside the lexicon come out letter by letter where that pays (see
    `engine.decode.lexicon_trie`).
    """

    def __init__(self, alphabet: Alphabet, model: LanguageModel, decode: DecodeConfig, own: Sequence[str] = ()):
        """own: see `prefer`. Takes about a second. Raises LanguageModelDamaged."""
        self.alphabet, self._model, self._decode = alphabet, model, decode
        self._lexicon = Lexicon(alphabet, model, decode)
        self._columns = self._lexicon.columns
        self._letters = GreedyDecoder(alphabet)
        self.prefer(own)

    def prefer(self, own: Sequence[str]) -> None:
        """own: the person's words and phrases, normalised, in place of those given before; takes a third of a second.

        Not while another thread decodes.
        """
        from flashlight.lib.text.decoder.kenlm import KenLM
        from flashlight.lib.text.dictionary import Dictionary

        self._own = {fold_yo(word): word for text in own for word in text.split()}
        if own or self._lexicon.has_own:
            self._lexicon.prefer(own)
        try:
            self._ngrams = KenLM(narrow_path(self._model.ngrams), Dictionary(self._lexicon.tokens))
        except RuntimeError as error:
            raise LanguageModelDamaged(path=self._model.folder, file=NGRAMS) from error
        self._search = self._searching(self._decode.beam_size, _FEW_TOKENS)
        self._search_flat = self._searching(self._decode.beam_size, _TOKENS)
        self._search_word = self._searching(min(_BEAM_OF_WORD, self._decode.beam_size), _TOKENS)

    def _searching(self, beam_size: int, tokens: int):
        """A search that keeps so many hypotheses and looks at so many columns in a step."""
        from flashlight.lib.text import decoder

        options = decoder.LexiconDecoderOptions(
            beam_size=beam_size,
            beam_size_token=tokens,
            beam_threshold=_THRESHOLD,
            lm_weight=self._decode.lm_weight,
            word_score=self._decode.word_score,
            unk_score=float("-inf"),
            sil_score=0.0,
            log_add=True,
            criterion_type=decoder.CriterionType.CTC,
        )
        labels = self.alphabet.space, self.alphabet.blank, UNKNOWN
        return decoder.LexiconDecoder(options, self._lexicon.trie, self._ngrams, *labels, [], False)

    def decode(self, log_probs: np.ndarray) -> list[TimedWord]:
        """Words of log_probs (n_steps, n_labels). Raises ValueError for another shape."""
        checked(log_probs, self.alphabet)
        if not len(log_probs):
            return []
        emissions = self._columns.emissions(log_probs, self._decode)
        found = (self._search_flat if _flat(log_probs) else self._search).decode(
            emissions.ctypes.data, *emissions.shape
        )
        if not found:
            return []
        readings = [self._words(_path(reading, log_probs), emissions, log_probs) for reading in found[:_READINGS]]
        words = with_readings(readings[0], readings[1:])
        return [
            self._with_others(words, index, log_probs) if word.confidence < DOUBTFUL_BELOW else word
            for index, word in enumerate(words)
        ]

    def _with_others(self, words: Sequence[TimedWord], index: int, log_probs: np.ndarray) -> TimedWord:
        """A word with what its stretch alone could be: the beam of a whole utterance ends in few different words.

        Last comes what was heard there letter by letter.
        """
        first, end = window(words, index, len(log_probs))
        here = np.ascontiguousarray(log_probs[first:end])
        emissions = self._columns.emissions(here, self._decode)
        found = self._search_word.decode(emissions.ctypes.data, *emissions.shape)[:_READINGS_OF_WORD]
        readings = (self._words(_path(reading, here), emissions, here) for reading in found)
        others = (SPACE.join(word.text for word in reading) for reading in readings)
        return with_heard(with_alternatives(words[index], others), self._letters.text(here))

    def text(self, log_probs: np.ndarray) -> str:
        """The words, joined by single spaces."""
        return SPACE.join(word.text for word in self.decode(log_probs))

    def _words(self, columns: Sequence[int], emissions: np.ndarray, log_probs: np.ndarray) -> list[TimedWord]:
        """The search's path, one column a step, cut at its spaces."""
        path = [self._columns.label(column) for column in columns]
        words, letters, first = [], [], 0
        for label, run in groupby([*path, self.alphabet.space]):
            last = first + len(list(run)) - 1
            if label == self.alphabet.space and letters:
                free = self._columns.is_free(columns[letters[0].first_step])
                words.append(self._word(letters, free, log_probs))
                letters = []
            elif label not in (self.alphabet.space, self.alphabet.blank):
                letters.append(Letter(label, first, last, float(emissions[first : last + 1, label].max())))
            first = last + 1
        return words

    def _word(self, letters: list[Letter], free: bool, log_probs: np.ndarray) -> TimedWord:
        """free: it was spelled freely. Confidence: as GreedyDecoder's, of the letters chosen here."""
        confidence = min(1.0, float(np.exp(np.mean([letter.log_prob for letter in letters]))))
        text = self._spelled(letters, free, log_probs)
        return TimedWord(text, letters[0].first_step, letters[-1].last_step, confidence)

    def _spelled(self, letters: list[Letter], free: bool, log_probs: np.ndarray) -> str:
        """`ё` where it belongs: as the person wrote it, as it is usual, or as it was heard."""
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
        """Whether `ё` is likelier than `е` where a letter is."""
        steps = slice(letter.first_step, letter.last_step + 1)
        plain, dotted = self.alphabet.letters.index("е"), self.alphabet.letters.index("ё")
        return bool(log_probs[steps, dotted].max() > log_probs[steps, plain].max())
