"""Marks on text that every room may use: words and blanks, `ё` as `е`, sentences to translate. Imports only re."""

import re

NO_BREAK = "\N{NO-BREAK SPACE}"
# A no-break space joins what it stands between, as in 10 000 and 5 %; but a dash behind one is a word of its own.
WORD = re.compile(r"\S+(?:[\u00a0\u202f](?![—–](?:\s|$))\S+)*")


def N_(message: str) -> str:  # noqa: N802 - as gettext's users call it
    """Marks a sentence where it is written but not yet said; `gui.core.i18n._` of it translates it later."""
    return message


def fold_yo(text: str) -> str:
    """`ё` as `е`: error rates take the two for one letter."""
    return text.replace("ё", "е")


def words_of(text: str) -> list[str]:
    """The words of a text, marks and all, without the blanks between them."""
    return WORD.findall(text)
