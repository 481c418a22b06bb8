#!/usr/bin/env python3
"""Measures what the dashboard costs and how fast it answers, beside other terminal programs on the same machine.

    Tests/Performance/measure.py .build/release/promptchain --peer htop --peer btop --peer 'mtop -u HOST'

It prints medians and ratios and judges nothing: a busy machine makes every figure worse, and the peers with it. HOST in
a peer's command becomes the address of the server that all of them watch. Standard library only, Linux.
"""

import argparse
import contextlib
import os
import pathlib
import shlex
import signal
import statistics
import sys
import tempfile
import time

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
    return f"{statistics.median(values):7.1f}" if values else "      -"


def idle_costs(arguments, columns, rows, key, stub, options):
    """First paint, idle costs and answers to a key of one program."""
    paints = []
    for _ in range(options.starts):
        with TerminalProgram(arguments, columns, rows) as program:
            paints.append(program.first_paint())
    with TerminalProgram(arguments, columns, rows) as program:
        program.drain(options.settle)
        cpu, sent, asked, start = program.cpu_seconds(), program.bytes, stub.server.requests, time.monotonic()
        program.drain(options.seconds)
        minutes = (time.monotonic() - start) / 60
        cpu, sent = (program.cpu_seconds() - cpu) / minutes, (program.bytes - sent) / minutes / 1000
        asked = (stub.server.requests - asked) / minutes
        answers = []
        for _ in range(options.presses):
            for press in key:
                # The pause has no common measure with any refresh.
                program.drain(0.173)
                answers.append(program.seconds_until(press))
    return paints, cpu, sent, asked, answers


def compare_idle(options):
    print(f"{'':22} {'first paint':>12} {'key':>9} {'idle CPU':>10} {'to terminal':>12} {'requests':>9}")
    print(f"{'':22} {'ms':>12} {'ms':>9} {'s/min':>10} {'kB/min':>12} {'/min':>9}")
    for size in options.size:
        columns, rows = map(int, size.split("x"))
        own = None
        for name in ["promptchain", *options.peer]:
            with StubServer() as stub:
                host = stub.url.removeprefix("http://")
                command = [options.program, "watch", "--server", stub.url]
                if name != "promptchain":
                    command = shlex.split(name.replace("HOST", host))
                key = [b"?", b"q"] if name == "promptchain" else [b"h", b"\x1b"] if "top" in name else [b"?"]
                paints, cpu, sent, asked, answers = idle_costs(command, columns, rows, key, stub, options)
            line = f"{command[0].split('/')[-1] + ' ' + size:22} {milliseconds(paints):>12} {milliseconds(answers):>9}"
            line += f" {cpu:10.2f} {sent:12.1f} {asked:9.1f}"
            if own:
                line += f"   CPU x{cpu / own[0]:.1f}, bytes x{sent / own[1]:.1f}" if own[0] and own[1] else ""
            else:
                own = (cpu, sent)
            print(line, flush=True)


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
                # What is waited for is drawn by nothing but this key.
                answers.append(program.seconds_until(b"?", b"Ctrl-F"))
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
            f"  {size}: key to the help {milliseconds(answers)} ms ({len(answers)} presses), CPU {share * 100:.0f} %, "
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
        if options.tokens:
            tokens(options)


if __name__ == "__main__":
    main()
