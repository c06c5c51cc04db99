//! `etcdpack` as its users type it: what it writes, and what it says when it cannot.

use std::fs;
use std::process::Command;

use whole::{Site, at_terminal, etcdpack, release, run, small_site, workspace};

const GOOD: &str =
    "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.24\"\n[[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n";

#[test]
fn init_writes_a_file_that_build_takes_and_never_overwrites_one() {
    let site = Site::new(GOOD);
    site.etcdpack(&["init"]).refused(3, "`cluster.toml` is there already");
    assert!(fs::read_to_string(site.path("cluster.toml")).unwrap().starts_with(GOOD));
    let sum = "5859b92dd97c5112566e8503a0efbf27fe7d7d39f6d5c39b318c41313edf0932";
    let hosts = ["--host", "n1=192.0.2.1", "--host", "n2=192.0.2.2", "--host", "n3=2001:db8::3"];
    site.etcdpack(&[&["init", "-o", "new.toml", "--version", "v3.6.14", "--sha256", sum], &hosts[..]].concat()).ok();
    let text = fs::read_to_string(site.path("new.toml")).unwrap();
    for line in ["version = \"3.6.14\"", "address = \"2001:db8::3\"", &format!("sha256 = \"{sum}\"")] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(site.etcdpack(&["init", "-o", "x.toml", "--host", "n1"]).code, 2);
    assert_eq!(site.etcdpack(&["init", "-o", "x.toml", "--version", "3.5"]).code, 2);
    assert_eq!(site.etcdpack(&["build", "no.toml"]).code, 2);
}

/// Types each answer when its question stands at the end, and prints all that was shown.
const TYPIST: &str = r#"
answers = [line.split("|") for line in sys.argv[1].split(";")]
done, at = 0, 0
def hear(shown, type_):
    global done, at
    if done < len(answers) and shown[at:].rstrip().endswith(answers[done][0]):
        at = len(shown)
        done += 1
        type_(answers[done - 1][1].encode() + b"\n")
shown, status = talk(sys.argv[2:], hear)
print(shown)
sys.exit(status)
"#;

#[test]
fn init_asks_at_a_terminal_for_what_was_not_said() {
    let site = Site::new(GOOD);
    let asked = |answers: &str, words: &[&str]| {
        run(at_terminal(TYPIST).arg(answers).arg(etcdpack()).arg("init").args(words).current_dir(site.path("")))
    };
    let said = asked(
        "host 1: name:|n1;reach n1:|192.0.2.300;reach n1:|192.0.2.1;host 2: name:|n1;host 2: name:|n2;reach n2:|etcd-2.example;[what the DNS name means there]:|2001:db8::2;\
         host 3: name:|;keys [passphrase]:|secret;keys [passphrase]:|host-key;manager [auto]:|",
        &["-o", "asked.toml"],
    );
    let shown = said.ok();
    for words in
        ["`192.0.2.300` is not an IP address", "n1 is in the list already", "`secret` is not one of passphrase, "]
    {
        assert!(shown.contains(words), "{shown}");
    }
    let text = fs::read_to_string(site.path("asked.toml")).unwrap();
    for line in [
        "address = \"192.0.2.1\"",
        "address = \"etcd-2.example\"",
        "listen = \"2001:db8::2\"",
        "keys = \"host-key\"",
        "manager = \"auto\"",
    ] {
        assert_eq!(text.lines().filter(|said| *said == line).count(), 1, "{line}: {text}");
    }
    assert_eq!(text.matches("[[host]]").count(), 2, "{text}");
    // What is said is not asked, and a file that is there is not asked about.
    assert_eq!(asked("x|x", &["-o", "said.toml", "--host", "n1=192.0.2.1"]).code, 0);
    assert_eq!(asked("x|x", &["-o", "asked.toml"]).code, 3);
    // Editors hold both to the schema; so does a validator of its own.
    let script = "import json, jsonschema, sys, tomllib\nschema = json.load(open(sys.argv[1]))\n\
                  check = jsonschema.validators.validator_for(schema)\ncheck.check_schema(schema)\n\
                  for path in sys.argv[2:]: jsonschema.validate(tomllib.load(open(path, 'rb')), schema)\n\
                  bad = tomllib.loads(open(sys.argv[2]).read() + '\\n[etc]\\n')\n\
                  assert not check(schema).is_valid(bad)";
    let schema = workspace().join("docs/cluster-file.schema.json");
    let example = workspace().join("examples/mfyxw/cluster.toml");
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(schema).args(["asked.toml", "said.toml"]).arg(example);
    run(python.current_dir(site.path(""))).ok();
}

