//! A stranger's bundle that is only looked at: nothing of it runs.

use std::process::Command;

use whole::{Lab, SIGNER, Site, cluster, plain_keys, release, run};

use super::{compile, remake};

const ADDRESS: &str = "10.84.0.11";

#[test]
fn nothing_of_a_bundle_runs_before_somebody_has_said_a_word_for_it() {
    let tarball = release("3.5.1", "amd64");
    let text = cluster("3.5.1", &tarball, &[("n1", ADDRESS)]);
    let site = Site::new(&text);
    site.build(&tarball);
    let (older, newer) = (site.path("older.run"), site.path("newer.run"));
    std::fs::rename(site.bundle("n1"), &older).unwrap();
    let more = "[etcd]\nquota-backend-bytes = 4294967296\n";
    std::fs::write(site.path("cluster.toml"), plain_keys(&format!("{text}{more}"))).unwrap();
    site.build(&tarball);
    std::fs::rename(site.bundle("n1"), &newer).unwrap();

    // An installer and wheels that leave a mark where they run.
    let (elf, wheel) = (site.path("elf"), site.path("wheel"));
    compile("#include <stdio.h>\nint main(void) { return !fopen(\"/root/ran-elf\", \"w\"); }", &elf);
    let script = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as wheel:\n    \
                  for name in 'supervisor/__init__.py', 'sitecustomize.py':\n        \
                  wheel.writestr(name, 'open(\"/root/ran-wheel\", \"w\")')";
    run(Command::new("python3").args(["-c", script]).arg(&wheel)).ok();
    let (elf, wheel) = (format!("elf={}", elf.display()), format!("wheel={}", wheel.display()));
    remake(&older, &site.path("stranger.run"), &[&elf]);
    remake(&older, &site.path("wheels.run"), &[&elf, &wheel]);

    let lab = Lab::up("nothing", "python", &[&format!("n1={ADDRESS}")]);
    for file in ["newer.run", "stranger.run", "wheels.run"] {
        lab.put(&site.path(file), "n1");
    }
    let unmarked = |what: &str| {
        let marks = lab.sh("n1", "ls /root/ran-elf /root/ran-wheel 2>/dev/null").out;
        assert_eq!(marks, "", "{what} ran it");
    };
    for args in ["plan", "plan --json", "verify", "plan --service supervisor"] {
        let (command, more) = args.split_once(' ').unwrap_or((args, ""));
        let said = lab.sh("n1", &format!("./newer.run {command} stranger.run {more}"));
        assert_eq!(said.code, 0, "{said:?}");
        // Not even the wheels that etcdpack knows are tried.
        let told = said.out.contains("supervisor-untried") || said.err.contains("[supervisor-untried]");
        assert_eq!(told, command == "plan", "{said:?}");
        unmarked(args);
        let said = lab.sh("n1", &format!("./newer.run {command} wheels.run {more} {SIGNER}"));
        assert_eq!(said.code, 4, "{said:?}");
        unmarked(args);
    }
    lab.sh("n1", "./newer.run install stranger.run --yes").refused(3, "[signer-unknown]");
    unmarked("install --yes");
    // Its signer known, and refused for another reason: it is older than what is here.
    lab.sh("n1", &format!("./newer.run install --yes {SIGNER}")).ok();
    for command in ["plan", "install --yes", "verify"] {
        let (command, more) = command.split_once(' ').unwrap_or((command, ""));
        let said = lab.sh("n1", &format!("etcdpack-host {command} stranger.run {more}"));
        assert!(matches!(said.code, 0 | 3 | 4), "{said:?}");
        unmarked(command);
    }
}
