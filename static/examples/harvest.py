"""Keep a copy of the directory up to date: python harvest.py https://directory.example.eu copy.json"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen


def harvest(copy, fetch):
    """Bring a copy up to date, with all that changed since the last time. `fetch` gives what is at an address of the API."""
    if not copy["parts"]:
        schemas = fetch("openapi.json")["components"]["schemas"]
        copy["parts"] = {part: {} for part in schemas["changes"]["properties"]["part"]["enum"]}
    more = True
    while more:
        page = fetch(f"changes/?after={copy['last']}&limit=1000")
        for row in page["results"]:
            if row["record"] is None:
                copy["parts"][row["part"]].pop(row["id"], None)
            else:
                copy["parts"][row["part"]][row["id"]] = row["record"]
        more = page["next"]
        copy["last"] = page["results"][-1]["number"] if more else page["last"]


def dump(copy):
    """The copy as `directory.json` has it, byte for byte."""
    parts = []
    for part, rows in sorted(copy["parts"].items()):
        lines = (json.dumps(rows[key], ensure_ascii=False, separators=(",", ":")) for key in sorted(rows))
        parts.append(f'\n"{part}": [' + ",".join(f"\n{line}" for line in lines) + "\n]")
    return "{" + ",".join(parts) + "\n}\n"


if __name__ == "__main__":
    site, path = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    kept = json.loads(path.read_text()) if path.exists() else {"last": 0, "parts": {}}
    harvest(kept, lambda address: json.load(urlopen(f"{site}/api/v1/{address}")))
    path.write_text(json.dumps(kept))
