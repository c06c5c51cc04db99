//! The house keeps its own rules: which rooms may touch the machine, where sentences stand, and that a topic has one name
//! wherever it is treated.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the source, for tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all
}

/// The names of the rooms in `dir`, whether they are files or directories.
fn rooms(dir: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(source().join(dir)).unwrap().map(Result::unwrap);
    let names = entries.map(|entry| entry.file_name().into_string().unwrap().trim_end_matches(".rs").to_owned());
    names.filter(|name| name != "mod").collect()
}

#[test]
fn only_the_edge_goes_through_the_fence() {
    let (all, host) = (files(&source()), source().join("host"));
    let exempt = |path: &&PathBuf| fs::read_to_string(path).unwrap().contains("clippy::disallowed_methods");
    let outside: Vec<_> = all.iter().filter(exempt).filter(|path| !path.starts_with(&host)).collect();
    assert_eq!(outside, Vec::<&PathBuf>::new(), "clippy.toml says what these may not call");
    assert!(all.iter().filter(exempt).count() > 20, "the edge is found");
}

#[test]
fn the_edge_finds_out_and_does_not_judge() {
    for path in files(&source().join("host")) {
        let text = fs::read_to_string(&path).unwrap();
        for room in ["check", "command", "execute", "finding", "plan", "text::findings", "text::refusals"] {
            assert!(!text.contains(&format!("crate::{room}")), "{} looks up to `{room}`", path.display());
        }
    }
}

/// Literals of several words outside of the rooms for them that no person reads as a sentence.
const NO_SENTENCES: [(&str, &str); 18] = [
    ("host/probe/managers/reading.rs", "import sys"),
    // HTML, and how it looks.
    ("page/html.rs", "default-src 'none'"),
    ("page/html.rs", "<!DOCTYPE html>"),
    ("page/page.css", "Noto Sans CJK SC"),
    // supervisorctl's words.
    ("service/program.rs", "no such process"),
    // etcdctl's words, by which its answer is known.
    ("facts/cluster/answers.rs", "user name "),
    ("host/etcdctl.rs", "authentication is not enabled"),
    ("facts/cluster/answers.rs", "Failed to get the status of endpoint "),
    // Of ufw's rules.
    ("facts/network/firewall.rs", "### tuple ### "),
    // A line of Python.
    ("host/probe/managers/mod.rs", "import supervisor."),
    // Of proc(5).
    ("host/probe/machine.rs", "Max open files"),
    // The two lines around a key.
    ("host_key.rs", "-----BEGIN PRIVATE KEY-----"),
    ("host_key.rs", "-----END PRIVATE KEY-----"),
    // A fuzzer's, who reads them in our own tree alone.
    ("records/unfinished.rs", "a record changes when it is written"),
    ("records/unfinished.rs", "cut at {}, it does not read"),
    ("records/unfinished.rs", "cut at {}, it has more changes"),
    // Commands, put together as they are typed.
    ("typed.rs", "{HOST_COMMAND} uninstall --root"),
    ("typed.rs", "chroot {} sh -c"),
];

#[test]
fn what_a_person_reads_stands_in_one_room() {
    let (mut unused, mut outside) = (NO_SENTENCES.to_vec(), Vec::new());
    for path in files(&source()) {
        let name = path.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
        if name.starts_with("text/") || name.starts_with("cli/") || name.contains("tests") {
            continue;
        }
        let text = above_tests(&fs::read_to_string(&path).unwrap());
        for literal in literals(&text).iter().filter(|literal| is_sentence(literal)) {
            let is_it = |(file, start): &(&str, &str)| name == *file && literal.starts_with(start);
            if !NO_SENTENCES.iter().any(is_it) {
                outside.push(format!("{name}: {literal:?}"));
            }
            unused.retain(|allowed| !is_it(allowed));
        }
        let squeezed: String = text.split_whitespace().collect();
        for spoken in ["note", "warn", "error", "data", "detail", "step", "ask"] {
            for words in ["\"", "&format!"] {
                assert!(
                    !squeezed.contains(&format!("report.{spoken}({words}")),
                    "{name}: says words of its own by `{spoken}`"
                );
            }
        }
        assert!(!text.contains("#[error("), "{name}: the sentence of an error outside of `text::errors`");
        // A code is no word; a line of help has its own way to be shown.
        let may = ["finding/code.rs", "help.rs"].contains(&name.as_str());
        assert!(may || !text.contains("Display for"), "{name}: words for a type outside of `text`");
    }
    assert_eq!(outside, Vec::<String>::new(), "sentences outside of `text`");
    assert_eq!(unused, [], "these are not there any more");
}