#[test]
fn a_bad_file_is_shown_with_line_column_text_and_help() {
    for (bad, line, words, help) in [
        ("[etcd]\nclient-prot = 1\n", "line 9, column 1", "client-prot", "did you mean `client-port`?"),
        ("[[host]]\nname = \"n1\"\naddress = \"192.0.2.2\"\n", "line 9, column 8", "`n1` is used twice", ""),
        ("[[host]]\nname = \"a b\"\naddress = \"192.0.2.2\"\n", "line 9, column 8", "the character ` `", ""),
        ("[paths]\ndata = \"/data/../x\"\n", "line 9, column 8", "`..`", ""),
        ("[etcd.flags]\nenable-v3 = true\n", "line 9, column 1", "no etcd has a flag", "did you mean `enable-v2`?"),
        ("[etcd.flags]\nca-file = \"/x\"\n", "line 9, column 1", "ca-file", "trusted-ca-file"),
    ] {
        let site = Site::new(&format!("{GOOD}{bad}"));
        let said = site.etcdpack(&["build"]);
        assert_eq!(said.code, 2, "{bad}: {said:?}");
        for words in [line, words, help, bad.lines().nth(1).unwrap()] {
            assert!(said.err.contains(words), "no `{words}` in\n{}", said.err);
        }
        assert!(!site.path("dist").exists() && !site.path("pki").exists(), "{bad}: something was made");
    }
    let huge = Site::new(&"#".repeat(10 << 20));
    assert_eq!(huge.etcdpack(&["fetch"]).code, 2);
}

#[test]
fn a_help_line_quotes_what_a_shell_would_split() {
    let site = Site::new(&format!("{GOOD}[pki]\nkeys = \"host-key\"\n"));
    fs::write(site.path("n 1.csr"), "no request").unwrap();
    for (args, help) in [
        (vec!["inspect", "n 1.run"], "ls -l 'n 1.run'"),
        (vec!["sign", "n 2.csr"], "ls -l 'n 2.csr'"),
        (vec!["sign", "n 1.csr"], "openssl req -in 'n 1.csr' -noout -text -verify"),
    ] {
        let said = site.etcdpack(&args);
        assert!(said.code != 0 && said.err.contains(help), "{args:?}: {said:?}");
    }
}

#[test]
fn a_file_s_name_neither_steers_the_terminal_nor_says_a_line() {
    let site = small_site();
    let hostile = "n1\nerror: fake\x1b[2J\u{202e}.run";
    let shown = "n1\u{fffd}error: fake\u{fffd}[2J\u{fffd}.run";
    fs::copy(site.bundle("n1"), site.path(hostile)).unwrap();
    let said = site.etcdpack(&["verify", hostile]);
    assert!(said.out.starts_with(&format!("{shown}: ok, ")) && said.out.lines().count() == 1, "{said:?}");
    fs::write(site.path(hostile), "no bundle").unwrap();
    let help = "help: ls -l $'n1\\012error: fake\\033[2J\\342\\200\\256.run'";
    for (args, lines) in [
        (vec!["verify", hostile], [format!("error: `{shown}`: "), "help: copy it again".to_owned()]),
        (vec!["inspect", "--json", hostile], [format!("error: `{shown}`: "), "help: copy it again".to_owned()]),
        (vec!["sign", hostile], ["error: ".to_owned(), "help: ".to_owned()]),
        (vec!["build", "--release", hostile], [format!("error: `{shown}`: not a gzip file"), help.to_owned()]),
    ] {
        let said = site.etcdpack(&[&args[..], &["--quiet"]].concat());
        let told: Vec<&str> = said.err.lines().filter(|line| !line.starts_with(['w', ' '])).collect();
        assert_eq!(told.len(), 2, "{args:?}: {said:?}");
        assert!(told.iter().zip(&lines).all(|(told, line)| told.starts_with(line.as_str())), "{args:?}: {said:?}");
    }
}

