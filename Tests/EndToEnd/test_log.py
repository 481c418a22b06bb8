"""The Log and Output on their way out of the dashboard: to a pager, to a file, to the clipboard."""

import base64
import json
import os
import re
import shlex
import signal
import sys
from datetime import datetime, timezone

import pytest

from hostile_server import EVIL
from pseudo_terminal import ALTERNATE_OFF, ALTERNATE_ON, Terminal, until
from test_terminal_text import BIDI, assert_harmless

# A pager whose beginning and end can be seen, that keeps what it was given.
PAGER = """
import shutil, sys
shutil.copy(sys.argv[-1], sys.argv[1])
print("PAGER", len(sys.argv), flush=True)
while sys.stdin.readline() != "leave\\n":
    pass
"""
LONG = "wide 日本 " * 4000


def event(number, kind, **more):
    time = f"2026-11-26T10:{number // 60 % 60:02}:{number % 60:02}.000Z"
    return json.dumps({"v": 1, "seq": number, "time": time, "run": "told", "event": kind} | more) + "\n"


def log_lines(first, messages):
    return [
        event(first + index, "log", level="info", component="my.program", message=message)
        for index, message in enumerate(messages)
    ]


@pytest.fixture
def told(tmp_path, in_terminal):
    """The dashboard over a run that a file tells of, with some lines in its log; and that file."""
    folders = {"TMPDIR": str(tmp_path / "tmpdir")}
    os.mkdir(tmp_path / "tmpdir", 0o700)

    def start(messages, **options):
        path = tmp_path / "events.ndjson"
        steps = [{"name": "One", "model": "a"}]
        path.write_text(event(1, "run_started", chain="Told", steps=steps) + "".join(log_lines(2, messages)))
        terminal = in_terminal("watch", "--events", path, folder=tmp_path, **(folders | options))
        terminal.wait_for_text("Told")
        terminal.type("6")
        terminal.wait_for_text("S save")
        return terminal, path

    return start


@pytest.fixture
def pager(tmp_path):
    """The words of a pager, and the file in which it keeps what it was given."""
    program = tmp_path / "pager.py"
    program.write_text(PAGER)
    copy = tmp_path / "copy.txt"
    return f"{sys.executable}  {program} {copy}", copy


def test_a_pager_has_the_terminal_while_the_run_goes_on(told, pager, tmp_path):
    words, copy = pager
    terminal, events = told(["first", f"evil {EVIL}", LONG], PAGER=words)
    terminal.wait_for_text("first")
    since = len(terminal.raw)
    terminal.type("e")
    terminal.wait_for_bytes(b"PAGER 3", since)
    assert ALTERNATE_OFF in terminal.raw[since:] and terminal.is_cooked
    paged = os.listdir(tmp_path / "tmpdir")
    assert len(paged) == 1
    assert (tmp_path / "tmpdir" / paged[0]).stat().st_mode & 0o777 == 0o600
    with open(events, "a") as file:
        file.writelines(log_lines(10, ["told meanwhile"]))
    since = len(terminal.raw)
    terminal.type("leave\n")
    terminal.wait_for_bytes(ALTERNATE_ON, since)
    terminal.wait_for_text("told meanwhile")
    until(lambda: os.listdir(tmp_path / "tmpdir") == [], "the end of the file")
    text = copy.read_bytes()
    assert b"first" in text and b"EVIL" in text and LONG.strip()[:1000].encode() in text
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", text)
    assert not any(character in text for character in BIDI)
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    terminal.assert_given_back()


def test_hostile_lines_never_command_the_terminal(told):
    terminal, _ = told([f"evil {EVIL} line", "a\tb\x00c", LONG, "\u202eabc", "👩‍👩‍👧 e\u0301" * 50], rows=30, columns=110)
    for keys in ["z", "/", "evil\r", "n", "\x1b", "&", "!abc\r", "\x1b", "f", "\x1b", "g", "G", "k"]:
        terminal.type(keys)
        terminal.read(0.05)
    terminal.wait_for_bytes(b"EVIL")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert_harmless(terminal.raw)


def test_ctrl_z_in_a_pager_stops_both_and_fg_brings_both_back(promptchain, tmp_path, pager):
    words, _ = pager
    events = tmp_path / "events.ndjson"
    events.write_text(event(1, "run_started", chain="Told", steps=[{"name": "One", "model": "a"}]))
    shell = Terminal(["/bin/sh", "-i"], PAGER=words, TMPDIR=str(tmp_path))
    try:
        shell.wait_for_text("PROMPT>")
        shell.type(f"{shlex.quote(promptchain)} watch --events {shlex.quote(str(events))}\n")
        shell.wait_for_text("Told")
        shell.type("6")
        shell.wait_for_text("S save")
        since = len(shell.raw)
        shell.type("e")
        shell.wait_for_bytes(b"PAGER 3", since)
        since = len(shell.raw)
        shell.type("\x1a")
        shell.wait_for_bytes(b"PROMPT>", since)
        since = len(shell.raw)
        shell.type("echo from the shell\n")
        shell.wait_for_bytes(b"\nfrom the shell", since)
        since = len(shell.raw)
        shell.type("fg\n")
        shell.wait_for_bytes(os.path.basename(promptchain).encode(), since)
        shell.type("leave\n")
        shell.wait_for_bytes(ALTERNATE_ON, since)
        shell.wait_for(lambda: not shell.is_cooked, "single keys")
        since = len(shell.raw)
        shell.type("q")
        shell.wait_for_bytes(ALTERNATE_OFF, since)
        shell.wait_for(lambda: shell.is_cooked, "the shell's settings")
    finally:
        shell.close()


