"""A program in a pseudo terminal, as far as measuring it needs: bytes, times, and what it costs."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

VISIBLE = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()].|\][^\x07]*\x07|.)|[\x00-\x20]")


class TerminalProgram:
    """Use in a `with`: the program is ended at its end."""

    def __init__(self, arguments, columns, rows, environment=None):
        self.started = time.monotonic()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(arguments[0], arguments, {**os.environ, "TERM": "xterm-256color", **(environment or {})})
        os.set_blocking(self.master, False)
        self.bytes = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in [signal.SIGTERM, signal.SIGKILL]:
            end = time.monotonic() + 5
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            while time.monotonic() < end:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.master)
                    return
                with contextlib.suppress(OSError):
                    self.read(0.02)

    def read(self, seconds):
        """What comes within a time; empty when nothing does. Questions that toolkits wait for are answered."""
        if not select.select([self.master], [], [], max(0, seconds))[0]:
            return b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.master, 1 << 20)
            self.bytes += len(data)
            if b"\x1b[c" in data:
                self.type(b"\x1b[?62;22c")
            if b"\x1b[6n" in data:
                self.type(b"\x1b[1;1R")
            return data
        return b""

    def type(self, keys):
        os.write(self.master, keys)

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def first_paint(self, quiet=0.02, limit=10):
        """Seconds from the start to the last byte before the first pause after something visible: shorter than the time
        between two pictures of a program that draws 30 of them a second."""
        seen, latest = b"", None
        end = time.monotonic() + limit
        while time.monotonic() < end:
            data = self.read(quiet)
            if data:
                seen += data
                latest = time.monotonic()
            elif latest and len(VISIBLE.sub(b"", seen)) > 20:
                return latest - self.started
        return None

    def seconds_until(self, keys, wanted=b"", limit=1.0):
        """Seconds from a key to the first byte, or to the byte that completes a text."""
        while self.read(0):
            pass
        start = time.monotonic()
        self.type(keys)
        seen = b""
        while (passed := time.monotonic() - start) < limit:
            data = self.read(limit - passed)
            seen += data
            if data and wanted in seen:
                return time.monotonic() - start
        return None

    def cpu_seconds(self):
        """What the program and its descendants have used."""
        return sum(_cpu_seconds(pid) for pid in _family(self.pid))


    def memory(self):
        """Resident and proportional megabytes of the program and its descendants."""
        family = _family(self.pid)
        return tuple(sum(_memory(pid, name) for pid in family) for name in ("Rss:", "Pss:"))

    def wakeups(self):
        """How often its threads have given the processor away of their own will."""
        return sum(_wakeups(pid) for pid in _family(self.pid))

    def seconds_to_end(self, keys, limit=5):
        """Seconds from the key that ends the program to its end."""
        start = time.monotonic()
        self.type(keys)
        while (passed := time.monotonic() - start) < limit:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return passed
            with contextlib.suppress(OSError):
                self.read(0.001)
        return None


def _memory(pid, name):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(name)) / 1024
    return 0


def _wakeups(pid):
    count = 0
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/status") as file:
                count += sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
    return count


def _cpu_seconds(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0


def _family(pid):
    family = [pid]
    for parent in family:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    family += [int(child) for child in file.read().split()]
    return family
