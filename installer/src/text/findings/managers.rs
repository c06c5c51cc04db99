//! The words of findings about service managers, their units and their programs.

use std::path::Path;

use payload::cluster::Manager;
use payload::language::Words;
use payload::line::DisplayLine;
use payload::path::AbsPath;
use payload::shell::word;
use payload::{say, words};

use crate::facts::managers::boot::Starter;
use crate::facts::managers::{PythonTrouble, Unfit, UnfitSupervisor};
use crate::finding::ManagerFinding;
use crate::finding::managers::{Choice, NoPython, OtherName, Packed, Systemd};
use crate::help::Help;
use crate::supervision::Origin;
use crate::text::supervisord;

const BUILD_FOR_BOTH: Words = words!(
    en = "etcdpack build   (on the connected machine, with `manager = \"auto\"` under [service])",
    zh = "etcdpack build   （在联网机器上运行，[service] 中设 `manager = \"auto\"`）"
);

pub(super) fn text(found: &ManagerFinding) -> String {
    match found {
        ManagerFinding::ProgramTaken { file, program } => {
            say!(
                en = "`{file}` has a program `{program}` of its own; ours would take its place",
                zh = "`{file}` 中已有名为 `{program}` 的程序；我们的配置会取代它"
            )
        }
        ManagerFinding::Masked { unit, mask } => {
            say!(
                en = "`{unit}` is masked (`{mask}` leads to /dev/null): systemd would not start it",
                zh = "`{unit}` 已被屏蔽（`{mask}` 指向 /dev/null）：systemd 不会启动它"
            )
        }
        ManagerFinding::UnitTaken { unit, .. } => {
            say!(
                en = "`{unit}` is a service of the same name; ours would take its place",
                zh = "`{unit}` 是同名的服务；我们的服务会取代它"
            )
        }
        ManagerFinding::UnitRuns { unit } => {
            say!(
                en = "a service `{unit}` runs here that etcdpack did not start; ours would take \
                         its place",
                zh = "本机已有服务 `{unit}` 在运行，不是由 etcdpack 启动的；我们的服务会取代它"
            )
        }
        ManagerFinding::Overridden { file, key, unit, bundle } => {
            say!(
                en = "`{file}` sets `{key}=` for `{unit}`: systemd would not run what bundle \
                         `{bundle}` says",
                zh = "`{file}` 为 `{unit}` 设置了 `{key}=`：systemd 将不按安装包 `{bundle}` 的内容运行"
            )
        }
        ManagerFinding::OtherManager { chosen } => {
            say!(
                en = "etcd runs under {chosen} here; another manager would start a second one",
                zh = "本机的 etcd 由 {chosen} 管理；换用另一个管理器会再启动一个 etcd"
            )
        }
        ManagerFinding::NotPacked { wanted, .. } => not_packed(*wanted),
        ManagerFinding::NoSystemd { .. } => say!(en = "this host does not run systemd", zh = "本机没有运行 systemd"),
        ManagerFinding::NoneInImage => {
            say!(
                en = "this image has neither supervisor nor systemd; it gets a systemd unit",
                zh = "该镜像中既没有 supervisor 也没有 systemd；将安装 systemd unit"
            )
        }
        ManagerFinding::None { python, unsafe_supervisor, systemd } => {
            none(python, unsafe_supervisor.as_ref(), *systemd)
        }
        ManagerFinding::Unfit { supervisor } => unfit(supervisor),
        ManagerFinding::UnfitPassedOver { supervisor } => {
            say!(en = "{}; systemd takes its place for etcd", zh = "{}；改由 systemd 管理 etcd", unfit(supervisor))
        }
        ManagerFinding::EtcdAtBoot { starter, .. } => {
            say!(
                en = "{} starts another etcd when this host boots: it would take this member's ports",
                zh = "本机启动时，{}会启动另一个 etcd：它会占用本成员的端口",
                starts(starter)
            )
        }
        ManagerFinding::UnsafeInUse { program } => {
            say!(
                en = "etcd runs under this host's supervisor, and users other than root can \
                         change `{program}`",
                zh = "etcd 由本机的 supervisor 管理，而除 root 以外的用户可以更改 `{program}`"
            )
        }
        ManagerFinding::UnsafePassedOver { program } => {
            say!(
                en = "this host's own supervisor is passed over: users other than root can \
                         change `{program}`",
                zh = "不使用本机自己的 supervisor：除 root 以外的用户可以更改 `{program}`"
            )
        }
        ManagerFinding::NoStartAtBoot { supervisor } => no_start_at_boot(supervisor.origin),
        ManagerFinding::NoTimer => {
            say!(
                en = "systemd does not run here, so that nothing takes the snapshots that the cluster file asks for",
                zh = "本机没有运行 systemd：没有任何机制保存集群文件要求的快照"
            )
        }
        ManagerFinding::Silent { silent, .. } => supervisord::text(*silent),
        ManagerFinding::Untried => {
            say!(
                en = "etcdpack has not tried yet whether a Python here runs the supervisor in \
                         the bundle: nobody has said yet whose bundle this is",
                zh = "etcdpack 尚未试验本机的 Python 能否运行安装包自带的 supervisor：\
                         尚未确认安装包的签名者"
            )
        }
    }
}

