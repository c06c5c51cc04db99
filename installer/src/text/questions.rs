//! What a person is asked at the terminal.

use crate::finding::Question;

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
