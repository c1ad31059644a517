"""What the beam search may spell: known words, own words, spoken commands, and, at a price, anything else.

The search of flashlight-text walks a trie whose branches are columns of a matrix. Beside the network's labels there
are columns of our own, so that one trie holds it all:

    label          0 ... blank            as the network gives them
    own end        the space after an own word or a spoken command; the reward is added to it
    free letters   the letters again, for words that are spelled freely; only what is nearly the likeliest in a step
    free ends      the space after a freely spelled word, one for each number of letters; its price is added to it

A trie node may have several parents, so the free spelling needs one node for each place and letter only. That lets the
search take all spellings that end alike for one and add up their probabilities: without the bound on free letters,
a thousand unlikely spellings together outdo the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.alphabet import SPACE, Alphabet, fold_yo
from engine.config import DecodeConfig
from engine.decode.language_model import LanguageModel

LONGEST_FREE = 24  # letters
_PROMISED_FROM = 4  # letters of a spoken command, from which on the search looks forward to it
UNKNOWN = 0  # the label of whatever the n-grams do not know
_IMPOSSIBLE = -1e4  # nats; an infinity would spoil the search's sums
_LEAST = -30.0
_LEAST_WEIGHT = 1e-3
_FOREIGN = 255  # no label: a letter that the alphabet lacks
_NEARLY = 2.0  # nats below the likeliest label of a step


@dataclass(frozen=True)
class Columns:
    """Where the columns are, for an alphabet."""

    alphabet: Alphabet

    @property
    def own_end(self) -> int:
        """Column of the end of one of the person's own words."""
        return self.alphabet.n_labels

    @property
    def free_letters(self) -> int:
        """First column of the letters of free words."""
        return self.own_end + 1

    @property
    def free_ends(self) -> int:
        """First column of the ends of free words, by their length."""
        return self.free_letters + self.alphabet.n_labels

    @property
    def n(self) -> int:
        """How many columns there are."""
        return self.free_ends + LONGEST_FREE

    def is_free(self, column: int) -> bool:
        """Whether it is a letter of a freely spelled word."""
        return self.free_letters <= column < self.free_ends

    @cached_property
    def labels(self) -> np.ndarray:
        """int64 (n,): the network's label that each column stands for."""
        own = np.arange(self.alphabet.n_labels)
        return np.concatenate([own, [self.alphabet.space], own, np.full(LONGEST_FREE, self.alphabet.space)])

    def emissions(self, log_probs: np.ndarray, decode: DecodeConfig) -> np.ndarray:
        """log_probs (n_steps, n_labels) as float32 (n_steps + 1, n); the step more closes the last word."""
        n_labels = self.alphabet.n_labels
        result = np.full((len(log_probs) + 1, self.n), _IMPOSSIBLE, np.float32)
        result[:-1, :n_labels] = np.maximum(np.nan_to_num(log_probs, nan=_LEAST), _LEAST)
        letters = self.alphabet.letters
        if "ё" in letters and "е" in letters:
            plain, dotted = letters.index("е"), letters.index("ё")
            result[:-1, plain] = np.logaddexp(result[:-1, plain], result[:-1, dotted])
            result[:-1, dotted] = _IMPOSSIBLE
        result[:-1, self.alphabet.blank] -= decode.blank_price
        result[:-1, self.alphabet.space] -= decode.space_price
        result[-1, self.alphabet.space] = 0.0
        space = result[:, self.alphabet.space]
        result[:, self.own_end] = space + decode.own_word_score
        likely = result[:, :n_labels] >= result[:, :n_labels].max(axis=1, keepdims=True) - _NEARLY
        likely[:, [self.alphabet.space, self.alphabet.blank]] = False
        result[:, self.free_letters : self.free_ends] = np.where(likely, result[:, :n_labels], _IMPOSSIBLE)
        result[:, self.free_ends :] = space[:, None] - free_prices(decode)
        return np.ascontiguousarray(result)


def free_prices(decode: DecodeConfig) -> np.ndarray:
    """What a freely spelled word of 1, 2, ... letters costs beside the n-grams' score of an unknown one, in nats."""
    return decode.free_word_price + decode.free_letter_price * np.arange(1, LONGEST_FREE + 1)


