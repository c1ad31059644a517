"""The beam search's language model and own words, loaded beside the network and kept up to date."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.decode.greedy import Decoder, TimedWord
from engine.decode.own_words import OwnWords, read_own_words
from engine.errors import DiktovkaError, unexpected
from engine.model.checkpoint import Description
from engine.paths import own_words_file, shipped_language_model

if TYPE_CHECKING:
    from engine.decode.beam import BeamDecoder

log = logging.getLogger(__name__)
_POLL_S = 0.05


@dataclass(frozen=True)
class Language:
    """Where the search takes its words from. model: folder of a language model, None: none, the letters are written
    as they are heard. own_words: file of the person's own words, which need not exist; None: none."""

    model: Path | None = field(default_factory=shipped_language_model)
    own_words: Path | None = field(default_factory=own_words_file)


NO_LANGUAGE = Language(None, None)


def load_beam(
    checkpoint: Description, language: Language, commands: Sequence[str] = ()
) -> "tuple[BeamDecoder | None, OwnWords]":
    """The BeamDecoder at once, or None without a language model. Returns it with the OwnWords that it prefers.

    commands: phrases of spoken commands, which it prefers likewise.

    Raises LanguageModelError, OwnWordsUnreadable.
    """
    from engine.decode.beam import BeamDecoder
    from engine.decode.language_model import load_language_model

    own = read_own_words(language.own_words) if language.own_words is not None else OwnWords()
    if language.model is None:
        return None, own
    model = load_language_model(language.model)
    return BeamDecoder(checkpoint.alphabet, model, checkpoint.decode, own.words, commands), own


class BeamLoader:
    """Makes a BeamDecoder for a model on a thread of its own, without blocking.

    decoder: None until it is loaded. commands: phrases of spoken commands, which `refresh` makes it prefer. error: why
    it cannot be made, or why the own words cannot be read.
    """

    def __init__(self, checkpoint: Description, language: Language):
        self._checkpoint, self._language = checkpoint, language
        self._preferred: tuple[object, ...] = ()
        self.commands: Sequence[str] = ()
        self.decoder: BeamDecoder | None = None
        self.error: DiktovkaError | None = None
        self._thread = threading.Thread(target=self._load, args=(language.model,), name="language", daemon=True)

    def start(self) -> None:
        """Starts loading, if there is a language model."""
        if self._language.model is not None:
            self._thread.start()

    @property
    def is_loading(self) -> bool:
        """Whether a decoder is being loaded."""
        return self._thread.is_alive()

    def wait(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Returns when the decoder is loaded, or has failed, or stop() is true."""
        while self.is_loading and not stop():
            self._thread.join(_POLL_S)

    def refresh(self) -> None:
        """Applies changes of the own words or the commands; called by the thread that decodes."""
        if self.decoder is not None and self._preferred != (self._stamp(), *self.commands):
            self.decoder.prefer(*self._to_prefer())

    def _load(self, folder: Path) -> None:
        from engine.decode.beam import BeamDecoder
        from engine.decode.language_model import load_language_model

        try:
            model = load_language_model(folder)
            self.decoder = BeamDecoder(self._checkpoint.alphabet, model, self._checkpoint.decode, *self._to_prefer())
        except DiktovkaError as error:
            log.warning("the language model cannot be used", exc_info=error)
            self.error = error
        except Exception as error:  # recognition continues without it, but the reason must be kept
            log.exception("the language model cannot be used")
            self.error = DiktovkaError(reason=unexpected(error))

    def _to_prefer(self) -> tuple[Sequence[str], Sequence[str]]:
        """The present own words and commands."""
        commands = self.commands
        self._preferred = (self._stamp(), *commands)
        return self._own_words(), commands

    def _own_words(self) -> tuple[str, ...]:
        if self._language.own_words is None:
            return ()
        try:
            found = read_own_words(self._language.own_words)
        except DiktovkaError as error:
            log.warning("the own words cannot be used", exc_info=error)
            self.error = error
            return ()
        for line in found.bad:
            log.info("line %d of the own words cannot be used: %s", line.number, line.reason)
        return found.words

    def _stamp(self) -> tuple[int, int] | None:
        """A value that changes when the file of own words changes."""
        if self._language.own_words is None:
            return None
        try:
            found = self._language.own_words.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


class LettersUntilLoaded:
    """A Decoder for a recording that begins before the search is loaded.

    Provisional text does not wait for the search, final text does.
    """

    def __init__(self, loader: BeamLoader, letters: Decoder, stop: Callable[[], bool]):
        """letters: decodes while there is no search; stop: ends the waiting."""
        self._loader, self._letters, self._stop = loader, letters, stop

    def decode(self, log_probs: np.ndarray, said: Sequence[str] = ()) -> list[TimedWord]:
        """See `Decoder`."""
        self._loader.wait(self._stop)
        return self._now().decode(log_probs, said)

    def guess(self, log_probs: np.ndarray) -> list[TimedWord]:
        """See `Decoder`."""
        return self._now().guess(log_probs)

    def _now(self) -> Decoder:
        self._loader.refresh()  # it may have been loaded before the commands were known
        return self._loader.decoder or self._letters
