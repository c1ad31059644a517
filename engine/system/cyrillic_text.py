"""Text in one of the encodings of one byte a letter in which Russian was written: Windows', KOI8-R, that of DOS."""

ENCODINGS = ("cp1251", "koi8-r", "cp866")

_BY_FREQUENCY = {letter: rank for rank, letter in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё")}
_NO_LETTER, _CAPITAL_WITHIN = 60, 20  # ranks of what stands in no word, and added for a capital behind a small letter
_BETTER = 3.0  # ranks; less is chance
_SAMPLE_BYTES = 100_000


def decode_cyrillic(content: bytes) -> str:
    """Read so that its letters are those that are frequent; as Windows' where that does not tell.

    Bytes without a meaning become replacement characters.
    """
    sample = content[:_SAMPLE_BYTES]
    ranks = {encoding: _mean_rank(sample.decode(encoding, "replace")) for encoding in ENCODINGS}
    best = min(ENCODINGS, key=ranks.__getitem__)
    return content.decode(best if ranks[best] < ranks["cp1251"] - _BETTER else "cp1251", "replace")


def _mean_rank(text: str) -> float:
    """Of its letters by frequency; of all that is not ASCII."""
    ranks, before = [], ""
    for letter in text:
        if not letter.isascii():
            rank = _BY_FREQUENCY.get(letter.lower(), _NO_LETTER)
            ranks.append(rank + _CAPITAL_WITHIN * (letter.isupper() and before.islower()))
        before = letter
    return sum(ranks) / max(1, len(ranks))
