"""Going on with a recording that has been read in part: its samples from there, and its events with the true times."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.events import Event, Final, Finished, Progress, Segment


def after(blocks: Iterator[np.ndarray], n_samples: int) -> Iterator[np.ndarray]:
    """blocks: float32 (n,) each; the same without the first n_samples."""
    for block in blocks:
        if n_samples < len(block):
            yield block[n_samples:]
        n_samples = max(0, n_samples - len(block))


def moved(event: Event, by_s: float) -> Event:
    """The event as it is where by_s seconds come before."""
    match event:
        case Final(segment):
            return Final(_moved_segment(segment, by_s))
        case Progress(done_s, total_s):
            return Progress(done_s + by_s, total_s)
        case Finished(duration_s, segments):
            return Finished(duration_s + by_s, tuple(_moved_segment(segment, by_s) for segment in segments))
    return event


def _moved_segment(segment: Segment, by_s: float) -> Segment:
    words = (
        replace(word, start_s=round(word.start_s + by_s, 3), end_s=round(word.end_s + by_s, 3))
        for word in segment.words
    )
    return Segment(segment.start_s + by_s, segment.end_s + by_s, tuple(words))
