//! The key of the host's own where a member goes without a purge: it goes back to where it waits for an install, for there is
//! no other copy of it. Pure.

use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest};
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use payload::render;

use crate::change::{Change, Holds};
use crate::drift;
use crate::facts::paths::{Paths, Seen};
use crate::plan::Planned;
use crate::records::StateDir;
use crate::step::{Source, State, Step};

/// What puts it there, before anything goes; steps that are done where it waits there already, and none where this host has no
/// key of its own. The member is the one in `manifest`, where one is installed.
pub(super) fn steps(
    manifest: Option<&Manifest>,
    changes: &[Change],
    paths: &Paths,
    state: &StateDir,
) -> Result<Vec<Planned>, NotAPath> {
    let (path, owner) = (state.host_key_file()?, Owner::Root);
    let installed = manifest.filter(|manifest| manifest.key_from() == KeyFrom::Host);
    let waits = || paths.digest(&path).map(|sha256| (path.clone(), sha256));
    let found = installed.and_then(|_| at_work(changes, paths, state)).or_else(waits);
    let Some((at, sha256)) = found else { return Ok(Vec::new()) };
    let is_there = paths.digest(&path) == Some(sha256);
    let dir = Step::Dir { path: state.host_key.clone(), mode: Mode::PRIVATE_DIR, owner, holds: Holds::Files };
    let key = Step::File { path, mode: Mode::SECRET, owner, sha256, source: Source::HostKey { at } };
    let has_dir = matches!(paths.at(&state.host_key), Seen::Dir { .. });
    let planned = |step, is_there| Planned { step, state: if is_there { State::Done } else { State::Pending } };
    Ok(vec![planned(dir, has_dir), planned(key, is_there)])
}

/// Where the key is that etcd runs with, and its sum: one that somebody has put in its place is not ours, and stays there. Of
/// several sets of certificates the newest counts.
fn at_work(changes: &[Change], paths: &Paths, state: &StateDir) -> Option<(AbsPath, Digest)> {
    changes.iter().rev().filter(|change| !state.is_of_key(change)).find_map(|change| match change {
        Change::File { path, .. } if path.name() == render::KEY => {
            let here = paths.digest(path).filter(|here| drift::recorded(path, changes).contains(here));
            here.map(|here| (path.clone(), here))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Before;
    use crate::facts::paths::PathFact;
    use crate::facts::tests::manifest;

    #[test]
    fn the_only_key_is_put_where_the_next_install_looks() {
        let state = StateDir::new().unwrap();
        let mut of_host = manifest();
        of_host.entries.retain(|entry| !entry.name.as_str().ends_with(render::KEY));
        assert_eq!(of_host.key_from(), KeyFrom::Host);
        let [at, waits]: [AbsPath; 2] =
            [format!("/opt/etcd-certs/0123/{}", render::KEY).parse().unwrap(), state.host_key_file().unwrap()];
        let key = Digest::of(b"key");
        let changes = [Change::File { path: at.clone(), sha256: key, before: Before::Nothing }];
        let of = |manifest: &Manifest, here: &[(&AbsPath, &[u8])]| {
            let seen = || Seen::File { mode: 0o600, uid: 7, gid: 7, size: 3 };
            let fact = |bytes| PathFact { seen: seen(), digest: Some(Digest::of(bytes)) };
            let found = here.iter().map(|(path, bytes)| ((*path).clone(), fact(bytes))).collect();
            let paths = Paths { found, ..Paths::default() };
            let steps = steps(Some(manifest), &changes, &paths, &state).unwrap();
            steps.iter().map(|planned| planned.state).collect::<Vec<_>>()
        };
        assert_eq!(of(&of_host, &[(&at, b"key")]), [State::Pending, State::Pending]);
        assert_eq!(of(&of_host, &[(&at, b"key"), (&waits, b"key")])[1], State::Done);
        assert_eq!(of(&of_host, &[(&at, b"key"), (&waits, b"other")])[1], State::Pending);
        assert_eq!(of(&of_host, &[(&at, b"other")]), [], "somebody else's");
        assert_eq!(
            of(&of_host, &[(&waits, b"key")])[1],
            State::Done,
            "it waits, or a run that was cut off has put it there"
        );
        assert_eq!(of(&manifest(), &[(&waits, b"key")])[1], State::Done, "another bundle has been installed since");
        assert_eq!(of(&manifest(), &[(&at, b"key")]), [], "the bundle brings it again");
    }
}
