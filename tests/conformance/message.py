"""Builds the messages that a replay describes, and holds messages against them."""
import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

FLAGS = {'QR': dns.flags.QR, 'AA': dns.flags.AA, 'TC': dns.flags.TC, 'RD': dns.flags.RD, 'RA': dns.flags.RA,
         'AD': dns.flags.AD, 'CD': dns.flags.CD}
# Unbound sets AA on some of what its policies make up, Knot Resolver on other things, and a resolver's clients do not look.
FLAGS_HELD = sum(flag for name, flag in FLAGS.items() if name != 'AA')
CLIENT_SIZE = 1232


def flags_of(words):
    return sum(FLAGS[word] for word in words if word in FLAGS)


def rcode_of(words):
    for word in words:
        try:
            return dns.rcode.from_text(word)
        except dns.rcode.UnknownRcode:
            continue
    return dns.rcode.NOERROR


def question_of(entry):
    records = entry.records('QUESTION')
    return records[0] if records else None


def put_records(message, entry):
    for section, rrsets in (('ANSWER', message.answer), ('AUTHORITY', message.authority),
                            ('ADDITIONAL', message.additional)):
        for r in entry.records(section):
            if r.rdata is None:  # as in an UPDATE: not for a resolver
                continue
            rrset = dns.rrset.RRset(r.name, r.rdclass, r.rdtype)
            rrset.add(r.rdata, r.ttl)
            rrsets.append(rrset)


def query_of(entry, ident):
    """The octets that a client sends."""
    message = dns.message.QueryMessage(id=ident)
    message.flags = flags_of(entry.reply)
    q = question_of(entry)
    message.question = [dns.rrset.RRset(q.name, q.rdclass, q.rdtype)] if q else []
    if 'DO' in entry.reply:
        message.use_edns(0, dns.flags.DO, CLIENT_SIZE)
    return message.to_wire()


def reply_of(entry, query):
    """The octets that a server answers a query with."""
    if entry.raw is not None:
        return query.to_wire()[:2] + entry.raw[2:] if 'copy_id' in entry.adjust else entry.raw
    message = dns.message.QueryMessage(id=query.id if 'copy_id' in entry.adjust else 0)
    message.flags = flags_of(entry.reply)
    q = question_of(entry)
    if 'copy_query' in entry.adjust:
        message.question = list(query.question)
    elif q:
        message.question = [dns.rrset.RRset(q.name, q.rdclass, q.rdtype)]
    put_records(message, entry)
    if query.edns >= 0:
        message.use_edns(0, query.ednsflags & dns.flags.DO, CLIENT_SIZE)
    message.set_rcode(rcode_of(entry.reply))
    return message.to_wire(max_size=65535)


def matches_query(entry, query, transport):
    """Is the entry what a server says to this query?"""
    q = query.question[0] if query.question else None
    wanted = question_of(entry)
    for word in entry.match:
        if word in ('UDP', 'TCP'):
            if word != transport:
                return False
        elif word == 'opcode':
            if query.opcode() != dns.opcode.QUERY:
                return False
        elif word in ('qtype', 'qname', 'subdomain', 'question', 'qcase', 'all'):
            if q is None or wanted is None:
                return False
            if word in ('qtype', 'question', 'all') and q.rdtype != wanted.rdtype:
                return False
            if word in ('qname', 'question', 'all') and q.name != wanted.name:
                return False
            if word == 'subdomain' and not q.name.is_subdomain(wanted.name):
                return False
            if word == 'qcase' and q.name.labels != wanted.name.labels:
                return False
    return True


def keys_of_rrsets(rrsets):
    return {(r.name.canonicalize().to_text(), r.rdclass, r.rdtype, rdata.to_digestable(dns.name.root))
            for r in rrsets if r.rdtype != dns.rdatatype.OPT for rdata in r}


def keys_of_records(records):
    return {(r.name.canonicalize().to_text(), r.rdclass, r.rdtype, r.rdata.to_digestable(dns.name.root))
            for r in records if r.rdata is not None}


def show(keys, rrsets, records):
    lines = []
    for r in rrsets:
        for rdata in r:
            if keys_of_rrsets([dns.rrset.from_rdata(r.name, r.ttl, rdata)]) & keys:
                lines.append(f'{r.name} {dns.rdatatype.to_text(r.rdtype)} {rdata}')
    for r in records:
        if r.rdata is not None and keys_of_records([r]) & keys:
            lines.append(f'{r.name} {dns.rdatatype.to_text(r.rdtype)} {r.rdata}')
    return '; '.join(line if len(line) < 100 else line[:97] + '...' for line in lines)


def section_difference(name, rrsets, records, may_lack, may_have_more):
    got, wanted = keys_of_rrsets(rrsets), keys_of_records(records)
    found = []
    if wanted - got and not may_lack:
        found.append(f'{name} lacks {show(wanted - got, [], records)}')
    if got - wanted and not may_have_more:
        found.append(f'{name} has {show(got - wanted, rrsets, [])}')
    return found


def differences(entry, answer):
    """How an answer to a client is not what the entry demands: texts, none when it is."""
    match = entry.match
    every = 'all' in match
    found = []
    if every or 'rcode' in match:
        wanted = rcode_of(entry.reply)
        if answer.rcode() != wanted:
            found.append(f'{dns.rcode.to_text(answer.rcode())}, not {dns.rcode.to_text(wanted)}')
    if every or 'flags' in match:
        wanted, got = flags_of(entry.reply) & FLAGS_HELD, answer.flags & FLAGS_HELD
        if wanted != got:
            found.append(f'flags {dns.flags.to_text(got)}, not {dns.flags.to_text(wanted)}')
    q = question_of(entry)
    if q and (every or match & {'question', 'qname', 'qtype'}):
        a = answer.question[0] if answer.question else None
        if a is None or a.name != q.name or a.rdtype != q.rdtype:
            found.append(f'the question is {a}')
    if every or 'answer' in match:
        found += section_difference('answer', answer.answer, entry.records('ANSWER'), False, False)
    # A minimal answer leaves out the servers of the zone and their addresses (RFC 2181 9 allows it). A policy's negative answer has a SOA, so that it can be kept (RFC 2308).
    positive = bool(entry.records('ANSWER'))
    if every or 'authority' in match:
        wanted = [r for r in entry.records('AUTHORITY') if r.rdtype != dns.rdatatype.NS]
        found += section_difference('authority', answer.authority, wanted, positive, every)
    if 'additional' in match:
        found += section_difference('additional', answer.additional, entry.records('ADDITIONAL'), True, False)
    if 'ttl' in match:
        ttls = {(r.name.canonicalize(), r.rdtype): r.ttl for r in answer.answer}
        for r in entry.records('ANSWER'):
            got = ttls.get((r.name.canonicalize(), r.rdtype))
            if got is not None and got != r.ttl:
                found.append(f'{r.name} has {got} seconds left, not {r.ttl}')
    return found