/// A file without its unit tests.
fn above_tests(text: &str) -> String {
    let is_tests = |part: &&str| part.lines().next().is_some_and(|line| line.ends_with("mod tests {"));
    text.split("#[cfg(test)]\n").take_while(|part| !is_tests(part)).collect()
}

/// At least three words, one of them more than what is filled in.
fn is_sentence(literal: &str) -> bool {
    let is_word = |word: &str| word.chars().filter(char::is_ascii_alphabetic).count() > 1 && !word.starts_with('{');
    literal.split_whitespace().count() > 2 && literal.split_whitespace().any(is_word)
}

/// The string literals of a source, but for the reasons of lints.
fn literals(source: &str) -> Vec<String> {
    placed_literals(source).into_iter().map(|(_, literal)| literal).collect()
}

/// Likewise, each with what stands between it and the one before, or a comment or character before.
fn placed_literals(source: &str) -> Vec<(String, String)> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(['/', '\'', '"']) {
        let (before, from) = rest.split_at(at);
        let after = &from[1..];
        if let Some(comment) = from.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(quote) = from.strip_prefix("'\"'").or_else(|| from.strip_prefix("'\\\"'")) {
            rest = quote;
        } else if from.starts_with('"') {
            let mut escaped = false;
            let end = |c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            };
            let (before, is_raw) = before.strip_suffix("r#").map_or((before, false), |before| (before, true));
            let end = if is_raw { after.find("\"#") } else { after.find(end) };
            let (literal, behind) = after.split_at(end.unwrap());
            if !before.ends_with("reason = ") {
                let between: String = before.split_whitespace().collect();
                found.push((between, literal.to_owned()));
            }
            rest = &behind[if is_raw { 2 } else { 1 }..];
        } else {
            rest = after;
        }
    }
    found
}

/// The rooms of words whose sentences are English alone: pages of help. A sentence that is new in any other stands in both languages;
/// none is added to these lists.
const ENGLISH_ALONE: [&str; 1] = ["pages.rs"];
/// Likewise of the builder; what a bundle's README says stands in both by itself.
const ENGLISH_ALONE_IN_BUILDER: &[&str] = &["cli.rs", "readme.rs"];

/// What is the same in both languages though it has letters: commands and their parts that do not stand where a `Help` says that
/// they are typed, names of files, and words of other programs.
const SAME_IN_BOTH: [&str; 54] = [
    "{}.{} MiB",
    "/etc/supervisor/",
    "/etc/supervisor/conf.d/*.conf",
    "/etc/supervisord.d/*.ini",
    "./{}.run",
    "{}.run",
    "{}.suspect",
    "{path}.old",
    "supervisor",
    "systemd",
    "chronyd",
    "logs",
    "data",
    "DIR",
    "ufw",
    "csr",
    "verify",
    "plan",
    "install",
    "status",
    "uninstall",
    "etcdpack build",
    "etcdpack build --same-cluster",
    "install --root {}",
    "-o {host}.csr",
    "--service {}",
    "--although-quorum-at-risk",
    "--unverified ",
    "export ETCDCTL_API=3; ",
    "{}etcdctl member remove {id:x}",
    "etcdctl member add {name} --peer-urls={url}",
    "{api}etcdctl member remove {id:x} && {api}{add}",
    "{api}etcdctl member update {id:x} --peer-urls={url}",
    "--add-port={range}/tcp",
    "ufw allow {range}/tcp",
    "firewall-cmd --permanent --zone={zone} {} && firewall-cmd --reload",
    "chown root {typed}; chmod go-w {typed}",
    "ls -l {typed}; rm {typed}",
    "mv {typed} {}",
    "mount -o remount,rw $(findmnt -n -o TARGET -T {at})",
    "chattr -i {at}",
    "chattr -a {at}",
    "findmnt {at}",
    "df -h {at}",
    "ls -ldZ {at}; findmnt -T {at}",
    "findmnt -T {place}",
    "cp -a {place} {place}.damaged",
    // Keys of the cluster file.
    "paths.data",
    "wal-dir",
    "[year]-[month]-[day] [hour]:[minute] UTC",
    // etcd's own log, and what of the kernel is in it; supervisor's words.
    "  etcd: {line}",
    ": bind:",
    "STARTING",
    "RUNNING",
];

