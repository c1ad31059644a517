"""Error rates as a table and as JSON, with the real command line's options."""

import argparse
import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from engine.config import DecodeConfig
from engine.errors import LanguageModelMissing
from engine.model.checkpoint import load_checkpoint, save_checkpoint
from tests.helpers.foreign_models import RATE_HZ, tones, write_gigaam_ctc, write_gigaam_e2e
from tests.helpers.language import language_model
from tests.helpers.models import WORDS, random_checkpoint, write_cache
from trainer.cli.evaluate import add_evaluate_options, evaluate
from trainer.errors import CorpusError
from trainer.evaluation.figures import figures, interval
from trainer.evaluation.metrics import ErrorRate, error_rate


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    save_checkpoint(folder / "model", replace(random_checkpoint(), decode=DecodeConfig(own_word_score=5.0)))
    words = language_model(folder / "lm", *(" ".join(WORDS) for _ in range(3))).folder
    return folder / "model", words, write_cache(folder / "corpus")


def run(*options) -> int:
    parser = argparse.ArgumentParser()
    add_evaluate_options(parser)
    return evaluate(parser.parse_args([str(option) for option in options]))


def test_both_decoders_side_by_side(parts, capsys, tmp_path):
    model, words, corpus = parts
    output = tmp_path / "out" / "rates.json"
    assert run(corpus, "--all", "-m", model, "--language-model", words, "-o", output) == 0
    table, confidence = capsys.readouterr().out.split("\n\n")
    header, *rows = table.splitlines()
    assert header.split() == [
        "set",
        "utterances",
        "words",
        "greedy",
        "CER",
        "greedy",
        "WER",
        "beam",
        "CER",
        "beam",
        "WER",
    ]
    assert [row.split()[0] for row in rows] == ["dev_seen_text", "dev_unseen_text"]
    described = json.loads(output.read_text("utf-8"))
    assert (described["model"], described["language_model"]) == ("model", "lm")
    for row, found in zip(rows, described["sets"], strict=True):
        assert (found["utterances"], found["words"]) == (8, 24)
        for decoder in ("greedy", "beam"):
            for rate in ("cer", "wer"):
                low, high = found[decoder][f"{rate}_95"]
                assert low <= found[decoder][rate] <= high
                assert f"{found[decoder][rate]:.4f} [" in row
            assert all(0 <= found[decoder][share] <= 1 for share in ("sure", "right_of_sure", "errors_marked"))
    title, *shares = confidence.splitlines()
    assert title.endswith("beam")
    for share, found in zip(shares, described["sets"], strict=True):
        assert share.startswith(found["set"])
        assert f"errors marked {found['beam']['errors_marked']:.1%}" in share


def test_the_language_model_is_used_unless_it_is_refused(parts, capsys):
    model, words, corpus = parts
    common = (corpus, "--split", "dev_unseen_text", "-m", model, "--json")
    run(*common, "--language-model", words)
    beam = json.loads(capsys.readouterr().out)
    run(*common, "--language-model", "none")
    greedy = json.loads(capsys.readouterr().out)
    run(*common, "--all", "--language-model", words)
    (both,) = json.loads(capsys.readouterr().out)["sets"]
    assert [beam["sets"][0]["decoder"], greedy["sets"][0]["decoder"]] == ["beam", "greedy"]
    for found, own in ((beam, both["beam"]), (greedy, both["greedy"])):
        assert (found["cer"], found["wer"]) == (own["cer"], own["wer"])
    assert beam["cer"] != greedy["cer"]


