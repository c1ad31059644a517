"""Models made by others, through the library that reads them: small ones in the layouts of the real ones."""

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
from onnx import helper, numpy_helper

from engine.config import VOXFORGE
from engine.decode.beam_loader import Language, load_beam
from engine.errors import CheckpointError, CheckpointForeign, CheckpointMissing
from engine.events import Final, Finished, Provisional
from engine.foreign.description import ForeignDescription, is_foreign, read_foreign, write_foreign
from engine.foreign.files import find_model
from engine.foreign.recogniser import load_foreign
from engine.foreign.sound_stretches import SoundStretches
from engine.foreign.words import words_of_text, words_of_tokens
from engine.model.checkpoint import load_checkpoint, read_description
from engine.transcribe.foreign_transcriber import ForeignTranscriber
from engine.transcribe.load import load_transcriber
from main import main
from tests.helpers.foreign_models import (
    RATE_HZ,
    tones,
    write_gigaam_ctc,
    write_gigaam_e2e,
    write_graph,
    write_t_one,
    write_vosk,
)
from tests.helpers.language import language_model
from tests.helpers.models import write_random_checkpoint


@pytest.fixture(scope="module")
def gigaam(tmp_path_factory) -> Path:
    return write_gigaam_ctc(tmp_path_factory.mktemp("models") / "GigaAM")


@pytest.fixture
def copied(gigaam, tmp_path) -> Path:
    return Path(shutil.copytree(gigaam, tmp_path / "copy"))


def recording(path: Path, *parts: str, silence_s: float = 2.0) -> Path:
    """parts: said in the made voice, with silence between them."""
    gap = np.zeros(round(silence_s * RATE_HZ), np.float32)
    samples = np.concatenate([piece for part in parts for piece in (tones(part), gap)])
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return path


def finished(folder: Path, path: Path) -> Finished:
    *_, last = load_transcriber(folder)[1].transcribe(path)
    return last


# --- what is heard ---


