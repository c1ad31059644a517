"""Words with times: written by hand, and any that hypothesis can think of."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from engine.events import Segment, Word

# A busy machine is slow, which says nothing of what is tested.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def segment(*words: tuple[str, float, float]) -> Segment:
    """A segment of (text, start_s, end_s)."""
    spoken = tuple(Word(text, start_s, end_s, 0.5) for text, start_s, end_s in words)
    return Segment(words[0][1], words[-1][2], spoken)


def evenly(text: str, start_s: float = 0.0, word_s: float = 0.3) -> Segment:
    """A segment in which every word takes as long, without pauses."""
    return segment(*((word, start_s + i * word_s, start_s + (i + 1) * word_s) for i, word in enumerate(text.split())))


any_texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=100)
_times = st.floats(-10, 100_000)
_words = st.builds(Word, any_texts, _times, _times, st.floats(0, 1))
any_segments = st.lists(st.builds(Segment, _times, _times, st.lists(_words, max_size=12).map(tuple)), max_size=6)
