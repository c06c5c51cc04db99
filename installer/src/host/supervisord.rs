//! Speaks to a supervisord over its socket, as `supervisorctl` does, which starts a Python each time and takes a third of a second.
//!
//! The kernel says who listens there: root, or nobody is spoken to. What comes back is bounded, and waited for so long only.
#![expect(clippy::disallowed_methods, reason = "edge: speaks to supervisord, asks the clock")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use payload::path::AbsPath;
use rustix::io::Errno;
use rustix::net::sockopt::socket_peercred;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use super::Tree;
use super::interrupt::Interrupt;
use crate::facts::managers::conf;
use crate::facts::managers::rpc::{Answer, Call};

/// Larger configurations than this are not read.
const MAX_CONF: u64 = 1 << 20;
/// No answer is larger: a program takes a kilobyte of it.
const MAX_ANSWER: usize = 4 << 20;
/// How often somebody is heard who asks us to stop.
const SLICE: Duration = Duration::from_millis(100);

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Answer(Answer),
    /// Nobody of root's listens there, or nothing came within the time, or before somebody asked us to stop.
    Silence,
    /// It cannot be spoken to so: no socket is in its configuration, it wants a password, it speaks in another way.
    Otherwise,
}

/// Calls the supervisord with this configuration, and hears it for so long.
pub(crate) fn call(conf: &AbsPath, call: Call<'_>, limit: Duration, interrupt: &Interrupt) -> Heard {
    match socket(conf) {
        Some(socket) => speak(&socket, call, limit, interrupt),
        None => Heard::Otherwise,
    }
}

/// Where `supervisorctl` would go with this configuration, if that is a socket and a name alone.
fn socket(conf: &AbsPath) -> Option<AbsPath> {
    let tree = Tree::open(Path::new("/")).ok()?;
    let text = tree.read_followed(&conf.parent()?, conf.name(), MAX_CONF).ok()??;
    let text = String::from_utf8(text).ok()?;
    let mut of = conf::entries(&text).filter(|entry| entry.section == "supervisorctl" && entry.key == "serverurl");
    // What is expanded, as by `%`, is outside the grammar of our paths.
    let socket = of.next()?.value.strip_prefix("unix://")?.parse().ok()?;
    of.next().is_none().then_some(socket)
}

fn speak(socket: &AbsPath, call: Call<'_>, limit: Duration, interrupt: &Interrupt) -> Heard {
    let until = Instant::now() + limit;
    let mut stream = match connected(socket) {
        Ok(Some(stream)) => stream,
        Ok(None) | Err(Errno::NOENT | Errno::CONNREFUSED | Errno::AGAIN) => return Heard::Silence,
        Err(_) => return Heard::Otherwise,
    };
    let left = || until.saturating_duration_since(Instant::now());
    // A request is shorter than what the kernel holds for who does not read.
    if stream.set_write_timeout(Some(SLICE)).is_err() || stream.write_all(&call.request()).is_err() {
        return Heard::Silence;
    }
    let mut heard = Vec::new();
    let mut part = [0; 4096];
    loop {
        if left().is_zero() || interrupt.is_raised() || stream.set_read_timeout(Some(left().min(SLICE))).is_err() {
            return Heard::Silence;
        }
        match stream.read(&mut part) {
            Ok(0) => return Answer::parse(&heard).map_or(Heard::Otherwise, Heard::Answer),
            Ok(len) => heard.extend(part.iter().take(len)),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(_) => return Heard::Silence,
        }
        if heard.len() > MAX_ANSWER {
            return Heard::Otherwise;
        }
    }
}

