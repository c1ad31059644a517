"""What installing gives: everything in the wheel, a command on the path, and files that desktops understand."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import man_page
import pytest
import render_icons

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "scripts" / "packaging"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DESKTOP = PACKAGING / f"{render_icons.APP_ID}.desktop"
METAINFO = PACKAGING / f"{render_icons.APP_ID}.metainfo.xml"
FLATPAK = PACKAGING / f"{render_icons.APP_ID}.yml"
ICON_THEME = ROOT / "resources" / "icons" / "hicolor"


def run(*command: object, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=150, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- the wheel ---


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, since setuptools leaves folders behind."""
    pytest.importorskip("setuptools")
    copy, out = tmp_path_factory.mktemp("source") / "diktovka", tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "runs", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=unwanted)
    run(sys.executable, "-c", f"from setuptools import build_meta; build_meta.build_wheel({str(out)!r})", cwd=copy)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_everything(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = ["main.py"]
    for folder in ("engine", "gui", "trainer", "resources", "checkpoint1"):
        wanted += [
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ]
    assert [name for name in wanted if name not in names] == []
    assert any(name.startswith("resources/language-model/") for name in wanted)
    assert "resources/locale/ru.po" in names
    assert not any(name.startswith(("tests/", "scripts/", "docs/")) for name in names)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A virtual environment with the wheel in it; what it depends on is borrowed from this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=True)
    scheme = {"base": str(home), "platbase": str(home)}
    scripts = Path(sysconfig.get_path("scripts", "venv", scheme))
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = scripts / ("python.exe" if sys.platform == "win32" else "python")
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    return scripts


def test_the_command_is_on_the_path(installed, tmp_path):
    told = run(shutil.which("diktovka", path=installed), "--help", cwd=tmp_path)
    assert told.startswith("usage: diktovka")


def test_an_installed_copy_finds_what_it_came_with(installed, tmp_path):
    code = """
import engine, json, sys
from engine.paths import INSTALLED_IN, resource, shipped_checkpoint, shipped_language_model
from engine.model.checkpoint import load_checkpoint
from gui.help.about import version
from gui.core.i18n import _, install
install("ru")
load_checkpoint(shipped_checkpoint())
assert (shipped_language_model() / "ngrams.kenlm").is_file()
assert resource("samples/man.wav").is_file() and resource("icons/diktovka.svg").is_file()
print(json.dumps([str(INSTALLED_IN), version(), _("Settings")], ensure_ascii=True))
"""
    environment = {**os.environ, "PYTHONPATH": ""}
    told = run(installed / "python", "-c", code, cwd=tmp_path, env=environment)
    place, version, word = json.loads(told)
    assert Path(place).is_relative_to(installed.parent)
    assert (version, word) == (PROJECT["version"], "Настройки")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no share/ on Windows")
def test_what_desktops_look_for_is_installed(installed):
    share = installed.parent / "share"
    for name in (
        f"applications/{DESKTOP.name}",
        f"metainfo/{METAINFO.name}",
        "man/man1/diktovka.1",
        f"icons/hicolor/48x48/apps/{render_icons.APP_ID}.png",
        f"icons/hicolor/scalable/apps/{render_icons.APP_ID}.svg",
    ):
        assert (share / name).is_file(), name


# --- for desktops ---


def test_the_desktop_file():
    if shutil.which("desktop-file-validate"):
        run("desktop-file-validate", DESKTOP)
    entry = DESKTOP.read_text(encoding="utf-8").partition("\n[Desktop Action")[0]
    lines = dict(line.split("=", 1) for line in entry.splitlines() if "=" in line)
    assert lines["Exec"].split()[0] == next(iter(PROJECT["scripts"]))
    assert lines["Icon"] == render_icons.APP_ID
    assert {"Name", "Name[ru]", "Comment", "Comment[ru]"} <= set(lines)
    assert f'setDesktopFileName("{DESKTOP.stem}")' in (ROOT / "gui" / "shell" / "app.py").read_text(encoding="utf-8")


