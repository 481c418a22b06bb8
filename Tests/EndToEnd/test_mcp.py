"""Chains whose models call tools: servers written with PyPI's `mcp`, over every transport, and the shipped example."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trustme

HERE = Path(__file__).resolve().parent
SERVER = HERE / "mcp_tool_server.py"
EXAMPLES = HERE.parent.parent / "examples"

CHAIN = """\
name: Notes
mcp_servers:
  - {server}
steps:
  - {{name: Find, model: "mistral-small:22b", instruction: "Use {tool} for: {{input}}"}}
"""


def program(mark="", python=sys.executable):
    """A server on standard input and output; the mark finds its process again."""
    return f'{{id: notes, command: "{python}", args: ["{SERVER}", stdio, "{mark}"]}}'


@pytest.fixture
def run(promptchain, simulation, tmp_path):
    """Runs a chain on the simulated server: its exit status, its events by name, and what it says."""

    def start(server, tool="find_note", *arguments):
        (tmp_path / "chain.yaml").write_text(CHAIN.format(server=server, tool=tool))
        return subprocess.run(
            [promptchain, "run", str(tmp_path / "chain.yaml"), "--server", simulation.url, "--json", *arguments],
            input="heat pumps", capture_output=True, text=True, timeout=120)

    return start


@pytest.fixture
def at_address():
    """Starts the server at an address; every one is ended after the test."""
    running = []

    def start(transport, *arguments, log=subprocess.DEVNULL):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, str(SERVER), transport, str(port), *arguments], stdout=log, stderr=subprocess.DEVNULL)
        running.append(process)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            assert process.poll() is None, "the server has ended"
            time.sleep(0.05)
        pytest.fail("the server does not listen")

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


def events(result, name):
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [line for line in lines if line["event"] == name]


def is_found(result):
    assert result.returncode == 0, result.stderr + result.stdout[-2000:]
    [called] = events(result, "tool_called")
    assert (called["step"], called["server"], called["tool"]) == (1, "notes", "find_note")
    assert list(called["arguments"]) == ["query"]
    [finished] = events(result, "tool_finished")
    assert not finished["is_error"] and finished["call"] == called["call"]
    assert "the heat pump has paid off since 1998" in finished["output"]
    first, second = events(result, "prompt_sent")
    assert (first["round"], first["kept"], first["messages"]) == (1, 0, [{"role": "user", "is_prompt": True}])
    assert first["tools"] == ["mcp_notes_find_note", "mcp_notes_broken_note"]
    assert (second["round"], second["kept"]) == (2, 1)
    assert [message["role"] for message in second["messages"]] == ["assistant", "tool"]
    assert second["parameters"] == first["parameters"] and first["parameters"]["stream"] is True
    [end] = events(result, "run_finished")
    assert end["status"] == "completed"
    assert end["output"].startswith("The tool has found this: A note about")
    assert end["output"].endswith("the heat pump has paid off since 1998.")


def processes(mark):
    """The processes that carry a mark in their arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if mark.encode() in words:
            found.append(int(entry.name))
    return found


def test_standard_input_and_output(run, tmp_path):
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    result = run(program(mark))
    is_found(result)
    logs = [line["message"] for line in events(result, "log") if line["component"] == "promptchain.tools.notes"]
    assert "notes on standard error" in logs
    assert processes(mark) == []


@pytest.mark.parametrize(("transport", "path"), [("http", "/mcp"), ("sse", "/sse")])
def test_address(run, at_address, transport, path):
    port = at_address(transport)
    is_found(run(f'{{id: notes, type: http, url: "http://127.0.0.1:{port}{path}"}}'))


def test_a_stream_that_the_server_ends_is_taken_up(run, at_address, tmp_path):
    with (tmp_path / "server.log").open("w") as log:
        port = at_address("resumed", log=log)
        is_found(run(f'{{id: notes, url: "http://127.0.0.1:{port}/mcp"}}'))
    taken_up = (tmp_path / "server.log").read_text().splitlines()
    assert len(taken_up) == 1 and taken_up[0].startswith("taken up behind ")


