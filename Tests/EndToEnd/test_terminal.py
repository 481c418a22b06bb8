"""The dashboard in a real pseudo terminal: what it shows, and how it answers."""

import os
import signal
import subprocess

import pytest

from pseudo_terminal import ALTERNATE_OFF, ALTERNATE_ON, Terminal, until

# What the dashboard shows whatever its size, and what only the help shows.
ON_SCREEN = "promptchain"
IN_HELP = "Ctrl-Z"


@pytest.fixture
def dashboard(in_terminal, simulation):
    """The dashboard over a simulated server on which nothing happens."""

    def start(**options):
        terminal = in_terminal("watch", "--server", simulation.url, **options)
        terminal.wait_for_text(ON_SCREEN)
        return terminal

    return start


@pytest.mark.parametrize("rows, columns", [(24, 80), (30, 110), (50, 200), (5, 20)])
def test_start_paints_and_quit_gives_the_terminal_back(in_terminal, simulation, rows, columns):
    terminal = in_terminal("watch", "--server", simulation.url, rows=rows, columns=columns)
    terminal.wait_for_text("too small" if rows < 6 else ON_SCREEN)
    assert ALTERNATE_ON in terminal.raw
    assert not terminal.is_cooked
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    terminal.assert_given_back()
    assert terminal.after_the_screen.strip() == ""


def test_one_cell_answers(in_terminal, simulation):
    terminal = in_terminal("watch", "--server", simulation.url, rows=1, columns=1)
    terminal.wait_for_bytes(ALTERNATE_ON)
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    terminal.assert_given_back()


@pytest.mark.parametrize(
    "rows, columns, shown",
    [
        (24, 80, ["0.32", "Models", "VRAM", "Chain", "Output", "Log", "used", "? help", "q quit"]),
        (50, 200, ["0.32", "Models", "VRAM", "Chain", "Output", "Log", "used", "? help", "q quit"]),
    ],
)
def test_what_is_readable_without_a_key(dashboard, rows, columns, shown):
    terminal = dashboard(rows=rows, columns=columns)
    for text in shown:
        terminal.wait_for_text(text)


def test_help_opens_and_closes(dashboard):
    terminal = dashboard(rows=50, columns=120)
    terminal.type("?")
    terminal.wait_for_text(IN_HELP)
    terminal.type("\x1b")
    terminal.wait_until_gone(IN_HELP)


def test_a_model_is_loaded_and_unloaded_by_keys(dashboard):
    terminal = dashboard(rows=30, columns=110)
    terminal.wait_for_text("0.32")
    terminal.type("l")
    terminal.wait_for_text("nomic-embed-text")
    terminal.type("nomic")
    terminal.wait_until_gone("llama3.1:8b")
    terminal.type("\r")
    terminal.wait_for_text("1 loaded")
    terminal.type("u")
    terminal.wait_until_gone("1 loaded")


def test_resize_to_nothing_and_back(dashboard):
    terminal = dashboard()
    for rows, columns in [(1, 1), (50, 200), (2, 3), (5, 20), (24, 80)]:
        terminal.resize(rows, columns)
        since = len(terminal.raw)
        terminal.wait_for(lambda: len(terminal.raw) > since, "a new picture")
    terminal.wait_for_text(ON_SCREEN)
    terminal.wait_for_text("q quit")


def test_unknown_sequences_type_nothing(dashboard):
    terminal = dashboard()
    # Were they typed, the q in them would end the program.
    terminal.type("\x1b[99;99q\x1b]11;rgb:q/q/q\x07\x1bPq\x1b\\\x1b[?1;2c")
    terminal.type("?")
    terminal.wait_for_text("Keys")
    assert not terminal.has_ended()


def test_suspend_and_return(promptchain, simulation):
    shell = Terminal(["/bin/sh", "-i"])
    try:
        shell.wait_for_text("PROMPT>")
        shell.type(f"{promptchain} watch --server {simulation.url}\n")
        shell.wait_for_bytes(ALTERNATE_ON)
        shell.wait_for_text(ON_SCREEN)
        for stop in ["key", "signal"]:
            since = len(shell.raw)
            if stop == "key":
                shell.type("\x1a")
            else:
                os.killpg(os.tcgetpgrp(shell.master), signal.SIGTSTP)
            shell.wait_for_bytes(ALTERNATE_OFF, since)
            shell.wait_for_text("Stopped")
            until(lambda: shell.is_cooked)
            since = len(shell.raw)
            shell.type("fg\n")
            shell.wait_for_bytes(ALTERNATE_ON, since)
            shell.wait_for(lambda: not shell.is_cooked, "single keys")
            shell.wait_for_text("q quit")
        since = len(shell.raw)
        shell.type("q")
        shell.wait_for_bytes(ALTERNATE_OFF, since)
        shell.wait_for(lambda: shell.is_cooked, "the shell's settings")
    finally:
        shell.close()


@pytest.mark.parametrize(
    "variables, has, lacks",
    [
        ({"TERM": "xterm-256color"}, [b"\x1b[38;5;"], [b"38;2;"]),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, [b"\x1b[38;2;"], [b"38;5;"]),
        ({"TERM": "xterm-16color"}, [b"\x1b["], [b"38;5;", b"38;2;"]),
        ({"TERM": "xterm"}, [b"\x1b[3"], [b"38;5;", b"38;2;"]),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, [], [b"38;5;", b"38;2;", b"\x1b[31m", b"\x1b[32m"]),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, [], [b"38;5;", b"38;2;"]),
        ({"TERM": "tmux-256color"}, [b"\x1b[38;5;"], [b"38;2;"]),
    ],
)
def test_colors(dashboard, variables, has, lacks):
    terminal = dashboard(**variables)
    terminal.wait_for_text("q quit")
    assert all(data in terminal.raw for data in has)
    assert not any(data in terminal.raw for data in lacks)


@pytest.mark.parametrize("type", ["dumb", "bogus", "", None])
@pytest.mark.parametrize("command", [["demo"], ["watch"]])
def test_unfit_terminal_is_refused_with_a_sentence(in_terminal, command, type):
    terminal = in_terminal(*command, TERM=type, columns=200)
    assert terminal.wait_for_end() == 1
    assert ALTERNATE_ON not in terminal.raw and b"\x1b" not in terminal.raw
    assert terminal.is_cooked
    assert type or "TERM" in terminal.text
    assert "TERM=xterm-256color" in terminal.text and "--screen" in terminal.text


def test_no_terminal_is_refused_with_a_sentence(promptchain, simulation):
    ended = subprocess.run(
        [promptchain, "watch", "--server", simulation.url],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        text=True,
        timeout=20,
    )
    assert ended.returncode == 1
    assert "no terminal" in ended.stderr and "--screen" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("variables", [{"LANG": None}, {"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "xx_YY.UTF-8"}])
def test_unicode_without_a_locale(dashboard, variables):
    terminal = dashboard(**variables)
    terminal.wait_for_text("─")


def test_many_keys_at_once_are_all_taken(dashboard):
    terminal = dashboard()
    terminal.wait_for_text("0.32")
    terminal.type("z?" + "j" * 500 + "q" + "zq")
    assert terminal.wait_for_end() == 0
