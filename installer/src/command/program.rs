//! Whether the program that is running is one that root may run: it acts with all of root's power, so nobody else must have
//! been able to put it there.

use std::path::Path;

use payload::shell::word;

use crate::HOST_COMMAND;
use crate::failure::Failure;
use crate::finding::Code;
use crate::host::fs_error::FileOp;
use crate::host::probe::ProbeError;
use crate::host::running::{self, Unsafe};
use crate::host::{FsError, Tree};

/// Where the help lines copy it to.
const SAFE: &str = "/root/etcdpack";

/// Refuses to go on as a program that others than root can write, or put another in the place of. `command` is what was
/// to be done.
pub(super) fn check(command: &str) -> Result<(), Failure> {
    let root = Path::new("/");
    let tree = Tree::open(root).map_err(|error| ProbeError::from(FsError::of_path(FileOp::Open, "/", error)))?;
    let found = running::look(&tree).map_err(ProbeError::from)?;
    let Some(found) = found else { return Ok(()) };
    let path = running::path().unwrap_or_default();
    let text = format!("{} [{}]", said(&path, &found), Code::UnsafeProgram);
    Err(Failure::refused(text, help(&path, &found, command)))
}

fn said(path: &Path, found: &Unsafe) -> String {
    let program = path.display();
    match found {
        Unsafe::Writable { path: at, mode, uid } if at == path => {
            format!("others than root can write the program that runs here, `{program}` (mode {mode:04o}, owner {uid})")
        }
        Unsafe::Writable { path: at, mode, uid } => format!(
            "others than root can put another program in the place of `{program}`, which runs here: they can write to `{}` \
             (mode {mode:04o}, owner {uid})",
            at.display()
        ),
        Unsafe::Replaced => {
            format!("`{program}` is not the program any more that runs here: it was replaced meanwhile")
        }
    }
}

fn help(path: &Path, found: &Unsafe, command: &str) -> String {
    let is_of_the_host = path.file_name().is_some_and(|name| name == HOST_COMMAND);
    match found {
        // What it holds by now may be somebody else's: to make it root's would be to trust that.
        Unsafe::Writable { path: at, .. } if is_of_the_host && at == path => {
            let aside = word(Path::new(&format!("{}.suspect", at.display())));
            format!("mv {} {aside}, then copy and check a bundle as in docs/trust.md, and run its install", word(at))
        }
        // It belongs where it is, and what is around it has to be mended. A directory like `/tmp` is for everybody.
        Unsafe::Writable { path: at, mode, .. } if is_of_the_host && mode & 0o1000 == 0 => {
            let at = word(at);
            format!("chown root {at}; chmod go-w {at}")
        }
        Unsafe::Writable { .. } | Unsafe::Replaced => copied(path, command),
    }
}

/// How a bundle that this program cannot read, or must not hand over to, comes to be installed all the same; into the tree
/// at `root`, if there is one.
pub(super) fn first_update(path: &Path, root: Option<&Path>) -> String {
    match root {
        Some(root) => copied(path, &format!("install --root {}", word(root))),
        None => copied(path, "install"),
    }
}

/// By a copy of root's. It is checked before it runs: others could have changed what it was copied from.
fn copied(path: &Path, command: &str) -> String {
    let name = path.file_name().map_or(path, Path::new);
    format!(
        "install -d -m 700 {SAFE} && install -m 700 {} {SAFE}/, then check the copy with openssl as in docs/trust.md, then: {} {command}",
        word(path),
        word(&Path::new(SAFE).join(name))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_change_is_named_with_a_way_out() {
        let path = Path::new("/tmp/it's/n1.run");
        let at = |path: &str, mode| Unsafe::Writable { path: path.into(), mode, uid: 0 };
        for (found, words, way) in [
            (at("/tmp/it's/n1.run", 0o777), "can write the program that runs here", "install -d -m 700 /root/etcdpack"),
            (
                at("/tmp", 0o1777),
                "they can write to `/tmp` (mode 1777, owner 0)",
                r"'/tmp/it'\''s/n1.run' /root/etcdpack/",
            ),
            (Unsafe::Replaced, "replaced meanwhile", "/root/etcdpack/n1.run install"),
        ] {
            let (said, help) = (said(path, &found), help(path, &found, "install"));
            assert!(said.contains(words), "{said}");
            assert!(help.contains(way), "{help}");
        }
        let host = Path::new("/usr/local/sbin/etcdpack-host");
        assert_eq!(help(host, &at("/usr/local", 0o2775), "status"), "chown root /usr/local; chmod go-w /usr/local");
        // Nobody is told to make root's what others may have changed, or to close a directory that is for all.
        assert!(help(host, &at("/usr/local/sbin/etcdpack-host", 0o777), "status").starts_with("mv "));
        let help = help(Path::new("/tmp/etcdpack-host"), &at("/tmp", 0o1777), "status");
        assert!(help.contains("then check the copy") && !help.contains("chmod"), "{help}");
    }

    #[test]
    fn the_way_to_a_first_update_keeps_the_tree() {
        let help = first_update(Path::new("/media/n1.run"), Some(Path::new("/srv/an image")));
        assert!(help.ends_with("then: /root/etcdpack/n1.run install --root '/srv/an image'"), "{help}");
        assert!(first_update(Path::new("n1.run"), None).ends_with("then: /root/etcdpack/n1.run install"));
    }
}
