//! What stands at the end of each help page: examples and exit codes. The commands are those of host `n1`.

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  internal error (a bug in etcdpack)
  2  the command line is wrong
  3  refused: nothing was changed
  4  verification failed: nothing was changed
  5  failed or interrupted, and everything was undone
  6  failed, and something is left, which was named
  7  installed, but etcd is not healthy (install --wait, status); or doctor found something";

/// The end of a page. Each example is a command, and what it does.
fn page(examples: &[(&str, &str)]) -> String {
    let examples: Vec<String> = examples.iter().map(|(command, does)| format!("  {command}\n      {does}\n")).collect();
    format!("Examples:\n{}\n{EXIT_CODES}", examples.concat())
}

pub(crate) fn all() -> String {
    page(&[
        ("./n1.run plan", "show what an install would check and do"),
        ("etcdpack-host status", "after the install: how the member is"),
    ])
}

pub(crate) fn plan() -> String {
    page(&[
        ("./n1.run plan", "show findings and steps"),
        ("etcdpack-host plan --json n1.run", "of another bundle, for scripts"),
    ])
}

pub(crate) fn install() -> String {
    page(&[
        ("./n1.run install", "show the plan, ask, and install"),
        ("./n1.run install --yes --signer \"$(cat signing.words)\" --wait 60", "for scripts"),
    ])
}

pub(crate) fn restore() -> String {
    page(&[
        (
            "./n1.run restore /mnt/stick/etcd.db",
            "show the plan, ask, and restore: the same file on each host, with its own bundle",
        ),
        ("./n1.run restore --dry-run /mnt/stick/etcd.db", "show findings and steps; change nothing"),
        (
            "./n1.run restore --again 2 /mnt/stick/etcd.db",
            "the same snapshot a second time, on each host: a new cluster again",
        ),
    ])
}

pub(crate) fn csr() -> String {
    page(&[
        ("./n1.run csr -o n1.csr", "make the key, write the request, and show the words of the key"),
        ("./n1.run csr --root /mnt/image -o n1.csr", "in an image"),
    ])
}

pub(crate) fn verify() -> String {
    page(&[
        ("./n1.run verify", "check the bundle in this file"),
        ("etcdpack-host verify n1.run", "check a new bundle before any of it runs"),
    ])
}

pub(crate) fn status() -> String {
    page(&[
        ("etcdpack-host status", "show service, certificate, members and health"),
        ("etcdpack-host status --json", "for monitoring"),
    ])
}

pub(crate) fn doctor() -> String {
    page(&[
        ("etcdpack-host doctor", "what is wrong here, or will be, and what to type about it"),
        ("etcdpack-host doctor --json --strict", "for monitoring: exit 7 for warnings, too"),
    ])
}

pub(crate) fn report() -> String {
    page(&[
        ("etcdpack-host report -o report.html", "a page to read in a browser and to print"),
        ("etcdpack-host report", "the same as text"),
        ("etcdpack-host report --format json", "the same for programs"),
    ])
}

pub(crate) fn snapshot() -> String {
    page(&[
        ("etcdpack-host snapshot -o /backup/etcd.db", "save, and prove that the file is whole"),
        ("etcdpack-host snapshot verify /backup/etcd.db", "prove it again, at any time"),
        ("etcdpack-host snapshot --recipient age1...", "seal it for whoever has the secret half"),
        (
            "etcdpack-host snapshot -o - | ssh archive 'cat > etcd.db'",
            "exit 0: it is whole; otherwise, what the other end has is not a snapshot",
        ),
        ("etcdpack-host snapshot --with-v2 -o /backup/etcd.db", "etcd 3.1 to 3.3: with the keys of the v2 API"),
    ])
}

pub(crate) fn snapshot_list() -> String {
    page(&[
        ("etcdpack-host snapshot list /backup", "from the records beside them"),
        ("etcdpack-host snapshot list --verify /backup", "read them all: exit 4 if one is not whole"),
    ])
}

pub(crate) fn snapshot_verify() -> String {
    page(&[
        ("etcdpack-host snapshot verify /backup/*.db", "exit 4 if one of them is not whole"),
        ("./n1.run snapshot verify etcd.db", "on a host without etcdpack"),
        (
            "etcdpack-host snapshot verify --identity-fd 3 etcd.db.age 3<identity.txt",
            "open a sealed one, and prove what is within",
        ),
    ])
}

pub(crate) fn drill() -> String {
    page(&[
        ("etcdpack-host drill /backup/etcd.db", "exit 0 if a cluster could come back from it, and how long that took"),
        ("etcdpack-host drill --json /backup/etcd.db", "for scripts"),
    ])
}

pub(crate) fn uninstall() -> String {
    page(&[
        ("etcdpack-host uninstall --dry-run", "show what would be removed and what would stay"),
        ("etcdpack-host uninstall --purge", "ask, then remove everything, data and logs too"),
    ])
}
