//! The process inside: pid 1 of its namespaces, root of nothing else. It lays out a root for each member, joins them by
//! a bridge, starts them, and tells what becomes of that. Must not be run by a person.
#![expect(clippy::disallowed_methods, reason = "edge: standard streams, files and processes of namespaces of its own")]
#![expect(clippy::exit, reason = "edge: with pid 1 all of its namespaces end, whatever its threads wait for")]

mod member;
mod network;
mod programs;
mod root;
mod trial;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::cast::{Cast, Play};
use super::told::Told;
use crate::text::rehearsal as text;
use member::Playing;
use root::Root;

/// How long members may take to elect a leader. Real ones take two seconds, on a slow disk ten.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// What stands in the way, in words.
struct Cannot(String);

impl From<io::Error> for Cannot {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Hears what to play on standard input, plays it in `dir`, and tells on standard output.
pub(crate) fn play(dir: &Path) {
    let mut from = BufReader::new(io::stdin());
    let mut cast = zeroize::Zeroizing::new(Vec::new());
    let told = match from.read_until(b'\n', &mut cast).map(|_| serde_json::from_slice::<Play<Cast>>(&cast)) {
        Ok(Ok(play)) => {
            // Nobody listens any more: all namespaces end with this process.
            thread::spawn(move || {
                let _ = io::copy(&mut from.by_ref(), &mut io::sink());
                std::process::exit(0)
            });
            let told = match play {
                Play::Members(cast) => all(&cast, dir),
                Play::Trial => trial::hold(dir),
            };
            told.unwrap_or_else(|Cannot(why)| Told::Cannot { why })
        }
        Ok(Err(error)) => Told::Cannot { why: error.to_string() },
        Err(error) => Told::Cannot { why: error.to_string() },
    };
    tell(&told);
}

fn tell(told: &Told) {
    let Ok(mut line) = serde_json::to_vec(told) else { return };
    line.push(b'\n');
    // To whom else should it be told?
    let _ = io::stdout().write_all(&line);
}

fn all(cast: &Cast, dir: &Path) -> Result<Told, Cannot> {
    let roots = root::memory(&dir.join("roots"))?;
    let programs = programs::unpack(cast, &roots.join("programs"))?;
    network::bridge()?;
    let mut playing = Vec::new();
    for (at, member) in cast.members.iter().enumerate() {
        let name = format!("{at}");
        let mut root = Root::new(roots.join(&name))?;
        lay_out(&mut root, member, &programs, dir, &name)?;
        if !cast.names.is_empty() {
            root.hosts_file(&roots.join("hosts"), &cast.names)?;
        }
        playing.push(Playing::start(member, &root, at, roots.join(format!("{name}.log")))?);
    }
    tell(&Told::Begun);
    for one in &mut playing {
        one.go()?;
    }
    watch(&mut playing)
}

/// What the bundle's installer would put where etcd looks for it.
fn lay_out(
    root: &mut Root,
    member: &super::Member,
    programs: &[PathBuf],
    dir: &Path,
    name: &str,
) -> Result<(), Cannot> {
    let layout = &member.layout;
    let release = root.directory(&layout.release_dir)?;
    root.link(&layout.link, layout.release_dir.name())?;
    for program in programs {
        root::place(program, &release)?;
    }
    for file in &member.files {
        root.file(&file.path, file.mode, file.text.expose())?;
    }
    root.directory(&layout.logs)?;
    // On a disk: etcd allots 128 MB a member before it writes anything.
    for (at, place) in layout.places().enumerate() {
        root::bind(&dir.join(format!("{name}-{at}")), &root.directory(place)?)?;
    }
    Ok(())
}

/// Writes a key through the first and reads it through the last; or says who ended, or what they wait for.
fn watch(playing: &mut [Playing]) -> Result<Told, Cannot> {
    let until = Instant::now() + PATIENCE;
    let mut is_written = false;
    while Instant::now() < until {
        for one in &mut *playing {
            if one.has_ended()? {
                return Ok(Told::Ended { host: one.host.clone(), log: one.log() });
            }
        }
        if let [first, ..] = &*playing
            && !is_written
        {
            is_written = first.put()?;
        }
        if let [.., last] = &*playing
            && is_written
            && last.gets()?
        {
            return Ok(Told::Proven);
        }
        thread::sleep(PAUSE);
    }
    Ok(Told::NoLeader { logs: playing.iter().map(|one| (one.host.clone(), one.log())).collect() })
}

/// An error of a place, with its name.
fn at(path: &Path) -> impl FnOnce(io::Error) -> Cannot {
    move |error| Cannot(text::at(path, error))
}
