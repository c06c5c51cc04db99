//! Data on standard output that nobody takes: a full disk, and a pipe whose reader has gone.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};

use whole::{Said, Site, cluster, release, run};

/// The command, with a full disk and with a closed pipe for its standard output.
fn untaken(command: impl Fn() -> Command) -> [Said; 2] {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    [Stdio::from(full), Stdio::from(writer)].map(|out| {
        let output = command().stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Said { code: output.status.code().unwrap_or(-1), out: String::new(), err }
    })
}

#[test]
fn what_nobody_could_read_is_no_success() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.0.0.1")]));
    site.build(&tarball);
    let tree = site.path("tree");
    std::fs::create_dir(&tree).unwrap();
    let tree = tree.to_string_lossy().into_owned();
    for args in [
        &["check"][..],
        &["check", "--json"],
        &["verify", "dist/n1.run"],
        &["inspect", "dist/n1.run"],
        &["inspect", "--json", "dist/n1.run"],
        &["fetch", "--list"],
        &["pki", "show"],
        &["pki", "show", "--json"],
        &["pki", "backup-key", "-o", "backup.key"],
        &["--help"],
        &["--version"],
    ] {
        for said in untaken(|| site.command(args)) {
            said.refused(3, "writing to standard output: ");
        }
    }
    assert!(!site.path("backup.key").exists(), "a key that nobody knows whom it opens for");
    // What has changed is no refusal, and is said on the other stream.
    for said in untaken(|| site.command(&["pki", "rotate-signer"])) {
        assert!(said.code == 0 && said.err.contains("new signer: "), "{said:?}");
    }
    for args in [
        &[][..],
        &["verify"],
        &["plan", "--root", &tree],
        &["plan", "--json", "--root", &tree],
        &["uninstall", "--dry-run", "--root", &tree],
        &["install", "--help"],
        &["--version"],
    ] {
        let command = || {
            let mut command = Command::new(site.bundle("n1"));
            command.args(args);
            command
        };
        for said in untaken(command) {
            let plans = args.first().is_some_and(|word| *word == "plan" || *word == "uninstall");
            assert!(said.code == 3, "{args:?}: {said:?}");
            // A plan that is refused has that to say, and ends with the same code.
            assert!(plans || said.err.contains("writing to standard output: "), "{args:?}: {said:?}");
        }
    }
    // Who has read enough has had what was asked for.
    let said =
        run(Command::new("bash").args(["-c", "set -o pipefail; \"$0\" verify | head -n 1"]).arg(site.bundle("n1")));
    assert_eq!(said.code, 0, "{said:?}");
}
