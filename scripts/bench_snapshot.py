"""Snapshots of a gigabyte, beside etcd's own programs: taken under somebody who writes, proven, restored on three hosts.

The key space is filled through etcd's own JSON gateway with bytes that nothing compresses.
"""

import collections, contextlib, os, subprocess, threading, time
from pathlib import Path

from benched import LAB, VERSION, WORK, booted, build, etcdpack, lab, signer, sum_of_release
from stopwatch import Run, die, fresh, peak, ratio, run, say, settle, spread, table

HOSTS = {f"n{number}": f"192.168.81.{10 + number}" for number in (1, 2, 3)}
GIGABYTE = 1 << 30
VALUE = 10_000
HOST = "etcdpack-host"
OURS, SEALED = "etcdpack-host snapshot", "etcdpack-host snapshot, sealed"

# Speaks to the member of its own host: fills it, or writes a key again and again and notes when each was done.
CLIENT = '''
import base64, http.client, json, os, ssl, sys, time
certs = "/opt/etcd/certs/"
context = ssl.create_default_context(cafile=certs + "ca.pem")
context.load_cert_chain(certs + "etcd-peer.pem", certs + "etcd-peer-key.pem")
member = http.client.HTTPSConnection(sys.argv[1], 2379, context=context, timeout=60)
def say(path, what):
    member.request("POST", path, json.dumps(what))
    answer = member.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{answer.status}: {text[:300]}")
key = lambda word: base64.b64encode(word.encode()).decode()
if sys.argv[2] == "fill":
    size, value, number = int(sys.argv[3]), int(sys.argv[4]), 0
    while number * value < size:
        puts = [{"requestPut": {"key": key(f"/registry/{n:08}"), "value": base64.b64encode(os.urandom(value)).decode()}}
                for n in range(number, number + 100)]
        say("/v3/kv/txn", {"success": puts})
        number += 100
else:
    with open(sys.argv[3], "w", buffering=1) as done:
        while True:
            say("/v3/kv/put", {"key": key("/writer"), "value": key("x")})
            print(time.monotonic(), file=done)
'''


def within(name, line):
    """Runs a line on a host; dies with its words where it fails."""
    done = subprocess.run([LAB, "run", name, "bash", "-ec", f"cd /root; {line}"], capture_output=True, text=True)
    if done.returncode != 0:
        die(f"`{line}` on {name} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}", f"tests/lab/lab enter {name}")
    return done.stdout


def cluster():
    """Three members under Debian's supervisor, with a gigabyte."""
    home = fresh(WORK / "snapshot")
    named = [f"--host={name}={address}" for name, address in HOSTS.items()]
    run(etcdpack(), "init", *named, "--version", VERSION, "--sha256", sum_of_release(), "--keys", "plaintext", "-o", home / "cluster.toml")
    build(home / "cluster.toml", home / "dist")
    recipient = subprocess.run([etcdpack(), "pki", "backup-key", "-o", home / "identity"], capture_output=True, text=True, check=True).stdout.strip()
    for name in HOSTS:
        lab("scp", home / f"dist/{name}.run", f"{name}:/root/")
        lab("ssh", name, f"./{name}.run", "install", "--yes", "--quiet", *signer(home / "dist/n1.run"))
    within("n1", f"until {HOST} status >/dev/null; do sleep 0.2; done")
    (home / "client.py").write_text(CLIENT)
    lab("scp", home / "client.py", "n1:/root/")
    say(f"snapshot: writing {GIGABYTE / 1e9:.1f} GB in values of {VALUE} bytes")
    within("n1", f"python3 client.py {HOSTS['n1']} fill {GIGABYTE} {VALUE}")
    return recipient


