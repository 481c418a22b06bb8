"""A run watched from a second process: followed, stopped, found again after its terminal has gone away."""

import calendar
import json
import os
import signal
import subprocess
import tempfile
import time

import pytest

from pseudo_terminal import loaded_models, members_of_session, until

MODEL = "llama3.1:8b"


@pytest.fixture
def slow_server(start_simulation):
    """A server on which a chain runs long enough to be looked at."""
    return start_simulation("--vram", "48GiB", "--speed", "4")


@pytest.fixture
def background(promptchain, tales, slow_server, tmp_path):
    """A chain that runs without a terminal, as a cron job does, until its first step writes."""
    running = []

    def start(*more):
        with open(tmp_path / "run.err", "wb") as errors:
            process = subprocess.Popen(
                [promptchain, "run", tales, "--plain", "--input", "a lighthouse", "--server", slow_server.url, *more],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        running.append(process)
        until(lambda: loaded_models(slow_server.url) == [MODEL], "the first load")
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def short_runtime_folder(monkeypatch):
    """Sockets have short paths, and those of tests are long."""
    with tempfile.TemporaryDirectory(prefix="pc-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def sockets():
    folder = os.path.join(os.environ["XDG_RUNTIME_DIR"], "promptchain", "runs")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def test_a_run_without_a_terminal_is_watched_and_stopped(background, in_terminal, slow_server):
    process = background()
    terminal = in_terminal("watch", "--attach", "latest", rows=30, columns=110)
    terminal.wait_for_text("step 1/2 writes")
    assert f"pid {process.pid}" in terminal.text
    terminal.type("r")
    terminal.wait_for_text("this dashboard shows a run of another process")
    terminal.type("s")
    terminal.wait_for_text("Stop Two tales?")
    terminal.type("y")
    terminal.wait_for_text("Two tales was stopped after")
    assert process.wait(20) == 1
    assert loaded_models(slow_server.url) == []
    assert "✘ 1 Draft" in terminal.text, "it stays on the screen"
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert sockets() == []


def test_leaving_does_not_end_the_run(background, in_terminal, slow_server):
    process = background()
    terminals = [in_terminal("watch", "--attach", "latest") for _ in range(2)]
    for terminal in terminals:
        terminal.wait_for_text("step 1/2 writes")
    terminals[0].type("q")
    assert terminals[0].wait_for_end() == 0
    terminals[1].wait_for_text("step 2/2")
    terminals[1].hang_up()
    assert process.poll() is None
    assert process.wait(60) == 0


def test_read_only_does_not_stop_it(background, in_terminal):
    process = background()
    terminal = in_terminal("watch", "--attach", "latest", "--read-only")
    terminal.wait_for_text("step 1/2 writes")
    terminal.type("s")
    terminal.wait_for_text("read-only: s is switched off")
    assert process.poll() is None


def test_a_killed_run_is_shown_as_such(background, in_terminal, promptchain):
    process = background()
    terminal = in_terminal("watch", "--attach", "latest", rows=30, columns=110)
    terminal.wait_for_text("step 1/2 writes")
    process.kill()
    terminal.wait_for_text("its process is gone")
    assert process.wait() == -signal.SIGKILL
    assert len(sockets()) == 1, "nobody was left to remove it"


def test_events_arrive_at_once(background, promptchain):
    """What the run tells and what a watcher prints are less than 200 ms apart, by the events' own times."""
    background()
    watcher = subprocess.Popen(
        [promptchain, "watch", "--attach", "latest", "--json"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    delays = []
    numbers = []
    try:
        for line in watcher.stdout:
            now = time.time()
            event = json.loads(line)
            numbers.append(event["seq"])
            if event["event"] == "token":
                told = time.strptime(event["time"][:19], "%Y-%m-%dT%H:%M:%S")
                fraction = float("0" + event["time"][19:].rstrip("Z"))
                delays.append(now - (calendar.timegm(told) + fraction))
            if event["event"] == "run_finished":
                break
    finally:
        watcher.kill()
        watcher.wait()
    assert numbers == list(range(1, len(numbers) + 1)), "without gap or double"
    # The first ones were held until the watcher came.
    late = sorted(delays[len(delays) // 2 :])
    assert late[len(late) // 2] < 0.2


def test_a_run_that_is_not_there_is_said(promptchain):
    result = subprocess.run([promptchain, "watch", "--attach", "abc", "--once"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "there is no run “abc”" in result.stderr
    assert "promptchain history list" in result.stderr


@pytest.mark.parametrize("how", ["window", "signal", "twice"])
def test_a_run_outlives_its_terminal_and_is_found_again(in_terminal, tales, slow_server, tmp_path, how):
    output = tmp_path / "output.txt"
    first = in_terminal(
        "run", tales, "--dashboard", "--input", "a lighthouse", "--server", slow_server.url, "--output", output
    )
    first.wait_for_text("step 1/2 writes")
    if how != "window":
        first.kill(signal.SIGHUP)
    if how == "twice":
        first.kill(signal.SIGHUP)
    if how != "signal":
        first.hang_up()
    second = in_terminal("watch", "--attach", "latest", rows=30, columns=110)
    second.wait_for_text("step 1/2 writes")
    assert not first.has_ended()
    second.wait_for_text("Two tales done in")
    until(first.has_ended, "the end")
    assert os.waitstatus_to_exitcode(first.status) == 0, "its own status"
    assert output.read_text() != ""
    assert loaded_models(slow_server.url) == []
    assert members_of_session(first.pid) == []


def test_a_run_without_a_screen_still_takes_signals(in_terminal, tales, slow_server):
    terminal = in_terminal("run", tales, "--dashboard", "--input", "a lighthouse", "--server", slow_server.url)
    terminal.wait_for_text("step 1/2 writes")
    # As at the end of a session: the hang-up, and what ends everything, in one moment.
    terminal.kill(signal.SIGHUP)
    terminal.wait_for_text("the run goes on without a screen")
    terminal.kill(signal.SIGTERM)
    assert terminal.wait_for_end() == 143
    assert loaded_models(slow_server.url) == []


def test_a_run_that_a_key_began_goes_on_too(in_terminal, tales, slow_server):
    terminal = in_terminal("watch", "--server", slow_server.url, folder=tales.parent)
    terminal.wait_for_text("r run")
    terminal.type("r")
    terminal.wait_for_text("Two tales")
    terminal.type("\r")
    terminal.wait_for_text("Input for Two tales")
    terminal.type("a lighthouse\x04")
    terminal.wait_for_text("step 1/2 writes")
    terminal.hang_up()
    until(lambda: "mistral-small:22b" in loaded_models(slow_server.url), "the second step")
    until(terminal.has_ended, "the end")
    assert os.waitstatus_to_exitcode(terminal.status) == 0
    assert loaded_models(slow_server.url) == []


def test_a_replay_ends_where_the_run_ended(background, promptchain):
    """The record alone gives the last picture, also of a run that nobody watched; and every one before it."""
    process = background()
    assert process.wait(60) == 0

    def picture(*arguments):
        result = subprocess.run(
            [promptchain, *arguments, "--screen", "110x40"], capture_output=True, text=True, check=True
        )
        return result.stdout.splitlines()

    attached = picture("watch", "--attach", "latest")
    replayed = picture("replay", "latest")
    assert "Two tales done in" in attached[1] and attached[1] == replayed[1]
    # The header has the clock, and where the replay is; the left side has curves and times that count on, and so has
    # the timeline.
    def right(lines):
        timeline = next(number for number, line in enumerate(lines) if "3 Residency" in line)
        log = next(number for number, line in enumerate(lines) if "6 Log" in line)
        return [line[53:] for line in lines[2:timeline] + lines[log:-1]]

    assert "recorded" in attached[0] and "/00:" in replayed[0]
    assert right(attached) == right(replayed)
    assert "3 Residency" in "\n".join(replayed) and "┆" in "\n".join(replayed)
    assert "✔ 2 Polish" in "\n".join(replayed)
    early = "\n".join(picture("replay", "latest", "--at", "0.5s"))
    assert "▶ 1 Draft" in early or "loads for step 1/2" in early
    assert "· 2 Polish" in early


def test_a_replay_is_driven_by_keys(background, in_terminal):
    process = background()
    assert process.wait(60) == 0
    terminal = in_terminal("replay", "latest", "--speed", "0.25x", rows=30, columns=110)
    terminal.wait_for_text("step 1/2")
    terminal.type(" ")
    terminal.wait_for_text("paused")
    terminal.type("\x1b[F")
    terminal.wait_for_text("Two tales done in")
    terminal.type("[")
    terminal.wait_for_text("step 2/2")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
