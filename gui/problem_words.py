"""What is said of a failure."""

import logging

from engine.errors import DiktovkaError
from gui.i18n import _, translate_error

log = logging.getLogger(__name__)


def problem_words(error: Exception) -> str:
    """Our own errors in their sentence; of anything else what is known, and its details to the log."""
    if isinstance(error, DiktovkaError):
        return translate_error(error)
    log.error("unexpected", exc_info=error)
    return _("Something unexpected happened: {reason}. The log has the details.").format(
        reason=str(error) or type(error).__name__
    )