class Writer:
    """Somebody who writes one key after the other all the while, and how long each of them took."""

    def __init__(self):
        self.noted = WORK / "snapshot/puts"
        within("n1", "mkdir -p /run/bench")
        line = ["python3", "/root/client.py", HOSTS["n1"], "write", "/run/bench/puts"]
        self.process = subprocess.Popen([LAB, "run", "n1", *line], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(2)

    def longest_gap(self, since, until):
        """In milliseconds, between two writes that were done, in a while of which it has to have noted something."""
        times = [float(line) for line in within("n1", "cat /run/bench/puts").split("\n")[:-1]]
        times = [moment for moment in times if since <= moment <= until]
        if len(times) < 2:
            die("the writer wrote nothing meanwhile", "tests/lab/lab enter n1")
        return max(after - before for before, after in zip(times, times[1:])) * 1000

    def end(self):
        within("n1", "pkill -f '^python3 /root/client.py'")
        self.process.wait()


class Peak(contextlib.ContextDecorator):
    """The most memory that one of our programs ever had at once while it ran: its children are others' programs."""

    def __enter__(self):
        self.most, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.over.wait(0.02):
            for process in Path("/proc").iterdir():
                if process.name.isdigit():
                    with contextlib.suppress(OSError, StopIteration):
                        if (process / "comm").read_text().strip() in (HOST, "n1.run", "n2.run", "n3.run"):
                            status = (process / "status").read_text().splitlines()
                            self.most = max(self.most, next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")))

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def timed(name, line):
    """Wall time and our own memory; not of what enters the host, which is the same for everybody."""
    settle()
    with Peak() as memory:
        began = time.monotonic()
        within(name, line)
        ended = time.monotonic()
    return Run(ended - began, 0, memory.most), began, ended


def save_rows(rounds, recipient):
    ways = {
        "etcdctl snapshot save": "ETCDCTL_API=3 etcdctl snapshot save etcdctl.db",
        OURS: f"{HOST} snapshot -o ours.db --quiet",
        SEALED: f"{HOST} snapshot -o ours.db.age --recipient {recipient} --quiet",
    }
    runs, gaps = {way: [] for way in ways}, {way: [] for way in ways}
    writer = Writer()
    for number in range(rounds + 1):
        say(f"snapshot: taken under a writer: round {number} of {rounds}" if number else "snapshot: warming up")
        order = list(ways)[number % len(ways):] + list(ways)[:number % len(ways)]
        for way in order:
            within("n1", "rm -f ours.db* etcdctl.db")
            one, began, ended = timed("n1", ways[way])
            if number:
                runs[way].append(one)
                gaps[way].append(Run(writer.longest_gap(began, ended), 0, 0))
    began = time.monotonic()
    time.sleep(5)
    idle = writer.longest_gap(began, time.monotonic())
    writer.end()
    theirs, goals = runs["etcdctl snapshot save"], {OURS: "<= 1.05", SEALED: "<= 1.3"}
    rows = [(way, spread(these), ratio(these, theirs), goals.get(way, ""), spread(gaps[way]),
             ratio(gaps[way], gaps["etcdctl snapshot save"]), peak(these) if way in goals else "") for way, these in runs.items()]
    return rows + [("nobody", "", "", "", f"{idle:.2f}", "", "")]


def verify_rows(rounds):
    within("n1", f"rm -f ours.db* etcdctl.db; {HOST} snapshot -o ours.db --quiet")
    ways = {"sha256sum": "sha256sum ours.db", "etcdpack-host snapshot verify": f"{HOST} snapshot verify ours.db"}
    runs = {way: [timed("n1", line)[0] for _ in range(rounds)] for way, line in ways.items()}
    return [(way, spread(these), ratio(these, runs["sha256sum"]), peak(these) if way != "sha256sum" else "") for way, these in runs.items()]


def restore_rows():
    """Each on all three hosts, one after the other; by hand it is the same program of etcd's, into data that belong to it, synced."""
    size = int(within("n1", "stat -c %s ours.db"))
    for file in ("ours.db", "ours.db.json"):
        kept = WORK / "snapshot" / file
        with open(kept, "wb") as into:
            subprocess.run([LAB, "run", "n1", "cat", f"/root/{file}"], stdout=into, check=True)
        for name in ("n2", "n3"):
            lab("scp", kept, f"{name}:/root/")
    for name in HOSTS:
        within(name, "supervisorctl stop all >/dev/null || true")
    initial = ",".join(f"{name}=https://{address}:2380" for name, address in HOSTS.items())
    runs = collections.defaultdict(list)
    for name, address in HOSTS.items():
        say(f"snapshot: restored on {name}")
        by_hand = (f"ETCDCTL_API=3 /opt/etcd/etcdctl snapshot restore ours.db --data-dir /data/etcd/by-hand --name {name} --initial-cluster {initial} "
                   f"--initial-advertise-peer-urls https://{address}:2380 2>/dev/null && chown -R etcd: /data/etcd/by-hand && sync -f /data/etcd")
        runs["etcdctl snapshot restore; chown; sync"].append(timed(name, by_hand)[0])
        within(name, "rm -r /data/etcd/by-hand")
        ours = f"./{name}.run restore ours.db --yes --quiet {' '.join(repr(word) for word in signer(WORK / 'snapshot/dist/n1.run'))}"
        runs["./HOST.run restore, until etcd runs"].append(timed(name, ours)[0])
    total = {way: sum(one.wall for one in these) for way, these in runs.items()}
    theirs = total["etcdctl snapshot restore; chown; sync"]
    return size, [(way, f"{total[way]:.2f}", f"{total[way] / theirs:.2f}", "<= 1.2" if way.startswith("./") else "",
                   peak(these) if way.startswith("./") else "") for way, these in runs.items()]


def bench_snapshot(rounds):
    os.environ["ETCDPACK_LAB"] = "benchsnap"
    free = os.statvfs(WORK).f_bavail * os.statvfs(WORK).f_frsize
    if free < 16 * GIGABYTE:
        die(f"three members with a gigabyte each, and their snapshots, need 16 GB; {WORK} has {free / 1e9:.1f}", f"df -h {WORK}", 3)
    with booted("supervisor", HOSTS):
        recipient = cluster()
        saved, verified = save_rows(rounds, recipient), verify_rows(rounds)
        size, restored = restore_rows()
    what = f"a snapshot of {size / 1e9:.2f} GB in {GIGABYTE // VALUE} keys, etcd {VERSION}"
    table(f"Taking {what}, while somebody writes", ("by", "seconds (min-max)", "ratio", "goal", "longest gap of the writer's, ms", "ratio", "our peak MiB (goal < 24)"), saved)
    table("Proving it", ("by", "seconds (min-max)", "ratio", "our peak MiB"), verified)
    table("Restoring it on three hosts, one after the other", ("by", "seconds", "ratio", "goal", "our peak MiB"), restored)
