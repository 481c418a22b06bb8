"""The manual page as `man` shows it: every command and the options of each, and no warning."""
import os
import pathlib
import re
import subprocess

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/promptchain.1"


def test_man_shows_every_command(promptchain):
    shown = subprocess.run(
        ["man", "--warnings", "-P", "cat", "-l", str(PAGE)], check=True, capture_output=True, text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""})
    assert shown.stderr == ""
    text = re.sub(r".\x08", "", shown.stdout)
    told = subprocess.run([promptchain, "--help"], check=True, capture_output=True, text=True).stdout
    commands = re.findall(r"^  (\w+)(?: \(default\))?  +\w", told[told.index("SUBCOMMANDS"):], re.M)
    assert len(commands) > 15
    for command in commands:
        assert re.search(rf"^ +promptchain {command} ", text, re.M), f"{command} is not in the page"
    assert re.search(r"^ +--keep-alive duration$", text, re.M)