def test_a_character_model_gives_our_segments_times_and_confidences(gigaam, tmp_path):
    read = finished(gigaam, recording(tmp_path / "a.wav", "привет мир", "мама мыла раму"))
    assert [[word.text for word in segment.words] for segment in read.segments] == [
        ["привет", "мир"],
        ["мама", "мыла", "раму"],
    ]
    first, second = read.segments
    assert first.words[0].start_s == pytest.approx(0.4, abs=0.05)  # where its first tone begins
    assert first.end_s < second.start_s
    edges = [edge for segment in read.segments for word in segment.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert all(0.9 < word.confidence <= 1 for segment in read.segments for word in segment.words)


def test_it_goes_through_our_search_with_language_model_and_own_words(gigaam, tmp_path):
    """«ъуля» is no word: the language model knows another that sounds nearly so, and the person wants a third."""
    model = language_model(tmp_path / "lm", *["мама мыла раму и кулю"] * 5)
    (tmp_path / "own.txt").write_text("шмяк\n", "utf-8")
    sound = recording(tmp_path / "a.wav", "мама шмяк")
    description, transcriber = load_transcriber(gigaam)
    assert transcriber.searches
    beam, own = load_beam(description, Language(model.folder, tmp_path / "own.txt"))
    assert own.words == ("шмяк",)
    transcriber.decoder = beam
    *_, last = transcriber.transcribe(sound)
    assert last.text == "мама шмяк"
    unsure = np.log(np.full((9, description.alphabet.n_labels), 1e-3, np.float32))
    for step, letters in enumerate(("м", "_", "ам", "_", "м", "_", "а", "_", " ")):
        for letter in letters:
            unsure[step, (description.alphabet.letters + "_").index(letter)] = np.log(0.9 / len(letters))
    (word,) = beam.decode(unsure)
    assert word.text == "мама"


def test_parts_of_words_with_marks_come_as_our_punctuation_would_write_them(tmp_path):
    _description, transcriber = load_transcriber(write_gigaam_e2e(tmp_path / "e2e"))
    assert (transcriber.searches, transcriber.writes_marks) == (False, True)
    *_, last = transcriber.transcribe(recording(tmp_path / "a.wav", "абвг"))
    (segment,) = last.segments
    assert segment.text == "Привет, мир."
    assert [(word.plain, word.mark) for word in segment.words] == [("привет", ","), ("мир", ".")]
    assert segment.words[0].start_s == pytest.approx(0.4, abs=0.05)


def test_a_transducer_and_a_model_of_8_khz_are_read(tmp_path):
    sound = recording(tmp_path / "a.wav", "мама мыла раму")
    vosk = finished(write_vosk(tmp_path / "vosk"), sound)
    assert set("".join(vosk.text.split())) <= set("дома")
    assert vosk.text
    t_one = finished(write_t_one(tmp_path / "t-one"), sound)
    assert set(t_one.text) == {"а"}
    assert t_one.segments[0].words[0].start_s == pytest.approx(0.4, abs=0.1)


def test_both_eight_bits_and_float_are_found_and_eight_bits_preferred(tmp_path):
    folder = write_gigaam_ctc(tmp_path / "both", quantization="")
    assert find_model(folder).quantization is None
    write_gigaam_ctc(folder)
    assert find_model(folder).quantization == "int8"
    assert {path.name for path in find_model(folder).files} == {"v3_ctc.int8.onnx", "v3_vocab.txt", "config.json"}


def test_the_command_line_takes_a_folder(gigaam, tmp_path, capsys):
    sound = recording(tmp_path / "a.wav", "мама мыла раму")
    assert main(["transcribe", "-m", str(gigaam), "--language-model", "none", "--no-punctuation", str(sound)]) == 0
    assert capsys.readouterr().out.strip() == "мама мыла раму"


def test_punctuation_of_the_model_itself_is_left_alone(tmp_path, capsys):
    folder = write_gigaam_e2e(tmp_path / "e2e")
    assert main(["transcribe", "-m", str(folder), str(recording(tmp_path / "a.wav", "абвг"))]) == 0
    assert capsys.readouterr().out.strip() == "Привет, мир."


# --- live ---


class Clock:
    """Each look at it takes so many seconds."""

    def __init__(self, step_s: float):
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


@pytest.mark.parametrize(("cost_s", "least", "most"), [(0.0, 12, 30), (2.0, 1, 4)])
def test_provisional_text_comes_as_often_as_the_machine_can_keep_up(gigaam, tmp_path, cost_s, least, most):
    sound = recording(tmp_path / "a.wav", "мама мыла раму и ела кашу с мамой и папой да да")
    transcriber = ForeignTranscriber(*load_foreign(gigaam), clock=Clock(cost_s))
    events = list(transcriber.follow(sound, lambda: True))
    shown = [event for event in events if isinstance(event, Provisional)]
    assert least <= len(shown) <= most
    assert shown[-1].segment.text
    assert events[-1].segments == tuple(event.segment for event in events if isinstance(event, Final))


def test_stretches_do_not_depend_on_the_blocks_and_overlap_nowhere():
    gap = np.zeros(3 * RATE_HZ, np.float32)
    samples = np.concatenate([tones("мама мыла"), gap, tones("раму" * 30), gap, tones("да"), gap])

    def stretches(block: int):
        one = SoundStretches(VOXFORGE)
        found = [stretch for at in range(0, len(samples), block) for stretch in one.push(samples[at : at + block])]
        return [*found, *one.flush()]

    whole, small = stretches(len(samples)), stretches(4000)
    assert len(whole) >= 4  # the long one is cut
    assert [(one.index[0], one.index[-1]) for one in small] == [(one.index[0], one.index[-1]) for one in whole]
    for one, other in zip(whole, small, strict=True):
        assert np.array_equal(one.samples, other.samples)
        at = one.index[0] * 160
        assert np.array_equal(one.samples, samples[at : at + len(one.samples)])
    assert all(one.index[-1] < other.index[0] for one, other in pairwise(whole))


def test_words_of_tokens():
    words = words_of_tokens([" ", "да", "<unk>", " нет", " ,", "."], [0.0, 0.1, 0.2, 0.5, 0.7, 0.8], [0.0, -1.0] * 3)
    assert [(word.text, word.first_step) for word in words] == [("да", 10), ("нет,.", 50)]
    assert words[0].confidence == pytest.approx(np.exp(-1))
    assert words_of_tokens([], [], []) == []
    spread = words_of_text("раз два", 100)
    assert [(word.first_step, word.last_step) for word in spread] == [(0, 49), (50, 99)]


# --- what is kept of one, and what is not for it ---


def test_an_added_model_is_known_and_cannot_be_trained(gigaam, copied):
    assert is_foreign(copied)
    assert read_foreign(copied) is None
    write_random_checkpoint(copied.parent / "run" / "best")
    assert not is_foreign(copied.parent / "run")
    with pytest.raises(CheckpointMissing):
        read_description(copied)
    write_foreign(copied, load_foreign(copied)[1].description)
    assert read_foreign(copied) == ForeignDescription("gigaam-v3-ctc", writes_marks=False, searches=True)
    for read in (read_description, load_checkpoint):
        with pytest.raises(CheckpointForeign, match="not trained or tuned"):
            read(copied)
    (copied / "foreign.json").write_text('{"format": 1, "family": 7}', "utf-8")
    assert read_foreign(copied) is None


# --- what is refused ---


def without_vocabulary(folder: Path) -> None:
    (folder / "v3_vocab.txt").unlink()


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def broken_graph(folder: Path) -> None:
    (folder / "v3_ctc.int8.onnx").write_bytes(b"\x08\x08" + b"no model at all" * 99)


def cut_graph(folder: Path) -> None:
    path = folder / "v3_ctc.int8.onnx"
    path.write_bytes(path.read_bytes()[:5000])


def vocabulary_of_another(folder: Path) -> None:
    (folder / "v3_vocab.txt").write_text("▁ 0\nа 1\n<blk> 2\n", "utf-8")


def vocabulary_without_numbers(folder: Path) -> None:
    (folder / "v3_vocab.txt").write_text("а\nб\n", "utf-8")


def vocabulary_with_gaps(folder: Path) -> None:
    (folder / "v3_vocab.txt").write_text("▁ 0\nа 1\n<blk> 9\n", "utf-8")


def link_out(folder: Path) -> None:
    (folder / "v3_vocab.txt").rename(folder.parent / "elsewhere.txt")
    (folder / "v3_vocab.txt").symlink_to(folder.parent / "elsewhere.txt")


def huge_vocabulary(folder: Path) -> None:
    os.truncate(folder / "v3_vocab.txt", 1 << 33)


def huge_graph(folder: Path) -> None:
    os.truncate(folder / "v3_ctc.int8.onnx", 1 << 33)


def folder_for_a_file(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()


def config_that_is_a_list(folder: Path) -> None:
    (folder / "config.json").write_text("[1]", "utf-8")


def config_without_end(folder: Path) -> None:
    told = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(told | {"max_tokens_per_step": 10**9}), "utf-8")


def long_steps(folder: Path) -> None:
    told = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(told | {"subsampling_factor": 0}), "utf-8")


