"""Which of a person's sentences were read other than they are shown, by what the model hears in all of them."""

from collections.abc import Mapping
from statistics import median

from engine.alphabet import normalise
from trainer.evaluation.metrics import error_rate

_LEAST_CER = 0.76  # of another text; a voice that the model hears badly stays below, also where words were made of it
_ABOVE_THE_OTHERS = 0.3  # whoever is heard badly throughout is to be learned from all the more


def misread(read: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    """read: name -> (text shown, text heard). Names of those that are far further apart than the others."""
    rates = {name: error_rate([(normalise(shown), normalise(heard))]).cer for name, (shown, heard) in read.items()}

    def is_odd(name: str) -> bool:
        others = [cer for other, cer in rates.items() if other != name]
        return rates[name] > max(_LEAST_CER, median(others) + _ABOVE_THE_OTHERS if others else 0.0)

    return frozenset(filter(is_odd, rates))
