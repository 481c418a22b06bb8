#!/usr/bin/env python3
"""Measures what the dashboard costs and how fast it answers, beside other terminal programs on the same machine.

    Tests/Performance/measure.py .build/release/promptchain --peer 'htop # h,ESC' --peer 'btop # h,ESC' \\
        --peer 'mtop -u HOST # r'

After `#` stand the keys that are pressed in turn; without them a peer's answers are not measured. It prints medians
and ratios and judges nothing: a busy machine makes every figure worse, and the peers with it. HOST in a peer's command
becomes the address of the server that all of them watch. Standard library only, Linux.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from stub_server import StubServer  # noqa: E402
from terminal_program import TerminalProgram  # noqa: E402

CHAIN = """
name: Bench
model_management: {enabled: true, provider: ollama}
steps: [{name: Write, model: "bench:8b", instruction: "Write: {input}"}]
"""


def milliseconds(values):
    values = [value * 1000 for value in values if value is not None]
    return f"{statistics.median(values):.1f}" if values else "-"


def nearly_worst(values):
    """The time in milliseconds that 19 of 20 answers stay below."""
    values = sorted(value * 1000 for value in values if value is not None)
    return f"{values[min(len(values) - 1, int(len(values) * 0.95))]:.1f}" if values else "-"


def watched(program, stub, seconds):
    """What a program costs a minute while nothing is asked of it: processor, bytes, wakes, requests."""

    def counts():
        return [program.cpu_seconds(), program.bytes / 1000, program.wakeups(), stub.server.requests if stub else 0]

    before, start = counts(), time.monotonic()
    program.drain(seconds)
    minutes = (time.monotonic() - start) / 60
    return [(after - earlier) / minutes for after, earlier in zip(counts(), before)]


def idle_costs(arguments, columns, rows, key, choice, stub, options):
    """First paint, idle costs, answers to a key, memory and end of one program."""
    paints, ends = [], []
    for _ in range(options.starts):
        with TerminalProgram(arguments, columns, rows) as program:
            paints.append(program.first_paint())
            program.drain(0.5)
            ends.append(program.seconds_to_end(b"q"))
    with TerminalProgram(arguments, columns, rows) as program:
        program.drain(options.settle)
        costs, memory = watched(program, stub, options.seconds), program.memory()
        answers = answers_to(program, key, options)
        choices = answers_to(program, choice, options)
    return [milliseconds(paints), milliseconds(answers), milliseconds(ends)], costs, memory, choices


def answers_to(program, key, options):
    """Seconds until the first byte after each press."""
    answers = []
    for _ in range(options.presses):
        for press in key:
            # The pause has no common measure with any refresh.
            program.drain(0.173)
            answers.append(program.seconds_until(press))
    return answers


COLUMNS = "{:22} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8} {:>9} {:>12}"


def compare_idle(options):
    print(COLUMNS.format("", "paint ms", "key ms", "end ms", "CPU s/min", "kB/min", "wakes/min", "asked/min", "RSS/PSS MiB"))
    for size in options.size:
        columns, rows = map(int, size.split("x"))
        for name in ["promptchain", *options.peer]:
            with StubServer() as stub:
                host = stub.url.removeprefix("http://")
                command, keys = [options.program, "watch", "--server", stub.url], "?,q"
                if name != "promptchain":
                    line, _, keys = name.replace("HOST", host).partition("#")
                    command = shlex.split(line)
                key = [b"\x1b" if key == "ESC" else key.encode() for key in keys.strip().split(",") if key]
                choice = [b"2", b"3"] if name == "promptchain" else []
                times, costs, memory, choices = idle_costs(command, columns, rows, key, choice, stub, options)
            print_row(f"{command[0].split('/')[-1]} {size}", times, costs, memory)
            if choices:
                print(f"  choosing a pane: {milliseconds(choices)} ms")


def print_row(name, times, costs, memory):
    cpu, sent, wakes, asked = costs
    print(
        COLUMNS.format(
            name, *times, f"{cpu:.2f}", f"{sent:.1f}", f"{wakes:.0f}", f"{asked:.0f}",
            f"{memory[0]:.1f}/{memory[1]:.1f}"),
        flush=True)


def generating(options):
    """The dashboard beside a server that is asked every second and writes for somebody else."""
    print("\nA model writes for another client, --interval 1s")
    for size in options.size:
        columns, rows = map(int, size.split("x"))
        with simulated_server(options) as url, other_client(url):
            arguments = [options.program, "watch", "--server", url, "--interval", "1s"]
            with TerminalProgram(arguments, columns, rows) as program:
                program.drain(options.settle)
                print_row(f"promptchain {size}", ["", "", ""], watched(program, None, options.seconds), program.memory())


@contextlib.contextmanager
def simulated_server(options):
    with subprocess.Popen([options.program, "simulate", "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://\S+:\d+", server.stdout.readline()).group()
        finally:
            server.kill()


@contextlib.contextmanager
def other_client(url):
    """Somebody who lets a model write one answer after the other, as long as it is used in a `with`."""
    body = {"model": "llama3.1:8b", "prompt": "On and on.", "options": {"num_predict": 2000}}
    request = urllib.request.Request(url + "/api/generate", json.dumps(body).encode())
    ended = threading.Event()

    def write():
        while not ended.is_set():
            # The server is ended in the midst of an answer.
            with contextlib.suppress(OSError, http.client.HTTPException), urllib.request.urlopen(request) as answer:
                for _ in answer:
                    pass

    threading.Thread(target=write, daemon=True).start()
    yield
    ended.set()


@contextlib.contextmanager
def chain_in_dashboard(options, stub, size):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(CHAIN)
        file.flush()
        columns, rows = map(int, size.split("x"))
        command = [options.program, "run", file.name, "--dashboard", "--input", "x", "--server", stub.url]
        with TerminalProgram(command, columns, rows) as program:
            yield program


def tokens(options):
    """A thousand tokens a second, with keys, and with a terminal that reads nothing."""
    print(f"\n{options.rate} tokens/s, {options.tokens} tokens")
    for size in options.size:
        with StubServer(options.tokens, options.rate) as stub, chain_in_dashboard(options, stub, size) as program:
            program.drain(1)
            cpu, start, answers = program.cpu_seconds(), time.monotonic(), []
            while stub.server.stream_seconds is None:
                # What is waited for, the title of the help, is drawn by nothing but this key.
                answers.append(program.seconds_until(b"?", b" Keys "))
                program.seconds_until(b"q")
                program.drain(0.173)
            share = (program.cpu_seconds() - cpu) / (time.monotonic() - start)
            reading = stub.server.stream_seconds
        with StubServer(options.tokens, options.rate) as stub, chain_in_dashboard(options, stub, size) as program:
            program.drain(1)
            while stub.server.stream_seconds is None:
                program.type(b"\x0c")
                time.sleep(0.05)
            blocked = stub.server.stream_seconds
            os.kill(program.pid, signal.SIGTERM)
            start = time.monotonic()
            while os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                time.sleep(0.01)
            ended = time.monotonic() - start
        print(
            f"  {size}: key to the help {milliseconds(answers)} ms, 95 % within {nearly_worst(answers)} ms "
            f"({len(answers)} presses, {answers.count(None)} unanswered), CPU {share * 100:.0f} %, "
            f"stream {reading:.2f} s, with a blocked terminal x{blocked / reading:.2f}, then ended by SIGTERM in "
            f"{ended * 1000:.0f} ms",
            flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the promptchain to measure; a release build")
    parser.add_argument("--peer", action="append", default=[], help="another program to measure; may be repeated")
    parser.add_argument("--size", action="append", help="COLUMNSxROWS; may be repeated (80x24 and 200x50)")
    parser.add_argument("--seconds", type=float, default=30, help="how long nothing is done")
    parser.add_argument("--settle", type=float, default=8, help="how long a program has to become quiet")
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--presses", type=int, default=15)
    parser.add_argument("--tokens", type=int, default=8000)
    parser.add_argument("--rate", type=int, default=1000)
    options = parser.parse_args()
    options.size = options.size or ["80x24", "200x50"]
    options.program = str(pathlib.Path(options.program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            os.environ[name] = folder
        os.environ.pop("OLLAMA_HOST", None)
        compare_idle(options)
        generating(options)
        if options.tokens:
            tokens(options)


if __name__ == "__main__":
    main()
