//! Why a file operation failed.

use std::fmt;

use payload::{say, words};

use crate::host::copy::NoPlace;
use crate::host::fs_error::{Cause, FileOp, FsError};
use crate::host::output::{Obstruction, OutputError};

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(f, en = "{} `{}`: ", zh = "{} `{}`：", self.doing, self.path)?;
        if self.is_interrupt() { f.write_str(&super::TOLD_TO_STOP) } else { fmt::Display::fmt(&self.source, f) }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { name } => {
                say!(
                    f,
                    en = "the kernel lets nobody remove `{name}` in it: immutable or \
                             append-only, as lsattr shows",
                    zh = "内核不允许删除其中的 `{name}`：lsattr 显示为 immutable 或 append-only"
                )
            }
            Self::NotAFile => say!(f, en = "it is not a regular file", zh = "它不是普通文件"),
            Self::OthersLock { dir } => {
                say!(
                    f,
                    en = "others than root can write to `{dir}`, and a lock of theirs would never end",
                    zh = "除 root 以外的用户可以写入 `{dir}`，他们加的锁可能永远不会释放"
                )
            }
            Self::NotOpen => say!(f, en = "it is not open", zh = "它没有打开"),
            Self::WriteOnly => say!(f, en = "it is open for writing only", zh = "它只以写方式打开"),
            Self::LineTooLong { most } => {
                say!(f, en = "the line is longer than {most} bytes", zh = "该行超过 {most} 字节")
            }
            Self::TooManyNames { most } => {
                say!(f, en = "there are more than {most} names in it", zh = "其中有超过 {most} 个名字")
            }
            Self::NoElfHeader => {
                say!(f, en = "the running program has no ELF header", zh = "正在运行的程序没有 ELF 头")
            }
            Self::NoAddress => say!(f, en = "it has no address", zh = "它没有地址"),
            Self::NotAsked => say!(f, en = "not asked", zh = "未询问"),
            Self::NoProgram => say!(f, en = "the release has none", zh = "发布包中没有该程序"),
            Self::OtherNames => say!(f, en = "it has other names, too", zh = "它还有其他名字"),
            Self::OddName => {
                say!(
                    f,
                    en = "its name has more than 100 characters, or odd ones",
                    zh = "名字超过 100 个字符，或含有特殊字符"
                )
            }
            Self::OtherBytes => say!(f, en = "its bytes are not those that were announced", zh = "其内容与声明的不符"),
        }
    }
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Full { dir, free, needed } => {
                say!(
                    f,
                    en = "`{dir}` has {free} MiB free, the copy needs {needed} MiB",
                    zh = "`{dir}` 剩余 {free} MiB，拷贝需要 {needed} MiB"
                )
            }
            Self::Write { dir, error } => say!(f, en = "`{dir}`: {error}", zh = "`{dir}`：{error}"),
        }
    }
}

impl fmt::Display for FileOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Remove => words!(en = "removing", zh = "删除"),
            Self::Write => words!(en = "writing", zh = "写入"),
            Self::Read => words!(en = "reading", zh = "读取"),
            Self::LookAt => words!(en = "looking at", zh = "查看"),
            Self::Sync => words!(en = "syncing", zh = "同步"),
            Self::Open => words!(en = "opening", zh = "打开"),
            Self::Empty => words!(en = "emptying", zh = "清空"),
            Self::EndProcesses => words!(en = "ending the processes of", zh = "结束进程，所属为"),
            Self::WriteUnnamed => words!(en = "writing what becomes", zh = "写入（尚未命名）"),
            Self::Rename => words!(en = "renaming", zh = "重命名"),
            Self::RemoveLeftover => words!(en = "removing what was left beside", zh = "删除旁边的遗留文件"),
            Self::ReadAcl => words!(en = "reading the ACL of", zh = "读取 ACL"),
            Self::MakeDir => words!(en = "making the directory", zh = "创建目录"),
            Self::MakePrivateFile => words!(en = "making a private file in", zh = "创建私有文件，位于"),
            Self::LookInto => words!(en = "looking into", zh = "查看内容"),
            Self::Lock => words!(en = "locking", zh = "加锁"),
            Self::List => words!(en = "listing", zh = "列出"),
            Self::Link => words!(en = "linking", zh = "创建链接"),
            Self::GoTo => words!(en = "going to", zh = "进入"),
            Self::TakeLogs => words!(en = "giving root the logs in", zh = "将其中日志的属主改为 root"),
            Self::Copy => words!(en = "copying", zh = "拷贝"),
            Self::ChangeDir => words!(en = "changing the directory", zh = "更改目录"),
            Self::AskFileSystem => words!(en = "asking the file system of", zh = "查询文件系统"),
        })
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => say!(f, en = "no file is called so", zh = "没有这样的文件名"),
            Self::ForeignLink => {
                say!(
                    f,
                    en = "a link on the way to it belongs to another user, or stands where \
                             others can put one",
                    zh = "路径中有属于其他用户的链接，或链接位于他人可放置链接的位置"
                )
            }
            Self::NoFile(what) => {
                let what = match what {
                    Obstruction::Link => words!(en = "a link", zh = "链接"),
                    Obstruction::Dir => words!(en = "a directory", zh = "目录"),
                    Obstruction::Pipe => words!(en = "a pipe", zh = "管道"),
                    Obstruction::Device => words!(en = "a device or socket", zh = "设备或套接字"),
                };
                say!(
                    f,
                    en = "{what} of this name is there, and only a file is replaced",
                    zh = "同名的{what}已存在，只能替换普通文件"
                )
            }
            Self::Io(error) => fmt::Display::fmt(error, f),
        }
    }
}
