"""Events of another program: the example of docs/events.md, piped into the dashboard, and a file that grows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def example(tmp_path):
    """The page's Python program."""
    programs = EXAMPLE.findall(PAGE.read_text())
    assert len(programs) == 1, "the page has one example"
    assert len(programs[0].splitlines()) <= 30
    path = tmp_path / "report.py"
    path.write_text(programs[0])
    return path


def test_the_example_of_the_page_is_shown(promptchain, example):
    events = subprocess.run([sys.executable, example], capture_output=True, check=True).stdout
    result = subprocess.run(
        [promptchain, "watch", "--events", "-", "--screen", "110x30"], input=events, capture_output=True, check=True
    )
    screen = result.stdout.decode()
    assert len(screen.splitlines()) == 30
    for text in [
        "✔ Python chain done in",
        "✔ 1 Collect",
        "✔ 2 Write",
        "tool files/search",
        "Written by Python.",
        "qwen3:8b",
        "5.2/24.0 GiB",
        "completed",
    ]:
        assert text in screen, screen
    assert "bad line" not in screen


def test_every_event_of_the_page_is_one_that_the_program_reads(promptchain):
    """Every line of JSON on the page is an event without a fault."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith('{"') and '"event"' in line]
    assert len(lines) >= 22
    assert len({json.loads(line)["event"] for line in lines}) >= 22
    result = subprocess.run(
        [promptchain, "watch", "--events", "-", "--once", "--json"],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(result.stdout)["bad_lines"] == 0
    assert result.stderr == b""


def test_a_file_is_followed_while_keys_come_from_the_terminal(in_terminal, tmp_path):
    events = tmp_path / "events.jsonl"
    terminal = in_terminal("watch", "--events", events, rows=30, columns=110)
    terminal.wait_for_text("there is no such file yet")
    with open(events, "w") as file:
        file.write('{"event":"run_started","chain":"From a file","steps":["One","Two"]}\n')
        file.write('{"event":"step_started","step":1}\nnonsense\n')
        file.flush()
        terminal.wait_for_text("From a file")
        terminal.wait_for_text("1 bad line")
        file.write('{"event":"token","step":1,"text":"it grows"}\n')
        file.flush()
        terminal.wait_for_text("it grows")
    terminal.type("?")
    terminal.wait_for_text("Keys")
    terminal.type("\x1bq")
    assert terminal.wait_for_end() == 0


def test_a_program_that_stops_leaves_its_run(in_terminal):
    reading, writing = os.pipe()
    terminal = in_terminal("watch", "--events", "-", stdin=reading, rows=30, columns=110)
    os.close(reading)
    os.write(writing, b'{"event":"run_started","chain":"Cut","steps":["One"]}\n{"event":"step_started","step":1}\n')
    terminal.wait_for_text("step 1/1")
    os.close(writing)
    terminal.wait_for_text("Cut: no more events")
    terminal.type("q")
    assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--events", "/nowhere/events", "--once"], "there is no file /nowhere/events"),
        (["--events", "/tmp", "--screen", "80x24"], "/tmp is a folder"),
        (["--events", "x", "--attach", "latest"], "give --attach or --events, not both"),
    ],
)
def test_what_cannot_be_watched_is_said(promptchain, arguments, words):
    result = subprocess.run([promptchain, "watch", *arguments], capture_output=True, text=True)
    assert result.returncode != 0
    assert words in result.stderr
