#!/usr/bin/env python3
"""Talks to the API over HTTPS for tests/system/55-web.sh: one step for each name on the command line; state is kept in a file.

    web_client.py BASE STATE step [argument]...
"""
import base64
import hashlib
import hmac
import http.client
import json
import re
import ssl
import struct
import sys
import threading
import time
import urllib.parse

base = urllib.parse.urlsplit(sys.argv[1])
state_file = sys.argv[2]
context = ssl._create_unverified_context()
context.minimum_version = ssl.TLSVersion.TLSv1_2


def load():
    try:
        with open(state_file, encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {}


state = load()


shapes = []
events = {}  # of streams: name and schema


def exchange(method, path, data, headers, tls=None, source=None, patient=True):
    """(answer, octets); patient: a stranger who asks too often waits as he is told, for a test is faster than people."""
    for _ in range(10 if patient else 1):
        connection = http.client.HTTPSConnection(base.hostname, base.port, context=tls or context, timeout=30, source_address=source and (source, 0))
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        if answer.status != 429 or not patient:
            break
        time.sleep(int(answer.getheader("Retry-After")))
    return answer, octets


def load_shapes():
    """(method, pattern of the path, schema) of the description, paths without names first."""
    document = json.loads(exchange("GET", "/api/v1/openapi.json", None, {})[1])
    for path, operations in sorted(document["paths"].items(), key=lambda item: item[0].count("{")):
        for method, operation in operations.items():
            content = operation["responses"]["200"]["content"].get("application/json")
            events.update((operation["responses"]["200"]["content"].get("text/event-stream") or {"schema": {}})["schema"].get("properties", {}))
            shapes.append((method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), content and content["schema"]))
    shapes.append(document["components"]["schemas"])


TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list, "null": type(None)}


def flaw_of(value, schema, at="answer"):
    """What the description does not say of the value; None: it is as described."""
    if "$ref" in schema:
        schema = shapes[-1][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema:
        flaws = [flaw_of(value, each, at) for each in schema["anyOf"]]
        return None if None in flaws else flaws[0]
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or schema["type"] != "boolean" and isinstance(value, bool)):
        return f"{at} is not {schema['type']}: {value!r}"
    if isinstance(value, dict):
        missing = set(schema.get("required", [])) - set(value)
        more = schema.get("additionalProperties", True)
        unknown = set(value) - set(schema.get("properties", {})) if more is False else set()
        if missing or unknown:
            return f"{at}: missing {sorted(missing)}, unknown {sorted(unknown)}"
        for key, each in value.items():
            of = schema.get("properties", {}).get(key, more)
            flaw = flaw_of(each, of, f"{at}.{key}") if isinstance(of, dict) else None
            if flaw:
                return flaw
    for i, each in enumerate(value if isinstance(value, list) else []):
        flaw = flaw_of(each, schema.get("items", {}), f"{at}[{i}]")
        if flaw:
            return flaw
    return None


def hold_to_description(method, path, value):
    if not shapes:
        load_shapes()
    plain = path.removeprefix("/api/v1").split("?")[0]
    for of, pattern, schema in shapes[:-1]:
        if of == method and pattern.fullmatch(plain):
            flaw = flaw_of(value, schema or {})
            if flaw:
                sys.exit(f"{method} {path} does not answer as it is described: {flaw}")
            return


def ask(method, path, body=None, who=None, headers=None, raw=None, tls=None, source=None):
    """(status, headers, value); who: a name of the state, with its cookie and token; tls: with another context; source: from that address."""
    sent = dict(headers or {})
    data = raw
    if body is not None:
        data = json.dumps(body)
        sent.setdefault("Content-Type", "application/json")
    account = state.get(who) if who else None
    if account and "cookie" in account:
        sent.setdefault("Cookie", account["cookie"])
        if method != "GET":
            sent.setdefault("X-CSRF-Token", account["csrf"])
    elif account:
        sent.setdefault("Authorization", "Bearer " + account["token"])
    answer, text = exchange(method, path if path.startswith("/api") else "/api/v1" + path, data, sent, tls, source, patient=account is None)
    try:
        value = json.loads(text)
    except ValueError:
        value = text.decode(errors="replace")
    if answer.status in (200, 201):
        hold_to_description(method, path, value)
    return answer.status, answer, value


def remember(who, answer, value):
    state[who] = {"cookie": answer.getheader("Set-Cookie").split(";")[0], "csrf": value["csrf"]}


def want(got, wanted, what):
    if got != wanted:
        sys.exit(f"{what}: got {got!r}, wanted {wanted!r}")


def accept(who, word, password):
    status, answer, value = ask("POST", "/invitations/accept", {"word": word, "name": who, "password": password})
    want(status, 200, f"accept {who}: {value}")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        if part not in answer.getheader("Set-Cookie"):
            sys.exit(f"the cookie lacks {part}")
    remember(who, answer, value)


def code_of(key, at):
    digest = hmac.new(base64.b32decode(key), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 10**6:06d}"


def step_first(word):
    """The first account, by the link; the link is then used up."""
    want(ask("POST", "/invitations/lookup", {"word": word})[2].get("role"), "administrator", "lookup")
    status, _, value = ask("POST", "/invitations/accept", {"word": word, "name": "root", "password": "too short"})
    want(status, 400, f"a short password: {value}")
    accept("root", word, "correct horse battery")
    want(ask("POST", "/invitations/accept", {"word": word, "name": "other", "password": "correct horse battery"})[0], 404, "a used link")


def step_invite(role, member=""):
    body = {"role": role}
    if member:
        body["member"] = member
    status, _, value = ask("POST", "/invitations", body, "root")
    want(status, 200, f"invite {role}: {value}")
    accept(role, value["word"], "another long password")


def step_invite_as(who, role, member):
    status, _, value = ask("POST", "/invitations", {"role": role, "member": member}, "root")
    want(status, 200, f"invite {role}: {value}")
    accept(who, value["word"], "another long password")


def step_show(path, who):
    print(json.dumps(ask("GET", path, who=who)[2]))


def step_roles():
    """Every route of the description with every role: what the table says, and nobody without signing in."""
    document = ask("GET", "/openapi.json")[2]
    asked = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if (method, path) in (("delete", "/session"), ("post", "/codes"), ("post", "/password"), ("get", "/events")):
                continue  # these change who asks, or do not end: steps of their own
            own = path.startswith("/members/") and "{name}/" in path  # of a member: the role's own, or the wall answers
            real = path.replace("{id}", "999999").replace("{name}", "hospital" if own else "no-such-list").replace("{value}", "x.example").replace("{group}", "g").replace("{number}", "999999")
            anyone = operation["x-permission"] == "anyone"
            upper = method.upper()
            body = {} if upper in ("POST", "PATCH") else None
            status = ask(upper, real, body)[0]
            if (status == 401) == anyone and not (anyone and path == "/session"):
                sys.exit(f"{upper} {path} without signing in: {status}")
            for role in document["components"] and ("administrator", "analyst", "auditor", "operator", "reader", "feed-client"):
                status, _, value = ask(upper, real, body, "root" if role == "administrator" else role)
                allowed = role in operation["x-roles"]
                if (status == 403) == allowed or status == 401 and not (anyone and path == "/session") or status >= 500:
                    sys.exit(f"{upper} {path} as {role}: {status} {value}, allowed: {allowed}")
                asked += 1
    print(asked, "asked")


def step_csrf():
    """A change without the token, or with another's, is refused; so is a form of another site."""
    body = {"name": "csrf.example", "reason": "x"}
    want(ask("POST", "/rules/block", body, "root", {"X-CSRF-Token": ""})[0], 403, "an empty token")
    want(ask("POST", "/rules/block", body, "root", {"X-CSRF-Token": state["analyst"]["csrf"]})[0], 403, "another's token")
    status = ask("POST", "/rules/block", None, "root", {"Content-Type": "application/x-www-form-urlencoded"}, "name=csrf.example")[0]
    want(status, 415, "a form")
    want(ask("POST", "/rules/block", None, "root", {"Content-Type": "application/json"}, "{")[0], 400, "broken JSON")
    want(ask("POST", "/rules/block", None, "root", {"Content-Type": "application/json"}, "[" * 5000)[0], 400, "deep JSON")
    want(ask("POST", "/rules/block", None, "root", {"Content-Type": "application/json"}, '{"name":"' + "a" * 70000 + '"}')[0], 400, "long JSON")
    want(ask("POST", "/rules/block", body, "root")[0], 200, "the right token")


def step_fixation():
    """A word that we bring along does not become a session, and signing in gives a new one."""
    forged = {"Cookie": "__Host-hinomi=" + "A" * 43}
    want(ask("GET", "/session", headers=forged)[0], 401, "a forged session")
    status, answer, value = ask("POST", "/session", {"name": "ROOT", "password": "correct horse battery"}, headers=forged)
    want(status, 200, f"sign in: {value}")
    if "A" * 43 in answer.getheader("Set-Cookie") or answer.getheader("Set-Cookie").split(";")[0] == state["root"]["cookie"]:
        sys.exit("not a new session")
    state["second"] = {"cookie": answer.getheader("Set-Cookie").split(";")[0], "csrf": value["csrf"]}
    want(ask("DELETE", "/session", who="second")[0], 200, "sign out")
    want(ask("GET", "/session", who="second")[0], 401, "a session that was ended")
    want(ask("GET", "/session", who="root")[0], 200, "the other session")


