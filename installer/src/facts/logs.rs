//! The directory that supervisord writes etcd's log to, and what lies in it. Values only.
//!
//! supervisord is root and opens files there by name. Whoever else can make names in it decides what root opens: a link
//! to any file of the host, a pipe that stops supervisord for ever. Before 0.2 etcd's user could.

/// etcd's log in [`payload::manifest::Layout::logs`]; older ones are `.1` and so on.
pub(crate) const LOG: &str = "etcd.stdout.log";

/// More names than this are not looked at: a supervisor keeps a few dozen.
pub(crate) const MOST: usize = 10_000;

/// A directory for logs as it was found; all empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logs {
    pub(crate) keeper: Keeper,
    /// What is no plain file with one name.
    pub(crate) odd: Vec<Odd>,
    /// There were more than [`MOST`] names.
    pub(crate) is_overfull: bool,
}

/// Who can make names in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Keeper {
    #[default]
    RootAlone,
    /// Its mode and owner say that others can.
    Others { mode: u32, uid: u32 },
}

/// Something in it that root should not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Odd {
    /// As far as it is text.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) uid: u32,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Link {
        target: String,
    },
    Pipe,
    Socket,
    Device,
    Dir,
    /// A file with this many names: the others may be anywhere on the file system.
    Linked {
        names: u64,
    },
}

impl Keeper {
    /// By what stat(2) says of a directory.
    pub(crate) fn of(mode: u32, uid: u32) -> Self {
        if uid == 0 && mode & 0o022 == 0 { Self::RootAlone } else { Self::Others { mode, uid } }
    }
}

impl Odd {
    /// Whether it can be somebody else's than root's work, given who could make names in the directory.
    fn is_planted(&self, keeper: Keeper) -> bool {
        let is_roots = self.uid == 0 && !matches!(self.kind, Kind::Linked { .. });
        let in_the_way = self.kind != Kind::Dir || self.uid != 0 || is_log(&self.name);
        in_the_way && (keeper != Keeper::RootAlone || !is_roots)
    }
}

impl Logs {
    /// What others than root may have put there, where `keeper` could make names.
    pub(crate) fn planted(&self, keeper: Keeper) -> Vec<&Odd> {
        self.odd.iter().filter(|odd| odd.is_planted(keeper)).collect()
    }
}

/// Whether supervisord opens, renames or removes this name.
fn is_log(name: &str) -> bool {
    name.strip_prefix(LOG).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_put_into_its_own_directory_is_no_trap() {
        let others = Keeper::of(0o750, 995);
        assert_eq!(others, Keeper::Others { mode: 0o750, uid: 995 });
        assert_eq!(
            (Keeper::of(0o750, 0), Keeper::of(0o770, 0)),
            (Keeper::RootAlone, Keeper::Others { mode: 0o770, uid: 0 })
        );
        let link = || Kind::Link { target: "/etc/profile.d/zz.sh".to_owned() };
        for (name, kind, uid, in_roots, in_others) in [
            (LOG, link(), 995, true, true),
            (LOG, link(), 0, false, true),
            (LOG, Kind::Linked { names: 2 }, 0, true, true),
            (LOG, Kind::Dir, 0, false, true),
            ("etcd.stdout.log.1", Kind::Dir, 995, true, true),
            ("lost+found", Kind::Dir, 0, false, false),
            ("x", Kind::Dir, 995, true, true),
            ("x", Kind::Pipe, 995, true, true),
            ("x", Kind::Device, 0, false, true),
        ] {
            let odd = Odd { name: name.to_owned(), kind, uid };
            assert_eq!((odd.is_planted(Keeper::RootAlone), odd.is_planted(others)), (in_roots, in_others), "{odd:?}");
        }
    }
}
