//! Certificates by CAs whose keys are out of reach, of which each host may have another.

use std::process::Command;

use tempfile::TempDir;
use whole::{SIGNER, Site, release, run, sha256};

/// A root, and a CA below it.
const CAS: &str = "
    umask 077
    for name in root int; do openssl ecparam -name prime256v1 -genkey -noout -out $name-key.pem; done
    openssl req -x509 -new -key root-key.pem -subj '/O=Site/CN=Root' -days 7300 \\
        -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem
    openssl req -new -key int-key.pem -subj '/O=Site/CN=Etcd CA' -out int.csr
    printf '%s\\n' basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=critical,keyCertSign,cRLSign \\
        subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >int.ext
    openssl x509 -req -in int.csr -CA root.pem -CAkey root-key.pem -CAcreateserial -days 5400 -extfile int.ext -out int.pem";

/// The request of the first host signed by the one, of the second by the other.
const SIGN: &str = "
    for pair in 1:root 2:int; do
        n=${pair%:*} ca=${pair#*:}
        printf '%s\\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \\
            extendedKeyUsage=serverAuth,clientAuth authorityKeyIdentifier=keyid \\
            subjectAltName=DNS:n$n,DNS:localhost,IP:10.97.0.1$n,IP:127.0.0.1,IP:::1 >n$n.ext
        openssl x509 -req -in csr/n$n.csr -CA $ca.pem -CAkey $ca-key.pem -CAcreateserial -days 365 -extfile n$n.ext -out n$n.pem
    done
    cat int.pem >>n2.pem";

#[test]
fn hosts_whose_certificates_are_by_two_cas_are_installed() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&format!(
        "[cluster]\nname = \"t\"\n[release]\nversion = \"3.5.1\"\nsha256 = \"{}\"\n[pki]\nca = \"root.pem\"\n\
         [service]\nmanager = \"systemd\"\n\
         [[host]]\nname = \"n1\"\naddress = \"10.97.0.11\"\n[[host]]\nname = \"n2\"\naddress = \"10.97.0.12\"\n",
        sha256(&tarball)
    ));
    let shell = |lines: &str| run(Command::new("sh").args(["-ec", lines]).current_dir(site.path("."))).ok();
    shell(CAS);
    site.etcdpack(&["pki", "csr"]).ok();
    shell(SIGN);
    site.etcdpack(&["pki", "accept", "n1.pem", "n2.pem"]).ok();
    site.build(&tarball);
    for host in ["n1", "n2"] {
        let root = TempDir::new_in(site.path(".")).unwrap();
        let mut install = Command::new(site.bundle(host));
        run(install.args(["install", "--yes", "--quiet", SIGNER, "--root"]).arg(root.path())).ok();
        let certs = root.path().join("opt/etcd-v3.5.1/certs");
        let verify = "openssl verify -x509_strict -CAfile ca.pem -untrusted etcd-peer.pem etcd-peer.pem";
        run(Command::new("sh").args(["-c", verify]).current_dir(certs)).ok();
    }
}
