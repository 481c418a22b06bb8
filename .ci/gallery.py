#!/usr/bin/env python3
"""Writes docs/gallery.md: pictures of the dashboard as text, each with the command that makes it.

    .ci/gallery.py PROMPTCHAIN            write it
    .ci/gallery.py PROMPTCHAIN --check    change nothing; exit 1 when a command fails, or a picture is not what it shows

Clocks and rates differ from run to run, so the check compares what must not: the commands, the extent of each picture,
and the words that it is there for.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "gallery.md"

# Title, what to look at, command, words that the picture must show.
PICTURES = [
    (
        "A run in the middle",
        "The first step is done; the second one's model does not fit beside the first, which had to leave.",
        "promptchain demo --screen 110x30 --at 9s",
        ["1 Models", "2 VRAM", "4 Chain", "5 Output", "6 Log", "step 2/"],
    ),
    (
        "The smallest screen that shows everything",
        "80 columns and 24 rows: what somebody needs first, without a key.",
        "promptchain demo --screen 80x24 --at 9s",
        ["Models", "VRAM", "Chain", "Output", "Log", "? help"],
    ),
    (
        "A wide screen",
        "200 columns and 50 rows.",
        "promptchain demo --screen 200x50 --at 9s",
        ["Models", "VRAM", "Chain", "Output", "Log", "? help"],
    ),
    (
        "A font that has letters only",
        "`--ascii` has a sign for everything.",
        "promptchain demo --ascii --screen 100x28 --at 9s",
        ["Models", "VRAM", "Chain", "? help"],
    ),
    (
        "Why it waits",
        "`w` opens what is behind the line under the header.",
        'promptchain demo --screen 100x28 --at 9s --keys "w"',
        ["Esc"],
    ),
    (
        "What is wrong, with its proof",
        "On a GPU of 24 GiB the second model does not fit: what was read, where, and the key that helps.",
        'promptchain demo --vram 24GiB --screen 100x28 --at 14s --keys "w"',
        ["▲ deepseek-r1:70b runs 42 % on the CPU", "of it in VRAM", "loads it with a smaller context"],
    ),
    (
        "Nothing works until somebody acts",
        "The gravest of all: the only server is gone.",
        'promptchain watch --server http://127.0.0.1:9 --screen 100x28 --keys "w"',
        ["✘ 127.0.0.1:9 unreachable: connection refused", "last answer", "ollama serve"],
    ),
    (
        "Loading a model",
        "`l` lists what is installed.",
        'promptchain demo --screen 100x28 --at 9s --keys "l"',
        ["Load a model", "llama3.1:8b", "Esc"],
    ),
    (
        "A search in the log",
        "`6` goes to the log, `/` searches, the footer takes the text.",
        "promptchain demo --screen 100x28 --at 9s --keys \"6 / 'load'\"",
        ["search", "load"],
    ),
    (
        "A command",
        "`:` takes any action by its name, and commands with a word behind them; Tab completes.",
        "promptchain demo --screen 100x28 --at 9s --keys \": 'un'\"",
        [":un", "unload"],
    ),
    (
        "Choosing a theme",
        "`t` shows each theme while it is chosen.",
        'promptchain demo --screen 100x28 --at 9s --keys "t"',
        ["Theme", "midnight", "nord", "high-contrast"],
    ),
    (
        "Every key",
        "`?` lists the keys that hold now, with those of the configuration.",
        'promptchain demo --screen 100x40 --at 1s --keys "?"',
        ["Keys", "MODELS", "ANYWHERE"],
    ),
    (
        "One server that is dead, and one that works",
        "`$SERVER` is a server that answers; nothing listens on port 9.",
        "promptchain watch --server $SERVER --server http://127.0.0.1:9 --screen 100x28",
        ["127.0.0.1:9", "refused"],
    ),
    (
        "A run of last night",
        "The record of a run, as it stood at its end; Left and Right go through it.",
        "promptchain replay latest --screen 100x28",
        ["done", "1 Models", "? help"],
    ),
]


def page(program, environment):
    parts = [
        "# Gallery",
        "",
        "<!-- Made by .ci/gallery.py; do not edit. -->",
        "",
        "What the dashboard looks like, as text: every picture comes from the command above it (`--screen`; with",
        "`--color` it has its colours, and `--keys` presses keys first). None of them needs a terminal, so a picture of",
        "your own can go into an issue the same way. Clocks and rates differ from run to run; CI makes all of them",
        "anew and compares the commands, the extents, and the words that each is there for.",
    ]
    faults = []
    for title, what, command, words in PICTURES:
        line = command.replace("promptchain", program, 1)
        run = subprocess.run(
            ["bash", "-c", line], env=environment, cwd=environment["HOME"], capture_output=True, text=True, timeout=120
        )
        picture = run.stdout.rstrip("\n")
        if run.returncode != 0:
            faults.append(f"{title}: `{command}` ended with {run.returncode}: {run.stderr.strip()}")
        faults += [f"{title}: the picture does not show “{word}”" for word in words if word not in picture]
        picture = picture.replace(environment["SERVER"].removeprefix("http://"), "127.0.0.1:11434")
        parts += ["", f"## {title}", "", what, "", "```sh", command, "```", "", "```text", picture, "```"]
    return "\n".join(parts) + "\n", faults


def outline(text):
    """What must not differ: titles, texts, commands, and the rows of each picture."""
    lines, inside, rows = [], False, 0
    for line in text.splitlines():
        if line == "```text":
            inside, rows = True, 0
        elif inside and line == "```":
            inside = False
            lines.append(f"{rows} rows")
        elif inside:
            rows += 1
        else:
            lines.append(line)
    return lines


def simulate(program, environment):
    """A simulated server; its process and its address."""
    server = subprocess.Popen(
        [program, "simulate", "--port", "0", "--vram", "48GiB", "--speed", "40"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    for line in server.stdout:
        if found := re.search(r"listening on (http://\S+)", line):
            return server, found[1]
    sys.exit("the simulated server did not start")


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{name}_HOME": f"{home}/{name.lower()}" for name in ("CONFIG", "STATE")}
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color",
            "XDG_RUNTIME_DIR": f"{home}/runtime", **folders,
        }
        for folder in [*folders.values(), environment["XDG_RUNTIME_DIR"]]:
            pathlib.Path(folder).mkdir()
        server, environment["SERVER"] = simulate(program, environment)
        try:
            subprocess.run(
                [program, "run", str(ROOT / "examples" / "research.yaml"), "--server", environment["SERVER"],
                 "--input", "Why is the sky blue?", "--plain"],
                env=environment, check=True, capture_output=True, timeout=120,
            )
            text, faults = page(program, environment)
        finally:
            server.terminate()
            server.wait()
    if "--check" in sys.argv:
        kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if outline(kept) != outline(text):
            faults.append("docs/gallery.md is stale: .ci/gallery.py PROMPTCHAIN writes it")
        faults += [
            f"docs/gallery.md does not show “{word}”" for picture in PICTURES for word in picture[3] if word not in kept
        ]
    elif not faults:
        PAGE.write_text(text, encoding="utf-8")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


sys.exit(main())