def step_lock():
    """After five failures even the right password does not help for a while, but where the account was at home before; an administrator unlocks."""
    right, wrong, stranger = {"name": "auditor", "password": "another long password"}, {"name": "auditor", "password": "wrong wrong wrong"}, "127.0.0.9"
    for _ in range(5):
        want(ask("POST", "/session", wrong, source=stranger)[0], 401, "a wrong password")
    want(ask("POST", "/session", right, source=stranger)[0], 401, "the right one, locked")
    want(ask("POST", "/session", {"name": "nobody", "password": "another long password"})[0], 401, "nobody")
    rows = {row["name"]: row for row in ask("GET", "/accounts", who="root")[2]["rows"]}
    if rows["auditor"]["failures"] != 5 or not rows["auditor"]["locked_us"] > time.time() * 1e6:
        sys.exit(f"not locked: {rows['auditor']}")
    want(ask("POST", "/session", right)[0], 200, "its owner, where it was before")
    want(ask("POST", "/session", right, source=stranger)[0], 401, "still locked elsewhere")
    for _ in range(5):
        want(ask("POST", "/session", wrong)[0], 401, "a wrong password at home")
    want(ask("POST", "/session", right)[0], 401, "too many at home as well")
    want(ask("PATCH", f"/accounts/{rows['auditor']['id']}", {"unlock": True}, "root")[0], 200, "unlock")
    want(ask("POST", "/session", right)[0], 200, "unlocked")


def step_codes():
    """Codes by time: the key, a first code, and then no way in without one; none counts twice."""
    key = ask("POST", "/codes", {}, "analyst")[2]["key"]
    want(ask("POST", "/codes", {"key": key, "code": "000000" if code_of(key, time.time()) != "000000" else "111111"}, "analyst")[0], 422, "a wrong code")
    now = time.time()
    want(ask("POST", "/codes", {"key": key, "code": code_of(key, now - 30)}, "analyst")[0], 200, "the first code")
    signing = {"name": "analyst", "password": "another long password"}
    want(ask("POST", "/session", signing)[0], 401, "without a code")
    code = code_of(key, now)
    want(ask("POST", "/session", {**signing, "code": code})[0], 200, "with a code")
    want(ask("POST", "/session", {**signing, "code": code})[0], 401, "the same code again")


def step_keys():
    """A key may do what it was made for and no more, and ends."""
    status, _, value = ask("POST", "/tokens", {"label": "grafana", "scope": ["status"], "days": 1}, "root")
    want(status, 200, f"make a key: {value}")
    state["key"] = {"token": value["token"]}
    want(ask("GET", "/status", who="key")[0], 200, "what it is for")
    want(ask("GET", "/log", who="key")[0], 403, "what it is not for")
    want(ask("POST", "/tokens", {"label": "x", "scope": ["status"], "days": 1}, "key")[0], 403, "a key makes no keys")
    want(ask("POST", "/tokens", {"label": "x", "scope": ["accounts"], "days": 1}, "reader")[0], 400, "more than the account may")
    want(value["token"] in json.dumps(ask("GET", "/tokens", who="root")[2]), False, "the key is shown again")
    want(ask("DELETE", f"/tokens/{value['id']}", who="reader")[0], 404, "another's key")
    want(ask("DELETE", f"/tokens/{value['id']}", who="root")[0], 200, "its end")
    want(ask("GET", "/status", who="key")[0], 401, "after its end")
    status, _, value = ask("POST", "/tokens", {"label": "answers alone", "scope": ["log"], "days": 1}, "root")
    state["key"] = {"token": value["token"]}
    for what in ("status", "notices", "log=true&status", "log=true&notices"):
        want(ask("GET", f"/events?{what}=true", who="key")[0], 403, f"a stream of {what}, for which it has no scope")
    want(ask("DELETE", f"/tokens/{value['id']}", who="root")[0], 200, "its end")
    status, _, value = ask("POST", "/tokens", {"label": "myself", "scope": ["self"], "days": 1}, "root")
    state["key"] = {"token": value["token"]}
    want(ask("GET", "/tokens", who="key")[0], 200, "a key for one's own account")
    want(ask("POST", "/codes", {}, "key")[0], 403, "which changes no codes")
    want(ask("POST", "/password", {"old": "correct horse battery", "new": "another horse battery"}, "key")[0], 403, "and no password")
    want(ask("DELETE", f"/tokens/{value['id']}", who="root")[0], 200, "its end")


def with_certificate(folder, name):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    tls.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    return tls


def step_certificates(fingerprint, folder):
    """A certificate whose fingerprint was given as a key is one, and no other; never for what a page makes a browser ask."""
    key = {"label": "sensor", "scope": ["status"], "days": 1, "certificate": fingerprint}
    machine, stranger = with_certificate(folder, "machine"), with_certificate(folder, "stranger")
    want(ask("GET", "/status", tls=machine)[0], 401, "before it is a key")
    status, _, value = ask("POST", "/tokens", key, "root")
    want(status, 200, f"make it a key: {value}")
    want("token" in value, False, "there is no word")
    want(ask("POST", "/tokens", key, "root")[0], 409, "the same again")
    want(ask("POST", "/tokens", {**key, "certificate": fingerprint[:-1]}, "root")[0], 400, "no fingerprint")
    want(ask("GET", "/status", tls=machine)[0], 200, "what it is for")
    want(ask("GET", "/log", tls=machine)[0], 403, "what it is not for")
    want(ask("GET", "/status", tls=stranger)[0], 401, "another certificate")
    want(ask("GET", "/status")[0], 401, "none")
    want(ask("GET", "/status", tls=machine, headers={"Origin": "https://elsewhere.example"})[0], 401, "from another site's page")
    want(ask("GET", "/status", tls=machine, headers={"Authorization": "Bearer " + "A" * 43})[0], 401, "a wrong word beside it")
    want(ask("DELETE", f"/tokens/{value['id']}", who="root")[0], 200, "its end")
    want(ask("GET", "/status", tls=machine)[0], 401, "after its end")


def step_languages():
    """The node speaks English here; a reader of Japanese gets Japanese all the same."""
    def said(languages):
        return ask("GET", "/nothing/there", who="root", headers={"Accept-Language": languages} if languages else None)[2]["detail"]
    want(said(None).isascii(), True, "the node's own")
    want(said("ja-JP,ja;q=0.9,en;q=0.8").isascii(), False, "Japanese")
    want(said("en-GB, ja"), said(None), "English")
    want(said("de"), said(None), "what we do not have")


def step_described():
    """Answers are as the description says: each is held to it; here those that no other step asks for."""
    reason = {"reason": "described"}
    for method, path, body in (
            ("PUT", "/lists/described?observe=true", None), ("POST", "/rules/allow", {"name": "described.example", **reason}),
            ("POST", "/verdicts", {"subject": "judged.example", "claim": "c2", "probability": 900, "severity": "high", "tlp": "green",
                                   "evidence": [{"kind": "document", "reference": "https://report.example/1", "sha256": "0" * 64}], **reason}),
            ("GET", "/verdicts?subject=judged.example", None), ("GET", "/verdicts?subject=described.example", None),
            ("GET", "/why?name=described.example", None), ("GET", "/why?name=listed.described.example", None),
            ("POST", "/rules/withdraw", {"name": "described.example", **reason}), ("GET", "/lists?conflicts=true", None),
            ("POST", "/lists/described/enforce", reason), ("POST", "/lists/described/observe", reason),
            ("POST", "/lists/described/effect", {"days": 1}), ("GET", "/lists/described/effect", None), ("GET", "/sources", None),
            ("GET", "/clock", None), ("GET", "/indicators", None), ("GET", "/receipts", None), ("GET", "/ledger", None), ("GET", "/identity", None),
            ("GET", "/top?what=blocked", None), ("GET", "/top?what=clients", None), ("GET", "/top?what=groups", None), ("GET", "/log", None),
            ("GET", "/share?subject=judged.example", None), ("GET", "/share?recipient=described", None), ("GET", "/status", None),
            ("GET", "/pdns?name=described.example&limit=10", None), ("DELETE", "/lists/described", None)):
        raw = b"listed.described.example\n! a remark\nno name at all\n" if method == "PUT" else None
        status, _, value = ask(method, path, body, "root", {"Content-Type": "application/octet-stream"} if raw else None, raw)
        want(status, 200, f"{method} {path}: {value}")
    for _ in range(50):  # as soon as it is believed
        rows = ask("GET", "/export?recipient=described&format=test", who="root")[2]["rows"]
        if rows:
            break
        time.sleep(0.2)
    said = ask("GET", "/share?subject=judged.example", who="root")[2]["outcomes"]
    want([row["subject"] for row in rows], ["judged.example"], f"what a recipient would get ({said})")


