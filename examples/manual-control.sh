#!/bin/sh
# Models by hand, without any chain: load one, look at what is loaded, and free the memory again. PROMPTCHAIN names the
# program where it is not in PATH; OLLAMA_HOST names the server.
set -eu
promptchain=${PROMPTCHAIN:-promptchain}
model=${1:-mistral-small:22b}

"$promptchain" load "$model" --context 8192 --keep-alive 10m
"$promptchain" ps
"$promptchain" show "$model"

# A chain that leaves its models where they are; the closing line says how they are freed.
"$promptchain" run "$(dirname "$0")/levels.yaml" --keep-loaded --input "Why is the sea salt?"
"$promptchain" ps --json

"$promptchain" unload "$model"
"$promptchain" unload --all --yes
"$promptchain" ps
