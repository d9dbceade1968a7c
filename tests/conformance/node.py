"""Translates a replay's configuration for `hinomi dns`, and runs the program for one replay."""
import calendar
import os
import re
import subprocess
import time

import dns.exception
import dns.rdatatype

import rpl

CLIENT_ADDRESS, CLIENT_PORT = '127.0.0.1', 5300
FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1']
START_S = 20
CNAME_OF_OVERRIDE = {'nxdomain': '.', 'nodata': '*.', 'passthru': 'rpz-passthru.', 'drop': 'rpz-drop.',
                     'tcp-only': 'rpz-tcp-only.'}


class Inapplicable(Exception):
    """The replay needs what the program does not have; the text says what."""


def seconds_of(text):
    """val-override-date: YYYYMMDDHHMMSS or seconds since 1970."""
    if len(text) == 14:
        return calendar.timegm(time.strptime(text, '%Y%m%d%H%M%S'))
    return int(text)


def start_of(replay):
    """The wall clock that the replay wants; None: any."""
    dates = replay.server('val-override-date') + replay.server('val-override-timestamp')
    return seconds_of(dates[-1]) if dates else None


NOT_VALIDATED = {3, 6}  # DSA and DSA-NSEC3-SHA1

# What a replay may configure and we cannot: prefix of the key, value that would do all the same, reason.
REFUSED = [
    ('feature-list', None, 'a module of Knot Resolver, configured in its own language'),
    ('features', None, 'a setting of Knot Resolver'),
    ('domain-insecure', None, 'domain-insecure: ours stands at a stub zone only'),
    ('rpz-signal-nxdomain-ra', 'no', 'rpz-signal-nxdomain-ra: RA tells clients that the answer is a block'),
]


def check(replay):
    for clause in replay.clauses:
        for key, value in clause.values:
            for refused, fine, reason in REFUSED:
                if key == refused and value != fine:
                    raise Inapplicable(reason)
        if clause.kind == 'rpz' and (clause.all('master') or clause.all('primary') or clause.all('url')):
            raise Inapplicable('a policy zone that is transferred from a primary: `hinomi dns` reads files')
        if clause.kind in ('auth-zone', 'forward-zone'):
            raise Inapplicable(f'{clause.kind}: not translated')
    try:
        anchors = [r.rdata for r in map(rpl.record, replay.server('trust-anchor'))]
    except dns.exception.DNSException as why:
        raise Inapplicable(f'a trust anchor that dnspython does not read: {why}') from why
    if any(getattr(a, 'algorithm', 0) in NOT_VALIDATED for a in anchors):
        raise Inapplicable('signed with DSA, which no validator uses any more (RFC 8624 3.1)')
    if replay.server('harden-glue')[-1:] in (['no'], ['off']):
        raise Inapplicable('harden-glue: no: ours is fixed')


def overridden(zone, action, target):
    """The zone with each rule's action replaced, as rpz-action-override does. We have no such setting: the file is changed."""
    wanted = f'{target.rstrip(".")}.' if action == 'cname' else CNAME_OF_OVERRIDE[action]
    lines, owners = [], set()
    for line in zone.splitlines():
        match = re.match(r'^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?(A|AAAA|TXT|CNAME|MX|PTR)\s', line)
        if not match:
            lines.append(line)
        elif match.group(1) not in owners:
            owners.add(match.group(1))
            lines.append(f'{match.group(1)} CNAME {wanted}')
    return '\n'.join(lines) + '\n'


def zones_of(replay):
    """Policy zones in their order: (name, text, tags)."""
    zones = []
    for clause in replay.clauses:
        if clause.kind != 'rpz':
            continue
        name, action = clause.get('name').rstrip('.'), clause.get('rpz-action-override')
        text = ''.join(clause.files)
        if not re.search(r'^\s*\$ORIGIN|\sSOA\s', text, re.M):
            text = f'$ORIGIN {name}.\n' + text
        if action == 'disabled':  # answers are as without it; with us the list would be one that only observes
            continue
        if action:
            text = overridden(text, action, clause.get('rpz-cname-override', ''))
        zones.append((name, text, clause.get('tags', '').split()))
    return zones


def stubs_of(replay):
    """(zone, address) of stub zones, and addresses of the root's servers."""
    every = [(c.get('name'), a) for c in replay.clauses if c.kind == 'stub-zone' for a in c.all('stub-addr')]
    root = replay.server('stub-addr') + [a for zone, a in every if zone == '.']
    return [(zone, a) for zone, a in every if zone != '.'], root


