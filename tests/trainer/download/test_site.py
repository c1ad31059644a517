"""What a site's page lists, and what of it is wanted."""

import time

import pytest

from tests.helpers.voxforge_site import VoxForgeSite
from trainer.download.archive_index import Archive, Choice, checked_url, corpus_url, parse_index
from trainer.errors import AddressUnusable, NoArchives

URL = "http://example.org/corpus/16kHz_16bit/"


def listed(page: str, url: str = URL) -> list[tuple[str, int | None]]:
    return [(one.name, one.size_bytes) for one in parse_index(page.encode(), url).archives]


def test_voxforges_page_with_its_header_and_footer():
    site = VoxForgeSite({"zend-20110516-leg.tgz": b"", "1-20121125-pgp.tgz": b"", "ira.tgz": b""})
    site.sizes = {"zend-20110516-leg.tgz": "1.9M", "1-20121125-pgp.tgz": "512K", "ira.tgz": "-"}
    assert listed(site.page().decode()) == [
        ("zend-20110516-leg.tgz", 1_992_294),
        ("1-20121125-pgp.tgz", 524_288),
        ("ira.tgz", None),
    ]


def test_an_archive_knows_its_address_and_its_folder():
    (archive,) = parse_index(b'<a href="zend-20110516-leg.tgz">x</a>', URL).archives
    assert archive.url == URL + "zend-20110516-leg.tgz"
    assert archive.stem == "zend-20110516-leg"
    assert Archive("a.b.tar.gz", "").stem == "a.b"


@pytest.mark.parametrize(
    ("page", "size"),
    [
        ('<a href="a.tgz">a.tgz</a>                23-May-2014 12:30             1992294\n', 1_992_294),
        ('<td><a href="a.tgz">a.tgz</a></td><td>2014-05-23 12:30  </td><td> 44M</td><td>&nbsp;</td>', 46_137_344),
        ('<li><a href="a.tgz">a.tgz</a></li>', None),
        ('<a href="a.tgz">3 archives</a> <a href="b.txt">b</a> 2014-05-23 12:30 7K', None),
    ],
    ids=["nginx", "apache-table", "python", "no-size"],
)
def test_pages_of_other_servers(page, size):
    assert listed(page) == [("a.tgz", size)]


def test_cyrillic_names():
    page = '<a href="%D0%B8%D1%80%D0%B0.tgz">и</a><a href="оля.tgz">о</a><a href="%EC%E0%F8%E0.tgz">м</a>'
    assert [name for name, _ in listed(page)] == ["ира.tgz", "оля.tgz", "маша.tgz"]


@pytest.mark.parametrize(
    "href",
    [
        "../a.tgz",
        "http://elsewhere.org/corpus/16kHz_16bit/a.tgz",
        "/a.tgz",
        "b/a.tgz",
        "a%2Fb.tgz",
        "..%2fa.tgz",
        "%2e%2e%5ca.tgz",
        ".tgz",
        ".hidden.tgz",
        "a%00.tgz",
        "a%0A.tgz",
        "c:a.tgz",
        "a.zip",
        "a.tgz.txt",
        "http://[/a.tgz",
        "?C=N;O=D",
        "x" * 300 + ".tgz",
    ],
)
def test_links_that_are_no_archives(href):
    with pytest.raises(NoArchives, match=r"example\.org.* lists no archives"):
        listed(f'<a href="{href}">a.tgz</a>')


def test_one_folder_is_filled_by_one_archive():
    assert listed('<a href="a.tgz">a</a><a href="A.tar.gz">a</a><a href="a.tgz#x">a</a>') == [("a.tgz", None)]


@pytest.mark.parametrize("page", [b"", b"href", b"http://example.org", b"\xff\xfe\x00", b"<a name='x.tgz'>", b"{}"])
def test_pages_without_archives(page):
    with pytest.raises(NoArchives):
        parse_index(page, URL)


@pytest.mark.parametrize(
    "href",
    ["&#" + "9" * 5000 + ";.tgz", "http://[", "&#xD800;.tgz", "a.tgz&#x110000000;", "%", "//", "http://a:b/c.tgz"],
    ids=range(7),
)
def test_a_link_that_makes_no_sense_costs_that_link(href):
    assert listed(f'<a href="{href}">x</a> 1K <a href="a.tgz">a</a> 2K')[-1] == ("a.tgz", 2048)


@pytest.mark.parametrize("junk", ["<![foo", "<!--", "</", "<", "&#" + "9" * 5000, "<![CDATA[", "<a", "<a href='"])
def test_what_a_parser_would_reject(junk):
    assert listed(f'{junk} <a href="a.tgz">a</a> 2K')[:1] == [("a.tgz", 2048)]


@pytest.mark.parametrize("size", ["9" * 5000, "9" * 400 + "G", "9" * 20, "1." + "9" * 5000])
def test_sizes_that_make_no_sense(size):
    assert listed(f'<a href="a.tgz">a</a> {size}') == [("a.tgz", None)]


@pytest.mark.parametrize(
    "part",
    ["<a ", '<a href="', "<a href='x' ", "<b>", "<a href=x><b>", "</a>", "<a href=x.tgz>", "href=", "1.", "<!--", "&#"],
)
def test_time_grows_with_the_page_alone(part):
    """Twenty times the page takes not four hundred times as long."""

    def seconds(n: int) -> float:
        page = (part * n + '<a href="a.tgz">a</a>').encode()
        begun = time.process_time()
        parse_index(page, URL)
        return time.process_time() - begun

    short = min(seconds(5_000) for _ in range(3))
    assert seconds(100_000) < 100 * max(short, 0.001)


def test_choices():
    archives = [Archive(name, "") for name in ("anna-1.tgz", "Boris-1.tgz", "anna-2.tgz", "ЁЖ-1.tgz")]

    def names(choice):
        return [one.name for one in choice.pick(archives)]

    assert names(Choice()) == ["anna-1.tgz", "Boris-1.tgz", "anna-2.tgz", "ЁЖ-1.tgz"]
    assert names(Choice(count=2)) == ["anna-1.tgz", "Boris-1.tgz"]
    assert names(Choice(text="ANNA")) == ["anna-1.tgz", "anna-2.tgz"]
    assert names(Choice(text="ёж")) == ["ЁЖ-1.tgz"]
    assert names(Choice(count=1, text="-2")) == ["anna-2.tgz"]
    assert names(Choice(count=9, text="zoe")) == []


def test_where_voxforge_keeps_a_language():
    assert corpus_url() == "http://www.repository.voxforge1.org/downloads/Russian/Trunk/Audio/Main/16kHz_16bit/"
    assert "/downloads/de/" in corpus_url("de")
    assert "/downloads/..%2Fx/" in corpus_url("../x")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        (" https://example.org/x/ ", "https://example.org/x/"),
        ("example.org/x", "http://example.org/x"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
    ],
)
def test_addresses_as_typed(typed, url):
    assert checked_url(typed) == url


@pytest.mark.parametrize("typed", ["", "http://", "ftp://example.org", "file:///etc", "http://a:99999/", "http://[::1"])
def test_addresses_that_are_none(typed):
    with pytest.raises(AddressUnusable):
        checked_url(typed)
