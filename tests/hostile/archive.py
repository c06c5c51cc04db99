"""Release tarballs that no reader may take, each in a bundle that is right in all else.

Named after what CPython's TestExtractionFilters, Go's archive/tar, tar-rs and libarchive test.
"""

import gzip
import zlib

TOP = b"etcd-v3.5.1-linux-amd64"
END = bytes(1024)


def program(name, size=3000):
    """An executable for amd64, as far as its header tells."""
    head = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0\1\0\0\0"
    return (head + name.encode() * size)[:size]


PROGRAMS = {name: program(name, size) for name, size in (("etcd", 3000), ("etcdctl", 2000), ("etcdutl", 1024))}


def header(name, size=0, kind=b"0", link=b"", mode=b"0000755\0", ids=b"0001750\0", magic=b"ustar  \0", prefix=b"", raw_size=None,
           raw_sum=None, **device):
    block = bytearray(512)
    for at, length, field in ((0, 100, name), (100, 8, mode), (108, 8, ids), (116, 8, ids), (124, 12, raw_size or b"%011o\0" % size),
                              (136, 12, b"13727410000\0"), (148, 8, b" " * 8), (156, 1, kind), (157, 100, link), (257, 8, magic),
                              (265, 32, b"root"), (297, 32, b"root"), (345, 155, prefix)):
        block[at:at + min(len(field), length)] = field[:length]
    for at, field in device.items():
        block[int(at[1:]):int(at[1:]) + len(field)] = field
    block[148:156] = raw_sum or b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


def member(name, data=b"", path=None, **fields):
    """One below the release's directory, unless its path is another."""
    return header(path if path is not None else TOP + b"/" + name, len(data), **fields) + padded(data)


def pax(*records, kind=b"x", name=b"PaxHeaders/x"):
    body = b""
    for key, value in records:
        rest = b" " + key + b"=" + value + b"\n"
        length = len(rest) + 1
        while len(b"%d" % length + rest) != length:
            length += 1
        body += b"%d" % length + rest
    return member(b"", body, path=name, kind=kind)


def long_name(name, kind=b"L"):
    return member(b"", name + b"\0", path=b"././@LongLink", kind=kind)


def etcd(name="etcd", **fields):
    return member(name.encode(), PROGRAMS[name], **fields)


DIRECTORY = member(b"", kind=b"5")
README = member(b"README.md", b"# etcd\n", mode=b"0000644\0")


def tar(*before, etcd=etcd(), after=b"", end=END):
    return b"".join([DIRECTORY, README, *before, etcd, *(member(name.encode(), PROGRAMS[name]) for name in ("etcdctl", "etcdutl")), after, end])


def squeezed(data):
    return gzip.compress(data, mtime=0)


