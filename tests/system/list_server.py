#!/usr/bin/env python3
"""Serves a folder for the tests of feeds: list_server.py PORT FOLDER [CERTIFICATE KEY].

Answers conditional requests by an ETag of the content, redirects /redirect/X to /X, and prints one line a request:
METHOD PATH STATUS."""
import hashlib
import http.server
import os
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        print("GET", self.path, status, flush=True)
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def do_GET(self):
        if self.path.startswith("/redirect/"):
            return self.answer(302, Location=self.path[len("/redirect"):])
        path = os.path.join(sys.argv[2], os.path.basename(self.path))
        if not os.path.exists(path):
            return self.answer(404)
        with open(path, "rb") as f:
            body = f.read()
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        if self.headers.get("If-None-Match") == tag:
            return self.answer(304, ETag=tag)
        return self.answer(200, body, ETag=tag)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
