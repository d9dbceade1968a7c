"""Reads a replay (.rpl), of Unbound's testbound and of Deckard, into plain values.

A replay is a configuration, ranges (what the servers of a made-up Internet say, by address and step) and steps (what a
client asks and must be told). Nothing is sent or compared here.
"""
import dataclasses
import re

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

DEFAULT_TTL_S = 3600


class Unreadable(Exception):
    """The file is not a replay as we know them."""


@dataclasses.dataclass
class Record:
    name: dns.name.Name
    ttl: int
    rdclass: int
    rdtype: int
    rdata: object  # None in a question


@dataclasses.dataclass
class Entry:
    match: set = dataclasses.field(default_factory=set)
    adjust: set = dataclasses.field(default_factory=set)
    reply: set = dataclasses.field(default_factory=set)  # flags and response code
    sections: dict = dataclasses.field(default_factory=dict)
    raw: bytes = None

    def records(self, section):
        return self.sections.get(section, [])


@dataclasses.dataclass
class Range:
    first: int
    last: int
    addresses: list
    entries: list


@dataclasses.dataclass
class Step:
    number: int
    kind: str
    words: list
    entry: Entry = None


@dataclasses.dataclass
class Clause:
    """`rpz:` or `stub-zone:` of the configuration, or what stands in none of them (kind: server)."""
    kind: str
    values: list  # of (key, value)
    files: list = dataclasses.field(default_factory=list)  # contents of TEMPFILEs

    def all(self, key):
        return [value for k, value in self.values if k == key]

    def get(self, key, default=None):
        values = self.all(key)
        return values[-1] if values else default


@dataclasses.dataclass
class Replay:
    title: str
    clauses: list
    ranges: list
    steps: list

    def server(self, key):
        return [v for c in self.clauses if c.kind == 'server' for v in c.all(key)]

    def addresses(self):
        """Every address of the made-up Internet and of its clients."""
        found = {a for r in self.ranges for a in r.addresses}
        for step in self.steps:
            if 'ADDRESS' in step.words[:-1]:
                found.add(step.words[step.words.index('ADDRESS') + 1])
        return sorted(found)


def is_comment(line):
    return not line.strip() or line.lstrip().startswith((';', '#'))


def without_comment(line):
    return re.sub(r'''((?:"[^"]*"|[^";#])*).*''', r'\1', line).strip()


def record(line):
    """Owner, TTL and class in either order or absent, type, data."""
    owner, rest = (line.strip().split(None, 1) + [''])[:2]
    ttl, rdclass = DEFAULT_TTL_S, dns.rdataclass.IN
    while rest:
        word, after = (rest.split(None, 1) + [''])[:2]
        if word.isdigit():
            ttl = int(word)
        elif word in ('IN', 'CH', 'HS'):
            rdclass = dns.rdataclass.from_text(word)
        else:
            break
        rest = after
    word, text = (rest.split(None, 1) + ['', ''])[:2]
    rdtype = dns.rdatatype.from_text(word)
    text = without_comment_of_data(text)
    rdata = dns.rdata.from_text(rdclass, rdtype, text, origin=dns.name.root, relativize=False) if text else None
    return Record(dns.name.from_text(owner, dns.name.root), ttl, rdclass, rdtype, rdata)


def without_comment_of_data(text):
    return re.match(r'''((?:"(?:[^"\\]|\\.)*"|[^";])*)''', text).group(1).strip()


class Reader:
    def __init__(self, text):
        self.lines = text.splitlines()
        self.at = 0

    def next(self):
        """The next line that is not empty and no comment, or None."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if not is_comment(line):
                return line
        return None

    def fail(self, why):
        raise Unreadable(f'line {self.at}: {why}')

    def tempfile(self):
        kept = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line.strip() == 'TEMPFILE_END':
                return '\n'.join(kept) + '\n'
            kept.append(line)
        return self.fail('TEMPFILE_CONTENTS without TEMPFILE_END')

    def configuration(self):
        clauses = [Clause('server', [])]
        while (line := self.next()) is not None:
            word = line.split()[0]
            if word == 'CONFIG_END':
                return clauses
            if word == 'TEMPFILE_NAME':
                continue
            if word == 'TEMPFILE_CONTENTS':
                clauses[-1].files.append(self.tempfile())
                continue
            key, colon, value = without_comment(line).partition(':')
            value = value.strip().strip('"')
            if not colon:
                continue
            if not value and key in ('server', 'rpz', 'stub-zone', 'forward-zone', 'auth-zone'):
                clauses.append(Clause(key, []))
            else:
                clauses[-1].values.append((key.strip(), value))
        return self.fail('no CONFIG_END')

    def entry(self):
        e, section = Entry(), None
        while (line := self.next()) is not None:
            words = without_comment(line).split() if section is None else line.split()
            word = words[0] if words else ''
            if word == 'ENTRY_END':
                return e
            if word == 'MATCH':
                e.match.update(words[1:])
            elif word == 'ADJUST':
                e.adjust.update(words[1:])
            elif word in ('REPLY', 'FLAGS'):
                e.reply.update(words[1:])
            elif word == 'SECTION':
                section = words[1]
                e.sections.setdefault(section, [])
            elif word == 'RAW':
                e.raw = bytes.fromhex(self.next().strip())
            elif word == 'MANDATORY':
                continue
            elif section is None:
                self.fail(f'{word} in an entry')
            else:
                try:
                    e.sections[section].append(record(line))
                except (dns.exception.DNSException, ValueError) as why:
                    self.fail(f'{line.strip()}: {why or type(why).__name__}')
        return self.fail('ENTRY_BEGIN without ENTRY_END')

    def range(self, words):
        r = Range(int(words[1]), int(words[2]), words[3:], [])
        while (line := self.next()) is not None:
            words = without_comment(line).split()
            if words[0] == 'RANGE_END':
                return r
            if words[0] == 'ADDRESS':
                r.addresses.append(words[1])
            elif words[0] == 'ENTRY_BEGIN':
                r.entries.append(self.entry())
            else:
                self.fail(f'{words[0]} in a range')
        return self.fail('RANGE_BEGIN without RANGE_END')

    def replay(self):
        replay = Replay('', self.configuration(), [], [])
        while (line := self.next()) is not None:
            words = without_comment(line).split()
            if words[0] == 'SCENARIO_BEGIN':
                replay.title = ' '.join(words[1:])
            elif words[0] == 'SCENARIO_END':
                return replay
            elif words[0] == 'RANGE_BEGIN':
                replay.ranges.append(self.range(words))
            elif words[0] == 'STEP':
                replay.steps.append(Step(int(words[1]), words[2], words[3:]))
            elif words[0] == 'ENTRY_BEGIN' and replay.steps:
                replay.steps[-1].entry = self.entry()
            else:
                self.fail(f'{words[0]} in a scenario')
        return self.fail('no SCENARIO_END')


def read(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        return Reader(f.read()).replay()
