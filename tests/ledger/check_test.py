#!/usr/bin/env python3
"""Holds dist/hinomi-ledger-check to ledgers made by proto/tlog: whole ones pass, and each kind of change is found.

    check_test.py MAKE_LEDGER CHECKER DOCUMENT    the last: docs/formats/ledger-log.md

Prints "ok NAME" or "not ok NAME" lines; what the checker said wrongly is shown.
"""
import base64
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile

make, checker, document = map(os.path.abspath, sys.argv[1:])
loader = importlib.machinery.SourceFileLoader("checker", checker)
sys.dont_write_bytecode = True
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("checker", loader))
loader.exec_module(module)
failed = 0


def ok(name, good, shown=""):
    global failed
    failed += not good
    print(f"{'ok' if good else 'not ok'} {name}", flush=True)
    if not good:
        print(f"#   {shown}")


def said(*arguments):
    """What the checker prints, run here: a process for each of hundreds would take minutes."""
    out = io.StringIO()
    old, sys.argv = sys.argv, ["hinomi-ledger-check", *arguments]
    try:
        with contextlib.redirect_stdout(out):
            code = module.main()
    finally:
        sys.argv = old
    return code, out.getvalue()


def get(path):
    with open(path, "rb") as file:
        return file.read()


def put(path, octets):
    with open(path, "wb") as file:
        file.write(octets)


def ledger(work, name, count, old, index, salt=0):
    folder = os.path.join(work, name)
    os.mkdir(folder)
    subprocess.run([make, folder, str(count), str(old), str(index), str(salt)], check=True, timeout=100)
    return folder, get(folder + ".key").decode()


def changed(octets, at):
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def is_found(name, folder, key, path, octets, word, *more):
    """With those octets in the file the checker must say a line with the word."""
    kept = get(path)
    put(path, octets)
    code, text = said(key, folder, *more)
    put(path, kept)
    ok(name, code == 1 and "FAILED" in text and word in text, text)


def vectors():
    """RFC 8032 7.1, tests 1 to 3, and values just outside what 5.1.7 allows."""
    for number, (public, message, signature) in enumerate([
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ], 1):
        key, text, sig = (bytes.fromhex(h) for h in (public, message, signature))
        verify = module.ed25519_verify
        good = verify(key, text, sig) and not verify(key, text + b"x", sig)
        good = good and not any(verify(key, text, changed(sig, i)) for i in (0, 31, 32, 63))
        past = sig[:32] + (int.from_bytes(sig[32:], "little") + module.L).to_bytes(32, "little")
        good = good and not verify(key, text, past) and not verify(key, text, sig[:63]) and not verify(b"\xff" * 32, text, sig)
        ok(f"ed25519_test_{number}_of_rfc_8032", good)


def canonical():
    good = ['{}', '[]', '""', '0', '-1', '9007199254740992', '{"a":[true,false,null],"b":{"c":"\u20ac\\u000f\\n\\"\\\\/\x7f"}}',
            '{"\u20ac":1,"\U0001f600":2,"\ufb33":3}']
    bad = ['', ' {}', '{} ', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '1.0', '1e2', '-0', '01', '9007199254740993', 'NaN',
           '"\\u0041"', '"\\/"', '"\\u000F"', '"\\ud800"', '{"\ufb33":3,"\U0001f600":2}', '{"\\ud800":1}', '[' * 100000, '"\x01"']
    for name, texts, want in (("canonical_json_is_taken", good, True), ("other_json_is_not", bad, False)):
        wrong = []
        for text in texts:
            try:
                module.check_canonical(0, text.encode())
                is_good = True
            except module.Wrong:
                is_good = False
            if is_good != want:
                wrong.append(text[:50])
        ok(name, not wrong, wrong)
    try:
        module.check_canonical(0, b'"\xff"')
        ok("other_octets_are_not", False)
    except module.Wrong:
        ok("other_octets_are_not", True)


