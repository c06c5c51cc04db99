//! `fetch`: the release into the cache; or, without a network, which files it takes, and what of them somebody has brought.

use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::exit::ExitStatus;
use payload::line;
use serde::Serialize;

use super::cluster_file::{self, Loaded};
use super::source;
use crate::cli::FetchArgs;
use crate::failure::Failure;
use crate::release::{self, Against, Brought, ReleaseRequest, SUMS, Wanted, asset};
use crate::report::{Narrator, print};
use crate::text::{self, fetch as words};

/// All that is said of the files; its form is in `docs/verification.md`.
#[derive(Debug, Serialize)]
struct Report {
    schema: u8,
    etcd: String,
    files: Vec<FileRow>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct FileRow {
    name: String,
    state: State,
    urls: Vec<String>,
    size: Option<u64>,
    sha256: Option<Digest>,
    /// Whose sum that is, or what stands in its place.
    voucher: String,
    hints: Vec<Digest>,
    /// Where it lies.
    path: Option<PathBuf>,
    /// Why it is not taken.
    why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// In the cache, with the right sum.
    Cached,
    /// Brought, and right.
    Right,
    Needed,
    Missing,
    /// Brought, and there is nothing to hold it against.
    Unvouched,
    /// Brought, and not what its name says.
    Wrong,
}

/// Downloads and verifies the release for every architecture in the cluster, or does what takes no network.
pub(super) fn fetch(args: &FetchArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load(args.cluster.path(), narrator)?;
    match &args.into {
        _ if args.list => list(args, &loaded, narrator),
        Some(dir) => into(dir, args, &loaded, narrator),
        None => source::releases(&args.source, &loaded, narrator).map(drop),
    }
}

/// Says which files a build needs.
fn list(args: &FetchArgs, loaded: &Loaded, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let mut files = Vec::new();
    let mut refused = None;
    for request in source::requests(&args.source, loaded)? {
        let wanted = release::wanted(&request, narrator)?;
        if let Against::Nobody = wanted.against {
            refused = refused.or_else(|| release::outlook(&request, narrator).err());
        }
        let row = FileRow::of(&wanted);
        if row.state == State::Needed
            && let Against::List(urls) = wanted.against
        {
            files.push(FileRow::list(urls, State::Needed));
        }
        files.push(row);
    }
    show(loaded, files, args.json)?;
    refused.map_or(Ok(()), |error| Err(error.into()))
}

/// Checks what was brought in `dir`, takes in what is right, and gives it its place.
fn into(dir: &Path, args: &FetchArgs, loaded: &Loaded, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let version = loaded.cluster.release.version;
    let brought = Brought::new(dir, version)
        .map_err(|error| Failure::usage(words::unreadable(dir, error), text::help::list(dir)))?;
    let mut files = Vec::new();
    let mut status = None;
    for request in source::requests(&args.source, loaded)? {
        let wanted = release::wanted(&request, narrator)?;
        let found = take(&brought, &request, wanted, narrator);
        status = worse(status, found.status);
        for (path, file) in found.right {
            if let Err(error) = brought.lay_out(&path, &file) {
                narrator.warn(&words::left_where_it_is(&path, error));
            }
        }
        files.extend(found.rows);
    }
    show(loaded, files, args.json)?;
    match status {
        None => {
            narrator.note(&words::all_here(&release::url_of(dir)));
            Ok(())
        }
        Some(status) => Err(Failure::new(status, words::not_all_here(version, dir), words::bring_the_rest(dir))),
    }
}

/// That something is wrong counts for more than that something is missing.
fn worse(one: Option<ExitStatus>, other: Option<ExitStatus>) -> Option<ExitStatus> {
    [one, other].into_iter().flatten().max_by_key(|status| status.code())
}

/// What became of one release.
#[derive(Default)]
struct Taken {
    rows: Vec<FileRow>,
    /// What is right, and what it is.
    right: Vec<(PathBuf, String)>,
    /// How the command ends, where it does not end well.
    status: Option<ExitStatus>,
}

/// Takes in what of one release was brought. The first file that is right counts; of those that are wrong, the first is told.
fn take(brought: &Brought, request: &ReleaseRequest, wanted: Wanted, narrator: &mut dyn Narrator) -> Taken {
    let mut taken = Taken::default();
    let file = asset(request.version, request.arch);
    let mut row = FileRow::of(&wanted);
    if let Against::List(urls) = wanted.against {
        let mut of_list = FileRow::list(urls, State::Missing);
        match brought.list_for(&file) {
            Ok(Some((path, _))) => {
                (of_list.state, of_list.path) = (State::Right, Some(path.clone()));
                taken.right.push((path, SUMS.to_owned()));
            }
            Ok(None) => taken.status = Some(ExitStatus::Refused),
            Err((path, error)) => {
                (of_list.state, of_list.path, of_list.why) = (State::Wrong, Some(path), Some(error.to_string()));
                taken.status = Some(ExitStatus::NotVerified);
            }
        }
        taken.rows.push(of_list);
    }
    let list = taken.right.first().map(|(path, _)| path.clone());
    let candidates = brought.find(&file);
    if candidates.is_empty() && row.state == State::Needed {
        row.state = State::Missing;
        taken.status = taken.status.or(Some(ExitStatus::Refused));
    }
    for path in candidates {
        let request = ReleaseRequest { local: Some(path.clone()), list: list.clone(), ..request.clone() };
        match release::obtain(&request, narrator) {
            Ok(verified) => {
                (row.state, row.why, row.size) = (State::Right, None, Some(verified.content().size));
                (row.sha256, row.voucher) = (Some(verified.digest()), verified.origin().to_string());
                row.path = Some(path.clone());
                taken.right.push((path, file));
                taken.rows.push(row);
                return taken;
            }
            Err(_) if row.path.is_some() => {}
            Err(error) => {
                let failure = Failure::from(error);
                row.state = match failure.exit_status() {
                    ExitStatus::NotVerified => State::Wrong,
                    _ => State::Unvouched,
                };
                (row.path, row.why) = (Some(path), Some(failure.text().to_owned()));
            }
        }
    }
    let status = match row.state {
        State::Wrong => Some(ExitStatus::NotVerified),
        State::Unvouched => Some(ExitStatus::Refused),
        _ => None,
    };
    taken.status = worse(taken.status, status);
    taken.rows.push(row);
    taken
}

impl FileRow {
    /// The tarball, before anybody has looked for one.
    fn of(wanted: &Wanted) -> Self {
        let (sha256, voucher) = match &wanted.against {
            Against::Voucher(voucher) => (Some(voucher.digest), voucher.origin.to_string()),
            Against::List(_) => (None, words::BY_LIST.into()),
            Against::FirstUse => (None, words::BY_FIRST_USE.into()),
            Against::Nobody => (None, words::BY_NOBODY.into()),
        };
        Self {
            name: wanted.file.clone(),
            state: if wanted.cached.is_some() { State::Cached } else { State::Needed },
            urls: wanted.urls.clone(),
            size: wanted.cached,
            sha256,
            voucher,
            hints: if sha256.is_none() { wanted.hints.clone() } else { Vec::new() },
            path: None,
            why: None,
        }
    }

