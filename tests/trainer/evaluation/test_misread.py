"""Sentences that were read other than they are shown."""

from trainer.evaluation.misread import misread

SHOWN = "Выхожу один я на дорогу"


def test_what_is_far_from_its_text_is_named():
    read = {"a": (SHOWN, "выхожу один я на дорогу"), "b": (SHOWN, "выхажу адин и на дорогу"), "c": (SHOWN, "")}
    assert misread(read) == {"c"}
    assert misread({"c": (SHOWN, "а где вы были вчера")}) == {"c"}
    assert misread({}) == frozenset()


def test_whoever_is_heard_badly_throughout_is_learned_from():
    """That is whom the tuning is for."""
    read = {str(n): (SHOWN, "мычу ани ори") for n in range(5)}
    assert misread(read) == frozenset()
