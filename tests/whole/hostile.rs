//! Archives that nobody may take: both programs refuse each in one line, in little memory, and change nothing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use whole::form::{Form, figures, form};
use whole::{Corpus, SIGNER, Said, etcdpack, run, small_cluster};

/// Address space of a reader, whatever sizes an archive declares: 192 MiB, of which threads' stacks are the most.
const MEMORY: &str = "--as=201326592";

/// Runs a command with little memory.
fn bounded(program: &Path, args: &[&str]) -> Said {
    run(Command::new("prlimit").arg(MEMORY).arg(program).args(args))
}

/// What is wrong with a refusal, in words; nothing if it is a proper one.
fn faults(said: &Said, codes: &[i32]) -> Option<String> {
    let errors = said.err.lines().filter(|line| line.starts_with("error: ")).count();
    let helps = said.err.lines().filter(|line| line.starts_with("help: ")).count();
    let long = said.err.lines().any(|line| line.len() > 1000);
    let proper = codes.contains(&said.code) && errors == 1 && helps >= 1 && !steers(said) && !long;
    (!proper).then(|| format!("{said:?}"))
}

/// Whether a terminal would do something else with it than show it.
fn steers(said: &Said) -> bool {
    said.err.chars().chain(said.out.chars()).any(|c| c.is_control() && c != '\n')
}

fn none(faults: &[String], what: &str, of: usize, began: Instant) {
    figures("hostile", what, of, faults.len(), began);
    assert!(faults.is_empty(), "{} of {of} cases:\n{}", faults.len(), faults.join("\n"));
}

/// Everything below a directory, with modes, owners, times and targets.
fn listing(root: &Path) -> String {
    run(Command::new("find").arg(root).args(["-printf", "%P %y %m %U:%G %s %l\n"])).ok()
}

/// What is left in a directory that should be empty; it is, for the next case.
fn emptied(root: &Path) -> Option<String> {
    let left = listing(root);
    if left.lines().count() == 1 {
        return None;
    }
    fs::remove_dir_all(root).unwrap();
    fs::create_dir(root).unwrap();
    Some(left)
}

#[test]
fn a_container_that_is_not_the_written_one_is_refused_by_both_programs() {
    let began = Instant::now();
    let corpus = Corpus::make("container");
    assert!(corpus.names.len() >= 480, "only {} cases", corpus.names.len());
    let root = corpus.site.path("root");
    fs::create_dir(&root).unwrap();
    let root_arg = root.to_string_lossy().into_owned();
    let mut wrong = Vec::new();
    for (n, name) in corpus.names.iter().enumerate() {
        let path = corpus.bundle(name);
        let mut note =
            |who: &str, fault: Option<String>| wrong.extend(fault.map(|said| format!("{name}, {who}: {said}")));
        let install = ["install", "--yes", SIGNER, "--service", "systemd", "--root", &root_arg];
        note("etcdpack verify", faults(&bounded(&etcdpack(), &["verify", &path.to_string_lossy()]), &[4]));
        note("install", faults(&bounded(&path, &install), &[4]));
        note("the tree", emptied(&root));
        // What the others say comes from the same two readers: in the short form every eighth case shows that.
        if form() == Form::Short && n % 8 != 0 {
            continue;
        }
        note("inspect", faults(&bounded(&etcdpack(), &["inspect", &path.to_string_lossy()]), &[4]));
        for args in [&["verify"][..], &["plan", "--service", "systemd", "--root", &root_arg]] {
            note(args[0], faults(&bounded(&path, args), &[4]));
        }
        // Before anything is verified it may say what it claims to be, in plain text.
        let claims = bounded(&path, &[]);
        note("no command", (!matches!(claims.code, 0 | 4) || steers(&claims)).then(|| format!("{claims:?}")));
        note("the tree", emptied(&root));
    }
    none(&wrong, "containers", corpus.names.len(), began);
}

