//! What looks again and again whether a snapshot is due: systemd's timer where there is a systemd, else a program under the supervisor that
//! keeps etcd.

use payload::backup::Backup;
use payload::manifest::Manifest;
use payload::path::NotAPath;
use payload::render;

use super::Units;
use crate::facts::machine::Target;
use crate::facts::managers::Init;
use crate::supervision::{Supervision, Supervisor};

pub(crate) enum Looks {
    Timer(Units),
    Loop(Supervisor),
}

impl Looks {
    /// `None` where the manifest asks for no snapshots, and where nothing can look.
    pub(crate) fn of(
        manifest: &Manifest,
        (init, target): (Init, Target),
        supervision: &Supervision,
    ) -> Result<Option<Self>, NotAPath> {
        let has_systemd = init == Init::Running || (init, target) == (Init::Installed, Target::Image);
        match supervision {
            Supervision::Supervisor(supervisor) if !has_systemd => match manifest.backup {
                Some(_) => Ok(Some(Self::Loop(supervisor.beside(&program(manifest))?))),
                None => Ok(None),
            },
            _ if init == Init::None => Ok(None),
            _ => Ok(Units::of(manifest)?.map(Self::Timer)),
        }
    }
}

/// What supervisord calls the loop.
pub(crate) fn program(manifest: &Manifest) -> String {
    Backup::program(&manifest.service.name)
}

/// The section of the loop; `None` where the manifest asks for no snapshots.
pub(crate) fn section(manifest: &Manifest) -> Result<Option<String>, NotAPath> {
    let Some(backup) = &manifest.backup else { return Ok(None) };
    let host_command = manifest.layout.sbin.join(crate::HOST_COMMAND)?;
    let every = backup.every_seconds.get();
    let logs = &manifest.layout.logs;
    Ok(Some(render::snapshot_loop(&manifest.cluster, &program(manifest), &host_command, every, logs)))
}
