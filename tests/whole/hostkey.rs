//! Keys that never travel: a host makes its own, the request goes out, the certificate comes in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use whole::form::chosen;
use whole::strace::{self, Fault};
use whole::{Lab, Said, Site, cluster, release, run, sha256, signer, small_site};

const KEY: &str = "opt/etcd-v3.5.1/certs/etcd-peer-key.pem";
const MADE: &str = "var/lib/etcdpack/host-key/etcd-peer-key.pem";

/// The small site, its bundles without keys and certificates.
fn host_site() -> Site {
    let site = small_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", "\"host-key\"")).unwrap();
    fs::remove_dir_all(site.path("pki/hosts")).unwrap();
    let said = site.etcdpack(&["build", "--release", "release.tar.gz"]);
    for words in ["no private key is in them", "etcdpack sign n1.csr", "./n1.run csr -o n1.csr"] {
        assert!(said.err.contains(words), "no `{words}` in {said:?}");
    }
    said.ok();
    fs::create_dir(site.path("root")).unwrap();
    site
}

fn bundle(site: &Site, command: &str) -> Said {
    let service = if command.starts_with("install") { concat!("--service systemd ", signer!()) } else { "" };
    site.shell(&format!("dist/n1.run {command} {service} --root root"))
}

fn sign(site: &Site, more: &str) -> Said {
    site.shell(&format!("{} sign --no-rehearsal --release release.tar.gz {more}", whole::etcdpack().display()))
}

/// `--words` for a host, from its request by stock tools.
fn words(site: &Site, host: &str, file: &str) -> String {
    let line =
        format!("openssl req -in {file} -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64");
    format!("--words {host}={}", site.shell(&line).ok())
}

fn files(site: &Site) -> String {
    site.shell("cd root && find . -type f -printf '%m %p\\n' | sort").ok()
}

#[test]
fn a_key_stays_where_it_was_made() {
    let site = host_site();
    bundle(&site, "install --yes").refused(3, "[no-certificate]");
    let said = bundle(&site, "csr -o n1.csr");
    assert!(said.err.contains("words of this host's key"), "{said:?}");
    let twelve = |line: &&str| line.trim().split('-').count() == 12;
    let shown = said.err.lines().find(twelve).expect("twelve words").trim().to_owned();
    said.ok();
    let made = fs::read_to_string(site.path("root").join(MADE)).unwrap();
    assert_eq!(fs::metadata(site.path("root").join(MADE)).unwrap().permissions().mode() & 0o777, 0o600);
    // What openssl makes of both, and the same request once more.
    site.shell("openssl req -in n1.csr -noout -verify").ok();
    let subject = site.shell("openssl req -in n1.csr -noout -subject -nameopt RFC2253").ok();
    assert_eq!(subject, "subject=CN=n1");
    let public = |args: &str| site.shell(&format!("openssl {args}")).ok();
    assert_eq!(public(&format!("pkey -in root/{MADE} -pubout")), public("req -in n1.csr -noout -pubkey"));
    assert_eq!(bundle(&site, "csr").out, fs::read_to_string(site.path("n1.csr")).unwrap());
    sign(&site, "n1.csr").refused(3, "there is no terminal to ask on");
    let said = sign(&site, &format!("n1.csr --words n1={shown}"));
    assert!(said.err.contains("1 of 1 hosts have one"), "{said:?}");
    said.ok();
    // The answer has a certificate with the names of the cluster file, and no key.
    let listing = site.shell("unzip -l dist/n1.run").ok();
    assert!(listing.contains("certs/etcd-peer.pem") && !listing.contains("key"), "{listing}");
    let names = public("x509 -in pki/hosts/n1/etcd-peer.pem -noout -ext subjectAltName");
    assert!(names.contains("DNS:n1") && names.contains("IP Address:10.83.0.11"), "{names}");
    site.shell("openssl verify -CAfile pki/ca.pem pki/hosts/n1/etcd-peer.pem").ok();
    assert!(!site.path("pki/hosts/n1/etcd-peer-key.pem").exists());
    let answer = sha256(&site.bundle("n1"));
    site.etcdpack(&["build", "--release", "release.tar.gz"]).ok();
    assert_eq!(sha256(&site.bundle("n1")), answer, "the same inputs, the same bytes");
    let plan = bundle(&site, "plan").ok();
    assert!(plan.contains("0600 etcd's user, made on this host"), "{plan}");
    bundle(&site, "install --yes").ok();
    assert_eq!(fs::read_to_string(site.path("root").join(KEY)).unwrap(), made);
    assert!(!site.path("root/var/lib/etcdpack/host-key").exists());
    assert!(!site.path("root/var/lib/etcdpack/kept.json").exists());
    let receipt = fs::read_to_string(site.path("root/var/lib/etcdpack/receipt.json")).unwrap();
    assert!(!receipt.contains("host-key/"), "{receipt}");
    let all = files(&site);
    let again = bundle(&site, "install --yes");
    assert!(again.err.contains("nothing was changed"), "{again:?}");
    // For a renewal the key at work asks again.
    assert_eq!(bundle(&site, "csr").out, fs::read_to_string(site.path("n1.csr")).unwrap());
    assert_eq!(files(&site), all);
    bundle(&site, "uninstall --purge --yes").ok();
    assert_eq!(fs::read_dir(site.path("root")).unwrap().count(), 0);
}

