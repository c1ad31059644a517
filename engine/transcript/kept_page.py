"""The Dictation page as a file, so that it can be restored with the times of its words.

{"format": "diktovka-page", "version": 1, "text": "…", "dictation": true,
 "jobs": {"1": ["voice.wav", 12.3]}, "segments": {"1": {"job": 1, …as in a transcript…}},
 "paragraphs": [[[1, "добрый день"], [0, " typed"]]]}
"""

import json

from engine.errors import TranscriptDamaged
from engine.system.json_text import parse_json
from engine.transcript.document import segment_from_json, segment_to_json
from engine.transcript.page_text import Page, Run, Source

FORMAT, VERSION = "diktovka-page", 1


def to_json(page: Page) -> str:
    """The page as JSON, with only the segments that are still on it."""
    numbers = {run.number for runs in page.paragraphs for run in runs if run.number > 0}
    segments = {number: page.sources[number] for number in sorted(numbers)}
    content = {
        "format": FORMAT,
        "version": VERSION,
        "text": page.text,
        "dictation": page.is_dictation,
        "jobs": dict(page.jobs),
        "segments": {
            number: {"job": source.job, **segment_to_json(source.segment)} for number, source in segments.items()
        },
        "paragraphs": [[[run.number, run.text] for run in runs] for runs in page.paragraphs],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Page:
    """Raises TranscriptDamaged."""
    try:
        content = parse_json(text, finite=True)
        if content["format"] != FORMAT or content["version"] > VERSION:
            raise TranscriptDamaged(reason="it was written by a newer Diktovka or another program")
        sources = {
            int(number): Source(int(fields["job"]), segment_from_json(fields))
            for number, fields in content["segments"].items()
        }
        paragraphs = [
            [Run(int(number), str(text_of_run)) for number, text_of_run in runs] for runs in content["paragraphs"]
        ]
        jobs = {int(key): (str(name), float(duration_s)) for key, (name, duration_s) in content["jobs"].items()}
        page = Page(str(content["text"]), paragraphs, sources, jobs, content["dictation"] is True)
        _check(page)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TranscriptDamaged(reason="it is damaged") from error
    return page


def _check(page: Page) -> None:
    """Raises KeyError if a run has no segment, or a segment no recording."""
    for runs in page.paragraphs:
        for run in runs:
            if run.number > 0:
                page.jobs[page.sources[run.number].job]
