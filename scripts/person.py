#!/usr/bin/env python3
"""Plays the person at a terminal: runs a command there, shows what it shows, and answers what it asks from a slip of paper.

    person.py SLIP COMMAND...

The slip is a file with the lines `words=` (the twelve words of the signer) and `passphrase=`. A passphrase that the command shows
is written down on it. Ends as the command ends.
"""

import os
import pty
import re
import sys
import time

WORD = re.compile(r"Word (\d+) of the twelve: $")
SHOWN = re.compile(r"The passphrase of the private keys for [^:]*, seven words:\s+([a-z-]+)\s")


def read(slip):
    if not os.path.exists(slip):
        return {}
    with open(slip, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


def write(slip, notes):
    with open(os.open(slip, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={text}\n" for name, text in notes.items())


def answer(shown, notes):
    """What a person types after this, or None."""
    if asked := WORD.search(shown):
        return notes["words"].split("-")[int(asked[1]) - 1]
    if shown.endswith("Passphrase of the private key: "):
        return notes["passphrase"]
    if re.search(r"\[y/N\] ?$", shown):
        return "y"
    return None


def main(slip, command):
    notes = read(slip)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    # A person types letter by letter; nobody waits for that in a log.
    pause = 0.04 if os.isatty(1) else 0
    shown = ""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
        shown += data.decode(errors="replace")
        if "passphrase" not in notes and (seen := SHOWN.search(shown)):
            notes["passphrase"] = seen[1]
            write(slip, notes)
        typed = answer(shown, notes)
        if typed is not None:
            shown = ""
            for letter in typed + "\n":
                time.sleep(pause)
                os.write(terminal, letter.encode())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
