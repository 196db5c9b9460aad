"""One name, one meaning: whoever searches for a class, or reads a bare name that was imported, finds one thing."""

import ast
from collections import defaultdict

from tests.test_seams import imported, modules


def twice(names):
    return {name: places for name, places in names.items() if len(places) > 1}


def defined(kind):
    """Name → the modules that define a thing of this kind by it."""
    places = defaultdict(list)
    for module, its in modules().items():
        for node in its.tree.body:
            if isinstance(node, kind):
                places[node.name].append(module)
    return places


def test_a_class_has_a_name_of_its_own():
    """Each command of Django is called by its module: their classes all have one name."""
    found = defined(ast.ClassDef)
    del found["Command"]
    assert twice(found) == {}


def test_a_function_that_is_imported_by_its_bare_name_shares_it_with_no_other():
    """Elsewhere the name of its module stands before it."""
    bare = {(module, name) for its in modules().values() for _, module, name in imported(its.tree)}
    found = twice(defined(ast.FunctionDef))
    assert {
        name: places for name, places in found.items() if any((place, name) in bare for place in places)
    } == {}
