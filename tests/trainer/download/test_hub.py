"""Models fetched by name from a local hub that behaves like the public one, on good days and on bad ones."""

import threading
from functools import partial
from pathlib import Path

import httpx
import pytest

from engine.errors import DiskFull
from engine.foreign.description import read_foreign
from engine.paths import models_dir
from main import main
from tests.helpers.downloads import World
from tests.helpers.foreign_models import write_gigaam_ctc, write_vosk
from tests.helpers.full_disk import FullDisk
from tests.helpers.model_hub import Mirror, ModelHub, cuts_after, refuses, sends
from trainer.download.events import ModelAdded, ModelProgress, Retrying
from trainer.download.hub import add_public
from trainer.download.public_models import PUBLIC_MODELS, public_model
from trainer.download.transfer import Outside, open_client
from trainer.errors import AddressUnusable, ModelFileBroken, ModelUnknown, SiteRefused, SiteUnreachable

GRAPH = "v3_ctc.int8.onnx"
GIGAAM = public_model("gigaam-v3-ctc")


@pytest.fixture(scope="module")
def gigaam(tmp_path_factory) -> Path:
    return write_gigaam_ctc(tmp_path_factory.mktemp("models") / "GigaAM")


@pytest.fixture
def hub(gigaam, tmp_path, monkeypatch):
    with ModelHub(istupakov__gigaam_v3_onnx=gigaam, alphacep__vosk_model_small_ru=write_vosk(tmp_path / "v")) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture(autouse=True)
def nothing_runs_on():
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("asyncio", "AnyIO"))]
    assert left == []


def added(model=GIGAAM, world=None) -> list:
    return list(add_public(model, (world or World()).outside))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def part() -> Path:
    return models_dir() / ".downloading" / GIGAAM.name / f"{GRAPH}.part"


def test_a_model_arrives_is_tried_and_is_one_of_the_persons(hub, gigaam):
    events = added()
    home = models_dir() / "GigaAM v3 CTC"
    assert events[-1] == ModelAdded(home)
    assert files(home) == {"config.json", "v3_vocab.txt", GRAPH, "foreign.json"}
    assert all((home / path.name).read_bytes() == path.read_bytes() for path in gigaam.iterdir())
    known = read_foreign(home)
    assert (known.family, known.licence, known.source) == ("gigaam-v3-ctc", "MIT", "istupakov/gigaam-v3-onnx")
    assert not list((models_dir() / ".downloading").iterdir())
    progress = [event for event in events if isinstance(event, ModelProgress)]
    total = sum(path.stat().st_size for path in gigaam.iterdir())
    assert (progress[-1].done_bytes, progress[-1].total_bytes, progress[-1].is_checking) == (total, total, True)
    assert all(0 <= event.done_bytes <= event.total_bytes or not event.total_bytes for event in progress)


def test_files_in_folders_of_the_repository(hub):
    home = added(public_model("vosk-small"))[-1].home
    assert files(home) == {*public_model("vosk-small").files, "foreign.json"}


def test_a_cut_is_gone_on_behind(hub):
    hub.faults[GRAPH] = [cuts_after(3000)]
    events = added()
    assert hub.ranges(GRAPH) == ["", "bytes=3000-"]
    assert [event.name for event in events if isinstance(event, Retrying)] == [GRAPH]
    assert isinstance(events[-1], ModelAdded)


def test_a_start_that_was_given_up_is_gone_on_with(hub):
    hub.faults[GRAPH] = [cuts_after(3000), *[refuses(503)] * 20]
    with pytest.raises(SiteRefused):
        added()
    assert part().stat().st_size == 3000
    hub.faults.clear()
    hub.asked.clear()
    assert isinstance(added()[-1], ModelAdded)
    assert hub.asked == [(GRAPH, "bytes=3000-")]


def test_left_in_the_middle_nothing_runs_on_and_parts_stay(hub):
    hub.faults[GRAPH] = [cuts_after(3000)]
    steps = add_public(GIGAAM, World().outside)
    for event in steps:
        if isinstance(event, Retrying):
            break
    steps.close()
    assert part().stat().st_size == 3000
    assert not (models_dir() / "GigaAM v3 CTC").exists()


