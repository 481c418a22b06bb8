"""A server that speaks enough of Ollama's API to run a chain, and puts control sequences into everything it says."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A window title, a cleared screen, a clipboard, the 8-bit forms of CSI and OSC, bidi overrides, a bell, a backspace, NUL.
EVIL = "\x1b]0;EVIL\x07\x1b[2J\x1b]52;c;RVZJTA==\x07\x9b31m\x9d0;EVIL\x9c\u202e\u2066\u200f\x07\x08\x00\x7f\r\x1bc"
NAME = f"llama{EVIL}:8b"
TIME = "2026-01-01T00:00:00Z"
DETAILS = {"family": EVIL, "families": [EVIL], "format": "gguf", "parameter_size": EVIL, "quantization_level": EVIL}


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
        model = {"name": NAME, "model": NAME, "size": 5 << 30, "digest": EVIL, "details": DETAILS}
        match self.path:
            case "/api/version":
                self.answer({"version": f"9.9{EVIL}"})
            case "/api/tags":
                self.answer({"models": [model | {"modified_at": TIME}]})
            case "/api/ps":
                running = model | {"size_vram": 5 << 30, "context_length": 4096, "expires_at": "2099-01-01T00:00:00Z"}
                self.answer({"models": [running] if self.server.is_loaded else []})
            case _:
                self.answer({"error": f"not here {EVIL}"}, 404)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if self.path == "/api/show":
            return self.answer({"details": DETAILS, "model_info": {EVIL: EVIL}, "capabilities": ["completion", EVIL]})
        if not asked.get("messages") and not asked.get("prompt"):
            self.server.is_loaded = asked.get("keep_alive") != 0
            return self.answer({"model": NAME, "created_at": TIME, "response": "", "done": True})
        self.server.is_loaded = True
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        for word in ["Once ", f"upon{EVIL} ", f"{EVIL}a ", "time.\n", f"THE-END{EVIL}"]:
            self.line({"message": {"role": "assistant", "content": word}, "response": word, "done": False})
        if asked.get("model", "").startswith("broken"):
            return self.line({"error": f"it broke {EVIL}"})
        self.line({"message": {"content": ""}, "response": "", "done": True, "done_reason": EVIL, "eval_count": 5})

    def line(self, value):
        self.wfile.write(json.dumps({"model": NAME, "created_at": TIME} | value).encode() + b"\n")


class HostileServer:
    """The server, on a port of its own, as long as it is used in a `with`."""

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.is_loaded = False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
