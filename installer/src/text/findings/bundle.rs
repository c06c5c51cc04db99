//! The words of findings about the bundle itself.

use crate::finding::BundleFinding;
use crate::help::Help;

use super::same_cluster;

pub(super) fn text(found: &BundleFinding) -> String {
    match found {
        BundleFinding::NoCopy { tried, .. } => {
            format!("the bundle cannot be copied to where root alone can open it: {}", tried.join("; "))
        }
        BundleFinding::SameNumber { serial, newest } => format!(
            "this bundle and the one that was installed here ({}) both bear number {serial}, and differ: this `pki/` is an \
             older copy, or one of two at work",
            newest.short()
        ),
        BundleFinding::Older { serial, newest } | BundleFinding::OlderAllowed { serial, newest } => {
            format!(
                "this bundle is number {serial}; number {newest} was installed here already: it is an older bundle, or this \
                 `pki/` is an older copy"
            )
        }
        BundleFinding::FoundsAgain { .. } => {
            "this bundle founds the cluster, which ran already when an earlier one was installed here: it is an older bundle, \
             or this `pki/` is an older copy"
                .to_owned()
        }
        BundleFinding::OtherSigner { kept } => format!(
            "before the uninstall this host took bundles signed by {kept}, and that signer did not name the signer of this bundle as its successor: once this bundle is installed, the host takes bundles by the new signer only"
        ),
    }
}

pub(super) fn help(found: &BundleFinding) -> Help {
    match found {
        BundleFinding::NoCopy { dir, .. } => Help::in_tree(format!("df -h {dir} /run; findmnt -T {dir}")),
        BundleFinding::SameNumber { .. } => {
            Help::plain("etcdpack inspect ").and(Help::bundle_name()).and(Help::plain(", on the connected machine"))
        }
        BundleFinding::Older { .. } => {
            Help::plain("install the newest bundle, or: ").and(Help::run_with("install", "--allow-downgrade"))
        }
        BundleFinding::FoundsAgain { token } => Help::plain(format!(
            "install the newest bundle; if its `pki/` is lost, on the connected machine: {}, and carry the new file here",
            same_cluster(token)
        )),
        BundleFinding::OtherSigner { .. } => crate::text::help::name_the_new_signer(),
        BundleFinding::OlderAllowed { .. } => Help::plain(super::BUILD),
    }
}