/// `None` where somebody else than root listens. One whose queue is full is not waited for.
fn connected(socket: &AbsPath) -> Result<Option<UnixStream>, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let stream = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    connect(&stream, &SocketAddrUnix::new(socket.as_path())?)?;
    // Of who called listen(2) (unix(7)).
    if !socket_peercred(&stream)?.uid.is_root() {
        return Ok(None);
    }
    let stream = UnixStream::from(stream);
    // From here on each call has a time of its own.
    Ok(stream.set_nonblocking(false).is_ok().then_some(stream))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::thread;

    use super::*;

    /// What listens there does with a connection, how long it is heard, and whether what is heard of it is right.
    type Case = (fn(UnixStream), Duration, fn(&Heard) -> bool);

    /// Longer than any machine takes.
    const PATIENCE: Duration = Duration::from_mins(1);
    const WHOLE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\n<methodResponse><params></params></methodResponse>";

    fn dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("etcdpack-supervisord-{name}-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        dir
    }

    fn spoken(socket: &Path, limit: Duration) -> Heard {
        speak(&socket.to_str().unwrap().parse().unwrap(), Call::Pid, limit, &Interrupt::default())
    }

    #[test]
    fn whoever_says_nothing_or_too_much_is_left_in_time() {
        let dir = dir("slow");
        let socket = dir.join("socket");
        assert_eq!(spoken(&socket, PATIENCE), Heard::Silence);
        let scripts: [Case; 4] = [
            (
                |mut good| good.write_all(WHOLE).unwrap(),
                PATIENCE,
                |heard| matches!(heard, Heard::Answer(Answer::Said(_))),
            ),
            (|mut half| half.write_all(&WHOLE[..40]).unwrap(), PATIENCE, |heard| *heard == Heard::Otherwise),
            // Until it is left.
            (
                |mut silent| while silent.read(&mut [0]).is_ok_and(|len| len > 0) {},
                SLICE * 2,
                |heard| *heard == Heard::Silence,
            ),
            (|mut flood| while flood.write_all(&[b'x'; 4096]).is_ok() {}, PATIENCE, |heard| *heard == Heard::Otherwise),
        ];
        for (number, (script, limit, is_right)) in scripts.into_iter().enumerate() {
            let listener = UnixListener::bind(&socket).unwrap();
            let serving = thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                // Whoever ends with a request unread resets the connection.
                let _ = stream.read(&mut [0; 4096]);
                script(stream);
            });
            let heard = spoken(&socket, limit);
            assert!(is_right(&heard), "{number}: {heard:?}");
            serving.join().unwrap();
            // Nobody listens there any more.
            assert_eq!(spoken(&socket, PATIENCE), Heard::Silence);
            fs::remove_file(&socket).unwrap();
        }
        // Its queue is full, and nobody takes from it.
        let full = UnixListener::bind(&socket).unwrap();
        let waiting: Vec<_> =
            (0..5000).map_while(|_| connected(&socket.to_str().unwrap().parse().unwrap()).ok()).collect();
        assert!(waiting.len() < 5000);
        assert_eq!(spoken(&socket, PATIENCE), Heard::Silence);
        drop((full, waiting));
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn nobody_but_root_is_spoken_to() {
        let dir = dir("stranger");
        fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let socket = dir.join("socket");
        let serve = "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen(1)\nprint(flush=True)\n\
                     c = s.accept()[0]\nprint(len(c.recv(1)))\n";
        let mut stranger = Command::new("setpriv")
            .args(["--reuid", "1000", "--regid", "1000", "--clear-groups", "/usr/bin/python3", "-c", serve])
            .arg(&socket)
            .stdout(Stdio::piped())
            .spawn()
            .expect("setpriv; help: run the tests as root");
        let mut said = stranger.stdout.take().unwrap();
        said.read_exact(&mut [0]).unwrap();
        assert_eq!(spoken(&socket, PATIENCE), Heard::Silence);
        let mut heard = String::new();
        said.read_to_string(&mut heard).unwrap();
        assert!(stranger.wait().unwrap().success());
        assert_eq!(heard, "0\n", "it was told something");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn only_a_socket_that_is_named_plainly_is_gone_to() {
        let dir = dir("conf");
        let conf = dir.join("supervisord.conf");
        let ctl = |url: &str| format!("[unix_http_server]\nfile=/x\n[supervisorctl]\nserverurl = {url}\n");
        for (text, expected) in [
            (ctl("unix:///var/run/supervisor.sock ; use a unix:// URL"), Some("/var/run/supervisor.sock")),
            (ctl("http://127.0.0.1:9001"), None),
            (ctl("unix://%(here)s/s.sock"), None),
            (ctl("unix:///a") + "serverurl = unix:///b\n", None),
            ("[supervisorctl]\n[x]\nserverurl=unix:///a\n".to_owned(), None),
        ] {
            fs::write(&conf, &text).unwrap();
            let found = socket(&conf.to_str().unwrap().parse().unwrap());
            assert_eq!(found.as_ref().map(AbsPath::as_str), expected, "{text}");
        }
        fs::remove_dir_all(&dir).unwrap();
    }
}
