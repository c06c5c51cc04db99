//! A CA whose key is out of reach: `pki csr`, `pki accept`, and `build`.

use builder::failure::Diagnose as _;
use builder::pki::{KeyState, PkiError};

use crate::site::{Quiet, Site, extensions, sign, two_storeys};

#[test]
fn requests_go_out_and_certificates_come_back() {
    let site = Site::new(2, "ca = \"root.pem\"\norganization = \"od\"");
    two_storeys(&site, "");
    let Err(error) = site.issue() else { panic!("nothing has been accepted") };
    assert_eq!(error.exit_status().code(), 3);
    assert!(error.to_string().ends_with("`n1`: none yet; `n2`: none yet"), "{error}");
    assert!(error.help().unwrap().contains("etcdpack pki csr"));
    site.etcdpack("pki csr").ok();
    let before = site.state();
    site.etcdpack("pki csr").ok();
    assert_eq!(site.state(), before);
    assert_eq!(
        (site.mode("pki/requests/hosts/n1"), site.mode("pki/requests/hosts/n1/etcd-peer-key.pem")),
        (0o700, 0o600)
    );
    for n in [1, 2] {
        let text = site.sh(&format!("openssl req -in csr/n{n}.csr -verify -noout -text"));
        assert!(text.contains(&format!("IP Address:10.0.0.{n}")) && text.contains("O = od"), "{text}");
        assert!(text.contains("TLS Web Server Authentication, TLS Web Client Authentication"), "{text}");
    }
    // The site's CA has its own mind on subjects and adds a name.
    sign(
        &site,
        "csr/n1.csr",
        "root",
        "n1.pem",
        &extensions(1).replace("DNS:n1", "DNS:n1,DNS:n1.site"),
        "-subj /O=Site/CN=n1",
    );
    site.etcdpack("pki accept n1.pem").ok();
    let Err(error) = site.issue() else { panic!("one is not accepted") };
    assert!(error.to_string().ends_with("be used: `n2`: none yet"), "{error}");
    sign(&site, "csr/n2.csr", "int", "n2-leaf.pem", &extensions(2), "");
    site.etcdpack("pki accept n2-leaf.pem").refused(3, "does not chain");
    site.sh("cat n2-leaf.pem int.pem > n2.pem");
    site.etcdpack("pki accept n2.pem").ok();
    assert!(!site.at("pki/requests/hosts/n2").exists());
    let issued = site.issue().unwrap();
    assert!(issued.pairs.iter().all(|pair| pair.state == KeyState::Reused));
    for n in [1, 2] {
        let file = format!("pki/hosts/n{n}/etcd-peer.pem");
        site.sh(&format!("openssl verify -x509_strict -CAfile root.pem -untrusted {file} {file}"));
    }
    assert_eq!(issued.pairs[0].certificate_pem.matches("BEGIN").count(), 1);
    assert_eq!(issued.pairs[1].certificate_pem.matches("BEGIN").count(), 2);
    // The same certificate again is no harm.
    site.etcdpack("pki accept n1.pem").ok();
    site.etcdpack("pki csr").ok();
    assert!(!site.at("pki/requests/hosts/n1").exists());
    // Where etcdpack has the key, nobody needs to be asked.
    site.cluster(2, "ca = \"root.pem\"\nca-key = \"root-key.pem\"");
    site.etcdpack("pki csr").refused(3, "signs by itself");
    site.etcdpack("pki accept n1.pem").refused(3, "signs by itself");
}

#[test]
fn a_request_follows_the_cluster_file_and_keeps_its_key() {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    let key = site.read("pki/requests/hosts/n1/etcd-peer-key.pem");
    site.cluster(1, "ca = \"root.pem\"\nspare-addresses = [\"10.0.0.99\"]");
    site.etcdpack("pki csr").ok();
    assert!(site.sh("openssl req -in csr/n1.csr -noout -text").contains("10.0.0.99"));
    assert_eq!(site.read("pki/requests/hosts/n1/etcd-peer-key.pem"), key);
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    site.etcdpack("pki accept n1.pem").refused(3, "lacks the names or addresses `10.0.0.99`");
    site.cluster(1, "ca = \"root.pem\"\nalgorithm = \"ecdsa-p384\"");
    site.etcdpack("pki csr").ok();
    assert_ne!(site.read("pki/requests/hosts/n1/etcd-peer-key.pem"), key);
    site.etcdpack("pki accept n1.pem").refused(3, "no request that waits here is for its key");
}

#[test]
fn all_are_taken_or_none() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(1), "");
    let before = site.state();
    site.etcdpack("pki accept n1.pem n2.pem")
        .refused(3, "`n2.pem` was not taken: it lacks the names or addresses `10.0.0.2`, `n2`");
    assert_eq!(site.state(), before);
    // The CA may stand first, and both answers in one file.
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(2), "");
    site.sh("cat root.pem n2.pem n1.pem > answers.pem; cp -a pki kept");
    site.etcdpack("pki accept answers.pem").ok();
    site.sh("rm -r pki answers.pem; mv kept pki");
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(1), "");
    let before = site.state();
    site.etcdpack("pki accept n1.pem csr/n2.csr").refused(3, "holds a request, and no certificate");
    assert_eq!(site.state(), before);
}