fn not_packed(wanted: Manager) -> String {
    match wanted {
        Manager::Systemd => say!(
            en = "this bundle was built for supervisor alone: it has no unit for systemd",
            zh = "本安装包仅为 supervisor 制作：其中没有 systemd unit"
        ),
        Manager::Supervisor | Manager::Auto => say!(
            en = "this bundle was built for systemd alone: it has no program section for supervisor",
            zh = "本安装包仅为 systemd 制作：其中没有 supervisor 配置段"
        ),
    }
}

/// What a bundle without anything for `wanted` has.
fn packed(wanted: Manager) -> &'static str {
    match wanted {
        Manager::Systemd => "supervisor",
        Manager::Supervisor | Manager::Auto => "systemd",
    }
}

fn others_can_change(path: &AbsPath) -> String {
    say!(en = "users other than root can change `{path}`", zh = "除 root 以外的用户可以更改 `{path}`")
}

/// Names in these may be anybody's text.
fn starts(starter: &Starter) -> String {
    match starter {
        Starter::Unit { name } => {
            say!(en = "the unit `{}`, which is enabled,", zh = "已启用的 unit `{}` ", DisplayLine::of(name))
        }
        Starter::Section { file, program } => {
            say!(
                en = "the program `{}` in `{}`",
                zh = "`{}` 程序（在 `{}` 中）",
                DisplayLine::of(program),
                DisplayLine::of(file)
            )
        }
        Starter::Line { file } => say!(en = "a line in `{}`", zh = "`{}` 中的一行", DisplayLine::of(file)),
        Starter::Container { name } => {
            say!(
                en = "the container `{}`, which Docker starts by itself,",
                zh = "由 Docker 自动启动的容器 `{}` ",
                DisplayLine::of(name)
            )
        }
    }
}

fn unfit(supervisor: &UnfitSupervisor) -> String {
    let UnfitSupervisor { conf, why } = supervisor;
    let why = match why {
        Unfit::NoInclude => say!(
            en = "`{conf}` has no [include] for files of other programs",
            zh = "`{conf}` 中没有用于包含其他程序文件的 [include]"
        ),
        Unfit::NarrowInclude => {
            say!(
                en = "[include] in `{conf}` names no directory of which all files with one \
                         ending are read",
                zh = "`{conf}` 中的 [include] 没有指定任何按同一后缀全部读取的目录"
            )
        }
        Unfit::NoCtl => say!(
            en = "`{conf}` does not tell supervisorctl where supervisord listens",
            zh = "`{conf}` 没有告诉 supervisorctl supervisord 在哪里监听"
        ),
        Unfit::User(user) => {
            let user = DisplayLine::of(user);
            say!(
                en = "`{conf}` has `user={user}`: a supervisord that is not root's cannot start \
                         etcd as its own user",
                zh = "`{conf}` 中设有 `user={user}`：不以 root 运行的 supervisord 无法以 etcd \
                         用户启动 etcd"
            )
        }
        Unfit::NotText(file) => {
            say!(
                en = "`{}` is not UTF-8: supervisorctl cannot read it here",
                zh = "`{}` 不是 UTF-8：supervisorctl 在本机无法读取",
                DisplayLine::of(file)
            )
        }
        Unfit::Unreadable(said) => {
            let said = DisplayLine::of(said);
            say!(
                en = "its supervisord cannot read its configuration (`{conf}`) and says: {said}",
                zh = "其 supervisord 无法读取配置（`{conf}`），它的原话是：{said}"
            )
        }
        Unfit::NoProgram => {
            say!(
                en = "there is `{conf}`, and no supervisord in /usr/bin, /usr/local/bin or \
                         /usr/sbin that reads it",
                zh = "有 `{conf}`，但 /usr/bin、/usr/local/bin、/usr/sbin 中没有读取它的 supervisord"
            )
        }
        Unfit::NoConf { unit } => {
            say!(en = "its configuration `{conf}` is missing (`{unit}`)", zh = "其配置文件 `{conf}` 缺失（`{unit}`）")
        }
    };
    say!(
        en = "this host's own supervisor cannot take etcd as a program: {why}",
        zh = "本机自己的 supervisor 无法管理 etcd：{why}"
    )
}

