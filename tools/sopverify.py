#!/usr/bin/env python3
"""Checks an evidence bundle of SOPsite on a machine that has nothing but Python 3.9 or newer. No network.

    python3 sopverify.py bundle.zip --key FINGERPRINT [--anchor checkpoints.txt …] [--json]

FINGERPRINT is the SHA-256 of the installation's public key, given to you by another way than the bundle. An anchor is
a file of checkpoints that you kept from earlier. Exit code: 0 all good, 1 something was altered or is missing,
2 cannot tell. The format is described in docs/evidence-format.md, so that anybody can write another such program.
"""

import argparse
import base64
import hashlib
import itertools
import json
import pathlib
import re
import sys
import zipfile

FORMAT = "sopsite-evidence/1"
FIXED = ("manifest.json", "manifest.note", "events.jsonl", "checkpoints.txt", "proofs.json")
DASH = "\u2014 "
NOTE = re.compile(r"((?:[^\n]+\n)+)\n((?:" + DASH + r"[^ \n]+ [^ \n]+\n)+)\n?")
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d01090431220420")  # the attribute up to its 32 bytes
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # what stands before the hash (RFC 8017, 9.2)

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
    """Return the point that 32 bytes stand for, or None."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, signature, message):
    """Return whether the signature over the message is right."""
    key, first, rest = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or key is None or first is None or rest >= ORDER:
        return False
    number = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(rest, BASE), add(first, times(number, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def sha256(data):
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    """Return canonical JSON (RFC 8785) of what an event holds: no fractions are allowed in it."""
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(item) for key, item in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise ValueError("an event holds a fraction")
    return json.dumps(value, ensure_ascii=False)


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
            total = frontier[-1]
            for left in reversed(frontier[:-1]):
                total = node(left, total)
            found[count] = total
    return found


def root_by_inclusion(found, index, size, path):
    """Return the root that an inclusion proof leads to from a leaf's hash (RFC 9162, 2.1.3.1, read backwards)."""
    if size == 1:
        (found,) = [found, *path]  # a proof that is too long ends here, one that is too short a line below
        return found
    *rest, beside = path
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return node(root_by_inclusion(found, index, half, rest), beside)
    return node(beside, root_by_inclusion(found, index - half, size - half, rest))


def roots_by_consistency(old, new, known, path):
    """Return the roots of the first old and of all new leaves (RFC 9162, 2.1.4.1, read backwards); known: the old."""
    if old == new:
        (root,) = [known, *path] if known else path
        return root, root
    *rest, beside = path
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
    except (ValueError, IndexError, StopIteration):
        return None


def der(data):
    """Yield the parts of DER bytes one after another: tag, content, and both with the length between them."""
    at = 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size & 128:
            start, size = start + (size & 127), int.from_bytes(data[start : start + (size & 127)], "big")
        yield data[at], data[start : start + size], data[at : start + size]
        at = start + size


def inside(data, *path):
    """Return the content of the part that a path leads to: at each step the number of the part to go into."""
    for number in path:
        data = next(itertools.islice(der(data), number, None))[1]
    return data


def is_sealed(pdf, certificate):
    """Return whether one signature covers the whole PDF and was made by a certificate's key (CMS, RSA, SHA-256)."""
    ((first, size, rest, tail),) = (map(int, found) for found in RANGE.findall(pdf))
    if (
        first
        or rest + tail != len(pdf)
        or pdf.count(b"/ByteRange") != 1
        or pdf[size] + pdf[rest - 1] != ord("<") + ord(">")
    ):
        return False
    cms = bytes.fromhex(pdf[size + 1 : rest - 1].decode())
    signer = list(der(inside(cms, 0, 1, 0, 4, 0)))  # ContentInfo, [0], SignedData, signerInfos, the first of them
    attributes, signature = b"\x31" + signer[3][2][1:], signer[5][1]
    key = inside(certificate, 0, 0, 6, 1)[1:]
    modulus, exponent = (int.from_bytes(inside(key, 0, number), "big") for number in (0, 1))
    shown = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(len(signature), "big")
    proof = SHA256_INFO + hashlib.sha256(attributes).digest()
    padded = b"\x00\x01" + b"\xff" * (len(signature) - len(proof) - 3) + b"\x00" + proof
    digest = MESSAGE_DIGEST + hashlib.sha256(pdf[:size] + pdf[rest:]).digest()
    return shown == padded and digest in attributes and certificate in cms


