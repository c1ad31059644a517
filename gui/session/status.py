"""What the window is doing, and the words for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from gui.core.i18n import _, ngettext
from gui.core.words import shown_name, time_left
from gui.session.loudness import Loudness

MOST_NAMES = 3


class Recording(Enum):
    NONE = auto()
    OPENING = auto()
    LISTENING = auto()
    STOPPING = auto()


class Model(Enum):
    LOADING = auto()
    READY = auto()
    MISSING = auto()


class Reading(Enum):
    NONE = auto()
    LIVE = auto()
    FILES = auto()


def no_sound_words() -> str:
    """Of a microphone that is open and gives silence alone."""
    return _("Listening, but no sound comes: is the microphone switched off?")


def loudness_words(loudness: Loudness) -> str:
    """What to do about it; empty where it is good."""
    return {
        Loudness.GOOD: "",
        Loudness.OVERDRIVEN: _("Too loud, and so distorted: move away from the microphone or turn it down"),
        Loudness.QUIET: _("Very quiet: move closer to the microphone or turn it up"),
        Loudness.NOISY: _("Noisy, so words may be wrong: move closer to the microphone or find a quieter place"),
    }[loudness]


@dataclass(frozen=True)
class Status:
    """fraction: of the files' audio that has been read, 0 to 1; None where it is not known.

    n_waiting: files not done yet. paused: they wait until somebody says otherwise. n_found: recordings found so far
    in dropped folders; None where nothing is looked for.
    """

    recording: Recording = Recording.NONE
    model: Model = Model.LOADING
    reading: Reading = Reading.NONE
    file_number: int = 0
    n_files: int = 0
    fraction: float | None = None
    time_left_s: float | None = None
    closing: bool = False
    hears_nothing: bool = False
    paused: bool = False
    n_waiting: int = 0
    n_found: int | None = None
    loudness: Loudness = Loudness.GOOD

    @property
    def is_dictating(self) -> bool:
        """Until the text of the recording has come."""
        return self.recording is not Recording.NONE or self.reading is Reading.LIVE

    @property
    def can_cancel(self) -> bool:
        return self.is_dictating or self.reading is not Reading.NONE or self.n_found is not None

    @property
    def hindrance(self) -> str:
        """Why nothing else may record now, in the person's language; "" if it may."""
        return "" if self.recording is Recording.NONE else _("Dictation is recording. Stop it first.")

    @property
    def words(self) -> str:
        """What is happening, in the person's language."""
        if self.closing:
            return _("Closing")
        return self._recording_words() or self._looking_words() or self._reading_words() or self._model_words()

    def _recording_words(self) -> str:
        if self.recording is Recording.OPENING:
            return _("Opening the microphone")
        if self.recording is Recording.LISTENING and self.hears_nothing:
            return no_sound_words()
        if self.recording is Recording.LISTENING and self.loudness is not Loudness.GOOD:
            return loudness_words(self.loudness)
        if self.recording is Recording.LISTENING:
            return {
                Model.LOADING: _("Listening; the text comes when the model is ready"),
                Model.READY: _("Listening"),
                Model.MISSING: _("Listening; the recording is kept, but there is no model to transcribe it"),
            }[self.model]
        return _("Writing down the rest") if self.recording is Recording.STOPPING else ""

    def _looking_words(self) -> str:
        if self.n_found is None:
            return ""
        return ngettext(
            "Looking for recordings; {n} was found so far",
            "Looking for recordings; {n} were found so far",
            self.n_found,
        ).format(n=self.n_found)

    def _reading_words(self) -> str:
        if self.reading is Reading.NONE:
            return ""
        if self.model is Model.LOADING:
            return _("Getting the model ready; then the text comes")
        if self.model is Model.MISSING:
            return _("Waiting for a model")
        if self.reading is Reading.LIVE:
            return _("Writing down the rest")
        return self.queue_words

    @property
    def queue_words(self) -> str:
        """How far the files are, also while something else goes on."""
        if self.n_found is not None:
            return self._looking_words()
        if self.paused:
            return ngettext("Paused; {n} file waits", "Paused; {n} files wait", self.n_waiting).format(n=self.n_waiting)
        if self.reading is Reading.LIVE:
            return ngettext("{n} file waits", "{n} files wait", self.n_waiting).format(n=self.n_waiting)
        return self._files_words()

    def _files_words(self) -> str:
        left = time_left(self.time_left_s)
        if self.n_files > 1:
            words = _("Transcribing file {number} of {total}").format(
                number=max(1, self.file_number), total=self.n_files
            )
        else:
            words = _("Transcribing the file")
        return f"{words}, {left}" if left else words

    def _model_words(self) -> str:
        return {
            Model.LOADING: _("Getting the model ready"),
            Model.READY: _("Ready"),
            Model.MISSING: _("There is no model; recordings are kept"),
        }[self.model]


def left_out_words(paths: Sequence[Path]) -> str:
    """Of dropped files that are something else."""
    if len(paths) == 1:
        return _("“{name}” is no recording and was left out.").format(name=shown_name(paths[0]))
    names = ", ".join(f"“{shown_name(path)}”" for path in paths[:MOST_NAMES])
    more = ", …" if len(paths) > MOST_NAMES else ""
    words = ngettext(
        "{n} file is no recording and was left out: {names}",
        "{n} files are no recordings and were left out: {names}",
        len(paths),
    )
    return words.format(n=len(paths), names=names + more)


def nothing_found_words() -> str:
    """Of dropped folders."""
    return _("There is no audio or video among the dropped files. Nearly every kind of both can be transcribed.")
