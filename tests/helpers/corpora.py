"""Small corpora on disk in the layouts that people have, spoken by bursts of a chord."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import soundfile

from tests.helpers.sounds import bursts, int16_bytes, wav_header

SENTENCES = ("Да, это так.", "Нет!", "Мама мыла раму", "Ещё бы…", "Дом — там", "Кто-то идёт", "Раз, два", "Кот спит")


def speech_wav(seed: int = 0, duration_s: float = 1.2) -> bytes:
    """A WAV of 16 kHz in which the voice detector finds speech."""
    samples = int16_bytes(bursts(0.1, duration_s - 0.2, duration_s=duration_s, seed=seed))
    return wav_header(len(samples)) + samples


def speech_flac(seed: int = 0) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, bursts(0.1, 1.0, duration_s=1.2, seed=seed), 16_000, format="FLAC")
    return file.getvalue()


def write_session(
    root: Path,
    folder: str,
    sounds: Mapping[str, bytes],
    prompts: str | None = None,
    capitals: str | None = None,
    encoding: str = "utf-8",
    kind: str = "wav",
) -> Path:
    """One of VoxForge's folders. prompts: etc/prompts-original; capitals: etc/PROMPTS."""
    session = root / folder
    (session / kind).mkdir(parents=True)
    (session / "etc").mkdir()
    for name, content in sounds.items():
        (session / kind / f"{name}.{kind}").write_bytes(content)
    for name, text in (("prompts-original", prompts), ("PROMPTS", capitals)):
        if text is not None:
            (session / "etc" / name).write_bytes(text.encode(encoding))
    (session / "LICENSE").write_text("GPL")
    return session


def write_voxforge(root: Path, speakers: Iterable[str], sentences: Iterable[str] = SENTENCES) -> Path:
    """Each speaker says each sentence once, in a session."""
    sentences = list(sentences)
    for number, speaker in enumerate(speakers):
        names = [f"ru_{i:04}" for i in range(len(sentences))]
        sounds = {name: speech_wav(100 * number + i) for i, name in enumerate(names)}
        prompts = "".join(f"{name} {text} \n" for name, text in zip(names, sentences, strict=True))
        write_session(root, f"{speaker}-20110516-abc", sounds, prompts)
    return root
