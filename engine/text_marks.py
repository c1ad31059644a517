"""Marks on text that every room may use: words and blanks, `ё` as `е`, sentences to translate, strangers' names.

Imports only re and what types need.
"""

import re
from collections.abc import Mapping

NO_BREAK = "\N{NO-BREAK SPACE}"
# A no-break space joins what it stands between, as in 10 000 and 5 %; but a dash behind one is a word of its own.
WORD = re.compile(r"\S+(?:[\u00a0\u202f](?![—–](?:\s|$))\S+)*")

# Controls but for tab and line end, marks that turn the direction of writing, separators of lines, halves of pairs.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def N_(message: str) -> str:  # noqa: N802 - as gettext's users call it
    """Marks a sentence where it is written but not yet said; `gui.core.i18n._` of it translates it later."""
    return message


def filled(sentence: str, fields: Mapping[str, object]) -> str:
    """The sentence with each {name} filled in. Unlike `str.format` it takes no widths and looks into no object, for a
    file may have written the sentence. Raises KeyError."""
    return _PLACEHOLDER.sub(lambda found: str(fields[found[1]]), sentence)


def fold_yo(text: str) -> str:
    """`ё` as `е`: error rates take the two for one letter."""
    return text.replace("ё", "е")


def visible(text: str) -> str:
    """A stranger's text to be shown: what would act on the terminal or turn the line around stands as its number."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def words_of(text: str) -> list[str]:
    """The words of a text, marks and all, without the blanks between them."""
    return WORD.findall(text)
