"""How the dashboard ends: the terminal as it was, the models unloaded, the exit status that scripts rely on."""

import os
import signal
import time

import pytest

from pseudo_terminal import ALTERNATE_OFF, ALTERNATE_ON, cpu_seconds, loaded_models, members_of_session, until

MODEL = "llama3.1:8b"


@pytest.fixture
def slow_server(start_simulation):
    """A server on which a chain runs long enough to be ended in the middle of it."""
    return start_simulation("--vram", "48GiB", "--speed", "8")


@pytest.fixture
def running(in_terminal, tales, slow_server):
    """A chain in the dashboard, while its first step writes."""

    def start(*more, server=slow_server, **options):
        terminal = in_terminal(
            "run", tales, "--dashboard", "--input", "a lighthouse", "--server", server.url, *more, **options
        )
        terminal.wait_for_text("step 1/2 writes")
        assert loaded_models(server.url) == [MODEL]
        return terminal

    return start


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_signal_unloads_and_ends(running, slow_server, number, code):
    terminal = running("--on-hangup", "stop")
    since = len(terminal.raw)
    terminal.kill(number)
    assert terminal.wait_for_end() == code
    assert loaded_models(slow_server.url) == []
    terminal.assert_given_back(since)
    assert "Two tales: cancelled" in terminal.after_the_screen
    assert "nothing that this chain loaded is left in VRAM" in terminal.after_the_screen


def test_signals_of_one_moment_count_as_one(running, slow_server):
    """`timeout` signals its child and then the group; a session's end sends SIGTERM and SIGHUP."""
    terminal = running()
    for number in [signal.SIGTERM, signal.SIGTERM, signal.SIGHUP]:
        terminal.kill(number)
    assert terminal.wait_for_end() == 143
    assert loaded_models(slow_server.url) == []


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_signal_ends_watching(in_terminal, simulation, number, code):
    terminal = in_terminal("watch", "--server", simulation.url)
    terminal.wait_for_text("q quit")
    terminal.kill(number)
    assert terminal.wait_for_end() == code
    terminal.assert_given_back()


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_quit_asks_while_a_chain_runs(running, slow_server, key):
    terminal = running()
    terminal.type(key)
    terminal.wait_for_text("Quit while Two tales runs?")
    terminal.type("n")
    terminal.wait_until_gone("Quit while")
    assert loaded_models(slow_server.url) == [MODEL]
    terminal.type(key)
    terminal.wait_for_text("Quit while Two tales runs?")
    terminal.type("y")
    assert terminal.wait_for_end() == 1
    assert loaded_models(slow_server.url) == []
    terminal.assert_given_back()
    assert "Two tales: cancelled" in terminal.after_the_screen


def test_summary_follows_a_run_that_is_done(in_terminal, tales, start_simulation):
    server = start_simulation("--vram", "48GiB", "--speed", "200")
    terminal = in_terminal(
        "run", tales, "--dashboard", "--input", "a lighthouse", "--server", server.url, rows=30, columns=110
    )
    terminal.wait_for_text("run completed")
    until(lambda: loaded_models(server.url) == [])
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert "Quit while" not in terminal.text
    told = terminal.after_the_screen
    for text in ["Two tales: completed", "1 Draft", "2 Polish", "peak VRAM", "nothing that this chain loaded is left"]:
        assert text in told


def test_second_signal_forces_the_end(running, start_simulation):
    server = start_simulation("--vram", "48GiB", "--speed", "8", "--fault", "unload-never-frees")
    terminal = running(server=server)
    terminal.kill(signal.SIGTERM)
    terminal.wait_for_text("unload")
    assert not terminal.has_ended()
    start = time.monotonic()

    # Two signals at once count as one, so whoever insists does so for a moment.
    def insists():
        if not terminal.has_ended():
            terminal.kill(signal.SIGTERM)
            terminal.read(0.1)
        return terminal.has_ended()

    until(insists, "the end")
    assert terminal.wait_for_end() == 143
    assert time.monotonic() - start < 5
    terminal.assert_given_back()
    assert MODEL in terminal.after_the_screen, "what stays in memory is named"


def test_leaving_early_tells_what_goes_on(running, start_simulation):
    server = start_simulation("--vram", "48GiB", "--speed", "8", "--fault", "unload-never-frees")
    terminal = running(server=server)
    terminal.type("q")
    terminal.wait_for_text("Quit while")
    terminal.type("y")
    terminal.wait_until_gone("Quit while")
    terminal.type("q")
    terminal.wait_for_bytes(ALTERNATE_OFF)
    terminal.wait_for_bytes(b"stopping the chain and unloading its models")
    assert not terminal.has_ended()
    until(lambda: terminal.is_cooked)
    terminal.type("\x03")
    assert terminal.wait_for_end() == 130