def test_an_authority_of_ones_own(run, at_address, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    port = at_address("https", str(tmp_path / "server.pem"))
    address = f'id: notes, url: "https://127.0.0.1:{port}/mcp"'
    is_found(run(f"{{{address}, ca_file: authority.pem}}"))
    result = run(f"{{{address}}}")
    assert result.returncode == 1
    [end] = events(result, "run_finished")
    assert "the tool server “notes” cannot be used: no secure connection: " in end["error"]
    assert "Name the authority's certificate with ca_file in the chain" in end["error"]


def test_the_file_of_another_program(run, tmp_path):
    servers = {"mcpServers": {"notes": {"command": sys.executable, "args": [str(SERVER), "stdio"]}}}
    (tmp_path / "servers.json").write_text(json.dumps(servers))
    (tmp_path / "chain.yaml").touch()
    result = run("x", "find_note")
    assert result.returncode == 1
    text = (tmp_path / "chain.yaml").read_text().replace("\n  - x", " servers.json")
    (tmp_path / "chain.yaml").write_text(text)
    again = subprocess.run(result.args, input="heat pumps", capture_output=True, text=True, timeout=120)
    is_found(again)


def test_a_tool_that_fails_is_told_to_the_model(run):
    result = run(program(), "broken_note")
    assert result.returncode == 0
    [finished] = events(result, "tool_finished")
    assert finished["is_error"] and "broken_note" in finished["output"]
    [end] = events(result, "run_finished")
    assert end["output"].startswith("The tool failed:")


def test_a_server_that_cannot_start_ends_the_run_before_its_first_step(run):
    result = run("{id: notes, command: no-such-program}")
    assert result.returncode == 1
    assert events(result, "step_started") == [] and events(result, "model_load_started") == []
    [end] = events(result, "run_finished")
    assert "there is no program “no-such-program” in PATH" in end["error"]


def test_a_model_without_tools_is_refused(run, promptchain, simulation, tmp_path):
    (tmp_path / "chain.yaml").write_text(CHAIN.format(server=program(), tool="find_note").replace("mistral-small:22b", "phi4:14b"))
    result = subprocess.run(
        [promptchain, "run", str(tmp_path / "chain.yaml"), "--server", simulation.url, "--input", "x"],
        capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and result.stdout == ""
    assert "step 1 uses tools, and phi4:14b on" in result.stderr


def test_a_signal_ends_the_server_as_well(promptchain, start_simulation, tmp_path):
    simulation = start_simulation("--speed", "1")
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    (tmp_path / "chain.yaml").write_text(CHAIN.format(server=program(mark), tool="find_note"))
    with subprocess.Popen(
        [promptchain, "run", str(tmp_path / "chain.yaml"), "--server", simulation.url, "--json", "--input", "x"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for line in process.stdout:
            if json.loads(line)["event"] == "step_started":
                break
        assert processes(mark) != []
        process.send_signal(signal.SIGTERM)
        for _ in process.stdout:
            pass
        assert process.wait(60) == 143
    assert processes(mark) == []


def test_the_example_searches_and_analyses(promptchain, simulation):
    result = subprocess.run(
        [promptchain, "run", str(EXAMPLES / "search-then-analyse.yaml"), "--server", simulation.url, "--json",
         "--input", "How is a model unloaded?"],
        capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    [finished] = events(result, "tool_finished")
    assert finished["tool"] == "search" and "unload" in finished["output"]
    steps = events(result, "step_started")
    assert [step["model"] for step in steps] == ["mistral-small:22b", "deepseek-r1:70b"]
    assert "The tool has found this:" in steps[1]["prompt"]
    [end] = events(result, "run_finished")
    assert end["status"] == "completed" and end["final_vram_bytes"] == 0


def test_models_by_hand(promptchain, simulation):
    environment = {**os.environ, "PROMPTCHAIN": promptchain, "OLLAMA_HOST": simulation.url}
    result = subprocess.run(
        [str(EXAMPLES / "manual-control.sh")], env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    start = result.stdout.index('"models"')
    listing, _ = json.JSONDecoder().raw_decode(result.stdout[result.stdout.rindex("{", 0, start):])
    assert {model["name"] for model in listing["models"]} == {"mistral-small:22b", "llama3.1:8b"}


def test_every_level_of_configuration(promptchain, simulation, tmp_path):
    text = (EXAMPLES / "configuration" / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(text.replace("http://127.0.0.1:11434", simulation.url))
    result = subprocess.run(
        [promptchain, "run", str(EXAMPLES / "levels.yaml"), "--config", str(tmp_path / "config.yaml"), "--json",
         "--input", "Why is the sea salt?"],
        capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    loads = {line["model"]: line["context_length"] for line in events(result, "model_loaded")}
    assert loads == {"llama3.1:8b": 8192, "mistral-small:22b": 4096}
    assert events(result, "run_finished")[0]["final_vram_bytes"] == 0
