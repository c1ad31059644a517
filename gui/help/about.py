"""What the program is made of, and where it runs: for About, and for a bug report. No widgets."""

import importlib.metadata
import os
import platform
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from engine.errors import DiktovkaError
from engine.paths import INSTALLED_IN, log_file, shipped_checkpoint, shipped_language_model
from gui.core.i18n import N_
from gui.core.log import read_log
from gui.core.settings import Settings

PROGRAM = "diktovka"
LICENCE = "GPL-3.0-or-later"
_LOG_LINES = 40


@dataclass(frozen=True)
class Part:
    """Something the program carries: a library, or what came with it. licence: as SPDX has it."""

    name: str
    licence: str
    what: str = ""


LIBRARIES = (
    Part("PySide6-Essentials", "LGPL-3.0-only"),
    Part("QtAwesome", "MIT"),
    Part("av", "BSD-3-Clause"),
    Part("flashlight-text", "MIT"),
    Part("httpx", "BSD-3-Clause"),
    Part("jeepney", "MIT"),
    Part("numpy", "BSD-3-Clause"),
    Part("onnx", "Apache-2.0"),
    Part("onnx-asr", "MIT"),
    Part("onnxruntime", "MIT"),
    Part("platformdirs", "MIT"),
    Part("polib", "MIT"),
    Part("pyqtgraph", "MIT"),
    Part("python-docx", "MIT"),
    Part("python-xlib", "LGPL-2.1-or-later"),
    Part("python_speech_features", "MIT"),
    Part("rapidfuzz", "MIT"),
    Part("scipy", "BSD-3-Clause"),
    Part("sounddevice", "MIT"),
    Part("soundfile", "BSD-3-Clause"),
    Part("soxr", "LGPL-2.1-or-later"),
    Part("tensorflow", "Apache-2.0"),
)
# What is no library. The texts that were counted are not part of the program.
MATERIAL = (
    Part(N_("Model"), LICENCE, N_("trained with this program on VoxForge's Russian recordings, which are under GPL-3")),
    Part(
        N_("Language model"),
        LICENCE,
        N_("counts of words in public-domain literature, plays (CC0), dialogue (CC0) and news (CC BY, CC BY-SA)"),
    ),
    Part(N_("Sample recordings"), LICENCE, N_("spoken by Festival and espeak-ng")),
    Part(N_("Icons"), "Apache-2.0", N_("Material Design Icons, through QtAwesome")),
)


def version() -> str:
    """Of the program: of the checkout where it runs from one, else of what is installed."""
    try:
        pyproject = tomllib.loads((INSTALLED_IN / "pyproject.toml").read_text(encoding="utf-8"))
        if pyproject["project"]["name"] == PROGRAM:
            return pyproject["project"]["version"]
    except (OSError, ValueError, KeyError):
        pass
    return library_version(PROGRAM)


def library_version(name: str) -> str:
    """Empty where it is not installed under that name; TensorFlow has two."""
    for called in (name, f"{name}-cpu"):
        try:
            return importlib.metadata.version(called)
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


def system_words() -> str:
    """The system, Python and Qt in one line."""
    qt = f"Qt {qVersion()} ({QGuiApplication.platformName()})"
    return f"{platform.platform()}, Python {platform.python_version()}, {qt}"


def report(settings: Settings, model: Path, language_error: DiktovkaError | None) -> str:
    """Everything that helps to find a fault, as text, in English; no recording, no text, no name of a person."""
    language_model = settings.language_model
    desktop = ", ".join(filter(None, (os.environ.get("XDG_CURRENT_DESKTOP"), os.environ.get("XDG_SESSION_TYPE"))))
    lines = [
        f"Diktovka {version()}",
        f"System: {system_words()}",
        f"Desktop: {desktop or 'not told'}; {os.cpu_count()} processors",
        f"Installed in: {INSTALLED_IN}" + (" (bundle)" if getattr(sys, "frozen", False) else ""),
        f"Model: {'shipped' if model == shipped_checkpoint() else model}",
        f"Language model: {'shipped' if language_model == shipped_language_model() else language_model}",
        f"Language model's failure: {language_error or 'none'}",
        f"Settings: {_telling(settings)}",
        "Libraries: " + ", ".join(f"{part.name} {library_version(part.name) or '?'}" for part in LIBRARIES),
        "",
        f"The end of {log_file()}:",
        *read_log().splitlines()[-_LOG_LINES:],
    ]
    return without_home("\n".join(lines)) + "\n"


def _telling(settings: Settings) -> str:
    """Settings that differ from the default, without folders and devices."""
    described = Settings.described()
    values = {name: value for name, value in settings.values().items() if value != described[name].default}
    private = ("microphone", "folder", "model", "corpus", "corpora")
    shown = {name: value for name, value in values.items() if not name.endswith(("_folder", "_folders", *private))}
    return ", ".join(f"{name}={value}" for name, value in shown.items()) or "as they came"


def without_home(text: str) -> str:
    """The home folder, which has the person's name in it, as ~."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
