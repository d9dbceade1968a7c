#!/usr/bin/env python3
"""Name servers that say as little as they can, for a system test.

    shy_server.py LOG ADDRESS=MODE...    port 53 of each address, UDP and TCP; one line a query: ADDRESS NAME TYPE udp|tcp

refuse: A of every name is 192.0.2.1, all else is REFUSED, NS above all. silent: no answer to anything.
cut: as `refuse`, but what is below "cut" is referred to ns.shy.test, by TCP only (UDP: truncated).
"""
import socket
import socketserver
import struct
import sys
import threading

LOG = open(sys.argv[1], "a", encoding="utf-8", buffering=1)


def wire(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def answer(message, address, mode, how):
    at, labels = 12, []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    qtype = struct.unpack(">H", message[at + 1:at + 3])[0]
    question = message[12:at + 5]
    LOG.write(f"{address} {'.'.join(labels)} {qtype} {how}\n")
    if mode == "silent":
        return None
    flags, answers, authority, records = 0x8400, 0, 0, b""
    if mode == "cut" and "cut" in labels:
        flags = 0x8200 if how == "udp" else 0x8000
        if how == "tcp":
            zone, server = wire(".".join(labels[labels.index("cut"):])), wire("ns.shy.test")
            authority, records = 1, zone + struct.pack(">HHIH", 2, 1, 60, len(server)) + server
    elif qtype == 1:
        answers, records = 1, b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 1])
    else:
        flags |= 5
    return message[:2] + struct.pack(">5H", flags | message[2] << 8 & 0x100, 1, answers, authority, 0) + question + records


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        said = answer(self.request[0], self.server.server_address[0], self.server.mode, "udp")
        if said:
            self.request[1].sendto(said, self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        length = struct.unpack(">H", self.rfile.read(2))[0]
        said = answer(self.rfile.read(length), self.server.server_address[0], self.server.mode, "tcp")
        if said:
            self.wfile.write(struct.pack(">H", len(said)) + said)


def main():
    socketserver.TCPServer.allow_reuse_address = True
    for place in sys.argv[2:]:
        address, mode = place.split("=")
        for kind, handler in ((socketserver.ThreadingUDPServer, Udp), (socketserver.ThreadingTCPServer, Tcp)):
            server = kind((address, 53), handler)
            server.mode = mode
            server.daemon_threads = True
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


main()
