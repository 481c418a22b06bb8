"""A tool server that behaves as badly as its arguments say.

    hostile.py MODE…     with no mode it is a good one, of the kind with a handshake
"""

import json
import os
import signal
import subprocess
import sys
import time

MODES = set(sys.argv[1:])
PAGES = ["echo", "fail", "wait", "die", "huge", "endless", "structured", "picture", "where", "progress"]
notices = []
greeted = False


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def text(value, **more):
    return {"content": [{"type": "text", "text": value}], **more}


def call(number, params):
    name, arguments = params.get("name"), params.get("arguments") or {}
    if name == "echo":
        return text(str(arguments.get("text", "")))
    if name == "fail":
        return text("it does not work", isError=True)
    if name == "wait":
        return None
    if name == "die":
        print("a bug in line 7", file=sys.stderr, flush=True)
        os._exit(9)
    if name == "huge":
        return text("x" * 300_000)
    if name == "endless":
        return text("x" * (17 << 20))
    if name == "structured":
        return {"content": [], "structuredContent": {"answer": 42}}
    if name == "picture":
        return {"content": [{"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"},
                            {"type": "resource_link", "name": "notes", "uri": "file:///notes"}]}
    if name == "draw":
        return {"content": [{"type": "image", "data": "iVBORw==", "mimeType": "image/png"},
                            {"type": "image", "data": "PHN2Zz4=", "mimeType": "image/svg+xml"}]}
    if name == "where":
        return text(json.dumps({"cwd": os.getcwd(), "key": os.environ.get("KEY"), "notices": notices,
                                "group": os.getpgrp() == os.getpid(), "descriptors": sorted(os.listdir("/proc/self/fd"))
                                if os.path.isdir("/proc/self/fd") else []}))
    if name == "progress":
        for step in range(4):
            time.sleep(0.15)
            send({"jsonrpc": "2.0", "method": "notifications/progress",
                  "params": {"progressToken": params["_meta"]["progressToken"], "progress": step}})
        return text("done")
    raise LookupError(name)


def tools(params):
    names = ["later"] if "changed" in MODES and notices.count("changed") else PAGES + ["draw"] * ("draws" in MODES)
    entries = [{"name": name, "description": name, "inputSchema": {"type": "object", "properties": {}}} for name in names]
    if "paged" in MODES:
        place = int(params.get("cursor") or 0)
        page = {"tools": entries[place:place + 4]}
        if place + 4 < len(entries):
            page["nextCursor"] = str(place + 4)
        return page
    if "loop" in MODES:
        return {"tools": entries, "nextCursor": "again"}
    return {"tools": entries, "ttlMs": 0, "cacheScope": "private"} if "modern" in MODES else {"tools": entries}


def result(message):
    global greeted
    method, params = message["method"], message.get("params") or {}
    if "modern" in MODES:
        meta = params.get("_meta", {})
        if meta.get("io.modelcontextprotocol/protocolVersion") != "2026-07-28":
            raise ValueError({"code": -32022, "message": "unsupported", "data": {"supported": ["2026-07-28"]}})
        if method == "server/discover":
            return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "resultType": "complete"}
    if "future" in MODES:
        raise ValueError({"code": -32022, "message": "unsupported", "data": {"supported": ["2031-01-01"]}})
    if method == "initialize" and "modern" not in MODES:
        greeted = True
        version = "1999-01-01" if "ancient" in MODES else params["protocolVersion"]
        return {"protocolVersion": version, "capabilities": {} if "empty" in MODES else {"tools": {}},
                "serverInfo": {"name": "hostile", "version": "1"}}
    if method == "tools/list" and (greeted or "modern" in MODES):
        return tools(params)
    if method == "tools/call":
        if "asks" in MODES:
            send({"jsonrpc": "2.0", "id": "p1", "method": "ping"})
            pong = json.loads(sys.stdin.readline())
            send({"jsonrpc": "2.0", "id": "r1", "method": "roots/list"})
            roots = json.loads(sys.stdin.readline())
            return text(json.dumps([pong.get("result"), roots["error"]["code"]]))
        if "wants-input" in MODES:
            return {"resultType": "input_required", "inputRequests": {}}
        return call(message["id"], params)
    raise LookupError(method)


def answer(message):
    base = {"jsonrpc": "2.0", "id": message["id"]}
    try:
        value = result(message)
    except LookupError as error:
        return {**base, "error": {"code": -32601, "message": f"no {error}"}}
    except ValueError as error:
        return {**base, "error": error.args[0]}
    return None if value is None else {**base, "result": value}


def main():
    if "complains" in MODES:
        print("ModuleNotFoundError: No module named 'search'", file=sys.stderr)
        sys.exit(3)
    if "flood" in MODES:
        sys.stderr.write("noise on standard error\n" * 200_000)
        sys.stderr.flush()
    if "clings" in MODES:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        with open(os.environ["PIDS"], "w") as file:
            file.write(f"{os.getpid()} {child.pid}")
    if "noise" in MODES:
        print("Welcome to the hostile server!\n\n{not json}\n[1, 2]\n\"text\"\nnull", flush=True)
    if "late" in MODES:
        time.sleep(0.6)
    for line in sys.stdin:
        if "silent" in MODES:
            continue
        message = json.loads(line)
        if "id" not in message:
            notices.append(message["method"])
            continue
        if "method" not in message:
            continue
        if "strict" in MODES and not greeted and message["method"] != "initialize":
            sys.exit(1)
        reply = answer(message)
        if reply is None:
            continue
        if "wrong-ids" in MODES:
            send({"jsonrpc": "2.0", "id": 987_654, "result": {}})
            send({"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "who?"}})
            reply["id"] = str(reply["id"])
        if "bad-json" in MODES and message["method"] == "tools/call":
            sys.stdout.write('{"jsonrpc": "2.0", "id": 4, "result": {"content"\n')
            sys.stdout.flush()
            continue
        if "changed" in MODES and message["method"] == "tools/call":
            notices.append("changed")
            send({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        send(reply)
    if "clings" in MODES:
        time.sleep(600)


if __name__ == "__main__":
    main()