#[test]
fn where_pki_is_lost_the_host_makes_a_key_beside_the_data_that_were_kept() {
    let site = host_site();
    let certified = || {
        bundle(&site, "csr -o n1.csr").ok();
        sign(&site, &format!("n1.csr {}", words(&site, "n1", "n1.csr"))).ok();
    };
    certified();
    bundle(&site, "install --yes").ok();
    let wal = site.path("root/data/etcd/etcd-server/member/wal");
    with_data(&site, "root");
    bundle(&site, "uninstall --yes").ok();
    let kept = || fs::read_to_string(site.path("root/var/lib/etcdpack/kept.json")).unwrap();
    assert!(kept().contains("\"peer-url\": \"https://10.83.0.11:2380\""), "{}", kept());

    site.shell("rm -r pki dist n1.csr").ok();
    site.etcdpack(&["build", "--same-cluster", "--release", "release.tar.gz"]).ok();
    certified();
    let install = |more: &str| site.shell(&format!("dist/n1.run install --yes --service systemd --root root {more}"));
    install("").refused(3, "[signer-changed]");
    let said = install("--signer $(cat dist/signing.words)");
    assert!(said.code == 0 && said.err.contains("[signer-changed]"), "{said:?}");
    assert!(fs::read(site.path("root").join(KEY)).is_ok() && wal.exists());
    // Another member's is not let near them.
    bundle(&site, "uninstall --yes").ok();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("10.83.0.11", "10.83.0.12")).unwrap();
    site.shell("rm -r pki dist").ok();
    site.etcdpack(&["build", "--same-cluster", "--release", "release.tar.gz"]).ok();
    bundle(&site, "csr").refused(3, "this host is member `n1`");
}

/// A log that etcd wrote, where the member's data lie.
fn with_data(site: &Site, root: &str) {
    let wal = site.path(root).join("data/etcd/etcd-server/member/wal");
    fs::create_dir_all(&wal).unwrap();
    let log = include_bytes!("../../installer/fixtures/wal-3.5.1.bin");
    fs::write(wal.join("0000000000000000-0000000000000000.wal"), log).unwrap();
}

#[test]
fn the_only_key_stays_with_and_without_data_and_goes_with_a_purge() {
    let site = host_site();
    bundle(&site, "csr -o n1.csr").ok();
    sign(&site, &format!("n1.csr {}", words(&site, "n1", "n1.csr"))).ok();
    bundle(&site, "install --yes").ok();
    let read = |at: &str| fs::read_to_string(site.path("root").join(at)).ok();
    let key = read(KEY).unwrap();
    for has_data in [false, true] {
        if has_data {
            with_data(&site, "root");
        }
        let plan = bundle(&site, "uninstall --dry-run").ok();
        let (goes, stays) = plan.split_once("stays:").unwrap_or_else(|| panic!("{plan}"));
        assert!(stays.contains(MADE) && goes.contains("/etcd-peer-key.pem`") && !goes.contains(MADE), "{plan}");
        assert_eq!(stays.contains("/data/etcd"), has_data, "{plan}");
        let said = bundle(&site, "uninstall --yes");
        assert!(said.err.contains(&format!("kept `/{MADE}`")), "{said:?}");
        said.ok();
        assert_eq!(site.path("root/data").exists(), has_data);
        assert_eq!((read(MADE).as_ref(), read(KEY)), (Some(&key), None));
        let of = site.shell(&format!("cd root/var/lib/etcdpack && stat -c '%a %u' {} host-key", &MADE[17..])).ok();
        assert_eq!(of, "600 0\n700 0");
        // Nothing more goes, and the same key asks again.
        bundle(&site, "uninstall --yes").ok();
        assert_eq!(read(MADE).as_ref(), Some(&key));
        assert_eq!(bundle(&site, "csr").out, fs::read_to_string(site.path("n1.csr")).unwrap());
        bundle(&site, "install --yes").ok();
        assert_eq!((read(MADE), read(KEY).as_ref()), (None, Some(&key)));
    }
    bundle(&site, "uninstall --yes").ok();
    let plan = bundle(&site, "uninstall --purge --dry-run").ok();
    assert!(!plan.contains("stays:"), "{plan}");
    bundle(&site, "uninstall --purge --yes").ok();
    assert_eq!(fs::read_dir(site.path("root")).unwrap().count(), 0);
}

