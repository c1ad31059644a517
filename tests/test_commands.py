"""The command line, as a person starts it; where the process matters not, in this one, which has TensorFlow loaded."""

import json
import os
import shutil
import subprocess
import sys

import docx
import numpy as np
import pytest
import soundfile

import main
from engine import paths
from engine.cli import spoken_options
from engine.dictation.apply_commands import dictated
from engine.events import Final, Finished
from tests.conftest import ROOT
from tests.helpers.downloads import content_of
from tests.helpers.models import write_cache, write_random_checkpoint
from tests.helpers.programs import needs
from tests.helpers.speech import evenly
from tests.helpers.voices import write_voice

RATE_HZ = 16_000


def diktovka(*arguments, **more) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False, **more)


@pytest.fixture
def here(capsys):
    """As `diktovka`, without a process of its own."""

    def run(*arguments) -> subprocess.CompletedProcess:
        capsys.readouterr()
        status = main.main([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_checkpoint(tmp_path_factory.mktemp("models") / "случайная")


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("Мои записи") / "мой файл.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, RATE_HZ * 3), RATE_HZ)
    return path


def test_text_goes_to_standard_output_alone(model, recording):
    done = diktovka("transcribe", recording, "-m", model, "--language-model", "none", "--no-punctuation")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    assert set(done.stdout) <= set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя \n")


def test_text_comes_with_marks_and_capitals(here, model, recording):
    done = here("transcribe", recording, "-m", model, "--language-model", "none")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout[0].isupper()
    assert done.stdout.rstrip()[-1] in ".?!"


@pytest.mark.parametrize("form", ["txt", "srt", "vtt", "json", "docx"])
def test_files_go_to_the_folder_that_is_named(here, model, recording, tmp_path, form):
    options = ("-m", model, "--language-model", "none")
    done = here("transcribe", recording, f"--{form}", "-o", tmp_path / "новая", *options)
    assert (done.returncode, done.stdout) == (0, "")
    file = tmp_path / "новая" / f"мой файл.{form}"
    written = "" if form == "docx" else file.read_text("utf-8")
    if form == "docx":
        assert [paragraph.text for paragraph in docx.Document(str(file)).paragraphs if paragraph.text]
    elif form == "json":
        described = json.loads(written)
        assert described["duration_s"] == 3.0
        assert described["segments"][0]["words"][0]["text"]
    else:
        assert {"txt": "\n", "srt": " --> ", "vtt": "WEBVTT"}[form] in written


@pytest.mark.parametrize(
    ("commands", "digits", "text"),
    [
        (False, False, "купи двадцать пять яблок точка новая строка спасибо"),
        (True, False, "Купи двадцать пять яблок.\nСпасибо"),
        (True, True, "Купи 25 яблок.\nСпасибо"),
        (False, True, "купи 25 яблок точка новая строка спасибо"),
    ],
)
def test_what_is_said_about_the_text(commands, digits, text):
    events = [Final(evenly("купи двадцать пять яблок точка новая строка спасибо")), Finished(3.0, ())]
    *_, last = dictated(iter(events[:1]), spoken_options(commands, digits))
    assert last.segment.text == text


def test_marks_and_capitals_are_in_every_form_of_a_sample(here, shipped, tmp_path):
    sample = paths.resource("samples") / "man.wav"
    for form in ("txt", "srt", "docx", "json"):
        assert here("transcribe", sample, f"--{form}", "-o", tmp_path).returncode == 0
    text = (tmp_path / "man.txt").read_text("utf-8").strip()
    assert text[0].isupper()
    assert text.endswith((".", "?", "!"))
    paragraphs = docx.Document(str(tmp_path / "man.docx")).paragraphs
    assert [paragraph.text for paragraph in paragraphs if paragraph.text][-1] == text
    shown = [line for line in (tmp_path / "man.srt").read_text("utf-8").splitlines() if any(map(str.isalpha, line))]
    assert " ".join(shown) == text
    whole = json.loads((tmp_path / "man.json").read_text("utf-8"))
    words = [word for segment in whole["segments"] for word in segment["words"]]
    assert words[-1]["text"] == words[-1]["plain"] + words[-1]["mark"]
    assert words[0]["plain"] == words[0]["text"].lower()


def test_spoken_commands_are_carried_out_on_request(here, shipped, tmp_path):
    said = "Мне нужно успеть на последний поезд, точка. Скажите пожалуйста, который час, вопросительный знак."
    speak = [needs("espeak-ng"), "-v", "ru+f2", "-s", "140", "-w", tmp_path / "a.wav", said]
    subprocess.run(speak, check=True, timeout=60)
    plain = here("transcribe", tmp_path / "a.wav", "--no-punctuation")
    obeyed = here("transcribe", tmp_path / "a.wav", "--spoken-commands")
    assert (plain.returncode, obeyed.returncode) == (0, 0)
    assert not set(".?") & set(plain.stdout)
    assert obeyed.stdout.rstrip().endswith("?")
    assert obeyed.stdout[0].isupper()


def test_evaluate_goes_on_past_what_cannot_be_scored_and_lists_it(here, model, recording, tmp_path):
    (tmp_path / "a.wav").write_bytes(recording.read_bytes())
    (tmp_path / "empty.wav").touch()
    rows = ("file\ttext", "a.wav\tда", "gone.wav\tнет", "empty.wav\tда", "a.wav\t", "a.wav\tнет")
    (tmp_path / "transcripts.tsv").write_text("\n".join(rows), "utf-8")
    done = here("evaluate", tmp_path, "-m", model, "--language-model", "none", "--json")
    assert done.returncode == 0
    described = json.loads(done.stdout)
    assert described["utterances"] == 1
    assert [(one["path"].rpartition("/")[2], one["reason"]) for one in described["left_out"]] == [
        ("gone.wav", "unreadable"),
        ("empty.wav", "unreadable"),
        ("a.wav", "no text"),
        ("a.wav", "another text of a recording that has one"),
    ]
    assert len(done.stderr.splitlines()) == 4
    (tmp_path / "transcripts.tsv").write_text("file\ttext\ngone.wav\tнет", "utf-8")
    done = here("evaluate", tmp_path, "-m", model, "--language-model", "none")
    assert (done.returncode, "none of its recordings can be scored" in done.stderr) == (1, True)


def transcripts(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_no_two_recordings_get_one_file_and_nothing_is_overwritten(here, model, recording, tmp_path):
    names = ("a/rec.wav", "b/rec.wav", "a/rec.WAV", "a/rec.mp3", "a/Rec.flac")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(recording.read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    (out / "rec.txt").write_text("исправлено", "utf-8")
    options = ("-m", model, "--language-model", "none", "-o", out)

    done = here("transcribe", *(tmp_path / name for name in names), *options)
    assert done.returncode == 0
    assert transcripts(out) == ["Rec.txt", *(f"rec ({n}).txt" for n in range(2, 6)), "rec.txt"]
    assert (out / "rec.txt").read_text("utf-8") == "исправлено"
    assert [line for line in done.stderr.splitlines() if line.endswith("rec (2).txt")]

    done = here("transcribe", tmp_path / names[0], tmp_path / names[1], *options, "--overwrite")
    assert (out / "rec.txt").read_text("utf-8") != "исправлено"
    assert done.stderr.splitlines() == [str(out / "rec.txt"), str(out / "rec (2).txt")]


def test_a_name_as_long_as_can_be_gets_an_output(here, model, recording, tmp_path):
    name = "ы" * 125 + "a.wav"
    (tmp_path / name).write_bytes(recording.read_bytes())
    options = ("-m", model, "--language-model", "none", "-o", tmp_path / "out", "--json")
    for _time in range(2):
        assert here("transcribe", tmp_path / name, *options).returncode == 0
    assert [len(os.fsencode(one)) for one in transcripts(tmp_path / "out")] == [255, 255]


def test_what_is_to_know_of_a_recording_is_said(here, model, recording, tmp_path):
    content = recording.read_bytes()
    (tmp_path / "cut.wav").write_bytes(content[: len(content) // 2])
    done = here("transcribe", tmp_path / "cut.wav", "-m", model, "--language-model", "none", "--json")
    assert done.returncode == 0
    assert "cut.wav: The recording is damaged or cut off: only its first 1.5 s could be read." in done.stderr
    assert json.loads(done.stdout)["notes"] == [{"note": "cut", "read_s": 1.5}]


def test_a_pipe_that_is_not_utf_8(model, recording):
    command = [sys.executable, str(ROOT / "main.py"), "transcribe", recording, "-m", model, "--language-model", "none"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, encoding="ascii", env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u04" in done.stdout


def test_a_reader_that_closes_early_ends_it_quietly(model, recording):
    command = [sys.executable, str(ROOT / "main.py"), "transcribe", *[recording] * 3, "-m", model]
    listening, writing = os.pipe()
    os.close(listening)
    done = subprocess.run([*command, "--language-model", "none"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")  # noqa: PTH110
def test_a_full_device_is_a_sentence_for_each_recording(model, recording):
    command = [sys.executable, str(ROOT / "main.py"), "transcribe", recording, recording, "-m", model]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([*command, "--language-model", "none"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    told = done.stderr.decode().splitlines()
    assert len(told) == 2
    assert all("standard output" in line for line in told)


def test_a_word_document_is_not_printed(here, model, recording):
    done = here("transcribe", recording, "--docx", "-m", model)
    assert (done.returncode, done.stdout) == (1, "")
    assert "name a folder for it with -o" in done.stderr


def test_one_bad_file_is_named_and_the_others_go_on(here, model, recording, tmp_path):
    bad = tmp_path / "плохой.wav"
    bad.write_text("no sound at all", "utf-8")
    files = (bad, recording, tmp_path / "none.wav")
    done = here("transcribe", *files, "-m", model, "--language-model", "none")
    assert done.returncode == 1
    assert done.stdout.strip()
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert "плохой.wav" in told[0]
    assert "none.wav" in told[1]
    assert "Traceback" not in done.stderr


def test_a_list_of_words_that_is_not_there_is_told(here, model, recording, tmp_path):
    done = here("transcribe", recording, "-m", model, "--own-words", tmp_path / "слова.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "слова.txt cannot be read: there is no such file" in done.stderr


def test_a_closed_standard_output_is_no_success(model, recording):
    command = [sys.executable, str(ROOT / "main.py"), "transcribe", str(recording), "-m", str(model)]
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *command, "--language-model", "none", "--no-punctuation"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "standard output" in done.stderr


ODD_NAME = "новая\nстрока\tи \x1b[31m\u202eдругое"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_of_any_kind_are_told_on_one_line_and_do_nothing_there(here, model, recording, tmp_path):
    folder = tmp_path / ODD_NAME
    folder.mkdir()
    shutil.copy(recording, folder / f"{ODD_NAME}.wav")
    (folder / "transcripts.tsv").write_text("file\ttext\nнет.wav\tда\n", "utf-8")
    missing, out = tmp_path / f"нет {ODD_NAME}.wav", folder / "out"
    plain = ("-m", model, "--language-model", "none")
    done = [
        here("transcribe", folder / f"{ODD_NAME}.wav", missing, *plain, "--no-punctuation", "-o", out),
        here("transcribe", folder / f"{ODD_NAME}.wav", *plain, "-o", folder / "transcripts.tsv"),
        here("evaluate", folder, "-m", model, "--language-model", folder),
        here("evaluate", folder, *plain),
        here("corpus", folder, "-o", folder / "c"),
    ]
    assert [path.name for path in out.iterdir()] == [f"{ODD_NAME}.txt"], "but kept on the disk"
    for one in done:
        assert any(r"новая\nстрока\tи \x1b[31m\u202eдругое" in line for line in one.stderr.splitlines()), one.stderr
        assert not set("\x1b\u202e\t") & set(one.stderr + one.stdout)


def test_a_lack_of_memory_is_one_sentence_and_a_status(here, monkeypatch):
    def demo(_arguments) -> int:
        raise MemoryError("std::bad_alloc")

    monkeypatch.setattr("engine.cli.demo", demo)
    done = here("demo")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"diktovka: {main.NO_MEMORY}\n")


def test_a_failure_is_one_sentence_and_a_status(here, tmp_path):
    for done in (
        diktovka("train", "/does/not/exist", "-o", "run", cwd=tmp_path),
        here("transcribe", "x.wav", "-m", "/does/not/exist"),
        here("evaluate", "/does/not/exist"),
    ):
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith("diktovka: ")
        assert len(done.stderr.splitlines()) == 1


def test_evaluate_prints_json_with_the_error_rates(here, model, tmp_path):
    corpus = write_cache(tmp_path / "c")
    done = here("evaluate", corpus, "--split", "dev_seen_text", "--json", "-m", model)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["cer"] > 0.3
    assert found["wer"] > 0.8  # a network of random weights hits a short word now and then
    assert (found["utterances"], found["words"]) == (8, 24)
    assert [one["set"] for one in found["sets"]] == ["dev_seen_text"]


def test_evaluate_reads_a_folder_with_transcripts(here, model, recording, tmp_path):
    folder = tmp_path / "Записи"
    folder.mkdir()
    (folder / "a.wav").write_bytes(recording.read_bytes())
    (folder / "transcripts.tsv").write_text("file\tspeaker\ttext\na.wav\tя\tДа, это — ёлка!\n", "utf-8")
    done = here("evaluate", folder, "-m", model)
    assert done.returncode == 0
    header, row, total, *_confidences = done.stdout.splitlines()
    assert header.split() == ["set", "utterances", "words", "CER", "WER"]
    assert row.split()[:3] == ["Записи", "1", "3"]
    assert total.split()[0] == "all"


def test_evaluate_names_a_split_that_is_missing(here, model, tmp_path):
    done = here("evaluate", write_cache(tmp_path / "c"), "--split", "test", "-m", model)
    assert done.returncode == 1
    assert "no split test" in done.stderr


@pytest.mark.parametrize("verb", ["transcribe", "evaluate", "train", "language-model", "devices", "demo"])
def test_every_verb_explains_itself_without_heavy_imports(verb):
    program = (
        "import sys, main\n"
        f"try: main.main([{verb!r}, '--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'PySide6', 'sounddevice', 'tensorflow'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: diktovka " + verb in done.stdout


def test_transcribing_imports_neither_qt_nor_portaudio_nor_what_takes_a_second(model, recording):
    program = (
        "import sys, main\n"
        f"command = ['transcribe', {str(recording)!r}, '-m', {str(model)!r}, '--language-model', 'none']\n"
        "assert main.main(command) == 0\n"
        "heavy = {'PySide6', 'sounddevice', 'scipy.signal'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_language_model_from_own_text_is_read_with(here, model, recording, tmp_path):
    (tmp_path / "текст.txt").write_text("Мама мыла раму. Ёжик ушёл в лес.\n" * 5, "utf-8")
    done = diktovka(
        "language-model", tmp_path / "текст.txt", "-o", tmp_path / "lm", "--vocabulary", "100", "--order", "2"
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "counting" in done.stderr
    assert "n-grams by length" in done.stderr
    plain = here("transcribe", recording, "-m", model, "--language-model", "none")
    aided = here("transcribe", recording, "-m", model, "--language-model", tmp_path / "lm")
    assert (plain.returncode, aided.returncode) == (0, 0)
    assert plain.stdout != aided.stdout


@pytest.mark.parametrize("arguments", [("none.txt", "-o", "lm"), ("none.txt", "-o", "lm", "--order", "9")])
def test_a_language_model_that_cannot_be_made_is_told(arguments, tmp_path):
    done = diktovka("language-model", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("diktovka: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "lm").exists()


def test_own_words_are_named_where_they_are_of_no_use(here, model, recording, tmp_path):
    (tmp_path / "слова.txt").write_text("диктовка\nQt 6\n", "utf-8")
    done = here("transcribe", recording, "-m", model, "--own-words", tmp_path / "слова.txt")
    assert done.returncode == 0
    assert done.stderr.count("left out") == 1
    assert "line 2" in done.stderr


def test_demo_reads_both_samples(shipped):
    done = diktovka("demo")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) >= 2
    assert done.stderr.count("spoken:") == 2


def test_a_model_is_tuned_and_what_cannot_be_is_said(tmp_path):
    model, voice = write_random_checkpoint(tmp_path / "model"), write_voice(tmp_path / "voice")
    corpus = write_cache(tmp_path / "corpus")
    options = ("-m", model, "--corpus", corpus, "--epochs", "1", "--threads", "1", "--language-model", "none")
    done = diktovka("tune", voice, "-o", tmp_path / "run", *options)
    assert done.returncode == 0
    head, own, others, tuned = done.stdout.splitlines()
    assert head.split()[:2] == ["utterances", "words"]
    assert own.split()[:4] == ["own,", "held", "out", "5"]
    assert others.split()[:4] == ["others,", "held", "out", "16"]
    assert tuned.endswith(str(tmp_path / "run" / "tuned"))
    assert "19 recordings to learn, 5 held out" in done.stderr
    assert (tmp_path / "run" / "tuned" / "weights.npz").is_file()

    few = diktovka("tune", write_voice(tmp_path / "few", n=3), "-o", tmp_path / "other", "-m", model)
    assert few.returncode == 1
    assert few.stderr.count("diktovka:") == 1
    assert "only 3 can be used" in few.stderr


MAKING = {
    "train": ["corpus"],
    "tune": ["folder"],
    "average": ["model"],
    "language-model": ["text.txt"],
    "corpus": ["folder"],
    "synthetic": ["text.txt"],
    "self-label": ["cache"],
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A copy of the program's folders that a mistake may spoil."""
    monkeypatch.setattr(paths, "INSTALLED_IN", tmp_path / "program")
    write_random_checkpoint(paths.shipped_checkpoint())
    paths.shipped_language_model().mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "program")
    return tmp_path / "program"


@pytest.mark.parametrize("verb", MAKING)
def test_what_came_with_the_program_is_never_overwritten(here, installed, verb, tmp_path):
    before = content_of(installed)
    (tmp_path / "link").symlink_to(installed / "checkpoint1")
    shipped = [
        "checkpoint1",
        "checkpoint1/best",
        "resources/language-model",
        tmp_path / "link",
        installed / "checkpoint1",
    ]
    for folder in shipped:
        done = here(verb, *MAKING[verb], "-o", folder)
        assert (done.returncode, done.stdout) == (1, "")
        expected = f"diktovka: Nothing can be written to {folder} (it came with the program). Choose another folder.\n"
        assert done.stderr == expected
    assert content_of(installed) == before


def test_the_mean_of_the_shipped_model_and_another_goes_elsewhere(here, installed, tmp_path):
    before = content_of(installed)
    other = write_random_checkpoint(tmp_path / "other", seed=1)
    assert here("average", "checkpoint1", other, "-o", "checkpoint1").returncode == 1
    assert content_of(installed) == before
    assert here("average", "checkpoint1", other, "-o", "checkpoint1-mean").returncode == 0
    assert (installed / "checkpoint1-mean" / "model.json").is_file()