def test_all_sets_together_are_the_sum_of_the_sets(parts, capsys):
    model, _, corpus = parts
    run(corpus, "-m", model, "--language-model", "none", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["utterances"] == sum(one["utterances"] for one in found["sets"]) == 16
    errors = sum(one["cer"] * one["letters"] for one in found["sets"])
    assert found["cer"] == pytest.approx(errors / found["letters"], abs=1e-3)


def test_own_words_are_used_and_lines_that_are_of_no_use_are_named(parts, capsys, tmp_path):
    model, words, corpus = parts
    own = tmp_path / "слова.txt"
    own.write_text("\n".join(("э", "Qt 6", *"абвгдежзийклмнопрстуфхцчшщыюя")), "utf-8")  # some letter is heard
    common = (corpus, "-m", model, "--language-model", words, "--json")
    run(*common)
    without = json.loads(capsys.readouterr().out)
    run(*common, "--own-words", own)
    told = capsys.readouterr()
    assert "line 2: “Qt 6” is left out" in told.err
    assert json.loads(told.out)["cer"] != without["cer"]


def test_a_language_model_that_is_missing_is_told(parts, tmp_path):
    model, _, corpus = parts
    with pytest.raises(LanguageModelMissing):
        run(corpus, "-m", model, "--language-model", tmp_path / "none")


def test_without_a_path_the_shared_sets_are_needed(parts, monkeypatch, tmp_path):
    monkeypatch.setenv("DIKTOVKA_SHARED", str(tmp_path / "none"))
    for options in ((), ("--all",)):
        with pytest.raises(CorpusError, match="name a feature cache"):
            run(*options, "-m", parts[0], "--language-model", "none")


def test_the_interval_is_that_of_the_mean_of_many_draws():
    rates = [ErrorRate(1, 10, errors, 2, min(2, errors)) for errors in (0, 1, 2, 3) * 25]
    low, high = interval(rates)
    deviation = np.std([0, 0.1, 0.2, 0.3]) / 100**0.5
    assert (low, high) == pytest.approx((0.15 - 1.96 * deviation, 0.15 + 1.96 * deviation), abs=0.004)
    assert interval(rates, words=True)[0] > high
    assert interval(rates) == (low, high), "the same each time"


def test_one_utterance_and_none_have_intervals_too():
    assert interval([ErrorRate(1, 10, 1, 2, 1)]) == (0.1, 0.1)
    assert interval([]) == (0.0, 0.0)


def test_figures_are_those_of_all_utterances_together():
    pairs = [("да нет", "да нет"), ("дом", "дам")]
    found = figures([error_rate([pair]) for pair in pairs])
    assert found.total == error_rate(pairs)
    assert found.to_dict()["wer"] == round(1 / 3, 4)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("dev_unseen_text", ("voxforge-ru-mfcc", "--split", "dev_unseen_text")),
        ("common-voice-2", ("speech-samples/common-voice-2",)),
    ],
)
def test_the_shipped_model_is_not_worse_with_its_language_model(shipped, shared, capsys, name, where):
    """The figures that the model's card gives; see checkpoint1/MODEL_CARD.md."""
    known = load_checkpoint(shipped).error_rates[name]
    folder, *options = where
    run(shared / folder, *options, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["wer"] <= known["beam_wer"] + 0.005
    assert found["cer"] <= known["beam_cer"] + 0.005


def test_a_folder_of_something_else_is_named_for_what_it_lacks(parts, tmp_path):
    model, _words, _corpus = parts
    with pytest.raises(CorpusError, match=r"neither transcripts\.tsv nor a feature cache"):
        run(tmp_path, "-m", model)


# --- models made by others ---


def recordings(folder, **texts: str):
    """texts: what is said in the made voice by what the transcript says, with _ for spaces."""
    folder.mkdir()
    rows = []
    for number, (said, text) in enumerate(texts.items()):
        soundfile.write(folder / f"{number}.wav", tones(said.replace("_", " "), pause_s=1.0), RATE_HZ, subtype="PCM_16")
        rows.append(f"{number}.wav\t{text}\n")
    (folder / "transcripts.tsv").write_text("file\ttext\n" + "".join(rows), "utf-8")
    return folder


def test_a_model_of_others_that_spells_is_measured_like_ours(tmp_path, capsys):
    model = write_gigaam_ctc(tmp_path / "GigaAM")
    words = language_model(tmp_path / "lm", *["мама мыла раму"] * 5).folder
    told = recordings(tmp_path / "said", мама_мыла_раму="мама мыла раму", мама_мыла="мама мыла маму")
    assert run(told, "--all", "-m", model, "--language-model", words, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["sets"]
    assert (found["set"], found["utterances"], found["words"]) == ("said", 2, 6)
    for decoder in ("greedy", "beam"):
        assert found[decoder]["wer"] == round(1 / 6, 4)
        assert found[decoder]["cer"] == round(5 / 28, 4)


def test_a_model_that_writes_words_is_measured_without_marks_capitals_and_search(tmp_path, capsys):
    model = write_gigaam_e2e(tmp_path / "e2e")
    told = recordings(tmp_path / "said", абвг="Привет, мир!", аб="Мир.")
    assert run(told, "--all", "-m", model, "--json") == 0
    printed = capsys.readouterr()
    (found,) = json.loads(printed.out)["sets"]
    assert found.keys() >= {"as heard"}
    assert not found.keys() & {"greedy", "beam"}
    assert found["as heard"]["wer"] == round(1 / 3, 4)
    assert "measured as it writes them" in printed.err
    assert run(told, "-m", model) == 0
    assert "as heard" in capsys.readouterr().out


def test_a_feature_cache_is_nothing_to_a_model_that_hears_sound(parts, tmp_path, monkeypatch, capsys):
    model = write_gigaam_e2e(tmp_path / "e2e")
    with pytest.raises(CorpusError, match=r"hears sound: name folders with transcripts\.tsv"):
        run(parts[2], "-m", model)
    shared = tmp_path / "shared"
    (shared / "speech-samples").mkdir(parents=True)
    (shared / "voxforge-ru-mfcc").symlink_to(parts[2])
    recordings(shared / "speech-samples" / "common-voice", абвг="привет мир")
    monkeypatch.setenv("DIKTOVKA_SHARED", str(shared))
    assert run("--all", "-m", model, "--json") == 0
    assert [one["set"] for one in json.loads(capsys.readouterr().out)["sets"]] == ["common-voice"]


def test_a_hyphen_parts_words_and_a_mark_alone_is_none(tmp_path, capsys):
    model = write_gigaam_e2e(tmp_path / "e2e", ["▁Кто-то", "▁—", "▁здесь", "."])
    assert run(recordings(tmp_path / "said", абвг="кто-то здесь"), "-m", model) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[1].split() == ["said", "1", "3", "0.0000", "0.0000"]
    assert "of 3 words, right of these 100.0%" in printed
