"""A server that counts what it is asked, and writes tokens as fast as it is told: Ollama's API, as far as needed."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIME = "2026-01-01T00:00:00Z"
MODEL = {"name": "bench:8b", "model": "bench:8b", "size": 5 << 30, "digest": "b" * 64, "details": {"family": "llama"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.requests += 1
        loaded = MODEL | {"size_vram": 5 << 30, "context_length": 4096, "expires_at": "2099-01-01T00:00:00Z"}
        answers = {
            "/api/version": {"version": "0.32.1"},
            "/api/tags": {"models": [MODEL | {"modified_at": TIME}]},
            "/api/ps": {"models": [loaded] if self.server.is_loaded else []},
        }
        known = answers.get(self.path)
        self.answer(known or {"error": "not found"}, 200 if known else 404)

    def do_POST(self):
        self.server.requests += 1
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if self.path == "/api/show":
            return self.answer({"details": {}, "model_info": {"llama.context_length": 8192}, "capabilities": []})
        if not asked.get("messages") and not asked.get("prompt"):
            self.server.is_loaded = asked.get("keep_alive") != 0
            return self.answer({"model": "bench:8b", "created_at": TIME, "response": "", "done": True})
        self.write_tokens()

    def write_tokens(self):
        server = self.server
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        start = time.monotonic()
        sent = 0
        while sent < server.tokens:
            due = min(server.tokens, int((time.monotonic() - start) * server.rate) + 1)
            lines = [
                {"model": "bench:8b", "created_at": TIME, "done": False,
                 "message": {"role": "assistant", "content": f"word{number} " if number % 12 else "\n"}}
                for number in range(sent, due)
            ]
            self.wfile.write("".join(json.dumps(line) + "\n" for line in lines).encode())
            sent = due
            time.sleep(0.005)
        end = {"model": "bench:8b", "created_at": TIME, "message": {"content": ""}, "done": True, "eval_count": sent}
        self.wfile.write(json.dumps(end).encode() + b"\n")
        server.stream_seconds = time.monotonic() - start


class QuietServer(ThreadingHTTPServer):
    """Programs that are ended close their connections at any moment: nothing to report."""

    daemon_threads = True

    def handle_error(self, *_):
        pass


class StubServer:
    """The server, on a port of its own, as long as it is used in a `with`."""

    def __init__(self, tokens=0, rate=1000):
        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.server.requests = 0
        self.server.is_loaded = False
        self.server.tokens = tokens
        self.server.rate = rate
        self.server.stream_seconds = None
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
