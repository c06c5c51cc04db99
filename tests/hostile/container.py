"""Bundles whose ZIP is not the one that etcdpack writes."""

import struct
import zlib

from bundle import EMPTY_ZIP, Entry, pack, seal

# What the directory says of an entry's kind and mode.
KINDS = {
    "symlink": 0o120777, "symlink-644": 0o120644, "directory": 0o040755, "fifo": 0o010644, "char-device": 0o020644,
    "block-device": 0o060644, "socket": 0o140644, "setuid": 0o104644, "setgid": 0o102644, "sticky": 0o101644,
    "no-kind": 0o644, "wide-mode": 0o100666, "executable": 0o100755,
}
# Fields out of true: in the local header, in the directory, in both.
FIELDS = {
    "flag-descriptor": {"flags": 8}, "flag-encrypted": {"flags": 1}, "flag-strong-encryption": {"flags": 0x41},
    "flag-utf8": {"flags": 0x800}, "flag-masked": {"flags": 0x2000}, "flag-patch": {"flags": 0x20},
    "method-deflate": {"method": 8}, "method-bzip2": {"method": 12}, "method-lzma": {"method": 14},
    "method-aes": {"method": 99}, "method-unknown": {"method": 65535}, "needed-45": {"needed": 45},
    "needed-0": {"needed": 0}, "date": {"date": 0x5ad1}, "time": {"time": 1}, "crc-0": {"crc": 0},
    "crc-other": {"crc": 0xDEADBEEF}, "size-0": {"size": 0, "csize": 0}, "size-1-more": {"size": 1 << 20, "csize": 1 << 20},
    "size-2-gib-less-1": {"size": 2**31 - 1, "csize": 2**31 - 1}, "size-4-gib-less-1": {"size": 2**32 - 1, "csize": 2**32 - 1},
    "size-4-gib-less-2": {"size": 2**32 - 2, "csize": 2**32 - 2}, "csize-other": {"csize": 1}, "size-other": {"size": 1},
    "name-length-0": {"name_len": 0}, "name-length-65535": {"name_len": 65535}, "extra-length-past-the-end": {"extra_len": 65535},
    "signature": {"sig": b"PK\7\x08"}, "signature-swapped": {"sig": b"KP\4\3"},
}
CENTRAL_FIELDS = {
    "made-by-dos": {"made": 20}, "made-by-macos": {"made": 0x1314}, "disk-1": {"disk": 1}, "disk-65535": {"disk": 65535},
    "internal-text": {"internal": 1}, "dos-directory-bit": {"external": (0o100644 << 16) | 0x10},
    "dos-read-only-bit": {"external": (0o100644 << 16) | 1}, "offset-0": {"offset": 0}, "offset-in-the-elf": {"offset": 4096},
    "offset-past-the-end": {"offset": 1 << 30}, "offset-4-gib-less-1": {"offset": 2**32 - 1},
    "offset-4-gib-less-31": {"offset": 2**32 - 31}, "comment": {"comment": b"hello"},
    "comment-with-a-zip": {"comment": EMPTY_ZIP}, "comment-length-65535": {"comment_len": 65535},
}
END_FIELDS = {
    "disk-1": {"disk": 1}, "directory-disk-1": {"cd_disk": 1}, "disk-65535": {"disk": 65535, "cd_disk": 65535},
    "entries-0": {"here": 0, "entries": 0}, "entries-1": {"here": 1, "entries": 1},
    "entries-65535": {"here": 65535, "entries": 65535}, "entries-here-0": {"here": 0}, "size-0": {"size": 0},
    "size-4-gib-less-1": {"size": 2**32 - 1}, "size-2-gib-less-1": {"size": 2**31 - 1}, "offset-0": {"offset": 0},
    "offset-4-gib-less-1": {"offset": 2**32 - 1}, "offset-in-the-elf": {"offset": 64}, "all-ones": {
        "here": 65535, "entries": 65535, "size": 2**32 - 1, "offset": 2**32 - 1},
    "comment-length-0": {"comment_len": 0}, "comment-length-127": {"comment_len": 127},
    "comment-length-129": {"comment_len": 129}, "comment-length-65535": {"comment_len": 65535}, "signature": {"sig": b"PK\6\6"},
}
EXTRAS = {
    "zip64": struct.pack("<HHQQ", 1, 16, 5, 5), "zip64-with-offset": struct.pack("<HHQQQI", 1, 28, 5, 5, 64, 0),
    "unicode-path": struct.pack("<HHBI", 0x7075, 10, 1, zlib.crc32(b"README.txt")) + b"../.x",
    "unicode-comment": struct.pack("<HHBI", 0x6375, 5, 1, 0), "timestamp": struct.pack("<HHBI", 0x5455, 5, 1, 0),
    "unix-ids": struct.pack("<HHBBIBI", 0x7875, 11, 1, 4, 0, 4, 0), "asi-unix-link": struct.pack("<HHIHIHH", 0x756E, 14, 0, 0o120777, 0, 0, 0),
    "aes": struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, 3, 0), "chain": struct.pack("<HHHHHH", 0x1111, 0, 0x2222, 0, 0x3333, 0),
    "three-bytes": b"abc", "length-past-the-field": struct.pack("<HH", 0x1111, 400), "one-byte": b"\0",
}