def sizes(work):
    for count, old in ((0, 0), (1, 0), (1, 1), (2, 1), (255, 7), (256, 255), (257, 256), (513, 300), (65537, 65536), (66000, 700)):
        folder, key = ledger(work, f"size{count}-{old}", count, old, count // 2)
        more = ["--proof", folder + ".tlog-proof"] if count else []
        code, text = said(key, folder, "--old", folder + ".old", *more)
        ok(f"a_ledger_of_{count}_after_{old}", code == 0 and f"ok: {count} entries" in text and "FAILED" not in text, text)
        shutil.rmtree(folder)


def proofs(folder, key, other):
    proof, bare, entry = folder + ".tlog-proof", folder + ".bare.tlog-proof", folder + ".entry"
    for name, arguments, want in (
        ("a_proof_alone", ["--proof", proof], 0),
        ("a_proof_without_its_entry", ["--proof", bare], 1),
        ("a_proof_and_its_entry", ["--proof", bare, "--entry", entry], 0),
        ("a_proof_and_its_ledger", [folder, "--proof", bare], 0),
        ("a_proof_and_another_entry", ["--proof", proof, "--entry", other + ".entry"], 1),
        ("a_proof_of_another_ledger", [other, "--proof", proof], 1),
        ("another_origin", ["--proof", proof, "--origin", "x"], 1),
    ):
        code, text = said(key, *arguments)
        ok(name, code == want and ("FAILED" in text) == bool(want), text)
    octets, missed = get(proof), []
    end = octets.index(b"\xe2\x80\x94 witness")  # whose key is not given
    for at in range(0, end, 7):
        put(folder + ".changed", changed(octets, at))
        if said(key, "--proof", folder + ".changed")[0] != 1:
            missed.append(at)
    ok("each_change_of_a_proof", not missed, missed)


def changes(folder, key):
    chance, missed, tried = random.Random(8785), [], 0
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(place, name)
            octets = get(path)
            end = octets.find(b"\xe2\x80\x94 witness") if name == "checkpoint" else len(octets)
            for at in {0, 1, end // 2, end - 1, *(chance.randrange(end) for _ in range(6))}:
                tried += 1
                put(path, changed(octets, at))
                if said(key, folder)[0] != 1:
                    missed.append((path, at))
            for shorter in (octets[:-1], b"", octets + b"\0"):
                put(path, shorter)
                if said(key, folder)[0] != 1:
                    missed.append((path, len(shorter)))
            os.rename(path, path + ".away")  # a partial file of the older checkpoint may be missing, a name that is none not be there
            if said(key, folder)[0] != 1:
                missed.append((path, "renamed"))
            os.rename(path + ".away", path)
            put(path, octets)
    ok(f"each_of_{tried}_changed_octets_and_each_cut_or_renamed_file", not missed, missed)
    code, text = said(key, folder)
    ok("the_ledger_is_whole_again", code == 0, text)

    checkpoint, bundle = os.path.join(folder, "checkpoint"), os.path.join(folder, "tile/entries/000")
    octets = get(checkpoint)
    is_found("a_checkpoint_without_its_signature", folder, key, checkpoint, octets.replace(b"\xe2\x80\x94 ledger", b"\xe2\x80\x94 l3dger"),
             "is not signed by")
    is_found("a_changed_size", folder, key, checkpoint, octets.replace(b"\n600\n", b"\n601\n"), "wrong signature")
    is_found("a_changed_entry", folder, key, bundle, get(bundle).replace(b"host-7.", b"host-8.", 1), "does not hold what the entries give")
    is_found("an_entry_in_other_order", folder, key, bundle, get(bundle).replace(b'"author":{"kind"', b'"zuthor":{"kind"', 1), "not canonical")
    is_found("another_ledgers_old_checkpoint", folder, key, folder + ".old",
             get(os.path.join(os.path.dirname(folder), "other.old")), "the ledger was changed", "--old", folder + ".old")
    is_found("an_older_checkpoint_that_is_larger", folder, key, folder + ".old",
             get(os.path.join(os.path.dirname(folder), "larger", "checkpoint")), "the ledger only 600", "--old", folder + ".old")
    extra = os.path.join(folder, "tile", "0", "003")
    put(extra, bytes(8192))
    code, text = said(key, folder)
    ok("a_tile_too_many", code == 1 and "does not belong" in text, text)
    os.remove(extra)

    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    ok("a_changed_key", said(wrong, folder)[0] == 1)
    name, number, rest = key.split("+", 2)
    code, text = said(f"{name}+00000000+{rest}", folder)
    ok("a_key_with_another_number", code == 1 and "does not fit" in text, text)
    octets = base64.b64decode(rest)
    code, text = said(f"{name}+{number}+{base64.b64encode(changed(octets, 0)).decode()}", folder)
    ok("a_key_of_another_kind", code == 1 and "not of the form" in text, text)


def rewritten(work, folder, key):
    """A ledger with one entry changed in which everything fits but the signature."""
    copy = os.path.join(work, "rewritten")
    shutil.copytree(folder, copy)
    bundle = os.path.join(copy, "tile/entries/002.p/88")
    put(bundle, get(bundle).replace(b"host-599.", b"host-998.", 1))
    tile = os.path.join(copy, "tile/0/002.p/88")
    leaves = [module.leaf_hash(e) for e in module.bundle_entries(bundle, 88)]
    put(tile, b"".join(leaves))
    code, text = said(key, copy)
    ok("a_rewritten_ledger_fails_at_its_root", code == 1 and "do not give the root" in text, text)


def commands(folder, key):
    def run(*arguments):
        return subprocess.run([sys.executable, checker, *arguments], capture_output=True, text=True, timeout=60, check=False)

    whole = run(key, folder, "--old", folder + ".old", "--proof", folder + ".tlog-proof")
    ok("the_command_says_what_holds", whole.returncode == 0 and whole.stdout.count("ok: ") == 5 and not whole.stderr, whole)
    missing = run(key, folder + ".none")
    ok("a_folder_that_is_not_there", missing.returncode == 1 and "cannot read" in missing.stdout and not missing.stderr, missing)
    ok("usage", all(run(*a).returncode == 2 for a in ([], [key], [key, "--old", "x"], [key, folder, "--entry", "x"])))


def example(work):
    """The document's example is run as it stands."""
    text = get(document).decode().split("```sh\n")[1].split("```")[0]
    folder = os.path.join(work, "example")
    os.mkdir(folder)
    os.symlink(checker, os.path.join(folder, "hinomi-ledger-check"))
    run = subprocess.run(["sh", "-eu"], input=text, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
                         env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]})
    wanted = [line.split("  # ")[1] for line in text.split("\n") if line.startswith(("hex root", "echo"))]
    ok("the_example_of_the_document", run.returncode == 0 and run.stdout.count("ok: ") == 4 and all(w in run.stdout for w in wanted), run)


with tempfile.TemporaryDirectory(prefix="hinomi-ledger-check.") as work:
    vectors()
    canonical()
    sizes(work)
    ledger(work, "larger", 700, 5, 5)
    other, _ = ledger(work, "other", 700, 301, 5, salt=1)  # another history under the same key
    folder, key = ledger(work, "ledger", 600, 300, 299)
    proofs(folder, key, other)
    changes(folder, key)
    rewritten(work, folder, key)
    commands(folder, key)
    example(work)
sys.exit(failed > 0)
