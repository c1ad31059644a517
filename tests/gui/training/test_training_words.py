"""What is said of a training, in both languages."""

import pytest

from gui.core import i18n
from gui.training.training_words import ending_words, left_out_words, note_words, step_words
from trainer.training.events import Device, StepDone


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    i18n.install("en")


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("en", 1, "Ended early: for 1 epoch new sentences were not recognised any better."),
        ("en", 5, "Ended early: for 5 epochs new sentences were not recognised any better."),
        ("ru", 1, "Закончено раньше: 1 эпоху подряд новые фразы распознавались не лучше прежнего."),
        ("ru", 2, "Закончено раньше: 2 эпохи подряд новые фразы распознавались не лучше прежнего."),
        ("ru", 5, "Закончено раньше: 5 эпох подряд новые фразы распознавались не лучше прежнего."),
        ("ru", 21, "Закончено раньше: 21 эпоху подряд новые фразы распознавались не лучше прежнего."),
    ],
)
def test_why_it_ended_early(language, n, words):
    i18n.install(language)
    assert ending_words(epochs_done=30, epochs=40, patience=n) == words


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("en", 1, "1 epoch of 1 is done."),
        ("en", 40, "All 40 epochs are done."),
        ("ru", 1, "Пройдена 1 эпоха."),
        ("ru", 3, "Пройдено 3 эпохи."),
        ("ru", 40, "Пройдено 40 эпох."),
        ("ru", 21, "Пройдена 21 эпоха."),
    ],
)
def test_that_all_is_done(language, n, words):
    i18n.install(language)
    assert ending_words(epochs_done=n, epochs=n, patience=1) == words


@pytest.mark.parametrize(
    ("language", "n", "batch", "words"),
    [
        ("en", 1, ("a", "b"), "1 batch was left out, since its loss was no finite number. The last one: a, b"),
        (
            "en",
            3,
            ("a", "b", "c", "d"),
            "3 batches were left out, since their loss was no finite number. The last one: a, b, c…",
        ),
        ("ru", 2, ("a",), "Пропущено 2 пакета: их потери не конечное число. Последний: a"),
    ],
)
def test_what_was_left_out(language, n, batch, words):
    i18n.install(language)
    assert left_out_words(n, StepDone(7, 1, 7, 9, None, 0.0, 0.0, batch)) == words


@pytest.mark.parametrize(
    ("language", "left_s", "words"),
    [
        ("en", None, "Epoch 2 of 40"),
        ("en", 456.0, "Epoch 2 of 40, 8 min left"),
        ("ru", 456.0, "Эпоха 2 из 40, осталось 8\u00a0мин"),
    ],
)
def test_where_it_stands(language, left_s, words):
    i18n.install(language)
    assert step_words(StepDone(7, 2, 1, 9, 1.0, 0.0, 0.0, ()), 40, left_s) == words


@pytest.mark.parametrize(
    ("language", "card", "words"),
    [
        ("en", "Tesla T4", "The graphics card Tesla T4 computes."),
        ("ru", "Tesla T4", "Считает видеокарта Tesla T4."),
        ("en", "", "No graphics card can be used here: the processor computes."),
        ("ru", "", "Подходящей видеокарты здесь нет: считает процессор."),
    ],
)
def test_which_device_computes(language, card, words):
    i18n.install(language)
    assert note_words(Device(card)) == words
