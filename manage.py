#!/usr/bin/env python
"""Django's command line for the directory."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line
from django.db import OperationalError

from roma_network import environment


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")
    environment.make_var_dir()
    try:
        run()
    except (OSError, OperationalError) as error:
        if not environment.is_unwritable(error):
            raise
        sys.exit(
            f"{error}. Nothing can be written to {environment.VAR_DIR}. Name a folder of yours: VAR_DIR=~/directory"
        )


def run():
    if sys.argv[1:2] == ["demo"]:
        environment.use_demo()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roma_network.settings")
    with environment.share_numbers() if sys.argv[1:2] == ["serve"] else nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