def spellings(words: Sequence[str], alphabet: Alphabet) -> tuple[bytes, list[int]]:
    """The labels of all words, one after another, a space after each; and where each word ends.

    A quarter of the time that spelling one word after another takes.
    """
    codes = np.frombuffer("".join(f"{word}{SPACE}" for word in words).encode("utf-32-le"), "<u4")
    label_of = np.full(max(int(codes.max(initial=0)), *map(ord, alphabet.letters)) + 1, _FOREIGN, np.uint8)
    label_of[[ord(letter) for letter in alphabet.letters]] = range(len(alphabet.letters))
    return label_of[codes].tobytes(), (np.flatnonzero(codes == ord(SPACE)) + 1).tolist()


class Lexicon:
    """trie: of flashlight-text. Labels: 0 for what the n-grams do not know, words from 1 on, own words after them."""

    def __init__(
        self,
        alphabet: Alphabet,
        model: LanguageModel,
        decode: DecodeConfig,
        own: Sequence[str] = (),
        commands: Sequence[str] = (),
    ):
        """own, commands: see `prefer`. Takes about a second for 500,000 words."""
        from flashlight.lib.text.decoder import Trie

        self.columns = Columns(alphabet)
        self._model, self._decode = model, decode
        self.trie = Trie(self.columns.n, alphabet.space)
        self._insert_words()
        self._free = self._free_nodes()
        self._preferred: list[list[int]] = []
        self.prefer(own, commands)

    @property
    def has_preferred(self) -> bool:
        """Whether there are own words or spoken commands."""
        return bool(self._preferred)

    def prefer(self, own: Sequence[str], commands: Sequence[str] = ()) -> None:
        """own: the person's words and phrases, normalised, in place of those given before; commands: the phrases of
        spoken commands, likewise.

        A command promises its score only to what is nearly sure to be it: words that merely begin alike are searched
        as ever, so that text without commands does not change.
        """
        from flashlight.lib.text.decoder import SmearingMode

        root = self.trie.search([])
        # Smearing walks every path there is, and of those that spell freely there is no end.
        root.children = {n: node for n, node in root.children.items() if n not in self._free}
        for spelling in self._preferred:
            node = self.trie.search(spelling)
            node.labels, node.scores = [], []
        reward = self._decode.own_word_score / max(self._decode.lm_weight, _LEAST_WEIGHT)
        first, score = 1 + len(self._model.scores), self._model.unknown + reward
        owned = self._insert_preferred(own, first, score)
        commanded = self._insert_preferred(commands, first + len(own), -np.inf)
        self._preferred = owned + commanded
        self.trie.smear(SmearingMode.MAX)
        for spelling in commanded:
            for end in range(1, len(spelling) + 1):
                node = self.trie.search(spelling[:end])
                if end >= _PROMISED_FROM or not np.isfinite(node.max_score):
                    node.max_score = score
        root.children = {**root.children, **self._free}

    def _insert_preferred(self, phrases: Sequence[str], first_label: int, score: float) -> list[list[int]]:
        """Returns how those phrases are spelled that the alphabet has the letters of."""
        alphabet, spelled = self.columns.alphabet, []
        for label, text in enumerate(map(fold_yo, phrases), start=first_label):
            if not alphabet.foreign(text):
                spelled.append([*alphabet.encode(text).tolist(), self.columns.own_end])
                self.trie.insert(spelled[-1], label, score)
        return spelled

    def _insert_words(self) -> None:
        insert, start = self.trie.insert, 0
        spelled, ends = spellings(self._model.words, self.columns.alphabet)
        for label, (end, score) in enumerate(zip(ends, self._model.scores.tolist(), strict=True), start=1):
            if _FOREIGN not in (spelling := spelled[start:end]):
                insert(list(spelling), label, score)
            start = end

    def _free_nodes(self) -> dict[int, Any]:
        """The nodes that may begin a freely spelled word, by column. Each promises what a word ending there gets."""
        from flashlight.lib.text.decoder import TrieNode

        columns, alphabet, unknown = self.columns, self.columns.alphabet, self._model.unknown
        letters = [columns.free_letters + i for i, letter in enumerate(alphabet.letters) if letter not in (SPACE, "ё")]
        promised = unknown - free_prices(self._decode) / max(self._decode.lm_weight, _LEAST_WEIGHT)
        end = TrieNode(alphabet.space)
        end.labels, end.scores, end.max_score = [UNKNOWN], [unknown], unknown
        following: dict[int, Any] = {}
        for place in range(LONGEST_FREE - 1, -1, -1):
            children, nodes = {**following, columns.free_ends + place: end}, {}
            for column in letters:
                nodes[column] = TrieNode(column)
                nodes[column].children, nodes[column].max_score = children, float(promised[place])
            following = nodes
        return following
