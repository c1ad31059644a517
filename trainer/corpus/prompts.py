"""VoxForge's lists of prompts -> the text of each recording of a session."""

import unicodedata
from pathlib import Path, PurePosixPath

from engine.alphabet import normalise
from engine.system.cyrillic_text import decode_text

# The first file that has words for a recording counts.
_FILES = ("prompts-original", "PROMPTS")


def prompt_key(name: str) -> str:
    """The part that a prompt's id and its recording's file name have in common.

    name: "ru_0022", "ru_0022.wav" or "zend-20110516-leg/mfc/ru_0022".
    """
    last = name.rpartition("/")[2]
    stem = PurePosixPath(last).stem if last.lower().endswith((".wav", ".flac", ".mfc")) else last
    return unicodedata.normalize("NFC", stem).casefold()


def parse_prompts(content: bytes) -> dict[str, str]:
    """Key -> text as written; each line of the file has an id and words. Of duplicate ids the first counts."""
    prompts: dict[str, str] = {}
    for line in decode_text(content).splitlines():
        name, *words = line.split(maxsplit=1)[:2] or [""]
        if name:
            prompts.setdefault(prompt_key(name), words[0].strip() if words else "")
    return prompts


def read_prompts(folder: Path) -> dict[str, str]:
    """Key -> text of all prompts in a session's folder `etc`, which may be missing. Raises OSError."""
    prompts: dict[str, str] = {}
    for name in _FILES:
        path = folder / name
        found = parse_prompts(path.read_bytes()) if path.is_file() else {}
        for key, text in found.items():
            if not normalise(prompts.get(key, "")):
                prompts[key] = text
    return prompts