def bomb(*parts):
    """Bytes, and zeroes by the mebibyte, without ever having them all."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeroes, out = bytes(1 << 20), []
    for part in parts:
        out += [squeeze.compress(zeroes) for _ in range(part)] if isinstance(part, int) else [squeeze.compress(part)]
    return b"".join(out) + squeeze.flush()


EVIL = (program("evil", 3000))
LINK = {"kind": b"2", "link": b"/etc/shadow"}
# Beside a proper etcd: something that an extractor would stumble over.
BESIDE = {
    "absolute-path": member(b"", b"x", path=b"/tmp/moo"),
    "absolute-path-twice": member(b"", b"x", path=b"//tmp/moo"),
    "dot-dot": member(b"", b"x", path=b"../moo"),
    "dot-dot-below": member(b"../../moo", b"x"),
    "dot-dot-and-back": member(b"../" + TOP + b"/etcd", EVIL),
    "outside-the-directory": member(b"", b"x", path=b"moo"),
    "directory-of-almost-that-name": member(b"", b"x", path=TOP + b"x/etcd"),
    "dot-slash": member(b"./etcd", EVIL),
    "double-slash": member(b"/etcd", EVIL),
    "leading-dot-slash": member(b"", EVIL, path=b"./" + TOP + b"/etcd"),
    "backslash": member(b"..\\..\\moo", b"x"),
    "newline": member(b"a\nerror: nothing", b"x"),
    "escape": member(b"\x1b[2J", b"x"),
    "not-utf8": member(b"caf\xe9", b"x"),
    "empty-name": member(b"", b"x", path=b""),
    "file-with-a-slash": member(b"README/", b"x"),
    "file-with-a-slash-v7": member(b"README/", b"x", kind=b"\0"),
    "symlink-absolute": member(b"link", **LINK),
    "symlink-dots": member(b"link", kind=b"2", link=b"../../etc/passwd"),
    "symlink-to-the-top": member(b"link", kind=b"2", link=b"."),
    "symlink-empty": member(b"link", kind=b"2"),
    "symlink-with-content": member(b"link", b"x" * 512, kind=b"2", link=b"README.md"),
    "symlink-then-file-behind": member(b"certs", kind=b"2", link=b"elsewhere") + member(b"certs/x", b"x"),
    "symlink-chain": member(b"a", kind=b"2", link=b"b") + member(b"b", kind=b"2", link=b"c") + member(b"a/x", b"x"),
    "symlink-for-the-top": member(b"", path=TOP, kind=b"2", link=b"/etc"),
    "links-by-the-hundred": b"".join(member(b"link%d" % n, kind=b"2", link=b"x") for n in range(100)),
    "hard-link-outside": member(b"link", kind=b"1", link=b"/etc/shadow"),
    "hard-link-dots": member(b"link", kind=b"1", link=b"../../etc/shadow"),
    "hard-link-inside": member(b"link", kind=b"1", link=TOP + b"/etcd"),
    "hard-link-through-a-link": member(b"a", kind=b"2", link=b"b") + member(b"link", kind=b"1", link=TOP + b"/a/shadow"),
    "character-device": member(b"null", kind=b"3"),
    "block-device": member(b"sda", kind=b"4"),
    "pipe": member(b"pipe", kind=b"6"),
    "contiguous": member(b"more", b"x", kind=b"7"),
    "volume": member(b"volume", kind=b"V"),
    "continued": member(b"rest", b"x", kind=b"M"),
    "dump-directory": member(b"dump", b"Yx\0\0", kind=b"D"),
    "kind-of-solaris": member(b"acl", b"x", kind=b"A"),
    "kind-unknown": member(b"what", b"x", kind=b"\xff"),
    "gnu-sparse": member(b"sparse", b"x" * 512, kind=b"S", _386=b"00000000000\0" + b"00000001000\0", _483=b"00000001000\0"),
    "gnu-sparse-extended": member(b"sparse", b"x" * 512, kind=b"S", _482=b"\1"),
    "pax-sparse-0.0": pax((b"GNU.sparse.size", b"1"), (b"GNU.sparse.numblocks", b"0")) + README,
    "pax-sparse-1.0": pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", TOP + b"/etcd")) + README,
    "directory-with-content": member(b"docs/", b"x" * 512, kind=b"5"),
    "directory-hides-a-file": header(TOP + b"/docs/", len(etcd()), kind=b"5") + member(b"etcd", EVIL),
    "pax-size-larger": pax((b"size", b"4096")) + README,
    "pax-size-smaller": pax((b"size", b"0")) + README,
    "pax-size-equal": pax((b"size", b"7")) + README,
    "pax-global-path": pax((b"path", TOP + b"/etcd"), kind=b"g"),
    "pax-global-size": pax((b"size", b"0"), kind=b"g"),
    "pax-global-sparse": pax((b"GNU.sparse.major", b"1"), kind=b"g"),
    "pax-path-out": pax((b"path", b"/tmp/moo")) + README,
    "pax-path-to-etcd": pax((b"path", TOP + b"/etcd")) + README,
    "pax-path-away-from-etcd": pax((b"path", TOP + b"/more")) + member(b"etcd", EVIL),
    "pax-path-twice": pax((b"path", TOP + b"/a"), (b"path", TOP + b"/b")) + README,
    "pax-path-with-nul": pax((b"path", TOP + b"/etcd\0x")) + README,
    "pax-key-with-nul": pax((b"pa\0th", TOP + b"/etcd")) + README,
    "pax-path-not-utf8": pax((b"path", TOP + b"/\xff")) + README,
    "pax-linkpath": pax((b"linkpath", b"/etc/shadow")) + member(b"link", kind=b"2", link=b"README.md"),
    "pax-before-long-name": pax((b"size", b"0")) + long_name(TOP + b"/" + b"a" * 100) + README,
    "pax-then-long-name": pax((b"mtime", b"0")) + long_name(TOP + b"/" + b"a" * 100) + README,
    "long-name-then-pax": long_name(TOP + b"/" + b"a" * 100) + pax((b"path", TOP + b"/etcd")) + README,
    "pax-twice": pax((b"mtime", b"0")) + pax((b"size", b"0")) + README,
    "pax-then-global": pax((b"mtime", b"0")) + pax((b"comment", b"x"), kind=b"g") + README,
    "pax-length-wrong": member(b"", b"99 path=a\n", path=b"x", kind=b"x") + README,
    "pax-length-signed": member(b"", b"+9 path=a\n", path=b"x", kind=b"x") + README,
    "pax-length-short": member(b"", b"8 path=a\n", path=b"x", kind=b"x") + README,
    "pax-no-newline": member(b"", b"8 path=a", path=b"x", kind=b"x") + README,
    "pax-no-equals": member(b"", b"7 path\n", path=b"x", kind=b"x") + README,
    "pax-length-of-4-gib": member(b"", b"4294967305 path=a\n", path=b"x", kind=b"x") + README,
    "pax-of-solaris": pax((b"path", TOP + b"/etcd"), kind=b"X") + README,
    "pax-of-128-kib": pax((b"comment", b"x" * 131_072)) + README,
    "long-name-to-etcd": long_name(TOP + b"/etcd") + README,
    "long-name-away-from-etcd": long_name(TOP + b"/more") + member(b"etcd", EVIL),
    "long-name-twice": long_name(TOP + b"/a") + long_name(TOP + b"/b") + README,
    "long-name-out": long_name(b"../" * 50 + b"tmp/moo") + README,
    "long-name-without-a-zero": member(b"", b"abc", path=b"././@LongLink", kind=b"L") + README,
    "long-name-with-two-zeroes": long_name(TOP + b"/etcd\0x") + README,
    "long-name-of-128-kib": long_name(TOP + b"/" + b"a" * 131_072) + README,
    "long-link": long_name(b"/etc/" + b"a" * 200, kind=b"K") + member(b"link", kind=b"2", link=b"x"),
    "size-negative": header(TOP + b"/more", raw_size=b"\xff" * 12),
    "size-minus-one-octal": header(TOP + b"/more", raw_size=b"-0000000001\0"),
    "size-plus": header(TOP + b"/more", raw_size=b"+0000000001\0") + padded(b"x"),
    "size-base-256": header(TOP + b"/more", raw_size=b"\x80" + bytes(10) + b"\1") + padded(b"x"),
    "size-base-256-overflow": header(TOP + b"/more", raw_size=b"\x80\0\0\1" + bytes(7) + b"\1") + padded(b"x"),
    "size-decimal": header(TOP + b"/more", raw_size=b"00000000009\0") + padded(b"x" * 9),
    "size-blank": header(TOP + b"/more", raw_size=b" " * 12),
    "size-zeroes": header(TOP + b"/more", raw_size=bytes(12)),
    "size-with-nul-inside": header(TOP + b"/more", raw_size=b"0\0001000000\0\0") + padded(b"x"),
    "size-hexadecimal": header(TOP + b"/more", raw_size=b"0x000000001\0") + padded(b"x"),
    "size-8-gib": header(TOP + b"/more", raw_size=b"100000000000"),
    "size-8-gib-less-1": header(TOP + b"/more", raw_size=b"77777777777\0"),
    "checksum-wrong": header(TOP + b"/more", raw_sum=b"000000\0 "),
    "checksum-blank": header(TOP + b"/more", raw_sum=b" " * 8),
    "magic-v7": member(b"more", b"x", magic=bytes(8)),
    "magic-unknown": member(b"more", b"x", magic=b"tar\0\0\0\0\0"),
    "magic-ustar-without-version": member(b"", b"x", path=b"etcd", prefix=TOP, magic=b"ustar\0\0\0"),
    "prefix-out": member(b"", b"x", path=b"moo", prefix=b"/tmp", magic=b"ustar\00000"),
    "etcd-again": member(b"etcd", PROGRAMS["etcd"]),
    "etcd-again-other": member(b"etcd", EVIL),
    "etcd-again-by-prefix": member(b"", EVIL, path=b"etcd", prefix=TOP, magic=b"ustar\00000"),
    "readme-again": README,
    "readme-again-as-a-link": member(b"README.md", kind=b"2", link=b"etcd"),
    "readme-again-as-a-directory": member(b"README.md/", kind=b"5"),
    "file-over-a-link": member(b"link", kind=b"2", link=b"etcd") + member(b"link", EVIL),
    "file-over-a-link-by-a-long-name": member(b"link", kind=b"2", link=b"etcd") + pax((b"path", TOP + b"/link")) + member(b"x", EVIL),
    "directory-over-a-link": member(b"link", kind=b"2", link=b"docs") + member(b"link/", kind=b"5"),
    "link-over-a-directory": member(b"docs/", kind=b"5") + member(b"docs", kind=b"2", link=b"other"),
    "link-over-what-lies-below": member(b"a/x", b"y") + member(b"a", kind=b"2", link=b"etcdx"),
    "file-over-what-lies-below": member(b"a/b/x", b"y") + member(b"a", b"z"),
    "link-twice": member(b"link", kind=b"2", link=b"a") * 2,
    "below-a-file": member(b"README.md/x", b"x"),
    "below-etcd-before-it": member(b"etcd/x", b"x"),
    "below-etcd-as-a-directory": member(b"etcd/x/", kind=b"5"),
    "gnu-prefix": member(b"more", b"x", prefix=b"evil"),
    "gnu-prefix-for-the-top": member(b"", b"x", path=b"more", prefix=TOP),
    "gnu-times-of-incremental": member(b"more", b"x", prefix=b"13727410000\x0013727410000\0"),
    "gnu-offset": member(b"more", b"x", _369=b"00000000001\0"),
    "gnu-sparse-fields": member(b"more", b"x", _386=b"00000000000\x0000000001000\0"),
    "gnu-extended-flag": member(b"more", b"x" * 512, _482=b"\1"),
    "gnu-realsize": member(b"more", b"x", _483=b"00000001000\0"),
    "gnu-last-byte": member(b"more", b"x", _511=b"x"),
    "gnu-prefix-of-a-long-name": member(b"", TOP + b"/a\0", path=b"././@LongLink", kind=b"L", prefix=b"evil") + README,
    "star-mark": member(b"", b"x", path=b"more", prefix=TOP, magic=b"ustar\00000", _508=b"tar\0"),
    "old-file-with-a-short-name-of-a-directory":
        pax((b"path", TOP + b"/docs.md")) + header(TOP + b"/docs/", 512, kind=b"\0") + padded(b"x"),
    "mode-no-number": member(b"more", b"x", mode=b"rwxr-xr-"),
    "mode-blank": member(b"more", b"x", mode=b" " * 8),
    "owner-no-number": member(b"more", b"x", ids=b"root\0\0\0\0"),
    "owner-negative": member(b"more", b"x", ids=b"\xff" * 8),
    "owner-of-40-bits": member(b"more", b"x", ids=b"\x80\0\0\1\0\0\0\0"),
    "owner-with-nul-before": member(b"more", b"x", ids=b"\0001750\0\0"),
    "mtime-no-number": member(b"more", b"x", _136=b"garbage!!!!!"),
    "mtime-of-87-bits": member(b"more", b"x", _136=b"\x80" + b"\x7f" * 11),
    "device-no-number": member(b"more", b"x", _329=b"garbage!"),
    "long-name-mtime-no-number": member(b"", TOP + b"/a\0", path=b"././@LongLink", kind=b"L", _136=b"garbage!!!!!") + README,
    "pax-mtime-no-number": pax((b"mtime", b"now")) + member(b"more", b"x"),
    "pax-uid-no-number": pax((b"uid", b"root")) + member(b"more", b"x"),
    "pax-charset": pax((b"hdrcharset", b"BINARY")) + member(b"more", b"x"),
    "pax-unknown": pax((b"VENDOR.key", b"x")) + member(b"more", b"x"),
    "pax-xattr-with-newline": pax((b"SCHILY.xattr.a\n22 GNU.sparse.major", b"1")) + member(b"more", b"x"),
    "path-of-5000": pax((b"path", TOP + b"/" + b"a/" * 2500 + b"x")) + member(b"more", b"x"),
    "behind-etcd": member(b"etcdctl/x", b"x") + member(b"etcdctl", **LINK),
}
# In etcd's place.
INSTEAD = {
    "missing": b"",
    "symlink": member(b"etcd", kind=b"2", link=b"etcdctl"),
    "symlink-out": member(b"etcd", **LINK),
    "hard-link": member(b"etcd", kind=b"1", link=TOP + b"/etcdctl"),
    "character-device": member(b"etcd", kind=b"3"),
    "block-device": member(b"etcd", kind=b"4"),
    "pipe": member(b"etcd", kind=b"6"),
    "directory": member(b"etcd", kind=b"5"),
    "directory-with-a-slash": member(b"etcd/", kind=b"5"),
    "contiguous": etcd(kind=b"7"),
    "sparse": etcd(kind=b"S"),
    "kind-unknown": etcd(kind=b"Z"),
    "by-pax-path": pax((b"path", TOP + b"/etcd")) + member(b"other", PROGRAMS["etcd"]),
    "by-long-name": long_name(TOP + b"/etcd") + member(b"other", PROGRAMS["etcd"]),
    "by-hard-link": member(b"other", PROGRAMS["etcd"]) + member(b"etcd", kind=b"1", link=TOP + b"/other"),
    "by-pax-size": pax((b"size", b"3000")) + header(TOP + b"/etcd", 512) + padded(PROGRAMS["etcd"]),
    "with-pax-size-0": pax((b"size", b"0")) + etcd(),
    "with-pax-sparse": pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.realsize", b"3000")) + etcd(),
    "capital": member(b"ETCD", PROGRAMS["etcd"]),
    "one-directory-down": member(b"bin/etcd", PROGRAMS["etcd"]),
    "no-directory": member(b"", PROGRAMS["etcd"], path=b"etcd"),
    "size-negative": header(TOP + b"/etcd", raw_size=b"\xff" * 12) + padded(PROGRAMS["etcd"]),
    "size-8-gib": header(TOP + b"/etcd", raw_size=b"100000000000") + padded(PROGRAMS["etcd"]),
    "too-short": member(b"etcd", b""),
    "with-realsize-of-star": pax((b"SCHILY.realsize", b"0")) + etcd(),
    "with-filetype-of-star": pax((b"SCHILY.filetype", b"sparse")) + etcd(),
    "with-holes-of-solaris": pax((b"SUN.holesdata", b" 0 1024 2048")) + etcd(),
    "with-realsize-of-gnu": etcd(_482=b"\1", _483=b"00000001000\0"),
    "with-prefix-of-gnu": etcd(prefix=b"evil"),
    "with-mtime-no-number": etcd(_136=b"garbage!!!!!"),
    "with-mode-no-number": etcd(mode=b"garbage!"),
    "with-a-file-below": etcd() + member(b"etcd/x", b"x"),
    "over-a-link": member(b"etcd", kind=b"2", link=b"etcdctl") + etcd(),
}


def whole():
    """Tarballs that are wrong as a whole, by title."""
    good = tar()
    packed = squeezed(good)
    cut = good.index(PROGRAMS["etcd"])
    return {
        "zero-bytes": b"",
        "captive-portal": b"<html>please log in</html>",
        "not-compressed": good,
        "zip": b"PK\3\4" + bytes(26),
        "xz": b"\xfd7zXZ\0" + bytes(26),
        "gzip-of-nothing": squeezed(b""),
        "gzip-of-zeroes": squeezed(bytes(10240)),
        "gzip-of-text": squeezed(b"hello" * 1000),
        "gzip-header-alone": packed[:10],
        "gzip-cut-in-the-middle": packed[:len(packed) // 2],
        "gzip-without-its-sum": packed[:-8],
        "gzip-cut-by-one": packed[:-1],
        "gzip-sum-wrong": packed[:-8] + b"\0\0\0\0" + packed[-4:],
        "gzip-size-wrong": packed[:-4] + b"\0\0\0\1",
        "gzip-method-unknown": packed[:2] + b"\7" + packed[3:],
        "gzip-reserved-flag": packed[:3] + b"\xe0" + packed[4:],
        "gzip-byte-behind": packed + b"x",
        "gzip-zero-behind": packed + b"\0",
        "gzip-second-member": packed + squeezed(b"x"),
        "gzip-second-empty-member": packed + squeezed(b""),
        "gzip-in-two-members": squeezed(good[:cut]) + squeezed(good[cut:]),
        "gzip-megabyte-behind": packed + bytes(1 << 20),
        "cut-inside-etcd": squeezed(good[:cut + 1000]),
        "cut-at-etcd": squeezed(good[:cut]),
        "cut-inside-a-header": squeezed(good[:cut - 100]),
        "cut-before-the-padding": squeezed(tar(end=b"")[:-100]),
        "no-end-marks": squeezed(tar(end=b"")),
        "one-end-mark": squeezed(tar(end=bytes(512))),
        "half-an-end-mark": squeezed(tar(end=bytes(256))),
        "one-and-a-half-end-marks": squeezed(tar(end=bytes(768))),
        "half-a-block-behind-the-end-marks": squeezed(good + bytes(256)),
        "end-mark-between": squeezed(tar(bytes(512))),
        "end-marks-between": squeezed(tar(bytes(1024))),
        "bytes-behind-the-end-marks": squeezed(good + b"x"),
        "member-behind-the-end-marks": squeezed(good + member(b"etcd", EVIL) + END),
        "second-archive-behind": squeezed(good + good),
        "bytes-in-the-second-end-mark": squeezed(tar(end=bytes(1023) + b"x")),
        "megabytes-behind-the-end-marks": bomb(good, 8),
        "bomb-in-the-readme": bomb(DIRECTORY + header(TOP + b"/README.md", raw_size=b"77777777777\0"), 256),
        "bomb-in-a-long-name": bomb(DIRECTORY + header(b"././@LongLink", kind=b"L", raw_size=b"02000000000\0"), 256),
        "bomb-in-pax-records": bomb(DIRECTORY + header(b"x", kind=b"x", raw_size=b"02000000000\0"), 256),
        "bomb-in-etcd": bomb(DIRECTORY + header(TOP + b"/etcd", raw_size=b"04000000001\0"), 64),
        "bomb-of-members": bomb(tar(end=b"") + header(TOP + b"/a", 512 << 20), 512, header(TOP + b"/b", 512 << 20), 1),
        "members-by-the-hundred-thousand": squeezed(tar(b"".join(member(b"%05x" % n) for n in range(101_000)))),
        "names-by-the-megabyte":
            squeezed(tar(b"".join(long_name(TOP + b"/%04d/" % n + b"a/" * 2000 + b"x") + member(b"x", b"") for n in range(3000)))),
        "global-headers-by-the-ten-thousand": squeezed(tar(pax((b"comment", b"x"), kind=b"g") * 10_000, etcd=etcd(kind=b"6"))),
    }


def good():
    """Odd, but one reading only: these must be taken."""
    attributes = pax((b"mtime", b"1.5"), (b"uid", b"4000000000"), (b"SCHILY.xattr.user.x", b"a\nb\0c"))
    # What bsdtar writes.
    of_libarchive = pax((b"atime", b"1700000000.5"), (b"ctime", b"-1"), (b"LIBARCHIVE.creationtime", b"1700000000"), (b"uname", b"root"),
                        (b"gname", b"wheel"), (b"SCHILY.dev", b"16777220"), (b"SCHILY.ino", b"12891234"), (b"SCHILY.nlink", b"1"),
                        (b"SCHILY.fflags", b"nodump"), (b"LIBARCHIVE.xattr.user.x", b"YQ"))
    return {
        "plain": squeezed(tar()),
        "setuid-etcd": squeezed(tar(etcd=etcd(mode=b"0004755\0"))),
        "mode-0-etcd": squeezed(tar(etcd=etcd(mode=b"0000000\0"))),
        "world-writable-etcd": squeezed(tar(etcd=etcd(mode=b"0007777\0"))),
        "owner-base-256": squeezed(tar(etcd=etcd(ids=b"\x80\0\0\0\x23\xc6\x0c\xc5"))),
        "owner-blank": squeezed(tar(etcd=etcd(ids=bytes(8)))),
        "old-kind-of-file": squeezed(tar(etcd=etcd(kind=b"\0"))),
        "ustar": squeezed(tar(etcd=etcd(magic=b"ustar\00000"))),
        "ustar-prefix": squeezed(tar(etcd=member(b"", PROGRAMS["etcd"], path=b"etcd", prefix=TOP, magic=b"ustar\00000"))),
        "pax-attributes": squeezed(tar(etcd=attributes + etcd())),
        "pax-attributes-of-libarchive": squeezed(tar(etcd=of_libarchive + etcd(magic=b"ustar\00000"))),
        "numbers-blank": squeezed(tar(etcd=etcd(mode=bytes(8), ids=bytes(8), _136=bytes(12)))),
        "numbers-of-posix": squeezed(tar(etcd=etcd(magic=b"ustar\00000", mode=b"000755 \0", _329=b"000000 \x00000000 \0"))),
        "directory-again": squeezed(tar(member(b"docs/a", b"x") + member(b"docs/", kind=b"5") * 2, after=DIRECTORY)),
        "ten-thousand-members": squeezed(tar(b"".join(member(b"docs/%d" % n) for n in range(10_000)))),
        "pax-comment-for-all": squeezed(pax((b"comment", b"0f1e2d"), kind=b"g", name=b"pax_global_header") + tar()),
        "long-name-beside": squeezed(tar(long_name(TOP + b"/Documentation/" + b"a" * 100) + member(b"Documentation/" + b"a" * 62, b"x"))),
        "pax-name-beside": squeezed(tar(pax((b"path", TOP + "/Documentation/é".encode())) + member(b"Documentation/e", b"x"))),
        "link-beside": squeezed(tar(member(b"Documentation/README.md", kind=b"2", link=b"docs.md"))),
        "twenty-blocks": squeezed(tar() + bytes(-len(tar()) % 10240)),
        "size-with-spaces": squeezed(tar(etcd=header(TOP + b"/etcd", raw_size=b"      5670 \0") + padded(PROGRAMS["etcd"]))),
        "gzip-with-a-name": b"\x1f\x8b\x08\x08" + bytes(5) + b"\3etcd.tar\0" + squeezed(tar())[10:],
    }


def hostile():
    return ({f"beside-{title}": squeezed(tar(more)) for title, more in BESIDE.items()}
            | {f"etcd-{title}": squeezed(tar(etcd=other)) for title, other in INSTEAD.items()} | whole())
