"""The dashboard in a real pseudo terminal: what it shows, and how it leaves the terminal.

PROMPTCHAIN is the path of the binary. Needs pytest and pyte:

    PROMPTCHAIN=.build/debug/promptchain python3 -m pytest Tests/EndToEnd/test_terminal.py
"""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte
import pytest

BINARY = os.environ.get("PROMPTCHAIN", "")
COMMAND = ["demo"]
# A word that the dashboard shows whatever its size, and one that only the help shows.
ON_SCREEN = "promptchain"
IN_HELP = "Ctrl-Z"
PATIENCE = 10.0

ALTERNATE_ON = b"\x1b[?1049h"
ALTERNATE_OFF = b"\x1b[?1049l"
PASTE_OFF = b"\x1b[?2004l"

pytestmark = pytest.mark.skipif(not BINARY, reason="PROMPTCHAIN names no binary")


class Terminal:
    """A program in a pseudo terminal of its own, with an emulator that shows what a user would see."""

    def __init__(self, arguments, rows=24, columns=80, **variables):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status = None
        environment = {
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PS1": "PROMPT> ",
            "SWIFT_BACKTRACE": "interactive=no,color=no",
            "TERM": "xterm-256color",
        }
        environment.update(variables)
        environment = {name: value for name, value in environment.items() if value is not None}
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(ready, 1)  # until the terminal has its size
            os.execve(arguments[0], arguments, environment)
        os.close(ready)
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(self.master)
        os.close(go)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, seconds):
        """Takes what the program writes within a time; False when the terminal is closed."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what} did not happen; on the screen:\n{self.text}"
            if not self.read(0.05):
                time.sleep(0.01)

    def wait_for_text(self, text):
        self.wait_for(lambda: text in self.text, f"“{text}”")

    def wait_for_bytes(self, data, since=0):
        self.wait_for(lambda: data in self.raw[since:], repr(data))

    def has_ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def wait_for_end(self):
        self.wait_for(self.has_ended, "the end")
        while self.read(0.05) and select.select([self.master], [], [], 0.05)[0]:
            pass
        return self.status

    def type(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def kill(self, number):
        os.kill(self.pid, number)

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def is_cooked(self):
        flags = termios.tcgetattr(self.master)[3]
        wanted = termios.ECHO | termios.ICANON | termios.ISIG
        return flags & wanted == wanted

    def assert_given_back(self, since=0):
        assert ALTERNATE_OFF in self.raw[since:]
        assert PASTE_OFF in self.raw[since:]
        assert self.is_cooked
        assert termios.tcgetattr(self.master) == self.settings

    def close(self):
        with contextlib.suppress(OSError):
            os.close(self.master)
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@contextlib.contextmanager
def running(*more, rows=24, columns=80, **variables):
    terminal = Terminal([BINARY, *COMMAND, *more], rows, columns, **variables)
    try:
        yield terminal
    finally:
        terminal.close()


@contextlib.contextmanager
def dashboard(**options):
    with running(**options) as terminal:
        terminal.wait_for_text(ON_SCREEN)
        yield terminal


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("rows, columns", [(24, 80), (50, 200), (10, 40)])
def test_start_paints(rows, columns):
    with dashboard(rows=rows, columns=columns) as terminal:
        assert ALTERNATE_ON in terminal.raw
        assert not terminal.is_cooked
        terminal.type("q")
        terminal.wait_for_end()
        terminal.assert_given_back()


def test_help():
    with dashboard(rows=50, columns=120) as terminal:
        terminal.type("?")
        terminal.wait_for_text(IN_HELP)
        terminal.type("\x1b")
        terminal.wait_for(lambda: IN_HELP not in terminal.text, "the help's end")


def test_resize_to_nothing_and_back():
    with dashboard() as terminal:
        for rows, columns in [(1, 1), (50, 200), (2, 3), (24, 80)]:
            terminal.resize(rows, columns)
            since = len(terminal.raw)
            terminal.wait_for(lambda: len(terminal.raw) > since, "a new picture")
        terminal.wait_for_text(ON_SCREEN)


def test_unknown_sequences_type_nothing():
    with dashboard() as terminal:
        # Were they typed, the q in them would end the program.
        terminal.type("\x1b[99;99q\x1b]11;rgb:q/q/q\x07\x1bPq\x1b\\\x1b[?1;2c")
        terminal.read(0.2)
        assert not terminal.has_ended()


def test_suspend_and_return():
    shell = Terminal(["/bin/sh", "-i"])
    try:
        shell.wait_for_text("PROMPT>")
        shell.type(" ".join([BINARY, *COMMAND]) + "\n")
        shell.wait_for_bytes(ALTERNATE_ON)
        shell.wait_for_text(ON_SCREEN)
        for _ in range(2):
            since = len(shell.raw)
            shell.type("\x1a")
            shell.wait_for_bytes(ALTERNATE_OFF, since)
            shell.wait_for_text("Stopped")
            assert shell.is_cooked
            since = len(shell.raw)
            shell.type("fg\n")
            shell.wait_for_bytes(ALTERNATE_ON, since)
            shell.wait_for(lambda: not shell.is_cooked, "single keys")
        since = len(shell.raw)
        shell.type("q")
        shell.wait_for_bytes(ALTERNATE_OFF, since)
        shell.wait_for(lambda: shell.is_cooked, "the shell's settings")
    finally:
        shell.close()


@pytest.mark.parametrize("backtrace", ["interactive=no,color=no", "enable=no"])
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGBUS, signal.SIGQUIT])
def test_crash_gives_the_terminal_back(number, backtrace):
    with dashboard(SWIFT_BACKTRACE=backtrace) as terminal:
        since = len(terminal.raw)
        terminal.kill(number)
        status = terminal.wait_for_end()
        terminal.assert_given_back(since)
        assert os.WIFSIGNALED(status)
        # The last word on the normal screen is the backtrace, not a picture.
        assert ALTERNATE_ON not in terminal.raw[since:]


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_signal_ends_it(number, code):
    with dashboard() as terminal:
        since = len(terminal.raw)
        terminal.kill(number)
        status = terminal.wait_for_end()
        terminal.assert_given_back(since)
        assert os.waitstatus_to_exitcode(status) in (code, -number)


def test_closed_terminal_leaves_no_process():
    with dashboard() as terminal:
        os.close(terminal.master)
        end = time.monotonic() + PATIENCE
        while not terminal.has_ended() and time.monotonic() < end:
            time.sleep(0.02)
        assert terminal.has_ended()


def test_blocked_terminal_still_ends():
    with dashboard(rows=50, columns=200) as terminal:
        for _ in range(300):  # redraws, none of which is read
            terminal.type("\x0c")
            time.sleep(0.002)
        before = cpu_seconds(terminal.pid)
        time.sleep(1)
        assert cpu_seconds(terminal.pid) - before < 0.5
        terminal.kill(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while terminal.is_cooked is False and time.monotonic() < end:
            time.sleep(0.02)
        assert terminal.is_cooked


@pytest.mark.parametrize(
    "variables, has, lacks",
    [
        ({"TERM": "xterm-256color"}, [b"\x1b[38;5;"], [b"38;2;"]),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, [b"\x1b[38;2;"], [b"38;5;"]),
        ({"TERM": "xterm-16color"}, [b"\x1b["], [b"38;5;", b"38;2;"]),
        ({"TERM": "xterm"}, [b"\x1b[3"], [b"38;5;", b"38;2;"]),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, [], [b"38;5;", b"38;2;", b"\x1b[31m", b"\x1b[32m"]),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, [], [b"38;5;", b"38;2;"]),
    ],
)
def test_colors(variables, has, lacks):
    with dashboard(**variables) as terminal:
        assert all(data in terminal.raw for data in has)
        assert not any(data in terminal.raw for data in lacks)


@pytest.mark.parametrize(
    "variables, words",
    [
        ({"TERM": "dumb"}, ["dumb", "TERM=xterm-256color"]),
        ({"TERM": "bogus"}, ["bogus", "TERM=xterm-256color"]),
        ({"TERM": None}, ["TERM", "TERM=xterm-256color"]),
    ],
)
def test_unfit_terminal_is_refused_with_a_sentence(variables, words):
    with running(**variables) as terminal:
        status = terminal.wait_for_end()
        assert os.waitstatus_to_exitcode(status) not in (0, -signal.SIGSEGV, -signal.SIGABRT)
        assert ALTERNATE_ON not in terminal.raw
        assert terminal.is_cooked
        text = terminal.raw.decode().replace("\r\n", "")
        assert all(word in text for word in words)


@pytest.mark.parametrize("variables", [{"LANG": None}, {"LANG": "C"}, {"LC_ALL": "POSIX"}])
def test_unicode_without_a_locale(variables):
    with dashboard(**variables) as terminal:
        assert "─".encode() in terminal.raw or "━".encode() in terminal.raw
