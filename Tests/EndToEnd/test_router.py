"""Model management and chains on a real llama.cpp router that holds one model at a time."""

import json
import socket
import subprocess

import pytest

from router_server import Router


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Starts routers with more options; each combination once."""
    routers = {}

    def start(*options):
        if options not in routers:
            routers[options] = Router(tmp_path_factory.mktemp("router"), free_port(), *options)
        return routers[options]

    yield start
    for router in routers.values():
        router.stop()


@pytest.fixture
def router(started):
    """A router with nothing loaded."""
    router = started()
    router.clear()
    return router


@pytest.fixture
def passive(started):
    """A router that loads no model for a request, with nothing loaded."""
    router = started("--no-models-autoload")
    router.clear()
    return router


@pytest.fixture
def command(promptchain):
    def run(*arguments, status=0):
        finished = subprocess.run(
            [promptchain, *map(str, arguments)], capture_output=True, text=True, timeout=50, stdin=subprocess.DEVNULL)
        assert finished.returncode == status, (finished.stdout, finished.stderr)
        return finished

    return run


def chain_file(folder, url, models, management=True):
    path = folder / "chain.yaml"
    enabled = "true" if management else "false"
    steps = "".join(
        f"  - {{name: Step {number}, model: llamacpp/{model}, instruction: \"Say one word about: {{input}}\", "
        f"params: {{temperature: 0, max_tokens: 4, seed: 1}}}}\n"
        for number, model in enumerate(models, 1))
    path.write_text(
        f"name: Alternating\nmodel_management: {{enabled: {enabled}, provider: llamacpp, base_url: \"{url}\"}}\n"
        f"steps:\n{steps}")
    return path


def events_of(finished):
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return events


def life(events):
    """Loads, unloads and steps, in order."""
    shown = {
        "model_loaded": "load", "model_unloaded": "unload", "step_started": "step"}
    return [(shown[event["event"]], event["model"]) for event in events if event["event"] in shown]


def test_models_are_listed_loaded_and_unloaded_by_name(command, router):
    listed = json.loads(command("models", "--server", router.url, "--json").stdout)["models"]
    assert [model["name"] for model in listed] == ["junk", "smol-a", "smol-b"]
    assert listed[1]["context_maximum"] is None, "a router knows that only of a model that was loaded"

    command("load", "smol-a", "--server", router.url)
    assert router.loaded() == ["smol-a"]
    loaded = json.loads(command("ps", "--server", router.url, "--json").stdout)["models"]
    assert [(model["name"], model["context_length"], model["vram_bytes"]) for model in loaded] == [
        ("smol-a", 1024, None)]
    command("load", "smol-a", "--server", router.url)

    # There is room for one: the router makes it.
    command("load", "llamacpp/smol-b", "--server", router.url)
    assert router.loaded() == ["smol-b"]
    command("unload", "smol-b", "--server", router.url)
    assert router.loaded() == []
    command("unload", "smol-b", "--server", router.url)


def test_the_dashboards_reading_shows_what_is_loaded(command, router):
    command("load", "smol-b", "--server", router.url)
    server = json.loads(command("watch", "--once", "--json", "--server", router.url).stdout)["servers"][0]
    assert (server["provider"], server["state"]) == ("llamacpp", "ready")
    assert [(model["name"], model["context_length"], model["pinned"]) for model in server["models"]] == [
        ("smol-b", 1024, False)]


@pytest.mark.parametrize("policy", ["strict", "same-model"])
def test_a_chain_alternates_two_models_where_one_fits(command, router, tmp_path, policy):
    path = chain_file(tmp_path, router.url, ["smol-a", "smol-b", "smol-a"])
    events = events_of(command("run", path, "--policy", policy, "--json", "--input", "the sky"))
    assert life(events) == [
        ("step", "smol-a"), ("load", "smol-a"), ("unload", "smol-a"), ("step", "smol-b"), ("load", "smol-b"),
        ("unload", "smol-b"), ("step", "smol-a"), ("load", "smol-a"), ("unload", "smol-a")]
    assert all(event["verified"] for event in events if event["event"] == "model_unloaded")
    for event in events:
        if event["event"] == "model_loaded":
            assert event["load_seconds"] > 0 and event["context_length"] == 1024 and event["vram_bytes"] is None
        if event["event"] == "step_finished":
            assert event["output_tokens"] > 0 and event["tokens_per_second"] > 0 and event["load_seconds"] > 0
    shares = {}
    for event in events:
        if event["event"] == "model_load_started":
            shares[event["seq"]] = current = []
        elif event["event"] == "load_progress":
            assert event["inferred"] is False
            current.append(event["fraction"])
    assert len(shares) == 3
    for told in shares.values():
        assert told and told == sorted(told) and told[-1] == 1, "every load tells how far it has come"
    assert not [event for event in events if event["event"] == "warning"]
    assert events[-1]["status"] == "completed"
    assert router.loaded() == [], "nothing of ours stays"


def test_same_model_keeps_what_the_next_step_needs(command, router, tmp_path):
    path = chain_file(tmp_path, router.url, ["smol-a", "smol-a", "smol-b"])
    events = events_of(command("run", path, "--policy", "same-model", "--json", "--input", "the sky"))
    assert [entry for entry in life(events) if entry[0] != "step"] == [
        ("load", "smol-a"), ("unload", "smol-a"), ("load", "smol-b"), ("unload", "smol-b")]
    assert router.loaded() == []


def test_what_somebody_else_loaded_stays(command, router, tmp_path):
    command("load", "smol-a", "--server", router.url)
    path = chain_file(tmp_path, router.url, ["smol-a"])
    events = events_of(command("run", path, "--policy", "strict", "--json", "--input", "the sky"))
    assert life(events) == [("step", "smol-a")]
    assert router.loaded() == ["smol-a"]


def test_a_file_that_is_no_model_fails_and_says_so(command, router, tmp_path):
    failed = command("load", "junk", "--server", router.url, status=1)
    assert "cannot load junk" in failed.stderr and "exit code 1" in failed.stderr
    unknown = command("load", "smol-c", "--server", router.url, status=1)
    assert "it has no model smol-c" in unknown.stderr and "smol-a" in unknown.stderr
    path = chain_file(tmp_path, router.url, ["junk"])
    events = events_of(command("run", path, "--policy", "strict", "--json", "--input", "x", status=1))
    assert "exit code 1" in next(event for event in events if event["event"] == "model_load_failed")["error"]
    assert router.loaded() == []


def test_without_management_a_request_loads_its_model_where_the_router_does(command, router, tmp_path):
    path = chain_file(tmp_path, router.url, ["smol-a"], management=False)
    events = events_of(command("run", path, "--json", "--input", "the sky"))
    assert life(events) == [("step", "smol-a")]
    finished = next(event for event in events if event["event"] == "step_finished")
    assert finished["load_seconds"] > 0 and finished["output_tokens"] > 0
    assert router.loaded() == ["smol-a"], "a chain without management unloads nothing"


def test_a_router_that_loads_nothing_by_itself(command, passive, tmp_path):
    path = chain_file(tmp_path, passive.url, ["smol-a"], management=False)
    failed = command("run", path, "--plain", "--input", "the sky", status=1)
    assert "smol-a is not loaded, and this router loads no model by itself" in failed.stderr
    assert "promptchain load smol-a" in failed.stderr
    assert passive.loaded() == []
    managed = chain_file(tmp_path, passive.url, ["smol-a", "smol-b"])
    events = events_of(command("run", managed, "--policy", "strict", "--json", "--input", "the sky"))
    assert events[-1]["status"] == "completed"
    assert passive.loaded() == []


def test_the_routers_limit_is_the_cap_of_a_plan(command, router, tmp_path):
    """Memory for both, and a router that holds one: the plan unloads, not the router behind its back."""
    for model in router.loaded():
        command("unload", model, "--server", router.url)
    path = chain_file(tmp_path, router.url, ["smol-a", "smol-b"])
    events = events_of(
        command("run", path, "--policy", "planned", "--vram", "24GiB", "--json", "--input", "the sky"))
    assert life(events) == [
        ("step", "smol-a"), ("load", "smol-a"), ("step", "smol-b"), ("unload", "smol-a"), ("load", "smol-b"),
        ("unload", "smol-b")]
