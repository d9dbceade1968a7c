#!/usr/bin/env python3
"""An authoritative server of one's own for a system test: answers A for every name, and writes down what it was asked.

    fake_upstream.py PORT LOG     UDP on 127.0.0.1; one line a query: NAME TYPE FLAGS OPTION-CODES CLIENT

The first label says more: "ttlN" is the TTL (else 60), "slow" waits for 40 ms (a resolver asks again after 50), "private" is 192.168.1.1, "large" is sixty addresses and "huge" two hundred.
"""
import re
import socket
import struct
import sys
import threading
import time


def read_name(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    return ".".join(labels), at + 1


def option_codes(message, at):
    codes = []
    if struct.unpack(">H", message[10:12])[0] and message[at:at + 3] == b"\0\0\x29":
        length = struct.unpack(">H", message[at + 9:at + 11])[0]
        at, end = at + 11, at + 11 + length
        while at < end:
            code, n = struct.unpack(">HH", message[at:at + 4])
            codes.append(str(code))
            at += 4 + n
    return ",".join(codes) or "none"


def answer(s, message, client, log):
    name, at = read_name(message, 12)
    qtype, _ = struct.unpack(">HH", message[at:at + 4])
    flags = struct.unpack(">H", message[2:4])[0]
    log.write(f"{name.lower()} {qtype} {flags:04x} {option_codes(message, at + 4)} {client[0]}\n")
    log.flush()
    first = name.lower().split(".")[0]
    ttl = int(re.fullmatch(r"ttl(\d+)", first)[1]) if re.fullmatch(r"ttl\d+", first) else 60
    if first.startswith("slow"):
        time.sleep(0.04)
    address = bytes([192, 168, 1, 1] if first == "private" else [192, 0, 2, 1])
    count = 0 if qtype != 1 else 60 if first == "large" else 200 if first == "huge" else 1
    records = b"".join(b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", ttl, 4) + address[:3] + bytes([(address[3] + i) % 256])
                       for i in range(count))
    zone = message[12:at]
    soa = b"" if count else b"\xc0\x0c\0\6\0\1" + struct.pack(">IH", 60, 22) + b"\0\0" + struct.pack(">5I", 1, 2, 3, 4, 5)
    head = message[:2] + struct.pack(">5H", 0x8400 | flags & 0x0100, 1, count, 0 if count else 1, 0)
    s.sendto(head + zone + message[at:at + 4] + records + soa, client)


def main():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", int(sys.argv[1])))
    with open(sys.argv[2], "w", encoding="utf-8") as log:
        while True:
            message, client = s.recvfrom(4096)
            threading.Thread(target=answer, args=(s, message, client, log), daemon=True).start()


main()
