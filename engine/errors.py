"""Every failure in the engine that a person may see, as one tree; `trainer.errors` and `gui.core.errors` extend it.

    DiktovkaError
    ├── ConfigError            a setting or a configuration file that cannot be used
    ├── AudioError             a recording that cannot be read
    │   ├── AudioNotFound
    │   ├── AudioNotAllowed
    │   ├── AudioUnreadable
    │   ├── AudioEmpty
    │   ├── AudioCutOff
    │   └── TrackMissing
    ├── CaptureError           a microphone that cannot be used
    │   ├── PortAudioMissing
    │   ├── NoMicrophone
    │   ├── MicrophoneBusy
    │   └── MicrophoneLost
    ├── PlaybackError          a recording that cannot be heard
    │   ├── NoLoudspeaker
    │   ├── LoudspeakerBusy
    │   └── LoudspeakerLost
    ├── StorageError           a file that cannot be written
    │   ├── DiskFull
    │   │   └── RecordingCut   it filled up while something was recorded
    │   ├── NotWritable
    │   ├── RecordedElsewhere
    │   ├── TooManyOpenFiles
    │   ├── HistoryNotWritable
    │   ├── HistoryDamaged
    │   └── HistoryNewer
    ├── InterruptedTooOften    a recording that was interrupted in every attempt
    ├── CheckpointError        a model that cannot be loaded
    │   ├── CheckpointMissing
    │   ├── CheckpointForeign  it was made by others, and can only recognise
    │   ├── CheckpointDamaged
    │   └── CheckpointMismatch
    ├── LanguageModelError     a language model that cannot be loaded
    │   ├── LanguageModelMissing
    │   ├── LanguageModelDamaged
    │   └── PathUnusable       its path cannot be opened by its library
    ├── OwnWordsUnreadable     a list of words that cannot be read
    ├── TranscriptDamaged      a saved transcript that cannot be read
    ├── NoTimes                a text without times, to be saved in a format with times
    └── EngineError            the recognition process failed
        └── EngineStopped

Each class carries `template`, an English sentence with fields. The window translates the template and fills in
the fields; the command line prints `str(error)`. What went wrong underneath stays in `__cause__`, for the log.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from string import Formatter

from engine.text_marks import filled, in_line


def with_whole_reason(
    template: str, fields: Mapping[str, object], brief: Callable[[str], str] = str
) -> dict[str, object]:
    """The fields of a sentence; those that the template does not name are filled into its `reason`.

    Without such fields the reason stays as it is, because a library's message may hold braces. brief: shortens a text
    that is filled into the reason.
    """
    named = {name for _text, name, _format, _conversion in Formatter().parse(template)}
    reason = fields.get("reason")
    if isinstance(reason, DiktovkaError):
        return {**fields, "reason": str(reason).removesuffix(".")}
    if not isinstance(reason, str) or fields.keys() <= named:
        return dict(fields)
    inner = {name: value for name, value in fields.items() if name not in named}
    inner = {name: brief(value) if isinstance(value, str) else value for name, value in inner.items()}
    return {**fields, "reason": filled(reason, {**fields, **inner})}


def readable(value: object) -> object:
    """A field made safe for a sentence, because names come from strangers."""
    return in_line(str(value)) if isinstance(value, (str, PurePath)) else value


def unexpected(error: Exception) -> str:
    """A library's message, as a reason."""
    return f"{type(error).__name__}: {error}"


class DiktovkaError(Exception):
    """Base of all failures that are shown to a person in one sentence.

    template: sentence with `{field}` placeholders; fields: their values, as keyword arguments. A `reason` may have
    placeholders of its own, for fields that the template does not name:
    `CorpusError(path=path, reason="it has no split {split}", split=name)`; or it is another such error.
    """

    template = "Something went wrong: {reason}"

    def __init__(self, **fields: object):
        self.fields = fields
        shown = {name: readable(value) for name, value in fields.items()}
        super().__init__(self.template.format(**with_whole_reason(self.template, shown)))

    def __reduce__(self) -> tuple[object, ...]:
        """Lets an error cross from the recognition process to the window with its fields."""
        return _rebuild, (type(self), self.fields)


def _rebuild(kind: type[DiktovkaError], fields: dict[str, object]) -> DiktovkaError:
    return kind(**fields)


class ConfigError(DiktovkaError):
    template = "The setting {name} cannot be used: {reason}."


class AudioError(DiktovkaError):
    template = "The recording {path} cannot be read: {reason}."


class AudioNotFound(AudioError):
    template = "There is no file {path}. Check the name."


class AudioNotAllowed(AudioError):
    template = "The file {path} may not be read by you. Change its permissions or copy it."


class AudioUnreadable(AudioError):
    template = "The file {path} holds no sound that can be read ({reason}). Convert it to WAV or FLAC first."


class AudioEmpty(AudioError):
    template = "The recording {path} is empty: it holds no sound."


