//! What help lines tell people to type, as it is typed here: with the name of this program, the bundle that it was given and
//! the tree that it works on. Pure.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use payload::shell::word;

use crate::HOST_COMMAND;
use crate::cli::Command;
use crate::help::{Help, Part};

/// What stands for the bundle in a help line; with `./` in front for the bundle as a program.
const BUNDLE: &str = "HOST.run";

/// The commands that take a bundle's file.
const WITH_FILE: [&str; 3] = ["plan", "install", "verify"];
/// The commands that take `--root`.
const WITH_ROOT: [&str; 4] = ["plan", "install", "csr", "uninstall"];

/// How this program was called.
pub(crate) struct Typed {
    program: PathBuf,
    /// The bundle that it was given.
    file: Option<PathBuf>,
    root: Option<PathBuf>,
}

impl Typed {
    /// Called as `program`, to do `command`.
    pub(crate) fn new(program: &OsStr, command: Option<&Command>) -> Self {
        let (file, root) = match command {
            Some(Command::Plan(args)) => (args.bundle.file.as_deref(), args.target.root.as_deref()),
            Some(Command::Install(args)) => (args.bundle.file.as_deref(), args.target.root.as_deref()),
            Some(Command::Verify(args)) => (args.bundle.file.as_deref(), None),
            Some(Command::Csr(args)) => (None, args.root.as_deref()),
            Some(Command::Uninstall(args)) => (None, args.root.as_deref()),
            Some(Command::Status(_)) | None => (None, None),
        };
        Self { program: program.into(), file: file.map(Path::to_owned), root: root.map(Path::to_owned) }
    }

    /// The file that the bundle is in, where there is one.
    fn bundle(&self) -> Option<&Path> {
        let itself = Some(self.program.as_path()).filter(|program| !program.ends_with(HOST_COMMAND));
        self.file.as_deref().or(itself)
    }

    /// `command` with this program, this bundle and this tree.
    fn call(&self, bundle: &Path, command: &str) -> String {
        let mut words = match &self.file {
            Some(file) if WITH_FILE.contains(&command) => vec![word(&self.program), command.to_owned(), word(file)],
            // A shell looks for a bare name elsewhere.
            _ if bundle.components().count() == 1 => vec![word(&Path::new(".").join(bundle)), command.to_owned()],
            _ => vec![word(bundle), command.to_owned()],
        };
        if let Some(root) = self.root.as_deref().filter(|_| WITH_ROOT.contains(&command)) {
            words.extend(["--root".to_owned(), word(root)]);
        }
        words.join(" ")
    }

    /// A line of help as it is typed here.
    pub(crate) fn complete(&self, help: &Help) -> String {
        help.parts().iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Part) -> String {
        match (part, &self.root, self.bundle()) {
            (Part::Plain(text), ..) | (Part::InTree(text), None, _) => text.clone(),
            // Paths in a tree are named as they are there: what is typed about them must not reach this host's own.
            (Part::InTree(commands), Some(root), _) => in_tree(root, commands),
            (Part::Run { command, more }, _, Some(bundle)) => spaced(self.call(bundle, command), more),
            (Part::Run { command, more }, _, None) => spaced(format!("./{BUNDLE} {command}"), more),
            // What keeps a tree's member is not what is found on this host.
            (Part::Host { command: "uninstall" }, Some(_), Some(bundle)) => self.call(bundle, "uninstall"),
            (Part::Host { command: "uninstall" }, Some(root), None) => {
                format!("{HOST_COMMAND} uninstall --root {}", word(root))
            }
            (Part::Host { command }, ..) => format!("{HOST_COMMAND} {command}"),
            (Part::BundleName, _, Some(bundle)) => name_of(bundle),
            (Part::BundleName, _, None) => BUNDLE.to_owned(),
        }
    }

    /// Likewise of a line that is plain text: a program of the system's is known by its name, a command of ours by how it is
    /// written.
    pub(crate) fn complete_text(&self, help: &str) -> String {
        let uninstall = format!("{HOST_COMMAND} uninstall");
        // Paths in a tree are named as they are there: what is typed about them must not reach this host's own.
        if let Some(root) = self.root.as_ref().filter(|_| is_the_systems(help)) {
            // What is said about the command stands behind it, in brackets.
            let (command, remark) = help.find("   (").map_or((help, ""), |at| help.split_at(at));
            return format!("{}{remark}", in_tree(root, command));
        }
        // What keeps a tree's member is not what is found on this host.
        let help = match (&self.root, self.bundle()) {
            (None, _) => help.to_owned(),
            (Some(_), Some(bundle)) => help.replace(&uninstall, &self.call(bundle, "uninstall")),
            (Some(root), None) => help.replace(&uninstall, &format!("{uninstall} --root {}", word(root))),
        };
        let Some(bundle) = self.bundle() else { return help };
        let called = format!("./{BUNDLE}");
        let mut parts = help.split(&called);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let part = part.trim_start();
            let (command, rest) = part.split_at(part.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(part.len()));
            text.push_str(&self.call(bundle, command));
            text.push_str(rest);
        }
        text.replace(&format!("ls -l {BUNDLE}"), &format!("ls -l {}", word(bundle))).replace(BUNDLE, &name_of(bundle))
    }
}

