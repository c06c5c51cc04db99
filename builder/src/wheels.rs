//! Edge: gets the wheels that make a supervisor, and checks them.
//!
//! pip knows the site's index, proxy and certificates; nothing of that is repeated here, and no index is named.
#![expect(clippy::disallowed_methods, reason = "edge: runs pip, reads wheels")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use payload::bundle::Content;
use payload::digest::{Digest, NotADigest};
use payload::wheel::{WHEELS, Wheel};

use crate::cache::{Cache, DiskError, Entry, measure};
use crate::narrator::Narrator;

/// pip has limits of its own; this one is for a pip that hangs.
const PIP_LIMIT: Duration = Duration::from_mins(10);

/// How much of what pip said is shown.
const TAIL: u64 = 1024;

/// The larger wheel has 583 kB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A wheel whose digest is the expected one, in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub wheel: &'static Wheel,
    pub path: PathBuf,
    pub content: Content,
}

/// Why the wheels are not there.
#[derive(Debug, thiserror::Error)]
pub enum WheelError {
    #[error("no `python3` on PATH to download `{0}` with")]
    NoPython(&'static str),
    #[error("`{command}` ended with {status}: {said}")]
    Pip { command: String, status: ExitStatus, said: String },
    #[error("`{0}` was not done after {1:?}")]
    Hangs(String, Duration),
    #[error("`{}` is not there", .0.display())]
    Missing(PathBuf),
    #[error("pip ended well, but did not bring `{0}`")]
    NotBrought(&'static str),
    #[error("`{}` has the SHA-256 {actual}, not {expected}", .path.display())]
    Differs { path: PathBuf, actual: Digest, expected: Digest },
    #[error("the table of wheels is wrong")]
    Table(#[from] NotADigest),
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl WheelError {
    /// 4: a wheel came, and it is another one. 2: `--wheels` names a directory without it. 3: all else.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Table(_) => 1,
            Self::Missing(_) => 2,
            Self::Differs { .. } => 4,
            Self::NoPython(_) | Self::Pip { .. } | Self::NotBrought(_) | Self::Hangs(..) | Self::Disk(_) => 3,
        }
    }

    /// What to do, one way a line.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let files: Vec<&str> = WHEELS.iter().map(|wheel| wheel.file).collect();
        Some(format!(
            "`etcdpack build --wheels DIR`, with {} in DIR\n\
             for hosts that have systemd or a supervisor already: `carry = \"nothing\"` under `[supervisor]` in the cluster file",
            files.join(" and ")
        ))
    }
}

/// All wheels, in the order of the table: from the cache at `root`, else from `dir`, else through pip.
pub fn obtain(dir: Option<&Path>, root: &Path, narrator: &mut dyn Narrator) -> Result<Vec<Carried>, WheelError> {
    let cache = Cache::open(root)?;
    let mut carried = Vec::new();
    for wheel in &WHEELS {
        let digest: Digest = wheel.sha256.parse()?;
        let entry = match (cache.find(digest, wheel.file, narrator)?, dir) {
            (Some(entry), _) => entry,
            (None, Some(dir)) => take(&dir.join(wheel.file), wheel.file, digest, &cache)?,
            (None, None) => download(wheel, digest, &cache, narrator)?,
        };
        carried.push(Carried { wheel, path: entry.path, content: entry.content });
    }
    Ok(carried)
}

/// Copies the file at `path` into the cache if it is the one.
fn take(path: &Path, name: &str, expected: Digest, cache: &Cache) -> Result<Entry, WheelError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        _ => return Err(WheelError::Missing(path.to_owned())),
    }
    let mut temp = cache.temp()?;
    File::open(path)
        .and_then(|file| io::copy(&mut file.take(MAX_BYTES), &mut temp))
        .map_err(DiskError::new("reading", path))?;
    let content = measure(temp.path()).map_err(DiskError::new("reading", temp.path()))?;
    if content.digest != expected {
        return Err(WheelError::Differs { path: path.to_owned(), actual: content.digest, expected });
    }
    let entry = cache.keep(temp.path(), content, name)?;
    // It has another name now; nothing is left to vanish.
    drop(temp.into_temp_path().keep());
    Ok(entry)
}

