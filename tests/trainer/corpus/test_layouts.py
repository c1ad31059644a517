"""Corpora as Common Voice, Kaldi recipes, NeMo, Golos and LJ Speech publish them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.config import VOXFORGE
from tests.helpers.corpora import speech_wav
from tests.helpers.sounds import bursts, int16_bytes, wav_header
from trainer.corpus.build_cache import Means, build_cache
from trainer.corpus.corpus import find_recordings
from trainer.corpus.layouts import COMMAND, VOTED_DOWN
from trainer.corpus.preflight import KEPT_NEW, NO_RECORDING, NO_TEXT, Heard, Rules, hear_all
from trainer.corpus.recording import Recording
from trainer.corpus.splits import assign_released
from trainer.errors import CorpusError

RULES = Rules(VOXFORGE)
IN_A_THREAD = Means(pool=lambda n_most: ThreadPoolExecutor(1, thread_name_prefix="hear"))
CV_COLUMNS = "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\n"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def write_sounds(folder: Path, *names: str) -> None:
    for n, name in enumerate(names):
        write(folder / name, speech_wav(n))


def found(source: Path) -> dict[str, tuple[str, str, str]]:
    recordings = find_recordings([source], Alphabet()).recordings
    return {one.id: (one.speaker, one.text, one.split) for one in recordings}


def rejects(source: Path) -> list[tuple[str, str]]:
    return [(Path(one.path).name, one.reason) for one in find_recordings([source], Alphabet()).rejects]


# --- Common Voice ---


def write_common_voice(folder: Path, rows: str, **splits: str) -> None:
    for name, text in {"validated": rows, **splits}.items():
        write(folder / f"{name}.tsv", CV_COLUMNS + text)
    write_sounds(folder / "clips", *(line.split("\t")[1] for line in rows.splitlines() if "absent" not in line))


def test_common_voice_with_its_splits_and_votes(tmp_path):
    rows = {
        "a": "ann\ta.mp3\tМама «мыла» раму.\t2\t0\t\n",
        "b": "bob\tb.mp3\tПривет!\t2\t0\t\n",
        "c": "cat\tc.mp3\tКот спит\t2\t1\t\n",
        "held reader": "bob\td.mp3\tЕщё одна\t2\t0\t\n",
        "held sentence": "ann\te.mp3\tпривет\t2\t0\t\n",
        "voted down": "ann\tf.mp3\tне то\t1\t2\t\n",
        "missing": "ann\tabsent.mp3\tнет файла\t2\t0\t\n",
        "listed by none": "dan\tg.mp3\tГде ты\t2\t0\t\n",
    }
    ru = tmp_path / "cv-corpus-22.0" / "ru"
    write_common_voice(ru, "".join(rows.values()), train=rows["a"], dev=rows["b"], test=rows["c"])
    clips = "cv-corpus-22.0/ru/clips"
    assert found(tmp_path) == {
        f"{clips}/a.mp3": ("ann", "мама мыла раму", "train"),
        f"{clips}/b.mp3": ("bob", "привет", "dev"),
        f"{clips}/c.mp3": ("cat", "кот спит", "test"),
        f"{clips}/g.mp3": ("dan", "где ты", "train"),
    }
    assert rejects(tmp_path) == [
        ("d.mp3", KEPT_NEW),
        ("e.mp3", KEPT_NEW),
        ("f.mp3", VOTED_DOWN),
        ("absent.mp3", NO_RECORDING),
    ]


def test_common_voice_without_lists_of_splits_and_with_quotes(tmp_path):
    write_common_voice(tmp_path, 'ann\ta.mp3\t"Да, сказал он\t2\t0\t\nbob\tb.mp3\tНет\tмного\t\t\n')
    assert found(tmp_path) == {
        "clips/a.mp3": ("ann", "да сказал он", ""),
        "clips/b.mp3": ("bob", "нет", ""),
    }


def test_a_table_without_the_columns_is_named(tmp_path):
    write_sounds(tmp_path / "clips", "a.mp3")
    table = write(tmp_path / "validated.tsv", "client\tfile\nann\ta.mp3\n")
    with pytest.raises(CorpusError, match="path, sentence") as caught:
        find_recordings([tmp_path], Alphabet())
    assert str(table) in str(caught.value)


# --- Kaldi ---


def test_kaldi_folders_with_speakers_segments_and_commands(tmp_path):
    write_sounds(tmp_path / "wav", "long.wav", "one.wav")
    long, one = tmp_path / "wav" / "long.wav", "wav/one.wav"
    train = tmp_path / "data" / "train"
    write(train / "wav.scp", f"long {long}\npiped sox x.mp3 -t wav - |\nlost wav/lost.wav\n")
    write(train / "segments", "u1 long 0.0 0.50\nu2 long 0.5 1.2\nu3 piped 0 1\nu4 lost 0 1\nu5 nowhere 0 1\n")
    write(train / "text", "u1 Да\nu2 мама  мыла раму\nu3 нет\nu4 нет\nu5 нет\nu6 нет\n")
    write(train / "utt2spk", "u1 ann\nu2 ann\n")
    write(tmp_path / "data" / "test" / "wav.scp", f"t1 {one}\nt2 {one}\n")
    write(tmp_path / "data" / "test" / "text", "t1 кот спит\n")
    assert found(tmp_path) == {
        "t1": ("", "кот спит", "test"),
        "u1": ("ann", "да", "train"),
        "u2": ("ann", "мама мыла раму", "train"),
    }
    assert [one.segment for one in find_recordings([train], Alphabet()).recordings] == [(0.0, 0.5), (0.5, 1.2)]
    assert sorted(rejects(train)) == [
        ("lost.wav", NO_RECORDING),
        ("u3", COMMAND),
        ("u5", NO_RECORDING),
        ("u6", NO_RECORDING),
    ]


def test_a_line_of_segments_that_is_none_is_named(tmp_path):
    write_sounds(tmp_path, "a.wav")
    write(tmp_path / "wav.scp", "a a.wav\n")
    write(tmp_path / "text", "u да\n")
    write(tmp_path / "segments", "u a 0.0 end\n")
    with pytest.raises(CorpusError, match="line u"):
        find_recordings([tmp_path], Alphabet())


def test_a_segment_is_heard_alone(tmp_path):
    samples = np.concatenate([bursts(0.1, 1.0, duration_s=1.2, seed=seed) for seed in (1, 2, 3)])
    content = int16_bytes(samples)
    path = write(tmp_path / "long.wav", wav_header(len(content)) + content)
    middle = int16_bytes(samples[19_200:38_400])
    alone = write(tmp_path / "middle.wav", wav_header(len(middle)) + middle)
    heard, expected = hear_all([Recording("a", path, "", "да", (1.2, 2.4)), Recording("b", alone, "", "да")], RULES)
    assert isinstance(heard, Heard)
    assert heard.duration_s == expected.duration_s == pytest.approx(1.2)
    np.testing.assert_array_equal(heard.cepstra, expected.cepstra)


# --- JSON lines ---


def test_json_lines_as_nemo_and_golos_have_them(tmp_path):
    write_sounds(tmp_path / "train" / "files", "a.wav", "b.wav")
    write_sounds(tmp_path / "test", "c.wav")
    rows = [
        {"audio_filepath": "files/a.wav", "text": "Мама мыла раму", "duration": 1.2},
        {"audio_filepath": "files/b.wav", "text": "да", "offset": 0.5, "duration": 0.7, "speaker": 7},
        {"audio_filepath": "files/b.wav", "text": None},
        {"audio_filepath": "files/lost.wav", "text": "нет"},
        {"text": "нет"},
    ]
    lines = [json.dumps(row, ensure_ascii=row["text"] == "да") for row in rows]
    write(tmp_path / "train" / "manifest.jsonl", "\ufeff" + "\n\n".join([*lines, "{broken"]))
    write(tmp_path / "test" / "manifest.json", json.dumps({"audio_filepath": "c.wav", "text": "кот спит"}))
    assert found(tmp_path) == {
        "test/c.wav": ("", "кот спит", "test"),
        "train/files/a.wav": ("", "мама мыла раму", "train"),
        "train/files/b.wav@0.5": ("7", "да", "train"),
    }
    assert rejects(tmp_path) == [
        ("b.wav", NO_TEXT),
        ("lost.wav", NO_RECORDING),
        ("manifest.jsonl:9", NO_RECORDING),
        ("manifest.jsonl:11", NO_RECORDING),
    ]
    (one,) = find_recordings([tmp_path / "test" / "manifest.json"], Alphabet()).recordings
    assert (one.id, one.text) == ("c.wav", "кот спит")


# --- LJ Speech ---


def test_a_table_as_lj_speech_has_it(tmp_path):
    write_sounds(tmp_path / "wavs", "a.wav", "b.flac", "c.wav")
    write(tmp_path / "metadata.csv", "a|5 котов|пять котов\nb|Да, «так»\n\nc|\nlost|нет\nno text at all\n")
    assert found(tmp_path) == {"wavs/a.wav": ("", "пять котов", ""), "wavs/b.flac": ("", "да так", "")}
    assert rejects(tmp_path) == [("c.wav", NO_TEXT), ("lost.wav", NO_RECORDING)]


# --- splits ---


def test_splits_of_a_release_are_kept_and_named_by_whether_their_text_is_learned():
    said = [("a", "да"), ("a", "ещё"), ("b", "еще"), ("c", "нет")]
    splits, notes = assign_released(said, ["train", "train", "dev", "test"], seed=1)
    assert splits == ["train", "train", "dev_seen_text", "test_unseen_text"]
    assert notes == ()


def test_a_release_without_dev_gives_some_of_its_train_for_it():
    said = [(f"speaker {n % 12}", f"предложение {n}") for n in range(240)] + [("x", "новое")]
    splits, _ = assign_released(said, ["train"] * 240 + ["test"], seed=1)
    assert splits[-1] == "test_unseen_text"
    assert {"train", "dev_unseen_text"} <= set(splits[:-1])


def test_a_cache_keeps_what_the_release_says(tmp_path):
    texts = ["Мама мыла раму", "Кот спит дома", "Нет!", "Кто там"]
    rows = [f"r{n}\t{n}.mp3\t{text}\t2\t0\t\n" for n, text in enumerate(texts)]
    corpus, cache = tmp_path / "ru", tmp_path / "cache"
    write_common_voice(corpus, "".join(rows), train="".join(rows[:2]), dev=rows[2], test=rows[3])
    *_, ready = build_cache([corpus], cache, RULES, means=IN_A_THREAD)
    sizes = {size.name: size.utterances for size in ready.report.splits}
    assert sizes == {"train": 2, "dev_unseen_text": 1, "test_unseen_text": 1}
