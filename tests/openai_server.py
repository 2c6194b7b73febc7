"""A small server that speaks the OpenAI protocol with streaming, and misbehaves on demand. Loopback only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAILURES = (("no key", "key"), ("no model", "no model"), ("limited", "rate limit"), ("broken", "failed"))
"""(behaviour, what the one line about it says), whatever was asked."""


class ModelServer(ThreadingHTTPServer):
    """`behaviour` decides what the next requests meet; `requests` keeps their bodies."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = "good"
        self.reply = "Which of these riders would you talk to first, and why?"
        self.requests: list[dict[str, Any]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        behaviour = self.server.behaviour
        errors = {"no key": 401, "no model": 404, "limited": 429, "broken": 500}
        if behaviour in errors:
            self._error(errors[behaviour])
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self._stream(behaviour)
        except (BrokenPipeError, ConnectionResetError):
            return
        self.close_connection = True

    def _stream(self, behaviour: str) -> None:
        if behaviour == "silent":
            time.sleep(30)
            return
        if behaviour == "rubbish":
            self.wfile.write(b"data: {not json\n\n")
            return
        if behaviour == "empty":
            self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        pieces = [] if behaviour == "empty" else self.server.reply.split(" ")
        for index, piece in enumerate(pieces):
            if behaviour == "slow":
                time.sleep(1.0)
            if behaviour == "cut off" and index == 3:
                return
            self._send({"choices": [{"index": 0, "delta": {"role": "assistant", "content": f"{piece} "}}]})
        self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._send(
            {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 12, "total_tokens": 112}}
        )
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, content: dict[str, Any]) -> None:
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "double", **content}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _error(self, status: int) -> None:
        body = json.dumps({"error": {"message": "no", "type": "x", "code": status}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@contextmanager
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