fn none(python: &NoPython, unsafe_supervisor: Option<&AbsPath>, systemd: Systemd) -> String {
    let python = match python {
        NoPython::NotCarried => say!(en = "the bundle carries no supervisor", zh = "安装包没有自带 supervisor"),
        NoPython::Unfit(trouble) => {
            let trouble = match trouble {
                PythonTrouble::Unsafe(path) => others_can_change(path),
                PythonTrouble::Failed(said) => said.clone(),
            };
            say!(
                en = "no Python can run the carried one ({trouble})",
                zh = "没有 Python 能运行安装包自带的 supervisor（{trouble}）"
            )
        }
        NoPython::NotThere => {
            say!(en = "there is no Python for the carried one", zh = "没有 Python 可运行安装包自带的 supervisor")
        }
    };
    let own = match unsafe_supervisor {
        Some(path) => others_can_change(path),
        None => say!(en = "no supervisord is installed", zh = "没有安装 supervisord"),
    };
    match systemd {
        Systemd::Could => say!(
            en = "no supervisor can keep etcd running here: {own}, {python}; systemd runs, and could",
            zh = "本机没有可用的 supervisor 来管理 etcd：{own}，{python}；systemd 正在运行，可以管理"
        ),
        Systemd::NotPacked => {
            say!(
                en = "nothing here can keep etcd running: {own}, {python}, and the bundle has \
                         no unit for systemd",
                zh = "本机没有可用的服务管理器来管理 etcd：{own}，{python}，安装包中也没有 systemd unit"
            )
        }
        Systemd::DoesNotRun => {
            say!(
                en = "nothing here can keep etcd running: {own}, {python}, and systemd does not run",
                zh = "本机没有可用的服务管理器来管理 etcd：{own}，{python}，systemd 也没有运行"
            )
        }
    }
}

/// What makes room, and takes nothing from the programs that are there: they go on as they are.
fn mend(supervisor: &UnfitSupervisor) -> Help {
    let UnfitSupervisor { conf, why } = supervisor;
    let debians = conf.as_str().starts_with("/etc/supervisor/");
    let pattern = if debians { "/etc/supervisor/conf.d/*.conf" } else { "/etc/supervisord.d/*.ini" };
    let dir = pattern.rsplit_once('/').map_or(pattern, |(dir, _)| dir);
    match why {
        Unfit::NoInclude => Help::in_tree(format!(
            "mkdir -p {dir} && cp -p {conf} {conf}.before && (echo; echo '[include]'; echo 'files = {pattern}') >> {conf}"
        ))
        .remark(&words!(en = "adds two lines at its end; then this again", zh = "会在其末尾添加两行；然后重新运行本命令")),
        Unfit::NarrowInclude => Help::in_tree(format!("grep -n -A 3 include {conf}"))
            .remark(&say!(en = "add {pattern} behind `files =`, with a blank before it; then this again", zh = "在 `files =` 之后加上 {pattern}，前面留一个空格；然后重新运行本命令")),
        Unfit::NoCtl => Help::in_tree(format!("grep -n -A 3 http_server {conf}"))
            .remark(&words!(en = "add a section [supervisorctl] with that address as serverurl=; then this again", zh = "添加 [supervisorctl] 段，并把该地址写为 serverurl=；然后重新运行本命令")),
        Unfit::User(_) | Unfit::NoProgram | Unfit::NoConf { .. } => {
            Help::run_with("install", "--service systemd").remark(&words!(en = "or `service.manager = \"systemd\"` in cluster.toml", zh = "或在 cluster.toml 中设 `service.manager = \"systemd\"`"))
        }
        Unfit::Unreadable(_) => Help::plain(words!(en = "mend what it says; then this again", zh = "按其提示修正；然后重新运行本命令")),
        Unfit::NotText(file) => {
            let file = word(Path::new(file));
            Help::in_tree(format!("iconv -f GB18030 -t UTF-8 {file}"))
                .remark(&words!(en = "shows it converted; put that in its place", zh = "会显示转换后的内容；用它替换原文件"))
        }
    }
}

fn no_start_at_boot(origin: Origin) -> String {
    match origin {
        Origin::Host => say!(
            en = "nothing starts this host's supervisord when it boots: no enabled unit, no \
                         line of cron or rc.local",
            zh = "本机启动时没有任何机制启动 supervisord：没有已启用的 unit，cron 和 \
                         rc.local 中也没有"
        ),
        Origin::Bundle => say!(
            en = "nothing starts supervisord when this host boots: it has no systemd",
            zh = "本机启动时没有任何机制启动 supervisord：本机没有 systemd"
        ),
    }
}