/// The same in the builder: commands, names of files and of algorithms, and the heads of files that are the same whoever builds.
const SAME_IN_BOTH_IN_BUILDER: &[&str] = &[
    "ls -l {}",
    "ls -ld {}",
    "ls -ldn {}",
    "df -h {dir}; ls -ld {dir}",
    "chmod {mode:o} {}",
    "mount -o remount,rw {}",
    "date -u",
    "grep -e -----BEGIN {}",
    "etcdpack build",
    "etcdpack build --new-cluster={cluster}",
    "etcdpack build --same-cluster",
    "etcdpack {version}",
    "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3",
    "etcdpack init -o other.toml",
    "etcdpack init -o ~/cluster.toml",
    "etcdpack inspect {}",
    "etcdpack sign {host}.csr",
    "openssl req -in {} -noout -text -verify",
    "(umask 077; base64 -d {file} > {new})",
    "(umask 077; for block in $(grep -o 'LS0tLS1CRUdJTi[A-Za-z0-9+/=]*' {file}); do echo $block | base64 -d; done > {new})",
    "openssl pkey -in {} -noout -text_pub",
    "csr/{request}",
    "openssl x509 -req -in {request}.csr -CA CA.pem -CAkey CA-KEY.pem -copy_extensions copy -sha256 -days 825 -out {request}.pem",
    "chain.pem",
    "openssl verify -x509_strict -CAfile {trusted} -untrusted {path} {path}",
    "df -h; ls -l /proc/self/fd/1",
    "python3 -m json.tool {}",
    "ls -ld {} {}",
    "  tail -c 128 {bundle} | cut -d' ' -f3 | base64 -d > {bundle}.sig",
    "  head -c -128 {bundle} | openssl dgst -sha256 -verify signing.pub -signature {bundle}.sig",
    "  {}  {} MB",
    "    sha256 {sum}",
    "sha256",
    "id",
    "etcd",
    "CA",
    "keys [passphrase]:",
    "manager [auto]:",
    "sha256 = \\\"{sum}\\\"",
    "keys = \\\"{keys}\\\"",
    "manager = \\\"{manager}\\\"",
    "\\n[[host]]\\nname = \\\"{name}\\\"\\naddress = \\\"{address}\\\"\\n",
    "listen = \\\"{listen}\\\"",
    "KEYS",
    "MANAGER",
    "PEERS",
    "SUITES",
    "etcdpack build -o dist",
    "etcdpack build --passphrase-fd 3 3<FILE",
    "etcdpack export /media/stick",
    "etcdpack fetch",
    "etcdpack fetch --mirror https://mirror.example/etcd",
    "`etcdpack fetch --ca-cert FILE`",
    "`XDG_CACHE_HOME=/a/writable/directory etcdpack fetch`",
    "HOME=~ etcdpack fetch",
    "etcdpack pki backup-key -o OTHER-FILE",
    // As `age-keygen` writes it.
    "# public key: {recipient}\\n{secret}\\n",
    "etcdpack pki show",
    "etcdpack rehearse --passphrase-fd 3 3< FILE",
    "./{host}.run csr -o {host}.csr",
    "    {host} ({address})    ./{host}.run {command}",
    "openssl x509 -inform DER -in {file} -out {new}",
    "(umask 077; openssl pkey -inform DER -in {file} -out {new})",
    "openssl pkcs7 -inform {form} -in {file} -print_certs -out {new}",
    "cp -p {file} {file}.pkcs8; ssh-keygen -p -m PKCS8 -f {file}.pkcs8",
    "openssl ecparam -name prime256v1 -genkey -noout -out signing-key.pem",
    "openssl x509 -in {} -noout -pubkey",
    "openssl x509 -in {} -noout -text",
    "openssl x509 -in {path} -signkey ca-key.pem -clrext -days 3650 -extfile <(printf \
     'basicConstraints=critical,CA:TRUE\\\\nkeyUsage=critical,keyCertSign,cRLSign\\\\nsubjectKeyIdentifier=hash\\\\n') -out {new}",
    "pem",
    "new.pem",
    "{file}.new",
    "SHA256SUMS",
    "rsa-{bits}",
    "ecdsa-p256",
    "ecdsa-p384",
    "ecdsa-p521",
    "`[wrong-host]`",
    "`[would-bootstrap]`",
    "{} {:02}:{:02} UTC",
    "yes",
    "# Who founds the cluster, and the numbers of the bundles that were built here. Keep this file with the keys: hosts \
     refuse a bundle with a lower number than they have had.",
    "# The etcd releases that etcdpack accepted here. Keep this file with the cluster file.",
];