#[test]
fn what_does_not_begin_with_an_installer_is_refused_by_both_programs() {
    let corpus = Corpus::make("front");
    assert_eq!(corpus.names.len(), 8);
    let (host, root) = (corpus.installer(), corpus.site.path("root"));
    fs::create_dir(&root).unwrap();
    let root_arg = root.to_string_lossy();
    for name in &corpus.names {
        let path = corpus.tail(name);
        let path = path.to_string_lossy();
        let image = ["--service", "systemd", "--root", &*root_arg];
        for (program, args) in [
            (etcdpack(), vec!["verify", &*path]),
            (etcdpack(), vec!["inspect", &path]),
            (host.clone(), vec!["verify", &path]),
            (host.clone(), [&["plan", &*path][..], &image].concat()),
            (host.clone(), [&["install", &*path, "--yes", SIGNER][..], &image].concat()),
        ] {
            assert_eq!(faults(&bounded(&program, &args), &[4]), None, "{name}: {args:?}");
        }
        assert_eq!(emptied(&root), None, "{name}");
    }
}

#[test]
fn a_release_that_has_two_readings_is_neither_packed_nor_installed() {
    let began = Instant::now();
    let corpus = Corpus::make("tar");
    assert!(corpus.names.len() >= 100, "only {} cases", corpus.names.len());
    let root = corpus.site.path("root");
    fs::create_dir(&root).unwrap();
    let root_arg = root.to_string_lossy().into_owned();
    let mut wrong = Vec::new();
    for name in &corpus.names {
        let (path, tarball) = (corpus.bundle(name), corpus.tarball(name));
        let mut note =
            |who: &str, fault: Option<String>| wrong.extend(fault.map(|said| format!("{name}, {who}: {said}")));
        // The bundle is whole: it holds the tarball that it says it holds, if that is anything at all.
        if fs::metadata(&tarball).unwrap().len() > 0 {
            bounded(&path, &["verify"]).ok();
        }
        let install = bounded(&path, &["install", "--yes", SIGNER, "--service", "systemd", "--root", &root_arg]);
        note("install", faults(&install, &[4]));
        note("the tree", emptied(&root));
        fs::write(corpus.site.path("cluster.toml"), small_cluster(&tarball)).unwrap();
        let build = corpus.site.etcdpack(&["build", "-q", "-o", "other", "--release", &tarball.to_string_lossy()]);
        note("build", faults(&build, &[3, 4]));
        note("dist", fs::remove_file(corpus.site.path("other/n1.run")).is_ok().then(|| "a bundle was made".to_owned()));
    }
    none(&wrong, "releases", corpus.names.len(), began);
}

#[test]
fn what_is_odd_but_has_one_reading_is_installed() {
    let began = Instant::now();
    let corpus = Corpus::make("good");
    assert!(corpus.names.len() >= 15, "only {} cases", corpus.names.len());
    let (mut wrong, mut first) = (Vec::new(), None);
    for name in &corpus.names {
        let root = corpus.site.path(&format!("root-{name}"));
        fs::create_dir(&root).unwrap();
        let path = corpus.bundle(name);
        let mut note =
            |who: &str, said: Said| wrong.extend((said.code != 0).then(|| format!("{name}, {who}: {said:?}")));
        note("etcdpack verify", bounded(&etcdpack(), &["verify", &path.to_string_lossy()]));
        let root_arg = root.to_string_lossy();
        note(
            "install",
            bounded(&path, &["install", "--yes", SIGNER, "-q", "--service", "systemd", "--root", &root_arg]),
        );
        let programs = listing(&root.join("opt/etcd-v3.5.1"));
        assert!(programs.contains("etcd f 755 0:0 3000 "), "{name}: {programs}");
        // Whatever mode and owner an archive gives its etcd, what lands is the same.
        assert_eq!(&programs, first.get_or_insert(programs.clone()), "{name}");
        let tarball = corpus.tarball(name);
        if tarball.exists() {
            fs::write(corpus.site.path("cluster.toml"), small_cluster(&tarball)).unwrap();
            note(
                "build",
                corpus.site.etcdpack(&["build", "-q", "-o", "other", "--release", &tarball.to_string_lossy()]),
            );
        }
    }
    none(&wrong, "odd-but-good", corpus.names.len(), began);
}
