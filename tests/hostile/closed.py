"""Bundles that are consistent and signed, and that etcdpack never builds: with something more, with something less, with a field
that no cluster file gives.
"""

import hashlib

from bundle import Entry

CERTS = "/opt/etcd-v3.5.1/certs"


def member(name="n2", host="n2", address="10.83.0.12"):
    at = f"[{address}]" if ":" in address else address
    return {"name": name, "host": host, "address": address, "peer-url": f"https://{at}:2380", "client-url": f"https://{at}:2379"}


def place(path, mode="0644", owner="root", when="always"):
    return {"place": {"path": path, "mode": mode, "owner": owner, "when": when}}


# One more entry: its name, what it holds, what for.
MORE = {
    "cron": ("files/x", b"* * * * * root id\n", place("/etc/cron.d/x")),
    "shadow": ("files/x", b"root::\n", place("/etc/shadow")),
    "receipt": ("files/x", b"{}", place("/var/lib/etcdpack/receipt.json")),
    "journal": ("files/x", b"{}", place("/var/lib/etcdpack/journal.jsonl")),
    "sbin": ("files/x", b"#!/bin/sh\n", place("/usr/local/sbin/etcdpack-host", "0755")),
    "instead-of-etcd": ("files/x", b"#!/bin/sh\n", place("/opt/etcd-v3.5.1/etcd", "0755")),
    "below-a-file": ("files/x", b"x", place("/usr/local/bin/etcdctl/x")),
    "unit": ("files/sshd.service", b"[Service]\n", place("/etc/systemd/system/sshd.service", when="systemd")),
    "reading": ("more.txt", b"x", "reading"),
    "wheel": ("supervisor/x.whl", b"x", "wheel"),
    "program": ("files/etcd-server.ini", b"x", "program"),
    "supervisord": ("files/supervisord.conf", b"x", place("/etc/supervisord.conf", when="carried")),
    "second-release": ("etcd/b.tar.gz", b"x", "release"),
    "sealed-key": ("certs/etcd-peer-key.age", b"age-encryption.org/v1\n",
                   {"sealed": {"path": CERTS + "/etcd-peer-key.pem", "owner": "service", "sha256": "0" * 64}}),
}
# Entries that are not there.
LESS = {
    "no-script": ["files/etcd-server-startup.sh"], "no-etcdctl": ["files/etcdctl"], "no-unit": ["files/etcd-server.service"],
    "no-ca": ["certs/ca.pem"], "no-certificate": ["certs/etcd-peer.pem"], "no-request": ["certs/etcd-peer.csr"],
    "no-readme": ["README.txt"], "no-sbom": ["sbom.cdx.json"], "no-readme-nor-sbom": ["README.txt", "sbom.cdx.json"],
    "no-certificate-nor-request": ["certs/etcd-peer.pem", "certs/etcd-peer.csr"],
}
# Another place, mode, owner or moment of an entry.
PLACES = {
    "key-0644": ("certs/etcd-peer-key.pem", {"mode": "0644"}), "key-of-root": ("certs/etcd-peer-key.pem", {"owner": "root"}),
    "script-0777": ("files/etcd-server-startup.sh", {"mode": "0777"}), "etcdctl-0600": ("files/etcdctl", {"mode": "0600"}),
    "script-of-etcd": ("files/etcd-server-startup.sh", {"owner": "service"}), "two-at-one-place": ("certs/ca.pem", {"path": CERTS + "/etcd-peer.pem"}),
    "ca-in-passwd": ("certs/ca.pem", {"path": "/etc/passwd"}), "script-when-carried": ("files/etcd-server-startup.sh", {"when": "carried"}),
    "unit-always": ("files/etcd-server.service", {"when": "always"}),
}
# What a field has instead, the rest being as it was.
FIELDS = {
    "data-is-etc": ("layout.data", "/etc"), "data-is-the-release": ("layout.data", "/opt/etcd-v3.5.1"),
    "data-is-the-state": ("layout.data", "/var/lib/etcdpack"), "data-is-the-link": ("layout.data", "/opt/etcd"),
    "logs-in-data": ("layout.logs", "/data/etcd/etcd-server/logs"), "link-is-bin": ("layout.link", "/usr/local/bin"),
    "release-in-etc": ("layout.release-dir", "/etc/etcd-v3.5.1"), "bin-is-another": ("layout.bin", "/usr/bin"),
    "sbin-in-data": ("layout.sbin", "/data/etcd/etcd-server/sbin"), "user-root": ("user", "root"),
    "version-9": ("release.version", "9.9.9"), "version-another": ("release.version", "3.5.2"), "arch-another": ("arch", "arm64"),
    "stop-0": ("service.stop-seconds", 0), "stop-136-years": ("service.stop-seconds", 2**32 - 1), "service-another": ("service.name", "sshd"),
    "manager-another": ("service.manager", "supervisor"), "programs-none": ("release.programs", []), "program-empty": ("release.programs.0.size", 0),
    "program-of-2-to-64": ("release.programs.0.size", 2**64 - 1), "origin-of-100-kb": ("release.origin", "o" * 100_000),
    "origin-right-to-left": ("release.origin", "\u202egpj.exe"), "origin-line-separator": ("release.origin", "a\u2028error: nothing"),
    "origin-zero-width": ("release.origin", "a\u200bb"), "origin-empty": ("release.origin", ""), "made-by-100-kb": ("etcdpack", "0" * 100_000),
    "made-by-right-to-left": ("etcdpack", "0.1.0\u202e"), "made-by-nobody": ("etcdpack", ""),
}
# Of the two members, or of three.
MEMBERS = {
    "twice": lambda me: [me, me], "one-address": lambda me: [me, member(address=me["address"])],
    "one-name": lambda me: [me, member(name=me["name"])], "one-host": lambda me: [me, member(host=me["host"])],
    "unspecified": lambda me: [me, member(address="0.0.0.0")], "loopback": lambda me: [me, member(address="::1")],
    "multicast": lambda me: [me, member(address="224.0.0.1")],
}
# Entries that are small, and here are not, or are empty.
SMALL = ["certs/ca.pem", "certs/etcd-peer.pem", "certs/etcd-peer-key.pem", "files/etcdctl", "files/etcd-server.service", "sbom.cdx.json", "README.txt"]


