"""The punctuation model, loaded when it is first needed; NumPy and ONNX Runtime are not imported before that."""

import threading
from pathlib import Path

from engine.errors import PunctuationError
from engine.punctuation.running_labels import Punctuates


class LazyPunctuator:
    """The model in a folder, by default the shipped one. error: why it cannot be used, known after `load`."""

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Punctuates | None = None
        self.error: PunctuationError | None = None

    def load(self) -> Punctuates | None:
        """The punctuator, or None if it cannot be used. Thread-safe; the first call takes a fifth of a second."""
        with self._lock:
            if self._loaded is None and self.error is None:
                from engine.punctuation.punctuator import Punctuator

                try:
                    self._loaded = Punctuator.load(self._folder)
                except PunctuationError as error:
                    self.error = error
        return self._loaded