def with_fields(where, fields):
    def build(bundle):
        entry = bundle["README.txt"]
        for part in where:
            getattr(entry, part).update(fields)
        return bundle.write()
    return build


def with_end(fields):
    def build(bundle):
        bundle.end = fields
        return bundle.write()
    return build


def cases(case):
    for title, mode in KINDS.items():
        case(f"kind-{title}", with_fields(["central"], {"external": mode << 16}))
    case("kind-key-for-all", lambda bundle: (bundle["certs/etcd-peer-key.pem"].central.update(external=0o100644 << 16), bundle.write())[1])
    for title, fields in FIELDS.items():
        for part, where in (("local", ["local"]), ("central", ["central"]), ("both", ["local", "central"])):
            case(f"{part}-{title}", with_fields(where, fields))
    for title, fields in CENTRAL_FIELDS.items():
        case(f"central-{title}", with_fields(["central"], fields))
    for title, fields in END_FIELDS.items():
        case(f"end-{title}", with_end(fields))
    for title, extra in EXTRAS.items():
        for part, where in (("local", ["local"]), ("central", ["central"]), ("both", ["local", "central"])):
            case(f"extra-{title}-{part}", with_fields(where, {"extra": extra}))
    for build in (local_name, deflated, descriptor, not_listed, missing, extra_entry, phantom, hidden, same_offset, overlapping,
                  swapped_lines, reordered, gap_between, gap_before_first, gap_before_directory, gap_before_end, zip64, zip64_elsewhere,
                  zip64_alone, two_ends, end_behind_the_end, zip_in_the_comment, nothing, too_many, signed_directory,
                  archive_extra_data, manifest_first, manifest_twice, no_manifest, large_directory):
        case(build.__name__.replace("_", "-"), build)


def local_name(bundle):
    bundle["README.txt"].local["name"] = b"README.TXT"
    return bundle.write()


def deflated(bundle):
    entry = bundle["README.txt"]
    entry.both(method=8, needed=20, crc=zlib.crc32(entry.data), size=len(entry.data))
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    entry.data = squeeze.compress(entry.data) + squeeze.flush()
    return bundle.write()


def descriptor(bundle):
    entry = bundle["README.txt"]
    entry.both(flags=8)
    entry.local.update(crc=0, size=0, csize=0)
    entry.after = struct.pack("<4sIII", b"PK\7\x08", zlib.crc32(entry.data), len(entry.data), len(entry.data))
    return bundle.write()


def not_listed(bundle):
    bundle["README.txt"].name = b"README.md"
    return bundle.write()


def missing(bundle):
    bundle.entries.remove(bundle["README.txt"])
    return bundle.write()


def extra_entry(bundle):
    bundle.entries.insert(-1, Entry(b"more.txt", 0o644, b"more"))
    return bundle.write()


