#!/usr/bin/python3
"""Plays one replay against the real program, in a network namespace that this process has for itself.

    play.py PROGRAM FILE

Prints one line: `ok NAME`, `not ok NAME`, `known NAME: REASON` (not ok, and why) or `skip NAME: REASON`, and before it lines with `#` that say why it is not ok.
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile

import dns.exception
import dns.flags
import dns.message

import message
from internet import Internet
from node import CLIENT_ADDRESS, CLIENT_PORT, Inapplicable, Node
import rpl

ANSWER_S = 12  # longer than the program's own deadline
PLAYED = {'QUERY', 'CHECK_ANSWER', 'TIME_PASSES', 'NOTHING'}


def make_addresses_local(addresses):
    """Answers can come from these, and all others cannot be reached. Of 127/8 every address is local already."""
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    for a in addresses:
        if ':' in a:
            subprocess.run(['ip', '-6', 'address', 'add', f'{a}/128', 'dev', 'lo', 'nodad'], check=True)
        elif not a.startswith('127.'):
            subprocess.run(['ip', 'route', 'add', 'local', a, 'dev', 'lo'], check=True)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


class Asked:
    """A query on its way."""

    def __init__(self, step, ident):
        self.step = step
        words = step.words
        source = words[words.index('ADDRESS') + 1] if 'ADDRESS' in words else CLIENT_ADDRESS
        entry = step.entry
        if entry is None:
            raise Inapplicable('a query without an entry')
        octets = entry.raw if entry.raw is not None else message.query_of(entry, ident)
        self.tcp = 'TCP' in entry.match
        self.source, self.octets = source, octets
        self.answer = self.why = None
        self.send()

    def send(self):
        self.socket = socket.socket(family_of(self.source), socket.SOCK_STREAM if self.tcp else socket.SOCK_DGRAM)
        self.socket.settimeout(ANSWER_S)
        self.socket.bind((self.source, 0))
        self.socket.connect((CLIENT_ADDRESS, CLIENT_PORT))
        self.socket.send(struct.pack('!H', len(self.octets)) + self.octets if self.tcp else self.octets)

    def come_by_tcp(self, expected):
        """What does not fit a datagram of today (1232 octets) is asked for by TCP, as any client does."""
        if self.answer is not None and self.answer.flags & dns.flags.TC and 'TC' not in expected.reply and not self.tcp:
            self.tcp, self.answer = True, None
            self.send()
            self.wait()

    def wait(self):
        if self.answer is not None:
            return
        try:
            if self.tcp:
                length = struct.unpack('!H', self.socket.recv(2, socket.MSG_WAITALL))[0]
                octets = self.socket.recv(length, socket.MSG_WAITALL)
            else:
                octets = self.socket.recv(65535)
            self.answer = dns.message.from_wire(octets)
        except (OSError, struct.error) as why:
            self.why = f'no answer: {why}'
        except dns.exception.DNSException as why:
            self.why = f'an answer that cannot be read: {why or type(why).__name__}'


class Player:
    def __init__(self, replay, node, internet):
        self.replay, self.node, self.internet = replay, node, internet
        self.waiting, self.failures = [], []

    def check(self, step):
        if not self.waiting:
            raise Inapplicable('an answer is checked that nobody asked for')
        asked = self.waiting.pop(0)
        asked.wait()
        asked.come_by_tcp(step.entry)
        if asked.answer is None:
            self.failures.append(f'step {step.number}: {asked.why}')
            return
        for difference in message.differences(step.entry, asked.answer):
            self.failures.append(f'step {step.number}: {difference}')

    def play(self):
        steps = self.replay.steps
        for step in steps:
            if step.kind not in PLAYED:
                raise Inapplicable(f'STEP {step.kind}: what the resolver does inside, not what it answers')
        for n, step in enumerate(steps):
            self.internet.step = step.number
            if step.kind == 'QUERY':
                asked = Asked(step, n + 1)
                if n + 1 < len(steps) and steps[n + 1].kind == 'CHECK_ANSWER' and not self.waiting:
                    asked.wait()
                later = [s.kind for s in steps[n + 1:]]
                if 'CHECK_ANSWER' in later and not (later[0] == 'QUERY' and self.is_dropped(n)):
                    self.waiting.append(asked)
            elif step.kind == 'CHECK_ANSWER':
                self.check(step)
            elif step.kind == 'TIME_PASSES':
                self.node.pass_time(float(step.words[step.words.index('ELAPSE') + 1]))

    def is_dropped(self, n):
        """More queries than checks in a row: the replay expects silence for the first of them."""
        queries = checks = 0
        for step in self.replay.steps[n:]:
            if step.kind == 'QUERY':
                if checks:
                    break
                queries += 1
            elif step.kind == 'CHECK_ANSWER':
                checks += 1
        return queries > checks


def reason_of(name):
    """("skip" or "known", reason) by reasons.txt, or (None, None)."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'reasons.txt'), encoding='utf-8') as f:
        for line in f:
            kind, _, rest = line.strip().partition(' ')
            of, _, reason = rest.partition(': ')
            if kind in ('skip', 'known') and of == name:
                return kind, reason
    return None, None


def judged(line, failures, name):
    kind, reason = reason_of(name)
    if kind == 'known' and line.startswith('not ok'):
        return f'known NAME: {reason}', failures
    if kind == 'known' and line.startswith('ok'):
        return 'ok NAME', [f'passes now, though it is known not to: {reason}']
    return line, failures


def run(program, path, folder):
    try:
        replay = rpl.read(path)
    except rpl.Unreadable as why:
        return f'skip NAME: cannot be read: {why}', []
    node = None
    try:
        make_addresses_local(replay.addresses())
        internet = Internet(replay)
        node = Node(replay, program, folder)
        node.start()
        player = Player(replay, node, internet)
        player.play()
        failures = player.failures
        if failures and internet.unanswered:
            seen = list(dict.fromkeys(internet.unanswered))
            failures = failures + [f'asked in vain: {", ".join(seen[:6])}']
    except Inapplicable as why:
        return f'skip NAME: {why}', []
    finally:
        ended = node.stop() if node and node.process else None
    if ended:
        failures = failures + [ended, *node.log().split('\n')[-8:]]
    return ('not ok NAME' if failures else 'ok NAME'), failures


def main():
    program, path = sys.argv[1:]
    name = os.path.splitext(os.path.basename(path))[0]
    with tempfile.TemporaryDirectory(prefix='hinomi-conformance.') as folder:
        kind, reason = reason_of(name)
        if kind == 'skip':
            line, failures = f'skip NAME: {reason}', []
        else:
            line, failures = judged(*run(program, path, folder), name)
    for failure in failures:
        print(f'# {name}: {failure}')
    print(line.replace('NAME', name, 1))
    sys.stdout.flush()
    os._exit(0)  # the Internet's thread does not end by itself


if __name__ == '__main__':
    main()
