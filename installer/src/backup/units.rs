//! The two units that have systemd look whether a snapshot is due, whoever keeps etcd running.

use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};
use payload::render;

use crate::layout;

/// Where they lie, and what they say.
pub(crate) struct Units {
    pub(crate) service: (AbsPath, String),
    pub(crate) timer: (AbsPath, String),
    /// Starts the timer at boot.
    pub(crate) link: AbsPath,
}

impl Units {
    /// `None` where the manifest asks for no snapshots.
    pub(crate) fn of(manifest: &Manifest) -> Result<Option<Self>, NotAPath> {
        let Some(backup) = &manifest.backup else { return Ok(None) };
        let name = |ending: &str| format!("{}-snapshot.{ending}", manifest.service.name);
        let units = AbsPath::try_from(layout::UNITS.to_owned())?;
        let program = manifest.layout.sbin.join(crate::HOST_COMMAND)?;
        let (cluster, member) = (&manifest.cluster, &manifest.member);
        Ok(Some(Self {
            service: (units.join(&name("service"))?, render::snapshot_service(cluster, member, &program)),
            timer: (units.join(&name("timer"))?, render::snapshot_timer(cluster, member, backup.every_seconds.get())),
            link: AbsPath::try_from(layout::TIMERS.to_owned())?.join(&name("timer"))?,
        }))
    }

    /// Both files.
    pub(crate) fn files(&self) -> [(&AbsPath, &String); 2] {
        [(&self.service.0, &self.service.1), (&self.timer.0, &self.timer.1)]
    }
}
