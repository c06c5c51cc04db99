//! What help lines tell people to type, as it is typed here: with the name of this program, the bundle that it was given and
//! the tree that it works on. Pure.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use payload::shell::word;

use crate::HOST_COMMAND;
use crate::cli::{Command, InstallArgs, RestoreArgs};
use crate::help::{Help, Part, spaced};

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
            Some(
                Command::Install(InstallArgs { installing, .. }) | Command::Restore(RestoreArgs { installing, .. }),
            ) => (installing.bundle.file.as_deref(), installing.target.root.as_deref()),
            Some(Command::Verify(args)) => (args.bundle.file.as_deref(), None),
            Some(Command::Csr(args)) => (None, args.root.as_deref()),
            Some(Command::Uninstall(args)) => (None, args.root.as_deref()),
            Some(
                Command::Status(_) | Command::Doctor(_) | Command::Report(_) | Command::Snapshot(_) | Command::Drill(_),
            )
            | None => (None, None),
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
            (Part::Run { command, more }, _, Some(bundle)) => spaced(&self.call(bundle, command), more),
            (Part::Run { command, more }, _, None) => spaced(&format!("./{BUNDLE} {command}"), more),
            // What keeps a tree's member is not what is found on this host.
            (Part::Host { command: "uninstall", more }, Some(_), Some(bundle)) => {
                spaced(&self.call(bundle, "uninstall"), more)
            }
            (Part::Host { command: "uninstall", more }, Some(root), None) => {
                spaced(&format!("{HOST_COMMAND} uninstall --root {}", word(root)), more)
            }
            (Part::Host { command, more }, ..) => format!("{HOST_COMMAND} {}", spaced(command, more)),
            (Part::BundleName, _, Some(bundle)) => name_of(bundle),
            (Part::BundlePath, _, Some(bundle)) => word(bundle),
            (Part::BundleName | Part::BundlePath, _, None) => BUNDLE.to_owned(),
        }
    }
}

fn in_tree(root: &Path, commands: &str) -> String {
    format!("chroot {} sh -c {}", word(root), word(Path::new(commands)))
}

/// In `SHA256SUMS` a bundle has its bare name.
fn name_of(bundle: &Path) -> String {
    bundle.file_name().map(|name| word(Path::new(name))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

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
            ("etcdpack-host install /mnt/n2.run", &Help::bundle_name(), "n2.run"),
            ("./n1.run", &Help::bundle_path(), "./n1.run"),
            ("etcdpack-host verify dist/n1.run/x", &Help::bundle_path(), "dist/n1.run/x"),
            ("./it's.run", &Help::run("verify"), r"'./it'\''s.run' verify"),
            ("/mnt/n1.run install", &Help::run("uninstall"), "/mnt/n1.run uninstall"),
            ("./n1.run plan --root /i", &Help::plain("sudo ").and(Help::run("plan")), "sudo ./n1.run plan --root /i"),
            ("./n1.run install --root /i", &Help::run("verify"), "./n1.run verify"),
            (
                "etcdpack-host plan n2.run --root /i",
                &Help::run_with("csr", "> HOST.csr"),
                "./n2.run csr --root /i > HOST.csr",
            ),
            ("etcdpack-host status", &Help::bundle_name(), "HOST.run"),
        ] {
            assert_eq!(typed(line, help), wanted, "{line}");
        }
    }
}
