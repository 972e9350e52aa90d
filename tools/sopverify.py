#!/usr/bin/env python3
"""Checks an evidence bundle of SOPsite on a machine that has nothing but Python 3.9 or newer. No network.

    python3 sopverify.py bundle.zip --key FINGERPRINT [--anchor checkpoints.txt …] [--json]

FINGERPRINT is the SHA-256 of the installation's public key, given to you by another way than the bundle. An anchor is
a file of checkpoints that you kept from earlier. Exit code: 0 all good, 1 something was altered or is missing,
2 cannot tell. The format is described in docs/evidence-format.md, so that anybody can write another such program.
"""

import argparse
import base64
import functools
import hashlib
import json
import pathlib
import re
import sys
import zipfile

FORMAT = "sopsite-evidence/1"
FIXED = ("manifest.json", "manifest.note", "events.jsonl", "checkpoints.txt", "proofs.json")
LINE = re.compile("\u2014 ([^ \n]+) ([^ \n]+)\n")
NOTE = re.compile(r"((?:[^\n]+\n)+)\n((?:" + LINE.pattern + r")+)\n?")
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Return the sum of two points in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(number, point):
    """Return a point taken a number of times."""
    total = (0, 1, 1, 0)
    while number:
        total = add(total, point) if number & 1 else total
        point, number = add(point, point), number >> 1
    return total


def point_of(raw):
    """Return the point that 32 bytes stand for; raises ValueError for bytes that stand for none (RFC 8032, 5.1.3)."""
    y, sign = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("these bytes are no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, signature, message):
    """Return whether an Ed25519 signature over a message is right (RFC 8032, 5.1.7)."""
    key, first, rest = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    number = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(rest, BASE), add(first, times(number, key))
    return rest < ORDER and all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))


def sha256(data):
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    """Return canonical JSON (RFC 8785) of what an event holds; raises ValueError for fractions, which it never does."""

    def ordered(pairs):
        return dict(sorted(pairs, key=lambda pair: pair[0].encode("utf-16-be")))

    read = json.loads(json.dumps(value), parse_float=int, parse_constant=int, object_pairs_hook=ordered)
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"))


def node(left, right):
    """Return the hash over two subtrees (RFC 9162)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots_at(hashes, sizes):
    """Return the Merkle root over the first n hashes, for each wanted n."""
    found, frontier = {}, []
    for count, leaf in enumerate(hashes, 1):
        top, rest = hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest(), count - 1
        while rest & 1:
            top, rest = node(frontier.pop(), top), rest >> 1
        frontier.append(top)
        if count in sizes:
            found[count] = functools.reduce(lambda right, left: node(left, right), reversed(frontier))
    return found


def root_by_inclusion(found, index, size, path):
    """Return the root that an inclusion proof leads to from a leaf's hash (RFC 9162, 2.1.3.1, read backwards)."""
    if size == 1:
        (found,) = [found, *path]  # a proof that is too long ends here, one that is too short a line below
        return found
    rest, beside = path[:-1], bytes.fromhex(path[-1])
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return node(root_by_inclusion(found, index, half, rest), beside)
    return node(beside, root_by_inclusion(found, index - half, size - half, rest))


def roots_by_consistency(old, new, known, path):
    """Return the roots of the first old and of all new leaves (RFC 9162, 2.1.4.1, read backwards); known: the old."""
    if old == new:
        (root,) = [known, *path] if known else [bytes.fromhex(part) for part in path]
        return root, root
    rest, beside = path[:-1], bytes.fromhex(path[-1])
    half = 1 << (new - 1).bit_length() - 1
    if old <= half:
        first, second = roots_by_consistency(old, half, known, rest)
        return first, node(second, beside)
    first, second = roots_by_consistency(old - half, new - half, None, rest)
    return node(beside, first), node(beside, second)


def tried(function, *given):
    """Return what a function gives, None where what it was given is spoilt."""
    try:
        return function(*given)
    except (ArithmeticError, LookupError, ValueError):
        return None


def der(data):
    """Return the parts of DER bytes, each as its content and as a whole with tag and length."""
    parts, at = [], 0
    while at + 1 < len(data):
        size, start = data[at + 1], at + 2
        if size & 128:
            start, size = start + (size & 127), int.from_bytes(data[start : start + (size & 127)], "big")
        parts.append((data[start : start + size], data[at : start + size]))
        at = start + size
    return parts


def inside(data, *path):
    """Return the content of the part that a path leads to: at each step the number of the part to go into."""
    return inside(der(data)[path[0]][0], *path[1:]) if path else data


