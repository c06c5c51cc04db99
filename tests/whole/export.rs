//! `export`: a stick of every kind that a loop device can be, and what is on it after it was unmounted and mounted again.

use std::fs;
use std::process::Command;

use whole::{Said, Site, etcdpack, run, small_site};

/// A shell line in the site's directory that may mount: all of it is gone afterwards. `$E` is etcdpack; `stick SIZE [OPTIONS]` makes
/// an ext4 of that size and mounts it at `at`.
fn mounting(site: &Site, line: &str) -> Said {
    let prepare = "stick() { truncate -s \"$1\" image; mkfs.ext4 -qF -m0 image; mkdir -p at; mount -o loop,${2:-rw} image at; }\n";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-ec", &format!("{prepare}{line}")]).current_dir(site.path(""));
    run(command.env("E", etcdpack()))
}

#[test]
fn what_is_on_the_stick_is_what_was_built_and_nothing_else() {
    let site = small_site();
    let words = fs::read_to_string(site.path("dist/signing.words")).unwrap();
    let said = mounting(
        &site,
        "stick 256M noexec; echo mine > at/photo.jpg; echo 'mine too' > at/notes.run
         $E export at; $E export at
         umount at; mount -o loop,ro image at; cd at; find . -type f | sort; sha256sum --check SHA256SUMS; cmp n1.run ../dist/n1.run; cmp START-HERE.txt ../dist/START-HERE.txt; cmp SHA256SUMS ../dist/SHA256SUMS
         cat photo.jpg notes.run START-HERE.txt",
    );
    let err = said.err.clone();
    let out = said.ok();
    let there = "./SHA256SUMS\n./START-HERE.txt\n./n1.run\n./notes.run\n./photo.jpg\nn1.run: OK\nmine\nmine too\n";
    assert!(out.starts_with(there), "{out}");
    assert!(out.contains("./n1.run install\r\n"), "{out}");
    assert!(words.trim().split('-').all(|word| word.len() > 2) && !out.contains(words.trim()), "{out}");
    assert_eq!(err.matches("3 files written and read back; now unmount it").count(), 2, "{err}");
    assert!(err.contains("it is mounted noexec"), "{err}");
}

#[test]
fn what_a_stick_cannot_take_is_refused_before_anything_is_written() {
    let site = small_site();
    for (line, code, words) in [
        ("stick 256M; mount -o remount,ro at; before; $E export at", 3, "is mounted read-only"),
        ("stick 3M; before; $E export at", 3, "more are needed; nothing was written"),
        ("stick 256M; echo mine > at/n1.run; before; $E export at", 3, "etcdpack did not write it; it was left alone"),
        ("stick 256M; echo mine > at/START-HERE.txt; before; $E export at", 3, "etcdpack did not write it"),
        ("stick 256M; ln -s ../dist/n1.run at/SHA256SUMS; before; $E export at", 3, "etcdpack did not write it"),
        ("mkdir -p at; before; $E export dist", 2, "is where the bundles are"),
        ("mkdir -p at; before; $E export at/none", 2, "No such file"),
        ("stick 256M; before; cp -r dist bad; printf x >> bad/n1.run; $E export --from bad at", 4, "`bad/n1.run`: "),
        ("stick 256M; before; $E export --from pki at", 3, "lists no bundle"),
    ] {
        let functions = "before() { ls -lAR --time-style=full-iso at > before; }; ";
        let after = "; code=$?; ls -lAR --time-style=full-iso at | cmp - before || exit 99; exit $code";
        let said = mounting(&site, &format!("{functions}set +e; {line}{after}"));
        assert!(said.code == code && said.err.contains(words), "{line}: {said:?}");
    }
}

/// The room below the loop device ends, and the kernel says so to whoever syncs; or a write is acknowledged that never was.
#[test]
fn a_stick_that_goes_or_lies_is_noticed() {
    let site = small_site();
    let dies = "mkdir small; mount -t tmpfs -o size=32M none small; cd small; stick 200M
                head -c $(($(stat -f -c '%a * %S' .) - 1048576)) /dev/zero > filler; cd ..; set +e; $E export small/at; code=$?
                ls small/at; exit $code";
    let said = mounting(&site, dies);
    assert!(said.code == 3 && said.err.contains("plug it in and mount it again"), "{said:?}");
    assert!(!said.out.contains("n1.run"), "no name for what is not there: {said:?}");
    // Of the bundle's second mebibyte nothing is written.
    let lies =
        "stick 256M; strace -f -qq -o trace -e trace=write -e inject=write:retval=1048576:when=2 $E -q export at";
    let said = mounting(&site, lies);
    assert!(
        said.code == 4 && said.err.contains("reads back as"),
        "{said:?}\n{:?}",
        fs::read_to_string(site.path("trace"))
    );
    assert!(said.err.contains("take another stick"), "{said:?}");
}
