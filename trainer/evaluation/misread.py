"""Finds clips in which a person read another text than the one shown."""

from collections.abc import Mapping
from statistics import median

from engine.alphabet import normalise
from trainer.evaluation.metrics import error_rate

_LEAST_CER = 0.76  # of another text; a voice that the model recognises badly stays below
_ABOVE_THE_OTHERS = 0.3  # a voice that is recognised badly throughout is especially useful for training


def misread(read: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    """Names of the clips whose texts differ far more than those of the others. read: name -> (shown, recognised
    text)."""
    rates = {name: error_rate([(normalise(shown), normalise(heard))]).cer for name, (shown, heard) in read.items()}

    def is_odd(name: str) -> bool:
        others = [cer for other, cer in rates.items() if other != name]
        return rates[name] > max(_LEAST_CER, median(others) + _ABOVE_THE_OTHERS if others else 0.0)

    return frozenset(filter(is_odd, rates))
