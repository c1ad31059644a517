"""Marks and capitals for a transcript that was made without them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from engine.dictation.apply_commands import Dictation, paragraphs
from engine.dictation.spoken_commands import NOTHING_SPOKEN, Act, Command, Kind
from engine.events import Word
from engine.punctuation.running_labels import Punctuates
from engine.transcript.document import Document


def punctuated(document: Document, punctuator: Punctuates) -> Document:
    """The document with marks and capitals where a person has added none.

    The line breaks of a dictation stay; the lines of a file, one for each stretch of speech, become paragraphs. A
    document that was punctuated before is returned unchanged.
    """
    if not document.words or any(word.mark for word in document.words):
        return document
    written = tuple(Dictation(NOTHING_SPOKEN, punctuator).rewrite(list(_acts(document)), document.segments))
    return replace(document, heard=written, text=paragraphs(written), is_dictation=True)


def _acts(document: Document) -> Iterator[tuple[int, Act]]:
    """The document's words as acts, each with the index of its segment."""
    places = document.places
    gaps = iter(["", *(document.text[end:start] for (_start, end), (start, _end) in pairwise(places))])
    for part, segment in enumerate(document.segments):
        run: list[Word] = []
        for word in segment.words:
            n_breaks = next(gaps).count("\n") if document.is_dictation else 0
            if n_breaks:
                if run:
                    yield part, Act(tuple(run))
                    run = []
                yield part, Act((), Command("", "", "", Kind.BREAK, "\n" * n_breaks))
            run.append(word)
        yield part, Act(tuple(run))
