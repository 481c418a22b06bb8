"""A program in a pseudo terminal, with an emulator that shows what a user would see."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import urllib.request

import pyte

# How long something may take before its absence is a failure: generous, since the machine may be busy.
PATIENCE = 20.0

ALTERNATE_ON = b"\x1b[?1049h"
ALTERNATE_OFF = b"\x1b[?1049l"
PASTE_OFF = b"\x1b[?2004l"


def until(condition, what="it"):
    """Waits for something that no terminal shows."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.01)
    return value


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def loaded_models(url):
    """What a server has in memory."""
    with urllib.request.urlopen(url + "/api/ps", timeout=PATIENCE) as answer:
        return [model["name"] for model in json.load(answer)["models"]]


class Screen(pyte.Screen):
    """pyte's screen, and what it does not know: repeated characters (REP) and scrolling by lines (SU)."""

    last = " "

    def draw(self, data):
        super().draw(data)
        self.last = data[-1:] or self.last

    def repeat(self, count=1, **_):
        super().draw(self.last * (count or 1))

    def scroll_up(self, count=1, **_):
        self.save_cursor()
        self.cursor.y = self.margins.bottom if self.margins else self.lines - 1
        for _ in range(count or 1):
            self.index()
        self.restore_cursor()


class Stream(pyte.ByteStream):
    csi = pyte.ByteStream.csi | {"b": "repeat", "S": "scroll_up"}
    events = pyte.ByteStream.events | {"repeat", "scroll_up"}


class Terminal:
    """A program in a pseudo terminal of its own. Other streams can be given in place of the terminal."""

    def __init__(self, arguments, rows=24, columns=80, stdin=None, stdout=None, folder=None, **variables):
        self.screen = Screen(columns, rows)
        self.stream = Stream(self.screen)
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
        environment |= {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
        environment |= variables
        environment = {name: value for name, value in environment.items() if value is not None}
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            # Whoever runs the tests in the background may have had some of these ignored.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
                signal.signal(number, signal.SIG_DFL)
            os.close(go)
            os.read(ready, 1)  # until the terminal has its size
            os.close(ready)
            os.chdir(folder or ".")
            for stream, descriptor in [(stdin, 0), (stdout, 1)]:
                if stream is not None:
                    os.dup2(stream, descriptor)
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

    def wait_until_gone(self, text):
        self.wait_for(lambda: text not in self.text, f"the end of “{text}”")

    def wait_for_bytes(self, data, since=0):
        self.wait_for(lambda: data in self.raw[since:], repr(data))

    def has_ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def wait_for_end(self):
        """The exit status once the program has ended and everything that it wrote is read."""
        self.wait_for(self.has_ended, "the end")
        while self.read(0.05) and select.select([self.master], [], [], 0.05)[0]:
            pass
        return os.waitstatus_to_exitcode(self.status)

    def type(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def kill(self, number):
        os.kill(self.pid, number)

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def after_the_screen(self):
        """What was written to the normal screen after the dashboard left, without what only sets modes."""
        return re.sub(r"\x1b(\[[0-9;?]*[a-z]|[=>])", "", self.raw.rpartition(ALTERNATE_OFF)[2].decode(errors="replace"))

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

    def hang_up(self):
        """Closes the window, as a user does."""
        with contextlib.suppress(OSError):
            os.close(self.master)

    def close(self):
        self.hang_up()
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def members_of_session(leader):
    """The processes of a terminal session that are still there."""
    listing = subprocess.run(["ps", "-eo", "pid=,sid=,stat=,args="], capture_output=True, text=True).stdout
    lines = [line.split(None, 3) for line in listing.splitlines()]
    return [line for line in lines if line[1] == str(leader) and not line[2].startswith("Z")]
