"""Typographic spaces: no-break spaces where a line must not end.

As in Milchin's handbook: before a dash, after one that begins a line of a dialogue and, optionally, after
one-letter prepositions and conjunctions. Only the kind of a blank changes.
"""

import re

from engine.text_marks import NO_BREAK

_BEFORE_DASH = re.compile(r"(?<=\S) (?=[—–](\s|$))")
_LINE_OF_DIALOGUE = re.compile(r"^([—–]) (?=\S)", re.MULTILINE)
_SHORT_WORD = re.compile(r"(?<![^\s«(„“])([вксуоиа]) (?=\w)", re.IGNORECASE)


def typeset(text: str, binds_short_words: bool = False) -> str:
    """binds_short_words: no line ends after «в», «к», «с», «у», «о», «и», «а»."""
    text = _LINE_OF_DIALOGUE.sub(rf"\1{NO_BREAK}", _BEFORE_DASH.sub(NO_BREAK, text))
    return _SHORT_WORD.sub(rf"\1{NO_BREAK}", text) if binds_short_words else text
