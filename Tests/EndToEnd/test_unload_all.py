"""`unload --all` on a real terminal: it lists what it would unload, and asks."""

import json
import urllib.request

import pytest

from pseudo_terminal import PATIENCE, loaded_models

MODELS = ["llama3.1:8b", "mistral:7b"]


@pytest.fixture
def occupied(simulation):
    """A server with two models in memory."""
    for name in MODELS:
        body = json.dumps({"model": name}).encode()
        with urllib.request.urlopen(simulation.url + "/api/generate", body, timeout=PATIENCE) as answer:
            answer.read()
    assert sorted(loaded_models(simulation.url)) == MODELS
    return simulation


@pytest.fixture
def asked(in_terminal, occupied):
    """The question."""
    terminal = in_terminal("unload", "--all", "--server", occupied.url)
    terminal.wait_for_text("Unload these 2 models of")
    assert "[y/N]" in terminal.text
    assert all(name in terminal.text for name in MODELS), "what would go is listed"
    assert sorted(loaded_models(occupied.url)) == MODELS, "nothing goes before the answer"
    return terminal


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_yes_unloads_all(asked, occupied, answer):
    asked.type(answer)
    assert asked.wait_for_end() == 0
    assert loaded_models(occupied.url) == []
    assert "llama3.1:8b is unloaded" in asked.text


@pytest.mark.parametrize("answer", ["\n", "n\n", "q\n", "\x04"])
def test_anything_else_unloads_nothing(asked, occupied, answer):
    asked.type(answer)
    assert asked.wait_for_end() == 1
    assert sorted(loaded_models(occupied.url)) == MODELS
    assert "nothing was unloaded" in asked.text


def test_control_c_unloads_nothing(asked, occupied):
    asked.type("\x03")
    assert asked.wait_for_end() != 0
    assert sorted(loaded_models(occupied.url)) == MODELS


def test_yes_on_the_command_line_asks_nothing(in_terminal, occupied):
    terminal = in_terminal("unload", "--all", "--yes", "--server", occupied.url)
    assert terminal.wait_for_end() == 0
    assert "[y/N]" not in terminal.text
    assert loaded_models(occupied.url) == []


def test_an_empty_server_asks_nothing(in_terminal, simulation):
    terminal = in_terminal("unload", "--all", "--server", simulation.url)
    assert terminal.wait_for_end() == 0
    assert "no model is loaded" in terminal.text
    assert "[y/N]" not in terminal.text
