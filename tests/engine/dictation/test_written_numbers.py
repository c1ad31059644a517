"""Pairs of what is said and what is written, by subject: cardinals, dates, times, money, what stays a word, ...

`~` in the table stands for a no-break space.
"""

from pathlib import Path

import pytest

from engine.dictation.numbers import with_digits

TABLE = Path(__file__).with_name("written_numbers.tsv")


def pairs() -> dict[str, list[tuple[str, str]]]:
    """Subject -> pairs of said and written."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        subject, said, written = line.replace("~", "\N{NO-BREAK SPACE}").split("\t")
        found.setdefault(subject, []).append((said, written))
    return found


PAIRS = pairs()


def written(said: str) -> str:
    return " ".join(text for _n, text in with_digits(said.split()))


@pytest.mark.parametrize("subject", PAIRS)
def test_said_and_written(subject):
    assert [(said, written(said)) for said, _ in PAIRS[subject]] == PAIRS[subject]


def test_the_table_is_large_enough_and_says_nothing_twice():
    said = [said for subject in PAIRS.values() for said, _ in subject]
    assert len(said) >= 300
    assert len(set(said)) == len(said)
