"""Where packages meet, types are written down: mypy passes over a function without hints, and believes whatever is done
with it. So one that is new must have them.

A seam is a function that another package imports, or a method of a value object that it imports.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from roma_network.environment import BASE_DIR

OURS = ("initiatives", "roma_network", "stakeholders")


class Module(NamedTuple):
    path: Path
    source: str
    tree: ast.Module


@cache
def modules():
    """Dotted name → module, of all but migrations."""
    paths = [BASE_DIR / "manage.py", *(path for name in OURS for path in (BASE_DIR / name).rglob("*.py"))]
    short = [path.relative_to(BASE_DIR) for path in paths if "migrations" not in path.parts]
    return {dotted(path): read(path) for path in short}


def dotted(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def read(path):
    source = (BASE_DIR / path).read_text(encoding="utf-8")
    return Module(path, source, ast.parse(source))


def package(module):
    """`roma_network.export`, or an app as a whole. The face of a package stands outside: what it passes on is a seam."""
    first, *rest = module.split(".")
    return f"{first}.{rest[0]}" if first == "roma_network" and len(rest) > 1 else first


def statements(node):
    """All within a node, whatever they stand in. Expressions are passed over: to walk them all takes seconds."""
    for part in ("body", "orelse", "handlers", "finalbody", "cases"):
        for each in getattr(node, part, ()):
            yield each
            yield from statements(each)


def imported(tree):
    """Triples of a name in this module and what it stands for: a module and a name in it, or "" for the module itself."""
    for node in statements(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                place = (whole, "") if whole in modules() else (node.module, alias.name)
                yield alias.asname or alias.name, *place


def used(user):
    """Pairs of a module and a name in it: what is imported, and what follows the name of a module that is imported."""
    for known_as, module, name in imported(user.tree):
        if name:
            yield module, name
        else:
            yield from ((module, attribute) for attribute in re.findall(rf"\b{known_as}\.(\w+)", user.source))


def seams():
    """Pairs of a place, as failures name it, and a function."""
    crossing = {
        (module, name)
        for user, its in modules().items()
        for module, name in used(its)
        if module in modules() and package(module) != package(user)
    }
    for module, its in modules().items():
        for node in its.tree.body:
            if (module, getattr(node, "name", None)) in crossing:
                yield from ((f"{its.path}: {name}", function) for name, function in functions_of(node))


def functions_of(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name, node
    elif isinstance(node, ast.ClassDef) and is_value_object(node):
        for each in node.body:
            if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                yield f"{node.name}.{each.name}", each


def is_value_object(node):
    marks = [ast.unparse(each) for each in (*node.bases, *node.decorator_list)]
    return any(mark == "NamedTuple" or mark.startswith("dataclass") for mark in marks)


def lacks_hints(function):
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    hinted = all(each.annotation for each in named if each.arg not in ("self", "cls"))
    return not hinted or function.returns is None


def test_every_seam_has_hints():
    found = list(seams())
    assert len(found) >= 150
    assert [place for place, function in found if lacks_hints(function)] == []