def is_sealed(pdf, certificate):
    """Return whether one signature covers the whole PDF and was made by a certificate's key (RFC 5652, RFC 8017)."""
    ((first, size, rest, tail),) = (map(int, found) for found in RANGE.findall(pdf))
    if (first, rest + tail, pdf[size : size + 1], pdf[rest - 1 : rest]) != (0, len(pdf), b"<", b">"):
        return False
    cms = bytes.fromhex(pdf[size + 1 : rest - 1].decode())
    signer = der(inside(cms, 0, 1, 0, 4, 0))  # ContentInfo, [0], SignedData, signerInfos, the first of them
    attributes, signature = b"\x31" + signer[3][1][1:], signer[5][0]
    key = inside(certificate, 0, 0, 6, 1)[1:]  # Certificate, what is signed of it, public key, its bits
    modulus, exponent = (int.from_bytes(inside(key, 0, number), "big") for number in (0, 1))
    proof = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(attributes).digest()
    padded = b"\x00\x01" + b"\xff" * (len(signature) - len(proof) - 3) + b"\x00" + proof
    digest = bytes.fromhex("06092a864886f70d01090431220420") + hashlib.sha256(pdf[:size] + pdf[rest:]).digest()
    good = pow(int.from_bytes(signature, "big"), exponent, modulus) == int.from_bytes(padded, "big")
    return good and digest in attributes and certificate in cms


def notes_in(text):
    """Return the signed notes of a text as (text, signatures: name, key id, signature)."""
    found = []
    for block in NOTE.finditer(text):
        raw = [(name, base64.b64decode(value, validate=True)) for name, value in LINE.findall(block[2])]
        found.append((block[1], [(name, value[:4], value[4:]) for name, value in raw]))
    if NOTE.sub("", text):
        raise ValueError("a signed note cannot be read")
    return found


def signers(said, lines, keys):
    """Return the fingerprints of the known keys that signed a text; a wrong signature of a known key gives None."""
    good = set()
    for name, key_id, signature in lines:
        named = {each for each in keys if sha256(name.encode() + b"\n\x01" + keys[each])[:8] == key_id.hex()}
        if not all(tried(is_signed, keys[each], signature, said.encode()) for each in named):
            return None
        good |= named
    return good