def notes_in(text):
    """Return the signed notes of a text as (text, signatures: name, key id, signature)."""
    found, at = [], 0
    while at < len(text):
        block = NOTE.match(text, at)
        if not block:
            raise ValueError("a signed note cannot be read")
        lines = [line[len(DASH) :].split(" ") for line in block[2].split("\n")[:-1]]
        raw = [(name, base64.b64decode(value, validate=True)) for name, value in lines]
        found.append((block[1], [(name, value[:4], value[4:]) for name, value in raw]))
        at = block.end()
    return found


def signers(said, lines, keys):
    """Return the fingerprints of the known keys that signed a text; a wrong signature of a known key gives None."""
    good = set()
    for name, key_id, signature in lines:
        for fingerprint, public in keys.items():
            if hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4] == key_id:
                if not is_signed(public, signature, said.encode()):
                    return None
                good.add(fingerprint)
    return good


class Stop(Exception):
    """Nothing further can be checked."""


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
            told = f"a file cannot be read to its end: {type(error).__name__}: {error}"
            self.say("FAIL", str(error) if isinstance(error, Stop) else told)
        outcomes = {outcome for outcome, _ in self.findings}
        return 1 if "FAIL" in outcomes else 2 if "UNSURE" in outcomes else 0

    def open(self):
        """Read every file of the zip into memory."""
        with zipfile.ZipFile(self.path) as bundle:
            entries = bundle.infolist()
            if sum(entry.file_size for entry in entries) > 2 * 1024**3:
                raise Stop("the bundle unpacks to more than 2 GB")
            if len({entry.filename for entry in entries}) != len(entries):
                raise Stop("a file is in the bundle twice")
            self.files = {entry.filename: bundle.read(entry) for entry in entries}
        if not set(FIXED) <= set(self.files):
            raise Stop(f"one of {', '.join(FIXED)} is missing, so nothing can be checked")
        self.manifest = json.loads(self.files["manifest.json"])
        if self.manifest.get("format") != FORMAT:
            raise Stop(f"this program reads {FORMAT}, not {self.manifest.get('format')}")
        self.say("OK", f"format {FORMAT}, {len(self.files)} files, {self.manifest['scope']}")

    def check_keys(self):
        """Trust the key whose fingerprint was given, and those that it is tied to by changes that both signed."""
        offered = {name: base64.b64decode(data) for name, data in self.files.items() if name.endswith(".pub")}
        self.all_keys = {sha256(public): public for public in offered.values()}
        self.keys = {}
        if not self.fingerprint:
            self.say("UNSURE", "no fingerprint was given, so nobody can tell whose keys these are: use --key")
            self.keys = dict(self.all_keys)
        elif self.fingerprint not in self.all_keys:
            raise Stop("no key in the bundle has the fingerprint that you gave")
        else:
            self.keys[self.fingerprint] = self.all_keys[self.fingerprint]
            changes = notes_in(self.files.get("keys/rotations.txt", b"").decode())
            for said, lines in changes * len(changes):
                pair = dict(line.split(" ", 1) for line in said.splitlines()[1:])
                both = {pair["old"], pair["new"]}
                if both & set(self.keys) and signers(said, lines, self.all_keys) == both:
                    self.keys.update({each: self.all_keys[each] for each in both})
            self.say("OK", f"key {self.fingerprint[:16]}…, {len(self.keys)} of {len(offered)} keys trusted by it")

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
        lines = self.files["events.jsonl"].decode().split("\n")
        self.events = [json.loads(line) for line in lines if line]
        before, last = None, 0
        for item in self.events:
            event, number = item["event"], item["event"]["seq"]
            self.need(
                sha256(b"sop-audit/v1\n" + canonical(event).encode()) == item["hash"], f"event {number} was altered"
            )
            self.need(number > last, f"event {number} is not in its place")
            if self.manifest["whole"]:
                self.need(number == last + 1, f"events are missing before event {number}")
                self.need(event["prev"] == (before or "0" * 64), f"event {number} does not follow on the one before it")
            before, last = item["hash"], number
        self.need(len(self.events) == self.manifest["events"], "events are missing or were added")
        self.say("OK", f"{len(self.events)} events, each hash recomputed")

    def check_checkpoints(self):
        """Hold the events against the signed checkpoints, those in the bundle and those that you kept."""
        proofs = json.loads(self.files["proofs.json"])
        own = self.checkpoints_in("checkpoints.txt", self.files["checkpoints.txt"].decode())
        if not own:
            self.say("UNSURE", "the bundle holds no checkpoint, so nothing ties its events to a time")
            return
        top = max(own)
        if self.manifest["whole"]:
            roots = roots_at([item["hash"] for item in self.events], set(own))
            for size, root in own.items():
                self.need(roots.get(size) == root, f"the first {size} events are not those of their checkpoint")
        else:
            for item in self.events:
                number, leaf = item["event"]["seq"], hashlib.sha256(b"\x00" + bytes.fromhex(item["hash"])).digest()
                path = [bytes.fromhex(part) for part in proofs["inclusion"].get(str(number), [])]
                good = number > top or tried(root_by_inclusion, leaf, number - 1, top, path) == own[top]
                self.need(good, f"event {number} is not proved by the newest checkpoint")
        for name, text in self.anchors:
            for size, root in self.checkpoints_in(name, text).items():
                self.hold_anchor(size, root, own, top, proofs)
        later = sum(item["event"]["seq"] > top for item in self.events)
        self.say("UNSURE" if later else "OK", f"checkpoints up to size {top}; {later} newer events not yet anchored")

    def hold_anchor(self, size, root, own, top, proofs):
        """Hold one checkpoint that the auditor kept against the bundle."""
        if size > top:
            self.say("FAIL", f"you hold a checkpoint of size {size}, the bundle ends at {top}: it is older or cut off")
            return
        if self.manifest["whole"]:
            same = roots_at([item["hash"] for item in self.events], {size}).get(size) == root
        elif str(size) in proofs["consistency"]:
            path = [bytes.fromhex(part) for part in proofs["consistency"][str(size)]]
            same = tried(roots_by_consistency, size, top, root, path) == (root, own[top])
        else:
            self.say("UNSURE", f"the bundle has no proof for your checkpoint of size {size}")
            return
        if self.need(same, f"your checkpoint of size {size} is not of this trail: events before it were altered"):
            self.say("OK", f"your checkpoint of size {size} matches")

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
        named = {f"documents/{digest}.pdf" for digest in published}
        for name in self.files:
            self.need(not name.startswith("documents/") or name in named, f"{name} was never published")
        self.say("OK", f"{len(published)} PDFs held against the events that published them")
        self.say("OK", f"{self.sealed} of them sealed; {len(published) - self.sealed} published before seals")

    def check_seal(self, what, wanted, pdf):
        """Check the seal of a PDF by the certificate that its publication names and a trusted key vouches for."""
        if wanted is None:
            self.need(not self.sealed, f"{what}: it was published without a seal after others had been sealed")
            return
        self.sealed += 1
        certificate, text = self.files.get(f"keys/{wanted}.crt", b""), self.files.get(f"keys/{wanted}.note", b"")
        bound = [1 for said, lines in notes_in(text.decode()) if signers(said, lines, self.keys)
                 and said.startswith(f"sopsite seal certificate\ncertificate {sha256(certificate)}\n")]  # fmt: skip
        self.need(bound and sha256(certificate) == wanted, f"{what}: no trusted key vouches for its seal certificate")
        self.need(tried(is_sealed, pdf, certificate), f"{what}: its seal is missing, broken or made by another key")

    def check_signatures(self):
        """Each published version was signed before, by distinct people, over the text that was published."""
        for event in self.acts("version.published"):
            what, digest = event["object"]["label"], event["payload"]["digest"]
            mine = [each for each in self.acts("version.submitted", "version.signed", "version.noted")
                    if each["object"]["id"] == event["object"]["id"] and each["seq"] < event["seq"]]  # fmt: skip
            authored = [each for each in mine if each["type"] != "version.signed"]
            if not self.need(authored, f"{what}: nobody signed as its author"):
                continue
            author = authored[-1]
            self.need(author["payload"]["digest"] == digest, f"{what}: its author signed another text")
            signed = [each for each in mine if each["type"] == "version.signed" and each["seq"] > author["seq"]]
            people = [each["actor"]["id"] for each in [author, *signed]]
            self.need(len(set(people)) == len(people), f"{what}: one person signed two of its steps")
            noted = author["type"] == "version.noted"
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
        print(f"{error.filename} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    verifier = Verifier(given.bundle, given.key, anchors)
    code = verifier.run()
    found = [{"outcome": outcome, "says": sentence} for outcome, sentence in verifier.findings]
    print(
        json.dumps({"exit": code, "findings": found})
        if given.json
        else "\n".join(map("{outcome:6} {says}".format_map, found))
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
