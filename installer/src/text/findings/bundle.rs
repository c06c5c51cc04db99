//! The words of findings about the bundle itself.

use crate::finding::BundleFinding;
use crate::help::Help;

pub(super) fn text(found: &BundleFinding) -> String {
    match found {
        BundleFinding::NoCopy { tried, .. } => {
            format!("the bundle cannot be copied to where root alone can open it: {}", tried.join("; "))
        }
        BundleFinding::SameNumber { serial, newest } => format!(
            "this bundle and the one that was installed here ({}) both bear number {serial}, and differ: one of them is not \
             from the directory `pki/` that numbers them",
            newest.short()
        ),
        BundleFinding::Older { serial, newest } | BundleFinding::OlderAllowed { serial, newest } => {
            format!("this bundle is number {serial}; number {newest} was installed here already")
        }
    }
}

pub(super) fn help(found: &BundleFinding) -> Help {
    match found {
        BundleFinding::NoCopy { dir, .. } => Help::in_tree(format!("df -h {dir} /run; findmnt -T {dir}")),
        BundleFinding::SameNumber { .. } => {
            Help::plain("etcdpack inspect ").and(Help::bundle_name()).and(Help::plain(", on the connected machine"))
        }
        BundleFinding::Older { .. } => {
            Help::plain("the newest bundle, or: ").and(Help::run_with("install", "--allow-downgrade"))
        }
        BundleFinding::OlderAllowed { .. } => Help::plain(super::BUILD),
    }
}
