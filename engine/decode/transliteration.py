"""Transliteration of Latin words into Russian letters: a guessed spoken form for own words that have none.

Letter by letter, with the commonest English digraphs. A person can correct it: `Chrome = хром`.
"""

import re
import unicodedata

_DIGRAPHS = {
    **{"sch": "ш", "tch": "ч", "igh": "ай", "tion": "шн", "you": "ю", "sh": "ш", "ch": "ч", "ph": "ф", "th": "т"},
    **{"kh": "х", "zh": "ж", "ck": "к", "qu": "кв", "oo": "у", "ee": "и", "ea": "и", "ou": "ау", "ow": "оу"},
    **{"ai": "ей", "ay": "ей", "ue": "ю", "ew": "ью", "ya": "я", "yu": "ю", "yo": "йо", "ye": "е", "wh": "в"},
    **{"ce": "се", "ci": "си", "cy": "си", "ge": "дже", "gi": "джи", "x": "кс", "j": "дж", "y": "и"},
}
_LETTERS = dict(zip("abcdefghiklmnopqrstuvwz", "абкдефгхиклмнопкрстуввз", strict=True))
_RUSSIAN = {**_LETTERS, **_DIGRAPHS}
_PART = re.compile("|".join(sorted(_RUSSIAN, key=len, reverse=True)))
_APPLE = re.compile(r"\bi(?=[A-Z])")  # iPhone, iPad
_SILENT_E = re.compile(r"(?<=[a-z][a-z])e\b")
_FIRST_E = re.compile(r"\be(?=[a-z])")
_TWICE = re.compile(r"([бвгджзклмнпрстфх])\1")


def transliterated(text: str) -> str:
    """The text in lower case; other than Latin letters stay."""
    latin = _without_accents(_APPLE.sub("ай", text)).lower()
    russian = _PART.sub(lambda part: _RUSSIAN[part[0]], _FIRST_E.sub("э", _SILENT_E.sub("", latin)))
    return _TWICE.sub(r"\1", russian)


def _without_accents(text: str) -> str:
    """Removes accents from Latin letters only: «й» and «ё» keep theirs."""
    return unicodedata.normalize("NFC", re.sub("(?<=[A-Za-z])[\u0300-\u036f]+", "", unicodedata.normalize("NFD", text)))