def phantom(bundle):
    """A line of the directory for which there is no entry."""
    bundle.more_lines = [lambda offsets: Entry(b"more.txt", 0o644, b"").line(offsets[-1])]
    return bundle.write()


def hidden(bundle):
    """An entry that the directory does not know."""
    more = Entry(b"more.txt", 0o644, b"more")
    bundle.entries[-1].before = more.header() + more.data
    return bundle.write()


def same_offset(bundle):
    entry = bundle["README.txt"]
    bundle.more_lines = [lambda offsets: Entry(b"more.txt", 0o644, entry.data).line(offsets[bundle.entries.index(entry)])]
    return bundle.write()


def overlapping(bundle):
    """Each entry reaches to the end of all: what a better zip bomb does."""
    for n, entry in enumerate(bundle.entries[:-1]):
        size = sum(len(other.header() + other.data) for other in bundle.entries[n + 1:]) + len(entry.data)
        entry.both(size=size, csize=size)
    return bundle.write()


def swapped_lines(bundle):
    bundle.order = [1, 0, *range(2, len(bundle.entries))]
    return bundle.write()


def reordered(bundle):
    """The manifest keeps its order."""
    bundle.entries[0:2] = bundle.entries[1::-1]
    return bundle.write()


def gap_between(bundle):
    bundle.entries[2].before = b"\0"
    return bundle.write()


def gap_before_first(bundle):
    """What self-extractors with offsets from their own beginning have."""
    elf, bundle.elf = bundle.elf, b""
    return reseal(elf + bundle.write())


def gap_before_directory(bundle):
    bundle.before_directory = bytes(16)
    return bundle.write()


def gap_before_end(bundle):
    bundle.before_end = bytes(16)
    return bundle.write()


def zip64_records(out, offset, size, entries):
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, offset)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, len(out), 1)


def zip64(bundle):
    bundle.before_end = lambda out, offset, size: zip64_records(out, offset, size, len(bundle.entries))
    return bundle.write()


def zip64_elsewhere(bundle):
    """The locator leads to another directory than the end record."""
    bundle.before_end = lambda out, offset, size: zip64_records(out, offset + 46, size - 46, 1)
    return bundle.write()


def zip64_alone(bundle):
    bundle.end = {"here": 65535, "entries": 65535, "size": 2**32 - 1, "offset": 2**32 - 1}
    return zip64(bundle)


def two_ends(bundle):
    bundle.before_end = EMPTY_ZIP
    return bundle.write()


def end_behind_the_end(bundle):
    bundle.comment = lambda body: (EMPTY_ZIP + seal(body))[:128]
    return bundle.write()


def zip_in_the_comment(bundle):
    bundle.end = {"comment_len": 128 + len(EMPTY_ZIP)}
    bundle.comment = lambda body: EMPTY_ZIP + seal(body + EMPTY_ZIP)
    return bundle.write()


def nothing(bundle):
    bundle.entries = []
    return bundle.write()


def too_many(bundle):
    for n in range(64):
        name = f"more/{n}.txt".encode()
        bundle.entries.insert(-1, Entry(name, 0o644, b""))
        bundle.manifest["entries"].append({"name": name.decode(), "size": 0, "sha256": "", "purpose": "reading"})
    bundle.list()
    return bundle.write()


def large_directory(bundle):
    for n in range(40):
        bundle.entries.insert(-1, Entry(b"a" * 1000 + b"%d" % n, 0o644, b""))
    return bundle.write()


def signed_directory(bundle):
    bundle.before_end = struct.pack("<4sH4s", b"PK\5\5", 4, b"sign")
    return bundle.write()


def archive_extra_data(bundle):
    bundle.before_directory = struct.pack("<4sI4s", b"PK\6\x08", 4, b"more")
    return bundle.write()


def manifest_first(bundle):
    bundle.entries.insert(0, bundle.entries.pop())
    return bundle.write()


def manifest_twice(bundle):
    bundle.entries.insert(0, Entry(b"manifest.json", 0o644, bundle.entries[-1].data))
    return bundle.write()


def no_manifest(bundle):
    bundle.entries.pop()
    return bundle.write()


def reseal(whole):
    return whole[:-128] + seal(whole[:-128])
