"""The model of punctuation, loaded when it is first needed: nothing here imports NumPy or ONNX Runtime before that."""

import threading
from pathlib import Path

from engine.errors import PunctuationError
from engine.punctuation.running_labels import Punctuates


class LazyPunctuator:
    """The model in a folder, the shipped one unless told. error: why it cannot be used, once that is known."""

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Punctuates | None = None
        self.error: PunctuationError | None = None

    def load(self) -> Punctuates | None:
        """From any thread: takes a fifth of a second the first time, no time later. None where it cannot be used."""
        with self._lock:
            if self._loaded is None and self.error is None:
                from engine.punctuation.punctuator import Punctuator

                try:
                    self._loaded = Punctuator.load(self._folder)
                except PunctuationError as error:
                    self.error = error
        return self._loaded