fn in_tree(root: &Path, commands: &str) -> String {
    format!("chroot {} sh -c {}", word(root), word(Path::new(commands)))
}

/// In `SHA256SUMS` a bundle has its bare name.
fn name_of(bundle: &Path) -> String {
    bundle.file_name().map(|name| word(Path::new(name))).unwrap_or_default()
}

fn spaced(command: String, more: &str) -> String {
    if more.is_empty() { command } else { format!("{command} {more}") }
}

/// Whether a help line begins with a program of the system's, which would touch this host where a tree is meant.
fn is_the_systems(help: &str) -> bool {
    let first = help.split([' ', ';']).next().unwrap_or_default();
    TOOLS.contains(&first)
}

/// The programs that help lines begin with.
const TOOLS: [&str; 14] = [
    "chown",
    "chmod",
    "mv",
    "rm",
    "mount",
    "df",
    "ls",
    "diff",
    "chattr",
    "lsattr",
    "usermod",
    "groupadd",
    "getent",
    "systemctl",
];

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn completed(line: &str, help: &str) -> String {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        Typed::new(OsStr::new(line.split(' ').next().unwrap()), cli.command.as_ref()).complete_text(help)
    }

    #[test]
    fn a_help_line_can_be_typed_as_it_stands() {
        for (line, help, wanted) in [
            ("./n1.run install", "./HOST.run install --yes", "./n1.run install --yes"),
            ("./n1.run plan --root /i", "sudo ./HOST.run plan", "sudo ./n1.run plan --root /i"),
            (
                "/mnt/n1.run install",
                "./HOST.run install, or: ./HOST.run uninstall",
                "/mnt/n1.run install, or: /mnt/n1.run uninstall",
            ),
            ("./n1.run install --root /i", "etcdpack-host uninstall", "./n1.run uninstall --root /i"),
            (
                "./n1.run plan --root /i",
                "mv /data/etcd /data/etcd.old",
                "chroot /i sh -c 'mv /data/etcd /data/etcd.old'",
            ),
            ("./n1.run plan --root /i", "rm '/o x'", r"chroot /i sh -c 'rm '\''/o x'\'''"),
            ("./n1.run plan", "mv /data/etcd /data/etcd.old", "mv /data/etcd /data/etcd.old"),
            ("./n1.run plan --root /i", "ls -l /d   (look)", "chroot /i sh -c 'ls -l /d'   (look)"),
            ("./n1.run plan --root /i", "the right bundle", "the right bundle"),
            ("etcdpack-host uninstall --root /i", "etcdpack-host uninstall", "etcdpack-host uninstall --root /i"),
            (
                "etcdpack-host install /mnt/n2.run",
                "./HOST.run install --yes",
                "etcdpack-host install /mnt/n2.run --yes",
            ),
            ("etcdpack-host install /mnt/n2.run", "grep HOST.run SHA256SUMS", "grep n2.run SHA256SUMS"),
            ("/usr/local/sbin/etcdpack-host status", "./HOST.run install", "./HOST.run install"),
            ("./n1.run", "ls -l HOST.run", "ls -l ./n1.run"),
            ("etcdpack-host verify dist/n1.run/x", "ls -l HOST.run", "ls -l dist/n1.run/x"),
            ("./it's.run", "./HOST.run verify", r"'./it'\''s.run' verify"),
            ("./n1.run install --root /i", "./HOST.run verify", "./n1.run verify"),
            ("etcdpack-host plan n2.run --root /i", "./HOST.run csr > HOST.csr", "./n2.run csr --root /i > HOST.csr"),
        ] {
            assert_eq!(completed(line, help), wanted, "{line}");
        }
    }

    #[test]
    fn each_part_of_a_line_is_put_as_it_is_typed_here() {
        let typed = |line: &str, help: &Help| {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            Typed::new(OsStr::new(line.split(' ').next().unwrap()), cli.command.as_ref()).complete(help)
        };
        let either = Help::run_with("install", "--restart").and(Help::plain(", or: ")).and(Help::host("uninstall"));
        let moved = Help::in_tree("mv '/o x' /y").remark("look first");
        for (line, help, wanted) in [
            ("./n1.run install", &either, "./n1.run install --restart, or: etcdpack-host uninstall"),
            ("etcdpack-host status", &either, "./HOST.run install --restart, or: etcdpack-host uninstall"),
            (
                "etcdpack-host install /mnt/n2.run --root /i",
                &either,
                "etcdpack-host install /mnt/n2.run --root /i --restart, or: /mnt/n2.run uninstall --root /i",
            ),
            ("etcdpack-host uninstall --root /i", &Help::host("uninstall"), "etcdpack-host uninstall --root /i"),
            ("./n1.run plan --root /i", &Help::host("status"), "etcdpack-host status"),
            ("./n1.run plan", &moved, "mv '/o x' /y   (look first)"),
            ("./n1.run plan --root /i", &moved, r"chroot /i sh -c 'mv '\''/o x'\'' /y'   (look first)"),
            ("./n1.run plan --root /i", &Help::plain("mv /a /b"), "mv /a /b"),
            ("./n1.run plan", &Help::bundle_name(), "n1.run"),
            ("etcdpack-host status", &Help::bundle_name(), "HOST.run"),
        ] {
            assert_eq!(typed(line, help), wanted, "{line}");
        }
    }
}
