//! The lines of a plan.

use std::fmt;

use payload::language::Words;
use payload::mode::Owner;
use payload::path::AbsPath;
use payload::{say, words};

use crate::change::{Before, Change};
use crate::plan::{Plan, Planned};
use crate::step::{Action, Source, State, Step};
use crate::text::snapshot::mib;

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name } => say!(f, en = "group      {name}", zh = "用户组     {name}"),
            Self::User { name, shell } => {
                say!(f, en = "user       {name} ({shell})", zh = "用户       {name}（{shell}）")
            }
            Self::Dir { path, mode, owner, .. } => {
                say!(f, en = "directory  {path}  {mode} {}", zh = "目录       {path}  {mode} {}", by(*owner))
            }
            Self::Programs { dir, programs, .. } => {
                let names = programs.iter().map(|program| program.name.as_str()).collect::<Vec<_>>();
                say!(f, en = "programs   {dir}/{{{}}}", zh = "程序       {dir}/{{{}}}", names.join(","))
            }
            Self::File { path, mode, owner, source, .. } => {
                let more = remark(source);
                say!(
                    f,
                    en = "file       {path}  {mode} {}{more}",
                    zh = "文件       {path}  {mode} {}{more}",
                    by(*owner)
                )
            }
            Self::Link { path, target } => {
                say!(f, en = "link       {path} -> {target}", zh = "链接       {path} -> {target}")
            }
            Self::Wheels { dir, python, .. } => {
                say!(f, en = "supervisor {dir}  on {python}", zh = "supervisor {dir}，使用 {python}")
            }
            Self::Labels { places, trees } => {
                say!(
                    f,
                    en = "labels     restorecon on {} places and {} trees",
                    zh = "标签       对 {} 个位置和 {} 个目录树执行 restorecon",
                    places.len(),
                    trees.len()
                )
            }
            Self::Restore { data, wal, aside, identity, revision, .. } => {
                let data = std::iter::once(data).chain(wal).map(AbsPath::as_str).collect::<Vec<_>>().join(", ");
                say!(
                    f,
                    en = "restore    {data}  revision {revision}, as {identity}; what is there stays as {aside}",
                    zh = "恢复       {data}  修订号 {revision}，成为 {identity}；原有数据保留为 {aside}"
                )
            }
            Self::CopyData { data, wal, bytes } => {
                let places = std::iter::once(data).chain(wal).map(AbsPath::as_str).collect::<Vec<_>>().join(", ");
                say!(f, en = "copy       {places}  {}", zh = "复制       {places}  {}", mib(*bytes))
            }
            Self::Service { supervision, action } => {
                let verb = match action {
                    Action::Start => words!(en = "enable and start", zh = "启用并启动"),
                    Action::Restart => words!(en = "restart", zh = "重启"),
                    Action::Reload => words!(en = "reload (no restart)", zh = "重新加载（不重启）"),
                    Action::Stop => words!(en = "stop", zh = "停止"),
                    Action::StartAgain => words!(en = "start again", zh = "重新启动"),
                    Action::Enable => words!(en = "enable", zh = "启用"),
                    Action::Remove => words!(en = "stop and disable", zh = "停止并禁用"),
                };
                say!(f, en = "service    {verb} under {supervision}", zh = "服务       {verb}，由 {supervision} 管理")
            }
            Self::Textfile { path } => {
                say!(f, en = "textfile   {path}, at each look", zh = "指标文件   {path}，每次检查时写入")
            }
            Self::Loop { supervisor } => {
                let program = &supervisor.program;
                say!(
                    f,
                    en = "loop       start {program} under supervisor",
                    zh = "循环       由 supervisor 启动 {program}"
                )
            }
            Self::Timer { unit } => {
                say!(f, en = "timer      start {unit} under systemd", zh = "定时器     由 systemd 启动 {unit}")
            }
            Self::Undo { change: Change::File { path, before: Before::Theirs { .. }, .. } } => {
                say!(
                    f,
                    en = "give back  `{path}`, with the owner and mode that it had",
                    zh = "恢复       `{path}`，及其原有属主和权限"
                )
            }
            Self::Undo { change } => say!(f, en = "remove     {change}", zh = "删除       {change}"),
        }
    }
}

/// What is said of a file beside where it goes.
fn remark(source: &Source) -> String {
    match source {
        Source::Sealed { .. } => {
            say!(en = ", sealed: asks for the passphrase", zh = "，已加密：将询问口令")
        }
        Source::HostKey { .. } | Source::NewKey => say!(en = ", made on this host", zh = "，在本机生成"),
        Source::Carried { .. } => say!(en = ", from this host", zh = "，取自本机"),
        Source::Settled { found, .. } => {
            let at: Vec<_> = found.iter().map(|found| format!("{} ({})", found.address, found.name)).collect();
            say!(en = ": listens at {}", zh = "：监听 {}", at.join(", "))
        }
        Source::MayBegin => say!(en = ", empty: etcd may begin anew", zh = "，空文件：etcd 可以重新开始"),
        Source::Entry { .. }
        | Source::HasData { .. }
        | Source::Installer
        | Source::Launcher { .. }
        | Source::SnapshotUnit
        | Source::SnapshotLoop
        | Source::LogDir { .. } => String::new(),
    }
}

fn by(owner: Owner) -> Words {
    match owner {
        Owner::Root => words!(en = "root", zh = "root"),
        Owner::Service => words!(en = "etcd's user", zh = "etcd 用户"),
        Owner::RootForService => words!(en = "root, etcd's group", zh = "root，etcd 组"),
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.step, self.state) {
            (Step::Undo { change }, State::Stays) => say!(f, en = "keep       {change}", zh = "保留       {change}"),
            (step, _) => step.fmt(f),
        }
    }
}

/// Above what an uninstall takes away, and above what it leaves.
pub(crate) const GOES: Words = words!(en = "goes:", zh = "将删除：");
pub(crate) const STAYS: Words = words!(en = "stays:", zh = "将保留：");

/// Two who restart members at the same moment do not see each other.
const ONE_AT_A_TIME: Words = words!(
    en = "etcd restarts: one host at a time, and the next when `etcdpack-host status` here says healthy",
    zh = "etcd 将重启：每次只操作一台主机，待本机 `etcdpack-host status` 显示健康后再操作下一台"
);

/// How many steps there are of each kind.
pub(crate) fn summary(plan: &Plan) -> String {
    let count = |state| plan.steps.iter().filter(|planned| planned.state == state).count();
    let more = [
        (State::Waits, words!(en = "for the next restart", zh = "等待下次重启")),
        (State::Stays, words!(en = "to stay as they are", zh = "保持不变")),
    ];
    let more = more.map(|(state, words)| match count(state) {
        0 => String::new(),
        steps => say!(en = ", {steps} {words}", zh = "，{steps} 个{words}"),
    });
    let steps = say!(
        en = "{} steps to take, {} done already{}",
        zh = "{} 个步骤待执行，{} 个已完成{}",
        count(State::Pending),
        count(State::Done),
        more.concat()
    );
    let restarts = plan.steps.iter().any(Planned::restarts);
    if restarts { format!("{steps}\n{ONE_AT_A_TIME}") } else { steps }
}
