"""A directory of its own, and commands on it, each in a process of its own."""

import os
import sqlite3
import subprocess
import sys

from roma_network.environment import BASE_DIR
from roma_network.ops import backups


class Installation:
    """A folder, and a database: of SQLite in that folder, unless another is named."""

    def __init__(self, folder, url=None):
        self.folder = folder
        self.database = folder / "directory.sqlite3"
        self.environment = {
            **os.environ,
            "DATABASE_URL": url or f"sqlite:///{self.database}",
            "VAR_DIR": str(folder),
        }

    def manage(self, *arguments, umask=-1, **more):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            check=False,
            capture_output=True,
            encoding="utf-8",
            cwd=BASE_DIR,
            umask=umask,
            env={**self.environment, **more},
        )

    def backups(self):
        return backups.backups(self.folder / "backups")

    def rows(self):
        """Table → its rows."""
        database = sqlite3.connect(self.database)
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: database.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for name in names}
        database.close()
        return found

    def write(self, stop):
        """Rename sources until told to stop, two at a time: a backup that holds one of a pair is torn."""
        database = sqlite3.connect(self.database, timeout=30)
        number = 0
        while not stop.is_set():
            number += 1
            with database:
                database.execute(
                    "UPDATE roma_network_source SET title = ? WHERE id IN (1, 2)", [f"Title {number}"]
                )
        database.close()