#[test]
fn pairs_that_were_made_elsewhere_are_taken_with_their_keys() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    for (n, key) in [
        (1, "openssl genrsa -traditional -out n1-key.pem 2048"),
        (2, "openssl ecparam -name secp384r1 -genkey -out n2-key.pem"),
    ] {
        site.sh(&format!("umask 077; {key}; openssl req -new -key n{n}-key.pem -subj /CN=n{n} -out n{n}.csr"));
        sign(&site, &format!("n{n}.csr"), "root", &format!("n{n}.pem"), &extensions(n), "");
    }
    site.sh("cat n2-key.pem >> n2.pem; chmod 600 n2.pem");
    site.etcdpack("pki accept n1.pem").refused(3, "no request that waits here is for its key");
    site.etcdpack("pki accept n1.pem n1-key.pem n2.pem").ok();
    let issued = site.issue().unwrap();
    for (n, pair) in (1..).zip(&issued.pairs) {
        assert!(!pair.certificate_pem.contains("KEY"));
        let dir = format!("pki/hosts/n{n}");
        let public = site.sh(&format!("openssl x509 -in {dir}/etcd-peer.pem -noout -pubkey"));
        assert_eq!(site.sh(&format!("openssl pkey -in {dir}/etcd-peer-key.pem -pubout")), public);
        site.sh(&format!("openssl req -in {dir}/etcd-peer.csr -verify -noout"));
    }
    // One key on two hosts is refused, also where the certificates differ.
    sign(&site, "n1.csr", "root", "n2-by-1.pem", &extensions(2), "");
    site.sh("cp n2-by-1.pem pki/hosts/n2/etcd-peer.pem; cp pki/hosts/n1/etcd-peer-key.pem pki/hosts/n1/etcd-peer.csr pki/hosts/n2/");
    let Err(PkiError::Awaited(why)) = site.issue() else { panic!("one key on two hosts") };
    assert_eq!(why, ["`n2`: it has the same key as `n1`"]);
    site.cluster(2, "ca = \"root.pem\"\nmode = \"shared\"");
    let both = extensions(1).replace("DNS:n1,", "DNS:n1,DNS:n2,IP:10.0.0.2,");
    sign(&site, "n1.csr", "root", "both.pem", &both, "");
    site.etcdpack("pki accept both.pem n1-key.pem").ok();
    assert_eq!(site.issue().unwrap().pairs.len(), 1);
}

#[test]
fn what_ends_soon_is_used_with_a_warning() {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    site.etcdpack("pki accept n1.pem").ok();
    let mut said = Quiet::default();
    let now = time::OffsetDateTime::now_utc();
    let by = builder::passphrase_source::PassphraseSource::Terminal;
    site.issue_with(now + time::Duration::days(350), by, &mut said).unwrap();
    assert!(said.0.iter().any(|line| line.contains("ends in 1")), "{:?}", said.0);
    let Err(PkiError::Awaited(why)) = site.issue_at(now + time::Duration::days(366)) else { panic!("it is over") };
    assert!(why[0].contains("it ends on"), "{why:?}");
}

/// The line behind `help: `, with the CA's own names in it, without its remark and the words before its command.
fn help(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("help: ")).unwrap_or_else(|| panic!("no help: {said}"));
    line.split("   # ").next().unwrap_or(line).to_owned()
}

/// What the help says, typed, with this for the CA's files.
fn typed(site: &Site, help: &str, ca: &str) {
    let line = help.replace("etcdpack ", &format!("{} ", env!("CARGO_BIN_EXE_etcdpack")));
    site.sh(&line.replace("CA-KEY.pem", &format!("{ca}-key.pem")).replace("CA.pem", &format!("{ca}.pem")));
}

