"""Bundles whose manifest or last line is not the one that etcdpack writes, and ones that look like two."""

import copy
import hashlib
import json
import re

from bundle import EMPTY_ZIP, seal, signature

# A key that has signed nothing here, and a signature of nothing.
OTHER = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHYxDPVaa9VBOWfK3Aagfi9ksTic8nihyap6E5JYPsale44s8U4BV2LSYfhl7PsjXt2UttTON5lQ36pk3KWJx7Q=="
TWIN = signature(b"").decode()
# The manifest with other text, entries and sums being right.
TEXTS = {
    "empty": lambda text: b"",
    "not-json": lambda text: b"<html>please log in</html>",
    "null": lambda text: b"null\n",
    "array": lambda text: b"[" + text + b"]",
    "cut": lambda text: text[:-40],
    "no-newline": lambda text: text[:-1],
    "two-newlines": lambda text: text + b"\n",
    "crlf": lambda text: text.replace(b"\n", b"\r\n"),
    "compact": lambda text: json.dumps(json.loads(text)).encode() + b"\n",
    "sorted": lambda text: json.dumps(json.loads(text), indent=2, sort_keys=True).encode() + b"\n",
    "byte-order-mark": lambda text: b"\xef\xbb\xbf" + text,
    "utf16": lambda text: text.decode().encode("utf-16"),
    "something-behind": lambda text: text + b"{}\n",
    "second-document": lambda text: text + text,
    "nul-behind": lambda text: text + b"\0",
    "trailing-comma": lambda text: text.replace(b"\n}\n", b",\n}\n"),
    "comment": lambda text: b"// hello\n" + text,
    "deep": lambda text: text.replace(b"{", b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b",", 1),
    "larger-than-256-kib": lambda text: text + b" " * 262_144,
    "duplicate-key": lambda text: text.replace(b'{\n', b'{\n  "host": "evil",\n', 1),
    "duplicate-schema": lambda text: text.replace(b'{\n', b'{\n  "schema": 1,\n', 1),
    "duplicate-inner-key": lambda text: text.replace(b'"release": {', b'"release": {\n    "origin": "nobody",', 1),
    "unknown-field": lambda text: text.replace(b"{\n", b'{\n  "more": 1,\n', 1),
    "unknown-field-of-two-lines": lambda text: text.replace(b"{\n", b'{\n  "more\\nerror: nothing": 1,\n', 1),
    "unknown-field-that-clears-the-screen": lambda text: text.replace(b"{\n", b'{\n  "\\u001b[2J": 1,\n', 1),
    "unknown-field-of-100-kib": lambda text: text.replace(b"{\n", b'{\n  "' + b"m" * 100_000 + b'": 1,\n', 1),
    "unknown-inner-field": lambda text: text.replace(b'"release": {', b'"release": {\n    "more": 1,', 1),
    "escaped-key": lambda text: text.replace(b'"schema"', b'"\\u0073chema"'),
    "escaped-slash": lambda text: text.replace(b'"etcd/', b'"etcd\\/'),
    "lone-surrogate": lambda text: text.replace(b'"origin": "', b'"origin": "\\ud800'),
    "not-utf8": lambda text: text.replace(b'"origin": "', b'"origin": "\xff'),
    "nan": lambda text: text.replace(b'"stop-seconds": ', b'"stop-seconds": NaN, "x": '),
    "capital-digest": lambda text: re.sub(rb'"sha256": "[0-9a-f]+"', lambda found: found[0][:10] + found[0][10:].upper(), text),
}
# One field with another value.
VALUES = {
    "schema-0": ("schema", 0), "schema-1": ("schema", 1), "schema-2": ("schema", 2), "schema-4": ("schema", 4), "schema-of-4-gib": ("schema", 2**32), "schema-negative": ("schema", -1),
    "schema-text": ("schema", "1"), "schema-float": ("schema", 1.0), "schema-null": ("schema", None),
    "port-of-schema-2": ("client-port", 2379), "port-0": ("members.0.client-url", "https://10.90.0.11:0"),
    "port-65536": ("members.0.peer-url", "https://10.90.0.11:65536"), "port-of-peers-for-clients": ("members.0.client-url", "https://10.90.0.11:2380"),
    "url-none": ("members.0.peer-url", None), "url-path": ("members.0.peer-url", "https://10.90.0.11:2380/"),
    "url-name": ("members.0.peer-url", "https://n1:2380"), "url-http": ("members.0.client-url", "http://10.90.0.11:2379"),
    "url-escape": ("members.0.peer-url", "https://n1\x1b[2J:2380"), "url-other-address": ("members.0.peer-url", "https://10.90.0.99:2380"),
    "listen-none": ("listen", None), "listen-everywhere": ("listen.clients.0", "https://0.0.0.0:2379"),
    "listen-in-the-clear": ("listen.clients.1", "http://10.90.0.11:2379"), "state-none": ("state", None),
    "state-unknown": ("state.phase", "lost"), "founders-none": ("state.founders", []),
    "peer-name-comma": ("peer-names", ["a,b"]), "peer-name-quote": ("peer-names", ["a' --x '"]), "peer-names-none": ("peer-names", None),
    "wal-elsewhere": ("layout.wal", "/w"), "monitoring": ("monitoring", {}),
    "backup": ("backup", {"every-seconds": 1, "keep": 1, "dir": "/b", "recipients": []}),
    "arch-unknown": ("arch", "sparc"), "user-root-in-shell": ("user", "etcd; reboot"), "user-empty": ("user", ""),
    "host-with-a-slash": ("host", "../n1"), "host-escape": ("host", "n1\x1b[2J"), "member-not-listed": ("member", "n2"),
    "members-none": ("members", []), "cluster-with-percent": ("cluster", "a%i"), "token-of-10-kib": ("token", "t" * 10_000),
    "made-by-escape": ("etcdpack", "0.1.0\x1b[2J"), "made-by-two-lines": ("etcdpack", "0.1.0\nerror: nothing"),
    "made-by-c1-control": ("etcdpack", "0.1.0\x9b2J"), "made-by-number": ("etcdpack", 1),
    "origin-escape": ("release.origin", "\x1b]0;owned\x07"), "version-of-two-parts": ("release.version", "3.5"),
    "version-dots": ("release.version", "3.5.1/../.."), "release-is-the-readme": ("release.entry", "README.txt"),
    "release-is-nothing": ("release.entry", "etcd/other.tar.gz"), "program-dots": ("release.programs.0.name", "../etcd"),
    "program-below": ("release.programs.0.name", "certs/etcd"), "program-absolute": ("release.programs.0.name", "/bin/sh"),
    "program-other": ("release.programs.0.name", "bash"), "program-twice": ("release.programs.0.name", "etcdctl"),
    "program-size-negative": ("release.programs.0.size", -1), "digest-short": ("release.programs.0.sha256", "abcd"),
    "provenance-none": ("provenance", None), "provenance-empty": ("provenance", {}),
    "signer-another": ("provenance.signer", OTHER), "signer-none": ("provenance.signer", None), "signer-text": ("provenance.signer", "me"),
    "signer-off-the-curve": ("provenance.signer", OTHER[:-8] + "AAAAAA=="), "signer-in-lines": ("provenance.signer", OTHER[:64] + "\n" + OTHER[64:]),
    "serial-0": ("provenance.serial", 0), "serial-negative": ("provenance.serial", -1), "serial-of-2-to-64": ("provenance.serial", 2**64),
    "cluster-id-capital": ("provenance.cluster-id", "A" * 32), "cluster-id-short": ("provenance.cluster-id", "0" * 31),
    "succession-to-nobody": ("provenance.succession", [{"from": OTHER, "to": OTHER, "signature": TWIN}]),
    "path-relative": ("layout.data", "data"), "path-dots": ("layout.data", "/data/../etc"), "path-root": ("layout.data", "/"),
    "path-space": ("layout.data", "/da ta"), "path-newline": ("layout.data", "/data\n[Service]"), "path-of-2-kib": ("layout.data", "/d" * 1024),
    "manager-unknown": ("service.manager", "cron"), "stop-float": ("service.stop-seconds", 1.5),
    "wheel-is-the-readme": ("service.wheels", ["README.txt"]), "entry-size": ("entries.1.size", 1),
    "entry-size-of-4-gib": ("entries.1.size", 2**32), "entry-digest": ("entries.1.sha256", "0" * 64),
    "entry-purpose-unknown": ("entries.1.purpose", "run"), "entry-purpose-none": ("entries.1.purpose", None),
    "entry-name": ("entries.1.name", "other.txt"), "entries-none": ("entries", []),
    "place-setuid": ("entries.3.purpose.place.mode", "4755"), "place-mode-other": ("entries.3.purpose.place.mode", "0666"),
    "place-mode-number": ("entries.3.purpose.place.mode", 420), "place-owner-unknown": ("entries.3.purpose.place.owner", "nobody"),
    "place-when-unknown": ("entries.3.purpose.place.when", "never"), "place-relative": ("entries.3.purpose.place.path", "etc/x"),
    "place-dots": ("entries.3.purpose.place.path", "/opt/../etc/x"),
}


