import os, pty, signal, subprocess, sys


def talk(command, hear):
    """Runs a command at a terminal of its own: what it has shown in all, and how it ended.

    `hear` is called with all that was shown so far, and with a function that types bytes.
    """
    # Whoever starts tests in the background has some of these ignored.
    for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP):
        signal.signal(each, signal.SIG_DFL)
    signal.alarm(120)
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    shown = ""
    while True:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data.decode(errors="replace")
        hear(shown, lambda typed: os.write(fd, typed))
    return shown, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def answered(question, answer, meanwhile, command):
    """Answers each time the question comes, after a line of shell out here; prints what was shown, and ends as it ended."""
    asked = 0

    def hear(shown, type_):
        nonlocal asked
        if shown.count(question) > asked:
            asked += 1
            subprocess.run(meanwhile, shell=True, check=True, stdin=subprocess.DEVNULL)
            type_(answer.encode() + b"\n")

    shown, status = talk(command, hear)
    print(shown)
    sys.exit(status)
