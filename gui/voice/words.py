"""What is said about a reading and about a tuned model."""

from engine.alphabet import normalise
from gui.core.i18n import _, ngettext
from gui.session.status import Recording, no_sound_words
from trainer.corpus.take_check import Verdict
from trainer.corpus.voice_store import unusable
from trainer.evaluation.metrics import ErrorRate
from trainer.tuning.events import BeforeAfter


def advice(state: str, dictaphone, verdict: Verdict | None, said: str, own: bool) -> str:
    """One sentence: what to do now. state: name of a voice_reader.State; said: what is to be read; own: typed."""
    if state == "RECORDING":
        return _recording_words(dictaphone)
    if state == "JUDGING":
        return _("Checking the recording")
    if state == "TAKEN" and verdict is not None:
        return _verdict_words(verdict)
    foreign = unusable(said)
    if foreign:
        return _("“{letters}” cannot be learned: write numbers and names in Russian letters.").format(letters=foreign)
    if own and not normalise(said):
        return _("Type a sentence in Russian letters, press Enter, then Space, and say it.")
    if not said:
        return ""
    return _("Press Space, read the sentence aloud, then press Space again.")


def _recording_words(dictaphone) -> str:
    if dictaphone.state is Recording.OPENING:
        return _("Opening the microphone")
    if dictaphone.state is Recording.STOPPING:
        return _("Checking the recording")
    if dictaphone.hears_nothing:
        return no_sound_words()
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


def kept_words(n: int, wanted: int) -> str:
    """How far the person has come."""
    done = ngettext("{n} sentence is recorded.", "{n} sentences are recorded.", n).format(n=n)
    if n >= wanted:
        return f"{done} {_('The model can be tuned to your voice; more sentences make it better.')}"
    left = ngettext(
        "After {left} more the model can be tuned to your voice.",
        "After {left} more the model can be tuned to your voice.",
        wanted - n,
    ).format(left=wanted - n)
    return f"{done} {left}"


def _of_hundred(rate: ErrorRate) -> str:
    return f"{100 * rate.cer:.0f}"


def own_words(result: BeforeAfter) -> str:
    """What the tuning did for the person."""
    if result.helped:
        said = _("It reads you better: of 100 letters {after} are wrong now, and {before} were before.")
    else:
        said = _(
            "It reads you no better: of 100 letters {after} are wrong now, and {before} were before. "
            "Record more, and tune again."
        )
    before, after = map(_of_hundred, result.told)
    return said.format(before=before, after=after)


def measured_words(result: BeforeAfter) -> str:
    """How that is known."""
    n = result.own_before.utterances
    measured = ngettext(
        "Measured on {n} of your sentences that it did not learn from.",
        "Measured on {n} of your sentences that it did not learn from.",
        n,
    ).format(n=n)
    if result.written_before is None:
        return measured
    heard = _("Without the language model, as the letters are heard: {after} now, {before} before.")
    before, after = map(_of_hundred, (result.own_before, result.own_after))
    return f"{measured} {heard.format(before=before, after=after)}"


def others_words(result: BeforeAfter) -> str:
    """What it did for everybody else."""
    if result.general_before is None:
        return _(
            "How well it reads other people could not be measured: no other recordings are prepared on this machine. "
            "So only half of what was learned was taken over."
        )
    said = _("Other people it reads as well as before: of 100 letters {after} are wrong now, and {before} were before.")
    n = result.general_before.utterances
    measured = ngettext(
        "Measured on {n} recording of theirs.",
        "Measured on {n} recordings of theirs.",
        n,
    ).format(n=n)
    return (
        f"{said.format(before=_of_hundred(result.general_before), after=_of_hundred(result.general_after))} {measured}"
    )
