//! In which language a host is spoken to, and what is the same in each.

use whole::{Lab, SIGNER, Site, cluster, release};

/// A Chinese locale, as sites have it.
const CHINESE: &str = "LANG=zh_CN.UTF-8";

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn a_host_speaks_chinese_where_that_is_its_locale_and_can_be_shown() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.136.0.11")]));
    site.build(&tarball);
    let lab = Lab::up("tlanguage", "bare", &["n1=10.136.0.11"]);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    let at_a_terminal = |environment: &str, line: &str| {
        lab.answered("n1", &format!("/usr/bin/env {environment} {line}"), ("none", ""), "true").ok()
    };

    // Refused: words and help are Chinese, code and command are not.
    let said = sh(&format!("{CHINESE} /root/n1.run install {SIGNER}"));
    assert_eq!(said.code, 3, "{said:?}");
    for words in ["错误：没有可供询问的终端", "提示：", "/root/n1.run install --yes"] {
        assert!(said.err.contains(words), "no `{words}` in {said:?}");
    }
    let said = sh(&format!("{CHINESE} /root/n1.run plan {SIGNER}"));
    assert!(said.out.contains("个步骤待执行") && said.out.contains("  + 文件       /opt/etcd-v3.5.1/"), "{said:?}");

    // What cannot be shown is not said; whoever asks for it gets it.
    let plan = format!("/root/n1.run plan {SIGNER}");
    for (environment, chinese) in
        [("LANG=zh_CN.GBK", false), ("LANG=zh_CN.UTF-8 LC_ALL=C", false), ("LANG=C ETCDPACK_LANG=zh", true)]
    {
        let said = sh(&format!("{environment} {plan}"));
        assert_eq!(has_chinese(&format!("{}{}", said.out, said.err)), chinese, "{environment}: {said:?}");
    }
    for (environment, more, chinese) in [
        ("TERM=xterm LANG=zh_CN.UTF-8", "", true),
        ("TERM=linux LANG=zh_CN.UTF-8", "", false),
        ("TERM=linux LANG=zh_CN.UTF-8", "--lang zh", true),
        ("TERM=xterm LANG=zh_CN.UTF-8", "--lang en", false),
    ] {
        let shown = at_a_terminal(environment, &format!("{plan} {more}"));
        assert_eq!(has_chinese(&shown), chinese, "{environment} {more}: {shown}");
    }

    let said = sh(&format!("{CHINESE} /root/n1.run install --yes {SIGNER} --wait 60"));
    assert!(said.code == 0 && said.err.contains("已安装：etcd 3.5.1") && said.err.contains("\n健康\n"), "{said:?}");
    let status = sh(&format!("{CHINESE} etcdpack-host status")).ok();
    for words in ["\n安装包       编号 1，签名者 ", "\n状态         健康\n", "1 个成员中有 1 个在提供服务"]
    {
        assert!(status.contains(words), "no `{words}` in {status}");
    }

    // What programs read is the same, whoever asks.
    for line in [format!("{plan} --json"), "etcdpack-host uninstall --dry-run --json".to_owned()] {
        let (chinese, english) = (sh(&format!("{CHINESE} {line} --lang zh")), sh(&line));
        assert!(!has_chinese(&format!("{}{}", chinese.out, chinese.err)), "{line}: {chinese:?}");
        assert_eq!((chinese.code, chinese.out), (english.code, english.out), "{line}");
    }
    for line in ["etcdpack-host status --json", "etcdpack-host doctor --json"] {
        let said = sh(&format!("{CHINESE} {line}"));
        assert!(said.out.starts_with('{') && !has_chinese(&format!("{}{}", said.out, said.err)), "{line}: {said:?}");
    }
    // Nor do records hold a sentence.
    assert_eq!(sh("cat /var/lib/etcdpack/receipt.json").ok().chars().find(|c| !c.is_ascii()), None);
}
