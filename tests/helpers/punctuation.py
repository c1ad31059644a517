"""A punctuator that knows a text by heart, for tests of what is made of its answers."""

from collections.abc import Sequence
from dataclasses import replace

from engine.punctuation.labels import ENDS, FULL_STOP, MARKS, PLAIN, Form, Label


class ByHeart:
    """Labels by the word alone. written: how words are to be written, such as "Москва," or "что-" or "дом —"."""

    def __init__(self, written: str):
        self._labels: dict[str, Label] = {}
        for text in written.replace(" —", "—").split():
            mark = text[-1] if text[-1] in MARKS else ""
            word = text.removesuffix(mark)
            form = Form.UPPER if word.isupper() and len(word) > 1 else Form(int(word[0].isupper()))
            self._labels[word.lower()] = Label(MARKS.index(mark), form)

    def forget(self) -> None:
        """Knows no mark any more."""
        self._labels.clear()

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        assert len(words) == len(pauses_s)
        found = [self._labels.get(word, PLAIN) for word in words]
        if is_over and found[-1].mark not in ENDS:
            found[-1] = replace(found[-1], mark=FULL_STOP)
        return found


class Ready:
    """In place of a LazyPunctuator: a punctuator that is loaded already, or the reason why it cannot be."""

    def __init__(self, punctuator: ByHeart | None, error: Exception | None = None):
        self._punctuator, self.error = punctuator, error

    def load(self) -> ByHeart | None:
        return self._punctuator