    /// Upstream's list.
    fn list(urls: Vec<String>, state: State) -> Self {
        let (name, voucher) = (SUMS.to_owned(), words::FOR_TARBALLS.into());
        Self { name, state, urls, size: None, sha256: None, voucher, hints: Vec::new(), path: None, why: None }
    }

    /// As people read it.
    fn lines(&self) -> Vec<String> {
        let state = match self.state {
            State::Cached => words::IN_CACHE,
            State::Right => words::RIGHT,
            State::Needed => words::NEEDED,
            State::Missing => words::MISSING,
            State::Unvouched => words::UNVOUCHED,
            State::Wrong => words::WRONG,
        };
        let mut below: Vec<String> = self.path.iter().map(|path| words::at(path)).collect();
        below.extend(self.why.iter().map(|why| words::why(why)));
        if !matches!(self.state, State::Cached | State::Right) {
            below.extend(self.urls.iter().map(|url| words::url(url)));
        }
        below.extend(self.size.map(words::size));
        below.push(match self.sha256 {
            Some(digest) => words::sum(digest, &self.voucher),
            None => words::sum_from(&self.voucher),
        });
        below.extend(self.hints.iter().copied().map(words::hint));
        let below = below.into_iter().map(|text| format!("    {text}"));
        std::iter::once(words::row(&self.name, &state)).chain(below).collect()
    }
}

/// One row a file: what two architectures share comes once, as the worse of the two.
fn show(loaded: &Loaded, mut files: Vec<FileRow>, json: bool) -> Result<(), Failure> {
    files.sort_by(|a, b| (&a.name, b.state).cmp(&(&b.name, a.state)));
    files.dedup_by(|later, first| later.name == first.name);
    // The tarballs first.
    files.sort_by_key(|file| file.name == SUMS);
    let report = Report { schema: 1, etcd: loaded.cluster.release.version.to_string(), files };
    if json {
        let json = serde_json::to_string_pretty(&report);
        print(json.map_err(|error| Failure::usage(error.to_string(), ""))?);
        return Ok(());
    }
    for text in report.files.iter().flat_map(FileRow::lines) {
        print(line::plain(&text));
    }
    Ok(())
}
