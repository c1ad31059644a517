"""What is said about a tuned model, before and after the tuning."""

from pathlib import Path

from engine.foreign.description import read_foreign
from gui.core.i18n import _, decimal, ngettext
from gui.core.words import clock_time, time_left
from gui.tuning.job import Step
from trainer.evaluation.metrics import NO_CHANGE, ErrorRate
from trainer.tuning.events import BeforeAfter


def why_untunable(model: Path) -> str:
    """Why a model can be neither tuned nor taught; nothing where it can."""
    if read_foreign(model) is None:
        return ""
    return _("The model in use was made by others and cannot be tuned. Choose a model of Diktovka for dictation first.")


def step_words(step: Step, what: str = "") -> str:
    """What a tuning does, since when, and for how long still. what: in other words than these."""
    what = (
        what
        or {
            "starting": _("Starting the training"),
            "preparing": _("Listening to the recordings that the model will learn from"),
            "others": _("Opening other people’s recordings"),
            "network": _("Building the network; the first steps take longest"),
            "learning": _("The model is learning"),
            "judging": _("Comparing the new model with the one before"),
            "writing": _("Writing down the sentences with both models"),
        }[step.kind]
    )
    if step.total > 1:
        what = _("{what}: {done} of {total}").format(what=what, done=round(step.done), total=round(step.total))
    return ", ".join(part for part in (what, clock_time(step.elapsed_s), time_left(step.left_s)) if part)


def kept_words(n: int, wanted: int, n_left_out: int = 0) -> str:
    """How far the person has come. n: sentences to learn from, without those that are left out."""
    done = ngettext("{n} sentence is recorded.", "{n} sentences are recorded.", n).format(n=n)
    if n_left_out:
        more = ngettext("{n} more is left out.", "{n} more are left out.", n_left_out).format(n=n_left_out)
        done = f"{done} {more}"
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
        sentence = _(
            "Your speech is recognised better: of 100 letters {after} are wrong now, and {before} were before."
        )
    else:
        sentence = _(
            "Your speech is recognised no better: of 100 letters {after} are wrong now, and {before} were before. "
            "Record more, and tune again."
        )
    before, after = map(_of_hundred, result.told)
    return sentence.format(before=before, after=after)


def worse_words(result: BeforeAfter) -> str:
    """Why it should not be taken, with the figures; empty where nothing became worse and the person is helped."""
    before, after = result.told
    sentences = []
    if after.letter_errors > before.letter_errors:
        worse = _("The new model recognises your speech worse: {after} % of the letters are wrong, not {before} %.")
        sentences.append(_compared(worse, before, after))
    elif not result.helped:
        same = _("The new model recognises your speech no better: {after} % of the letters are wrong with both.")
        sentences.append(_compared(same, before, after))
    if _harms_others(result):
        others = _("Other people are recognised worse: {after} % of their letters are wrong, not {before} %.")
        sentences.append(_compared(others, result.general_before, result.general_after))
    return " ".join(sentences)


def _compared(sentence: str, before: ErrorRate, after: ErrorRate) -> str:
    """The sentence with both letter error rates in per cent."""
    return sentence.format(before=decimal(100 * before.cer, 1), after=decimal(100 * after.cer, 1))


def _harms_others(result: BeforeAfter) -> bool:
    """Whether other people are recognised worse, as far as that was measured."""
    if result.general_before is None:
        return False
    return result.general_after.cer > result.general_before.cer + NO_CHANGE


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
            "How well it recognises other people could not be measured: no other recordings are prepared on this "
            "machine. So only half of what was learned was taken over."
        )
    if _harms_others(result):
        sentence = _(
            "Other people are recognised worse: of 100 letters {after} are wrong now, and {before} were before."
        )
    else:
        sentence = _(
            "Accuracy for other speakers is unchanged: of 100 letters {after} are wrong now, and {before} were before."
        )
    n = result.general_before.utterances
    measured = ngettext(
        "Measured on {n} recording of theirs.",
        "Measured on {n} recordings of theirs.",
        n,
    ).format(n=n)
    before, after = map(_of_hundred, (result.general_before, result.general_after))
    return f"{sentence.format(before=before, after=after)} {measured}"
