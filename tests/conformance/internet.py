"""The made-up Internet of a replay: one thread answers at every address of its ranges, on port 53, by UDP and TCP."""
import selectors
import socket
import struct
import threading

import dns.exception
import dns.message

import message

PORT = 53
IP_PKTINFO = 8  # not in every socket module
BATCH = 64


class Internet:
    """Runs in a network namespace in which the addresses are local."""

    def __init__(self, replay):
        self.ranges = replay.ranges
        self.step = 0  # set by the player; read by the thread
        self.unanswered = []  # "name type at address": what no entry was for
        self.questions = 0
        self.selector = selectors.DefaultSelector()
        for family, anyone in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
            self.open(family, anyone)
        threading.Thread(target=self.run, daemon=True).start()

    def open(self, family, anyone):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            for s in (udp, tcp):
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            udp.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        udp.bind((anyone, PORT))
        tcp.bind((anyone, PORT))
        tcp.listen(64)
        self.selector.register(udp, selectors.EVENT_READ, self.on_datagram)
        self.selector.register(tcp, selectors.EVENT_READ, self.on_connection)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def answer(self, octets, address, transport):
        """The reply's octets; None for silence."""
        try:
            query = dns.message.from_wire(octets)
        except dns.exception.DNSException:
            return None
        self.questions += 1
        for r in self.ranges:
            if not (r.first <= self.step <= r.last and address in r.addresses):
                continue
            for entry in r.entries:
                if message.matches_query(entry, query, transport):
                    if 'do_not_answer' in entry.adjust:
                        return None
                    return message.reply_of(entry, query)
        self.unanswered.append(f'{query.question[0] if query.question else "?"} at {address}')
        refusal = dns.message.make_response(query)
        refusal.set_rcode(dns.rcode.SERVFAIL)
        return refusal.to_wire()

    def on_datagram(self, udp):
        octets, extra, _, client = udp.recvmsg(65535, 256)
        for level, kind, data in extra:
            if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
                address = socket.inet_ntop(socket.AF_INET, data[8:12])
                extra = [(level, kind, struct.pack('=I4s4s', 0, data[8:12], b'\0' * 4))]
            elif level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
                address = socket.inet_ntop(socket.AF_INET6, data[:16])
                extra = [(level, kind, data)]
        reply = self.answer(octets, address, 'UDP')
        if reply is None:
            return
        try:
            udp.sendmsg([reply], extra, 0, client)
        except OSError as why:
            self.unanswered.append(f'a reply that could not be sent from {address}: {why}')

    def on_connection(self, listener):
        connection, _ = listener.accept()
        connection.settimeout(2)
        threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            address = connection.getsockname()[0]
            try:
                while head := connection.recv(2, socket.MSG_WAITALL):
                    octets = connection.recv(struct.unpack('!H', head)[0], socket.MSG_WAITALL)
                    reply = self.answer(octets, address, 'TCP')
                    if reply is None:
                        return
                    connection.sendall(struct.pack('!H', len(reply)) + reply)
            except (OSError, struct.error):
                return
