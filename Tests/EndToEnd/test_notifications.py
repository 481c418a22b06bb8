"""What reaches somebody who looks elsewhere, and what programs read."""

import json
import re
import signal
import subprocess

import pytest

from pseudo_terminal import until

CHAIN = """\
name: greeting
steps:
  - {name: Greet, command: [cat]}
"""


@pytest.fixture
def configured(tmp_path):
    """Writes a configuration with notifications for every run; returns the file that the program writes to."""

    def write(desktop):
        told = tmp_path / "told"
        program = tmp_path / "tell"
        program.write_text(f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >> {told}\n')
        program.chmod(0o755)
        folder = tmp_path / "xdg_config_home" / "promptchain"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(
            f"notifications: {{after: 0s, desktop: {desktop}, command: [{program}, '$(id)']}}\n"
        )
        return told

    return write


@pytest.mark.parametrize(
    "desktop, variables, expected, unexpected",
    [
        ("auto", {"TERM_PROGRAM": "WezTerm"}, b"\x1b]9;PromptChain: greeting is done: 1 step in ", b"]777;"),
        ("auto", {}, b"\x07", b"PromptChain: greeting"),
        ("auto", {"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x,1,0"}, b"\x07", b"PromptChain: greeting"),
        ("osc777", {}, b"\x1b]777;notify;greeting is done;1 step in ", b"]9;"),
        ("osc777", {"TMUX": "/tmp/x,1,0"}, b"\x1bPtmux;\x1b\x1b]777;notify;greeting is done;", b"]9;"),
    ],
)
def test_the_end_of_a_run_is_told(
    in_terminal, simulation, configured, tmp_path, desktop, variables, expected, unexpected
):
    told = configured(desktop)
    chain = tmp_path / "greeting.yaml"
    chain.write_text(CHAIN)
    terminal = in_terminal(
        "run", chain, "--dashboard", "--server", simulation.url, "--input", "hello", **variables
    )
    terminal.wait_for_text("done in")
    terminal.wait_for_bytes(expected)
    # Title and text come as arguments of their own, behind those of the configuration, which no shell has read.
    words = until(lambda: told.exists() and len(told.read_text().splitlines()) >= 3 and told.read_text(), "the program")
    assert words.splitlines()[:2] == ["$(id)", "greeting is done"]
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert unexpected not in terminal.raw


def test_keys_of_the_configuration(in_terminal, simulation, tmp_path):
    folder = tmp_path / "xdg_config_home" / "promptchain"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("keys: {help: H, zoom: none}\n")
    terminal = in_terminal("watch", "--server", simulation.url)
    terminal.wait_for_text("H help")
    terminal.type("H")
    terminal.wait_for_text("ANYWHERE")
    terminal.type("q")
    terminal.wait_until_gone("ANYWHERE")
    terminal.type("q")
    assert terminal.wait_for_end() == 0


def test_a_theme_is_read_anew(in_terminal, simulation, tmp_path):
    folder = tmp_path / "xdg_config_home" / "promptchain" / "themes"
    folder.mkdir(parents=True)
    theme = folder / "mine.yaml"
    theme.write_text("name: mine\ninherits: midnight\n")
    terminal = in_terminal("watch", "--server", simulation.url, "--theme", "mine", COLORTERM="truecolor")
    terminal.wait_for_text("promptchain")
    theme.write_text('name: mine\ninherits: midnight\nroles:\n  text: "#010203"\n  header-brand: "#123456"\n')
    terminal.wait_for(lambda: re.search(rb"18[;:]52[;:]86", terminal.raw), "the new colour")
    theme.write_text("name: mine\ninherits: midnight\nroles:\n  txt: red\n")
    terminal.wait_for_text("unknown role")
    terminal.type("q")
    assert terminal.wait_for_end() == 0


def readings(promptchain, simulation):
    return subprocess.Popen(
        [promptchain, "watch", "--json", "--interval", "100ms", "--server", simulation.url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stream_of_readings_ends_with_a_signal(promptchain, simulation, number, status):
    process = readings(promptchain, simulation)
    for _ in range(3):
        reading = json.loads(process.stdout.readline())
        assert reading["servers"][0]["state"] == "ready"
    process.send_signal(number)
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == status
    assert errors == b""
    # Whole lines to the end.
    for line in rest.splitlines():
        json.loads(line)


def test_a_stream_of_readings_ends_when_nobody_reads(promptchain, simulation):
    process = readings(promptchain, simulation)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
