//! What was done to a host is on record: each operation once, however often it was cut off, and how it ended.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use whole::bundles::Bundles;
use whole::strace::{self, Fault};
use whole::{SIGNER, Said, run};

const HISTORY: &str = "var/lib/etcdpack/history.jsonl";

/// Each entry in a few words.
fn history(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join(HISTORY)).unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let said = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["etcdpack"], env!("CARGO_PKG_VERSION"), "{line}");
        assert!(entry["changes"].as_u64().is_some_and(|count| count > 0), "{line}");
        assert!(entry["bundle"]["signer"].as_str().is_some_and(|signer| !signer.is_empty()), "{line}");
        let number = &entry["bundle"]["number"];
        format!("{} {} of {number}, {}", entry["n"], word(&entry["operation"]), word(&entry["outcome"]))
    };
    text.lines().map(said).collect()
}

#[test]
fn every_operation_is_remembered_once_and_how_it_ended() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    let command = |bundle: &Path, line: &str, root: &Path| {
        let mut command = Command::new(bundle);
        command.args(line.split(' ')).arg("--root").arg(root);
        command
    };
    let install = format!("install --yes --quiet {SIGNER}");
    let (first, second) =
        (|line: &str| command(&bundles.first, line, &root), || command(&bundles.second, &install, &root));
    run(&mut first(&install)).ok();
    let mut expected = vec!["1 install of 1, done".to_owned()];
    assert_eq!(history(&root), expected);
    let mode = fs::metadata(root.join(HISTORY)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    // What has nothing to do leaves no entry.
    run(&mut first(&install)).ok();
    assert_eq!(history(&root), expected);

    // Where the history cannot be written, and where the receipt cannot after it, nothing is installed; and it says so.
    let tree = |name: &str| {
        let tree = dir.path().join(name);
        run(Command::new("cp").arg("-a").arg(&root).arg(&tree)).ok();
        tree
    };
    let points = strace::points(&command(&bundles.second, &install, &tree("undisturbed")));
    let of = |name: &str| points.iter().filter(move |point| point.line.contains(name)).collect::<Vec<_>>();
    expected.push("2 install of 2, rolled-back".to_owned());
    for name in ["history.jsonl", "receipt.json"] {
        let (at, tree) = (&of(name).first().expect("a call that names it").point, tree(name));
        let said =
            strace::inject(&command(&bundles.second, &install, &tree), &at.call, at.n, Fault::Errno("EIO")).unwrap();
        assert!(said.code == 5 && said.err.contains(name), "{said:?}");
        assert_eq!(history(&tree), expected);
    }
    let at = &of("receipt.json").first().expect("a call that names it").point;
    assert_eq!(strace::inject(&second(), &at.call, at.n, Fault::Errno("EIO")).unwrap().code, 5);

    // Killed right before and right after it has its name, and gone on with: once.
    for (n, at) in of("history.jsonl").into_iter().chain(of("receipt.json")).enumerate() {
        let again = tree(&format!("killed{n}"));
        let command = || command(&bundles.second, &install, &again);
        assert!(matches!(
            strace::inject(&command(), &at.point.call, at.point.n, Fault::Kill),
            Ok(Said { code: -9, .. })
        ));
        run(&mut command()).ok();
        assert_eq!(history(&again)[2..], ["3 install of 2, done"], "killed at {}", at.line);
    }

    // A line that cannot be read is in nobody's way, and stays.
    let text = fs::read_to_string(root.join(HISTORY)).unwrap();
    fs::write(root.join(HISTORY), format!("{text}of another time")).unwrap();
    run(&mut second()).ok();
    let text = fs::read_to_string(root.join(HISTORY)).unwrap();
    assert!(text.contains("\nof another time\n"), "{text}");
    fs::write(root.join(HISTORY), text.replace("of another time\n", "")).unwrap();
    expected.push("3 install of 2, done".to_owned());
    assert_eq!(history(&root), expected);

    // It stays with the data, and goes with them.
    fs::write(root.join("data/etcd/etcd-server/db"), "data").unwrap();
    run(&mut first("uninstall --yes")).ok();
    expected.push("4 uninstall of 2, done".to_owned());
    assert_eq!(history(&root), expected);
    let said = run(&mut first("uninstall --yes --purge"));
    assert!(said.err.contains("the history of what was done here has gone with it"), "{said:?}");
    assert!(!root.join("var").exists());
}