fn download(
    wheel: &'static Wheel,
    digest: Digest,
    cache: &Cache,
    narrator: &mut dyn Narrator,
) -> Result<Entry, WheelError> {
    let python = std::env::var_os("PATH")
        .and_then(|path| find_program("python3", &path))
        .ok_or(WheelError::NoPython(wheel.file))?;
    narrator.note(&format!("getting {} through pip", wheel.file));
    let dir = tempfile::tempdir().map_err(DiskError::new("creating a directory in", &std::env::temp_dir()))?;
    let requirements = dir.path().join("requirements.txt");
    fs::write(&requirements, format!("{} --hash=sha256:{digest}\n", wheel.requirement))
        .map_err(DiskError::new("writing", &requirements))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"])
        .args(["--disable-pip-version-check", "--require-hashes", "-r"])
        .arg(&requirements)
        .arg("-d")
        .arg(dir.path());
    run(pip, dir.path())?;
    match take(&dir.path().join(wheel.file), wheel.file, digest, cache) {
        Err(WheelError::Missing(_)) => Err(WheelError::NotBrought(wheel.file)),
        taken => taken,
    }
}

/// Runs `command` to its end, its output kept in a file in `dir` for the error.
fn run(mut command: Command, dir: &Path) -> Result<(), WheelError> {
    let shown = format!("{} -m pip download", command.get_program().display());
    let log = dir.join("pip.log");
    let disk = || DiskError::new("running", Path::new(command_name(&shown)));
    let mut out = File::options()
        .read(true)
        .append(true)
        .create_new(true)
        .open(&log)
        .map_err(DiskError::new("creating", &log))?;
    let streams = out.try_clone().and_then(|a| Ok((a, out.try_clone()?))).map_err(DiskError::new("opening", &log))?;
    // A group of its own, so that what pip starts can be stopped with it by a terminal or a supervisor.
    let mut child =
        command.stdin(Stdio::null()).stdout(streams.0).stderr(streams.1).process_group(0).spawn().map_err(disk())?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(disk())? {
            Some(status) => break status,
            None if start.elapsed() > PIP_LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(WheelError::Hangs(shown, PIP_LIMIT));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = tail(&mut out).map_err(DiskError::new("reading", &log))?;
    Err(WheelError::Pip { command: shown, status, said })
}

fn command_name(shown: &str) -> &str {
    shown.split_once(' ').map_or(shown, |(program, _)| program)
}

/// The end of what was said, in one line.
fn tail(log: &mut File) -> io::Result<String> {
    let len = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(len.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    log.read_to_end(&mut bytes)?;
    let said = String::from_utf8_lossy(&bytes);
    Ok(said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}

/// The first executable regular file of that name in the absolute directories of `path`.
fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    std::env::split_paths(path).filter(|dir| dir.is_absolute()).map(|dir| dir.join(name)).find(|file| {
        fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_wheel_is_held_to_its_digest() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(&dir.path().join("cache")).unwrap();
        let path = dir.path().join("w.whl");
        let expected = Digest::of(b"wheel");
        assert!(matches!(take(&path, "w.whl", expected, &cache), Err(WheelError::Missing(_))));
        fs::write(&path, "other").unwrap();
        let error = take(&path, "w.whl", expected, &cache).unwrap_err();
        assert_eq!(error.exit_code(), 4);
        assert!(error.to_string().contains(&expected.to_string()), "{error}");
        fs::write(&path, "wheel").unwrap();
        let entry = take(&path, "w.whl", expected, &cache).unwrap();
        assert_eq!((fs::read(&entry.path).unwrap().as_slice(), entry.content.digest), (&b"wheel"[..], expected));
    }

    #[test]
    fn a_pip_that_fails_is_quoted_at_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let mut fails = Command::new("/bin/sh");
        fails.args(["-c", "yes noise | head -c 9000; echo 'No module named pip' >&2; exit 1"]);
        let error = run(fails, dir.path()).unwrap_err();
        let WheelError::Pip { said, .. } = &error else { panic!("{error}") };
        assert!(said.ends_with("No module named pip") && said.len() <= 1024, "{said}");
        assert!(error.help().unwrap().contains("--wheels DIR"));
    }

    #[test]
    fn only_an_executable_in_an_absolute_directory_is_a_program() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        for at in [&a, &b] {
            fs::create_dir(at).unwrap();
            fs::write(at.join("python3"), "").unwrap();
        }
        let path = std::env::join_paths([Path::new("."), &a, &b]).unwrap();
        assert_eq!(find_program("python3", &path), None);
        fs::set_permissions(b.join("python3"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_program("python3", &path), Some(b.join("python3")));
    }
}
