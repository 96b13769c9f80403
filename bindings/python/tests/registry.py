"""A registry on loopback: as much of the distribution specification as signing needs."""

from __future__ import annotations

import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

USER = "ada"
PASSWORD = "let me in"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not self._may_enter():
            return
        if "/blobs/uploads/" in path or path == "/v2/":
            return self._answer(200)
        name = path.rsplit("/", 1)[-1]
        digest = self.server.tags.get(name, name)
        found = self.server.content.get(digest)
        if found is None:
            return self._answer(404)
        kind, body = found
        self._answer(200, body, {"Content-Type": kind, "Docker-Content-Digest": digest})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._body()
        if self._may_enter():
            self._answer(202, headers={"Location": f"{urlsplit(self.path).path}upload"})

    def do_PUT(self) -> None:
        url, body = urlsplit(self.path), self._body()
        if not self._may_enter():
            return
        if "/manifests/" in url.path:
            digest = self.server.put(body, self.headers["Content-Type"])
            name = url.path.rsplit("/", 1)[-1]
            if not name.startswith("sha256:"):
                self.server.tags[name] = digest
        else:
            digest = self.server.put(body, "application/octet-stream")
            assert parse_qs(url.query)["digest"] == [digest]
        self._answer(201, headers={"Docker-Content-Digest": digest, "Location": url.path})

    def _may_enter(self) -> bool:
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {expected}":
            return True
        self._answer(401, headers={"WWW-Authenticate": 'Basic realm="tests"'})
        return False

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Registry(ThreadingHTTPServer):
    """Serves until it is closed; without the referrers API, so that the fallback tag is used."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content: dict[str, tuple[str, bytes]] = {}
        self.tags: dict[str, str] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def put(self, body: bytes, kind: str) -> str:
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.content[digest] = (kind, body)
        return digest

    def put_layout(self, layout: Path, tag: str) -> None:
        """Puts the only image of an OCI layout under a tag."""
        import json

        (entry,) = json.loads((layout / "index.json").read_text())["manifests"]
        for blob in (layout / "blobs/sha256").iterdir():
            kind = entry["mediaType"] if entry["digest"].endswith(blob.name) else "application/octet-stream"
            self.put(blob.read_bytes(), kind)
        self.tags[tag] = entry["digest"]
