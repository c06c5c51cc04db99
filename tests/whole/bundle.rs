//! One real bundle, looked at with stock tools, and damaged in every region.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use whole::{SIGNER, Said, Site, guide, release, run, sha256};

const HOST: &str = "mfyxw20.mfyxw.com";

fn built() -> Site {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    site
}

fn tool(name: &str, args: &[&str]) -> Said {
    run(Command::new(name).args(args))
}

#[test]
fn stock_tools_read_a_bundle_without_a_warning() {
    let site = built();
    let bundle = site.bundle(HOST);
    let path = bundle.to_string_lossy();
    for (name, args) in
        [("unzip", vec!["-l", &path]), ("unzip", vec!["-tq", &path]), ("python3", vec!["-m", "zipfile", "-l", &path])]
    {
        let said = tool(name, &args);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{name}: {said:?}");
        assert!(!said.out.contains("warning"), "{name}: {said:?}");
    }
    let inside = site.path("inside.tar.gz");
    let unzip = format!("unzip -p '{path}' etcd/etcd-v3.5.1-linux-amd64.tar.gz > '{}'", inside.display());
    tool("sh", &["-c", &unzip]).ok();
    assert_eq!(sha256(&inside), sha256(&release("3.5.1", "amd64")));
    let sums = tool("sh", &["-c", &format!("cd '{}' && sha256sum -c SHA256SUMS", site.path("dist").display())]).ok();
    assert_eq!(sums.matches(": OK").count(), 3, "{sums}");
    let dist = site.path("dist");
    // As `build` prints it.
    let check = format!(
        "cd '{}' && tail -c 128 {HOST}.run | cut -d' ' -f3 | base64 -d > {HOST}.run.sig && \
         head -c -128 {HOST}.run | openssl dgst -sha256 -verify signing.pub -signature {HOST}.run.sig",
        dist.display()
    );
    assert_eq!(tool("sh", &["-c", &check]).ok(), "Verified OK");
    assert_eq!(format!("--signer={}", fs::read_to_string(dist.join("signing.words")).unwrap().trim()), SIGNER);
    assert_eq!(fs::metadata(&bundle).unwrap().permissions().mode() & 0o7777, 0o700);
}

/// What a person reads beside a bundle, compares, and types.
#[test]
fn the_sum_that_is_shown_is_the_files_and_a_signer_is_named_in_three_ways() {
    let site = built();
    let (bundle, dist) = (site.bundle(HOST), site.path("dist"));
    let (path, sum) = (bundle.to_string_lossy().into_owned(), sha256(&bundle));
    let sums = fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
    assert!(sums.contains(&sum), "{sums}");
    let inspected = site.etcdpack(&["inspect", &path]).ok();
    let line = |label: &str| inspected.lines().find(|line| line.starts_with(label)).unwrap_or_default().to_owned();
    assert!(line("sha256 ").ends_with(&sum), "{inspected}");
    assert!(line("id ").ends_with("(of all bytes before the signature)"), "{inspected}");
    let key = dist.join("signing.pub");
    assert!(inspected.contains(&format!("sha256 {} of signing.pub", sha256(&key))), "{inspected}");
    assert!(tool(&path, &["verify"]).ok().ends_with(&format!("sha256 {sum}")));

    let at = |name: &str| dist.join(name).to_string_lossy().into_owned();
    let words = fs::read_to_string(dist.join("signing.words")).unwrap();
    let der = format!("openssl pkey -pubin -in '{}' -outform DER | sha256sum", at("signing.pub"));
    let sum_of_der = tool("sh", &["-c", &der]).ok();
    let listed = tool("sha256sum", &[&at("signing.pub")]).ok();
    for signer in [&words, &sha256(&key), &listed, &sum_of_der, &at("signing.pub"), &at("signing.words")] {
        let said = site.etcdpack(&["verify", &path, "--signer", signer]).ok();
        assert!(said.ends_with(&format!("sha256 {sum}")), "{signer}: {said}");
        tool(&path, &["verify", "--signer", signer]).ok();
    }
    let other = Site::new("");
    fs::write(other.path("other.pub"), fs::read_to_string(&key).unwrap().replace("PUBLIC", "OTHER")).unwrap();
    let absent = other.path("signing.pub").to_string_lossy().into_owned();
    for (signer, code, why) in [
        (sha256(&bundle), 4, "not by the signer that you named"),
        (path.clone(), 2, "has neither a signing key (signing.pub) nor its twelve words"),
        (other.path("other.pub").to_string_lossy().into_owned(), 2, "has neither a signing key"),
        (absent, 2, "there is no file of that name"),
        ("/dev/zero".to_owned(), 2, "it is not a regular file"),
        (words.replacen('-', "-etcd", 1), 2, "is not in the word list"),
    ] {
        for said in
            [site.etcdpack(&["verify", &path, "--signer", &signer]), tool(&path, &["verify", "--signer", &signer])]
        {
            assert!(said.code == code && said.err.contains(why), "{signer}: {said:?}");
        }
    }
}