class AudioCutOff(AudioError):
    template = (
        "The recording {path} was cut off before its list of contents was written, without which it cannot be read. "
        "Copy it again from where it was made."
    )


class TrackMissing(AudioError):
    template = "The file {path} has no sound track {number}. Choose another one."


class CaptureError(DiktovkaError):
    template = "The microphone cannot be used: {reason}."


class PortAudioMissing(CaptureError):
    template = (
        "Recording and playing need the system library PortAudio, which is missing. "
        "Install it (on Debian or Ubuntu: sudo apt install libportaudio2) and start Diktovka again."
    )


class NoMicrophone(CaptureError):
    template = "No microphone was found. Plug one in, then choose it in the list; files can be opened without one."


class MicrophoneBusy(CaptureError):
    template = (
        "The microphone {device} could not be opened ({reason}). Close the program that uses it, or choose another."
    )


class MicrophoneLost(CaptureError):
    template = "The microphone stopped delivering sound. What was said until then is kept."


class PlaybackError(DiktovkaError):
    template = "The recording cannot be played: {reason}. Its text can be edited all the same."


class NoLoudspeaker(PlaybackError):
    template = "No loudspeaker was found to play it. Connect one or headphones; the text can be edited all the same."


class LoudspeakerBusy(PlaybackError):
    template = (
        "The loudspeaker could not be opened ({reason}). Close the program that uses it; "
        "the text can be edited all the same."
    )


class LoudspeakerLost(PlaybackError):
    template = "The loudspeaker stopped. Connect it again, or choose another in the system's settings, and press Play."


class StorageError(DiktovkaError):
    template = "The file {path} cannot be written: {reason}."


class DiskFull(StorageError):
    template = "The disk is full: {path} could not be written. Free some space and try again."


class RecordingCut(DiskFull):
    template = "The disk is full: the recording {path} ended. What was said until then is kept; free some space."


class NotWritable(StorageError):
    template = "Nothing can be written to {path} ({reason}). Choose another folder."


class RecordedElsewhere(StorageError):
    template = (
        "Recordings cannot be kept in {path} ({reason}). Until that is mended they are put into {folder}, "
        "which the system empties: copy the text."
    )


class TooManyOpenFiles(StorageError):
    template = "{path} could not be opened: too many files are open at once. Close other programs and try again."


class HistoryNotWritable(NotWritable):
    template = (
        "The history {path} cannot be written ({reason}). Make its folder writable and start Diktovka again; "
        "until then, what you dictate is in the list until the window closes."
    )


class HistoryDamaged(StorageError):
    template = (
        "The history was damaged. It was put aside as {path}, and a new one was begun; {n} of its entries were saved. "
        "All recordings are still there."
    )


class HistoryNewer(StorageError):
    template = (
        "The history {path} was written by a newer Diktovka and is left as it is. Update the program; "
        "until then, what you dictate is kept as recordings only."
    )


class InterruptedTooOften(DiktovkaError):
    template = "Transcribing {path} was interrupted {n} times. It is not tried again by itself; you can try it again."


class CheckpointError(DiktovkaError):
    template = "The model in {path} cannot be loaded: {reason}."


class CheckpointMissing(CheckpointError):
    template = "There is no model in {path}: {file} is missing. Choose another model, or put the file back."


class CheckpointForeign(CheckpointError):
    template = (
        "The model in {path} was made by others: it can be used for dictation, but not trained or tuned. "
        "Choose a model of Diktovka."
    )


class CheckpointDamaged(CheckpointError):
    template = "The model in {path} is damaged ({reason}). Put a fresh copy of it there, or choose another model."


class CheckpointMismatch(CheckpointError):
    template = "The files of the model in {path} do not belong together: {reason}."


class LanguageModelError(DiktovkaError):
    template = "The language model in {path} cannot be loaded: {reason}."


class LanguageModelMissing(LanguageModelError):
    template = "There is no language model in {path}: {file} is missing. Choose another one, or put the file back."


class LanguageModelDamaged(LanguageModelError):
    template = "The language model in {path} is damaged: {file} cannot be used. Put a fresh copy of it there."


class PathUnusable(LanguageModelError):
    template = "The language model {path} cannot be opened under this name. Put its folder where all names are Latin."


class PunctuationError(DiktovkaError):
    template = "The model of punctuation in {path} cannot be used: {reason}. Text is written without marks."


class OwnWordsUnreadable(DiktovkaError):
    template = "The list of words {path} cannot be read: {reason}."


class TranscriptDamaged(DiktovkaError):
    template = "The kept transcript cannot be read: {reason}. Its recording can be transcribed again."


class NoTimes(DiktovkaError):
    template = (
        "The text has no times, so {name} was not written. Save it as text or as a Word document, or transcribe the "
        "recording again."
    )


class EngineError(DiktovkaError):
    template = "The recognition failed: {reason}. The recording is kept; try again."


class EngineStopped(EngineError):
    template = "The recognition process ended unexpectedly (exit code {code}). The recording is kept; try again."
