//! Which run may go on where another was cut off. Pure.

use super::{Operation, StateDir, Unfinished};

impl Operation {
    /// Whether this may be done where a run was cut off: there is one place that says so.
    ///
    /// A run goes on with its own kind, of the same bundle: half of one bundle and half of another is nothing that anybody
    /// tested. Beyond that:
    /// - An uninstall follows upon anything. The journal lists every change, and that is all that it needs.
    /// - An install follows upon an uninstall: what is left on record counts as ours, and what has gone is made anew. It
    ///   also takes over a key that was being made for its bundle, which is one of its own steps beforehand.
    /// - A restore follows upon an install of its bundle: what that has begun is among its own steps, and whatever data is
    ///   there is put aside. An install does not follow upon a restore, nor a restore upon another: they would leave the member
    ///   without its data, or with others.
    /// - Anything follows upon a copy of the data, which left nothing but a member that was to start again. It follows upon its own
    ///   kind alone: what is half installed is not stopped and started.
    /// - Making a key knows nothing of the steps of an install. It follows upon one only where that had not come further
    ///   than the state directory, which both make.
    pub(crate) fn may_go_on_after(self, cut: &Unfinished, state: &StateDir) -> bool {
        match (self, cut.of) {
            (Self::Uninstall, _)
            | (Self::Install { .. } | Self::Restore { .. }, Self::Uninstall)
            | (_, Self::CopyData) => true,
            (Self::Restore { .. }, Self::Restore { .. }) => self == cut.of,
            (
                Self::Install { bundle } | Self::Restore { bundle, .. },
                Self::Install { bundle: of } | Self::MakeKey { bundle: of },
            )
            | (Self::MakeKey { bundle }, Self::MakeKey { bundle: of }) => bundle == of,
            (Self::MakeKey { bundle }, Self::Install { bundle: of }) => {
                bundle == of && cut.changes.iter().all(|change| state.holds(change) || state.is_of_key(change))
            }
            (Self::MakeKey { .. }, Self::Uninstall | Self::Restore { .. })
            | (Self::Install { .. }, Self::Restore { .. })
            | (Self::CopyData, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU32, NonZeroU64};

    use payload::digest::Digest;

    use super::*;
    use crate::change::{Change, Holds};

    #[test]
    fn a_run_goes_on_where_it_knows_what_was_begun() {
        let state = StateDir::new().unwrap();
        let [a, b] = [b"a", b"b"].map(|bytes| Digest::of(bytes));
        let (install, key) = (|bundle| Operation::Install { bundle }, |bundle| Operation::MakeKey { bundle });
        let raised = |bundle, again, bump| Operation::Restore {
            bundle,
            database: Digest::of(b"db"),
            again: NonZeroU32::new(again).unwrap(),
            bump: NonZeroU64::new(bump),
        };
        let restore = |bundle, again| raised(bundle, again, 0);
        let dir = |path: &str| Change::Dir { path: path.parse().unwrap(), holds: Holds::Files };
        let own = vec![dir("/var/lib/etcdpack"), dir("/var/lib/etcdpack/host-key")];
        let more = vec![dir("/var/lib/etcdpack"), dir("/opt/etcd-v3.5.1")];
        for (this, of, changes, may) in [
            (install(a), install(a), &more, true),
            (install(a), install(b), &more, false),
            (install(a), key(a), &own, true),
            (install(a), key(b), &own, false),
            (install(a), Operation::Uninstall, &more, true),
            (key(a), key(a), &own, true),
            (key(a), key(b), &own, false),
            // Before form 4 a key was made under the header of an install.
            (key(a), install(a), &own, true),
            (key(a), install(a), &more, false),
            (key(a), install(b), &own, false),
            (key(a), Operation::Uninstall, &own, false),
            (Operation::Uninstall, install(b), &more, true),
            (Operation::Uninstall, key(b), &own, true),
            (Operation::Uninstall, Operation::Uninstall, &more, true),
            (restore(a, 1), restore(a, 1), &more, true),
            (restore(a, 1), restore(a, 2), &more, false),
            (restore(a, 1), restore(b, 1), &more, false),
            (raised(a, 1, 9), raised(a, 1, 9), &more, true),
            (raised(a, 1, 9), restore(a, 1), &more, false),
            (restore(a, 1), install(a), &more, true),
            (restore(a, 1), install(b), &more, false),
            (restore(a, 1), key(a), &own, true),
            (restore(a, 1), Operation::Uninstall, &more, true),
            (install(a), restore(a, 1), &more, false),
            (key(a), restore(a, 1), &own, false),
            (Operation::Uninstall, restore(a, 1), &more, true),
            (Operation::CopyData, Operation::CopyData, &own, true),
            (install(b), Operation::CopyData, &own, true),
            (key(b), Operation::CopyData, &own, true),
            (Operation::CopyData, install(a), &more, false),
            (Operation::CopyData, Operation::Uninstall, &more, false),
        ] {
            let cut = Unfinished { of, changes: changes.clone(), open: None, manifest: None, lines: 1, entry: None };
            assert_eq!(this.may_go_on_after(&cut, &state), may, "{this:?} after {of:?}");
        }
    }
}