def with_text(change):
    def build(bundle):
        text = bundle.entries[-1].data
        bundle.entries[-1].data = change(text)
        assert bundle.entries[-1].data != text, "the change changes nothing"
        return bundle.write()
    return build


def with_value(path, value):
    def build(bundle):
        *above, last = (int(part) if part.isdigit() else part for part in path.split("."))
        at = bundle.manifest
        for part in above:
            at = at[part]
        at[last] = value
        bundle.entries[-1].data = bundle.text()
        return bundle.write()
    return build


def with_list(change):
    def build(bundle):
        change(bundle.manifest["entries"])
        bundle.entries[-1].data = bundle.text()
        return bundle.write()
    return build


# The last line, and what is around it.
SEALS = {
    "swapped-case": lambda body: seal(body)[:15] + seal(body)[15:].swapcase(),
    "other-label": lambda body: seal(body).replace(b"ETCDPACK2", b"ETCDPACK1"),
    "of-the-first-version": lambda body: f"{'ETCDPACK1 sha256 ' + hashlib.sha256(body).hexdigest():<127}\n".encode(),
    "of-other-bytes": lambda body: seal(b"other"),
    "of-all": lambda body: seal(body + b" " * 128),
    "of-the-beginning": lambda body: seal(body[:len(body) // 2]),
    "of-the-end": lambda body: seal(body[len(body) // 2:]),
    "the-high-twin": lambda body: seal(body, high=True),
    "cut-short": lambda body: f"{'ETCDPACK2 p256 ' + signature(body).decode()[:-4]:<127}\n".encode(),
    "no-signature": lambda body: f"{'ETCDPACK2 p256 ':<127}\n".encode(),
    "zeroes-for-numbers": lambda body: f"{'ETCDPACK2 p256 MAYCAQACAQA=':<127}\n".encode(),
    "no-newline": lambda body: seal(body)[:-1] + b" ",
    "carriage-return": lambda body: seal(body)[:-2] + b"\r\n",
    "zeroes-for-spaces": lambda body: seal(body).replace(b" " * 9, bytes(9), 1),
    "text-for-spaces": lambda body: seal(body).replace(b" " * 9, b" trust me", 1),
    "short": lambda body: seal(body)[:-10] + b"\n",
    "long": lambda body: seal(body)[:-1] + b" \n",
    "twice": lambda body: seal(body) + seal(body + seal(body)),
    "blank": lambda body: b" " * 127 + b"\n",
    "zeroes": lambda body: bytes(128),
}
TAILS = {"zero": b"\0", "newline": b"\n", "zip": EMPTY_ZIP, "signature-of-gpg": b"-----BEGIN PGP SIGNATURE-----\n", "megabyte": bytes(1 << 20)}


def with_seal(make):
    def build(bundle):
        bundle.comment = make
        return bundle.write()
    return build


def with_tail(tail):
    def build(bundle):
        bundle.tail = tail
        return bundle.write()
    return build


def imitated(bundle):
    """An installer that ends like a bundle, and nothing behind it."""
    return bundle.elf + EMPTY_ZIP[:20] + b"\x80\0" + seal(b"other")


def cases(case):
    for title, change in TEXTS.items():
        case(f"manifest-{title}", with_text(change))
    for title, (path, value) in VALUES.items():
        case(f"manifest-{title}", with_value(path, value))
    case("manifest-order", with_list(lambda entries: entries.reverse()))
    case("manifest-entry-twice", with_list(lambda entries: entries.append(entries[0])))
    case("manifest-entry-less", with_list(lambda entries: entries.pop()))
    case("manifest-lists-itself", with_list(lambda entries: entries.append(dict(entries[1], name="manifest.json"))))
    for title, make in SEALS.items():
        case(f"trailer-{title}", with_seal(make))
    for title, tail in TAILS.items():
        case(f"behind-{title}", with_tail(tail))
    case("installer-alone", lambda bundle: bundle.elf)
    case("installer-imitates-a-trailer", imitated)
    case("two-bundles", lambda bundle: bundle.write() + bundle.write())


def good(case):
    """What must be taken: an untouched bundle, and an installer with a whole other bundle inside it."""
    def fat(bundle):
        inner = copy.deepcopy(bundle)
        # Both installers would be more than one may have.
        inner.elf = inner.elf[:64]
        bundle.elf += inner.write()
        return bundle.write()
    def longer(bundle):
        bundle.elf += b"PK\7\x08"
        return bundle.write()
    case("installer-that-ends-like-a-spanned-zip", longer)
    case("untouched", lambda bundle: bundle.write())
    case("installer-with-a-bundle-inside", fat)
