"""A chain over two models on a real inference engine with real weights: two llama.cpp servers, one model each."""

import json
import pathlib
import socket
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def engines():
    """Two servers, `first` and `second`, each with real weights."""
    processes, urls = [], []
    try:
        for alias in ("first", "second"):
            port = free_port()
            process = subprocess.Popen(
                [sys.executable, str(HERE / "engine_server.py"), str(port), alias],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            processes.append(process)
            for line in process.stdout:
                if line.startswith("ready"):
                    break
            else:
                pytest.fail(f"the engine for {alias} did not start")
            urls.append(f"http://127.0.0.1:{port}")
        yield urls
    finally:
        for process in processes:
            process.kill()
            process.wait()


def chain_file(folder, urls):
    path = folder / "chain.yaml"
    path.write_text(f"""
name: Two real models
steps:
  - name: Draft
    model: {{name: llamacpp/first, server: "{urls[0]}"}}
    instruction: "Answer in one short sentence: {{input}}"
    params: {{temperature: 0, max_tokens: 24, seed: 1}}
  - name: Title
    model: {{name: llamacpp/second, server: "{urls[1]}"}}
    instruction: "Give a title for this text: {{input}}"
    params: {{temperature: 0, max_tokens: 12, seed: 1}}
""")
    return path


def run(promptchain, *arguments):
    return subprocess.run(
        [promptchain, *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def test_chain_runs_over_two_real_models(promptchain, engines, tmp_path):
    finished = run(
        promptchain, "run", str(chain_file(tmp_path, engines)), "--json", "--input", "Why is the sky blue?")
    assert finished.returncode == 0, finished.stderr
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    steps = [event for event in events if event["event"] == "step_finished"]
    assert [step["step"] for step in steps] == [1, 2]
    for step in steps:
        streamed = "".join(
            event["text"] for event in events
            if event["event"] == "token" and event["step"] == step["step"] and not event["thinking"])
        assert streamed == step["output"] != ""
        assert step["output_tokens"] > 0 and step["prompt_tokens"] > 0 and step["tokens_per_second"] > 0
    assert events[-1]["event"] == "run_finished" and events[-1]["status"] == "completed"
    assert events[-1]["output"] == steps[-1]["output"]


def test_plain_run_prints_the_output_alone(promptchain, engines, tmp_path):
    path = str(chain_file(tmp_path, engines))
    finished = run(promptchain, "run", path, "--plain", "--input", "Why is the sky blue?")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() and "tokens" not in finished.stdout
    assert "2/2 Title" in finished.stderr


def test_the_engine_is_shown_with_its_model_and_context(promptchain, engines):
    shown = run(promptchain, "watch", "--server", engines[0], "--once", "--json")
    assert shown.returncode == 0, shown.stderr
    server = json.loads(shown.stdout)["servers"][0]
    assert server["provider"] == "llamacpp" and server["state"] == "ready"
    assert [(model["name"], model["context_length"]) for model in server["models"]] == [("first", 2048)]
    assert server["models"][0]["vram_bytes"] is None, "llama.cpp tells no memory figure: unknown, never 0"


def test_a_model_that_the_engine_does_not_serve_is_named(promptchain, engines, tmp_path):
    path = chain_file(tmp_path, engines)
    path.write_text(path.read_text().replace("llamacpp/second", "llamacpp/other"))
    finished = run(promptchain, "run", str(path), "--plain", "--input", "Why?")
    assert finished.returncode == 1
    assert "other" in finished.stderr and "second" in finished.stderr
