"""A few archives of a corpus site that hold as many voices as they can."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.corpus.corpus import speaker_of
from trainer.corpus.splits import shuffled
from trainer.download.archive_index import Archive


@dataclass(frozen=True)
class Sample:
    """Stands where a `site.Choice` may: `count` archives, a second one of a speaker only after one of each.

    Equal seeds give equal samples, in any order of the page; what is added to it later changes little.
    """

    count: int
    seed: int = 1
    text: str = ""

    def pick(self, archives: Sequence[Archive]) -> tuple[Archive, ...]:
        """Archives of as many speakers as there are, drawn by the seed."""
        n_before: Counter[str] = Counter()
        ranked: list[tuple[int, str]] = []
        for stem in shuffled((one.stem for one in archives), self.seed):
            speaker = speaker_of(stem)
            ranked.append((n_before[speaker], stem))
            n_before[speaker] += 1
        wanted = {stem for _, stem in sorted(ranked, key=lambda one: one[0])[: self.count]}
        return tuple(one for one in archives if one.stem in wanted)
