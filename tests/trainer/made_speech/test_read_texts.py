"""A reading is found in the right book, and the book says what was read."""

import numpy as np
import pytest

from engine.decode.greedy import TimedWord
from trainer.errors import CorpusError
from trainer.made_speech.match_readings import Library, read_stretches

_SYLLABLES = [a + b for a in "бвгдзклмнпрст" for b in "аеиоуы"]


def _book(seed: int, n_words: int = 4000) -> list[str]:
    rng = np.random.default_rng(seed)
    known = ["".join(rng.choice(_SYLLABLES, rng.integers(1, 4))) for _ in range(1500)]
    return [known[i] for i in np.minimum(rng.zipf(1.3, n_words), 1499)]


def _misheard(words: list[str], share: float, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(_SYLLABLES, 2)) if rng.random() < share else word for word in words]


def _timed(words: list[str], steps_a_letter: int = 2) -> list[TimedWord]:
    timed, at = [], 5
    for word in words:
        last = at + steps_a_letter * len(word) - 1
        timed.append(TimedWord(word, at, last, 0.9))
        at = last + steps_a_letter + 1
    return timed


@pytest.fixture
def books(tmp_path):
    paths = []
    for seed in (1, 2):
        words = _book(seed)
        lines = [" ".join(words[i : i + 10]).capitalize() + "." for i in range(0, len(words), 10)]
        paths.append(tmp_path / f"book{seed}.txt")
        paths[-1].write_text("\n".join(lines), encoding="utf-8")
    return paths


def test_the_place_is_found_though_half_the_words_were_misheard(books):
    library, book = Library(books), _book(2)
    passage = library.passage(_misheard(book[2000:2120], 0.5))
    assert " ".join(book[2000:2120]) in " ".join(passage)
    assert len(passage) < 400


def test_what_is_in_no_book_is_not_found(books):
    library = Library(books)
    assert library.passage(_book(7)[:120]) is None
    assert library.passage(_misheard(_book(2)[2000:2120], 1.0)) is None
    assert library.passage(_book(2)[2000:2010]) is None  # too little to tell
    assert library.passage([]) is None


def test_the_text_between_words_that_were_heard_right_is_what_was_said(books):
    book = _book(2)
    said = book[2000:2120]
    heard = _timed(said)
    wrong = _misheard(said, 0.4)
    words = [TimedWord(text, word.first_step, word.last_step, 0.5) for text, word in zip(wrong, heard, strict=True)]
    n_steps = heard[-1].last_step + 10
    found = read_stretches(words, Library(books).passage(wrong), n_steps)
    assert sum(one.end_step - one.start_step for one in found) > 0.8 * n_steps
    starts = {word.first_step: i for i, word in enumerate(heard)}
    for one in found:
        first = starts[min(starts, key=lambda step: abs(step - one.start_step))]
        words_in_it = one.text.split()
        assert said[first : first + len(words_in_it)] == words_in_it
        assert 0 <= one.start_step < one.end_step <= n_steps
        assert one.end_step - one.start_step <= 300


def _stretches(words: list[str], n: int, length: int = 8) -> list[str]:
    return [" ".join(words[i : i + length]) for i in range(0, n * length, length)]


def test_a_recording_is_a_reading_where_three_of_its_stretches_are_in_the_texts(books):
    library, book = Library(books), _book(2)
    elsewhere = _stretches(_book(7), 9)
    assert library.holds([*elsewhere, *_stretches(book[1000:], 3)])
    assert not library.holds([*elsewhere, *_stretches(book[1000:], 2)])
    assert not library.holds(elsewhere)
    assert not library.holds([])


def test_half_the_runs_of_four_words_make_a_stretch_one_of_the_texts(books):
    library, said = Library(books), _book(2)[1000:1009]  # nine words, six runs
    assert library.holds([" ".join(["ъъъ", *said[1:7], "ъъъ", "ъъъ"])] * 3)  # three of six
    assert not library.holds([" ".join(["ъъъ", *said[1:6], "ъъъ", "ъъъ", "ъъъ"])] * 3)  # two of six
    assert not library.holds([" ".join(said[:3])] * 3), "too short to tell"
    assert not library.holds([" ".join([*said[:2], *said[6:8]])] * 3), "pairs of words are anywhere"


def test_where_the_reader_left_the_text_nothing_is_taken():
    passage = _book(3)[:90]
    heard = _timed(passage[:30] + _book(4)[:60] + passage[60:])
    found = read_stretches(heard, passage, heard[-1].last_step + 10)
    for one in found:
        assert one.end_step <= heard[30].first_step or one.start_step >= heard[89].last_step - 2
    assert len(found) >= 2


def test_a_text_read_far_too_fast_is_not_what_was_said():
    passage = [a + b for a, b in zip(_SYLLABLES[:40], _SYLLABLES[30:70], strict=True)]
    heard = _timed(passage[:10] + passage[20:30])  # ten words of the text in no time
    texts = [one.text for one in read_stretches(heard, passage, heard[-1].last_step + 10)]
    assert texts
    assert not any(passage[15] in text.split() and passage[14] in text.split() for text in texts)


def test_figures_are_not_said_as_they_are_written():
    passage = [a + b for a, b in zip(_SYLLABLES[:40], _SYLLABLES[30:70], strict=True)]
    heard = _timed(passage)
    passage[20] = "1837"
    texts = [one.text for one in read_stretches(heard, passage, heard[-1].last_step + 10)]
    assert passage[5] in texts[0].split()
    assert not any("1837" in text for text in texts)


def test_nothing_heard_right_gives_nothing():
    assert read_stretches([], ["а", "б"], 10) == []
    assert read_stretches(_timed(["дом"]), ["сон", "сын"], 100) == []


def test_yo_is_written_where_it_usually_is(tmp_path):
    path = tmp_path / "book.txt"
    line = "Она ещё раз прошла и всё осмотрела, её сестра принесла мёд и берёзовый сок, а потом ушла."
    words = [
        "сосна",
        "река",
        "поле",
        "роща",
        "мост",
        "дорога",
        "лодка",
        "берег",
        "туча",
        "ветер",
        "дождь",
        "поляна",
        "овраг",
        "камень",
        "песок",
        "трава",
    ]
    others = [f"{a} {b} {c}." for a in words for b in words for c in words[:3]]
    path.write_text("\n".join([*others, line, *others[::-1]]), encoding="utf-8")
    heard = (
        " ".join(others[-8:]).replace(".", "")
        + " она еще раз прошла и все осмотрела ее сестра принесла мед и березовый сок"
    )
    passage = Library([path]).passage(heard.split())
    assert "берёзовый" in passage
    assert "березовый" not in passage


def test_a_library_without_words_is_refused(tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text("... \n", encoding="utf-8")
    with pytest.raises(CorpusError, match="no words"):
        Library([empty])
    with pytest.raises(CorpusError):
        Library([tmp_path / "missing.txt"])
