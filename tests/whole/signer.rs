//! Who may bring a bundle to a host: nobody's word but the operator's at first, then the first signer's and its successors'.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::process::Command;

use whole::{ImageHost, Lab, SIGNER, Site, cluster, plain_keys, release, run, small_site};

#[test]
fn the_first_install_needs_the_operators_word() {
    let host = ImageHost::new();
    let bundle = host.bundle("one.run", 3_000_000_000);
    host.refused(&bundle, &[], 3, "[signer-unknown]");
    let stranger = "abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-about";
    host.refused(&bundle, &["--signer", stranger], 4, "not by the signer that you named");
    let said = host.install(&bundle, &["--signer", "these are no words"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("twelve words"), "{said:?}");
    // The same key by its sum, as openssl and sha256sum give it.
    let line = format!(
        "openssl pkey -pubin -in '{}' -outform DER | sha256sum | cut -c1-64",
        host.site.path("dist/signing.pub").display()
    );
    let sum = run(Command::new("sh").args(["-c", &line])).ok();
    host.install(&bundle, &["--signer", &sum]).ok();
    // Known from now on.
    let said = host.install(&bundle, &[]);
    assert!(said.err.contains("nothing was changed"), "{said:?}");
}

#[test]
fn a_bundle_by_another_signer_is_refused_unless_the_first_named_it() {
    let host = ImageHost::new();
    let first = host.bundle("first.run", 3_000_000_000);
    let old = host.words();
    host.install(&first, &["--signer", &old]).ok();

    // The same CA and numbers, another key: whoever got hold of a copy of the rest.
    let kept = fs::read(host.site.path("pki/signing-key.pem")).unwrap();
    let line = "umask 077; openssl ecparam -name prime256v1 -genkey -noout > pki/signing-key.pem";
    run(Command::new("sh").args(["-c", line]).current_dir(host.site.path("."))).ok();
    let stranger = host.bundle("stranger.run", 4_000_000_000);
    let new = host.words();
    assert_ne!(new, old);
    for args in [&[][..], &["--signer", &new]] {
        host.refused(&stranger, args, 4, &old);
    }
    let said = run(Command::new(host.root.join("usr/local/sbin/etcdpack-host")).arg("verify").arg(&stranger));
    said.ok();

    // A new key where there is none is nobody's successor.
    host.site.etcdpack(&["pki", "rotate-signer", "absent"]).refused(3, "absent/signing-key.pem");
    assert!(!host.site.path("absent").exists());

    // The rightful key again, which names a successor.
    fs::write(host.site.path("pki/signing-key.pem"), kept).unwrap();
    fs::set_permissions(host.site.path("pki/signing-key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    host.site.etcdpack(&["pki", "rotate-signer"]).ok();
    let successor = host.bundle("successor.run", 5_000_000_000);
    assert_ne!(host.words(), old);
    let said = host.install(&successor, &[]);
    assert!(said.err.contains("the successor"), "{said:?}");
    said.ok();
    // It counts alone from now on.
    host.refused(&first, &[], 4, &host.words());
}

#[test]
fn an_older_bundle_comes_back_only_by_the_operators_word() {
    let host = ImageHost::new();
    let (first, second) = (host.bundle("first.run", 3_000_000_000), host.bundle("second.run", 4_000_000_000));
    host.install(&first, &[SIGNER]).ok();
    host.install(&second, &[]).ok();
    host.refused(&first, &[], 3, "[older-bundle]");
    host.install(&first, &["--allow-downgrade"]).ok();
    let receipt = fs::read_to_string(host.root.join("var/lib/etcdpack/receipt.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    let serial = |of: &serde_json::Value| of["serial"].as_u64().unwrap();
    let (newest, here) = (serial(&receipt["newest"]), serial(&receipt["manifest"]["provenance"]));
    assert!(newest > here, "{newest} {here}");

    // A copy of `pki/` from before the second build numbers another bundle as the second.
    let numbers = host.site.path("pki/serials.toml");
    let text = fs::read_to_string(&numbers).unwrap();
    fs::write(&numbers, text.replace(&format!("serial = {newest}"), &format!("serial = {}", newest - 1))).unwrap();
    let twin = host.bundle("twin.run", 5_000_000_000);
    host.refused(&twin, &["--allow-downgrade"], 3, "[same-number]");

    // Another cluster of the same name.
    let text = fs::read_to_string(&numbers).unwrap();
    let id = text.lines().find(|line| line.starts_with("site-id")).unwrap();
    fs::write(&numbers, text.replace(id, &format!("site-id = \"{}\"", "5".repeat(32)))).unwrap();
    let other = host.bundle("other.run", 6_000_000_000);
    host.refused(&other, &[], 3, "[other-cluster]");
}

#[test]
fn a_pki_that_comes_back_from_an_older_copy_is_told() {
    let host = ImageHost::new();
    let first = host.bundle("first.run", 3_000_000_000);
    host.site.shell("cp -a pki older").ok();
    host.install(&first, &[SIGNER]).ok();
    let build = |more: &str| {
        host.site
            .shell(&format!(
                "{} build --no-rehearsal --quiet --release release.tar.gz {more}",
                whole::etcdpack().display()
            ))
            .ok()
    };
    build("--same-cluster");
    let second = host.bundle("second.run", 4_000_000_000);
    host.install(&second, &[]).ok();

    // The copy founds still, and numbers anew: by whatever number, for whatever word.
    host.site.shell("rm -r pki && mv older pki").ok();
    let third = host.bundle("third.run", 5_000_000_000);
    build("");
    let fourth = host.bundle("fourth.run", 6_000_000_000);
    let older = |args: &[&str]| {
        for bundle in [&third, &fourth] {
            host.refused(bundle, args, 3, "[older-bundle]");
            let said = host.install(bundle, args);
            assert!(said.err.contains("this `pki/` is an older copy"), "{said:?}");
            assert!(said.err.contains("etcdpack build --same-cluster=t-"), "{said:?}");
        }
    };
    older(&[]);
    older(&["--allow-downgrade"]);
    // What an uninstall keeps says the same.
    let wal = host.root.join("data/etcd/etcd-server/member/wal");
    fs::create_dir_all(&wal).unwrap();
    let log = include_bytes!("../../installer/fixtures/wal-3.5.1.bin");
    fs::write(wal.join("0000000000000000-0000000000000000.wal"), log).unwrap();
    host.run(&second, &["uninstall", "--yes"]).ok();
    older(&["--allow-downgrade"]);

    // As the help says, with the token in it.
    let said = host.install(&fourth, &[]);
    let line = said.err.lines().find_map(|line| line.split_once("etcdpack build ")).expect("a line to type").1;
    build(line.split(',').next().unwrap());
    let fifth = host.bundle("fifth.run", 7_000_000_000);
    host.install(&fifth, &[]).ok();
}

#[test]
fn the_host_verifies_a_new_bundle_before_any_of_it_runs() {
    let tarball = release("3.5.1", "amd64");
    let cluster = cluster("3.5.1", &tarball, &[("n1", "10.95.0.11")]);
    let site = Site::new(&cluster);
    site.build(&tarball);
    let lab = Lab::up("tsigner", "bare", &["n1=10.95.0.11"]);
    lab.scp(&site.bundle("n1"), "n1");
    lab.ssh("n1", &format!("./n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    fs::write(site.path("cluster.toml"), plain_keys(&(cluster + "[etcd]\nquota-backend-bytes = 4294967296\n")))
        .unwrap();
    site.build(&tarball);
    lab.scp(&site.bundle("n1"), "n1");
    // Without the right to be run at all, for nothing of it may be.
    lab.sh(
        "n1",
        "chmod 600 n1.run && cp n1.run bad.run && printf x | dd of=bad.run bs=1 seek=5000 conv=notrunc 2>/dev/null",
    )
    .ok();
    lab.ssh("n1", "etcdpack-host install --yes bad.run").refused(4, "`bad.run`");
    lab.ssh("n1", "etcdpack-host install --yes absent.run").refused(3, "`absent.run`");
    lab.ssh("n1", "etcdpack-host install --yes").refused(4, "carries no bundle");
    let said = lab.ssh("n1", "etcdpack-host plan n1.run");
    assert!(said.err.contains("whose bundles this host takes"), "{said:?}");
    said.ok();
    lab.ssh("n1", "etcdpack-host install --yes --quiet --wait 60 n1.run").ok();
    lab.ssh("n1", "grep -q 4294967296 /opt/etcd/etcd-server-startup.sh").ok();
    assert_eq!(lab.etcds("n1").len(), 1);
    lab.ssh("n1", "etcdpack-host uninstall --purge --yes --quiet").ok();
}

#[test]
fn the_builder_takes_a_key_that_is_given_and_says_whose_a_bundle_is() {
    let site = small_site();
    let tarball = site.path("release.tar.gz").to_string_lossy().into_owned();
    fs::DirBuilder::new().mode(0o700).create(site.path("keys")).unwrap();
    let build = |key: &str| site.etcdpack(&["build", "-q", "--release", &tarball, "--signing-key", key]);
    for (name, make) in [
        ("sec1.pem", "openssl ecparam -name prime256v1 -genkey -noout"),
        ("pkcs8.pem", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
    ] {
        let line = format!("umask 077; cd '{}' && {make} > {name}", site.path("keys").display());
        run(Command::new("sh").args(["-c", &line])).ok();
        build(&format!("keys/{name}")).ok();
        let words = fs::read_to_string(site.path("dist/signing.words")).unwrap();
        let said = site.etcdpack(&["verify", "--signer", words.trim(), "dist/n1.run"]).ok();
        assert!(said.contains(words.trim()), "{said}");
        site.etcdpack(&["verify", SIGNER, "dist/n1.run"]).refused(4, words.trim());
    }
    for (name, make, code, words) in [
        ("rsa.pem", "openssl genrsa 2048 2>/dev/null", 3, "P-256"),
        ("p384.pem", "openssl ecparam -name secp384r1 -genkey -noout", 3, "P-256"),
        ("empty.pem", "true", 3, "empty.pem` is empty"),
        ("open.pem", "umask 022; openssl ecparam -name prime256v1 -genkey -noout", 3, "open to other users"),
    ] {
        let line = format!("umask 077; cd '{}' && ({make} > {name})", site.path("keys").display());
        let line = if name == "open.pem" {
            format!("{line}; chmod 644 '{}'", site.path("keys/open.pem").display())
        } else {
            line
        };
        run(Command::new("sh").args(["-c", &line])).ok();
        build(&format!("keys/{name}")).refused(code, words);
    }
    assert_eq!(build("keys/absent.pem").code, 3);
}