#[test]
fn what_is_not_taken_is_taken_once_its_help_was_typed() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    let by_root = |csr: &str, to: &str, more: &str| {
        site.sh(&format!("openssl x509 -req -in {csr} -CA root.pem -CAkey root-key.pem -days 365 {more} -out {to}"));
    };
    let ca_and_expired = "openssl ca -batch -config <(printf '[ca]\ndefault_ca=a\n[a]\ndatabase=db\nnew_certs_dir=.\n\
         serial=sn\npolicy=p\ndefault_md=sha256\nunique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=optional\n') \
         -rand_serial -cert root.pem -keyfile root-key.pem -in csr/n1.csr -out n1.pem";
    let sign_again = "etcdpack pki csr; openssl x509 -req";
    // (how it came to be, what is said of it, what the help begins with)
    for (how, why, begins) in [
        ("x509 -days 365", "it is an X.509 version 1 certificate", sign_again),
        ("leaf extendedKeyUsage=serverAuth,clientAuth", "it lacks the names or addresses `10.0.0.1`", sign_again),
        (
            "leaf subjectAltName=DNS:n2,IP:10.0.0.2",
            "it lacks the names or addresses `10.0.0.1`, `127.0.0.1`, `n1`",
            sign_again,
        ),
        (
            "leaf subjectAltName=DNS:n1,DNS:localhost,IP:10.0.0.1,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth",
            "it lacks the usages",
            sign_again,
        ),
        ("-copy_extensions copy -sha1", "it is signed with", sign_again),
        ("ca -startdate 200101000000Z -enddate 210101000000Z", "it expired on 2021-01-01 00:00 UTC", sign_again),
        ("ca -startdate 20900101000000Z -enddate 20990101000000Z", "it is not valid before", "date -u"),
    ] {
        if let Some(extensions) = how.strip_prefix("leaf ") {
            std::fs::write(site.at("leaf.ext"), extensions.replace("\\n", "\n")).unwrap();
            by_root("csr/n1.csr", "n1.pem", "-extfile leaf.ext");
        } else if let Some(dates) = how.strip_prefix("ca ") {
            site.sh(&format!(": > db; {ca_and_expired} {dates}"));
        } else {
            by_root("csr/n1.csr", "n1.pem", how.strip_prefix("x509 ").unwrap_or(how));
        }
        let said = site.etcdpack("pki accept n1.pem").refused(3, why);
        assert!(help(&said).starts_with(begins), "{how}: {said}");
        if begins == sign_again {
            typed(&site, &help(&said), "root");
            site.etcdpack("pki accept csr/n1.pem").ok();
            site.sh("rm -r pki/hosts/n1 csr; mkdir -p pki/requests/hosts");
            site.etcdpack("pki csr").ok();
        }
    }
}

#[test]
fn what_belongs_to_nobody_here_says_what_it_is() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "int", "n1.pem", &extensions(1), "");
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(2), "");
    // A chain that lacks its middle: the help, typed, brings it in.
    let said =
        site.etcdpack("pki accept n1.pem").refused(3, "its issuer `O=Site, CN=Etcd CA` is neither in `root.pem`");
    assert!(help(&said).starts_with("cat n1.pem CA.pem > n1.chain.pem; etcdpack pki accept n1.chain.pem"), "{said}");
    typed(&site, &help(&said), "int");
    site.etcdpack("pki csr").ok();
    // Another root, which came with it; and another CA under the name of ours.
    site.sh("umask 077; mkdir other; cd other; for n in a b; do openssl ecparam -name prime256v1 -genkey -noout -out $n-key.pem; done
         openssl req -x509 -new -key a-key.pem -subj /CN=Elsewhere -days 99 -out a.pem
         openssl req -x509 -new -key b-key.pem -subj '/O=Site/CN=Root' -days 99 -out b.pem");
    sign(&site, "csr/n2.csr", "other/a", "a.pem", &extensions(2), "");
    site.sh("cat a.pem other/a.pem > a-chain.pem");
    let said = site
        .etcdpack("pki accept a-chain.pem")
        .refused(3, "it ends at the root `CN=Elsewhere`, which is not in `root.pem`");
    assert!(help(&said).contains("add that root to this file"), "{said}");
    sign(&site, "csr/n2.csr", "other/b", "b.pem", &extensions(2), "");
    let said = site.etcdpack("pki accept b.pem").refused(3, "has another key identifier than the CA of that name");
    typed(&site, &help(&said), "root");
    // What is no answer to a request.
    for (files, why, begins) in [
        ("csr/n2.csr", "holds a request, and no certificate", "have the CA sign csr/n2.csr"),
        ("root.pem", "it is a CA certificate", "cat CERT.pem root.pem"),
        ("root-key.pem", "it holds a private key, and no certificate", "etcdpack pki accept CERT.pem root-key.pem"),
        (
            "other/stranger.pem",
            "no request that waits here is for its key, and the key was not given with it; its names are `n9`",
            "etcdpack pki csr",
        ),
        ("broken.pem", "holds no certificate that can be read", "openssl x509 -in broken.pem"),
        ("n2.pem twin.pem", "it has the same key as `n2.pem`", "leave one of them out"),
    ] {
        site.sh("cd other; test -e stranger.pem || openssl req -x509 -new -key a-key.pem -subj /CN=n9 -days 99 \
                   -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:n9 -out stranger.pem
             cp ../n2.pem ../twin.pem; sed '3d' ../n2.pem > ../broken.pem");
        let said = site.etcdpack(&format!("pki accept {files}")).refused(3, why);
        assert!(help(&said).starts_with(begins), "{files}: {said}");
    }
    site.etcdpack("pki accept n2.pem").ok();
}
