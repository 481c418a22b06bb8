"""Recorded runs in the dashboard, by the key R: looked at again, and gone on with."""

import json
import subprocess

import pytest

from pseudo_terminal import until

SIZE = {"rows": 30, "columns": 110}


def run(promptchain, chain, url, output, *more):
    """A chain that runs in the background and tells its events."""
    return subprocess.Popen(
        [promptchain, "run", chain, "--json", "--input", "a lighthouse", "--server", url, *more],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
    )


def states(promptchain):
    answer = subprocess.run([promptchain, "history", "--json"], capture_output=True, check=True, timeout=60)
    return [entry["status"] for entry in json.loads(answer.stdout)["runs"]]


def listed(in_terminal, url):
    """The dashboard with the list of recorded runs."""
    terminal = in_terminal("watch", "--server", url, **SIZE)
    terminal.wait_for_text("0.32")
    terminal.type("R")
    terminal.wait_for_text("Recorded runs")
    return terminal


def test_a_run_is_looked_at_again(promptchain, in_terminal, tales, simulation):
    assert run(promptchain, tales, simulation.url, subprocess.DEVNULL).wait(120) == 0
    terminal = listed(in_terminal, simulation.url)
    terminal.wait_for_text("completed")
    terminal.type("\r")
    terminal.wait_for_text("replay")
    terminal.type("\x1b")
    terminal.wait_until_gone("replay")
    terminal.type("q")
    assert terminal.wait_for_end() == 0


@pytest.fixture
def died(promptchain, tales, start_simulation, tmp_path):
    """The server of a run that was killed after its first step."""
    server = start_simulation("--vram", "48GiB", "--speed", "4")
    events = tmp_path / "events.ndjson"
    with open(events, "wb") as output:
        process = run(promptchain, tales, server.url, output)
        try:
            until(lambda: b'"step_finished"' in events.read_bytes(), "the end of the first step")
        finally:
            process.kill()
            process.wait()
    return server


def go_on(in_terminal, server):
    terminal = listed(in_terminal, server.url)
    terminal.wait_for_text("died")
    terminal.type("\x1bOQ")
    terminal.wait_for_text("Go on with")
    terminal.type("y")
    return terminal


def test_a_run_that_died_goes_on(promptchain, in_terminal, died):
    terminal = go_on(in_terminal, died)
    terminal.wait_for_text("run completed")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert states(promptchain) == ["completed"]


def test_a_chain_that_has_changed_is_not_gone_on_with(promptchain, in_terminal, died, tales):
    tales.write_text(tales.read_text().replace("Tell a long story about", "Tell a short story about"))
    terminal = go_on(in_terminal, died)
    terminal.wait_for_text("cannot go on: its chain has changed")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert "completed" not in states(promptchain)
