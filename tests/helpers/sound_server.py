"""A PulseAudio of its own for a test: what its loudspeaker plays, its microphone hears."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.helpers.programs import needs


@contextmanager
def sound_server() -> Iterator[dict[str, str]]:
    """The environment in which it is found. Skips the test where PulseAudio is missing or does not start."""
    server = needs("pulseaudio", "paplay")
    # A socket's path must be short; the sound server may still write its settings while the folder is removed.
    with tempfile.TemporaryDirectory(prefix="sound", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder}
        for inherited in ("PULSE_SERVER", "DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            environment.pop(inherited, None)
        command = [server, "--daemonize=yes", "--exit-idle-time=-1", "--use-pid-file=yes", "-n"]
        command += ["-L", "module-null-sink sink_name=loudspeaker", "-L", "module-native-protocol-unix"]
        # It goes into the background once it is ready.
        if subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode != 0:
            pytest.skip("the sound server does not start here")
        try:
            yield environment
        finally:
            subprocess.run([server, "--kill"], env=environment, check=True)
