"""Why a recording could not be read, kept with it: told in whatever language the window has by then."""

import json

from engine import errors
from engine.errors import DiktovkaError, EngineError


def error_to_json(error: Exception) -> str:
    """Its class and the fields of its sentence; of what is none of ours, what it says."""
    if not isinstance(error, DiktovkaError):
        error = EngineError(reason=str(error) or type(error).__name__)
    fields = {name: value if isinstance(value, int | float) else _text(value) for name, value in error.fields.items()}
    return json.dumps({"error": type(error).__name__, "fields": fields}, ensure_ascii=False)


def error_from_json(text: str) -> DiktovkaError:
    """A general error where it was written by another version that knew another one."""
    try:
        content = json.loads(text)
        kind = getattr(errors, content["error"])
        if isinstance(kind, type) and issubclass(kind, DiktovkaError):
            return kind(**content["fields"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        pass
    return EngineError(reason=text)


def _text(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()
