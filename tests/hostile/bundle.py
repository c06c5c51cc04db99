"""A bundle in pieces, put together again with any piece out of true.

Without a change it comes out byte for byte as etcdpack wrote it, and whatever is changed, the last line signs it, with the
tests' own key: so the structure must be what a reader refuses, not the signature.
"""

import base64
import hashlib
import json
import os
import struct
import subprocess
import zlib

TRAILER = 128
LOCAL = [("sig", "4s"), ("needed", "H"), ("flags", "H"), ("method", "H"), ("time", "H"), ("date", "H"), ("crc", "I"),
         ("csize", "I"), ("size", "I"), ("name_len", "H"), ("extra_len", "H")]
CENTRAL = ([("sig", "4s"), ("made", "H")] + LOCAL[1:]
           + [("comment_len", "H"), ("disk", "H"), ("internal", "H"), ("external", "I"), ("offset", "I")])
END = [("sig", "4s"), ("disk", "H"), ("cd_disk", "H"), ("here", "H"), ("entries", "H"), ("size", "I"), ("offset", "I"),
       ("comment_len", "H")]
EMPTY_ZIP = b"PK\5\6" + bytes(18)


def pack(fields, values):
    return struct.pack("<" + "".join(code for _, code in fields), *(values[name] for name, _ in fields))


KEY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lab/signing-key.pem")
# The order of the curve P-256 (SEC 2, 2.4.2).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def integers(der):
    """The two numbers of a signature."""
    at = 2
    for _ in range(2):
        length = der[at + 1]
        yield int.from_bytes(der[at + 2:at + 2 + length], "big")
        at += 2 + length


def integer(number):
    data = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([2, len(data)]) + data


def signature(body, high=False):
    """By the tests' key: with the lower of the two numbers that `s` can be, as etcdpack signs, or with the other."""
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", KEY], input=bytes(body), capture_output=True, check=True).stdout
    r, s = integers(der)
    low = min(s, ORDER - s)
    numbers = integer(r) + integer(ORDER - low if high else low)
    return base64.b64encode(bytes([0x30, len(numbers)]) + numbers)


def seal(body, **how):
    return f"{'ETCDPACK2 p256 ' + signature(body, **how).decode():<127}\n".encode()


class Entry:
    def __init__(self, name, mode, data):
        self.name, self.mode, self.data = name, mode, data
        self.local, self.central = {}, {}  # fields to be written instead, and `name`, `extra`, `comment`
        self.before = self.after = b""  # bytes around it

    def both(self, **fields):
        self.local.update(fields)
        self.central.update(fields)

    def fields(self, overrides):
        name, extra = overrides.get("name", self.name), overrides.get("extra", b"")
        values = {"needed": 10, "flags": 0, "method": 0, "time": 0, "date": 0x21, "crc": zlib.crc32(self.data),
                  "csize": len(self.data), "size": len(self.data), "name_len": len(name), "extra_len": len(extra)}
        return name, extra, values

    def header(self):
        name, extra, values = self.fields(self.local)
        return pack(LOCAL, {**values, "sig": b"PK\3\4", **self.local}) + name + extra

    def line(self, offset):
        name, extra, values = self.fields(self.central)
        comment = self.central.get("comment", b"")
        values |= {"sig": b"PK\1\2", "made": 0x0314, "comment_len": len(comment), "disk": 0, "internal": 0,
                   "external": (0o100000 | self.mode) << 16, "offset": offset}
        return pack(CENTRAL, values | self.central) + name + extra + comment


class Bundle:
    def __init__(self, whole):
        end = len(whole) - TRAILER - 22
        entries, _, at = struct.unpack("<HII", whole[end + 10:end + 20])
        self.entries = []
        for _ in range(entries):
            values = dict(zip((name for name, _ in CENTRAL),
                              struct.unpack("<" + "".join(code for _, code in CENTRAL), whole[at:at + 46])))
            name = whole[at + 46:at + 46 + values["name_len"]]
            start = values["offset"] + 30 + len(name)
            data = whole[start:start + values["size"]]
            self.entries.append(Entry(name, values["external"] >> 16 & 0o777, data))
            at += 46 + len(name)
            if len(self.entries) == 1:
                self.elf = whole[:values["offset"]]
        self.manifest = json.loads(self.entries[-1].data)
        self.end = {}
        self.before_directory = self.before_end = self.tail = b""
        self.more_lines = []  # of the directory, each a function of the offsets
        self.comment = None  # instead of the trailer, a function of what is before it
        self.order = None  # of the directory's lines

    def __getitem__(self, name):
        return next(entry for entry in self.entries if entry.name == name.encode())

    def text(self):
        """The manifest as etcdpack writes it."""
        return (json.dumps(self.manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")

    def list(self):
        """Makes the manifest tell of the entries as they are."""
        for entry, said in zip(self.entries, self.manifest["entries"]):
            said["name"] = entry.name.decode("utf-8", "surrogateescape")
            said["size"], said["sha256"] = len(entry.data), hashlib.sha256(entry.data).hexdigest()
        self.entries[-1].data = self.text()

    def write(self):
        out, offsets = bytearray(self.elf), []
        for entry in self.entries:
            out += entry.before
            offsets.append(len(out))
            out += entry.header() + entry.data + entry.after
        out += self.before_directory
        offset = len(out)
        for n in self.order or range(len(self.entries)):
            out += self.entries[n].line(offsets[n])
        for line in self.more_lines:
            out += line(offsets)
        size = len(out) - offset
        out += self.before_end(out, offset, size) if callable(self.before_end) else self.before_end
        lines = len(self.entries) + len(self.more_lines)
        values = {"sig": b"PK\5\6", "disk": 0, "cd_disk": 0, "here": lines, "entries": lines, "size": size,
                  "offset": offset, "comment_len": TRAILER}
        out += pack(END, values | self.end)
        out += self.comment(bytes(out)) if self.comment else seal(out)
        return bytes(out) + self.tail
