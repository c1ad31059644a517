"""Notes about a recording beside its text: sentences for the terminal, the window, the history and the log.

The English sentences are the message ids of the window's translations.
"""

from dataclasses import dataclass
from typing import Any, Self

from engine.text_marks import N_

_TEMPLATES = {
    "cut": N_("The recording is damaged or cut off: only its first {read_s} s could be read."),
    "damaged": N_("The recording is damaged: {lost_s} s of it could not be read and count as silence."),
    "missing": N_("A piece of unknown length is missing from the recording at {at_s} s."),
    "abrupt": N_("The recording ends abruptly, so its last words may be missing."),
    "no_numbers": N_("The recording is damaged: {n} samples are no numbers and count as silence."),
    "tracks": N_("The file has {n} sound tracks. Number {number} was transcribed; another can be chosen."),
    "quiet": N_("The recording is very quiet, so the text may be wrong. Move closer or turn the microphone up."),
    "clipped": N_("The recording is overdriven, so the text may be wrong. Move back or turn the microphone down."),
    "quiet_left_out": N_(
        "Too quiet to make out the words: {left_out_s} s have no text. Move closer or turn the microphone up."
    ),
    "clipped_left_out": N_(
        "Too distorted to make out the words: {left_out_s} s have no text. Move back or turn the microphone down."
    ),
    "noise_left_out": N_("{left_out_s} s sound like noise or music and have no text."),
}


@dataclass(frozen=True, init=False)
class Note:
    """name: of its sentence; fields: what is filled into it."""

    name: str
    fields: tuple[tuple[str, str | int | float], ...]

    def __init__(self, name: str, **fields: str | int | float):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", tuple(sorted(fields.items())))

    @property
    def template(self) -> str:
        """An English sentence with {fields}."""
        return _TEMPLATES[self.name]

    @property
    def track(self) -> int | None:
        """The sound track that was transcribed; None for another note."""
        number = dict(self.fields).get("number") if self.name == "tracks" else None
        return number if isinstance(number, int) else None

    @property
    def other_tracks(self) -> dict[int, str]:
        """Number and name of each sound track that was not transcribed; empty for another note."""
        names = str(dict(self.fields).get("names", "")).split("\n") if self.name == "tracks" else []
        return {number: name for number, name in enumerate(names, start=1) if number != self.track}

    @property
    def is_damage(self) -> bool:
        """Whether some of the recording is missing."""
        return self.name in ("cut", "damaged", "missing")

    def __str__(self) -> str:
        return self.template.format(**dict(self.fields))

    def to_json(self) -> dict[str, object]:
        """Its name and its fields, as JSON takes them."""
        return {"note": self.name, **dict(self.fields)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self | None:
        """None for a note that this version does not know. Raises TypeError or AttributeError if it is not a note."""
        fields = dict(content)
        name = fields.pop("note", None)
        try:
            note = cls(name, **fields)
            str(note)
        except (KeyError, IndexError, ValueError):
            return None
        return note