def test_ctrl_c_in_a_pager_is_its_own_and_what_ends_the_dashboard_ends_it(told, tmp_path):
    program = tmp_path / "sleeper.py"
    program.write_text("import time\nprint('READY', flush=True)\ntime.sleep(600)\n")
    terminal, _ = told(["a line"], PAGER=f"{sys.executable} {program}")
    since = len(terminal.raw)
    terminal.type("e")
    terminal.wait_for_bytes(b"READY", since)
    terminal.type("\x03")
    terminal.wait_for(lambda: not terminal.is_cooked, "single keys")
    terminal.wait_for_text("a line")
    since = len(terminal.raw)
    terminal.type("e")
    terminal.wait_for_bytes(b"READY", since)
    terminal.kill(signal.SIGTERM)
    assert terminal.wait_for_end() == 143
    assert terminal.is_cooked
    assert os.listdir(tmp_path / "tmpdir") == []


def test_a_pager_that_fails_is_said(told):
    terminal, _ = told(["a line"], PAGER=f"{sys.executable} -c raise")
    terminal.type("e")
    terminal.wait_for_text("the pager ended with status 1")
    assert not terminal.is_cooked


def test_a_pager_that_is_not_there_is_said(told, tmp_path):
    terminal, _ = told(["a line"], PAGER="no-such-pager -x")
    terminal.type("e")
    terminal.wait_for_text("the pager cannot be started")
    terminal.wait_for_text("no-such-pager")
    until(lambda: os.listdir(tmp_path / "tmpdir") == [], "the end of the file")
    assert not terminal.is_cooked
    terminal.type("q")
    assert terminal.wait_for_end() == 0


def test_the_line_found_is_copied(told):
    terminal, _ = told(["first", "second ä", "third"])
    terminal.type("/")
    terminal.type("second\r")
    terminal.wait_for_text("/second 1 of 1")
    since = len(terminal.raw)
    terminal.type("y")
    terminal.wait_for_bytes(b"\x07", since)
    copied = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", terminal.raw[since:])
    assert base64.b64decode(copied.group(1)).decode().endswith(" info my.program: second ä")


def test_the_log_is_saved_with_the_lines_that_memory_let_go(told, tmp_path):
    lines = [f"line {number} of many, with enough words to fill the memory soon" for number in range(20_000)]
    terminal, _ = told(lines)
    terminal.wait_for_text("line 19999 of many")
    # Nobody else can open the file of older lines.
    assert not [name for name in os.listdir(os.environ["XDG_STATE_HOME"] + "/promptchain") if name.startswith("log-")]
    terminal.type("g")
    terminal.wait_for_text("line 0 of many")
    terminal.type("/line 123 \r")
    terminal.wait_for_text("1 of 1")
    terminal.wait_for_text("line 123 of many")
    for answer in [None, "n", "y"]:
        terminal.type("S")
        terminal.wait_for_text("Save the log")
        terminal.type("\x15saved.txt\r")
        if answer:
            terminal.wait_for_text("is there already")
            terminal.type(answer)
            terminal.wait_until_gone("is there already")
        if answer != "n":
            terminal.wait_for_text("saved the log to")
            terminal.type("\x1b")
            terminal.wait_until_gone("saved the log to")
    saved = (tmp_path / "saved.txt").read_text().splitlines()
    assert [line.split(": ", 1)[1] for line in saved if " my.program: " in line] == lines
    terminal.type("q")
    assert terminal.wait_for_end() == 0


def test_what_a_server_says_in_its_log_alone_is_in_the_verdict(in_terminal, simulation, tmp_path):
    """From a line that the server appends to its log to the line under the header, its proof, and the Log."""
    own = tmp_path / "server.log"
    own.write_text("")
    folder = tmp_path / "xdg_config_home" / "promptchain"
    folder.mkdir()
    (folder / "config.yaml").write_text(f'servers: [{{name: box, url: "{simulation.url}", log: "{own}"}}]\n')
    terminal = in_terminal("watch", rows=30, columns=110)
    terminal.wait_for_text("0.32")
    terminal.wait_for_text("its log")
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    with own.open("a") as log:
        log.write(
            f'time={now} level=WARN source=runner.go:150 msg="truncating input prompt" limit=4096 prompt=17624 keep=5 '
            "new=4096\n"
        )
    terminal.wait_for_text("box cut a prompt: 4096 tokens of 17624 were read")
    terminal.type("w")
    terminal.wait_for_text("it says")
    terminal.type("L")
    terminal.wait_until_gone("it says")
    terminal.wait_for_text("truncating input prompt limit=4096")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
