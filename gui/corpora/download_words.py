"""What is said of a download before, while and after it runs. Knows no Qt."""

from engine.text_marks import visible
from gui.core.i18n import _, ngettext, translate_error
from gui.core.words import size_words, time_left
from trainer.download.events import Finished, Progress, Retrying
from trainer.download.plan import Plan

_NAMED = 8


def plan_words(plan: Plan) -> str:
    """How much it is, and whether the disk has room for it."""
    n = len(plan.missing)
    there = len(plan.finished)
    sentences = []
    if n:
        sentences.append(
            ngettext("{n} archive to fetch, about {size}.", "{n} archives to fetch, about {size}.", n).format(
                n=n, size=size_words(plan.size_bytes)
            )
        )
        sentences.append(
            _("On the disk it needs {needed}; {free} are free.").format(
                needed=size_words(plan.needed_bytes), free=size_words(plan.free_bytes)
            )
        )
    if there:
        sentences.append(
            ngettext("{n} archive is there already.", "{n} archives are there already.", there).format(n=there)
        )
    return " ".join(sentences)


def progress_words(progress: Progress) -> str:
    parts = [
        _("{done} of {total} archives").format(done=progress.archives_done, total=progress.archives_total),
        _("{done} of {total}").format(done=size_words(progress.done_bytes), total=size_words(progress.total_bytes)),
    ]
    if progress.rate_bytes_s is not None:
        parts.append(_("{size} a second").format(size=size_words(progress.rate_bytes_s)))
    left = time_left(progress.left_s)
    return ", ".join([*parts, left] if left else parts)


def retrying_words(retrying: Retrying) -> str:
    return _("{error} Trying again in {n} s.").format(error=translate_error(retrying.error), n=round(retrying.wait_s))


def failed_words(finished: Finished) -> str:
    """The end, with each archive that was left out and why."""
    lines = [ngettext("{n} archive was fetched.", "{n} archives were fetched.", finished.done).format(n=finished.done)]
    failed = finished.failed
    if failed:
        n = len(failed)
        lines.append(ngettext("{n} was left out:", "{n} were left out:", n).format(n=n))
        lines += [f"{visible(archive.name)}: {translate_error(archive.error)}" for archive in failed[:_NAMED]]
        if n > _NAMED:
            lines.append(_("and {n} more").format(n=n - _NAMED))
    return "\n".join(lines)
