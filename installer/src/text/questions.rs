//! What somebody at the terminal is asked, and told before.

use std::fmt::Display;

use crate::finding::Question;
use crate::plan::Plan;
use crate::transaction::undo::Contents;

pub(crate) const INSTALL: &str = "Install?";
pub(crate) const INSTALL_AT_RISK: &str = "Install? The cluster serves nobody while etcd restarts.";

pub(crate) fn uninstall(contents: Contents, plan: &Plan) -> String {
    let stays = plan.steps.iter().any(|planned| !planned.goes());
    let what = match contents {
        Contents::Keep if stays => "Uninstall what goes, and keep what stays?",
        Contents::Keep => "Uninstall? Nothing stays.",
        Contents::Remove => "Uninstall, and delete all data and logs?",
    };
    let risk = if plan.says_at_risk() { " The cluster serves nobody from then on." } else { "" };
    format!("{what}{risk}")
}

/// A bundle for a newer etcdpack, which `error` says.
pub(crate) fn newer(error: impl Display) -> String {
    format!("this bundle is for a newer etcdpack: {error}")
}

pub(crate) const HAND_OVER: &str = "Go on with the program in it? It is signed by the signer that this host knows.";

pub(crate) const PASSPHRASE: &str = "Passphrase of the private key: ";

/// Why this host cannot know whose a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewSigner {
    /// It has had none.
    First,
    /// It is not whose bundles were taken before the uninstall.
    Other,
}

/// Before the words of the signer's key are asked for.
pub(crate) fn about_the_words(new: NewSigner) -> [&'static str; 4] {
    [
        match new {
            NewSigner::First => "This is the first bundle on this host.",
            NewSigner::Other => {
                "Before the uninstall this host took another signer's bundles. This one has a signer of its own."
            }
        },
        "`etcdpack build` showed twelve words, and wrote them to signing.words: the words of the key that signed the",
        "bundle. Have them read to you by whoever built it, or take them from paper;",
        "they must have come another way than this file. From then on this host takes no others' bundles.",
    ]
}

pub(crate) fn word(number: usize) -> String {
    format!("Word {number} of the twelve: ")
}

pub(crate) const WRONG_WORDS: &str = "these are not the words of the key that signed this bundle";

/// One line, behind which `[y/N]` is put.
pub(crate) fn question(question: Question) -> &'static str {
    match question {
        Question::FirstInstall => "Did no host of this cluster ever run etcd, so that it is founded now?",
        Question::LeavesCluster => {
            "This member leaves the cluster that it is in now, and finds another or none. Go on?"
        }
    }
}

/// Nobody was asked whether this member is to leave its cluster, or said no.
pub(crate) fn leaves_cluster_unsaid() -> &'static str {
    "that this member leaves its cluster has to be said at a terminal; nothing was changed"
}
