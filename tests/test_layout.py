"""The house is as its plan says: README, import-linter and folders name the same rooms, none of which is crowded."""

import re
import tomllib

from roma_network.environment import BASE_DIR

README = (BASE_DIR / "README.md").read_text(encoding="utf-8")
APPS = ("stakeholders", "initiatives", "roma_network")
MOST_MODULES = 16
DJANGOS_OWN = {"migrations", "commands"}  # which Django reads from one flat folder each


def rooms_of_the_plan():
    """The rooms in the order of the README's table: several may stand in one line."""
    plan = README.partition("### The plan of the house")[2].partition("###")[0]
    cells = re.findall(r"^\| (`.*?) \|", plan, re.MULTILINE)
    return [name.removeprefix("roma_network/") for cell in cells for name in re.findall(r"`([\w/]+)/`", cell)]


def layers():
    """Room → its height, the roof first."""
    settings = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = settings["tool"]["importlinter"]["contracts"]
    return {
        name.removeprefix("roma_network."): height
        for height, layer in enumerate(contract["layers"])
        for name in layer.split(" | ")
    }


def test_the_plan_names_every_room_from_the_roof_to_the_ground():
    packages = {path.parent.name for path in (BASE_DIR / "roma_network").glob("*/__init__.py")}
    rooms, heights = rooms_of_the_plan(), layers()
    assert set(rooms) == heights.keys() - {"urls", "management"}
    assert set(rooms) == packages - {"migrations", "management"} | set(APPS) - {"roma_network"}
    found = [heights[name] for name in rooms]
    assert found == sorted(found)


def test_no_folder_is_crowded():
    counts = {
        path.relative_to(BASE_DIR): len([each for each in path.glob("*.py") if each.stem != "__init__"])
        for app in (*APPS, "tests")
        for path in (BASE_DIR / app, *(BASE_DIR / app).rglob("*"))
        if path.is_dir() and path.name not in DJANGOS_OWN
    }
    assert {str(path): count for path, count in counts.items() if count > MOST_MODULES} == {}
