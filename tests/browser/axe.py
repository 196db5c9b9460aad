"""axe-core, the checker of accessibility, run inside a page."""

from functools import cache

from roma_network.environment import BASE_DIR

FOLDER = BASE_DIR / "var" / "npm"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}  # to say where rules hold takes most of the time
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"


def violations(page):
    """Each violation as its rule and the places that break it."""
    page.evaluate(source())
    found = page.evaluate("options => axe.run(options)", OPTIONS)["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


@cache
def source():
    if not SCRIPT.exists():
        raise FileNotFoundError(f"Install axe-core: npm install --prefix {FOLDER} --no-save axe-core")
    return SCRIPT.read_text()