#[test]
fn an_uninstall_that_is_killed_never_loses_the_only_key() {
    let site = host_site();
    bundle(&site, "csr -o n1.csr").ok();
    sign(&site, &format!("n1.csr {}", words(&site, "n1", "n1.csr"))).ok();
    bundle(&site, "install --yes").ok();
    // Without data nothing but the key stays.
    let key = fs::read(site.path("root").join(KEY)).unwrap();
    let host = |root: &str, command: &str| {
        let mut host = Command::new("dist/n1.run");
        host.args(command.split(' ')).args(["--yes", "--root", root]).current_dir(site.path(""));
        host
    };
    let copy = |root: &str| {
        site.shell(&format!("cp -a root {root}")).ok();
    };
    copy("unharmed");
    let points = strace::points(&host("unharmed", "uninstall"));
    assert!(points.len() > 20, "{}", points.len());
    for (n, seen) in chosen(&points, 9).iter().enumerate() {
        for (what, fault) in [("kill", Fault::Kill), ("fail", Fault::Errno("EIO"))] {
            let root = format!("{what}{n}");
            copy(&root);
            let command = host(&root, "uninstall");
            let Ok(said) = strace::inject(&command, &seen.point.call, seen.point.n, fault) else { continue };
            let found = site.shell(&format!("find {root} -name etcd-peer-key.pem -type f | head -1")).ok();
            let at = format!("{what} at {}: {said:?}", seen.line);
            assert_eq!(fs::read(site.path(found.trim())).ok().as_ref(), Some(&key), "{at}");
            // Whichever way it goes on; a disk that fails may leave half an account, which an install does not take.
            if n % 2 == 0 || what == "fail" {
                run(&mut host(&root, "uninstall")).ok();
                assert_eq!(fs::read(site.path(&root).join(MADE)).ok().as_ref(), Some(&key), "{at}");
            }
            run(&mut host(&root, concat!("install --service systemd ", signer!()))).ok();
            assert_eq!(fs::read(site.path(&root).join(KEY)).ok().as_ref(), Some(&key), "{at}");
            fs::remove_dir_all(site.path(&root)).unwrap();
        }
    }
}

#[test]
fn a_purge_alone_takes_a_key_that_waits() {
    let site = host_site();
    bundle(&site, "csr").ok();
    let made = fs::read(site.path("root").join(MADE)).unwrap();
    for _ in 0..2 {
        bundle(&site, "uninstall --yes").ok();
        assert_eq!(fs::read(site.path("root").join(MADE)).unwrap(), made);
    }
    bundle(&site, "uninstall --purge --yes").ok();
    assert_eq!(fs::read_dir(site.path("root")).unwrap().count(), 0);
}

#[test]
fn a_request_or_certificate_of_another_is_refused() {
    let site = host_site();
    bundle(&site, "csr -o n1.csr").ok();
    let signed = || site.path("pki/hosts/n1/etcd-peer.pem").exists();
    site.shell(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=n9 -out n9.csr",
    )
    .ok();
    sign(&site, "n9.csr").refused(3, "is for `n9`, which the cluster file does not have");
    site.shell("openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=n1 -out rsa.csr").ok();
    sign(&site, "rsa.csr").refused(3, "is not for an ECDSA key on P-256");
    let spoilt = "openssl req -in n1.csr -outform DER -out der; printf X | dd of=der bs=1 seek=40 conv=notrunc status=none; \
                  (echo -----BEGIN CERTIFICATE REQUEST-----; base64 -w64 der; echo -----END CERTIFICATE REQUEST-----) >bad.csr";
    site.shell(spoilt).ok();
    assert_eq!(sign(&site, "bad.csr").code, 3);
    sign(&site, "n1.csr --host n1=n9.csr").refused(3, "is a second one for `n1`");
    sign(&site, "none.csr").refused(2, "reading `none.csr`");
    assert!(!signed());
    // By the operator's word it is n1's; this host has not made that key.
    let said = sign(&site, &format!("--host n1=n9.csr {}", words(&site, "n1", "n9.csr")));
    assert!(said.err.contains("says that it is for `n9`: used for n1, as you said"), "{said:?}");
    said.ok();
    assert!(signed());
    bundle(&site, "install --yes").refused(3, "[no-host-key]");
    let right = words(&site, "n1", "n1.csr");
    sign(&site, &format!("n1.csr {right}")).refused(3, "n1 had another key until now");
    sign(&site, &format!("n1.csr --new-key n1 {right}")).ok();
    bundle(&site, "install --yes").ok();
}