#[test]
fn certificates_are_what_openssl_expects_and_keys_stay_apart() {
    let site = built();
    let unpack = |host: &str| {
        let dir = site.path(host);
        tool("unzip", &["-q", &site.bundle(host).to_string_lossy(), "certs/*", "-d", &dir.to_string_lossy()]).ok();
        dir.join("certs")
    };
    let (mine, other) = (unpack(HOST), unpack("mfyxw30.mfyxw.com"));
    let file = |dir: &Path, name: &str| dir.join(name).to_string_lossy().into_owned();
    let (ca, certificate) = (file(&mine, "ca.pem"), file(&mine, "etcd-peer.pem"));
    for purpose in ["sslserver", "sslclient"] {
        tool("openssl", &["verify", "-CAfile", &ca, "-purpose", purpose, &certificate]).ok();
    }
    for address in ["192.168.80.20", "192.168.80.10", "127.0.0.1"] {
        let said = tool("openssl", &["x509", "-noout", "-checkip", address, "-in", &certificate]).ok();
        assert!(said.contains("does match"), "{said}");
    }
    let public = |args: &[&str]| tool("openssl", args).ok();
    assert_eq!(
        public(&["x509", "-noout", "-pubkey", "-in", &certificate]),
        public(&["pkey", "-pubout", "-in", &file(&mine, "etcd-peer-key.pem")])
    );
    let subject = public(&["x509", "-noout", "-subject", "-in", &certificate]);
    assert_eq!(subject, "subject=C = CN, ST = GuangDong, L = GuangZhou, O = od, OU = ops, CN = etcd-peer");
    assert_ne!(sha256(&mine.join("etcd-peer-key.pem")), sha256(&other.join("etcd-peer-key.pem")));
    let bytes = fs::read(site.bundle(HOST)).unwrap();
    let key = fs::read_to_string(other.join("etcd-peer-key.pem")).unwrap();
    let line = key.lines().nth(3).unwrap().as_bytes();
    assert!(!bytes.windows(line.len()).any(|window| window == line), "another host's key is in this bundle");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let site = built();
    let first = sha256(&site.bundle(HOST));
    site.build(&release("3.5.1", "amd64"));
    assert_eq!(sha256(&site.bundle(HOST)), first);
}

#[test]
fn damage_in_any_region_is_noticed_by_both_programs() {
    let site = built();
    let good = fs::read(site.bundle(HOST)).unwrap();
    let find = |what: &[u8]| good.windows(what.len()).position(|window| window == what).unwrap();
    let (first, directory) = (find(b"PK\x03\x04"), find(b"PK\x01\x02"));
    let regions = [
        ("the installer's data", first - 9),
        ("the first header", first + 15),
        ("the tarball", first + 100_000),
        ("a certificate", find(b"-----BEGIN CERTIFICATE-----") + 80),
        ("the key", find(b"PRIVATE KEY-----") + 60),
        ("the manifest", find(b"\"schema\": 3") + 2),
        ("the directory", directory + 20),
        ("the end record", good.len() - 150 + 10),
        ("the trailer", good.len() - 60),
        ("the padding of the trailer", good.len() - 3),
    ];
    for (region, at) in regions {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        refused(&site, region, &bad);
    }
    for cut in [0, 1, first, first + 1, directory, good.len() - 150, good.len() - 128, good.len() - 1] {
        refused(&site, &format!("cut at {cut}"), &good[..cut]);
    }
    refused(&site, "a byte more", &[good.as_slice(), b"\0"].concat());
    let mut swapped = good.clone();
    let (a, b) = (first + 8192, first + 16384);
    swapped[a..b].rotate_left(4096);
    refused(&site, "two blocks swapped", &swapped);
}

fn refused(site: &Site, what: &str, bytes: &[u8]) {
    let path = site.path("bad.run");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let said = site.etcdpack(&["verify", "bad.run"]);
    assert_eq!(said.code, 4, "{what}: {said:?}");
    assert!(said.err.contains("help: "), "{what}: {said:?}");
    // A damaged program may not even start; if it does, it must not be content.
    let own = Command::new(&path).arg("verify").output();
    assert!(own.is_err() || own.is_ok_and(|output| !output.status.success()), "{what}: the bundle accepts itself");
}
