"""A server behind TLS with a certificate of its own, and a key that it asks for."""

import http.server
import shutil
import ssl
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

KEY = "Bearer a-key-that-nobody-may-see"


class Gate(http.server.BaseHTTPRequestHandler):
    """Hands requests on to a plain server when they bring the key."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Authorization") != KEY:
            return self.reply(401, b'{"error":"unauthorized"}')
        try:
            with urllib.request.urlopen(self.server.behind + self.path, timeout=30) as answer:
                self.reply(200, answer.read())
        except urllib.error.HTTPError as failure:
            self.reply(failure.code, failure.read())

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def gate(simulation, tmp_path):
    """The address behind TLS, and the file of its certificate."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is not there to make a certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=120,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    server.behind = simulation.url
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", certificate
    server.shutdown()
    server.server_close()
    thread.join()


def run(promptchain, tmp_path, url, *, key=KEY, certificate=None):
    """`ps` on that server."""
    trust = f", ca_file: {certificate}" if certificate else ""
    (tmp_path / "config.yaml").write_text(
        f'servers: [{{name: box, url: "{url}", headers: {{Authorization: "{key}"}}{trust}}}]\n', encoding="utf-8"
    )
    return subprocess.run(
        [promptchain, "ps", "--config", tmp_path / "config.yaml", "--server", "box"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )


def test_its_certificate_and_its_key_open_it(promptchain, gate, tmp_path):
    url, certificate = gate
    result = run(promptchain, tmp_path, url, certificate=certificate)
    assert result.returncode == 0, result.stderr


def test_without_its_certificate_it_is_not_trusted(promptchain, gate, tmp_path):
    result = run(promptchain, tmp_path, gate[0])
    assert result.returncode == 3
    assert "certificate" in result.stderr.lower()


def test_a_wrong_key_is_refused_and_not_shown(promptchain, gate, tmp_path):
    url, certificate = gate
    result = run(promptchain, tmp_path, url, certificate=certificate, key="Bearer another-secret")
    assert result.returncode != 0
    assert "headers" in result.stderr
    assert "another-secret" not in result.stdout + result.stderr
