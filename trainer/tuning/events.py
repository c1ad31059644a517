"""What a tuning tells whoever listens, and its result on disk."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.system.atomic_files import write_atomic
from engine.system.bounded_read import file_of
from engine.system.json_text import read_json
from trainer.evaluation.metrics import ErrorRate

OWN = "own"
RESULT = "result.json"


@dataclass(frozen=True)
class Hearing:
    """Own recordings whose features were computed so far, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Stage:
    """What begins now and has no events of its own. name: "others" (other people's recordings are opened), "network"
    (built and compiled), "writing" (the held-out recordings with the language model); done, total: of its parts."""

    name: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Verdict:
    """How one model reads the held-out sets. own_loss: nats a letter; texts: (id, reference, hypothesis) of own."""

    rates: dict[str, ErrorRate]
    own_loss: float
    texts: tuple[tuple[str, str, str], ...]

    @property
    def own(self) -> ErrorRate:
        """Error rate on the person's own sentences."""
        return self.rates[OWN]

    @property
    def general(self) -> ErrorRate | None:
        """All other sets together; None where there are none."""
        rest = [rate for name, rate in self.rates.items() if name != OWN]
        return sum(rest, ErrorRate()) if rest else None


@dataclass(frozen=True)
class Judged:
    """One blend has been read. share: of the tuned weights in it; done, total: blends."""

    share: float
    verdict: Verdict
    done: int
    total: int


@dataclass(frozen=True)
class Split:
    """What there is to learn from. own, held: the person's recordings; others, general: other people's; rejects: own
    recordings that cannot be used."""

    own: int
    held: int
    others: int
    general: int
    rejects: int


@dataclass(frozen=True)
class BeforeAfter:
    """The end. All rates are of held-out recordings, as the letters are heard; general ones are None where there is no
    other speech. written: of own, as the search with the language model writes them; None where it was not asked.

    share: of the tuned weights in the result, 0 where none of it helped. texts: (reference, before, after) of own, as
    they are written where that is known.
    """

    folder: Path
    own_before: ErrorRate
    own_after: ErrorRate
    general_before: ErrorRate | None
    general_after: ErrorRate | None
    share: float
    texts: tuple[tuple[str, str, str], ...] = ()
    written_before: ErrorRate | None = None
    written_after: ErrorRate | None = None

    @property
    def told(self) -> tuple[ErrorRate, ErrorRate]:
        """Before and after, of own: as written where that is known, since that is what a person will get."""
        if self.written_before is None or self.written_after is None:
            return self.own_before, self.own_after
        return self.written_before, self.written_after

    @property
    def helped(self) -> bool:
        """Whether fewer letters are wrong than before."""
        before, after = self.told
        return after.letter_errors < before.letter_errors


def save_result(result: BeforeAfter, out: Path) -> None:
    """Raises StorageError."""
    fields = asdict(result) | {"folder": result.folder.name}
    write_atomic(out / RESULT, json.dumps(fields, ensure_ascii=False, indent=1) + "\n")


def load_result(out: Path) -> BeforeAfter | None:
    """What a tuning in that folder ended with; None where it has not."""
    try:
        fields = read_json(out / RESULT)
        before, after = _rate(fields["own_before"]), _rate(fields["own_after"])
        names = "general_before", "general_after", "written_before", "written_after"
        rates = {name: None if fields.get(name) is None else _rate(fields[name]) for name in names}
        texts = tuple((str(reference), str(was), str(now)) for reference, was, now in fields["texts"])
        share = float(fields["share"])
        if not 0 <= share <= 1:
            raise ValueError("it is no share")
        return BeforeAfter(file_of(out, fields["folder"]), before, after, **rates, share=share, texts=texts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _rate(counts: dict[str, int]) -> ErrorRate:
    """Raises ValueError, TypeError, AttributeError for what `save_result` does not write."""
    if not all(type(n) is int and n >= 0 for n in counts.values()):
        raise ValueError("they are no counts")
    return ErrorRate(**counts)
