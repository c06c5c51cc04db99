//! Whether the program that is running is one that root may run: it acts with all of root's power, so nobody else must have
//! been able to put it there.

use std::path::Path;

use crate::HOST_COMMAND;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::fs_error::FileOp;
use crate::host::own_program::{self, Unsafe};
use crate::host::probe::ProbeError;
use crate::host::{FsError, Tree};
use crate::text::{help, refusals};

/// Where the help lines copy it to.
const SAFE: &str = "/root/etcdpack";

/// Refuses to go on as a program that others than root can write, or put another in the place of. `command` is what was
/// to be done.
pub(super) fn check(command: &str) -> Result<(), Failure> {
    let root = Path::new("/");
    let tree = Tree::open(root).map_err(|error| ProbeError::from(FsError::of_path(FileOp::Open, "/", error)))?;
    let found = own_program::look(&tree).map_err(ProbeError::from)?;
    let Some(found) = found else { return Ok(()) };
    let path = own_program::path().unwrap_or_default();
    Err(Failure::refused(refusals::unsafe_program(&path, &found), way_out(&path, &found, command)))
}

fn way_out(path: &Path, found: &Unsafe, command: &str) -> Help {
    let is_of_the_host = path.file_name().is_some_and(|name| name == HOST_COMMAND);
    match found {
        // What it holds by now may be somebody else's: to make it root's would be to trust that.
        Unsafe::Writable { path: at, .. } if is_of_the_host && at == path => help::replace_the_program(at),
        // It belongs where it is, and what is around it has to be mended. A directory like `/tmp` is for everybody.
        Unsafe::Writable { path: at, mode, .. } if is_of_the_host && mode & 0o1000 == 0 => {
            help::close_the_directory(at)
        }
        Unsafe::Writable { .. } | Unsafe::Replaced => help::run_a_checked_copy(path, SAFE, command),
    }
}

/// How a bundle that this program cannot read, or must not hand over to, comes to be installed all the same; into the tree
/// at `root`, if there is one.
pub(super) fn first_update(path: &Path, root: Option<&Path>) -> Help {
    match root {
        Some(root) => help::run_a_checked_copy(path, SAFE, &help::install_into(root)),
        None => help::run_a_checked_copy(path, SAFE, "install"),
    }
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
            let (said, help) = (refusals::unsafe_program(path, &found), way_out(path, &found, "install").to_string());
            assert!(said.contains(words), "{said}");
            assert!(help.contains(way), "{help}");
        }
        let host = Path::new("/usr/local/sbin/etcdpack-host");
        assert_eq!(
            way_out(host, &at("/usr/local", 0o2775), "status").to_string(),
            "chown root /usr/local; chmod go-w /usr/local"
        );
        // Nobody is told to make root's what others may have changed, or to close a directory that is for all.
        assert!(way_out(host, &at("/usr/local/sbin/etcdpack-host", 0o777), "status").to_string().starts_with("mv "));
        let help = way_out(Path::new("/tmp/etcdpack-host"), &at("/tmp", 0o1777), "status").to_string();
        assert!(help.contains("then check the copy") && !help.contains("chmod"), "{help}");
    }

    #[test]
    fn the_way_to_a_first_update_keeps_the_tree() {
        let help = first_update(Path::new("/media/n1.run"), Some(Path::new("/srv/an image"))).to_string();
        assert!(help.ends_with("then: /root/etcdpack/n1.run install --root '/srv/an image'"), "{help}");
        assert!(first_update(Path::new("n1.run"), None).to_string().ends_with("then: /root/etcdpack/n1.run install"));
    }
}
