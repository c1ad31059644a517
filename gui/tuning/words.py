"""What is said about a tuned model, before and after the tuning."""

from pathlib import Path

from engine.foreign.description import read_foreign
from gui.core.i18n import _, ngettext
from trainer.evaluation.metrics import ErrorRate
from trainer.tuning.events import BeforeAfter


def why_untunable(model: Path) -> str:
    """Why a model can be neither tuned nor taught; nothing where it can."""
    if read_foreign(model) is None:
        return ""
    return _("The model in use was made by others and cannot be tuned. Choose a model of Diktovka for dictation first.")


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
        said = _("Your speech is recognised better: of 100 letters {after} are wrong now, and {before} were before.")
    else:
        said = _(
            "Your speech is recognised no better: of 100 letters {after} are wrong now, and {before} were before. "
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
    said = _(
        "Accuracy for other speakers is unchanged: of 100 letters {after} are wrong now, and {before} were before."
    )
    n = result.general_before.utterances
    measured = ngettext(
        "Measured on {n} recording of theirs.",
        "Measured on {n} recordings of theirs.",
        n,
    ).format(n=n)
    return (
        f"{said.format(before=_of_hundred(result.general_before), after=_of_hundred(result.general_after))} {measured}"
    )
