"""How far provisional text can be trusted: recordings are followed as if a person spoke them now.

usage: python -m scripts.benchmarks.provisional [-m CHECKPOINT] [--clips N] FOLDER...; FOLDER: with transcripts.tsv

Prints, as JSON: settled, words that settled before their stretch was final; changed, the share of these that the final
text has not; early, settled words as a share of all final words; guess_ms, processor time of a reading, mean and
longest; final_ms, of the final text after the last block, likewise. One thread.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from rapidfuzz.distance import Levenshtein

from engine.audio.file import open_audio
from engine.cli import decoder
from engine.config import SAMPLE_RATE_HZ
from engine.events import Finished, Progress, Provisional
from engine.model.recogniser import load_recogniser
from engine.paths import shipped_checkpoint, shipped_language_model
from engine.transcribe.transcribe import Transcriber
from trainer.corpus.transcripts import read_transcripts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("-m", "--model", type=Path, default=shipped_checkpoint())
    parser.add_argument("--clips", type=int)
    arguments = parser.parse_args()
    model, recognise = load_recogniser(arguments.model, n_threads=1)
    transcriber = Transcriber(model, recognise, decoder(model, shipped_language_model(), None))
    transcriber.warm_up()
    settled = changed = final = 0
    guess_s, final_s = [], []
    for path in (one.path for folder in arguments.folder for one in read_transcripts(folder)[: arguments.clips]):
        stable, finished = _followed(transcriber, path, guess_s, final_s)
        for start_s, words in stable.items():
            said = next(([w.text for w in s.words] for s in finished.segments if s.start_s == start_s), [])
            kept = sum(block.size for block in Levenshtein.editops(words, said).as_matching_blocks())
            settled, changed = settled + len(words), changed + len(words) - kept
        final += sum(len(segment.words) for segment in finished.segments)
    found = {"settled": settled, "changed": changed / max(1, settled), "early": settled / max(1, final)}
    for name, seconds in (("guess_ms", guess_s), ("final_ms", final_s)):
        found[name] = [round(1000 * value, 1) for value in (np.mean(seconds), max(seconds))]
    print(json.dumps(found))


def _followed(
    transcriber: Transcriber, path: Path, guess_s: list[float], final_s: list[float]
) -> tuple[dict[float, list[str]], Finished]:
    """The settled words of each stretch, by its start, as its last Provisional had them; and the end."""
    stable: dict[float, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        with open_audio(path) as audio:
            samples = np.concatenate(list(audio.blocks(20.0)))
        soundfile.write(Path(folder) / "said.wav", samples, SAMPLE_RATE_HZ, subtype="PCM_16")
        for event, took_s in _timed(transcriber.follow(Path(folder) / "said.wav", lambda: True)):
            match event:
                case Provisional(segment, n_settled):
                    stable[segment.start_s] = [word.text for word in segment.words[:n_settled]]
                    guess_s.append(took_s)
                case Finished():
                    final_s.append(took_s)
                    return stable, event
    raise AssertionError("a transcription ends with Finished")


def _timed(events: Iterator) -> Iterator:
    """Each event with the processor time since the Progress before it: a block's, or that of all after the last."""
    began_s = time.process_time()
    for event in events:
        yield event, time.process_time() - began_s
        if isinstance(event, Progress):
            began_s = time.process_time()


if __name__ == "__main__":
    main()
