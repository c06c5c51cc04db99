//! A directory with a cluster file and the built `etcdpack`.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use builder::passphrase_source::PassphraseSource;
use builder::pki::{self, Issued, PkiError};
use builder::report::Narrator;
use payload::cluster::Cluster;
use time::OffsetDateTime;

#[derive(Default)]
pub(crate) struct Quiet(pub(crate) Vec<String>);

impl Narrator for Quiet {
    fn note(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    fn warn(&mut self, text: &str) {
        self.0.push(format!("warning: {text}"));
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Its output, if it ended well.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// The refusal holds `words`, on one line, with the exit code `code`.
    pub(crate) fn refused(self, code: i32, words: &str) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        let line = self.err.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        assert!(line.contains(words), "`{words}` is not in: {}", self.err);
        self.err
    }
}

pub(crate) struct Site {
    dir: tempfile::TempDir,
}

impl Site {
    /// A cluster of `n1` (10.0.0.1), `n2` ... with these lines in `[pki]`.
    pub(crate) fn new(hosts: usize, pki: &str) -> Self {
        let site = Self { dir: tempfile::tempdir().unwrap() };
        site.cluster(hosts, pki);
        site
    }

    pub(crate) fn cluster(&self, hosts: usize, pki: &str) {
        let mut file = format!("[cluster]\nname = \"lab\"\n[release]\nversion = \"3.5.1\"\n\n[pki] # keys\n{pki}\n");
        for n in 1..=hosts {
            let _ = write!(file, "\n[[host]]\nname = \"n{n}\"\naddress = \"10.0.0.{n}\"\n");
        }
        fs::write(self.at("cluster.toml"), file).unwrap();
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    pub(crate) fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.at(path)).unwrap().mode() & 0o7777
    }

    /// Every file below `pki/`, with its bytes.
    pub(crate) fn state(&self) -> String {
        self.sh("find . -type f ! -name .lock -exec sha256sum {} + | sort -k2")
    }

    /// Runs a line of shell in the directory; its output.
    pub(crate) fn sh(&self, line: &str) -> String {
        self.try_sh(line).ok()
    }

    pub(crate) fn try_sh(&self, line: &str) -> Said {
        said(Command::new("bash").args(["-ec", line]).current_dir(&self.dir).stdin(Stdio::null()))
    }

    /// Runs `etcdpack` with the words of `line`, through a shell, so that descriptors can be opened; with no terminal.
    pub(crate) fn etcdpack(&self, line: &str) -> Said {
        let program = env!("CARGO_BIN_EXE_etcdpack");
        self.try_sh(&format!("exec setsid --wait {program} {line}"))
    }

    /// What `build` would put into the bundles, at this moment.
    pub(crate) fn issue(&self) -> Result<Issued, PkiError> {
        self.issue_at(OffsetDateTime::now_utc())
    }

    pub(crate) fn issue_at(&self, now: OffsetDateTime) -> Result<Issued, PkiError> {
        self.issue_with(now, PassphraseSource::Descriptor(987_654), &mut Quiet::default())
    }

    pub(crate) fn issue_with(
        &self,
        now: OffsetDateTime,
        by: PassphraseSource,
        said: &mut Quiet,
    ) -> Result<Issued, PkiError> {
        let cluster = Cluster::parse(self.read("cluster.toml").as_bytes()).unwrap().cluster;
        pki::issue_all(&pki::Site::new(&cluster, self.dir.path(), now, by), said)
    }
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The root of the checkout.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Makes a root `root.pem`, an intermediate `int.pem` below it, and `chain.pem` of both, with their keys.
pub(crate) fn two_storeys(site: &Site, more: &str) {
    site.sh(&format!(
        "umask 077
         key() {{ openssl ecparam -name prime256v1 -genkey -noout -out $1; }}
         key root-key.pem; key int-key.pem
         openssl req -x509 -new -key root-key.pem -subj '/O=Site/CN=Root' -days 7300 \
           -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem
         openssl req -new -key int-key.pem -subj '/O=Site/CN=Etcd CA' -out int.csr
         printf '%s\\n' basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=critical,keyCertSign,cRLSign \
           subjectKeyIdentifier=hash authorityKeyIdentifier=keyid {more} > int.ext
         openssl x509 -req -in int.csr -CA root.pem -CAkey root-key.pem -CAcreateserial -days 5400 -extfile int.ext -out int.pem
         cat int.pem root.pem > chain.pem",
    ));
}

/// Signs a request as an outside CA does: with `ca`, and these lines of openssl's extensions.
pub(crate) fn sign(site: &Site, csr: &str, ca: &str, to: &str, extensions: &str, more: &str) {
    fs::write(site.at("leaf.ext"), extensions).unwrap();
    site.sh(&format!(
        "openssl x509 -req -in {csr} -CA {ca}.pem -CAkey {ca}-key.pem -CAcreateserial -days 365 -extfile leaf.ext {more} -out {to}"
    ));
}

/// What a CA puts into the certificate of the host `n<n>`.
pub(crate) fn extensions(n: usize) -> String {
    format!(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n\
         authorityKeyIdentifier=keyid\nsubjectAltName=DNS:n{n},DNS:localhost,IP:10.0.0.{n},IP:127.0.0.1,IP:::1\n"
    )
}