/// Behind these stand what is typed: the same whoever reads it.
const TYPED: [&str; 6] = ["command(", "in_tree(", "run(", "run_with(", "host(", "host_with("];

#[test]
fn each_sentence_stands_in_both_languages() {
    in_both_languages(&source().join("text"), &ENGLISH_ALONE, &SAME_IN_BOTH);
    in_both_languages(&source().join("../../builder/src/text"), ENGLISH_ALONE_IN_BUILDER, SAME_IN_BOTH_IN_BUILDER);
}

/// Holds the files of a room to it.
fn in_both_languages(room: &Path, english_alone: &[&str], same_in_both: &[&'static str]) {
    let (mut missing, mut still_english) = (Vec::new(), Vec::new());
    let mut unused: BTreeSet<&str> = same_in_both.iter().copied().collect();
    for path in files(room) {
        let name = path.strip_prefix(room).unwrap().to_str().unwrap().to_owned();
        let text = above_tests(&fs::read_to_string(&path).unwrap());
        let mut alone = Vec::new();
        let mut is_typed = false;
        for (before, literal) in placed_literals(&text) {
            let begins_call = |call: &&str| before.ends_with(*call) || before.ends_with(&format!("{call}format!("));
            is_typed = TYPED.iter().any(begins_call) || before.ends_with("host_with(") || (is_typed && before == ",");
            let in_both = before.ends_with("en=") || before.ends_with("zh=");
            let line = on_one_line(&literal);
            if same_in_both.contains(&line.as_str()) {
                unused.remove(line.as_str());
            } else if !in_both && !is_typed && has_words(&literal) {
                alone.push(format!("{name}: {literal:?}"));
            }
        }
        if english_alone.contains(&name.as_str()) {
            still_english.extend((!alone.is_empty()).then_some(name));
        } else {
            missing.extend(alone);
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "not in both languages: `say!` and `words!` of payload::language");
    still_english.sort();
    assert_eq!(still_english, english_alone, "converted, or gone");
    assert_eq!(unused, BTreeSet::new(), "these are not there any more");
}

/// Whether it has a word of more than one letter outside of what is filled in.
fn has_words(literal: &str) -> bool {
    let outside: String = literal
        .split('{')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) })
        .collect();
    outside.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() > 1)
}

/// A literal that goes on in the next line of its source, as it is read by the compiler.
fn on_one_line(literal: &str) -> String {
    let mut parts = literal.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + part.trim_start())
}

/// What the payload says of a cluster file and of etcd, and of the small words with a grammar.
const IN_PAYLOAD: [&str; 9] =
    ["cluster", "etcd", "claim.rs", "digest.rs", "fingerprint.rs", "name.rs", "path.rs", "peer_name.rs", "url.rs"];

/// What of that is no sentence, by what it has or begins with: lines as they are typed, and the words of parsers and of etcd, by which their
/// complaints are known.
const NO_WORDS_OF_OURS: [&str; 26] = [
    " = \\\"",
    " = true",
    " = [{item}]",
    "etcdpack init --host ",
    "iconv -f ",
    "tr '",
    // Of the parser.
    "missing field `",
    "unknown field `",
    "cannot recurse further",
    "invalid IP address syntax",
    "invalid type: map",
    "invalid key-value pair",
    "invalid basic string",
    "invalid literal string",
    "string values must be quoted",
    "key with no value",
    "unexpected key or value",
    "expected a sequence",
    "expected a map",
    "expected a string",
    // Types of ours, whose words the parser takes as they are: `plain` has them in both languages.
    "a whole number, or one with its unit",
    "a flag takes a text",
    // Flags of etcd, and faults by their numbers.
    "trusted-ca-file with ",
    "CVE-",
    "etcdpack restore {database}",
    "the minor of SETTLED",
];