def weights_outside(folder: Path) -> None:
    path = folder / "v3_ctc.int8.onnx"
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="weights.data", size_threshold=0)
    model = onnx.load(path, load_external_data=False)
    (folder / "weights.data").rename(folder.parent / "weights.data")
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = "../weights.data"
    path.write_bytes(model.SerializeToString())


def other_inputs(folder: Path) -> None:
    node = helper.make_node("Identity", ["sound"], ["log_probs"])
    kinds = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("sound", "log_probs")]
    write_graph(folder / "v3_ctc.int8.onnx", helper.make_graph([node], "other", kinds[:1], kinds[1:]))


def no_probabilities(folder: Path) -> None:
    path = folder / "v3_ctc.int8.onnx"
    model = onnx.load(path)
    (last,) = [node for node in model.graph.node if node.op_type == "LogSoftmax"]
    last.op_type = "Sigmoid"
    del last.attribute[:]
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    "damage",
    [
        without_vocabulary,
        without_config,
        broken_graph,
        cut_graph,
        vocabulary_of_another,
        vocabulary_without_numbers,
        vocabulary_with_gaps,
        link_out,
        huge_vocabulary,
        huge_graph,
        folder_for_a_file,
        config_that_is_a_list,
        config_without_end,
        long_steps,
        weights_outside,
        other_inputs,
        no_probabilities,
    ],
)
def test_a_damaged_or_hostile_folder_is_refused_in_one_sentence(copied, damage):
    damage(copied)
    with pytest.raises(CheckpointError) as refused:
        load_transcriber(copied)
    sentence = str(refused.value)
    assert str(copied) in sentence
    assert "\n" not in sentence
    assert "{" not in sentence
    assert len(sentence) < 500 + len(str(copied))


def test_weights_beside_the_graph_are_taken_along(copied, tmp_path):
    path = copied / "v3_ctc.int8.onnx"
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="v3.data", size_threshold=0)
    assert "v3.data" in {file.name for file in find_model(copied).files}
    assert finished(copied, recording(tmp_path / "a.wav", "мама")).text == "мама"


def fails_from_3_s_on(folder: Path) -> None:
    """As a model does whose memory grows with the sound: a place is looked up that is not there."""
    path = folder / "v3_ctc.int8.onnx"
    model = onnx.load(path)
    (last,) = [node for node in model.graph.node if node.op_type == "LogSoftmax"]
    place = [
        helper.make_node("Shape", ["features"], ["n_frames"], start=2),
        helper.make_node("Div", ["n_frames", "many"], ["place"]),
        helper.make_node("Gather", ["nothing", "place"], ["found"]),
        helper.make_node("Add", ["logits", "found"], ["checked"]),
    ]
    last.input[0] = "checked"
    nodes = [node for one in model.graph.node for node in ([*place, one] if one is last else [one])]
    for name, value in (("many", np.array([300])), ("nothing", np.zeros(1, np.float32))):
        model.graph.initializer.append(numpy_helper.from_array(value, name))
    write_graph(path, helper.make_graph(nodes, "made", model.graph.input, model.graph.output, model.graph.initializer))


def test_sound_that_a_model_fails_on_is_told_and_the_next_recording_is_read(copied, tmp_path, capsys):
    fails_from_3_s_on(copied)
    sounds = [recording(tmp_path / "long.wav", "мама мыла раму" * 2), recording(tmp_path / "short.wav", "мама")]
    command = ["transcribe", "-m", str(copied), "--language-model", "none", "--no-punctuation"]
    assert main([*command, *map(str, sounds)]) == 1
    told = capsys.readouterr()
    assert told.out.strip() == "мама"
    assert "diktovka: The recognition failed: " in told.err
    assert "Traceback" not in told.err