pub(super) fn help(found: &ManagerFinding) -> Help {
    match found {
        ManagerFinding::ProgramTaken { file, .. } => Help::in_tree(format!("mv {file} {file}.off")),
        ManagerFinding::Masked { unit, .. } => Help::in_tree(format!("systemctl unmask {unit}")),
        ManagerFinding::UnitTaken { way, .. } => match way {
            OtherName::Service => Help::plain(say!(
                en = "set another `service.name` in cluster.toml and run: {}",
                zh = "在 cluster.toml 中另设 `service.name`，然后运行：{}",
                super::BUILD
            )),
            OtherName::Systemd => Help::run_with("install", "--service systemd"),
            OtherName::CarryNothing => Help::plain(say!(
                en = "set `carry = \"nothing\"` under [supervisor] in cluster.toml and run: {}",
                zh = "在 cluster.toml 的 [supervisor] 中设 `carry = \"nothing\"`，然后运行：{}",
                super::BUILD
            )),
        },
        ManagerFinding::UnitRuns { unit } => Help::in_tree(format!("systemctl status {unit}")),
        ManagerFinding::Overridden { unit, .. } => Help::in_tree(format!("systemctl cat {unit}")),
        ManagerFinding::OtherManager { .. } => Help::run_with("install", "--service auto"),
        // On a host that has chosen, only another bundle helps.
        ManagerFinding::NotPacked { chosen: Choice::Made, .. }
        | ManagerFinding::NoSystemd { supervisor: Packed::No } => Help::plain(BUILD_FOR_BOTH),
        ManagerFinding::NotPacked { wanted, chosen: Choice::Open } => {
            Help::run_with("install", format!("--service {}", packed(*wanted)))
        }
        ManagerFinding::NoSystemd { supervisor: Packed::Yes } | ManagerFinding::NoneInImage => {
            Help::run_with("install", "--service supervisor")
        }
        ManagerFinding::None { systemd: Systemd::Could, .. } => Help::run_with("install", "--service systemd"),
        ManagerFinding::Unfit { supervisor } | ManagerFinding::UnfitPassedOver { supervisor } => mend(supervisor),
        ManagerFinding::EtcdAtBoot { starter, .. } => match starter {
            Starter::Unit { name } => Help::in_tree(format!("systemctl disable {}", word(Path::new(name))))
                .remark(&words!(en = "if that etcd is not needed any more", zh = "如果不再需要那个 etcd")),
            Starter::Section { file, program } => {
                Help::in_tree(format!("grep -n -A 9 {} {}", word(Path::new(program)), word(Path::new(file)))).remark(
                    &words!(
                        en = "set autostart=false there, if that etcd is not needed any more",
                        zh = "如果不再需要那个 etcd，在那里设 autostart=false"
                    ),
                )
            }
            Starter::Container { name } => {
                Help::in_tree(format!("docker update --restart=no {}", word(Path::new(name))))
                    .remark(&words!(en = "if that etcd is not needed any more", zh = "如果不再需要那个 etcd"))
            }
            Starter::Line { file } => Help::in_tree(format!("grep -n etcd {}", word(Path::new(file)))).remark(&words!(
                en = "take that line out, if that etcd is not needed any more",
                zh = "如果不再需要那个 etcd，删除该行"
            )),
        },
        ManagerFinding::None { .. } => Help::plain(words!(
            en = "yum install python3   (from this site's own media; or: apt-get install supervisor)",
            zh = "yum install python3   （使用本地安装介质；或者：apt-get install supervisor）"
        )),
        ManagerFinding::UnsafeInUse { program } | ManagerFinding::UnsafePassedOver { program } => {
            Help::in_tree(format!("namei -l {program}"))
        }
        ManagerFinding::NoStartAtBoot { supervisor } => Help::plain(say!(
            en = "add to the host's start-up: {} -c {}",
            zh = "在本机的启动脚本中加入：{} -c {}",
            supervisor.daemon,
            supervisor.conf
        )),
        ManagerFinding::NoTimer => Help::plain(words!(
            en = "have cron do this as root, every quarter of an hour: ",
            zh = "让 cron 以 root 身份每一刻钟运行一次："
        ))
        .and(Help::host_with("snapshot", "--timed")),
        ManagerFinding::Silent { silent, supervisor } => supervisord::help(*silent, supervisor),
        ManagerFinding::Untried => Help::run_with("plan", "--signer WORDS"),
    }
}
