#!/usr/bin/env python3
"""Prints the first shell command under a heading of the README: what people copy is what is run."""

import pathlib
import re
import sys

readme = pathlib.Path(__file__).resolve().parent.parent / "README.md"
found = re.search(
    rf"^#+ {re.escape(sys.argv[1])}\n.*?^```(?:sh|bash|console)\n(.*?)^```", readme.read_text(encoding="utf-8"), re.S | re.M)
if not found:
    sys.exit(f"README.md has no shell command under the heading {sys.argv[1]}")
print(found.group(1).strip())
