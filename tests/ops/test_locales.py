"""Text is UTF-8 in every file, whatever language the machine speaks."""

import ast
import os
import sqlite3
import subprocess
import sys

import pytest

from roma_network.environment import BASE_DIR

SOURCES = [BASE_DIR / "manage.py"] + [
    path for app in ("roma_network", "stakeholders", "initiatives") for path in (BASE_DIR / app).rglob("*.py")
]
OPENERS = {
    "open",
    "read_text",
    "write_text",
    "NamedTemporaryFile",
    "TemporaryFile",
    "TextIOWrapper",
    "fdopen",
}
# Python follows the machine's locale here, and C is that of ASCII alone: a letter beyond it fails, where in another
# locale it would only turn into something else.
ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


def follows_the_locale(call):
    """Whether a call opens a file or a process as text and leaves its encoding to the machine."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if "encoding" in given or (name not in OPENERS and not given.keys() & {"text", "universal_newlines"}):
        return False
    values = [each.value for each in [*call.args, *given.values()] if isinstance(each, ast.Constant)]
    modes = [
        each for each in values if isinstance(each, str) and 0 < len(each) < 4 and set(each) <= set("rwxab+t")
    ]
    owner = getattr(getattr(call.func, "value", None), "id", "")
    return owner not in {"gzip", "archive"} and not any("b" in mode for mode in modes)


@pytest.mark.parametrize(
    ("source", "follows"),
    [
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("path.open()", True),
        ("open(path, 'w')", True),
        ("subprocess.run(command, text=True)", True),
        ("path.read_text(encoding='utf-8')", False),
        ("path.open('rb')", False),
        ("subprocess.run(command, encoding='utf-8')", False),
    ],
)
def test_the_sweep_knows_what_it_looks_for(source, follows):
    assert follows_the_locale(ast.parse(source).body[0].value) == follows


def test_no_file_is_opened_as_the_locale_would_have_it():
    found = [
        f"{path.relative_to(BASE_DIR)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and follows_the_locale(node)
    ]
    assert len(SOURCES) > 100
    assert found == []


@pytest.fixture
def in_ascii(tmp_path):
    environment = {
        **os.environ,
        **ASCII,
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3",
    }

    def run(*command):
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            check=False,
            capture_output=True,
            cwd=BASE_DIR,
            env=environment,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8")

    return run


def test_a_machine_that_knows_ascii_alone_fills_the_directory_as_it_is(in_ascii, tmp_path):
    assert "ascii" in in_ascii("-c", "import codecs, locale; print(codecs.lookup(locale.getencoding()).name)")
    in_ascii("manage.py", "migrate", "--verbosity=0")
    in_ascii("manage.py", "load_directory")
    database = sqlite3.connect(tmp_path / "a.sqlite3")
    [(count,)] = database.execute("SELECT count(*) FROM stakeholders_actor WHERE name LIKE '%ü%'")
    [(broken,)] = database.execute("SELECT count(*) FROM stakeholders_actor WHERE name LIKE '%Ã%'")
    database.close()
    assert count > 5
    assert broken == 0
    assert in_ascii("manage.py", "shell", "-v0", "-c", "print(chr(8220))") == "“\n"
