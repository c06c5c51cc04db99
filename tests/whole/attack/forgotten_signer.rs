//! An uninstall that keeps data is not a way to make a host forget whose bundles it takes, and how new they must be.

use std::fs;
use std::process::Command;

use whole::{ImageHost, run};

use super::tree::DATA;

/// Data as a member has it, so that an uninstall keeps it.
fn serve(host: &ImageHost) {
    let wal = host.root.join(DATA).join("member/wal");
    fs::create_dir_all(&wal).unwrap();
    let log = include_bytes!("../../../installer/fixtures/wal-3.5.1.bin");
    fs::write(wal.join("0000000000000000-0000000000000000.wal"), log).unwrap();
}

#[test]
fn after_an_uninstall_that_kept_data_the_signer_and_the_number_count_as_before() {
    let host = ImageHost::new();
    let (older, newer) = (host.bundle("older.run", 3_000_000_000), host.bundle("newer.run", 4_000_000_000));
    let words = host.words();
    host.install(&newer, &["--signer", &words]).ok();
    serve(&host);
    let said = host.run(&newer, &["uninstall", "--yes"]);
    assert!(!said.err.contains("forgotten"), "{said:?}");
    said.ok();
    let kept = fs::read_to_string(host.root.join("var/lib/etcdpack/kept.json")).unwrap();
    assert!(kept.contains("\"schema\": 3") && kept.contains("\"newest\""), "{kept}");

    // Whoever stole a bundle that was outdated, with the words that everybody may know.
    host.install(&older, &["--signer", &words]).refused(3, "older-bundle");
    let said = host.run(&older, &["plan", "--signer", &words]);
    assert!(said.code == 3 && said.err.contains("older-bundle"), "{said:?}");

    // Another key, which anybody can make.
    let rightful = fs::read(host.site.path("pki/signing-key.pem")).unwrap();
    let line = "umask 077; openssl ecparam -name prime256v1 -genkey -noout > pki/signing-key.pem";
    run(Command::new("sh").args(["-c", line]).current_dir(host.site.path("."))).ok();
    let other = host.bundle("other.run", 5_000_000_000);
    let others = host.words();
    host.install(&other, &[]).refused(3, "[signer-changed]");
    host.install(&other, &["--signer", &words]).refused(4, "not by the signer that you named");

    // The rightful one needs no word, as ever.
    fs::write(host.site.path("pki/signing-key.pem"), rightful).unwrap();
    host.install(&newer, &[]).ok();
    // While something is installed, words alone do not change the signer.
    host.install(&other, &["--signer", &others]).refused(4, &words);
    host.run(&newer, &["uninstall", "--yes"]).ok();

    // By its words another is taken: the key was lost. That is said before.
    let said = host.run(&other, &["plan", "--signer", &others]);
    assert!(said.code == 0 && said.err.contains("[signer-changed]") && said.err.contains(&words), "{said:?}");
    let said = host.install(&other, &["--signer", &others]);
    assert!(said.code == 0 && said.err.contains("warning: ") && said.err.contains("[signer-changed]"), "{said:?}");
    host.install(&newer, &["--signer", &words]).refused(4, &others);
    // Nor does it come back by an uninstall, whoever says its words.
    host.run(&other, &["uninstall", "--yes"]).ok();
    for args in [&[][..], &["--signer", &words]] {
        host.refused(&newer, args, 4, "has replaced on this host");
    }
    host.install(&other, &[]).ok();
}

/// Whoever stole a key that was given up has bundles, words, and a host that was uninstalled.
#[test]
fn a_signer_that_named_its_successor_does_not_come_back() {
    let host = ImageHost::new();
    let first = host.bundle("first.run", 3_000_000_000);
    let old = host.words();
    host.install(&first, &["--signer", &old]).ok();
    let stolen = fs::read(host.site.path("pki/signing-key.pem")).unwrap();
    host.site.etcdpack(&["pki", "rotate-signer"]).ok();
    let second = host.bundle("second.run", 4_000_000_000);
    host.install(&second, &[]).ok();
    serve(&host);
    host.run(&second, &["uninstall", "--yes"]).ok();
    host.refused(&first, &["--signer", &old], 4, &format!("signed by {old}, which "));
    // A new key that is nobody's successor takes the place by its words, and what was given up before stays so.
    let line = "umask 077; openssl ecparam -name prime256v1 -genkey -noout > pki/signing-key.pem";
    run(Command::new("sh").args(["-c", line]).current_dir(host.site.path("."))).ok();
    let third = host.bundle("third.run", 5_000_000_000);
    let new = host.words();
    host.install(&third, &["--signer", &new]).ok();
    host.run(&third, &["uninstall", "--yes"]).ok();
    host.refused(&first, &["--signer", &old], 4, &new);
    host.refused(&second, &[], 4, "has replaced on this host");
    // Where that was the error, the one before makes another: it is a stranger, like any.
    fs::write(host.site.path("pki/signing-key.pem"), stolen).unwrap();
    host.site.etcdpack(&["pki", "rotate-signer"]).ok();
    let fourth = host.bundle("fourth.run", 6_000_000_000);
    host.install(&fourth, &[]).refused(3, "[signer-changed]");
    host.install(&fourth, &["--signer", &host.words()]).ok();
}

#[test]
fn a_purge_forgets_and_says_so() {
    let host = ImageHost::new();
    let (older, newer) = (host.bundle("older.run", 3_000_000_000), host.bundle("newer.run", 4_000_000_000));
    let words = host.words();
    host.install(&newer, &["--signer", &words]).ok();
    serve(&host);
    host.run(&newer, &["uninstall", "--yes"]).ok();
    let said = host.run(&newer, &["uninstall", "--purge", "--yes"]);
    assert!(said.err.contains("forgotten"), "{said:?}");
    said.ok();
    host.install(&older, &[]).refused(3, "[signer-unknown]");
    host.install(&older, &["--signer", &words]).ok();
}
