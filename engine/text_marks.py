"""Text helpers for every room: words and blanks, `ё` as `е`, sentences to translate, strangers' names.

Imports only re and what types need.
"""

import re
from collections.abc import Mapping

NO_BREAK = "\N{NO-BREAK SPACE}"
# A no-break space joins what it stands between, as in 10 000 and 5 %; but a dash behind one is a word of its own.
WORD = re.compile(r"\S+(?:[\u00a0\u202f](?![—–](?:\s|$))\S+)*")

# Controls except tab and line end, marks that change the writing direction, line separators, surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def N_(message: str) -> str:  # noqa: N802 - as gettext's users call it
    """Marks a sentence for translation; `gui.core.i18n._` translates it later."""
    return message


def filled(sentence: str, fields: Mapping[str, object]) -> str:
    """The sentence with each {name} filled in. Unlike `str.format` it takes no widths and reads no attributes, because
    a file may have written the sentence. Raises KeyError."""
    return _PLACEHOLDER.sub(lambda match: str(fields[match[1]]), sentence)


def fold_yo(text: str) -> str:
    """`ё` as `е`: error rates count the two as one letter."""
    return text.replace("ё", "е")


def visible(text: str) -> str:
    """A stranger's text made safe to show: escapes what would act on the terminal or change the writing direction."""
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def in_line(text: str) -> str:
    """The same on one line, as names stand in sentences and lists: tabs and line ends are escaped too."""
    return visible(text).replace("\t", "\\t").replace("\n", "\\n")


def words_of(text: str) -> list[str]:
    """The words of a text, including their marks, without the blanks between them."""
    return WORD.findall(text)
