"""A recording through the real PortAudio, heard at a sound server of our own."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.conftest import ROOT
from tests.helpers.programs import needs
from tests.helpers.sounds import tone

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio is for Linux"),
    pytest.mark.timeout(120),
]

PLAY = """
import sys
from pathlib import Path
from engine.audio.playback import Playback
from engine.audio.sound_on_disk import load_sound
*_, heard = load_sound(Path(sys.argv[1]))
playback = Playback(heard)
playback.set_speed(float(sys.argv[2]))
*_, end_s = playback.run()
print(end_s)
"""


@pytest.mark.parametrize("speed", [1.0, 1.5])
def test_what_is_played_is_heard_at_its_pitch(sound, tmp_path, speed):
    soundfile.write(tmp_path / "a.wav", tone(3.0, 440), 16_000)
    listen = [needs("parec"), "--device=loudspeaker.monitor", "--rate=16000", "--channels=1", "--format=s16le", "--raw"]
    with (tmp_path / "heard.raw").open("wb") as heard:
        listener = subprocess.Popen(listen, env=sound, stdout=heard)
        try:
            command = [sys.executable, "-c", PLAY, str(tmp_path / "a.wav"), str(speed)]
            played = subprocess.run(command, env=sound, cwd=ROOT, capture_output=True, text=True, timeout=60)
        finally:
            listener.terminate()
            listener.wait(10)

    assert played.returncode == 0, played.stderr
    assert float(played.stdout) == pytest.approx(3.0, abs=0.01)
    samples = np.fromfile(tmp_path / "heard.raw", "<i2").astype(np.float32)
    loud = samples[np.abs(samples) > 0.01 * 32768]
    assert len(loud) > 16_000 / speed  # most of it: a busy machine may drop some
    whole = samples[np.flatnonzero(samples)[0] :][:16_000]
    assert np.abs(np.fft.rfft(whole * np.hanning(16_000))).argmax() == pytest.approx(440, abs=5)
