"""What runs in production needs no package of the developers: `uv run --no-dev` installs none."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions

from django.conf import settings

from roma_network.environment import BASE_DIR

OURS = {"initiatives", "roma_network", "stakeholders"}


def installed_without_dev():
    """The distributions that the lock file leads to from ours."""
    lock = tomllib.loads((BASE_DIR / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    found, ahead = set(), [("roma-network", ())]
    while ahead:
        name, extras = ahead.pop()
        found.add(name)
        package = packages[name]
        needed = package.get("dependencies", [])
        needed += [each for extra in extras for each in package["optional-dependencies"][extra]]
        ahead += [(each["name"], each.get("extra", ())) for each in needed if each["name"] not in found]
    return found


def modules():
    """The first part of every module that our code imports, or names in the settings."""
    named = [*settings.INSTALLED_APPS, *settings.MIDDLEWARE, *settings.AUTHENTICATION_BACKENDS]
    paths = [BASE_DIR / "manage.py", *(path for name in OURS for path in (BASE_DIR / name).rglob("*.py"))]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                named += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                named.append(node.module)
    return {name.partition(".")[0] for name in named} - OURS - sys.stdlib_module_names


def test_every_module_is_there_without_the_packages_of_developers():
    distributions, installed = packages_distributions(), installed_without_dev()
    assert len(modules()) > 10
    assert "pytest" not in installed
    found = {
        module: {name.lower().replace("_", "-") for name in distributions[module]} for module in modules()
    }
    assert {module: names for module, names in found.items() if not names & installed} == {}