#[test]
fn what_is_said_of_a_cluster_file_stands_in_both_languages() {
    let payload = source().join("../../payload/src");
    let (mut alone, mut unused) = (Vec::new(), BTreeSet::from(NO_WORDS_OF_OURS));
    let paths = IN_PAYLOAD.iter().flat_map(|room| {
        let path = payload.join(room);
        if path.is_dir() { files(&path) } else { vec![path] }
    });
    // `keys` lists keys, `last_words` knows etcd's.
    let is_of_words = |path: &PathBuf| {
        let is = |part: &str| path.ends_with(part) || path.components().any(|dir| dir.as_os_str() == part);
        path.extension().is_some_and(|end| end == "rs")
            && !["tests.rs", "pasted.rs", "schema.rs", "keys.rs", "last_words"].into_iter().any(is)
    };
    let mut sentences = 0;
    for path in paths.filter(is_of_words) {
        for (before, literal) in placed_literals(&above_tests(&fs::read_to_string(&path).unwrap())) {
            if before.ends_with("en=") || before.ends_with("zh=") {
                sentences += 1;
                continue;
            }
            if let Some(known) = NO_WORDS_OF_OURS.iter().find(|known| literal.contains(*known)) {
                unused.remove(known);
            } else if is_sentence(&literal) {
                alone.push(format!("{}: {literal:?}", path.display()));
            }
        }
    }
    assert_eq!(alone, Vec::<String>::new(), "not in both languages: `say!` and `words!` of payload::language");
    assert_eq!(unused, BTreeSet::new(), "these are not there any more");
    assert!(sentences > 400, "the sentences are found: {sentences}");
}

/// Each sentence that stands in both languages, in whichever crate: where, in English, in Chinese.
fn in_both() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for dir in ["payload/src", "builder/src", "installer/src"] {
        for path in files(&source().join("../..").join(dir)) {
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = above_tests(&fs::read_to_string(&path).unwrap());
            if !text.contains("zh = ") {
                continue;
            }
            let found = placed_literals(&text);
            for pair in found.windows(2) {
                if let [(first, english), (second, chinese)] = pair
                    && first.ends_with("en=")
                {
                    assert_eq!(second, ",zh=", "{}: {english}", path.display());
                    let of = |literal: &str| on_one_line(literal).replace("\\n", " ");
                    all.push((path.display().to_string(), of(english), of(chinese)));
                }
            }
        }
    }
    all
}