def test_the_metadata_for_software_centres():
    if shutil.which("appstreamcli"):
        run("appstreamcli", "validate", "--no-net", METAINFO)
    tree = ElementTree.parse(METAINFO).getroot()
    assert tree.findtext("id") == render_icons.APP_ID
    assert tree.findtext("project_license") == PROJECT["license"]
    assert tree.findtext("launchable") == DESKTOP.name
    assert tree.find("releases")[0].get("version") == PROJECT["version"]
    russian = "{http://www.w3.org/XML/1998/namespace}lang"
    for tag in ("name", "summary", "description/p"):
        assert {one.get(russian) for one in tree.findall(tag)} == {None, "ru"}, tag


def test_pictures_in_software_centres_wait_for_a_public_address():
    """AppStream takes them by address alone, so they come when the project has one."""
    tree = ElementTree.parse(METAINFO).getroot()
    pictures = [image.text for image in tree.findall("screenshots/screenshot/image")]
    assert bool(pictures) == ("urls" in PROJECT)
    assert all(address.startswith("https://") for address in pictures)


def test_the_man_page_is_current():
    assert man_page.PAGE.read_text(encoding="utf-8") == man_page.man_page(), "run scripts/man_page.py"


def test_the_man_page_is_one():
    text = man_page.PAGE.read_text(encoding="utf-8")
    assert text.startswith(".TH DIKTOVKA")
    assert "transcribe" in text
    assert "toggle" in text
    assert str(Path.home()) not in text
    if shutil.which("mandoc"):
        run("mandoc", "-Tlint", "-Werror", man_page.PAGE)


# --- icons ---


def test_icons_of_every_size():
    for size in render_icons.SIZES:
        png = (ICON_THEME / f"{size}x{size}" / "apps" / f"{render_icons.APP_ID}.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (size, size)
    drawing = (ROOT / "resources" / "icons" / "diktovka.svg").read_bytes()
    assert (ICON_THEME / "scalable" / "apps" / f"{render_icons.APP_ID}.svg").read_bytes() == drawing


def test_icons_for_windows_and_macos():
    ico = (ROOT / "resources" / "icons" / "diktovka.ico").read_bytes()
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, len(render_icons.ICO_SIZES))
    for number, size in enumerate(render_icons.ICO_SIZES):
        entry = struct.unpack("<BBBBHHII", ico[6 + 16 * number : 22 + 16 * number])
        png = ico[entry[7] : entry[7] + entry[6]]
        assert struct.unpack(">II", png[16:24]) == (size, size)
    icns = (ROOT / "resources" / "icons" / "diktovka.icns").read_bytes()
    assert (icns[:4], struct.unpack(">I", icns[4:8])[0]) == (b"icns", len(icns))


# --- other packages ---


def test_the_flatpak_manifest():
    """Checked as far as it goes without fetching its runtime."""
    text = FLATPAK.read_text(encoding="utf-8")
    if shutil.which("flatpak-builder"):
        run("flatpak-builder", "--show-manifest", FLATPAK)
    assert f"id: {render_icons.APP_ID}" in text
    permissions = set(re.findall(r"^  - (--\S+)", text.partition("cleanup:")[0], re.MULTILINE))
    names = ("org.kde.StatusNotifierWatcher", "org.freedesktop.Notifications")  # without them Qt shows no tray icon
    wanted = {"--socket=wayland", "--socket=fallback-x11", "--socket=pulseaudio", *(f"--talk-name={n}" for n in names)}
    assert wanted <= permissions
    assert not any(one.startswith("--filesystem") for one in permissions)  # files come through the portals
    for lock in re.findall(r"-r (\S+)", text):
        assert (ROOT / lock).is_file()
    assert all(len(digest) == 64 for digest in re.findall(r"sha256: (\w+)", text))


def test_the_recipe_for_pyinstaller():
    """That it is Python, and that every file it names is there; it was tried on Linux by hand."""
    text = (PACKAGING / "diktovka.spec").read_text(encoding="utf-8")
    compile(text, "diktovka.spec", "exec")
    for name in ("resources", "checkpoint1", "gui/widgets/style.qss", "pyproject.toml", "LICENSE"):
        assert (ROOT / name).exists()
        assert name.rpartition("/")[2] in text
    for kind in ("ico", "icns"):
        assert (ROOT / "resources" / "icons" / f"diktovka.{kind}").is_file()
