"""`promptchain plan`: what it tells people and scripts, and what it says about files that are wrong."""

import json
import subprocess

import pytest

CHAIN = """\
name: Brief
steps:
  - {name: Plan, model: "ollama/llama3.1:8b", instruction: "Plan: {input}"}
  - {name: Code, model: "qwen2.5-coder:14b", instruction: "Code: {input}"}
  - {name: Review, model: "mistral-nemo:12b", instruction: "Review: {input}"}
  - {name: Summary, model: "llama3.1:8b", instruction: "Sum up: {input}"}
"""
SIZES = """\
capacity: 24GB
models:
  "llama3.1:8b": {vram: 9GB, load: 4.5s, unload: 0.7s, step: 10s}
  "qwen2.5-coder:14b": {vram: 9GB, load: 4.5s, unload: 0.7s, step: 10s}
  "mistral-nemo:12b": {vram: 9GB, load: 4.5s, unload: 0.7s, step: 10s}
"""
FAULTS = """\
capacity: lots
modells: 3
models:
  "llama3.1": {vram: 9GX, load: -3, stepp: 4s}
  "qwen2.5-coder:14b": {load: 5.2s}
  "qwen2.5-coder:14b ": {vram: 1GB}
"""


@pytest.fixture
def plan(promptchain, tmp_path):
    """Runs `plan` on the chain in a folder of its own."""
    (tmp_path / "chain.yaml").write_text(CHAIN)

    def run(sizes, *arguments):
        (tmp_path / "sizes.yaml").write_text(sizes)
        return subprocess.run(
            [promptchain, "plan", "chain.yaml", "--assume", "sizes.yaml", *arguments],
            cwd=tmp_path, capture_output=True, text=True, timeout=60)

    return run


def test_json(plan):
    result = plan(SIZES, "--json")
    assert result.returncode == 0 and result.stderr == ""
    document = json.loads(result.stdout)
    assert set(document) == {"capacity_bytes", "policies"}
    assert document["capacity_bytes"] == 24_000_000_000
    stalls = {plan["policy"]: plan["predicted_stall_seconds"] for plan in document["policies"]}
    assert stalls == pytest.approx({"strict": 20.8, "same-model": 20.8, "lru": 19.4, "planned": 4.5})
    for policy in document["policies"]:
        assert set(policy) == {"policy", "predicted_stall_seconds", "loads", "peak_vram_bytes", "steps"}
        assert sum(step["predicted_stall_seconds"] for step in policy["steps"]) == pytest.approx(stalls[policy["policy"]])
        for step in policy["steps"]:
            assert set(step) == {"step", "model", "evict", "load", "prefetch", "predicted_stall_seconds", "why"}


def test_one_policy_and_another_card(plan):
    document = json.loads(plan(SIZES, "--json", "--policy", "lru", "--vram", "48GB").stdout)
    assert document["capacity_bytes"] == 48_000_000_000
    assert [policy["policy"] for policy in document["policies"]] == ["lru"]
    assert document["policies"][0]["predicted_stall_seconds"] == pytest.approx(13.5)


@pytest.mark.parametrize("arguments", [[], ["--policy", "all"], ["--policy", "strict"], ["--vram", "6GB"]])
def test_text_fits_eighty_columns(plan, arguments):
    result = plan(SIZES, *arguments)
    assert result.returncode == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    for policy in ["strict", "same-model", "lru", "planned"]:
        assert any(line.startswith(policy + " ") for line in result.stdout.splitlines())


def test_a_model_that_never_fits_spills(plan):
    assert "spills" in plan(SIZES, "--vram", "6GB").stdout


def test_an_unknown_capacity(plan):
    sizes = SIZES.replace("capacity: 24GB\n", "")
    assert "capacity unknown" in plan(sizes).stdout
    assert json.loads(plan(sizes, "--json").stdout)["capacity_bytes"] is None


def test_what_is_left_open_is_said(plan):
    result = plan(SIZES.replace(", load: 4.5s, unload: 0.7s", "", 1))
    assert "llama3.1:8b: load 4.5s, unload 0.7s (not in the file)" in result.stdout


def test_every_fault_at_once(plan):
    result = plan(FAULTS)
    assert result.returncode == 1 and result.stdout == ""
    faults = [line for line in result.stderr.splitlines() if line.startswith("sizes.yaml:")]
    assert [line.split(": ")[0] for line in faults] == [
        "sizes.yaml:1:11", "sizes.yaml:2:1", "sizes.yaml:4:3", "sizes.yaml:4:3", "sizes.yaml:4:22", "sizes.yaml:4:33",
        "sizes.yaml:4:37", "sizes.yaml:5:24", "sizes.yaml:6:3",
    ]
    assert "“models” does not describe “llama3.1:8b”, which step 1 of the chain uses" in result.stderr


def test_with_a_server(promptchain, tmp_path):
    (tmp_path / "chain.yaml").write_text(CHAIN.replace("qwen2.5-coder:14b", "phi4:14b"))
    simulator = subprocess.Popen(
        [promptchain, "simulate", "--port", "0", "--vram", "24GiB"], stdout=subprocess.PIPE, text=True)
    try:
        url = simulator.stdout.readline().split()[-1]
        result = subprocess.run(
            [promptchain, "plan", "chain.yaml", "--server", url, "--vram", "24GiB"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60)
    finally:
        simulator.terminate()
        simulator.wait(10)
    assert result.returncode == 0
    assert "22.8 GiB of it to plan with" in result.stdout.replace("\n", " ")
    assert "(assumed: 1.5s and 3 GB/s)" in result.stdout.replace("\n    ", " ")
    assert "--assume FILE" in result.stdout
