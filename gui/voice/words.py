"""What is said about a reading and about a tuned model."""

from enum import Enum, auto

from engine.alphabet import normalise
from gui.core.i18n import _
from gui.session.loudness import Loudness
from gui.session.recording_controller import Dictaphone
from gui.session.status import Recording, loudness_words, no_sound_words
from trainer.own_voice.store import unusable
from trainer.own_voice.take_check import Verdict


class State(Enum):
    """Of a sentence that is read aloud."""

    READY = auto()
    RECORDING = auto()
    JUDGING = auto()
    TAKEN = auto()


def advice(state: State, dictaphone: Dictaphone, verdict: Verdict | None, text: str, is_own: bool) -> str:
    """One sentence: what to do now. text: what is to be read; is_own: typed."""
    if state is State.RECORDING:
        return _recording_words(dictaphone)
    if state is State.JUDGING:
        return _("Checking the recording")
    if state is State.TAKEN and verdict is not None:
        return _verdict_words(verdict)
    foreign = unusable(text)
    if foreign:
        return _("“{letters}” cannot be learned: write numbers and names in Russian letters.").format(letters=foreign)
    if is_own and not normalise(text):
        return _("Type a sentence in Russian letters, press Enter, then Space, and say it.")
    if not text:
        return ""
    return _("Press Space, read the sentence aloud, then press Space again.")


def _recording_words(dictaphone: Dictaphone) -> str:
    if dictaphone.state is Recording.OPENING:
        return _("Opening the microphone")
    if dictaphone.state is Recording.STOPPING:
        return _("Checking the recording")
    if dictaphone.hears_nothing:
        return no_sound_words()
    if dictaphone.loudness is not Loudness.GOOD:
        return loudness_words(dictaphone.loudness)
    return _("Speak. Press Space after the last word.")


def _verdict_words(verdict: Verdict) -> str:
    return {
        Verdict.GOOD: _("Well recorded. Enter keeps it; Space reads it again."),
        Verdict.QUIET: _("It is quiet, but can be kept. For the next one, come nearer to the microphone."),
        Verdict.CLIPPED: _("It is too loud, and so distorted. Move away from the microphone, then read it again."),
        Verdict.SILENT: _("Nothing was heard. See that the microphone is switched on, then read it again."),
        Verdict.TOO_SHORT: _("It is too short for this sentence. Read all of it, and stop after the last word."),
        Verdict.TOO_LONG: _("It is too long for this sentence. Begin at once, and stop after the last word."),
        Verdict.UNREADABLE: _("The recording cannot be used. Read the sentence again."),
    }[verdict]