@pytest.mark.parametrize("name", [GRAPH, "v3_vocab.txt"])
def test_another_content_is_found_by_its_sum(hub, name):
    hub.faults[name] = [sends(b"wrong")]
    with pytest.raises(ModelFileBroken, match=name):
        added()
    assert not list(models_dir().glob("[!.]*"))
    assert isinstance(added()[-1], ModelAdded)  # and the next start fetches it anew


def test_a_part_of_another_file_is_thrown_away_and_all_of_it_fetched(hub):
    part().parent.mkdir(parents=True)
    part().write_bytes(b"of an earlier version")
    assert isinstance(added()[-1], ModelAdded)
    assert hub.ranges(GRAPH) == ["bytes=21-", ""]


def test_a_file_of_an_earlier_start_that_the_hub_has_anew_is_fetched_again(hub, gigaam):
    """Of the same size: only its sum tells."""
    vocabulary = models_dir() / ".downloading" / GIGAAM.name / "v3_vocab.txt"
    vocabulary.parent.mkdir(parents=True)
    now = (gigaam / "v3_vocab.txt").read_bytes()
    vocabulary.write_bytes(now.replace("а 1".encode(), "а 9".encode()))
    assert vocabulary.stat().st_size == len(now)
    assert (added()[-1].home / "v3_vocab.txt").read_bytes() == now


def test_a_mirror_that_leads_to_the_hub_does_not_tell_the_size(hub, monkeypatch):
    with Mirror(hub.url) as mirror:
        monkeypatch.setenv("HF_ENDPOINT", mirror.url)
        assert isinstance(added()[-1], ModelAdded)


def test_what_begins_encrypted_goes_nowhere_without(monkeypatch):
    """The first answer is that of a hub; nothing is asked of the address that it names."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://cdn.example.org/file"})

    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example.org")
    client = partial(open_client, transport=httpx.MockTransport(answer))
    with pytest.raises(AddressUnusable, match="the connection would not be encrypted"):
        list(add_public(GIGAAM, Outside(client=client)))
    assert asked
    assert all(url.startswith("https://hub.example.org/") for url in asked)


def test_what_is_not_there_is_said_at_once(hub):
    del hub.files[f"istupakov/gigaam-v3-onnx/{GRAPH}"]
    world = World()
    with pytest.raises(SiteRefused, match="404"):
        added(world=world)
    assert world.waits_s == []
    assert hub.asked == []


def test_no_hub_at_all(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SiteUnreachable):
        added()


def test_a_full_disk_keeps_what_came(hub):
    with pytest.raises(DiskFull):
        added(world=World(disk=FullDisk(2000)))
    assert not list(models_dir().glob("[!.]*"))
    assert isinstance(added()[-1], ModelAdded)


def test_a_damaged_model_of_the_hub_is_not_added(hub):
    hub.files[f"istupakov/gigaam-v3-onnx/{GRAPH}"] = b"no model"
    with pytest.raises(Exception, match="The model in"):
        added()
    assert not list(models_dir().glob("[!.]*"))


def test_the_list_names_what_a_person_wants_to_know():
    assert len({model.name for model in PUBLIC_MODELS}) == 4
    for model in PUBLIC_MODELS:
        assert model.n_bytes > 1e7
        assert all((model.licence, model.languages, model.good_for, model.title))
    with pytest.raises(ModelUnknown, match="gigaam-v3-ctc, "):
        public_model("gigaam")


def test_on_the_command_line(hub, gigaam, capsys, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert main(["model", "add", "gigaam-v3-ctc"]) == 0
    assert capsys.readouterr().out.strip() == str(models_dir() / "GigaAM v3 CTC")
    assert main(["model", "add", str(gigaam)]) == 0
    assert capsys.readouterr().out.strip() == str(models_dir() / "GigaAM")
    assert main(["model", "list"]) == 0
    listed = capsys.readouterr().out
    assert "GigaAM v3 CTC  (gigaam-v3-ctc, MIT)" in listed
    assert "vosk-small" in listed
    assert main(["model", "add", "nothing"]) == 1
    assert "neither a folder nor a model nothing" in capsys.readouterr().err
