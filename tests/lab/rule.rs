//! What the tables of `docs/trust.md` allow: one call, one program.
//!
//! Must not look at a host: who can change what there is told.

use std::collections::BTreeSet;

use crate::table::{How, Row, Tables};
use crate::trace::{Named, Started, Who};
use crate::ways::Weak;

/// All that a started program may find in its environment.
const ENVIRONMENT: [&str; 2] = ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"];

/// The tables, and what on this host their words mean.
pub struct Rule<'a> {
    pub tables: &'a Tables,
    /// The tree that `--root` names, below which the rows hold as on a host; or nothing.
    pub tree: &'a str,
    /// The number of etcd's user, once there is one.
    pub etcd: Option<u32>,
}

impl Rule<'_> {
    /// Whether a call is one that the table allows; `weak` is what others can change there, `opened` what the command has
    /// opened so far.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn path(&self, named: &Named, weak: &BTreeSet<Weak>, opened: &mut BTreeSet<String>) -> Result<(), String> {
        let mut there = named.clone();
        if let Some(below) =
            named.path.strip_prefix(self.tree).filter(|below| !self.tree.is_empty() && !below.is_empty())
        {
            below.clone_into(&mut there.path);
        }
        let row = self.tables.row(&there).ok_or("no row has it")?;
        let opens = named.call.starts_with("open");
        match row.how {
            How::Kernel => Ok(()),
            How::ByName if !weak.iter().all(|weak| is_file(weak, named)) => {
                Err("others can change what is on the way".to_owned())
            }
            How::ByHandle if !named.by_handle => Err("it is not gone to by a handle".to_owned()),
            How::ByHandle if named.follows => Err("a link would be followed".to_owned()),
            How::ByHandle if opens && waits(&named.line) => Err("opening it could wait".to_owned()),
            How::Once if opens && !opened.insert(named.path.clone()) => Err("it is opened twice".to_owned()),
            How::New if opens && !named.line.contains("O_EXCL") => Err("what lies there could be opened".to_owned()),
            How::New if !opens && named.call != "unlink" => Err("it is neither made nor removed".to_owned()),
            How::ByName | How::ByHandle | How::Once | How::New => allowed(row, weak, self.etcd),
        }
    }

    /// Whether a program is one that the table has, in its surroundings.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn program(&self, started: &Started) -> Result<(), &'static str> {
        let is_python = started.program.rsplit('/').next().is_some_and(|name| name.contains("python"));
        let found = self.tables.program(started);
        let is_said =
            |word: &&String| ENVIRONMENT.contains(&word.as_str()) || found.is_some_and(|row| row.env.contains(*word));
        let brings_code = |word: &String| ["LD_", "PYTHON"].iter().any(|name| word.starts_with(name));
        match started.by {
            _ if !started.program.starts_with('/') => Err("not an absolute path"),
            _ if started.env.iter().any(brings_code) => Err("an environment that brings code"),
            Who::Itself if found.is_none() => Err("no row has this program with these arguments"),
            Who::Itself if started.dir != "/" && !started.is_hand_over() => Err("not started in /"),
            Who::Itself if !started.env.iter().all(|word| is_said(&word)) => Err("an environment that is not stated"),
            // What a program of the distribution's starts is its own, but for a Python, which could look anywhere.
            Who::Child if is_python && found.is_none() => Err("no row has this Python with these arguments"),
            Who::Itself | Who::Child => Ok(()),
        }
    }
}

fn allowed(row: &Row, weak: &BTreeSet<Weak>, etcd: Option<u32>) -> Result<(), String> {
    let may = |weak: &Weak| match row.others.as_str() {
        "nobody" => false,
        "etcd's user" => weak.uid.is_some() && weak.uid == etcd,
        "anybody" => true,
        "utmp" => weak.uid.is_none(),
        other => panic!("docs/trust.md: `{other}` can change it: nobody, etcd's user, utmp or anybody"),
    };
    if weak.iter().all(may) { Ok(()) } else { Err("others can change it than the row says".to_owned()) }
}

/// Whether it is the file itself that others can change, and nothing on the way to it.
fn is_file(weak: &Weak, named: &Named) -> bool {
    weak.path.rsplit('/').next() == named.path.rsplit('/').next()
}

/// Whether opening so could wait for somebody: for a FIFO's other end.
fn waits(line: &str) -> bool {
    !["O_NONBLOCK", "O_DIRECTORY", "O_PATH", "O_EXCL", "O_TMPFILE"].iter().any(|flag| line.contains(flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call on a path of the document's, and what others can change there, against the document.
    fn judged(
        path: &str,
        line: &str,
        by_handle: bool,
        follows: bool,
        weak: &[(&str, Option<u32>)],
    ) -> Result<(), String> {
        let tables = Tables::read(&[]);
        let rule = Rule { tables: &tables, tree: "", etcd: Some(998) };
        let call = line.split('(').next().unwrap().to_owned();
        let (path, line) = (path.to_owned(), line.to_owned());
        let weak = weak.iter().map(|(path, uid)| Weak { path: (*path).to_owned(), uid: *uid }).collect();
        rule.path(&Named { who: Who::Itself, call, path, by_handle, follows, line }, &weak, &mut BTreeSet::new())
    }

    #[test]
    fn what_would_harm_is_found() {
        let receipt = "/var/lib/etcdpack/receipt.json";
        assert_eq!(judged(receipt, "open(", false, true, &[]), Ok(()));
        assert!(judged(receipt, "open(", false, true, &[("/var/lib", None)]).is_err(), "others can put a link there");
        assert!(judged("/home/alice/n1.run", "open(", false, true, &[]).is_err(), "no row has it");
        let (data, owner) = ("/data/etcd/etcd-server/member", [("/data/etcd/etcd-server", Some(998))]);
        let open = "openat(7, \"member\", O_RDONLY|O_NOFOLLOW|O_DIRECTORY)";
        assert_eq!(judged(data, open, true, false, &owner), Ok(()));
        assert!(judged(data, open, false, false, &owner).is_err(), "by its name");
        assert!(judged(data, open, true, true, &owner).is_err(), "through a link");
        assert!(judged(data, "openat(7, \"member\", O_NOFOLLOW)", true, false, &owner).is_err(), "a FIFO's other end");
        assert!(judged(data, open, true, false, &[("/data", Some(1000))]).is_err(), "another user");
    }

    #[test]
    fn a_program_is_what_the_table_says() {
        let tables = Tables::read(&[]);
        let rule = Rule { tables: &tables, tree: "", etcd: None };
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let started = |line: &str, env: &str, dir: &str| Started {
            by: Who::Itself,
            program: words(line)[0].clone(),
            args: words(line),
            env: words(env),
            dir: dir.to_owned(),
        };
        assert_eq!(rule.program(&started("/usr/bin/systemctl daemon-reload", "LC_ALL=C", "/")), Ok(()));
        for (line, env, dir) in [
            ("systemctl daemon-reload", "LC_ALL=C", "/"),
            ("/usr/bin/systemctl poweroff", "LC_ALL=C", "/"),
            ("/usr/bin/systemctl daemon-reload", "LC_ALL=C", "/tmp"),
            ("/usr/bin/systemctl daemon-reload", "LC_ALL=C HOME=/root", "/"),
            ("/usr/bin/systemctl daemon-reload", "LC_ALL=C LD_PRELOAD=x", "/"),
            ("/usr/bin/python3 -m supervisor.supervisorctl", "LC_ALL=C", "/"),
        ] {
            assert!(rule.program(&started(line, env, dir)).is_err(), "{line} {env} {dir}");
        }
    }
}
