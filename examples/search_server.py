#!/usr/bin/env python3
"""A tool server in pure Python: it searches a folder of texts, and speaks the Model Context Protocol on standard input
and output. `search-then-analyse.yaml` starts it; nothing has to be installed.

    python3 search_server.py [FOLDER]       FOLDER holds *.md and *.txt files; by default the documentation, ../docs
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs"
VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

TOOLS = [
    {
        "name": "search",
        "description": "Searches the texts for words and gives the paragraphs that hold most of them.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "words to look for"},
                "limit": {"type": "integer", "description": "how many paragraphs, 3 by default", "minimum": 1},
            },
            "required": ["query"],
        },
    },
    {
        "name": "list_texts",
        "description": "Names the texts that can be searched.",
        "inputSchema": {"type": "object", "properties": {}},
    },
]


def texts():
    files = sorted(path for path in FOLDER.glob("*") if path.suffix in (".md", ".txt"))
    return [(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in files]


def words(text):
    return set(re.findall(r"[^\W_]{3,}", text.lower()))


def search(arguments):
    wanted = words(str(arguments.get("query", "")))
    if not wanted:
        raise ValueError("query holds no words to look for")
    limit = max(1, min(int(arguments.get("limit") or 3), 10))
    paragraphs = [
        (name, place, paragraph.strip(), words(paragraph))
        for name, text in texts()
        for place, paragraph in enumerate(re.split(r"\n\s*\n", text))
        if len(words(paragraph)) > 7
    ]
    # A word that stands in few paragraphs says more than one that stands in many.
    weight = {word: 1 / max(1, sum(word in held for *_, held in paragraphs)) for word in wanted}
    found = []
    for name, place, paragraph, held in paragraphs:
        score = sum(weight[word] for word in wanted & held) / (len(held) + 20)
        if score:
            found.append((-score, name, place, paragraph[:800]))
    if not found:
        return "Nothing was found."
    return "\n\n".join(f"{name}: {paragraph}" for _, name, _, paragraph in sorted(found)[:limit])


def call(name, arguments):
    if name == "search":
        return search(arguments)
    if name == "list_texts":
        return "\n".join(name for name, _ in texts())
    raise LookupError(f"there is no tool {name}")


def result(message):
    """What a request gives; raises `LookupError` for what this server does not know."""
    method, params = message["method"], message.get("params") or {}
    if method == "initialize":
        wanted = params.get("protocolVersion")
        return {
            "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "search", "version": "1"},
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call":
        try:
            text = call(params.get("name"), params.get("arguments") or {})
            return {"content": [{"type": "text", "text": text}]}
        except (ValueError, OSError) as error:
            # A tool that fails says so in its result: the model can do something about it.
            return {"content": [{"type": "text", "text": str(error)}], "isError": True}
    raise LookupError(f"there is no method {method}")


def main():
    for line in sys.stdin:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if "id" not in message or "method" not in message:
            continue
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            answer["result"] = result(message)
        except LookupError as error:
            answer["error"] = {"code": -32601, "message": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
