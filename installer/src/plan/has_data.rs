//! The file by which the startup script knows that etcd has had data here, and does not let it begin anew without them. Pure.
//!
//! It says so from the moment etcd has come up. Where an install lets etcd begin anew, it is emptied before that.

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use payload::render;

use crate::facts::Facts;
use crate::facts::data::{DataDir, DataOwner};
use crate::facts::paths::Seen;
use crate::layout;
use crate::step::{Source, Step};

/// What is made of it before etcd is started.
pub(super) fn before_start(manifest: &Manifest, facts: &Facts) -> Result<Option<Step>, NotAPath> {
    let path = layout::has_data(manifest)?;
    if is_begun(facts.data.here) {
        return Ok(Some(says_so(path, manifest)));
    }
    let stands = *facts.paths.at(&path) != Seen::Absent;
    Ok(stands.then(|| file(path, Source::MayBegin, "")))
}

/// What is made of it once etcd has come up.
pub(super) fn after_start(manifest: &Manifest, facts: &Facts) -> Result<Option<Step>, NotAPath> {
    Ok(if is_begun(facts.data.here) { None } else { Some(says_so(layout::has_data(manifest)?, manifest)) })
}

/// Whether an etcd has begun there. Other people's files are no data.
fn is_begun(here: DataDir) -> bool {
    here.is_filled() && here != DataDir::Used(DataOwner::Unknown)
}

fn says_so(path: AbsPath, manifest: &Manifest) -> Step {
    let data = manifest.layout.data.clone();
    let text = render::has_data(&data);
    file(path, Source::HasData { data }, &text)
}

fn file(path: AbsPath, source: Source, text: &str) -> Step {
    Step::File { path, mode: Mode::PLAIN, owner: Owner::Root, sha256: Digest::of(text.as_bytes()), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Before, Change};
    use crate::facts::data::wal::Identity;
    use crate::facts::paths::PathFact;
    use crate::facts::tests::{good, manifest, receipt};
    use crate::plan::Planned;
    use crate::plan::tests::plan_of;
    use crate::step::{Action, State};

    /// What stands in the file.
    const SAYS_SO: Option<bool> = Some(true);
    const EMPTY: Option<bool> = Some(false);

    /// What is done about the file, before and after etcd is started.
    fn done(here: DataDir, stands: Option<bool>) -> (Vec<&'static str>, Vec<&'static str>) {
        let (mut facts, manifest) = (good(), manifest());
        let path = layout::has_data(&manifest).unwrap();
        facts.data.here = here;
        facts.records = receipt().into();
        if let Some(says_so) = stands {
            let text = if says_so { render::has_data(&manifest.layout.data) } else { String::new() };
            let sha256 = Digest::of(text.as_bytes());
            let seen = Seen::File { mode: Mode::PLAIN.bits(), uid: 0, gid: 0, size: text.len() as u64 };
            facts.paths.found.insert(path.clone(), PathFact { seen, digest: Some(sha256) });
            let change = Change::File { path: path.clone(), sha256, before: Before::Nothing };
            facts.records.receipt.as_mut().unwrap().changes.push(change);
        }
        let plan = plan_of(&facts);
        let starts = |planned: &Planned| matches!(planned.step, Step::Service { action: Action::Start, .. });
        let at = plan.steps.iter().position(starts).unwrap();
        let of = |steps: &[Planned]| -> Vec<&'static str> {
            let due = steps.iter().filter(|planned| planned.state == State::Pending);
            due.filter_map(|planned| match &planned.step {
                Step::File { source: Source::HasData { .. }, .. } => Some("says so"),
                Step::File { source: Source::MayBegin, .. } => Some("is emptied"),
                _ => None,
            })
            .collect()
        };
        let (before, after) = plan.steps.split_at(at);
        (of(before), of(after))
    }

    #[test]
    fn it_says_so_once_etcd_has_data_and_never_where_it_is_to_begin_anew() {
        let ours = DataDir::Used(DataOwner::Etcd(Identity { cluster: 7, member: 8 }));
        for (here, stands, before, after) in [
            (DataDir::Absent, None, &[][..], &["says so"][..]),
            (DataDir::Empty, EMPTY, &[], &["says so"]),
            (DataDir::Empty, SAYS_SO, &["is emptied"], &["says so"]),
            (DataDir::Used(DataOwner::Unknown), SAYS_SO, &["is emptied"], &["says so"]),
            (ours, None, &["says so"], &[]),
            (ours, EMPTY, &["says so"], &[]),
            (ours, SAYS_SO, &[], &[]),
            (DataDir::Used(DataOwner::SomeEtcd), None, &["says so"], &[]),
        ] {
            assert_eq!(done(here, stands), (before.to_vec(), after.to_vec()), "{here:?} {stands:?}");
        }
    }
}