def step_password():
    """A new password ends the other sessions, and needs the old one."""
    want(ask("POST", "/password", {"old": "wrong wrong wrong", "new": "a new long password"}, "reader")[0], 403, "a wrong old one")
    status, answer, value = ask("POST", "/session", {"name": "reader", "password": "another long password"})
    want(status, 200, "second session")
    state["reader2"] = {"cookie": answer.getheader("Set-Cookie").split(";")[0], "csrf": value["csrf"]}
    want(ask("POST", "/password", {"old": "another long password", "new": "a new long password"}, "reader")[0], 200, "the change")
    want(ask("GET", "/session", who="reader2")[0], 401, "the other session")
    want(ask("GET", "/session", who="reader")[0], 200, "this session")


def step_walls(own, other):
    """A member sees its own answers, whatever it asks for."""
    for who in ("reader", "operator"):
        for path in ("/log?limit=100", f"/log?limit=100&member={other}", f"/top?what=names&member={other}", f"/top?what=members&member={other}",
                     f"/series?step_s=60&member={other}"):
            text = json.dumps(ask("GET", path, who=who)[2])
            if f"name-of-{other}" in text or f'"member": "{other}"' in text:
                sys.exit(f"{who} sees {other} by {path}: {text}")
        text = json.dumps(ask("GET", "/log?limit=100", who=who)[2])
        if f"name-of-{own}" not in text:
            sys.exit(f"{who} does not see its own: {text}")
    text = json.dumps(ask("GET", f"/log?limit=100&member={other}", who="analyst")[2])
    if f"name-of-{other}" not in text:
        sys.exit("the centre does not see a member")


def members_are_walled(soon_us):
    """What a member's own people may do for their clients, and that they cannot reach another's by any route."""
    override = {"subject": "toy.example", "action": "block", "reason": "our own", "until_us": soon_us}
    want(ask("POST", "/member-groups/hospitals/lists", {"lists": ["medical", "-social"]}, "analyst")[0], 200, "lists of a group")
    want(ask("POST", "/members/hospital", {"title": "市立病院", "networks": ["192.0.2.0/24"], "groups": ["hospitals"]}, "root")[0], 200, "a group")
    lists = ask("GET", "/members/hospital/lists", who="reader")[2]
    want([(row["list"], row["without"]) for row in lists["effective"]], [("medical", False), ("social", True)], "inherited lists")
    status, _, made = ask("POST", "/members/hospital/overrides", override, "operator")
    want((status, made["verdict"]["group"], made["verdict"]["author_kind"]), (200, "member:hospital", "member"), "an operator's override")
    rows = ask("GET", "/members/hospital/overrides", who="reader")[2]["rows"]
    want([(row["subject"], row["by_member"]) for row in rows], [("toy.example", True)], "seen by a reader")
    value = "192.0.2.0%2F24"
    status, _, challenge = ask("POST", f"/members/hospital/claims/{value}/proof", {}, "operator")
    want((status, challenge["owner"]), (200, "_hinomi-challenge.2.0.192.in-addr.arpa"), "a challenge")
    want(ask("GET", f"/members/hospital/claims/{value}/proof", who="reader")[2]["outcome"], "not-looked", "its state")
    want(ask("POST", "/members/city", {"title": "City", "networks": ["198.51.100.0/24", "192.0.2.0/24"]}, "root")[0], 200, "another claims the same")
    for who, others in (("analyst", "city (none)"), ("reader", "another member (none)"), ("operator", "another member (none)")):
        want(ask("GET", f"/members/hospital/claims/{value}/proof", who=who)[2]["others"], others, f"who else, as {who} hears it")
    number = made["verdict"]["number"]
    walled = [("GET", "/members/city/lists", None), ("GET", "/members/city/overrides", None), ("POST", "/members/city/overrides", override),
              ("DELETE", f"/members/city/overrides/{number}", None), ("POST", f"/members/city/claims/{value}/proof", {}),
              ("GET", f"/members/city/claims/{value}/proof", None), ("POST", f"/members/city/claims/{value}/check", {}),
              ("POST", f"/members/hospital/claims/{value}/record", {"proof": "paper", "reference": "x"}),
              ("POST", "/members/hospital/lists", {"lists": []}), ("GET", "/member-groups", None),
              ("POST", "/member-groups/hospitals/lists", {"lists": []})]
    for method, path, body in walled:
        want(ask(method, path, body, "operator")[0], 403, f"operator: {method} {path}")
        want(ask(method, path, body, "reader")[0], 403, f"reader: {method} {path}")
    want(ask("POST", "/members/hospital/overrides", override, "reader")[0], 403, "a reader's override")
    want(ask("POST", "/members/hospital/overrides", override, "auditor")[0] if "auditor" in state else 403, 403, "an auditor's override")
    want(ask("DELETE", f"/members/hospital/overrides/{number}", who="operator")[0], 200, "its end")
    want(ask("DELETE", f"/members/hospital/overrides/{number}", who="operator")[0], 422, "only once")
    want(ask("POST", f"/members/hospital/claims/{value}/record", {"proof": "paper", "reference": "contract 9"}, "analyst")[0], 200, "a paper")
    want(ask("GET", "/members/hospital/lists", who="auditor")[0] if "auditor" in state else 200, 200, "an auditor reads")


def step_members():
    """A member is made, found by what is its own, guarded, and seen by its people alone."""
    body = {"title": "市立病院", "sector": "medical", "prefecture": 13, "note": "for the centre", "networks": ["192.0.2.0/24"],
            "names": [{"value": "hospital.example", "proof": "paper", "reference": "contract 12"}],
            "contacts": [{"name": "山田", "mail": "soc@hospital.example", "language": "ja", "urgent": True}]}
    want(ask("POST", "/members/hospital", body, "root")[0], 200, "make")
    want(ask("POST", "/members/city", {"title": "City", "networks": ["198.51.100.0/24"]}, "root")[0], 200, "another")
    want(ask("POST", "/members/bad", {"networks": ["192.0.2.1/24"]}, "root")[0], 400, "host bits")
    want(ask("POST", "/members/bad", {"names": [{"value": "x.example", "proof": "paper"}]}, "root")[0], 400, "a proof without its paper")
    want(ask("POST", "/members/bad", {"prefecture": 48}, "root")[0], 400, "prefecture")
    want(ask("POST", "/members/bad", {"names": [{"value": "x.example", "proof": "dns", "reference": "said"}]}, "root")[0], 400, "a proof that nobody looked for")
    found = ask("GET", "/owner?value=192.0.2.7", who="analyst")[2]
    want((found["member"]["name"], found["by"], found["member"]["title"]), ("hospital", "192.0.2.0/24", "市立病院"), "owner of an address")
    want(ask("GET", "/owner?value=pc.hospital.example", who="analyst")[2]["member"]["name"], "hospital", "owner of a name")
    want(ask("GET", "/owner?value=203.0.113.1", who="analyst")[0], 404, "nobody's")
    names = [row["name"] for row in ask("GET", "/members", who="analyst")[2]["rows"]]
    want(names, ["city", "hospital"], "all")
    for path in ("/members", "/members?member=city"):
        want([(row["name"], row["note"]) for row in ask("GET", path, who="reader")[2]["rows"]], [("hospital", "")], "a reader's own")
    want(ask("GET", "/members?member=hospital", who="analyst")[2]["rows"][0]["note"], "for the centre", "the centre's note")
    want(ask("POST", "/members/city", {"title": "x"}, "operator")[0], 403, "a change by a member")
    want(ask("POST", "/verdicts", {"subject": "www.hospital.example", "claim": "c2", "reason": "x", "probability": 990}, "analyst")[0], 200, "judge")
    for _ in range(50):
        rows = ask("GET", "/indicators?advice=ask", who="root")[2]["rows"]
        if [row for row in rows if row["subject"] == "www.hospital.example" and "own" in row["guards"]]:
            break
        time.sleep(0.1)
    else:
        sys.exit(f"a member's name is not guarded: {rows}")
    members_are_walled(int((time.time() + 3600) * 1e6))
    want(ask("DELETE", "/members/city", who="root")[0], 200, "remove")
    want(ask("DELETE", "/members/city", who="root")[0], 404, "removed")


def step_disable():
    rows = {row["name"]: row for row in ask("GET", "/accounts", who="root")[2]["rows"]}
    state["key"] = {"token": ask("POST", "/tokens", {"label": "x", "scope": ["log"], "days": 1}, "operator")[2]["token"]}
    want(ask("GET", "/events", who="key")[0], 400, "its key")
    want(ask("PATCH", f"/accounts/{rows['operator']['id']}", {"disabled": True}, "root")[0], 200, "disable")
    want(ask("GET", "/session", who="operator")[0], 401, "its session")
    want(ask("GET", "/events", who="key")[0], 401, "its key")
    want(ask("PATCH", f"/accounts/{rows['operator']['id']}", {"disabled": False}, "root")[0], 200, "enable")
    for who in ("operator", "key"):
        want(ask("GET", "/session" if who != "key" else "/events", who=who)[0], 401, f"{who} after that")
    want(ask("PATCH", f"/accounts/{rows['operator']['id']}", {"disabled": True}, "root")[0], 200, "disable again")
    want(ask("DELETE", f"/accounts/{rows['root']['id']}", who="root")[0], 409, "the last administrator")
    want(ask("PATCH", f"/accounts/{rows['root']['id']}", {"disabled": True}, "root")[0], 409, "the last administrator")
    want(ask("DELETE", f"/accounts/{rows['reader']['id']}", who="root")[0], 200, "remove")
    want(ask("GET", "/session", who="reader")[0], 401, "its session")


