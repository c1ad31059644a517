"""A sample of a corpus site's archives with as many speakers as possible."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.corpus.corpus import speaker_of
from trainer.corpus.splits import shuffled
from trainer.download.archive_index import Archive


@dataclass(frozen=True)
class Sample:
    """Can replace an `archive_index.Choice`: `count` archives, a second one of a speaker only after one of each.

    Equal seeds give equal samples, in any order of the page; archives added later change little.
    """

    count: int
    seed: int = 1
    text: str = ""

    def pick(self, archives: Sequence[Archive]) -> tuple[Archive, ...]:
        """Archives of as many speakers as possible, drawn by the seed."""
        n_before: Counter[str] = Counter()
        ranked: list[tuple[int, str]] = []
        for stem in shuffled((archive.stem for archive in archives), self.seed):
            speaker = speaker_of(stem)
            ranked.append((n_before[speaker], stem))
            n_before[speaker] += 1
        chosen = {stem for _, stem in sorted(ranked, key=lambda rank_and_stem: rank_and_stem[0])[: self.count]}
        return tuple(archive for archive in archives if archive.stem in chosen)