#[test]
fn a_run_that_is_killed_makes_the_key_once() {
    let site = host_site();
    let command = |root: &str| {
        fs::create_dir_all(site.path(root)).unwrap();
        let mut command = Command::new("dist/n1.run");
        command.args(["csr", "-o", &format!("{root}.csr"), "--root", root]).current_dir(site.path(""));
        command
    };
    let points = strace::points(&command("unharmed"));
    let request = |root: &str| fs::read_to_string(site.path(&format!("{root}.csr"))).unwrap();
    for (n, seen) in chosen(&points, 9).iter().enumerate() {
        for (what, fault) in [("kill", Fault::Kill), ("fail", Fault::Errno("EIO"))] {
            let root = format!("{what}{n}");
            let Ok(said) = strace::inject(&command(&root), &seen.point.call, seen.point.n, fault) else { continue };
            assert!(said.code != 0 || what == "fail", "{said:?}");
            let made = fs::read(site.path(&root).join(MADE)).ok();
            run(&mut command(&root)).ok();
            let key = fs::read(site.path(&root).join(MADE)).unwrap();
            assert!(made.is_none_or(|made| made == key), "{what} at {}: another key", seen.line);
            let state = site.shell(&format!("cd {root}/var/lib/etcdpack && find . -type f | sort")).ok();
            assert_eq!(state, "./history.jsonl\n./host-key/etcd-peer-key.pem\n./kept.json", "{what} at {}", seen.line);
            let first = request(&root);
            run(&mut command(&root)).ok();
            assert_eq!(request(&root), first);
            site.shell(&format!("dist/n1.run uninstall --purge --yes --root {root}")).ok();
            assert_eq!(fs::read_dir(site.path(&root)).unwrap().count(), 0, "{what} at {}", seen.line);
        }
    }
}

#[test]
fn a_real_host_becomes_healthy_with_its_own_key() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&(cluster("3.5.1", &tarball, &[("n1", "10.87.0.11")]) + "[pki]\nkeys = \"host-key\"\n"));
    site.build(&tarball);
    let lab = Lab::up("thostkey", "bare", &["n1=10.87.0.11"]);
    lab.scp(&site.bundle("n1"), "n1");
    lab.ssh("n1", concat!("./n1.run install --yes ", signer!())).refused(3, "[no-certificate]");
    let request = lab.ssh("n1", "./n1.run csr").ok();
    fs::write(site.path("n1.csr"), request + "\n").unwrap();
    let words = words(&site, "n1", "n1.csr");
    let (option, words) = words.split_once(' ').unwrap();
    site.etcdpack(&["sign", "n1.csr", option, words, "--release", &tarball.to_string_lossy()]).ok();
    lab.scp(&site.bundle("n1"), "n1");
    let said = lab.ssh("n1", concat!("./n1.run install --yes --wait 60 ", signer!()));
    assert!(said.err.contains("healthy"), "{said:?}");
    said.ok();
    lab.ssh("n1", "etcdctl put ship at-sea").ok();
    assert_eq!(lab.ssh("n1", &format!("stat -c '%a %U' /{KEY}")).ok(), "600 etcd");
    lab.sh("n1", "! test -e /var/lib/etcdpack/host-key").ok();
    let key = lab.sh("n1", &format!("sed -n 2p /{KEY}")).ok();
    let found =
        lab.sh("n1", &format!("grep -rlFae {key} /var /etc /opt /usr/local /root /run/log /tmp /data 2>/dev/null"));
    let place = lab.sh("n1", &format!("readlink -f /{KEY}")).ok();
    assert!(found.out.trim() == place && place.starts_with("/opt/etcd-certs/"), "{found:?}");
    lab.ssh("n1", "./n1.run uninstall --purge --yes").ok();
}

#[test]
fn two_hosts_do_not_get_one_key() {
    let site = host_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    let second = "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n";
    fs::write(site.path("cluster.toml"), text + second).unwrap();
    site.build_new_cluster(&site.path("release.tar.gz"));
    bundle(&site, "csr -o n1.csr").ok();
    let (first, second) = (words(&site, "n1", "n1.csr"), words(&site, "n2", "n1.csr"));
    let both = format!("--host n1=n1.csr --host n2=n1.csr {first} {second}");
    sign(&site, &both).refused(3, "each host must make its own");
    sign(&site, &format!("n1.csr {first}")).ok();
    sign(&site, &format!("--host n2=n1.csr {second}")).refused(3, "each host must make its own");
    assert!(!site.path("pki/hosts/n2").exists());
    sign(&site, &format!("n1.csr {first}")).ok();
    let said = bundle(&site, "csr -o absent/n1.csr");
    said.refused(3, "absent/n1.csr");
}
