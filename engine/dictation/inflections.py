"""The other cases of a noun or name given in the nominative: Яндекс, Яндексу; Мария, Марии.

Formed by the last letters, with Zaliznyak's endings without changes in the stem: forms with a fleeting vowel (Лев,
Льва) or without an ending are missing. Some results may not be forms of the word; none is shorter than its stem.
"""

import re

_SHORTEST = 4  # letters; too many other words begin like shorter ones
_WORD = re.compile("[а-я]+")
_ENDINGS = (  # the first match counts: a word's ending, how many letters are removed, and what replaces them
    (r"[а-я]*[сц]кий", 2, "ого ому им ом ая ую ой ие их ими"),
    (r"[а-я]*[^аеиоуыэюя]ый", 2, "ого ому ым ом ая ую ой ые ых ыми"),
    (r"[а-я]*ний", 2, "ия ию ием ии его ему им ем яя юю ей ие их ими"),
    (r"[а-я]*[аеиоуыэюя]й", 1, "я ю ем е и ев ям ями ях"),
    (r"[а-я]*(ов|ев|ин|ын)", 0, "а у ым ом е ы ых ыми"),
    (r"[а-я]*[гкхжшчщ]", 0, "а у ом ем е и ов ей ам ами ах"),
    (r"[а-я]*[бвдзлмнпрстфц]", 0, "а у ом ем е ы ов ев ам ами ах"),
    (r"[а-я]*[гкхжшчщ]а", 1, "и е у ой ей ою ею ам ами ах"),
    (r"[а-я]*[бвдзлмнпрстфц]а", 1, "ы е у ой ею ою ам ами ах"),
    (r"[а-я]*я", 1, "и е ю ей ею ям ями ях"),
    (r"[а-я]*ь", 1, "я ю ем е и ью ей ям ями ях"),
)


def inflections(word: str) -> dict[str, int]:
    """word: lower case, `ё` folded. Its other forms, each with how many letters of the word it begins with."""
    if len(word) < _SHORTEST or not _WORD.fullmatch(word):
        return {}
    for pattern, n_gone, endings in _ENDINGS:
        if re.fullmatch(pattern, word):
            n_kept = len(word) - n_gone
            return {word[:n_kept] + ending: n_kept for ending in endings.split()}
    return {}
