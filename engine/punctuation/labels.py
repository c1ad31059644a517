"""The output of the punctuation model for each word: the mark after it, and its form."""

from dataclasses import dataclass
from enum import IntEnum

MARKS = ("", ",", ".", "?", "!", ":", "—", "…", "-")  # "-" joins the word with the next one: кто-то
NO_MARK, COMMA, FULL_STOP, QUESTION, EXCLAMATION, COLON, DASH, ELLIPSIS, HYPHEN = range(len(MARKS))
ENDS = frozenset({FULL_STOP, QUESTION, EXCLAMATION, ELLIPSIS})  # of a sentence


class Form(IntEnum):
    """How a word is written regardless of its position; the capital of a sentence's first word comes from the mark
    before."""

    LOWER = 0
    CAPITAL = 1
    UPPER = 2


@dataclass(frozen=True)
class Label:
    """mark: index into MARKS."""

    mark: int = NO_MARK
    form: Form = Form.LOWER


PLAIN = Label()
