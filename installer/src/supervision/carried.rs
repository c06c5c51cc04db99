//! The supervisor that a bundle carries: where it and its configuration lie, and the scripts that start it. Pure.

use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};
use payload::render;

use super::{Origin, Supervisor};
use crate::facts::managers::Init;
use crate::layout;

/// The supervisor that the bundle brings, in EPEL's layout.
pub(crate) fn carried(manifest: &Manifest, init: Init) -> Result<Supervisor, NotAPath> {
    let dir = layout::carried_dir(manifest)?;
    Ok(Supervisor {
        daemon: dir.join("supervisord")?,
        ctl: dir.join("supervisorctl")?,
        conf: layout::CARRIED_CONF.parse()?,
        section: layout::carried_section(&manifest.service.name)?,
        program: manifest.member.to_string(),
        unit: (init != Init::None).then(|| "supervisord.service".to_owned()),
        origin: Origin::Bundle,
    })
}

/// The script at `path`, one of the carried programs, for the Python that can run it.
pub(crate) fn launcher(path: &AbsPath, python: &AbsPath) -> Result<String, NotAPath> {
    let site = path.parent().map_or_else(|| "/site".parse(), |dir| layout::carried_site(&dir))?;
    Ok(render::launcher(python, &site, &layout::CARRIED_CONF.parse()?, path.name()))
}
