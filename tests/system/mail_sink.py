#!/usr/bin/env python3
"""A mail server and a webhook that take what comes, for tests/system/76-notices.sh and others: each mail and document becomes a file.

    mail_sink.py FOLDER SMTP_PORT HTTPS_PORT CERTIFICATE KEY SECRET

What it does with a mail is told by the recipient's name: "later..." is refused once with 451 and then taken, "never..." is refused with 550. The file
FOLDER/no-starttls makes it offer no TLS. A webhook whose signature is wrong is refused with 403; the secret of the path /own/NAME is in FOLDER/secret-NAME, and
what it answers, instead of 204, in FOLDER/status-NAME. Plain Python, threads, bounded by the test's time.
"""
import hashlib
import hmac
import http.server
import os
import socketserver
import ssl
import sys
import threading
import time

folder, smtp_port, https_port, certificate, key, secret = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5], sys.argv[6]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
lock = threading.Lock()
seen = set()
count = 0


def keep(kind, octets):
    global count
    with lock:
        count += 1
        path = os.path.join(folder, f"{count:03}.{kind}")
    with open(path + ".part", "wb") as f:
        f.write(octets)
    os.rename(path + ".part", path)


class Smtp(socketserver.BaseRequestHandler):
    def say(self, text):
        self.request.sendall(text.encode() + b"\r\n")

    def line(self):
        out = b""
        while not out.endswith(b"\r\n"):
            more = self.request.recv(1)
            if not more:
                return None
            out += more
        return out[:-2].decode("utf-8", "replace")

    def handle(self):
        encrypted, user, mail_from, rcpt = False, "", "", ""
        self.request.settimeout(20)
        self.say("220 sink ESMTP")
        while (line := self.line()) is not None:
            word = line.upper()
            if word.startswith("EHLO"):
                offers = ["sink"]
                if not encrypted and not os.path.exists(os.path.join(folder, "no-starttls")):
                    offers.append("STARTTLS")
                if encrypted:
                    offers.append("AUTH PLAIN")
                for i, offer in enumerate(offers):
                    self.say(f"250{' ' if i + 1 == len(offers) else '-'}{offer}")
            elif word == "STARTTLS":
                self.say("220 go on")
                self.request = context.wrap_socket(self.request, server_side=True)
                encrypted = True
            elif word.startswith("AUTH PLAIN"):
                if len(line.split()) < 3:
                    self.say("334 ")
                    user = self.line()
                else:
                    user = line.split()[2]
                self.say("235 fine")
            elif word.startswith("MAIL FROM:"):
                mail_from = line[10:].split()[0]
                self.say("250 fine")
            elif word.startswith("RCPT TO:"):
                rcpt = line[8:].split()[0]
                if rcpt.startswith("<never"):
                    self.say("550 no such mailbox")
                elif rcpt.startswith("<later") and rcpt not in seen:
                    seen.add(rcpt)
                    self.say("451 come again later")
                else:
                    self.say("250 fine")
            elif word == "DATA":
                self.say("354 go on")
                body = []
                while (text := self.line()) != ".":
                    if text is None:
                        return
                    body.append(text[1:] if text.startswith("..") else text)
                head = f"X-Sink-Tls: {'yes' if encrypted else 'no'}\r\nX-Sink-From: {mail_from}\r\nX-Sink-To: {rcpt}\r\nX-Sink-Auth: {user}\r\n"
                keep("mail", (head + "\r\n".join(body) + "\r\n").encode())
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")


def read(name, otherwise):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            return f.read().strip()
    except FileNotFoundError:
        return otherwise


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        own = self.path.removeprefix("/own/") if self.path.startswith("/own/") else "node"
        parts = dict(part.split("=", 1) for part in self.headers["X-Hinomi-Signature"].split(","))
        wanted = hmac.new(read("secret-" + own, secret).encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        fine = hmac.compare_digest(wanted, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300
        status = int(read("status-" + own, "204")) if fine else 403
        keep("json" if status == 204 else f"{status}", body)
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        if status // 100 == 3:
            self.send_header("Location", "https://localhost:%d/own/elsewhere" % https_port)
        self.end_headers()

    def log_message(self, *_):
        pass


socketserver.ThreadingTCPServer.allow_reuse_address = True
smtp = socketserver.ThreadingTCPServer(("127.0.0.1", smtp_port), Smtp)
hook = http.server.ThreadingHTTPServer(("127.0.0.1", https_port), Hook)
hook.socket = context.wrap_socket(hook.socket, server_side=True)
threading.Thread(target=smtp.serve_forever, daemon=True).start()
hook.serve_forever()
