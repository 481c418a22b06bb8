"""The completion scripts, in the shells that they are for."""

import shutil
import subprocess

import pytest

from pseudo_terminal import Terminal

# What is written, and what it becomes.
LINES = [
    ("promptchain hi", "promptchain history"),
    ("promptchain unl", "promptchain unload"),
    ("promptchain run --pol", "promptchain run --policy"),
    ("promptchain run --policy same", "promptchain run --policy same-model"),
    ("promptchain demo --theme day", "promptchain demo --theme daylight"),
    ("promptchain history pr", "promptchain history prune"),
    ("promptchain run re", "promptchain run research.yaml"),
]


def shell(name):
    path = shutil.which(name)
    assert path, f"{name} is not installed"
    return path


@pytest.fixture
def folder(promptchain, tmp_path):
    """A folder with a chain file, something that is none, and the program's scripts."""
    (tmp_path / "research.yaml").write_text("")
    (tmp_path / "readme.txt").write_text("")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "promptchain").symlink_to(promptchain)
    for name, file in [("zsh", "_promptchain"), ("fish", "promptchain.fish")]:
        script = subprocess.run(
            [promptchain, "--generate-completion-script", name], check=True, capture_output=True, text=True).stdout
        (tmp_path / "scripts").mkdir(exist_ok=True)
        (tmp_path / "scripts" / file).write_text(script)
    return tmp_path


@pytest.mark.parametrize("line, whole", LINES)
def test_zsh(folder, line, whole):
    terminal = Terminal(
        [shell("zsh"), "-f"], folder=str(folder), HOME=str(folder), PATH=f"{folder}/bin:/usr/bin:/bin", PS1="ready> ")
    terminal.wait_for_text("ready>")
    terminal.type("fpath=($PWD/scripts $fpath); autoload -U compinit; compinit -u -D; print loa''ded\n")
    terminal.wait_for_text("loaded")
    terminal.type(line + "\t")
    terminal.wait_for_text(f"ready> {whole}")
    terminal.close()


@pytest.mark.parametrize("line, whole", LINES)
def test_fish(folder, line, whole):
    answer = subprocess.run(
        [shell("fish"), "--no-config", "-c", "source scripts/promptchain.fish; complete -C $argv[1]", line],
        cwd=folder, env={"HOME": str(folder), "PATH": f"{folder}/bin:/usr/bin:/bin"}, check=True, capture_output=True,
        text=True)
    assert not answer.stderr
    assert [row.split("\t")[0] for row in answer.stdout.splitlines()] == [whole.split(" ")[-1]]
