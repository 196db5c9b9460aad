"""Static files in production are named by their content; where they were not collected, pages still say something."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile

from roma_network import settings as production
from roma_network.directory import errors
from roma_network.environment import BASE_DIR
from roma_network.pages.static_files import condensed, without_comments
from tests.html import Page


@pytest.fixture
def root(settings, tmp_path):
    """Where production's storage looks for what was collected."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = production.STORAGES | {
        "staticfiles": {"BACKEND": "roma_network.pages.static_files.Storage"}
    }
    return tmp_path


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/actors/", 200), ("/no/such/page/", 404), ("/admin/login/", 200)]
)
def test_a_page_is_there_before_its_files_are_collected(root, db, client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert Page(answer.text).texts("h1")


def test_the_page_of_errors_is_never_empty(root, rf):
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert Page(answer.text).text("h1") == "Something went wrong here"


def test_a_collected_file_is_named_by_its_content_and_another_as_it_stands(root):
    paths = {"css/base.css": "css/base.0123456789ab.css"}
    (root / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": paths, "hash": ""}))
    assert staticfiles_storage.url("css/base.css") == "/static/css/base.0123456789ab.css"
    assert staticfiles_storage.url("css/new.css") == "/static/css/new.css"


def test_every_file_that_a_template_names_is_there():
    """No page fails for a name that is wrong, so a test must."""
    named = {
        name
        for path in (BASE_DIR / "templates").rglob("*.*")
        for name in re.findall(r'{% static "([^"]+)" %}', path.read_text())
    }
    assert len(named) > 5
    assert [name for name in sorted(named) if not finders.find(name)] == []


def test_a_style_sheet_travels_without_comments_and_spaces_and_means_the_same(root):
    style = b"""/* Why: it; is {so}. */
    @media (min-width: 44rem) and (max-width: 50rem) {
      a > b,\n      i :is(b, u) + s { margin: calc(1rem + 2px) 0; content: " <" attr(href) ">"; }
    }
    """
    assert condensed(style) == (
        b"@media (min-width: 44rem) and (max-width: 50rem){a > b,i :is(b,u) + s{"
        b'margin: calc(1rem + 2px) 0;content: " <" attr(href) ">"}}'
    )
    for name in ("css/some.css", "css/some.0123456789ab.css"):
        file = ContentFile(style)
        file.read()
        assert (root / staticfiles_storage.save(name, file)).read_bytes() == condensed(style)
    for path in (BASE_DIR / "static" / "css").glob("*.css"):
        said = path.read_bytes()
        assert condensed(said).count(b"{") == re.sub(rb"/\*.*?\*/", b"", said, flags=re.DOTALL).count(b"{")
        assert condensed(condensed(said)) == condensed(said)


def test_a_script_travels_without_the_comments_above_its_lines_and_means_the_same(root):
    script = b"// One.\n/* Two\n   lines. */\n\nconst a = 1; // said here\nif (a) {\n  /* Why. */\n  go(`x/*${a}*/ //`);\n}\n"
    file = ContentFile(script)
    file.read()
    saved = root / staticfiles_storage.save("js/some.js", file)
    assert saved.read_bytes() == b"const a = 1; // said here\nif (a) {\ngo(`x/*${a}*/ //`);\n}\n"
    for path in (BASE_DIR / "static" / "js").glob("*.js"):
        said = path.read_text(encoding="utf-8")
        kept = re.sub(r"^\s*/\*.*?\*/$|^\s*//.*?$", "", said, flags=re.DOTALL | re.MULTILINE).splitlines()
        sent = without_comments(said.encode()).decode().splitlines()
        assert sent == [line.strip() for line in kept if line.strip()] != []


YOUNG = re.compile(
    r"color-mix\(|light-dark\(|anchor\(|anchor-size\(|(?<![\w-])(?:anchor|position-(?:anchor|area|try))"
)


@pytest.mark.parametrize("name", ["base", "pages", "pictures", "admin"])
def test_what_older_browsers_do_not_know_stands_apart(name):
    """A declaration with `var()` that fails is not the one before it but none: a plain one beside it does not help."""
    styles = (BASE_DIR / "static" / "css" / f"{name}.css").read_text(encoding="utf-8")
    assert unsupported(styles) == []


def test_what_stands_apart_is_told():
    asked = "@supports (color: color-mix(in srgb, red, blue)) { a { color: color-mix(in srgb, red, blue) } }"
    assert unsupported(asked) == []
    assert (
        unsupported("@supports (position-area: bottom) { @media print { a { position-area: top } } }") == []
    )
    assert unsupported("@supports not (position-area: bottom) { a { position-area: top } }") == [
        "position-area: top"
    ]
    assert unsupported(asked + " p { color: light-dark(red, blue); }") == ["color: light-dark(red, blue)"]
    assert unsupported("@media print { p { margin: 0; anchor-name: --a } }") == ["anchor-name: --a"]


YOUNG_SELECTOR = re.compile(r":has\(|:popover-open|::details-content")
LIST_OF_SELECTORS = re.compile(r",(?![^()]*\))")


@pytest.mark.parametrize("name", ["base", "pages", "pictures", "admin"])
def test_no_selector_that_older_browsers_do_not_know_takes_another_with_it(name):
    """They drop a rule whole where they do not know one selector of its list."""
    styles = (BASE_DIR / "static" / "css" / f"{name}.css").read_text(encoding="utf-8")
    assert mixed(styles) == []


def test_a_list_with_a_young_selector_beside_others_is_told():
    assert mixed("a, p:has(b) { } i:is(.c, .d):has(b) { } u:not(:has(.c, .d)) { } b, i { }") == [
        "a, p:has(b)"
    ]


def mixed(styles):
    """The lists of selectors of which older browsers know some."""
    found = []
    for rule in re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)):
        young = [bool(YOUNG_SELECTOR.search(each)) for each in LIST_OF_SELECTORS.split(rule)]
        if any(young) and not all(young) and not rule.strip().startswith("@"):
            found.append(rule.strip())
    return found


def unsupported(styles):
    """The declarations of young properties and functions outside of `@supports` that asks for something young."""
    found, around = [], []
    for text, end in re.findall(r"([^{};]*)([{};])", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)):
        if end == "{":
            around.append(text.strip())
        elif YOUNG.search(text) and not any(map(asks, around)):
            found.append(text.strip())
        if end == "}":
            around.pop()
    return found


def asks(prelude):
    return bool(re.match(r"@supports \(", prelude) and YOUNG.search(prelude))
