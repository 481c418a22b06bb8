#!/usr/bin/env python3
"""Writes docs/promptchain.1, the manual page, from what the program says of its commands and options.

    .ci/man.py PROGRAM           write it
    .ci/man.py PROGRAM --check   change nothing; exit 1 when it is not what would be written
"""
import json
import pathlib
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/promptchain.1"

# Options that every command has stand once, at the end.
COMMON = ["config", "verbose", "log-level", "log-file", "version", "help"]

EXIT = [
    ("0", "Done."),
    ("1", "The chain or the check failed, or a rule ended the chain with exit: failure."),
    ("3", "A server is out of reach."),
    ("64", "The command line is wrong."),
    ("129, 130, 143", "Ended by SIGHUP, SIGINT or SIGTERM, after what the chain loaded was unloaded; a second signal ends it at once."),
]
ENVIRONMENT = [
    ("OLLAMA_HOST", "The server, as Ollama reads it. --server goes before it."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "Where the folders below are."),
    ("NO_COLOR", "Draws without colours when it is set."),
    ("COLORTERM", "truecolor or 24bit: the terminal shows 24-bit colours."),
    ("PAGER", "Shows the text of a pane behind the key e."),
]
FILES = [
    ("$XDG_CONFIG_HOME/promptchain/config.yaml", "The configuration; else ~/.config/promptchain/config.yaml. themes/ and chains/ beside it hold themes and chain files of your own."),
    ("$XDG_STATE_HOME/promptchain/", "history.db, the record of runs and of what was measured in them, and promptchain.log; else ~/.local/state/promptchain/."),
    ("$XDG_RUNTIME_DIR/promptchain/", "The sockets on which runs are watched, and the locks that keep one chain from unloading another's model."),
]


def escaped(text):
    """Text that roff takes as it is."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")


def paragraph(text):
    """Paragraphs of a text; one with indented lines keeps its breaks."""
    lines = []
    for block in text.strip("\n").split("\n\n"):
        lines.append(".PP")
        rows = block.split("\n")
        kept = any(row.startswith(" ") for row in rows)
        if kept:
            lines.append(".nf")
        for row in rows:
            row = escaped(row)
            # A line that began with a dot or a quote would be a request.
            lines.append("\\&" + row if row[:1] in (".", "'") else row)
        if kept:
            lines.append(".fi")
    return lines


def name(argument):
    names = []
    for one in argument["names"]:
        names.append(("--" if one["kind"] == "long" else "-") + one["name"])
    return ", ".join(sorted(names, key=len))


def entry(argument):
    if argument["kind"] == "positional":
        head = f"\\fI{escaped(argument['valueName'])}\\fR"
    else:
        head = f"\\fB{escaped(name(argument))}\\fR"
        if argument["kind"] == "option":
            head += f" \\fI{escaped(argument['valueName'])}\\fR"
    text = argument.get("abstract", "")
    if "defaultValue" in argument and "efault" not in text:
        text += f" Default: {argument['defaultValue']}."
    return [".TP", head, escaped(text) or "\\&"]


def is_common(argument):
    return argument["kind"] != "positional" and argument["preferredName"]["name"] in COMMON


def synopsis(path, command):
    words = [f"\\fB{escaped(' '.join(path))}\\fR"]
    for argument in command.get("arguments", []):
        if argument["kind"] == "positional":
            value = f"\\fI{escaped(argument['valueName'])}\\fR" + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{value}]" if argument["isOptional"] else value)
    return " ".join(words + ["[\\fIoptions\\fR]"])


def section(path, command):
    lines = [f".SS {escaped(' '.join(path[1:]))}", synopsis(path, command), ".PP", escaped(command["abstract"])]
    if command.get("discussion"):
        lines += paragraph(command["discussion"])
    for argument in command.get("arguments", []):
        if argument["shouldDisplay"] and not is_common(argument):
            lines += entry(argument)
    return lines


def table(rows):
    return [line for head, text in rows for line in [".TP", f"\\fB{escaped(head)}\\fR", escaped(text)]]


def commands(path, command):
    for child in command.get("subcommands", []):
        if child["commandName"] == "help" or not child["shouldDisplay"]:
            continue
        here = path + [child["commandName"]]
        if child.get("subcommands"):
            yield here, {**child, "arguments": []}
            yield from commands(here, child)
        else:
            yield here, child


def page(program):
    def said(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    root = json.loads(said("--experimental-dump-help"))["command"]
    every = list(commands(["promptchain"], root))
    common = {}
    for _, command in every:
        for argument in command["arguments"]:
            if is_common(argument):
                common.setdefault(argument["preferredName"]["name"], argument)
    lines = [
        '.\\" Made from the program\'s own help by .ci/man.py; do not edit.',
        f'.TH PROMPTCHAIN 1 "" "promptchain {escaped(said("--version"))}" "User Commands"',
        ".SH NAME",
        "promptchain \\- watch and drive local LLM servers, and run chains of models",
        ".SH SYNOPSIS",
        "\\fBpromptchain\\fR [\\fIcommand\\fR] [\\fIoptions\\fR]",
        ".SH DESCRIPTION",
        escaped(root["abstract"]),
    ]
    lines += paragraph(root["discussion"])
    lines += [".PP", "In the dashboard the key ? shows all keys, and q quits."]
    lines += [".SH COMMANDS"]
    for path, command in every:
        lines += section(path, command)
    lines += [".SH OPTIONS OF EVERY COMMAND"]
    for key in COMMON:
        lines += entry(common[key])
    lines += [".SH EXIT STATUS"] + table(EXIT)
    lines += [".SH ENVIRONMENT"] + table(ENVIRONMENT)
    lines += [".SH FILES"] + table(FILES)
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    text = page(sys.argv[1])
    if sys.argv[2:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit("docs/promptchain.1 is stale: .ci/man.py PROGRAM")
        return
    PAGE.write_text(text, encoding="utf-8")


main()
