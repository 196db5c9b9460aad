#!/usr/bin/env python
"""Django's command line for the directory."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from roma_network import environment


def main():
    if sys.argv[1:2] == ["demo"]:
        environment.use_demo()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roma_network.settings")
    with environment.share_numbers() if sys.argv[1:2] == ["serve"] else nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
