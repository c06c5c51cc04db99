"""What scripts/bench measures: etcdpack as it was built, bundles of a real release of etcd, and the lab's hosts.

Measures nothing itself.
"""

import contextlib, subprocess, sys, time
from pathlib import Path

from stopwatch import die, run, say

TOP = Path(__file__).resolve().parent.parent
WORK = TOP / "target/bench"
LAB = TOP / "tests/lab/lab"
VERSION = "3.5.1"
TARBALL = WORK / f"etcd-v{VERSION}-linux-amd64.tar.gz"


def etcdpack():
    """The executable, built where it is not there."""
    path = TOP / "target/release/etcdpack"
    if not path.exists():
        say("building etcdpack")
        subprocess.run([TOP / "scripts/build"], stdout=sys.stderr, check=True)
    return path


def release():
    """A real release of etcd: its size and time to unpack are what everything here is about."""
    if not TARBALL.exists():
        say(f"repacking etcd {VERSION}")
        subprocess.run([TOP / "tests/releases/repack", VERSION, "amd64", WORK], stdout=sys.stderr, check=True)
    return TARBALL


def build(cluster, out):
    return run(etcdpack(), "build", cluster, "--no-rehearsal", "--release", release(), "-o", out, "-q")


def sum_of_release():
    return subprocess.run(["sha256sum", release()], capture_output=True, text=True, check=True).stdout.split()[0]


def signer(bundle):
    return "--signer", (bundle.parent / "signing.words").read_text().strip()


def lab(*words):
    """Not by run(): hosts outlive the command that boots them, and must not become ours to wait for."""
    began = time.monotonic()
    done = subprocess.run([LAB, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        die(f"`lab {' '.join(map(str, words))}` ended with {done.returncode}:\n{done.stderr[-2000:]}", "tests/lab/lab list")
    return time.monotonic() - began


@contextlib.contextmanager
def booted(variant, hosts):
    """The lab's hosts, for as long as this lasts."""
    lab("down")
    try:
        lab("up", "--variant", variant, *(f"{name}={address}" for name, address in hosts.items()))
        yield
    finally:
        lab("down")
