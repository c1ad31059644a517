"""One setting: an attribute that is kept in the file of settings, with its default and what it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from engine.errors import ConfigError

if TYPE_CHECKING:
    from gui.core.settings import Settings

Value = TypeVar("Value", bool, int, str)


class Stored(Generic[Value]):
    """`name = Stored(default)` in Settings: read as the default's type, written at once.

    choices: the only values allowed. least, most: bounds of a number. stored_as: its name in the file where that is
    not the attribute's. What stands in the file and is not allowed is read as the default; setting it raises
    ConfigError.
    """

    def __init__(
        self,
        default: Value,
        *,
        choices: tuple[Value, ...] = (),
        least: int | None = None,
        most: int | None = None,
        stored_as: str = "",
    ):
        self.default, self.choices, self.least, self.most = default, choices, least, most
        self.name = stored_as

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    def __get__(self, settings: Settings | None, owner: type | None = None) -> Value:
        if settings is None:
            return self  # the class's attribute is the description itself
        try:
            return self.checked(self._read(settings.stored_value(self.name)))
        except (ConfigError, ValueError):
            return self.default

    def __set__(self, settings: Settings, value: Value) -> None:
        settings.store(self.name, self.checked(value))

    def checked(self, value: object) -> Value:
        """The value if it is allowed. Raises ConfigError."""
        if type(value) is not type(self.default):
            raise ConfigError(name=self.name, reason="it is of another kind")
        if self.choices and value not in self.choices:
            raise ConfigError(name=self.name, reason="it is none of the values that there are")
        too_small = self.least is not None and value < self.least
        if too_small or (self.most is not None and value > self.most):
            raise ConfigError(name=self.name, reason="the number is too small or too large")
        return value

    def _read(self, stored: object) -> object:
        """The file knows only text: "true", "7"."""
        if stored is None:
            return self.default
        if isinstance(self.default, bool):
            return stored if isinstance(stored, bool) else {"true": True, "false": False}.get(str(stored))
        return type(self.default)(stored)
