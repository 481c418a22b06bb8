"""The history on disks that take nothing: read-only, full, without room for its folder. The run goes on, and it is said."""

import os
import re
import shutil
import subprocess

import pytest

CHAIN = """
name: One
model_management: {enabled: true}
steps:
  - {name: Only, model: "llama3.1:8b", instruction: "Tell of: {input}"}
"""


class Disk:
    """The state folder of the program on a file system of its own, seen by the commands of a test alone."""

    def __init__(self, promptchain, url, folder):
        self.promptchain = promptchain
        self.state = folder / "state"
        self.state.mkdir()
        self.chain = folder / "one.yaml"
        self.chain.write_text(CHAIN)
        self.url = url

    @property
    def file(self):
        return f"{self.state}/promptchain/history.db"

    def run(self, script):
        """Runs a shell script in which `run_chain` and `history` are commands, and mounts are the script's own."""
        functions = f"""
            set -e
            run_chain() {{ "{self.promptchain}" run "{self.chain}" --plain --input x --server "{self.url}"; }}
            history() {{ "{self.promptchain}" history "$@"; }}
            cd "{self.state}"
        """
        result = subprocess.run(
            [*mounting(), "sh", "-c", functions + script],
            capture_output=True,
            text=True,
            env=os.environ | {"XDG_STATE_HOME": str(self.state)},
        )
        assert result.returncode == 0, result.stderr
        return result

    def warnings(self, result):
        return [line for line in result.stderr.splitlines() if line.startswith("warning: ")]


def mounting():
    """How to begin a program that may mount."""
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None:
        pytest.xfail("there is no unshare here: no file system can be mounted for a test")
    probe = subprocess.run([*command, "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.xfail(f"nothing can be mounted here: {probe.stderr.strip()}")
    return command


@pytest.fixture
def disk(promptchain, simulation, tmp_path):
    return Disk(promptchain, simulation.url, tmp_path)


READ_ONLY = """
    mount --bind "$PWD" "$PWD"
    mount -o remount,ro,bind "$PWD"
    cd "$PWD"
"""


def test_a_history_on_a_read_only_disk_is_read_and_not_written(disk):
    before = disk.run("run_chain; history list --json")
    result = disk.run(READ_ONLY + "run_chain; history list --json; history show")
    assert disk.warnings(result) == [
        f"warning: {disk.file} cannot be written: this run and what is measured is forgotten at the end"
    ]
    assert "One: completed after" in result.stderr
    assert '"status":"completed"' in result.stdout.replace(" ", "").replace("\n", "")
    assert "1 Only" in result.stdout, "the run that was recorded before is shown"
    assert before.stdout.count('"run"') == result.stdout.count('"run"') == 1


def test_a_read_only_disk_without_a_history(disk):
    result = disk.run(READ_ONLY + "run_chain; history list")
    assert disk.warnings(result) == [
        f"warning: {disk.file} cannot be used: unable to open database file. "
        "This run and what is measured is forgotten at the end"
    ]
    assert "One: completed after" in result.stderr
    assert result.stdout.endswith("no run is recorded\n")


def test_a_disk_that_is_full_from_the_beginning(disk):
    result = disk.run(
        """
        mount -t tmpfs -o size=64k tmpfs "$PWD"
        cd "$PWD"
        dd if=/dev/zero of=fill bs=1k count=1000 2>/dev/null || true
        run_chain
        """
    )
    warnings = disk.warnings(result)
    assert len(warnings) == 1 and warnings[0].startswith(f"warning: {disk.file} cannot be "), warnings
    assert "One: completed after" in result.stderr


def test_a_disk_that_fills_up_takes_the_next_run_when_there_is_room(disk):
    result = disk.run(
        """
        mount -t tmpfs -o size=512k tmpfs "$PWD"
        cd "$PWD"
        run_chain
        dd if=/dev/zero of=fill bs=1k count=1000 2>/dev/null || true
        echo FULL >&2
        run_chain
        rm fill
        echo ROOM >&2
        run_chain
        history list
        """
    )
    first, full, room = re.split("FULL|ROOM", result.stderr)
    assert "warning: " not in first and "warning: " not in room
    assert full.count(f"warning: {disk.file} cannot be ") >= 1
    assert "One: completed after" in full
    assert result.stdout.count("completed") >= 2, "what the full disk did not take may be missing"
