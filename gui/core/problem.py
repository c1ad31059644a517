"""A failure that a person is told, and in which words."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import DiktovkaError
from gui.core.i18n import _, brief, translate_error

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """A failure to tell, and what "Try again" would do; None where trying again makes no sense."""

    error: Exception
    try_again: Callable[[], None] | None = None


def problem_words(error: Exception) -> str:
    """One sentence: our own errors in theirs; of anything else what is known, and its details to the log."""
    if isinstance(error, DiktovkaError):
        if "\n" in str(error.fields.get("reason", "")):
            log.error("told in short", exc_info=error)
        return translate_error(error)
    log.error("unexpected", exc_info=error)
    return _("Something unexpected happened: {reason}. The log has the details.").format(
        reason=brief(str(error)) or type(error).__name__
    )
