"""Text on its way through the dashboard: what comes in is taken whole, and nothing that goes out commands the terminal."""

import json
import os
import re

import pytest

from hostile_server import EVIL, HostileServer

# What the dashboard itself may send: cursor, erasing, attributes, modes, character sets; no OSC, no DCS, no reset.
OWN_SEQUENCE = re.compile(rb"\x1b(\[[?>]?[0-9;]*[A-HJKLMPSTXZ@`abcdfghilmnqrst]|[()][0AB]|[=>78M])")
BIDI = [character.encode() for character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"]
# Names of steps hold no line breaks.
ONE_LINE = EVIL.replace("\r", "")

CHAIN = {
    "name": f"Chain {EVIL}",
    "model_management": {"enabled": True, "provider": "ollama"},
    "steps": [
        {"name": f"Step {ONE_LINE}", "model": "llama3.1:8b", "instruction": f"Say {EVIL}: {{input}}"},
        {"name": "Breaks", "model": "broken:1b", "instruction": "Go on: {input}"},
    ],
}


def assert_harmless(raw):
    rest = OWN_SEQUENCE.sub(b"", raw)
    for what, pattern in [
        ("an escape that is not ours", rb"\x1b.{0,12}"),
        ("a C1 control", rb"\xc2[\x80-\x9f]"),
        ("a control character", rb"[\x00-\x06\x0b\x0c\x10-\x17\x19\x1a\x1c-\x1f\x7f]"),
    ]:
        found = re.search(pattern, rest)
        assert found is None, f"{what}: {rest[max(0, found.start() - 40):found.end() + 40]!r}"
    assert not any(character in raw for character in BIDI)


@pytest.mark.parametrize("rows, columns", [(24, 80), (50, 200)])
def test_hostile_text_never_commands_the_terminal(in_terminal, tmp_path, rows, columns):
    # JSON is YAML, and has an escape for every character.
    chain = tmp_path / "evil.yaml"
    chain.write_text(json.dumps(CHAIN, ensure_ascii=True))
    with HostileServer() as server:
        terminal = in_terminal(
            "run", chain, "--dashboard", "--input", "from outside \x1b]0;EVIL\x07", "--server", server.url,
            rows=rows, columns=columns, folder=tmp_path,
        )
        terminal.wait_for_text("it broke")
        # Through all panes, their details, and the dialogs that show names.
        for keys in ["1", "\r", "q", "4", "\r", "q", "5z", "z6z", "z", "r", "\x03", "l", "\x03", "?", "q"]:
            terminal.type(keys)
            terminal.read(0.05)
        terminal.type("q")
        terminal.wait_for(lambda: terminal.has_ended() or "Quit while" in terminal.text, "the end")
        if not terminal.has_ended():
            terminal.type("y")
        assert terminal.wait_for_end() == 1
    assert b"EVIL" in terminal.raw, "the harmless part is shown"
    assert_harmless(terminal.raw)


def test_hostile_faults_of_a_chain_file_are_harmless(in_terminal, tmp_path):
    chain = tmp_path / "evil.yaml"
    chain.write_text(json.dumps(CHAIN | {f"key {EVIL}": 1}, ensure_ascii=True))
    terminal = in_terminal("run", chain, "--dashboard", "--input", "x", columns=200)
    assert terminal.wait_for_end() == 1
    assert b"EVIL" in terminal.raw
    assert_harmless(terminal.raw)


STORY = """
name: Story
model_management: {enabled: true}
context: 4096
steps:
  - {name: Tell, model: "llama3.1:8b", instruction: "Explain {input}"}
"""


def test_standard_streams_stay_free(in_terminal, tmp_path, simulation):
    """Input from a pipe and output to a file, while the dashboard has the terminal."""
    (tmp_path / "story.yaml").write_text(STORY)
    read_end, write_end = os.pipe()
    with open(tmp_path / "output.txt", "wb") as output:
        terminal = in_terminal(
            "run", "story.yaml", "--dashboard", "--server", simulation.url, "--output", "copy.txt",
            stdin=read_end, stdout=output.fileno(), folder=tmp_path, rows=30, columns=110,
        )
        os.close(read_end)
        os.write(write_end, "how lighthouses shine\n".encode())
        os.close(write_end)
        terminal.wait_for_text("run completed")
        terminal.wait_for_text("lighthouses")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    written = (tmp_path / "output.txt").read_text()
    assert "lighthouses" in written
    assert written.strip() == (tmp_path / "copy.txt").read_text().strip()
    assert "\x1b" not in written and "Story: completed" not in written
    assert "Story: completed" in terminal.after_the_screen


def test_paste_of_several_lines_becomes_the_input(in_terminal, tmp_path, simulation):
    (tmp_path / "story.yaml").write_text(STORY)
    terminal = in_terminal(
        "watch", folder=tmp_path, rows=30, columns=110, OLLAMA_HOST=simulation.url
    )
    terminal.wait_for_text("0.32")
    assert b"\x1b[?2004h" in terminal.raw
    terminal.type("r")
    terminal.wait_for_text("Story")
    terminal.type("story")
    terminal.wait_until_gone("Research brief")
    terminal.type("\r")
    terminal.wait_for_text("Input")
    terminal.type("\x1b[200~first line about whales\rsecond line q\x1b[2J\x1b]0;EVIL\x07\nthird line\x1b[201~")
    for text in ["first line about whales", "second line q", "third line"]:
        terminal.wait_for_text(text)
    terminal.type("\x04")
    terminal.wait_for_text("run completed")
    assert not terminal.has_ended(), "a pasted q is text"
    terminal.wait_for_text("whales")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert_harmless(terminal.raw)