def listed(bundle, name):
    return next(entry for entry in bundle.manifest["entries"] if entry["name"] == name)


def packed(change):
    def build(bundle):
        change(bundle)
        bundle.list()
        return bundle.write()
    return build


def more(name, data, purpose):
    def change(bundle):
        mode = int(purpose["place"]["mode"], 8) if "place" in purpose else 0o644
        bundle.entries.insert(-1, Entry(name.encode(), mode, data))
        bundle.manifest["entries"].append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "purpose": purpose})
    return packed(change)


def less(names):
    def change(bundle):
        bundle.entries = [entry for entry in bundle.entries if entry.name.decode() not in names]
        bundle.manifest["entries"] = [entry for entry in bundle.manifest["entries"] if entry["name"] not in names]
    return packed(change)


def elsewhere(name, fields):
    def change(bundle):
        listed(bundle, name)["purpose"]["place"].update(fields)
        bundle[name].mode = int(listed(bundle, name)["purpose"]["place"]["mode"], 8)
    return packed(change)


def field(path, value):
    def change(bundle):
        *above, last = (int(part) if part.isdigit() else part for part in path.split("."))
        at = bundle.manifest
        for part in above:
            at = at[part]
        assert at[last] != value, path
        at[last] = value
    return packed(change)


def members(make):
    def change(bundle):
        all = make(bundle.manifest["members"][0])
        bundle.manifest["members"] = all
        # Whoever is a member founds the cluster: what is wrong is to be wrong with the members alone.
        bundle.manifest["state"]["founders"] = [{"name": one["name"], "peer-url": one["peer-url"]} for one in all]
    return packed(change)


def of_size(name, size):
    def change(bundle):
        bundle[name].data = (bundle[name].data + b"\n" * size)[:size]
    return packed(change)


def renamed(name, other):
    def change(bundle):
        bundle[name].name = other.encode()
    return packed(change)


def swapped(bundle):
    for entries in (bundle.entries, bundle.manifest["entries"]):
        entries[1:3] = entries[2:0:-1]


def programs(change):
    def build(bundle):
        change(bundle.manifest["release"]["programs"])
    return packed(build)


def all_programs_in_one_place(bundle):
    """The release is another entry, and there are two of them."""
    bundle.manifest["release"]["entry"] = "etcd/b.tar.gz"
    more("etcd/b.tar.gz", bundle.entries[0].data, "release")(bundle)


def cases(case):
    for title, entry in MORE.items():
        case(f"more-{title}", more(*entry))
    for title, names in LESS.items():
        case(f"less-{title}", less(names))
    for title, (name, fields) in PLACES.items():
        case(f"place-{title}", elsewhere(name, fields))
    for title, (path, value) in FIELDS.items():
        case(f"field-{title}", field(path, value))
    for title, make in MEMBERS.items():
        case(f"members-{title}", members(make))
    for name in SMALL:
        title = name.replace("/", "-")
        case(f"large-{title}", of_size(name, (1 << 20) + 1))
        case(f"empty-{title}", of_size(name, 0))
    case("order-of-entries", packed(swapped))
    case("key-of-another-name", renamed("certs/etcd-peer-key.pem", "certs/key.pem"))
    case("release-of-another-name", renamed("etcd/etcd-v3.5.1-linux-amd64.tar.gz", "etcd/etcd.tar.gz"))
    case("release-is-another", packed(all_programs_in_one_place))
    case("programs-without-etcd", programs(lambda all: all.pop(0)))
    case("programs-without-etcdutl", programs(lambda all: all.pop()))
    case("programs-reversed", programs(lambda all: all.reverse()))
    case("installer-of-5-mb", lambda bundle: (setattr(bundle, "elf", bundle.elf + bytes(5_000_000 - len(bundle.elf))), bundle.write())[1])


def fronts(elf):
    """What cannot even start, and must not be taken by another installer."""
    return {
        "nothing": b"", "a-script": b"#!/bin/sh\nid\n", "half-a-header": elf[:19], "for-arm64": elf[:18] + b"\xb7\0" + elf[20:],
        "for-32-bit": elf[:4] + b"\1" + elf[5:], "big-endian": elf[:5] + b"\2" + elf[6:], "a-zip": b"PK\3\4" + elf[4:], "zeroes": bytes(4096),
    }