class Verifier:
    """One bundle, checked part by part; every finding is kept."""

    def __init__(self, path, fingerprint, anchors):
        self.path, self.fingerprint, self.anchors = path, (fingerprint or "").lower(), anchors
        self.findings, self.sealed = [], 0

    def say(self, outcome, sentence):
        """Keep one finding: OK, FAIL or UNSURE."""
        self.findings.append((outcome, sentence))

    def need(self, holds, sentence):
        """Keep a failure unless something holds; return whether it does."""
        return bool(holds) or self.say("FAIL", sentence)

    def run(self):
        """Check everything and return the exit code."""
        try:
            self.open()
            self.check_keys()
            self.check_manifest()
            self.check_events()
            self.check_checkpoints()
            self.check_documents()
            self.check_signatures()
        except Exception as error:  # whatever a spoilt file makes this raise is a fault of the file
            self.say("FAIL", f"it cannot be checked to its end: {error} ({type(error).__name__})")
        outcomes = {outcome for outcome, _ in self.findings}
        return 1 if "FAIL" in outcomes else 2 if "UNSURE" in outcomes else 0

    def open(self):
        """Read every file of the zip into memory."""
        with zipfile.ZipFile(self.path) as bundle:
            entries = bundle.infolist()
            names, size = {entry.filename for entry in entries}, sum(entry.file_size for entry in entries)
            if len(names) != len(entries) or size > 2 * 1024**3:
                raise ValueError("a file is in the bundle twice, or it unpacks to more than 2 GB")
            self.files = {entry.filename: bundle.read(entry) for entry in entries}
        if not set(FIXED) <= set(self.files):
            raise ValueError(f"one of {', '.join(FIXED)} is missing")
        self.manifest = json.loads(self.files["manifest.json"])
        if self.manifest.get("format") != FORMAT:
            raise ValueError(f"this program reads {FORMAT}, not {self.manifest.get('format')}")
        self.say("OK", f"format {FORMAT}, {len(self.files)} files, {self.manifest['scope']}")

    def check_keys(self):
        """Trust the key whose fingerprint was given, and those that it is tied to by changes that both signed."""
        offered = [base64.b64decode(data) for name, data in self.files.items() if name.endswith(".pub")]
        every = {sha256(public): public for public in offered}
        self.keys = {name: public for name, public in every.items() if self.fingerprint in ("", name)}
        if not self.keys:
            raise ValueError("no key in the bundle has the fingerprint that you gave")
        changes = notes_in(self.files.get("keys/rotations.txt", b"").decode())
        for said, lines in changes * len(changes):
            pair = dict(line.split(" ", 1) for line in said.splitlines()[1:])
            both = {pair["old"], pair["new"]}
            if both & set(self.keys) and signers(said, lines, every) == both:
                self.keys.update({each: every[each] for each in both})
        if self.fingerprint:
            self.say("OK", f"key {self.fingerprint[:16]}…, {len(self.keys)} of {len(offered)} keys trusted by it")
        else:
            self.say("UNSURE", "no fingerprint was given, so nobody can tell whose keys these are: use --key")

    def check_manifest(self):
        """Hold every file against the signed list of files."""
        notes = notes_in(self.files["manifest.note"].decode())
        wanted = f"{FORMAT} manifest\n{sha256(self.files['manifest.json'])}\n"
        good = len(notes) == 1 and notes[0][0] == wanted and signers(notes[0][0], notes[0][1], self.keys)
        self.need(good, "the list of files is not signed by a trusted key")
        listed = self.manifest["files"]
        for name in sorted(set(listed) | (set(self.files) - {"manifest.json", "manifest.note"})):
            if self.need(name in self.files, f"{name} is missing") and self.need(name in listed, f"{name} was added"):
                self.need(sha256(self.files[name]) == listed[name], f"{name} was altered")
        self.say("OK", f"{len(listed)} files held against the signed list") if good else None

    def check_events(self):
        """Recompute every event's hash, and the chain where the bundle holds all of it."""
        self.events = [json.loads(line) for line in self.files["events.jsonl"].decode().split("\n") if line]
        before, last = None, 0
        for item in self.events:
            event, number = item["event"], item["event"]["seq"]
            hashed = b"sop-audit/v1\n" + canonical(event).encode()
            self.need(sha256(hashed) == item["hash"], f"event {number} was altered")
            self.need(number > last, f"event {number} is not in its place")
            if self.manifest["whole"]:
                self.need(number == last + 1, f"events are missing before event {number}")
                self.need(event["prev"] == (before or "0" * 64), f"event {number} does not follow on the one before it")
            before, last = item["hash"], number
        self.need(len(self.events) == self.manifest["events"], "events are missing or were added")
        self.say("OK", f"{len(self.events)} events, each hash recomputed")

    def check_checkpoints(self):
        """Hold the events against the signed checkpoints, those in the bundle and those that you kept."""
        own = self.checkpoints_in("checkpoints.txt", self.files["checkpoints.txt"].decode())
        kept = [pair for name, text in self.anchors for pair in self.checkpoints_in(name, text).items()]
        if not own:
            self.say("UNSURE", "the bundle holds no checkpoint, so nothing ties its events to a time")
            return
        top, hashes = max(own), [item["hash"] for item in self.events]
        roots = roots_at(hashes, {*own, *dict(kept)}) if self.manifest["whole"] else self.proved(own, top)
        for size, root in own.items():
            self.need(roots.get(size) == root, f"the first {size} events are not those of their checkpoint")
        for size, root in kept:
            what = f"your checkpoint of size {size}"
            if size > top:
                self.say("FAIL", f"the bundle ends before {what}: it is older or cut off")
            elif size not in roots:
                self.say("UNSURE", f"the bundle has no proof for {what}")
            elif self.need(roots[size] == root, f"{what} is not of this trail: events before it were altered"):
                self.say("OK", f"{what} matches")
        later = sum(item["event"]["seq"] > top for item in self.events)
        self.say("UNSURE" if later else "OK", f"checkpoints up to size {top}; {later} newer events not yet anchored")

    def proved(self, own, top):
        """Hold each event against the newest checkpoint by its proof; return the checkpoints that agree with it."""
        proofs = json.loads(self.files["proofs.json"])
        for item in self.events:
            number, leaf = item["event"]["seq"], hashlib.sha256(b"\x00" + bytes.fromhex(item["hash"])).digest()
            path = proofs["inclusion"].get(str(number), [])
            good = number > top or tried(root_by_inclusion, leaf, number - 1, top, path) == own[top]
            self.need(good, f"event {number} is not proved by the newest checkpoint")
        ways = proofs["consistency"]
        led = {size: tried(roots_by_consistency, size, top, root, ways[str(size)]) for size, root in own.items()}
        return {size: root for size, root in own.items() if led[size] == (root, own[top])}

    def checkpoints_in(self, name, text):
        """Return the signed checkpoints of a text: root by size."""
        found = {}
        for said, lines in notes_in(text):
            origin, size, root = said.split("\n")[0], int(said.split("\n")[1]), base64.b64decode(said.split("\n")[2])
            self.need(origin == self.manifest["origin"], f"{name}: a checkpoint belongs to {origin}")
            self.need(signers(said, lines, self.keys), f"{name}: checkpoint {size} is not signed by a trusted key")
            found[size] = root
        return found

    def acts(self, *kinds):
        """Return the events of some kinds."""
        return [item["event"] for item in self.events if item["event"]["type"] in kinds]

    def check_documents(self):
        """Hold each PDF against the event that published it; one that is missing is a fault."""
        published = {event["payload"]["pdf_sha256"]: event for event in self.acts("version.published")}
        for digest, event in published.items():
            name, what = f"documents/{digest}.pdf", event["object"]["label"]
            if self.need(name in self.files, f"{what}: its PDF is missing"):
                self.need(sha256(self.files[name]) == digest, f"{what}: its PDF is not the one that was published")
                self.check_seal(what, event["payload"].get("seal_cert_sha256"), self.files[name])
        for name in set(self.files) - {f"documents/{digest}.pdf" for digest in published}:
            self.need(not name.startswith("documents/"), f"{name} was never published")
        self.say("OK", f"{len(published)} PDFs held against the events that published them, {self.sealed} sealed")

    def check_seal(self, what, wanted, pdf):
        """Check the seal of a PDF by the certificate that its publication names and a trusted key vouches for."""
        if wanted is None:
            return self.need(not self.sealed, f"{what}: it was published without a seal after others had been sealed")
        self.sealed += 1
        certificate, text = self.files.get(f"keys/{wanted}.crt", b""), self.files.get(f"keys/{wanted}.note", b"")
        about = f"sopsite seal certificate\ncertificate {sha256(certificate)}\n"
        notes = notes_in(text.decode())
        bound = any(said.startswith(about) and signers(said, lines, self.keys) for said, lines in notes)
        self.need(bound and sha256(certificate) == wanted, f"{what}: no trusted key vouches for its seal certificate")
        good = tried(is_sealed, pdf, certificate)
        return self.need(good, f"{what}: its seal is missing, broken or made by another key")

    def check_signatures(self):
        """Each published version was signed before, by distinct people, over the text that was published."""
        for event in self.acts("version.published"):
            what, digest = event["object"]["label"], event["payload"]["digest"]
            mine = [each for each in self.acts("version.submitted", "version.signed", "version.noted")
                    if each["object"]["id"] == event["object"]["id"] and each["seq"] < event["seq"]]  # fmt: skip
            author = next((each for each in reversed(mine) if each["type"] != "version.signed"), None)
            if not self.need(author, f"{what}: nobody signed as its author"):
                continue
            once, noted = author["payload"].get("one_step_each", True), author["type"] == "version.noted"
            self.need(author["payload"]["digest"] == digest, f"{what}: its author signed another text")
            signed = [each for each in mine if each["type"] == "version.signed" and each["seq"] > author["seq"]]
            people = [(each["actor"]["id"], once or each["payload"]["position"]) for each in signed]
            apart = len(set(people)) == len(people) and author["actor"]["id"] not in dict(people)
            self.need(apart, f"{what}: one person signed two of its steps")
            self.need(noted or any(each["payload"]["last"] for each in signed), f"{what}: its approval is not complete")
        self.say("OK", f"{len(self.acts('version.published'))} published versions: signed before, by distinct people")


def main(arguments=None):
    """Check a bundle, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle of SOPsite.")
    parser.add_argument("bundle")
    parser.add_argument("--key", metavar="FINGERPRINT", help="SHA-256 of the installation's public key")
    parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="checkpoints that you kept")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        anchors = [(name, pathlib.Path(name).read_text(encoding="utf-8")) for name in given.anchor]
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}")
    verifier = Verifier(given.bundle, given.key, anchors)
    code = verifier.run()
    found = [{"outcome": outcome, "says": sentence} for outcome, sentence in verifier.findings]
    told = map("{outcome:6} {says}".format_map, found)
    print(json.dumps({"exit": code, "findings": found}) if given.json else "\n".join(told))
    return code


if __name__ == "__main__":
    sys.exit(main())
