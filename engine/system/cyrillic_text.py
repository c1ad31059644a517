"""Russian text in whatever encoding it was written: Unicode, or one byte per letter (Windows, KOI8-R, DOS)."""

import codecs

ENCODINGS = ("cp1251", "koi8-r", "cp866")

_BY_FREQUENCY = {letter: rank for rank, letter in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё")}
_NO_LETTER = 60  # rank of characters outside words
_CAPITAL_WITHIN = 20  # ranks added for a capital after a lower-case letter
_BETTER = 3.0  # ranks; a smaller difference is chance
_SAMPLE_BYTES = 100_000
_MARKS = {  # the mark of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FEWEST_NULS = 0.2  # share of the characters in UTF-16 without a mark: Latin letters, or only spaces and punctuation
_HIGHEST_PLANE = 0x10  # of Unicode: the second byte of a character in UTF-32


def encoding_of(content: bytes) -> str:
    """Python's name of the encoding, from a text or its beginning: by the byte order mark, or by its bytes."""
    sample = content[:_SAMPLE_BYTES]
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    if encoding := _wide_encoding(sample):
        return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # its last character may be cut
    except UnicodeDecodeError:
        return _narrow_encoding(sample)
    return "utf-8"


def decode_text(content: bytes) -> str:
    """A whole text. Bytes without a meaning become replacement characters."""
    encoding = encoding_of(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode(_narrow_encoding(content) if encoding == "utf-8" else encoding, "replace")


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark; empty for other encodings."""
    whole = sample[: len(sample) // 4 * 4]
    if whole:
        for encoding, top, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
            if not any(whole[top::4]) and max(whole[plane::4]) <= _HIGHEST_PLANE:
                return encoding
    nuls = [sample[start::2].count(0) for start in (0, 1)]
    if not sample or max(nuls) < _FEWEST_NULS * len(sample) / 2:
        return ""
    return "utf-16-be" if nuls[0] > nuls[1] else "utf-16-le"


def _narrow_encoding(content: bytes) -> str:
    """The encoding in which its letters are frequent ones; that of Windows if all are about equal."""
    sample = content[:_SAMPLE_BYTES]
    ranks = {encoding: _mean_rank(sample.decode(encoding, "replace")) for encoding in ENCODINGS}
    best = min(ENCODINGS, key=ranks.__getitem__)
    return best if ranks[best] < ranks["cp1251"] - _BETTER else "cp1251"


def _mean_rank(text: str) -> float:
    """Mean frequency rank of the characters that are not ASCII."""
    ranks, previous = [], ""
    for letter in text:
        if not letter.isascii():
            rank = _BY_FREQUENCY.get(letter.lower(), _NO_LETTER)
            ranks.append(rank + _CAPITAL_WITHIN * (letter.isupper() and previous.islower()))
        previous = letter
    return sum(ranks) / max(1, len(ranks))