#[test]
fn both_languages_say_the_same() {
    /// What stands between two marks, sorted: what is filled in, or what is typed.
    fn between(text: &str, begin: char, end: char) -> Vec<&str> {
        let parts = text.split(begin).skip(1).filter_map(|part| part.split_once(end));
        let mut all: Vec<&str> = parts.map(|(inside, _)| inside).collect();
        all.sort_unstable();
        all
    }
    /// The values without a name, as they follow each other.
    fn by_place(text: &str) -> Vec<&str> {
        let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
        parts.map(|(inside, _)| inside).filter(|inside| !inside.starts_with(char::is_alphanumeric)).collect()
    }
    let in_both = in_both();
    assert!(in_both.len() > 10, "the sentences are found");
    for (path, english, chinese) in in_both {
        let at = format!("{path}: {english} / {chinese}");
        let values = |text| {
            let mut names = between(text, '{', '}');
            names.dedup();
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(values(&english), values(&chinese), "not the same values: {at}");
        assert_eq!(by_place(&english), by_place(&chinese), "values without a name, in another order: {at}");
        let codes =
            |text: &str| -> BTreeSet<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        assert_eq!(codes(&english), codes(&chinese), "not the same in code marks: {at}");
        assert!(!english.contains(is_han), "Chinese in English: {at}");
        assert_eq!(fault_of(&chinese), None, "{at}");
    }
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// What is wrong with how Chinese is set: punctuation that is not its own, or no space around what is not Chinese.
fn fault_of(chinese: &str) -> Option<String> {
    let quoted = |at: usize| chinese[..at].matches('`').count() % 2 == 1;
    let filled = |at: usize| chinese[..at].rfind('{').is_some_and(|open| !chinese[open..at].contains('}'));
    let all: Vec<(usize, char)> = chinese.char_indices().filter(|(at, _)| !quoted(*at) && !filled(*at)).collect();
    let is_half = |c: char| ",:;?!()".contains(c);
    let is_seen = |c: &char| *c != ' ';
    for (n, (_, c)) in all.iter().enumerate() {
        let before = all.iter().take(n).map(|(_, c)| *c).rfind(is_seen);
        let after = all.iter().skip(n + 1).map(|(_, c)| *c).find(is_seen);
        if is_half(*c) && (before.is_some_and(is_han) || after.is_some_and(is_han)) {
            return Some(format!("half-width `{c}`"));
        }
        let next = all.get(n + 1).map(|(_, c)| *c);
        let is_code = |c: char| c.is_ascii_alphanumeric() || c == '`';
        if next.is_some_and(|next| (is_han(*c) && is_code(next)) || (is_code(*c) && is_han(next))) {
            return Some(format!("no space between `{c}` and `{}`", next.unwrap_or_default()));
        }
    }
    None
}

#[test]
fn chinese_is_set_as_chinese() {
    for (text, wrong) in [
        ("未做任何更改", false),
        ("`{path}` 已满：{error}", false),
        ("成员 n1，共 3 个（含本机）", false),
        ("见 `a, b: c` 和 etcdctl", false),
        ("已满:{error}", true),
        ("已满, 请清理", true),
        ("成员n1", true),
        ("路径`x`", true),
        ("本机(n1)", true),
    ] {
        assert_eq!(fault_of(text).is_some(), wrong, "{text}: {:?}", fault_of(text));
    }
    assert!(has_words("was {x}") && has_words("removing") && !has_words("{what} {name:>3}: ") && !has_words("a"));
}

/// Sections that people do not need at the host: what root opens, and what was tried.
const IN_ENGLISH_ALONE: [&str; 2] = ["## What root opens, and why that is safe", "## What was tried against it"];

/// What a document has in each language: its headings by depth, what is typed between its paragraphs up to a comment, and of each row of
/// its tables how many cells it has and what is in code marks in the first.
fn bones(document: &str) -> Vec<String> {
    let mut bones = Vec::new();
    let mut is_left_out = false;
    for line in document.lines() {
        if line.starts_with("## ") {
            is_left_out = IN_ENGLISH_ALONE.contains(&line);
        }
        if is_left_out {
            continue;
        }
        let codes = |text: &str| text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
        if let Some(row) = line.strip_prefix('|') {
            bones.push(format!("{} cells: {}", row.matches('|').count(), codes(row.split('|').next().unwrap())));
        } else if line.starts_with("    ") {
            bones.push(line.split('#').next().unwrap().trim_end().to_owned());
        } else if line.starts_with('#') {
            bones.push(format!("{} {}", line.split(' ').next().unwrap(), codes(line)));
        }
    }
    bones
}

#[test]
fn a_document_has_the_same_parts_in_both_languages() {
    for name in ["cluster-file", "trust"] {
        let of = |language: &str| {
            let path = source().join("../../docs").join(format!("{name}{language}.md"));
            bones(&fs::read_to_string(path).unwrap())
        };
        let (english, chinese) = (of(""), of(".zh-CN"));
        for (english, chinese) in english.iter().zip(&chinese) {
            assert_eq!(english, chinese, "{name}");
        }
        assert_eq!((english.len(), english.len() > 20), (chinese.len(), true), "{name}");
    }
    assert_eq!(
        bones("# A `b`\n\nx\n| `a`, `b` | `c` |\n    ls   # why\n## What was tried against it\n| y |\n## Z"),
        ["# b", "2 cells: a b", "    ls", "## "]
    );
}

#[test]
fn a_sentence_is_found_wherever_it_stands() {
    let source = r#"
        // "In a comment it is not."
        let quote = '"'; let path = "/a/b c"; let said = "it's here, \"so\" it is"; // "nor here"
        #[expect(x, reason = "of a lint it is not")]
        let more = format!("{one} {two} {three}") + "and one \
            more";
    "#;
    assert_eq!(literals("x(r#\"a \"b\" // c\"#, \"d\")"), ["a \"b\" // c", "d"]);
    let found = literals(source);
    let sentences: Vec<&String> = found.iter().filter(|literal| is_sentence(literal)).collect();
    assert_eq!((found.len(), sentences.len()), (4, 2), "{found:?}");
    assert_eq!(above_tests("a\n#[cfg(test)]\nmod x;\nb\n#[cfg(test)]\nmod tests {\nc"), "a\nmod x;\nb\n");
}

#[test]
fn a_topic_has_one_name_in_every_layer() {
    let facts = rooms("facts");
    let and = |more: &[&str]| -> BTreeSet<String> {
        facts.iter().cloned().chain(more.iter().map(|name| (*name).to_owned())).collect()
    };
    assert!(facts.contains("accounts") && facts.contains("paths"));
    // For whom facts are found out is of no topic. A snapshot is brought, and read by whoever was given it.
    let mut probed = and(&["error", "subject"]);
    assert!(probed.remove("restore"));
    assert_eq!(rooms("host/probe"), probed);
    // What earlier runs left is read by `records`.
    assert_eq!(rooms("check"), and(&["records"]));
    let findings = and(&["bundle", "records"]);
    assert_eq!(rooms("text/findings"), findings);
    assert_eq!(rooms("finding"), findings.into_iter().chain(["code".to_owned()]).collect());
}
