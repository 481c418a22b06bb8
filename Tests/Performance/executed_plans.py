#!/usr/bin/env python3
"""Runs the patterns of the planning benchmark on the simulated server under every policy, and holds what the steps wait
against what the plan said: `promptchain plan` beforehand, with its server's rule of admission, and with the times that
the runs before have measured.

    executed_plans.py PROMPTCHAIN [PATTERN NUMBER]…     all twelve without a number, counted from 1

Each pattern runs as fast as lets its shortest load take half a second. Ends with status 1 when the sum of a policy is more
than a tenth off."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PATTERNS = HERE / "Planning/Sources/planning-benchmark/PlanningPattern.swift"
POLICIES = ["strict", "same-model", "lru", "planned"]
SHORTEST = 0.5


def patterns():
    """The patterns as the Swift file has them: name, capacity in GB, sizes in GB, sequence of letters."""
    text = PATTERNS.read_text(encoding="utf-8")
    seven = sizes(re.search(r"static let seven = \[(.*?)\]", text).group(1))
    found = []
    for entry in re.findall(r"PlanningPattern\(\s*name: (.*?)cold:", text, re.S):
        name = re.match(r'"(.*?)"', entry).group(1)
        given = re.search(r"sizes: (\[.*?\]|seven[^,\n]*)", entry).group(1)
        models = dict(seven) if given.startswith("seven") else sizes(given.strip("[]"))
        if "filter" in given:
            del models["x"]
        repeated = re.search(r'sequence: times\("(\w+)", (\d+)\)', entry)
        plain = re.search(r'sequence: "(\w+)"', entry)
        sequence = repeated.group(1) * int(repeated.group(2)) if repeated else plain.group(1)
        found.append((name, float(re.search(r"capacity: ([\d.]+)", entry).group(1)), models, sequence))
    return found


def sizes(text):
    return {name: float(size) for name, size in re.findall(r'"(\w)": ([\d.]+)', text)}


class Bench:
    """One pattern: a simulated server with models of its sizes, and a chain with its steps."""

    def __init__(self, program, capacity, models, sequence):
        self.program = program
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        self.capacity = f"{capacity:g}GB"
        # The simulated server reads weights at 2.5 GB/s.
        self.speed = (0.3 + min(models.values()) / 2.5) / SHORTEST
        self.environment = {key: value for key, value in os.environ.items() if key != "OLLAMA_HOST"}
        for name in ("CONFIG", "STATE", "RUNTIME"):
            folder = root / name.lower()
            folder.mkdir()
            self.environment["XDG_RUNTIME_DIR" if name == "RUNTIME" else f"XDG_{name}_HOME"] = str(folder)
        catalogue = root / "catalogue.json"
        catalogue.write_text(json.dumps({"models": [
            {"name": f"model-{letter}:latest", "size": f"{size:g}GB", "layers": 1, "embedding": 32, "heads": 1,
             "kv_heads": 1, "context": 4096, "vocabulary": 32} for letter, size in models.items()]}))
        steps = "".join(
            f'  - {{name: S{number}, model: "model-{letter}", instruction: "Write a long essay about {{initial}}"}}\n'
            for number, letter in enumerate(sequence, 1))
        self.chain = root / "chain.yaml"
        self.chain.write_text(f"name: pattern\ncontext: 4096\nsteps:\n{steps}")
        self.server = subprocess.Popen(
            [program, "simulate", "--port", "0", "--vram", self.capacity, "--speed", f"{self.speed:g}",
             "--catalogue", str(catalogue)],
            stdout=subprocess.PIPE, text=True, env=self.environment)
        self.url = self.server.stdout.readline().split()[-1]

    def close(self):
        self.server.kill()
        self.server.wait()
        self.folder.cleanup()

    def ask(self, *words):
        result = subprocess.run(
            [self.program, words[0], str(self.chain), *words[1:], "--server", self.url, "--vram", self.capacity],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.environment)
        if result.returncode != 0:
            sys.exit(f"{' '.join(words)} ended with {result.returncode}:\n{result.stderr}")
        return result.stdout

    def predict(self, policy):
        """What the plan of a policy says that the steps wait, in seconds of the wall."""
        return json.loads(self.ask("plan", "--json", "--policy", policy))["policies"][0]["predicted_stall_seconds"]

    def run(self, policy):
        """What the steps of a run wait, in seconds of the wall."""
        events = self.ask("run", "--json", "--policy", policy, "--input", "the sea").splitlines()
        return json.loads(events[-1])["stall_seconds"]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    chosen = [int(word) for word in sys.argv[2:]]
    sums = {policy: [0.0, 0.0] for policy in POLICIES}
    print("simulated seconds of waiting: measured (predicted)\n")
    print(f"{'pattern':36}" + "".join(f"{policy:>18}" for policy in POLICIES), flush=True)
    for number, (name, capacity, models, sequence) in enumerate(patterns(), 1):
        if chosen and number not in chosen:
            continue
        bench = Bench(program, capacity, models, sequence)
        try:
            # The first two plans do not depend on times: their runs measure what the predictions go by.
            measured = {policy: bench.run(policy) for policy in POLICIES[:2]}
            predicted = {policy: bench.predict(policy) for policy in POLICIES[:2]}
            for policy in POLICIES[2:]:
                predicted[policy] = bench.predict(policy)
                measured[policy] = bench.run(policy)
        finally:
            bench.close()
        cells = ""
        for policy in POLICIES:
            values = [measured[policy] * bench.speed, predicted[policy] * bench.speed]
            sums[policy] = [sum(pair) for pair in zip(sums[policy], values)]
            cells += f"{values[0]:>9.1f} ({values[1]:6.1f})"
        print(f"{name:36}{cells}", flush=True)
    print(f"{'sum':36}" + "".join(f"{sums[policy][0]:>9.1f} ({sums[policy][1]:6.1f})" for policy in POLICIES))
    ratios = {policy: sums[policy][0] / sums[policy][1] for policy in POLICIES}
    print(f"{'measured / predicted':36}" + "".join(f"{ratios[policy]:>18.3f}" for policy in POLICIES))
    sys.exit(0 if all(abs(ratio - 1) <= 0.1 for ratio in ratios.values()) else 1)


if __name__ == "__main__":
    main()
