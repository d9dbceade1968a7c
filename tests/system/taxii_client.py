#!/usr/bin/env python3
"""A client of a TAXII 2.1 server for the system tests: posts made objects, pages through a collection.

  taxii_client.py URL TOKEN collections                       "ALIAS ID" of each
  taxii_client.py URL TOKEN post COLLECTION FIRST COUNT       indicators numbered FIRST.. in one envelope; prints the counts
  taxii_client.py URL TOKEN pages COLLECTION LIMIT [QUERY]    by `next` to the end; prints the number of objects and of different ones
  taxii_client.py URL TOKEN since COLLECTION LIMIT            the same by added_after and X-TAXII-Date-Added-Last
  taxii_client.py URL TOKEN grow COLLECTION LIMIT FIRST COUNT as pages, and posts one more object after each page
"""
import json
import ssl
import sys
import urllib.parse
import urllib.request

TYPE = 'application/taxii+json;version=2.1'
url, token, command, *rest = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def ask(path, body=None):
    headers = {'Authorization': 'Bearer ' + token, 'Accept': TYPE}
    if body is not None:
        headers['Content-Type'] = TYPE
    request = urllib.request.Request(url + path, data=body, headers=headers)
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        return json.load(answer), answer.headers


def indicator(number):
    return {'type': 'indicator', 'spec_version': '2.1', 'id': 'indicator--00000000-0000-4000-8000-%012d' % number,
            'created': '2026-01-01T00:00:00.000Z', 'modified': '2026-01-01T00:00:00.000Z', 'valid_from': '2026-01-01T00:00:00Z',
            'pattern': "[domain-name:value = 'h%d.example']" % number, 'pattern_type': 'stix'}


def post(collection, first, count):
    body = json.dumps({'objects': [indicator(first + i) for i in range(count)]}).encode()
    status, _ = ask('/api/collections/%s/objects/' % collection, body)
    again, _ = ask('/api/status/%s/' % status['id'])
    assert again == status
    return status


def pages(collection, query, after_each=lambda: None):
    seen, following = [], None
    for _ in range(100000):
        asked = dict(query, **({'next': following} if following else {}))
        page, headers = ask('/api/collections/%s/objects/?%s' % (collection, urllib.parse.urlencode(asked)))
        objects = page.get('objects', [])
        assert len(objects) <= int(query['limit'])
        assert bool(objects) == bool(headers['X-TAXII-Date-Added-First'])
        seen += [(o['id'], o.get('modified')) for o in objects]
        after_each()
        following = page.get('next')
        assert page['more'] == bool(following)
        if not page['more']:
            return seen
    raise SystemExit('no end')


def since(collection, limit):
    seen, after = [], '1970-01-01T00:00:00Z'
    for _ in range(100000):
        page, headers = ask('/api/collections/%s/objects/?limit=%s&added_after=%s' % (collection, limit, after))
        objects = page.get('objects', [])
        seen += [o['id'] for o in objects]
        if not objects:
            return seen
        assert headers['X-TAXII-Date-Added-First'] <= headers['X-TAXII-Date-Added-Last'] > after
        after = headers['X-TAXII-Date-Added-Last']
    raise SystemExit('no end')


def tell(seen):
    print(len(seen), len(set(seen)))


if command == 'collections':
    for c in ask('/api/collections/')[0].get('collections', []):
        print(c['alias'], c['id'], 'writable' if c['can_write'] else 'read-only')
elif command == 'post':
    s = post(rest[0], int(rest[1]), int(rest[2]))
    print(s['total_count'], s['success_count'], s['failure_count'], s['pending_count'])
elif command == 'pages':
    query = dict(urllib.parse.parse_qsl(rest[2])) if len(rest) > 2 else {}
    tell(pages(rest[0], dict(query, limit=rest[1])))
elif command == 'since':
    tell(since(rest[0], rest[1]))
elif command == 'grow':
    left = iter(range(int(rest[2]), int(rest[2]) + int(rest[3])))

    def one_more():
        number = next(left, None)
        if number is not None:
            post(rest[0], number, 1)
    tell(pages(rest[0], {'limit': rest[1]}, one_more))
