"""A failure that a person is told."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A failure to tell, and what "Try again" would do; None where trying again makes no sense."""

    error: Exception
    try_again: Callable[[], None] | None = None
