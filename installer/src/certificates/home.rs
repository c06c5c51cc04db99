//! Where sets of certificates lie on a host. Names of paths only.

use payload::cluster::CERTIFICATES;
use payload::manifest::Layout;
use payload::path::{AbsPath, NotAPath};

use crate::layout::aside;

/// The name of the link to the set in use.
const CURRENT: &str = "current";

/// The paths around the sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    /// Where etcd looks: in the directory of its release. A link to [`Self::current`], and in what etcdpack installed before
    /// 0.2.0 a directory.
    pub(crate) link: AbsPath,
    /// What the link says.
    pub(crate) target: String,
    /// Where that directory is while it makes way for the link.
    pub(crate) aside: AbsPath,
    /// The sets, a directory each.
    pub(crate) sets: AbsPath,
    /// Which one is in use. Switched by rename.
    pub(crate) current: AbsPath,
}

impl Home {
    pub(crate) fn of(layout: &Layout) -> Result<Self, NotAPath> {
        let link = layout.certs()?;
        let aside = aside(&link)?;
        let sets: AbsPath = match layout.release_dir.parent() {
            Some(opt) => opt.join(CERTIFICATES)?,
            None => format!("/{CERTIFICATES}").parse()?,
        };
        let current = Self::current_in(&sets)?;
        Ok(Self { target: format!("../{CERTIFICATES}/{CURRENT}"), link, aside, sets, current })
    }

    /// The link to the set in use, where releases lie in `opt`.
    pub(crate) fn current_below(opt: &AbsPath) -> Result<AbsPath, NotAPath> {
        Self::current_in(&opt.join(CERTIFICATES)?)
    }

    fn current_in(sets: &AbsPath) -> Result<AbsPath, NotAPath> {
        sets.join(CURRENT)
    }

    /// The set that the link in [`Self::current`] leads to; `None` where it leads elsewhere.
    pub(crate) fn set(&self, target: &str) -> Option<AbsPath> {
        if target.contains('/') { None } else { self.sets.join(target).ok() }
    }

    /// Whether a path is that of a set, or lies in one.
    pub(crate) fn is_of_set(&self, path: &AbsPath) -> bool {
        path.is_within(&self.sets) && *path != self.sets && *path != self.current
    }
}
