"""What the end-to-end tests share: the program under test, and simulated servers.

PROMPTCHAIN names the program; without it every test that needs it fails.
"""

import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pseudo_terminal import Terminal


@pytest.fixture(scope="session")
def promptchain():
    """The path of the program."""
    value = os.environ.get("PROMPTCHAIN")
    if not value:
        pytest.fail("PROMPTCHAIN must name the program, such as .build/debug/promptchain", pytrace=False)
    path = Path(value).resolve()
    if not (path.is_file() and os.access(path, os.X_OK)):
        pytest.fail(f"PROMPTCHAIN={value} is no program", pytrace=False)
    return str(path)


@dataclass
class Simulation:
    """A running `promptchain simulate`."""

    url: str
    process: subprocess.Popen

    def stop(self):
        """Ends the process and returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        return self.process.returncode


def read_line(process, seconds):
    """The first line on standard output, or what the process said instead."""
    data = b""
    end = time.monotonic() + seconds
    descriptor = process.stdout.fileno()
    while b"\n" not in data and time.monotonic() < end:
        ready, _, _ = select.select([descriptor], [], [], 0.1)
        if ready:
            chunk = os.read(descriptor, 4096)
            if not chunk:
                break
            data += chunk
    return data.decode()


@pytest.fixture
def start_simulation(promptchain, tmp_path):
    """Starts `promptchain simulate --port 0` with more options; every one is ended after the test."""
    running = []

    def start(*options):
        with open(tmp_path / f"simulate-{len(running)}.err", "wb") as errors:
            process = subprocess.Popen(
                [promptchain, "simulate", "--port", "0", *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        line = read_line(process, 20)
        match = re.search(r"listening on (http://\S+)", line)
        if match is None:
            process.kill()
            process.wait()
            said = Path(errors.name).read_text(errors="replace")
            pytest.fail(f"simulate did not start: {line!r} {said}", pytrace=False)
        simulation = Simulation(match.group(1), process)
        running.append(simulation)
        return simulation

    yield start
    for simulation in running:
        simulation.stop()
        simulation.process.stdout.close()


@pytest.fixture
def simulation(start_simulation):
    """A simulated server with a 48 GiB GPU, forty times as fast as a real one."""
    return start_simulation("--vram", "48GiB", "--speed", "40")


@pytest.fixture
def in_terminal(promptchain):
    """Starts the program in a pseudo terminal of its own; every one is closed after the test."""
    opened = []

    def start(*arguments, **options):
        opened.append(Terminal([promptchain, *map(str, arguments)], **options))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.fixture(autouse=True)
def private_folders(tmp_path, monkeypatch):
    """Keeps the user's configuration, state and sockets out of the tests."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv("OLLAMA_HOST", raising=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A skipped test is a failure: what is not there has to be installed, not passed over."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"


TALES = """
name: Two tales
model_management: {enabled: true}
policy: same-model
context: 4096
steps:
  - {name: Draft, model: "llama3.1:8b", instruction: "Tell a long story about: {input}"}
  - {name: Polish, model: "mistral-small:22b", instruction: "Tell a long story again: {input}"}
"""


@pytest.fixture
def tales(tmp_path):
    """A chain of two steps that write for a while."""
    path = tmp_path / "tales.yaml"
    path.write_text(TALES)
    return path