#[test]
fn a_release_that_nothing_vouches_for_is_taken_only_on_request_and_then_held_to() {
    let tarball = release("3.5.1", "amd64");
    // A version whose sum was never published.
    let text = GOOD.replace("3.5.24", "3.1.20");
    let site = Site::new(&text);
    let path = tarball.to_string_lossy().into_owned();
    site.etcdpack(&["fetch", "--release", &path]).refused(3, "no checksum is known for etcd 3.1.20");
    assert!(!site.path("etcdpack.lock").exists());
    let said = site.etcdpack(&["fetch", "--release", &path, "--trust-on-first-use"]);
    assert!(said.err.contains(&whole::sha256(&tarball)), "the digest is shown: {said:?}");
    said.ok();
    assert!(fs::read_to_string(site.path("etcdpack.lock")).unwrap().contains("trust on first use"));
    let other = release("3.5.0", "amd64");
    let said = site.etcdpack(&["fetch", "--release", &other.to_string_lossy()]);
    assert_eq!(said.code, 4, "{said:?}");
    for tarball in [&tarball, &other] {
        assert!(said.err.contains(&whole::sha256(tarball)), "both digests are named: {said:?}");
    }
    // It is trusted, but it is not what its name says: the builder looks inside before it packs.
    let said = site.etcdpack(&["build", "--release", &path]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("a path outside the release's directory"), "{said:?}");
}

#[test]
fn chinese_is_spoken_where_it_is_asked_for_and_never_to_programs() {
    let site = small_site();
    let build = ["build", "--release", "release.tar.gz", "--lang", "zh"];
    let said = site.etcdpack(&build);
    assert!(said.code == 0 && said.err.contains("签名者（十二个单词）：") && said.err.contains("请打印："), "{said:?}");
    let by_locale = |locale: &str| run(site.command(&build[..3]).env("LC_ALL", locale)).err;
    assert!(by_locale("zh_CN.UTF-8").contains("签名者"));
    for english in ["zh_CN.GBK", "C"] {
        assert!(by_locale(english).contains("signed by (twelve words): "), "{english}");
    }
    let [chinese, english] = ["zh", "en"].map(|lang| site.etcdpack(&["check", "--json", "--lang", lang]).out);
    assert_eq!(chinese, english);
    // Refusals and their help; what is typed is the same.
    for (typed, code, error, help) in [
        (
            &["verify", "release.tar.gz"][..],
            4,
            "错误：`release.tar.gz`：",
            "提示：重新拷贝；如果拷贝之前就是坏的：etcdpack build",
        ),
        (&["check", "gone.toml"][..], 2, "错误：没有 `gone.toml`", "提示：etcdpack init --host n1=192.0.2.1"),
        (&["build", "--release", "cluster.toml"][..], 4, "不是 gzip 文件", "提示：ls -l "),
        (
            &["sign", "n1.csr"][..],
            2,
            "错误：此集群的主机由安装包提供私钥：没有要签发的",
            "提示：keys = \"host-key\"   # 写在",
        ),
        (&["init"][..], 3, "错误：`cluster.toml` 已存在，未动它", "提示：etcdpack init -o other.toml"),
    ] {
        let said = site.etcdpack(&[typed, &["--lang", "zh"]].concat());
        assert!(said.code == code && said.err.contains(error) && said.err.contains(help), "{typed:?}: {said:?}");
    }
    let said = site.etcdpack(&["check", "--lang", "zh"]);
    assert!(
        said.code == 0 && said.out.contains("\n签名者      "),
        "a word of three characters takes six columns: {said:?}"
    );
    let said = site.etcdpack(&["init", "-o", "zh.toml", "--lang", "zh"]);
    let file = fs::read_to_string(site.path("zh.toml")).unwrap();
    assert!(said.code == 0 && file.contains("# 每台主机一把私钥；"), "{said:?}");
}