def step_audit():
    """Reads and changes are in the ledger, with what they were about, and no secret."""
    rows = ask("GET", "/audit?limit=500", who="auditor")[2]["rows"]
    found = {(row["account"], row["what"]) for row in rows}
    for wanted in (("root", "POST /rules/block"), ("reader", "GET /log"), ("root", "sign in"), ("auditor", "failed sign-in"), ("analyst", "POST /codes"),
                   ("root", "GET /accounts"), ("root", "POST /tokens")):
        if wanted not in found:
            sys.exit(f"{wanted} is missing in {sorted(found)}")
    block = [row for row in rows if row["what"] == "POST /rules/block" and "csrf.example" in row["about"]]
    want(len(block), 1, "the one block that was made")
    if "password" in json.dumps(rows).replace("POST /password", "").replace('/password"', ""):
        sys.exit("a secret is in the ledger")
    before = rows[len(rows) // 2]["entry"]
    if any(row["entry"] >= before for row in ask("GET", f"/audit?before={before}", who="auditor")[2]["rows"]):
        sys.exit("older ones are not older")


def step_etag():
    status, answer, _ = ask("GET", "/ledger", who="root")
    etag = answer.getheader("ETag")
    want(status, 200, "ledger")
    want(ask("GET", "/ledger", who="root", headers={"If-None-Match": etag})[0], 304, "the same")
    want(ask("GET", "/ledger", who="root", headers={"If-None-Match": '"x"'})[0], 200, "another")


def step_rate():
    """Who is not signed in is slowed down, and told for how long; the others are not."""
    # On one connection, and until refused: what is allowed grows with time, so a count alone would find out how busy this machine is.
    connection = http.client.HTTPSConnection(base.hostname, base.port, context=context, timeout=30)
    for _ in range(2000):
        connection.request("GET", "/api/v1/session")
        answer = connection.getresponse()
        answer.read()
        if answer.status == 429:
            break
    else:
        sys.exit("never refused")
    if int(answer.getheader("Retry-After")) < 1:
        sys.exit("no Retry-After")
    connection.close()
    want(ask("GET", "/session", who="root")[0], 200, "somebody else")


def ask_all_the_time(threads, question):
    """Asks it in so many threads until the function that is returned is called."""
    over = threading.Event()

    def go_on():
        while not over.is_set():
            question()
    running = [threading.Thread(target=go_on) for _ in range(threads)]
    for thread in running:
        thread.start()

    def end():
        over.set()
        for thread in running:
            thread.join()
    return end


def step_crowd():
    """Who tries passwords as fast as can be, from one address or with one account, does not keep others from signing in."""
    guess, right = {"name": "nobody.there", "password": "guessed long ago"}, {"name": "auditor", "password": "another long password"}
    json_type = {"Content-Type": "application/json"}
    guesses = {"an address": lambda: exchange("POST", "/api/v1/session", json.dumps(guess), json_type, source="127.0.0.9", patient=False),
               "an account": lambda: ask("POST", "/password", {"old": "guessed long ago", "new": "this was guessed too"}, "analyst")}
    for what, question in guesses.items():
        end = ask_all_the_time(70, question)
        time.sleep(1)
        got = [exchange("POST", "/api/v1/session", json.dumps(right), json_type, source="127.0.0.8", patient=False)[0].status for _ in range(5)]
        end()
        want(got, [200] * 5, f"signing in while {what} guesses")


def step_import(path):
    with open(path, "rb") as f:
        status, _, value = ask("PUT", "/lists/by-web?format=names", None, "root", {"Content-Type": "application/octet-stream"}, f.read())
    want((status, value.get("result")), (200, "taken"), f"import: {value}")
    print(value["list"]["names"])


def step_events(trigger_seconds):
    """An event stream shows answers while they are given: waits for one of name-of-live."""
    connection = http.client.HTTPSConnection(base.hostname, base.port, context=context, timeout=float(trigger_seconds))
    connection.request("GET", "/api/v1/events?log=true&status=true", headers={"Cookie": state["analyst"]["cookie"]})
    answer = connection.getresponse()
    want(answer.status, 200, "events")
    want(answer.getheader("Content-Type"), "text/event-stream", "its type")
    kinds, seen, kind = set(), False, ""
    load_shapes()
    end = time.time() + float(trigger_seconds)
    while time.time() < end and not (seen and "status" in kinds):
        line = answer.readline().decode()
        if line.startswith("event: "):
            kind = line.split()[1]
            kinds.add(kind)
        elif line.startswith("data: "):
            flaw = flaw_of(json.loads(line[6:]), events[kind])
            if flaw:
                sys.exit(f"an event {kind} is not as it is described: {flaw}")
        seen = seen or "name-of-live" in line
    if not seen or "status" not in kinds:
        sys.exit(f"not seen: {kinds}")


def report_of(name, who="analyst", state_word=None):
    path = "/reports" + (f"?state={state_word}" if state_word else "")
    rows = [row for row in ask("GET", path, who=who)[2]["rows"] if row["name"] == name]
    return rows[0] if rows else None


def step_report_seen(name, member, cause):
    row = report_of(name)
    want((row["member"], row["cause"], row["state"], row["client_ip"]), (member, cause, "open", "127.0.0.2"), "the report")
    want(row["text"].split(), ["<b>our</b>", "shop", "for", "supplies"], "its text")
    if report_of("other.example"):
        sys.exit("a field of the form chose the name")


def step_report_sent(url):
    body = {"name": url, "text": "これは社内のページです", "language": "ja"}
    status, _, value = ask("POST", "/reports", body)
    want(status, 201, f"a report: {value}")
    if not value["blocked"] or value["link"] != "/report/" + value["reference"]:
        sys.exit(f"not said to be blocked: {value}")
    status, _, seen = ask("GET", "/reports/" + value["reference"])
    want((status, seen["state"], sorted(seen)), (200, "open", ["decided_us", "made_us", "reason", "state"]), "its state and no more")
    for wrong in ({"text": "x"}, {"name": "a b", "text": "x"}, {"name": "*.example", "text": "x"}, {"name": "a.example"}, {"name": "a.example", "text": " "},
                  {"name": "a.example", "text": "x", "contact": "a\nb"},
                  {"name": "a.example", "text": "x", "contact": "\u202egro.elpmaxe@nimda"}, {"name": "a.example", "text": "\u202dx"}, {"name": "a.example", "text": "x" * 2001}, {"name": "http:///x", "text": "x"}):
        status, _, value = ask("POST", "/reports", wrong)
        want(status, 400, f"{str(wrong)[:60]}: {value}")
    want(ask("GET", "/reports/%27%20OR%201=1")[0], 404, "no reference")


def step_report_walls(own, other):
    text = json.dumps(ask("GET", f"/reports?member={other}", who="operator")[2])
    if "shop.example" not in text or "deep.above" in text:
        sys.exit(f"the operator of {own} sees: {text}")
    want(ask("GET", f"/reports?member={own}", who="reader")[2]["rows"], [], "the reader of another")
    want(ask("GET", f"/reports/summary?member={own}", who="reader")[2]["open"], 0, "its summary")
    want(ask("GET", "/reports")[0], 401, "nobody")


def step_report_may_not():
    number = report_of("shop.example")["number"]
    for who in ("operator", "reader", "auditor"):
        for what in ("release", "refuse"):
            want(ask("POST", f"/reports/{number}/{what}", {"reason": "x"}, who)[0], 403, f"{what} by the {who}")
    want(ask("POST", f"/reports/{number}/release", {"reason": "x"})[0], 401, "by nobody")


def step_report_reason():
    number = report_of("shop.example")["number"]
    want(ask("POST", f"/reports/{number}/release", {}, "analyst")[0], 400, "no reason")
    want(ask("POST", f"/reports/{number}/release", {"reason": "x" * 512}, "analyst")[0], 400, "too long")
    want(ask("POST", "/reports/99/release", {"reason": "x"}, "analyst")[0], 404, "no such report")
    want(ask("POST", "/reports/1x/release", {"reason": "x"}, "analyst")[0], 404, "no number")


def step_report_release(name):
    status, _, value = ask("POST", f"/reports/{report_of(name)['number']}/release", {"reason": "it is <their> supplier"}, "analyst")
    want((status, value.get("name"), value.get("reports"), value.get("still_blocked")), (200, name, 1, []), f"the release: {value}")
    if value["took_us"] > 5000000 or len(value["verdicts"]) != 2:
        sys.exit(f"slow, or not both verdicts: {value}")
    print(value["took_us"])


def step_report_twice():
    number = report_of("shop.example")["number"]
    want(ask("POST", f"/reports/{number}/refuse", {"reason": "x"}, "analyst")[0], 409, "a decided one")


def step_report_whole(name, above):
    status, _, value = ask("POST", f"/reports/{report_of(name)['number']}/release", {"reason": "all of it", "whole": True}, "analyst")
    want((status, value.get("name")), (200, above), f"the release: {value}")


def step_report_refuse(name):
    want(ask("POST", "/reports", {"name": name, "text": "x"}, "operator")[0], 201, "a report of a member")
    row = report_of(name)
    want(row["member"], "hospital", "its member")
    status, _, value = ask("POST", f"/reports/{row['number']}/refuse", {"reason": "it is bad"}, "analyst")
    want((status, value.get("state")), (200, "refused"), f"the refusal: {value}")


def step_report_group(name, group):
    want(ask("POST", "/reports", {"name": name, "text": "x"}, "operator")[0], 201, "a report")
    status, _, value = ask("POST", f"/reports/{report_of(name)['number']}/release", {"reason": "x"}, "analyst")
    want((status, value.get("still_blocked")), (200, [group]), f"the release: {value}")


def step_report_summary(released, refused):
    value = ask("GET", "/reports/summary", who="analyst")[2]
    want((value["released"], value["refused"]), (int(released), int(refused)), f"the summary: {value}")
    if not 0 < value["median_us"] < 600000000 or not any(row["cause"] == "ads" and row["released"] == 1 for row in value["rows"]):
        sys.exit(f"no median, or not by cause: {value}")


def step_report_flood():
    last = 0
    for _ in range(25):
        last = ask("POST", "/reports", {"name": "listed.example", "text": "again"}, "root")[0]
        if last != 201:
            break
    want(last, 429, "after so many")


# ---- webhooks of members (tests/system/79-member-webhooks.sh) ----
def step_webhook_set(member, url, who, wanted, path=None):
    """The secret comes with the answer, and never again; it goes into a file for the sink."""
    status, _, value = ask("POST", f"/members/{member}/webhook", {"url": url}, who)
    want(status, int(wanted), f"{who} sets the webhook of {member}: {value}")
    if status != 200:
        return
    if path:
        with open(path, "w", encoding="utf-8") as f:
            f.write(value["secret"])
    again = ask("GET", f"/members/{member}/webhook", who=who)[2]
    want((again["url"], "secret" in again), (url, False), "what is shown of it")
    for kept in (again, ask("GET", "/audit?limit=100", who="root")[2], ask("GET", f"/members?member={member}", who=who)[2]):
        if value["secret"] in json.dumps(kept):
            sys.exit("the secret is given again")


def step_webhook_walls(url):
    for who in ("reader", "other"):
        want(ask("POST", "/members/hospital/webhook", {"url": url}, who)[0], 403, f"{who} sets it")
        want(ask("DELETE", "/members/hospital/webhook", who=who)[0], 403, f"{who} removes it")
    want(ask("GET", "/members/hospital/webhook", who="other")[0], 403, "another member's operator looks")
    want(ask("GET", "/members/hospital/webhook")[0], 401, "nobody looks")
    want(ask("GET", "/members/hospital/webhook", who="reader")[2]["url"], url, "a reader of its own looks")


def step_webhook_last(member, state_word, error=""):
    last = ask("GET", f"/members/{member}/webhook", who="root")[2]["last"] or {"state": "none", "error": ""}
    if last["state"] != state_word or error not in last["error"]:
        sys.exit(f"the last call: {last}")


# ---- proofs by mail (tests/system/78-proof-by-mail.sh) ----
def claim_path(member, value):
    return f"/members/{member}/claims/{urllib.parse.quote(value, safe='')}"


def step_proof_open(word, value, title):
    status, _, got = ask("POST", "/proofs/open", {"word": word})
    want((status, got.get("value"), got.get("title")), (200, value, title), "what is asked")
    want(ask("GET", f"/proofs/open?word={word}")[0], 405, "a program that opens links")


def step_proof_guess():
    for body in ({"word": "A" * 32}, {"word": "x"}, {"word": ""}, {}):
        want(ask("POST", "/proofs/open", body)[0], 404, f"a guess {body}")
        want(ask("POST", "/proofs/answer", {"answer": "yes", **body})[0], 404, f"an answer without a word {body}")


def step_proof_answer(word, answer, wanted):
    want(ask("POST", "/proofs/answer", {"word": word})[0], 400, "neither yes nor no")
    status, _, value = ask("POST", "/proofs/answer", {"word": word, "answer": answer})
    want(status, int(wanted), f"the answer: {value}")


def step_proof_audit(account, what):
    rows = [row for row in ask("GET", "/audit", who="root")[2]["rows"] if row["account"] == account and row["what"] == what]
    want([json.loads(row["about"])["answer"] for row in rows], ["yes"], "who answered")


def step_proof_walls(code):
    """Who is of another member asks nothing, sees nothing and gives back no code; a reader of the own asks nothing either."""
    for value in ("127.0.1.0/25", "hospital.example"):
        path = claim_path("hospital", value)
        for method, last, body in (("POST", "/mail", {"to": "1"}), ("GET", "/mail", None), ("POST", "/code", {"code": code})):
            want(ask(method, path + last, body, "reader")[0], 403, f"the reader of the city: {method} {last}")
            want(ask(method, path + last, body)[0], 401, f"nobody: {method} {last}")
    want(ask("POST", claim_path("city", "127.0.3.0/25") + "/code", {"code": code}, "operator")[0], 403, "the operator at another member's")
    want(ask("POST", claim_path("city", "127.0.3.0/25") + "/mail", {}, "reader")[0], 403, "a reader asks")


def step_proof_ask(value, to):
    status, _, got = ask("POST", claim_path("hospital", value) + "/mail", {"to": to}, "operator")
    want((status, got.get("answer")), (200, "open"), f"the operator asks: {got}")
    want(ask("POST", claim_path("hospital", value) + "/mail", {"to": to, "mail": "me@evil.example"}, "operator")[0], 400, "an address of one's own")


def step_proof_state(value, answer):
    status, _, got = ask("GET", claim_path("hospital", value) + "/mail", who="analyst")
    want((status, got.get("answer"), got.get("asked_by")), (200, answer, "operator (operator)"), "what came of it")


# ---- notices (tests/system/76-notices.sh) ----


def step_notice_members():
    """The hospital with a contact told at once in Japanese and one in English; the city with two whose mailboxes have troubles."""
    contacts = [{"name": "山田 花子", "mail": "hana@hospital.example", "language": "ja", "urgent": True},
                {"name": "Taro", "mail": "taro@hospital.example", "language": "en", "urgent": False}]
    body = {"name": "hospital", "title": "市立病院", "sector": "hospital", "networks": ["203.0.113.0/28"], "names": [], "contacts": contacts}
    want(ask("POST", "/members/hospital", {k: v for k, v in body.items() if k != "name"}, "analyst")[0], 200, "the hospital")
    contacts = [{"name": "Late", "mail": "later@city.example", "language": "en", "urgent": True},
                {"name": "Gone", "mail": "never@city.example", "language": "en", "urgent": False}]
    body = {"name": "city", "title": "City", "sector": "government", "networks": [], "names": [], "contacts": contacts}
    want(ask("POST", "/members/city", {k: v for k, v in body.items() if k != "name"}, "analyst")[0], 200, "the city")


def step_notice_open(word, name):
    status, _, value = ask("POST", "/notices/open", {"word": word})
    want((status, value.get("member"), value.get("language")), (200, "hospital", "ja"), f"the link: {value}")
    want([row["subject"] for notice in value["rows"] for row in notice["rows"]], [name], "what the mail said")
    for hidden in ("campaign", "control", "deliveries"):
        if any(hidden in notice for notice in value["rows"]):
            sys.exit(f"the link shows {hidden}")


def step_notice_guess():
    want(ask("POST", "/notices/open", {"word": "A" * 43})[0], 404, "a guess")
    want(ask("POST", "/notices/open", {"word": "x"})[0], 404, "no word")
    want(ask("POST", "/notices/open", {})[0], 404, "nothing")


def step_notice_walls(number):
    rows = ask("GET", "/notices", who="operator")[2]["rows"]
    want({row["member"] for row in rows}, {"hospital"}, "the operator's notices")
    want(ask("GET", f"/notices/{number}", who="operator")[0], 200, "its own notice")
    channels = {who: {d["channel"] for d in ask("GET", f"/notices/{number}", who=who)[2]["deliveries"]} for who in ("root", "operator")}
    want(channels, {"root": {"mail", "webhook"}, "operator": {"mail"}}, "who was told, for the centre and for the member")
    for query in ("", "?member=hospital", "?member=", "?state=sent"):
        want(ask("GET", "/notices" + query, who="reader")[2]["rows"], [], f"the reader of the city: {query}")
        want(ask("GET", f"/notices/{number}" + (query if "member" in query else ""), who="reader")[0], 404, f"another's notice: {query}")
    want(sum(ask("GET", "/notices/summary?member=hospital", who="reader")[2]["states"].values()), 0, "another's summary")
    want(ask("POST", f"/notices/{number}/acted", {"text": "x", "member": "hospital"}, "reader")[0], 403, "a reader says what was done")
    for who in ("operator", "reader"):
        want(ask("POST", f"/notices/{number}/send", {}, who)[0], 403, f"{who} has it told")
        want(ask("POST", "/notices/digest", {}, who)[0], 403, f"{who} has the digest made")
        want(ask("GET", "/campaigns", who=who)[0], 403, f"{who} sees campaigns")
        want(ask("POST", "/campaigns", {"name": "x"}, who)[0], 403, f"{who} begins a campaign")
    want(ask("GET", f"/notices/{number}")[0], 401, "nobody")


def step_notice_acted(number):
    want(ask("POST", f"/notices/{number}/acted", {"text": ""}, "operator")[0], 400, "nothing said")
    want(ask("POST", f"/notices/{number}/acted", {"text": "x" * 1024}, "operator")[0], 400, "too much")
    want(ask("POST", f"/notices/{number}/acted", {"text": "a\u0007"}, "operator")[0], 400, "a control character")
    status, _, value = ask("POST", f"/notices/{number}/acted", {"text": "端末を初期化しました"}, "operator")
    want((status, value.get("state"), value.get("acted_by")), (200, "acted", "operator (operator)"), f"acted: {value}")
    want(ask("GET", f"/notices/{number}", who="analyst")[2]["acted_text"], "端末を初期化しました", "what the centre reads")


def siphash_2_4(key, data):
    """Aumasson and Bernstein, for the lot of campaigns (docs/formats/notice.md)."""
    mask = (1 << 64) - 1
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(n):
        def turn(x, b):
            return (x << b | x >> (64 - b)) & mask
        for _ in range(n):
            v[0] = v[0] + v[1] & mask
            v[1] = turn(v[1], 13) ^ v[0]
            v[0] = turn(v[0], 32)
            v[2] = v[2] + v[3] & mask
            v[3] = turn(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & mask
            v[3] = turn(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & mask
            v[1] = turn(v[1], 17) ^ v[2]
            v[2] = turn(v[2], 32)

    whole = len(data) // 8 * 8
    words = [struct.unpack_from("<Q", data, at)[0] for at in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 255) << 56)
    for word in words:
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def step_notice_lot(name):
    campaign = ask("GET", f"/campaigns/{name}", who="analyst")[2]
    rows = ask("GET", f"/notices?campaign={name}&limit=500", who="analyst")[2]["rows"]
    want(len(rows), 40, "findings")
    for row in rows:
        finding = f"{name}\0{row['member']} {row['kind']} {row['claim']}".encode()
        lot = siphash_2_4(bytes.fromhex(campaign["seed"]), finding) % 10000 < campaign["percent"] * 100
        want(row["control"], lot, f"the lot of {row['member']}")
        want(row["state"] in ("held-back", "fixed") if lot else row["state"] != "held-back", True, f"the state of {row['member']}: {row['state']}")


def step_notice_held():
    held = ask("GET", "/notices?state=held-back", who="analyst")[2]["rows"]
    if not held:
        return
    word = ask("POST", "/invitations", {"role": "reader", "member": held[0]["member"]}, "root")[2]["word"]
    accept("controlled", word, "another long password")
    want([row for row in ask("GET", "/notices", who="controlled")[2]["rows"] if row["id"] == held[0]["id"]], [], "a notice held back, by its member")
    want(ask("GET", f"/notices/{held[0]['id']}", who="controlled")[0], 404, "the same by its number")


# ---- cases (tests/system/79-cases.sh) ----


def case_of(who, number):
    status, _, value = ask("GET", f"/cases/{number}", who=who)
    want(status, 200, f"case {number} for {who}: {value}")
    return value


def step_case_people():
    """Two analysts, an auditor, and a reader of the city."""
    for name, role, member in (("ana", "analyst", ""), ("bob", "analyst", ""), ("aud", "auditor", ""), ("nurse", "operator", "hospital"), ("clerk", "reader", "city"), ("feed", "feed-client", "")):
        body = {"role": role}
        if member:
            body["member"] = member
        word = ask("POST", "/invitations", body, "root")[2]["word"]
        accept(name, word, "another long password")


def step_case_open():
    """Case 1 is open to the centre, 2 is restricted to ana, 3 concerns the city; a.example is in all three."""
    status, _, value = ask("POST", "/cases", {"title": "銀行をかたるフィッシング", "severity": "high", "tlp": "green", "text": "called the bank",
                                              "subjects": ["A.example.", {"subject": "192.0.2.7", "note": "its server"}]}, "ana")
    want((status, value["number"], value["owner"], value["state"], value["access"]), (200, 1, "ana", "open", "write"), f"open: {value}")
    want([(s["kind"], s["subject"], s["note"]) for s in value["subjects"]], [("domain", "a.example", ""), ("address", "192.0.2.7", "its server")], "canonical subjects")
    want(value["people"], [{"account": "ana", "write": True}], "who opened it is admitted")
    want(ask("POST", "/cases", {"title": "an insider", "tlp": "red", "restricted": True, "subjects": ["a.example", "insider.example"]}, "ana")[2]["number"], 2, "restricted")
    want(ask("POST", "/cases", {"title": "the city's own", "subject": "a.example", "owner": "bob"}, "ana")[2]["number"], 3, "another")
    want(ask("POST", "/cases/3/members", {"member": "city"}, "bob")[2]["changed"], True, "concerns the city")
    want(ask("POST", "/cases/1/members", {"member": "hospital"}, "ana")[2]["changed"], True, "concerns the hospital")
    want(ask("POST", "/cases/1/members", {"member": "hospital"}, "ana")[2]["changed"], False, "twice")


def step_case_wrong():
    """Wrong input is refused with a text, and leaves nothing."""
    before = ask("GET", "/cases", who="root")[2]["rows"]
    for body in ({}, {"title": ""}, {"title": "x" * 256}, {"title": "two\nlines"}, {"title": "bell\u0007"}, {"title": "x", "tlp": "purple"}, {"title": "x", "severity": "huge"},
                 {"title": "x", "owner": "nobody"}, {"title": "x", "owner": "nurse"}, {"title": "x", "owner": "aud"}, {"title": "x", "subjects": ["no subject at all"]},
                 {"title": "x", "subjects": [5]}, {"title": "x", "subjects": [{"subject": "a.example", "note": "y" * 512}]}, {"title": "x", "subjects": ["a.example"] * 501},
                 {"title": "x", "text": "y" * 8192}, {"title": 5}, {"title": "x", "state": "closed"}, {"title": "x", "made_by": "somebody"}, {"title": "x", "shared": True}):
        status, _, value = ask("POST", "/cases", body, "ana")
        want((status, bool(value.get("detail"))), (400, True), f"{str(body)[:70]}: {value}")
    want(ask("GET", "/cases", who="root")[2]["rows"], before, "nothing was made")
    for method, path, body, wanted in (("PATCH", "/cases/1", {"state": "closed"}, 400), ("PATCH", "/cases/1", {"outcome": "resolved"}, 400), ("PATCH", "/cases/1", {"state": "gone"}, 400),
                                       ("PATCH", "/cases/2", {"shared": True}, 409), ("PATCH", "/cases/1", {"version": 1, "title": "x"}, 409), ("PATCH", "/cases/1x", {}, 404),
                                       ("PATCH", "/cases/99", {"title": "x"}, 404), ("POST", "/cases/1/subjects", {}, 400), ("POST", "/cases/1/notes", {"text": ""}, 400),
                                       ("POST", "/cases/1/notes", {}, 400), ("POST", "/cases/1/members", {"member": "no such member"}, 400), ("POST", "/cases/1/members", {}, 400),
                                       ("POST", "/cases/1/people", {"account": "nurse"}, 400), ("POST", "/cases/1/people", {}, 400), ("POST", "/cases/1/people", {"account": "ana", "write": False}, 409),
                                       ("POST", "/cases/1/links", {"kind": "verdict", "reference": 999999}, 404), ("POST", "/cases/1/links", {"kind": "x", "reference": 1}, 400),
                                       ("POST", "/cases/1/judge", {"claim": "phishing"}, 400), ("POST", "/cases/1/judge", {"claim": "block", "reason": "x"}, 400),
                                       ("DELETE", "/cases/1/subjects?subject=never.example", None, 404), ("DELETE", "/cases/1/people?account=bob", None, 404),
                                       ("DELETE", "/cases/1/members?member=city", None, 404), ("DELETE", "/cases/2/people?account=ana", None, 409),
                                       ("GET", "/cases?state=gone", None, 400), ("GET", "/cases?subject=not%20one", None, 400), ("GET", "/cases?owned=ana", None, 400)):
        status, _, value = ask(method, path, body, "ana")
        want((status, bool(value.get("detail"))), (wanted, True), f"{method} {path} {body}: {value}")


def case_routes(number):
    """Every route of one case, with something that would do if the wall let it through."""
    return [("GET", f"/cases/{number}", None), ("GET", f"/cases/{number}/subjects", None), ("GET", f"/cases/{number}/notes", None), ("GET", f"/cases/{number}/timeline", None),
            ("GET", f"/cases/{number}/export?recipient=partner", None),
            ("PATCH", f"/cases/{number}", {"title": "taken over"}), ("POST", f"/cases/{number}/subjects", {"subject": "mine.example"}),
            ("DELETE", f"/cases/{number}/subjects?subject=a.example", None), ("POST", f"/cases/{number}/notes", {"text": "I was here", "internal": False}),
            ("POST", f"/cases/{number}/answers", {"text": "I was here"}),
            ("POST", f"/cases/{number}/members", {"member": "city"}), ("DELETE", f"/cases/{number}/members?member=hospital", None),
            ("POST", f"/cases/{number}/people", {"account": "bob"}), ("DELETE", f"/cases/{number}/people?account=ana", None),
            ("POST", f"/cases/{number}/links", {"kind": "verdict", "reference": 1}), ("POST", f"/cases/{number}/judge", {"claim": "benign", "reason": "mine"})]


def step_case_walls():
    """Another member's case, one that is not shared and a restricted one by every route, for everybody whom they are not for."""
    document = ask("GET", "/openapi.json")[2]
    known = {(m.upper(), p) for p, each in document["paths"].items() if p.startswith("/cases/") for m in each}
    want({(m, re.sub(r"/cases/2", "/cases/{number}", p.split("?")[0])) for m, p, _ in case_routes(2)}, known, "all routes of cases are tried")
    was = {n: json.dumps([ask("GET", f"/cases/{n}{p}", who="aud")[2] for p in ("", "/subjects", "/notes")]) for n in (1, 2, 3)}
    for who, number, read, change in (("bob", 2, 404, 404), ("root", 2, 403, 403), ("aud", 2, 200, 403), ("aud", 1, 200, 403), ("nurse", 1, 404, 403), ("nurse", 2, 404, 403),
                                      ("nurse", 3, 404, 403), ("clerk", 1, 404, 403), ("clerk", 2, 404, 403), ("clerk", 3, 404, 403), ("feed", 1, 403, 403), (None, 1, 401, 401)):
        for method, path, body in case_routes(number):
            status, _, value = ask(method, path, body, who)
            answers = {"nurse": 404, None: 401}.get(who, 403)  # which is for members' operators alone, where the case is shown
            is_for_all = method == "GET" and "/export" not in path  # exports are not for auditors and members, whatever the case
            want(status, answers if path.endswith("/answers") else read if is_for_all else change, f"{who}: {method} {path}: {value}")
            if status != 200 and re.search(r"insider|銀行|the city's own|\bana\b", json.dumps(value, ensure_ascii=False)):
                sys.exit(f"{who}: {method} {path} tells: {value}")
    for who in ("nurse", "clerk"):
        for query in ("", "?member=hospital", "?member=city", "?member=", "?owner=ana", "?subject=a.example", "?subject=insider.example", "?state=open", "?after=4", "?limit=1"):
            want(ask("GET", "/cases" + query, who=who)[2]["rows"], [], f"{who} lists {query}")
        want(ask("POST", "/cases", {"title": "x"}, who)[0], 403, f"{who} opens one")
    for query in ("", "?owner=ana", "?subject=a.example", "?state=open", "?limit=2", "?subject=insider.example"):
        for who in ("bob", "root"):
            if 2 in [row["number"] for row in ask("GET", "/cases" + query, who=who)[2]["rows"]]:
                sys.exit(f"{who} lists the restricted case by {query}")
    want(was, {n: json.dumps([ask("GET", f"/cases/{n}{p}", who="aud")[2] for p in ("", "/subjects", "/notes")]) for n in (1, 2, 3)}, "nothing was changed")


def step_case_pages():
    """Pages by cursor do not skip what stands behind a case that is hidden."""
    seen, after = [], 0
    for _ in range(9):
        value = ask("GET", f"/cases?limit=1&after={after}", who="bob")[2]
        seen += [row["number"] for row in value["rows"]]
        after = value["after"]
        if after == 0:
            break
    want(seen, [3, 1], "bob's cases, one by one")


def step_case_also():
    """The same subject in other cases: those alone that the reader may see."""
    def also(who, number):
        rows = ask("GET", f"/cases/{number}/subjects", who=who)[2]["rows"]
        return [o["number"] for row in rows if row["subject"] == "a.example" for o in row["also"]]
    want(also("ana", 1), [3, 2], "who may see all")
    want(also("bob", 1), [3], "who is not admitted to the second")
    want(also("aud", 1), [3, 2], "the auditor")
    want([row["number"] for row in ask("GET", "/cases?subject=A.EXAMPLE", who="bob")[2]["rows"]], [3, 1], "cases of a subject")


def step_case_share():
    """Shared with the hospital: it sees what is for it, and nothing of the city, the people and the notes of the centre."""
    want(ask("POST", "/cases/1/members", {"member": "city"}, "ana")[0], 200, "concerns both")
    want(ask("POST", "/cases/1/notes", {"text": "the clerk of the city clicked"}, "ana")[0], 200, "an internal note")
    want(ask("POST", "/cases/1/notes", {"text": "パスワードを変更してください", "internal": False}, "ana")[0], 200, "a note for members")
    want(ask("PATCH", "/cases/1", {"shared": True}, "ana")[2].get("shared"), True, "shared")
    value = case_of("nurse", 1)
    want((value["access"], value["members"], value["people"], value["links"], value["owner"], value["made_by"]), ("shown", ["hospital"], [], [], "", ""), f"the hospital: {value}")
    whole = json.dumps([value] + [ask("GET", f"/cases/1/{p}", who="nurse")[2] for p in ("subjects", "notes", "timeline")], ensure_ascii=False)
    for hidden in ("city", "clicked", "called the bank", "ana", "its server", "insider"):
        if hidden in whole:
            sys.exit(f"the hospital sees {hidden}: {whole}")
    if "パスワードを変更してください" not in whole or "a.example" not in whole:
        sys.exit(f"the hospital does not see what is for it: {whole}")
    for method, path, body in case_routes(1):
        if (method != "GET" or "/export" in path) and not path.endswith("/answers"):
            want(ask(method, path, body, "nurse")[0], 403, f"the hospital: {method} {path}")
    want(ask("POST", "/cases/1/answers", {"text": "一台を隔離しました"}, "nurse")[0], 200, "the hospital answers")
    want(ask("POST", "/cases/1/answers", {"text": "x"}, "clerk")[0], 403, "a reader does not")
    want(ask("POST", "/cases/1/answers", {"text": "x"}, "ana")[0], 403, "nor does the centre")
    want(ask("POST", "/cases/1/answers", {"text": ""}, "nurse")[0], 400, "an empty one")
    for who, seen in (("nurse", True), ("ana", True), ("aud", True), ("clerk", False)):
        for part in ("notes", "timeline"):
            rows = [r for r in ask("GET", f"/cases/1/{part}", who=who)[2]["rows"] if r.get("text") == "一台を隔離しました"]
            want([(r["member"], r["made_by"], r["internal"]) for r in rows], [("hospital", "nurse (operator)", False)] if seen else [], f"{who} and the answer in {part}")
    want([row["number"] for row in ask("GET", "/cases?member=city", who="nurse")[2]["rows"]], [1], "its list")
    rows = ask("GET", "/cases/1/subjects", who="clerk")[2]["rows"]
    want([o for row in rows for o in row["also"]], [], "another case of the city that is not shared")
    want(ask("PATCH", "/cases/1", {"tlp": "red"}, "ana")[0], 409, "a level that is not for members while it is shared")
    want(ask("PATCH", "/cases/1", {"restricted": True}, "ana")[0], 409, "restricted while it is shared")
    want(ask("DELETE", "/cases/1/members?member=city", who="ana")[0], 200, "not the city any more")
    want(ask("GET", "/cases/1", who="clerk")[0], 404, "which sees it no more")


def step_case_admit():
    """To read, to write, no more; an administrator by itself; never an account that is called alike."""
    want(ask("POST", "/cases/2/people", {"account": "bob", "write": False}, "ana")[2]["changed"], True, "admitted to read")
    want(case_of("bob", 2)["access"], "read", "bob reads")
    value = ask("GET", "/cases/2/export?recipient=partner", who="bob")[2]
    want([o["type"] for o in value["objects"]], ["identity"], f"and exports what may be told of it, which is nothing: {value}")
    want(ask("POST", "/cases/2/notes", {"text": "x"}, "bob")[0], 403, "and does not write")
    want(ask("POST", "/cases/2/people", {"account": "bob"}, "bob")[0], 403, "nor admits itself to write")
    want(ask("POST", "/cases/2/people", {"account": "bob", "write": True}, "root")[0], 403, "an administrator outside admits nobody else")
    want(ask("DELETE", "/cases/2/people?account=bob", who="ana")[0], 200, "no more")
    want(ask("GET", "/cases/2", who="bob")[0], 404, "bob is out")
    want(ask("POST", "/cases/2/people", {"account": "root"}, "root")[0], 200, "an administrator admits itself")
    want(case_of("root", 2)["access"], "write", "and is in")
    notes = ask("GET", "/cases/2/notes", who="ana")[2]["rows"]
    want((notes[0]["field"], notes[0]["text"], notes[0]["made_by"]), ("person", "root write", "root (administrator)"), "which the case says")
    want(ask("DELETE", "/cases/2/people?account=root", who="ana")[0], 200, "and is put out")
    want(ask("GET", "/cases/2", who="root")[0], 403, "again")
    numbers = {row["name"]: row["id"] for row in ask("GET", "/accounts", who="root")[2]["rows"]}
    want(ask("POST", "/cases/2/people", {"account": "bob"}, "ana")[0], 200, "bob again")
    want(ask("DELETE", f"/accounts/{numbers['bob']}", who="root")[0], 200, "bob leaves")
    accept("bob", ask("POST", "/invitations", {"role": "analyst"}, "root")[2]["word"], "another long password")
    want(ask("GET", "/cases/2", who="bob")[0], 404, "another bob is not the one who was admitted")


def step_case_close():
    value = ask("PATCH", "/cases/3", {"state": "waiting", "owner": "ana", "version": case_of("ana", 3)["version"]}, "ana")[2]
    want((value["state"], value["owner"]), ("waiting", "ana"), "waits")
    value = ask("PATCH", "/cases/3", {"state": "closed", "outcome": "false-alarm"}, "ana")[2]
    want((value["state"], value["outcome"], value["closed_us"] > 0), ("closed", "false-alarm", True), "closed")
    value = ask("PATCH", "/cases/3", {"state": "open"}, "ana")[2]
    want((value["state"], value["outcome"], value["closed_us"]), ("open", "none", 0), "open again")
    changes = [(n["field"], n["old"], n["text"]) for n in ask("GET", "/cases/3/notes", who="ana")[2]["rows"]][:5]
    want(changes[:4], [("outcome", "false-alarm", "none"), ("state", "closed", "open"), ("outcome", "none", "false-alarm"), ("state", "waiting", "closed")], "what was before stays")
    page = ask("GET", "/cases/3/notes?limit=2", who="ana")[2]
    want([n["field"] for n in ask("GET", f"/cases/3/notes?limit=2&after={page['after']}", who="ana")[2]["rows"]], ["outcome", "state"], "the next page of notes")


def step_case_judge():
    """All subjects at once, each verdict with the case as evidence; what the node knows then stands on the case's page."""
    status, _, value = ask("POST", "/cases/1/judge", {"claim": "phishing", "reason": "same kit", "probability": 990}, "ana")
    want((status, len(value.get("verdicts", []))), (200, 2), f"judged: {value}")
    said = ask("GET", "/verdicts?subject=a.example", who="ana")[2]["verdicts"][0]
    want((said["number"], said["claim"], said["tlp"], said["evidence"]), (value["verdicts"][0], "phishing", "green", [{"kind": "document", "reference": "case 1"}]), "the verdict")
    again = ask("POST", "/cases/1/judge", {"claim": "phishing", "reason": "same kit, seen again"}, "ana")[2]["verdicts"]
    want(ask("GET", "/verdicts?subject=a.example", who="ana")[2]["verdicts"][0]["supersedes"], value["verdicts"][0], "one's own word is replaced")
    want(ask("POST", "/cases/1/links", {"kind": "verdict", "reference": again[0]}, "ana")[2]["changed"], True, "a link")
    note = ask("GET", "/cases/1/notes", who="ana")[2]["rows"][1]
    want((note["field"], note["text"]), ("judged", f"phishing {again[0]}-{again[-1]}"), "the note of it")


def step_case_known(member):
    """After a client of the member met it: belief, block, where it was met, and the timeline."""
    for _ in range(100):
        row = [r for r in ask("GET", "/cases/1/subjects", who="ana")[2]["rows"] if r["subject"] == "a.example"][0]
        if any(m["member"] == member for m in row["met"]):
            break
        time.sleep(0.1)
    want((row["state"], row["claim"], row["action"]), ("active", "phishing", "nxdomain"), f"known: {row}")
    want([m["count"] for m in row["met"] if m["member"] == member], [1], f"where: {row}")
    moments = [m["what"] for m in ask("GET", "/cases/1/timeline", who="ana")[2]["rows"] if m.get("subject") == "a.example"]
    for wanted in ("judged", "blocked"):
        want(wanted in moments, True, f"{wanted} in {moments}")
    at = [m["at_us"] for m in ask("GET", "/cases/1/timeline", who="ana")[2]["rows"]]
    want(at, sorted(at), "in order")


def step_case_strict():
    """A subject that was judged at a level which is not for members has no name in their case."""
    want(ask("POST", "/cases/1/subjects", {"subject": "secret.example"}, "ana")[0], 200, "added")
    want(ask("POST", "/verdicts", {"subject": "secret.example", "claim": "c2", "reason": "x", "tlp": "red"}, "ana")[0], 200, "judged")
    for _ in range(50):
        whole = json.dumps([ask("GET", "/cases/1" + p, who="nurse")[2] for p in ("", "/subjects", "/timeline", "/notes")])
        if "secret.example" not in whole and None in [s["subject"] for s in case_of("nurse", 1)["subjects"]]:
            break
        time.sleep(0.1)
    else:
        sys.exit(f"the hospital sees a subject that is not for it: {whole}")
    for query, seen in (("secret.example", []), ("SECRET.example&kind=domain", []), ("a.example", [1])):
        want([row["number"] for row in ask("GET", f"/cases?subject={query}", who="nurse")[2]["rows"]], seen, f"the hospital asks for cases of {query}")
    want([row["number"] for row in ask("GET", "/cases?subject=secret.example", who="ana")[2]["rows"]], [1], "the centre finds it")


def step_case_export(path):
    """The bundle is that of the command, in the file; it is a delivery, with a receipt."""
    def told(bundle):
        """Without what is another in each bundle: its identifier, and the times of the grouping."""
        return [{k: v for k, v in o.items() if o["type"] != "grouping" or k not in ("created", "modified")} for o in bundle["objects"]]

    def receipts():
        return [(r["way"], r["objects"]) for r in ask("GET", "/receipts?recipient=partner", who="aud")[2]["rows"] if r["what"] == "stix case 1"]
    before = receipts()
    status, _, value = ask("GET", "/cases/1/export?recipient=partner", who="ana")
    want(status, 200, f"export: {value}")
    with open(path, encoding="utf-8") as f:
        want(told(value), told(json.load(f)), "the same as by the command")
    patterns = [o["pattern"] for o in value["objects"] if o["type"] == "indicator"]
    want(receipts(), [("file", len(patterns))] + before, "one more receipt, the newest first")
    for query in ("", "?recipient=", "?recipient=nobody", "?recipient=partner&format=misp"):
        want(ask("GET", f"/cases/1/export{query}", who="ana")[0], 400, f"export{query}")
    want(ask("GET", "/cases/99/export?recipient=partner", who="ana")[0], 404, "of none")
    want(len(receipts()), len(before) + 1, "what was refused has no receipt")
    rows = ask("GET", "/audit?limit=100", who="aud")[2]["rows"]
    want([r["account"] for r in rows if r["what"] == "GET /cases/{number}/export" and '"partner"' in r["about"] and '"1"' in r["about"]], ["ana"], "it is in the audit trail")


def step_case_audit():
    """Who read and changed which case is in the ledger; a restricted one too."""
    rows, before = [], 0
    for _ in range(20):
        value = ask("GET", f"/audit?limit=100&before={before}" if before else "/audit?limit=100", who="aud")[2]
        rows += value["rows"]
        before = value["before"]
        if not before:
            break
    seen = {(row["account"], row["what"]) for row in rows if '"number": "2"' in row["about"] or '"number":"2"' in row["about"]}
    told = [row["about"] for row in rows if re.search("insider|銀行", json.dumps(row, ensure_ascii=False)) and "/cases" in row["what"] and row["what"] != "GET /cases"]
    want(told, [], "what was written in the restricted case")
    for wanted in (("ana", "GET /cases/{number}/notes"), ("aud", "GET /cases/{number}"), ("bob", "GET /cases/{number}"), ("root", "POST /cases/{number}/people"), ("ana", "DELETE /cases/{number}/people")):
        want(wanted in seen, True, f"{wanted} in the ledger: {sorted(seen)}")


def step_case_etag():
    _, answer, _ = ask("GET", "/cases/1", who="ana")
    tag = answer.getheader("ETag")
    want(ask("GET", "/cases/1", who="ana", headers={"If-None-Match": tag})[0], 304, "unchanged")
    want(ask("POST", "/cases/1/notes", {"text": "one more"}, "ana")[0], 200, "a note")
    want(ask("GET", "/cases/1", who="ana", headers={"If-None-Match": tag})[0], 200, "changed")


def step_case_pages_again():
    """After a restart: what was there, for whom it was there."""
    want([row["number"] for row in ask("GET", "/cases", who="nurse")[2]["rows"]], [1], "the hospital's")
    want(ask("GET", "/cases", who="clerk")[2]["rows"], [], "the city's")
    for method, path, body in case_routes(2):
        answers, is_for_all = path.endswith("/answers"), method == "GET" and "/export" not in path
        want(ask(method, path, body, "bob")[0], 403 if answers else 404, f"bob: {method} {path}")
        want(ask(method, path, body, "nurse")[0], 404 if is_for_all or answers else 403, f"the hospital: {method} {path}")
    want(case_of("ana", 2)["title"], "an insider", "the restricted one")


globals()["step_" + sys.argv[3]](*sys.argv[4:])
with open(state_file, "w", encoding="utf-8") as f:
    json.dump(state, f)
