"""What the system itself must bring (libraries, and programs for the tests): looked for, installed or named.

On Windows and macOS the Python packages bring all of it, so nothing is looked for there.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence


class Requirement(NamedTuple):
    """One thing to be found on the system, and the package that brings it on each family of Linux.

    find: what is looked for. "lib*.so.N" is loaded as the window would load it, a path is a file pattern ("|" between
    alternatives), "portaudio" is looked up as sounddevice does, and anything else is a command on the PATH.
    """

    find: str
    apt: str
    dnf: str
    pacman: str


# What PySide6-Essentials 6.11 is linked against beyond a bare Debian 12, as ldd prints it: the modules themselves
# (even without a screen), and the plugins for X and for Wayland.
QT = (
    Requirement("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Requirement("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Requirement("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Requirement("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Requirement("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Requirement("libfreetype.so.6", "libfreetype6", "freetype", "freetype2"),
    Requirement("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Requirement("libX11.so.6", "libx11-6", "libX11", "libx11"),
    Requirement("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
)
XCB = (
    Requirement("libxcb.so.1", "libxcb1", "libxcb", "libxcb"),
    Requirement("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
    Requirement("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Requirement("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Requirement("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Requirement("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Requirement("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Requirement("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Requirement("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb"),
    Requirement("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Requirement("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Requirement("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb"),
    Requirement("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb"),
    Requirement("libxcb-util.so.1", "libxcb-util1", "xcb-util", "xcb-util"),
    Requirement("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb"),
    Requirement("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
)
WAYLAND = (
    Requirement("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland"),
    Requirement("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "wayland"),
)
WINDOW = QT + XCB + WAYLAND
SOUND = (Requirement("portaudio", "libportaudio2", "portaudio", "portaudio"),)
VIRTUAL_SCREEN = (
    Requirement("xvfb-run", "xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
    Requirement("xauth", "xauth", "xorg-x11-xauth", "xorg-xauth"),
)
# A virtual microphone (PulseAudio, and ALSA's door to it), a voice to speak into it, Cyrillic letters, and somebody
# who presses keys in other programs' windows, on a Russian keyboard too.
TESTS = (
    *VIRTUAL_SCREEN,
    Requirement("pulseaudio", "pulseaudio", "pulseaudio", "pulseaudio"),
    Requirement("pactl", "pulseaudio-utils", "pulseaudio-utils", "libpulse"),
    Requirement(
        "/usr/lib*/alsa-lib/libasound_module_pcm_pulse.so|/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so",
        "libasound2-plugins",
        "alsa-plugins-pulseaudio",
        "alsa-plugins",
    ),
    Requirement("espeak-ng", "espeak-ng", "espeak-ng", "espeak-ng"),
    Requirement("xdotool", "xdotool", "xdotool", "xdotool"),
    Requirement("setxkbmap", "x11-xkb-utils", "setxkbmap", "xorg-setxkbmap"),
    Requirement("/usr/share/fonts/**/DejaVuSans.ttf", "fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu"),
)

INSTALL = {
    "apt": ["apt-get", "install", "-y", "--no-install-recommends"],
    "dnf": ["dnf", "install", "-y"],
    "pacman": ["pacman", "-S", "--needed", "--noconfirm"],
}


def is_present(requirement: Requirement) -> bool:
    find = requirement.find
    if find == "portaudio":
        return ctypes.util.find_library(find) is not None
    if find.startswith("lib"):
        try:
            ctypes.CDLL(find)
        except OSError:
            return False
        return True
    if "/" in find:
        return any(True for pattern in find.split("|") for _ in Path("/").glob(pattern[1:]))
    return shutil.which(find) is not None


def missing(
    requirements: Iterable[Requirement], present: Callable[[Requirement], bool] = is_present
) -> List[Requirement]:
    if not sys.platform.startswith("linux"):
        return []
    return [requirement for requirement in requirements if not present(requirement)]


def package_family(which: Callable[[str], Optional[str]] = shutil.which) -> Optional[str]:
    """The package manager of this Linux: "apt", "dnf", "pacman", or None where it is another one."""
    for family, command in INSTALL.items():
        if which(command[0]):
            return family
    return None


def install_command(packages: Sequence[str], family: str, root: bool) -> List[str]:
    return ([] if root else ["sudo"]) + INSTALL[family] + list(packages)


def packages_of(requirements: Iterable[Requirement], family: str) -> List[str]:
    """Names of packages, each once."""
    return list(dict.fromkeys(getattr(requirement, family) for requirement in requirements))


def apt_lists_are_empty() -> bool:
    return not any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def advice(
    lacking: Sequence[Requirement],
    family: Optional[str],
    root: bool,
    lists_are_empty: Callable[[], bool] = apt_lists_are_empty,
) -> str:
    """Sentence with the exact command that brings what is lacking."""
    if family is None:
        names = ", ".join(requirement.find for requirement in lacking)
        return "Missing on this system: {}. Install them with its package manager.".format(names)
    command = " ".join(install_command(packages_of(lacking, family), family, root))
    if family == "apt" and lists_are_empty():
        command = "{}apt-get update && {}".format("" if root else "sudo ", command)
    return "Missing on this system; this installs it:\n    {}".format(command)


def quiet_call(command: List[str]) -> int:
    """Exit status; what the command prints is shown only where it fails."""
    environment: Dict[str, str] = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode("utf-8", "replace")[-2000:])
    return done.returncode


def apt_install(
    packages: Sequence[str],
    call: Callable[[List[str]], int] = quiet_call,
    lists_are_empty: Callable[[], bool] = apt_lists_are_empty,
) -> bool:
    """Installs packages as root, with fresh lists if there are none or the old ones fail. Gives success."""
    install = install_command(packages, "apt", root=True)
    if not lists_are_empty() and call(install) == 0:
        return True
    return call(["apt-get", "update"]) == 0 and call(install) == 0


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def ensure(
    requirements: Sequence[Requirement],
    say: Callable[[str], object],
    look: Callable[[Sequence[Requirement]], List[Requirement]] = missing,
    install: Callable[[Sequence[str]], bool] = apt_install,
    family: Callable[[], Optional[str]] = package_family,
    root: Callable[[], bool] = is_root,
) -> List[Requirement]:
    """Installs what is missing where it may (root, Debian family), else says how. Gives what still is."""
    lacking = look(requirements)
    if not lacking:
        return []
    if family() == "apt" and root():
        packages = packages_of(lacking, "apt")
        say("Installing system packages: {}".format(" ".join(packages)))
        install(packages)
        lacking = look(requirements)
    if lacking:
        say(advice(lacking, family(), root()))
    return lacking