def quoted(items):
    return '[' + ', '.join(f'"{item}"' for item in items) + ']'


class Node:
    def __init__(self, replay, program, folder):
        self.replay, self.program, self.folder = replay, program, folder
        self.process = None
        self.log_path = self.path('hinomi.log')
        self.clock_path = self.path('clock')
        needs_clock = any(step.kind == 'TIME_PASSES' for step in replay.steps)
        self.wall = start_of(replay)
        if self.wall is None and needs_clock:
            self.wall = time.time()
        self.preload = next((p for p in FAKETIME if os.path.exists(p)), None)
        if self.wall is not None and not self.preload:
            raise Inapplicable('no libfaketime on this machine (Debian package faketime)')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(text)
        return self.path(name)

    def configure(self):
        check(self.replay)
        stubs, root = stubs_of(self.replay)
        lines = ['dns:', f'  listen: ["{CLIENT_ADDRESS}:{CLIENT_PORT}"]', '  listen_tls: []', '  listen_https: []',
                 '  access: ["0.0.0.0/0", "::/0"]', '  workers: 1', '  rebinding_protection: false', '  prefetch: false']
        anchors = self.replay.server('trust-anchor')
        lines.append(f'  validate: {"true" if anchors else "false"}')
        if anchors:
            text = ''.join(f'{r.name} {r.ttl} IN {dns.rdatatype.to_text(r.rdtype)} {r.rdata}\n'
                           for r in map(rpl.record, anchors))
            lines.append(f'  trust_anchor: {self.write("anchor", text)}')
        hints = ''.join(f'. 3600000 NS root-{n}.hint.\nroot-{n}.hint. 3600000 {"AAAA" if ":" in a else "A"} {a}\n'
                        for n, a in enumerate(root))
        lines.append(f'  root_hints: {self.write("hints", hints or ". 3600000 NS none.hint." + chr(10))}')
        allows_loopback = self.replay.server('do-not-query-localhost')[-1:] in (['no'], ['off'])
        if allows_loopback or any(a.startswith('127.') for a in root):  # a stub on this machine lets libunbound ask there
            stubs.append(('loopback.hint', '127.0.0.1'))
        if stubs:
            lines.append('  stub:')
            lines += [f'    - {{zone: "{zone}", address: "{address}"}}' for zone, address in stubs]
        zones = zones_of(self.replay)
        lines += self.groups(zones)
        command = [self.program, 'dns', '--config', self.write('hinomi.conf', '\n'.join(lines) + '\n')]
        for name, text, _ in zones:
            command += ['--rpz', self.write(name, text)]
        return command

    def groups(self, zones):
        """Tags of clients and of policy zones."""
        tagged = [name for name, _, tags in zones if tags]
        if not tagged:
            return []
        lines = ['lists:', f'  only_for_groups: {quoted(tagged)}', 'groups:']
        for number, value in enumerate(self.replay.server('access-control-tag')):
            prefix, tags = value.split(None, 1)
            tags = tags.strip('"').split()
            lists = [name for name, _, of in zones if set(of) & set(tags)]
            lines += [f'  - name: group{number}', f'    clients: ["{prefix}"]', f'    lists: {quoted(lists)}']
        return lines

    def set_clock(self):
        self.write('clock.new', time.strftime('@%Y-%m-%d %H:%M:%S\n', time.gmtime(self.wall)))
        os.replace(self.path('clock.new'), self.clock_path)

    def pass_time(self, seconds):
        self.wall += seconds
        self.set_clock()

    def start(self):
        command = self.configure()
        environment = dict(os.environ, LC_ALL='C', TMPDIR=self.folder, TZ='UTC')
        if self.wall is not None:
            self.set_clock()
            environment |= {'LD_PRELOAD': self.preload, 'FAKETIME_TIMESTAMP_FILE': self.clock_path, 'FAKETIME_NO_CACHE': '1'}
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        end = time.monotonic() + START_S
        while 'answering on' not in self.log():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Inapplicable('the program does not start: ' + ' '.join(self.log().split('\n')[-2:]))
            time.sleep(0.02)

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as f:
            return f.read()

    def stop(self):
        """Ends it; a text when it did not end as it should."""
        if self.process.poll() is not None:
            return f'the program ended by itself ({self.process.returncode})'
        self.process.terminate()
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return 'the program did not end within 10 s'
        return f'the program ended with {code}' if code else None
