"""Every other family that the library reads, each in its exact layout: FastConformer, Canary and Whisper."""

import re
from itertools import pairwise

import pytest
import soundfile

from engine.errors import CheckpointError
from engine.foreign.files import find_model
from engine.transcribe.load import load_transcriber
from main import main
from tests.helpers.foreign_families import (
    PIECES,
    write_nemo_aed,
    write_nemo_ctc,
    write_nemo_ctc_of_letters,
    write_nemo_rnnt,
    write_nemo_tdt,
    write_whisper,
    write_whisper_ort,
)
from tests.helpers.foreign_models import LETTERS, RATE_HZ, tones

DURATION_S = 4.0
WRITTEN = "Да, дом."


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "a.wav"
    samples = tones("мама мыла раму", pause_s=0.6)
    soundfile.write(path, samples[: round(DURATION_S * RATE_HZ)], RATE_HZ, subtype="PCM_16")
    return path


def read(folder, sound):
    _description, transcriber = load_transcriber(folder)
    *_, last = transcriber.transcribe(sound)
    return transcriber, last


@pytest.mark.parametrize(
    ("write", "family"),
    [
        (write_nemo_ctc, "nemo-conformer-ctc"),
        (write_nemo_rnnt, "nemo-conformer-rnnt"),
        (write_nemo_tdt, "nemo-conformer-tdt"),
    ],
)
def test_fastconformer_gives_words_of_its_tokens_with_times(tmp_path, sound, write, family):
    folder = write(tmp_path / "model")
    assert find_model(folder).family == family
    transcriber, last = read(folder, sound)
    assert (transcriber.searches, transcriber.writes_marks) == (False, True)
    words = [word for segment in last.segments for word in segment.words]
    assert words
    pieces = "|".join(re.escape(piece.strip("▁")) for piece in PIECES)
    assert all(re.fullmatch(f"({pieces})+", word.text) for word in words)
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert starts[0] >= 0
    assert max(word.end_s for word in words) <= DURATION_S
    assert all(0 < word.confidence <= 1 for word in words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(words))


def test_fastconformer_of_letters_goes_through_our_search(tmp_path, sound):
    transcriber, last = read(write_nemo_ctc_of_letters(tmp_path / "model"), sound)
    assert (transcriber.searches, transcriber.writes_marks) == (True, False)
    assert set(last.text) <= {*LETTERS, " ", "\n"}
    assert last.text


@pytest.mark.parametrize(
    ("write", "family"),
    [(write_nemo_aed, "nemo-conformer-aed"), (write_whisper, "whisper"), (write_whisper_ort, "whisper-ort")],
)
def test_what_a_model_writes_token_after_token_is_taken_as_it_stands(tmp_path, sound, write, family):
    folder = write(tmp_path / "model")
    assert find_model(folder).family == family
    transcriber, last = read(folder, sound)
    assert (transcriber.searches, transcriber.writes_marks) == (False, True)
    assert {segment.text for segment in last.segments} == {WRITTEN}
    first, second = last.segments[0].words
    assert [(word.plain, word.mark) for word in (first, second)] == [("да", ","), ("дом", ".")]
    assert first.end_s <= second.start_s <= second.end_s <= DURATION_S


def test_whisper_in_8_bits_is_preferred_and_transcribes_on_the_command_line(tmp_path, sound, capsys):
    folder = write_whisper(tmp_path / "model")
    assert find_model(folder).quantization is None
    write_whisper(folder, quantization="_int8")
    names = {path.name for path in find_model(folder).files}
    assert names >= {"encoder_model_int8.onnx", "decoder_model_merged_int8.onnx", "vocab.json", "added_tokens.json"}
    assert main(["transcribe", "-m", str(folder), str(sound)]) == 0
    assert set(capsys.readouterr().out.split("\n")) == {WRITTEN, ""}


@pytest.mark.parametrize("write", [write_nemo_aed, write_whisper])
def test_a_model_of_other_languages_is_refused_in_a_sentence(tmp_path, write):
    with pytest.raises(CheckpointError, match="it does not know Russian"):
        load_transcriber(write(tmp_path / "model", language="<|de|>"))
