"""A stopwatch for scripts/bench: runs commands, measures them, and prints what came out as tables.

Knows nothing of etcdpack. A command that fails ends the run: half a comparison is none.
"""

import collections, concurrent.futures, ctypes, os, shutil, signal, statistics, subprocess, sys, tempfile, time

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)

# Seconds on the wall, seconds on a processor (user and system), most memory in KiB.
Run = collections.namedtuple("Run", "wall cpu peak")


def say(text):
    print(text, file=sys.stderr, flush=True)


def die(message, remedy, status=1):
    say(f"bench: {message}\nhelp: {remedy}")
    sys.exit(status)


def run(*argv):
    """Runs a command to its end and measures it, with the children that it waited for."""
    # A child inherits the peak of memory of the process that it was forked from, and Python's is large: so a small
    # shell starts the command and ends, and the command is handed to us. A millisecond, the same for everybody.
    start = 'exec 3>&1 1>&2; "$@" 3>&- & echo $! >&3'
    with tempfile.TemporaryFile() as said:
        adopt_orphans(1)
        began = time.monotonic()
        shell = subprocess.run(["sh", "-c", start, "sh", *map(str, argv)], stdout=subprocess.PIPE, stderr=said, check=True)
        child = int(shell.stdout)
        try:
            _, status, used = os.wait4(child, 0)
        except KeyboardInterrupt:
            os.kill(child, signal.SIGTERM)
            raise
        wall = time.monotonic() - began
        adopt_orphans(0)
        if status != 0:
            said.seek(0)
            text = said.read().decode(errors="replace")[-2000:]
            command = " ".join(map(str, argv))
            die(f"`{command}` ended with {os.waitstatus_to_exitcode(status)}:\n{text}", command)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)


def adopt_orphans(on):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, on, 0, 0, 0)


def write_only(source, count, into, at_once):
    """Writes so many copies of one file, so many at a time: the least that anybody who makes files of that size must do."""
    def one(number):
        with open(source, "rb") as old, open(into / str(number), "wb") as new:
            while os.copy_file_range(old.fileno(), new.fileno(), 1 << 30):
                pass
            os.fsync(new.fileno())

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, range(count)))
    return Run(time.monotonic() - began, 0, 0)


def settle():
    """What others have written is on disk, so that nobody's sync pays for it."""
    os.sync()


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def spread(runs, field="wall"):
    values = [getattr(run, field) for run in runs]
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def median(runs, field="wall"):
    return statistics.median(getattr(run, field) for run in runs)


def ratio(ours, theirs):
    return f"{median(ours) / median(theirs):.2f}"


def peak(runs):
    """The most memory of any of them, in MiB."""
    return f"{max(run.peak for run in runs) / 1024:.1f}"


def table(title, head, rows):
    rows = [[str(cell) for cell in row] + [""] * (len(head) - len(row)) for row in [head, *rows]]
    wide = [max(map(len, column)) for column in zip(*rows)]
    print(f"\n{title}")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, wide)).rstrip())
    sys.stdout.flush()