@pytest.mark.parametrize("configured", [False, True])
def test_closed_terminal_leaves_no_process_and_no_model(running, slow_server, tmp_path, configured):
    """Where a run is to stop when its terminal goes away, by the option or by the configuration."""
    if configured:
        configuration = tmp_path / "stops.yaml"
        configuration.write_text("on_hangup: stop\n")
        terminal = running("--config", configuration)
    else:
        terminal = running("--on-hangup", "stop")
    terminal.hang_up()
    until(terminal.has_ended, "the end")
    assert os.waitstatus_to_exitcode(terminal.status) == 129
    assert members_of_session(terminal.pid) == []
    assert loaded_models(slow_server.url) == []


def test_closed_terminal_ends_watching(in_terminal, simulation):
    terminal = in_terminal("watch", "--server", simulation.url)
    terminal.wait_for_text("q quit")
    terminal.hang_up()
    until(terminal.has_ended, "the end")
    assert os.waitstatus_to_exitcode(terminal.status) == 129


def block(terminal):
    """Asks for more pictures than the terminal holds; from now on nothing of them is read."""
    for _ in range(100):
        terminal.type("\x0c")
        time.sleep(0.002)


def test_blocked_terminal_does_not_slow_the_chain(running, start_simulation):
    def seconds(is_blocked):
        server = start_simulation("--vram", "48GiB", "--speed", "8")
        terminal = running(server=server, rows=50, columns=200)
        start = time.monotonic()
        if is_blocked:
            block(terminal)
        seen = set()
        while (models := loaded_models(server.url)) or len(seen) < 2:
            seen |= set(models)
            assert time.monotonic() - start < 60
            if is_blocked:
                time.sleep(0.02)
            else:
                terminal.read(0.02)
        elapsed = time.monotonic() - start
        if is_blocked:
            before = cpu_seconds(terminal.pid)
            time.sleep(0.5)
            assert cpu_seconds(terminal.pid) - before < 0.25, "a blocked terminal is not spun on"
        terminal.kill(signal.SIGTERM)
        until(terminal.has_ended, "the end")
        assert os.waitstatus_to_exitcode(terminal.status) == 143
        while terminal.read(0.1) and not terminal.raw.endswith(b"\r"):
            pass
        assert ALTERNATE_OFF in terminal.raw, "a terminal that reads again finds its normal screen"
        return elapsed

    assert seconds(True) / seconds(False) < 1.3


def test_blocked_terminal_still_unloads_and_ends(running, slow_server):
    terminal = running(rows=50, columns=200)
    block(terminal)
    terminal.kill(signal.SIGTERM)
    until(terminal.has_ended, "the end")
    assert os.waitstatus_to_exitcode(terminal.status) == 143
    assert loaded_models(slow_server.url) == []
    assert terminal.is_cooked


@pytest.mark.parametrize(
    "number, backtrace",
    [
        (signal.SIGSEGV, "interactive=no,color=no"),
        (signal.SIGSEGV, "enable=no"),
        (signal.SIGABRT, "enable=no"),
        (signal.SIGILL, "enable=no"),
        (signal.SIGBUS, "enable=no"),
        (signal.SIGQUIT, "enable=no"),
    ],
)
def test_crash_gives_the_terminal_back(in_terminal, simulation, number, backtrace):
    terminal = in_terminal("watch", "--server", simulation.url, SWIFT_BACKTRACE=backtrace)
    terminal.wait_for_text("q quit")
    since = len(terminal.raw)
    # What Swift says before it traps, as it says it: on standard error.
    with open(f"/proc/{terminal.pid}/fd/2", "wb", buffering=0) as errors:
        errors.write(b"Fatal error: planted\n")
    terminal.read(0.1)
    assert b"planted" not in terminal.raw, "not over the picture"
    terminal.kill(number)
    assert terminal.wait_for_end() == -number
    terminal.assert_given_back(since)
    assert "Fatal error: planted" in terminal.after_the_screen
    # The last word on the normal screen is the backtrace, not a picture.
    assert ALTERNATE_ON not in terminal.raw[since:]


def test_standard_error_is_shown_after_the_screen(in_terminal, simulation, tmp_path):
    log = tmp_path / "log.txt"
    terminal = in_terminal("watch", "--server", simulation.url, "--log-file", log)
    terminal.wait_for_text("q quit")
    with open(f"/proc/{terminal.pid}/fd/2", "wb", buffering=0) as errors:
        errors.write(b"a library complains \x1b]0;title\x07\n")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert "a library complains" in terminal.after_the_screen
    assert b"\x1b]0;" not in terminal.raw
    assert "a library complains" in log.read_text()
