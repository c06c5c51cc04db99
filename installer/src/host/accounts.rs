//! Making and removing the user that etcd runs as: through the system's own tools on a running system, in the
//! files of an image, where there is nothing to ask.

use std::time::Duration;

use payload::mode::Mode;
use payload::name::UserName;
use payload::path::{AbsPath, NotAPath};

use super::exec::{self, Exec, ExecError};
use super::tree::{FsError, Tree};
use super::write::Ids;
use crate::facts::accounts::{Account, Source, passwd};
use crate::transaction::Permit;

/// Larger account files than this are not ours to rewrite.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Why accounts could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    Fs(#[from] FsError),
    Exec(#[from] ExecError),
    Path(#[from] NotAPath),
    NoFreeId(UserName),
    /// The user of this name is still there, and in it.
    IsPrimary(UserName),
    /// `pids` as they are typed.
    StillRuns {
        name: UserName,
        pids: String,
    },
}

impl AccountError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        match self {
            Self::Fs(error) => error.is_interrupt(),
            Self::Exec(error) => error.is_interrupt(),
            Self::Path(_) | Self::NoFreeId(_) | Self::IsPrimary(_) | Self::StillRuns { .. } => false,
        }
    }
}

impl Tree {
    /// The user, wherever the system knows it from (files, LDAP ...).
    pub(crate) fn user(&self, name: &UserName) -> Result<Option<Account>, AccountError> {
        Ok(passwd::user(&self.account_lines("passwd", name)?, name.as_str()))
    }

    /// The id of the group.
    pub(crate) fn group(&self, name: &UserName) -> Result<Option<u32>, AccountError> {
        Ok(passwd::group(&self.account_lines("group", name)?, name.as_str()))
    }

    /// Who else is in the group.
    pub(crate) fn group_members(&self, name: &UserName) -> Result<Vec<String>, AccountError> {
        Ok(passwd::members(&self.account_lines("group", name)?, name.as_str()))
    }

    /// The other users of this host's own files with this user's id.
    pub(crate) fn namesakes(&self, name: &UserName, uid: u32) -> Result<Vec<String>, AccountError> {
        Ok(passwd::namesakes(&self.account_file("/etc/passwd")?, name.as_str(), uid))
    }

    /// Whether a group has nobody but root, as far as this host's own files say.
    pub(crate) fn is_group_of_nobody(&self, gid: u32) -> Result<bool, AccountError> {
        Ok(passwd::is_of_nobody(&self.account_file("/etc/passwd")?, &self.account_file("/etc/group")?, gid))
    }

    /// Whether the user and the group, as far as there are any, stand in this host's own files.
    pub(crate) fn source(&self, name: &UserName, user: bool, group: bool) -> Result<Source, AccountError> {
        let has = |file: &str| Ok::<_, AccountError>(passwd::has(&self.account_file(file)?, name.as_str()));
        let is_own = (!user || has("/etc/passwd")?) && (!group || has("/etc/group")?);
        Ok(if is_own { Source::Files } else { Source::Elsewhere })
    }

    /// The lines of `/etc/FILE`, or what the system's other sources say of `name` where the file does not have it.
    fn account_lines(&self, file: &str, name: &UserName) -> Result<String, AccountError> {
        let text = self.account_file(&format!("/etc/{file}"))?;
        if passwd::has(&text, name.as_str()) || !self.is_live() || exec::find("getent").is_none() {
            return Ok(text);
        }
        let asked = Exec::named("getent")?.args([file, name.as_str()]).limit(Duration::from_secs(5));
        Ok(asked.heeding(self.interrupt()).output()?.stdout)
    }

    pub(crate) fn add_group(&self, permit: &Permit, name: &UserName) -> Result<(), AccountError> {
        if self.is_live() {
            account_tool(self, permit, "groupadd")?.args(["--system", name.as_str()]).run()?;
            return Ok(());
        }
        let (passwd, group) = (self.account_file("/etc/passwd")?, self.account_file("/etc/group")?);
        let gid = passwd::free_id(&passwd, &group).ok_or_else(|| AccountError::NoFreeId(name.clone()))?;
        self.put_account_file(
            permit,
            "/etc/group",
            Mode::PLAIN,
            &passwd::with_line(&group, &format!("{name}:x:{gid}:")),
        )
    }

    /// Makes the group again, with its id, if it went with its user: userdel takes the user's own group along where
    /// login.defs has `USERGROUPS_ENAB`.
    pub(crate) fn keep_group(&self, permit: &Permit, name: &UserName, gid: u32) -> Result<(), AccountError> {
        if self.group(name)?.is_some() {
            return Ok(());
        }
        if self.is_live() {
            account_tool(self, permit, "groupadd")?
                .args(["--system", "--gid", &gid.to_string(), name.as_str()])
                .run()?;
            return Ok(());
        }
        let group = self.account_file("/etc/group")?;
        let line = format!("{name}:x:{gid}:");
        self.put_account_file(permit, "/etc/group", Mode::PLAIN, &passwd::with_line(&group, &line))
    }

