"""What is said of a training while it runs and when it has ended. Knows no Qt."""

from collections.abc import Sequence

from gui.core.i18n import _, decimal, ngettext
from gui.core.words import time_left
from trainer.training.events import Aligned, CorpusChanged, Device, Result, StepDone
from trainer.training.loss_curve import Curve, HeldPoint
from trainer.training.run_result import AVERAGE, BEST, LAST

_NAMED = 3  # recordings of a batch


def aligned_words(event: Aligned) -> str:
    return _("Finding the words in {done} of {total} recordings").format(done=event.done, total=event.total)


def step_words(step: StepDone, epochs: int, left_s: float | None) -> str:
    sentence = _("Epoch {n} of {total}").format(n=step.epoch, total=epochs)
    left = time_left(left_s)
    return f"{sentence}, {left}" if left else sentence


def left_out_words(n: int, step: StepDone) -> str:
    """Batches that would have spoilt the network: how many there were, and which the last one was."""
    recordings = ", ".join(step.batch[:_NAMED]) + ("…" if len(step.batch) > _NAMED else "")
    sentence = ngettext(
        "{n} batch was left out, since its loss was no finite number. The last one: {recordings}",
        "{n} batches were left out, since their loss was no finite number. The last one: {recordings}",
        n,
    )
    return sentence.format(n=n, recordings=recordings)


def note_words(event: CorpusChanged | Device) -> str:
    """What is to know about the whole training."""
    if isinstance(event, CorpusChanged):
        sentence = _("There are other recordings than before: {before} then, {now} now. The epoch begins anew.")
        return sentence.format(before=event.before, now=event.now)
    if event.card:
        return _("The graphics card {card} computes.").format(card=event.card)
    return _("No graphics card can be used here: the processor computes.")


def figures_words(curve: Curve) -> str:
    """What the newest epoch reads wrong, and which epoch is the best one; empty before the first."""
    sentences = []
    if curve.unseen:
        sentences.append(_of_sets(_("New sentences ({sets}): {errors}."), curve.unseen_sets, curve.unseen[-1]))
    if curve.seen:
        sentences.append(_of_sets(_("Known sentences ({sets}): {errors}."), curve.seen_sets, curve.seen[-1]))
    if sentences:
        sentences.append(_("Best epoch so far: {n}.").format(n=round(curve.best_epoch)))
    return " ".join(sentences)


def _of_sets(words: str, sets: Sequence[str], point: HeldPoint) -> str:
    return words.format(sets=", ".join(sets), errors=_errors(point))


def _errors(point: HeldPoint) -> str:
    return _("{letters} % of the letters and {words} % of the words wrong").format(
        letters=decimal(100 * point.cer, 1), words=decimal(100 * point.wer, 1)
    )


def result_words(result: Result) -> str:
    """Which of the run's models is the best one, and how all of them read new sentences."""
    chosen = {
        BEST: _("The result is the model of the best epoch."),
        LAST: _("The result is the model of the last epoch."),
        AVERAGE: _("The result is the average of the best and the last epoch."),
    }[result.path.name]
    names = {BEST: _("best epoch {cer} %"), LAST: _("last epoch {cer} %"), AVERAGE: _("average {cer} %")}
    rates = [names[name].format(cer=decimal(100 * cer, 1)) for name, cer in result.cer.items() if name in names]
    return " ".join([chosen, _("Letters wrong: {rates}.").format(rates=", ".join(rates))] if rates else [chosen])


def stopped_words(has_state: bool) -> str:
    """What a stop leaves. has_state: of the run, this time's or an earlier one's."""
    if has_state:
        return _("Stopped and saved. Train goes on from here.")
    return _("Stopped before the first step: nothing was trained yet.")


def ending_words(epochs_done: int, epochs: int, patience: int) -> str:
    """Why a training came to its end by itself."""
    if epochs_done >= epochs:
        return ngettext("{n} epoch of {n} is done.", "All {n} epochs are done.", epochs).format(n=epochs)
    sentence = ngettext(
        "Ended early: for {n} epoch new sentences were not recognised any better.",
        "Ended early: for {n} epochs new sentences were not recognised any better.",
        patience,
    )
    return sentence.format(n=patience)
