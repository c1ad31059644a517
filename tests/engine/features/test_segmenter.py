import numpy as np
import pytest

from engine.features.front_end import Frames, join
from engine.features.segmenter import Lengths, Segmenter

LENGTHS = Lengths(pause_s=0.05, shortest_s=1.0, long_pause_s=0.5, fewest_s=0.3, longest_s=2.0)


def frames(index, loudness=0.0) -> Frames:
    cepstra = np.zeros((len(index), 13), np.float32)
    cepstra[:, 0] = loudness
    return Frames(cepstra, np.asarray(index, np.int64), 0.025625)


def stretches(whole: Frames, push: int) -> list[list[int]]:
    segmenter, found = Segmenter(LENGTHS), []
    for start in range(0, len(whole), push):
        part = slice(start, start + push)
        found += list(segmenter.push(Frames(whole.cepstra[part], whole.index[part], whole.window_s)))
    found += list(segmenter.flush())
    return [one.index.tolist() for one in found]


def test_a_pause_ends_a_stretch_that_is_long_enough():
    index = [*range(60), *range(80, 150), *range(200, 230)]
    assert [len(one) for one in stretches(frames(index), 1000)] == [130, 30]


def test_a_long_pause_ends_a_short_one_too():
    index = [*range(40), *range(100, 150)]
    assert [len(one) for one in stretches(frames(index), 1000)] == [40, 50]


def test_without_a_pause_it_is_cut_where_it_is_quietest():
    loudness = np.ones(300)
    loudness[130:160] = -1
    found = stretches(frames(range(300), loudness), 1000)
    assert 130 <= len(found[0]) <= 160


@pytest.mark.parametrize("push", [1, 7, 50, 1000])
def test_every_frame_comes_out_once_in_order_whatever_the_pushes(push):
    rng = np.random.default_rng(5)
    index = np.cumsum(np.where(rng.random(1500) < 0.01, rng.integers(2, 90, 1500), 1))
    whole = frames(index, rng.normal(size=1500))
    found = stretches(whole, push)
    assert np.concatenate(found).tolist() == index.tolist()
    assert found == stretches(whole, 1500)
    assert max(map(len, found)) <= 200


def test_nothing_gives_nothing():
    segmenter = Segmenter()
    assert list(segmenter.push(frames([]))) == []
    assert list(segmenter.flush()) == []
    assert join([frames([1]), frames([2])]).index.tolist() == [1, 2]