    pub(crate) fn add_user(
        &self,
        permit: &Permit,
        name: &UserName,
        gid: u32,
        shell: &AbsPath,
    ) -> Result<(), AccountError> {
        if self.is_live() {
            let gid = gid.to_string();
            let flags = ["--system", "--gid", &gid, "--no-create-home", "--home-dir", "/", "--shell", shell.as_str()];
            account_tool(self, permit, "useradd")?.args(flags).args(["--comment", "etcd", name.as_str()]).run()?;
            return Ok(());
        }
        let (passwd, group) = (self.account_file("/etc/passwd")?, self.account_file("/etc/group")?);
        let uid = passwd::free_id(&passwd, "")
            .or_else(|| passwd::free_id(&passwd, &group))
            .ok_or_else(|| AccountError::NoFreeId(name.clone()))?;
        let line = format!("{name}:x:{uid}:{gid}:etcd:/:{shell}");
        self.put_account_file(permit, "/etc/passwd", Mode::PLAIN, &passwd::with_line(&passwd, &line))
    }

    /// The tools write one file after another. What a killed one left in the last of them goes only with a whole user, so
    /// there is one again for a moment.
    pub(crate) fn remove_user(&self, permit: &Permit, name: &UserName) -> Result<(), AccountError> {
        if self.user(name)?.is_none() {
            if !self.is_left_in("/etc/shadow", name)? {
                return Ok(());
            }
            let flags = ["--system", "--gid", "0", "--no-create-home", "--home-dir", "/"];
            account_tool(self, permit, "useradd")?.args(flags).args([name.as_str()]).run()?;
        }
        if self.is_live() {
            account_tool(self, permit, "userdel")?.args([name.as_str()]).run()?;
            return Ok(());
        }
        let passwd = self.account_file("/etc/passwd")?;
        self.put_account_file(permit, "/etc/passwd", Mode::PLAIN, &passwd::without(&passwd, name.as_str()))
    }

    /// Likewise. Nothing is left to do where the group went with its user.
    pub(crate) fn remove_group(&self, permit: &Permit, name: &UserName) -> Result<(), AccountError> {
        if self.group(name)?.is_none() {
            if !self.is_left_in("/etc/gshadow", name)? {
                return Ok(());
            }
            account_tool(self, permit, "groupadd")?.args(["--system", name.as_str()]).run()?;
        }
        if self.is_live() {
            account_tool(self, permit, "groupdel")?.args([name.as_str()]).run()?;
            return Ok(());
        }
        let group = self.account_file("/etc/group")?;
        // As groupdel has it: a user without its group is one that no install could take.
        if self.user(name)?.is_some_and(|user| passwd::group(&group, name.as_str()) == Some(user.gid)) {
            return Err(AccountError::IsPrimary(name.clone()));
        }
        self.put_account_file(permit, "/etc/group", Mode::PLAIN, &passwd::without(&group, name.as_str()))
    }

    /// Whether a running system's file of passwords has a line of `name`. Images have none of ours.
    fn is_left_in(&self, path: &str, name: &UserName) -> Result<bool, AccountError> {
        Ok(self.is_live() && passwd::has(&self.account_file(path)?, name.as_str()))
    }

    /// A character for each byte, so that what is no UTF-8 in others' lines is written back as it was.
    fn account_file(&self, path: &str) -> Result<String, AccountError> {
        let bytes = self.read_if_there(&path.parse()?, MAX_FILE)?.unwrap_or_default();
        Ok(bytes.into_iter().map(char::from).collect())
    }

    /// What a run that was killed while it rewrote one of an image's account files left beside it.
    pub(crate) fn clear_account_leftovers(&self, permit: &Permit) -> Result<(), AccountError> {
        if self.is_live() {
            return Ok(());
        }
        for path in ["/etc/passwd", "/etc/group"] {
            self.clear_leftover(permit, &path.parse()?)?;
        }
        Ok(())
    }

    /// Rewrites an account file of an image; one that would be empty goes, since it was ours alone.
    fn put_account_file(&self, permit: &Permit, path: &str, mode: Mode, text: &str) -> Result<(), AccountError> {
        let path: AbsPath = path.parse()?;
        if text.is_empty() {
            return Ok(self.remove_file(permit, &path)?);
        }
        let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        Ok(self.put_file(permit, &path, mode, Ids::ROOT, &mut bytes.as_slice())?)
    }
}

/// One of the programs that change a running system's accounts.
fn account_tool(tree: &Tree, permit: &Permit, name: &str) -> Result<Exec, AccountError> {
    tree.clear_dead_locks(permit)?;
    Ok(Exec::named(name)?)
}
