"""A recording through a loudspeaker of the test's own: what is heard, and where it is."""

import numpy as np
import pytest

from engine.audio.playback import Playback
from engine.audio.sound_on_disk import Sound
from engine.errors import LoudspeakerLost, NoLoudspeaker
from tests.helpers.fake_loudspeaker import FakeLoudspeaker

RATE_HZ = 16_000


def ramp(duration_s=2.0) -> Sound:
    """A sample tells where it is: half its second."""
    samples = (np.arange(round(duration_s * RATE_HZ)) / RATE_HZ / 2 * 32767).astype(np.int16)
    return Sound(samples, np.zeros((0, 2), np.int16))


def started(loudspeaker, sound=None):
    playback = Playback(sound or ramp(), loudspeaker.open)
    return playback, playback.run()


def test_it_is_heard_from_the_start_to_the_end():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(1.0)
    assert playback.position_s == pytest.approx(1.0, abs=0.02)

    loudspeaker.play(9.0)
    rest = list(positions)

    assert np.abs(loudspeaker.heard[: 2 * RATE_HZ] - playback.sound.samples / 32768).max() < 1e-3
    assert rest[-1] == 2.0
    assert loudspeaker.n_open == 0


def test_it_is_heard_from_where_it_was_sent_while_it_plays():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(0.1)
    playback.seek(1.5)
    loudspeaker.play(0.1)

    assert 2 * loudspeaker.heard[1700] == pytest.approx(1.5, abs=0.02)
    assert next(positions) == pytest.approx(1.6, abs=0.02)
    positions.close()


def test_it_ends_where_it_was_told():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    playback.seek(0.5)
    playback.stop_at(0.8)
    next(positions)
    loudspeaker.play(5.0)

    assert len(loudspeaker.heard) / RATE_HZ == pytest.approx(0.3, abs=0.001)
    assert list(positions)[-1] == pytest.approx(0.8, abs=0.001)


def test_twice_as_fast():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    playback.set_speed(2.0)
    next(positions)
    loudspeaker.play(5.0)
    list(positions)

    assert len(loudspeaker.heard) / RATE_HZ == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("speed", [0.4, 2.1])
def test_beyond_half_and_double_speed_is_refused(speed):
    with pytest.raises(ValueError, match=r"from 0\.5 to 2"):
        started(FakeLoudspeaker())[0].set_speed(speed)


def test_silence_comes_at_once_and_it_goes_on_from_there():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(0.5)
    playback.silence()
    loudspeaker.play(0.5)
    positions.close()

    assert not loudspeaker.heard[RATE_HZ // 2 :].any()
    assert playback.position_s == pytest.approx(0.5, abs=0.02)
    assert loudspeaker.n_open == 0


def test_what_is_on_its_way_to_the_ear_is_not_heard_yet():
    loudspeaker = FakeLoudspeaker(latency_s=0.2)
    playback, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(1.0)

    assert playback.position_s == pytest.approx(0.8, abs=0.02)
    positions.close()


def test_a_loudspeaker_of_another_rate():
    loudspeaker = FakeLoudspeaker(rate_hz=44_100)
    _, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(9.0)
    list(positions)

    assert len(loudspeaker.heard) / 44_100 == pytest.approx(2.0, abs=0.03)
    assert 2 * loudspeaker.heard[44_100] == pytest.approx(1.0, abs=0.02)


def test_no_loudspeaker_is_told():
    _, positions = started(FakeLoudspeaker(failure=NoLoudspeaker()))

    with pytest.raises(NoLoudspeaker, match="can be edited"):
        next(positions)


def test_a_loudspeaker_that_stops_by_itself_is_told():
    loudspeaker = FakeLoudspeaker()
    playback, positions = started(loudspeaker)
    next(positions)
    loudspeaker.play(0.5)
    loudspeaker.stop()

    with pytest.raises(LoudspeakerLost):
        list(positions)
    assert loudspeaker.n_open == 0
    assert playback.position_s == pytest.approx(0.5, abs=0.02)
