"""Exports a transcript as plain text, subtitles (SubRip, WebVTT), JSON or a Word document.

The window and the command line write through `rendered`, whatever the transcript was made with.
"""

import io
import re
from collections.abc import Iterable
from pathlib import Path

from engine.errors import NoTimes
from engine.events import Segment
from engine.system.atomic_files import atomic_path
from engine.transcript.document import Document
from engine.transcript.subtitles import Cue, cues
from engine.transcript.typography import typeset

FORMATS = ("txt", "srt", "vtt", "json", "docx")
TIMED = ("srt", "vtt", "json")
_NOT_IN_XML = re.compile("[^\\t\\n\\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rendered(
    form: str, document: Document, text: str | None = None, title: str = "", binds_short_words: bool = False
) -> bytes:
    """The document in one of FORMATS. text: for plain text and Word, if the page has more than the spoken text.

    title: of a Word document, if not the recording's name. binds_short_words: see typography.typeset; JSON
    is left as it is.
    """
    text = typeset(document.text if text is None else text, binds_short_words)
    match form:
        case "srt":
            written = typeset(to_srt(document.segments), binds_short_words)
        case "vtt":
            written = typeset(to_vtt(document.segments), binds_short_words)
        case "json":
            written = document.to_json()
        case "docx":
            return to_docx(text, title or document.source)
        case _:
            written = to_txt(text)
    return written.encode("utf-8", "replace")


def form_of(path: Path) -> str:
    """The format for a file's suffix; plain text if it is unknown."""
    ending = path.suffix.lower().removeprefix(".")
    return ending if ending in FORMATS else "txt"


def write(
    path: Path,
    document: Document,
    text: str | None = None,
    form: str | None = None,
    title: str = "",
    binds_short_words: bool = False,
) -> None:
    """Writes the file atomically, in the format of its suffix unless `form` is given.

    Raises DiskFull, NotWritable or NoTimes.
    """
    form = form or form_of(path)
    if form in TIMED and not document.heard and (document.text if text is None else text).strip():
        raise NoTimes(name=path.name)
    content = rendered(form, document, text, title, binds_short_words)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def to_txt(text: str) -> str:
    """Plain text with one line end after the last line."""
    return f"{text.rstrip()}\n" if text.strip() else ""


def to_docx(text: str, title: str) -> bytes:
    """A Word document (Office Open XML): one paragraph per line, marked as Russian for the spelling checker."""
    import docx  # takes a quarter of a second to import
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    document.core_properties.title = _NOT_IN_XML.sub("\ufffd", title)[:255]
    document.core_properties.author = "Diktovka"
    document.core_properties.language = "ru"
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ru-RU")
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    for line in text.split("\n"):
        if line.strip():
            document.add_paragraph(_NOT_IN_XML.sub("\ufffd", line.strip()))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def to_srt(segments: Iterable[Segment]) -> str:
    """SubRip."""
    return "\n".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n" + _text(cue)
        for number, cue in enumerate(cues(segments), start=1)
    )


def to_vtt(segments: Iterable[Segment]) -> str:
    """WebVTT (W3C)."""
    blocks = [
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n" + _escaped(_text(cue)) for cue in cues(segments)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _text(cue: Cue) -> str:
    return "".join(f"{line}\n" for line in cue.lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(time_ms: int, mark: str) -> str:
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{ms:03}"
