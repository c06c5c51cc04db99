//! `export`: the bundles that were built, onto a stick; and nothing else of what lies here.
#![expect(clippy::disallowed_methods, reason = "edge: reads the list of what was built")]

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use payload::digest::Digest;

use super::verify;
use crate::cache::{DiskAction, DiskError};
use crate::cli::ExportArgs;
use crate::failure::Failure;
use crate::pack::{self, START_HERE, SUMS};
use crate::report::Narrator;
use crate::stick::{self, Goods, Item, Place, Source};
use crate::text::stick as text;

/// More than the list of any cluster has.
const MAX_LIST: u64 = 1 << 20;

/// Checks the bundles, writes them, and reads them back.
pub(super) fn export(args: &ExportArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let place = Place::look(&args.dir)?;
    if place.is(&args.from) {
        return Err(Failure::usage(text::itself(&args.dir), text::NAME_THE_STICK));
    }
    for remark in place.remarks(&args.from) {
        narrator.warn(&remark);
    }
    let goods = goods(&args.from)?;
    stick::carry(&place, &goods, |path| verify::check(path).is_ok(), narrator)?;
    narrator.note(&text::done(goods.0.len(), &args.dir));
    Ok(())
}

/// The bundles that the list in `dist` names, each verified; a list of them, and what to read first.
fn goods(dist: &Path) -> Result<Goods, Failure> {
    let path = dist.join(SUMS);
    let listed = match list(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        listed => listed.map_err(DiskError::new(DiskAction::Read, &path))?,
    };
    let (mut items, mut manifests, mut lines) = (Vec::new(), Vec::new(), String::new());
    for (digest, name) in listed {
        let path = dist.join(&name);
        let bundle = verify::check(&path)?;
        if bundle.sum() != digest {
            return Err(Failure::refused(text::other_sum(&path), text::BUILD_FIRST));
        }
        manifests.push(bundle.manifest().clone());
        lines.extend([digest.to_string().as_str(), "  ", &name, "\n"]);
        items.push(Item { name, source: Source::File(path), size: bundle.size(), digest });
    }
    let Some(first) = manifests.first() else {
        return Err(Failure::refused(text::no_sums(&path), text::BUILD_FIRST));
    };
    let start_here = pack::start_here(&first.cluster, manifests.iter());
    items.push(Item::text(SUMS, lines));
    items.push(Item::text(START_HERE, start_here));
    Ok(Goods(items))
}

/// What `sha256sum` would read there: bundles, and names without a path.
fn list(path: &Path) -> io::Result<Vec<(Digest, String)>> {
    let mut lines = String::new();
    File::open(path)?.take(MAX_LIST).read_to_string(&mut lines)?;
    let entry = |line: &str| {
        let (digest, name) = stick::listed(line)?;
        let plain = !name.contains('/') && !name.contains(char::is_control);
        plain.then(|| (digest, name.to_owned()))
    };
    Ok(lines.lines().filter_map(entry).collect())
}
