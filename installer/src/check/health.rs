//! Findings about how an installed member does: whoever is not well is told why, each time.

use std::collections::BTreeMap;

use payload::backup::Backup;
use payload::etcd::{AlarmKind, EtcdVersion};
use payload::manifest::Manifest;
use time::OffsetDateTime;

use crate::backup::{Age, Drills, age};

use crate::facts::cluster::answers::Alarm;
use payload::etcd::last_words::Known;

use crate::facts::credentials::Broken;
use crate::facts::health::Down;
use crate::facts::managers::Override;
use crate::finding::{Finding, HealthFinding, ManagerFinding};
use crate::health::MemberHealth;
use crate::snapshot_record::{Failed, Found};
use crate::supervision::Supervision;

/// What `status` knows of the cluster.
pub(crate) struct View<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) members: &'a [MemberHealth],
    pub(crate) alarms: &'a [Alarm],
    /// A read came back through a majority.
    pub(crate) reads: bool,
    /// What of the installed certificates etcd cannot use.
    pub(crate) broken: Option<Broken>,
    /// That its certificate has ended, or not begun.
    pub(crate) out_of_time: Option<Finding>,
    /// That its data are not there any more: one that runs has them still, and has not noticed.
    pub(crate) lost: Option<Finding>,
    /// What keeps its user from its programs, its certificate or its data: now or from its next start on.
    pub(crate) barred: Vec<Finding>,
    /// Runs of etcd that were paused.
    pub(crate) suspended: Vec<u32>,
}

/// Why the member is not well; empty only where it is. `down` says what its own log says, and is asked where that is needed.
pub(crate) fn health(view: &View<'_>, down: impl FnOnce() -> Down) -> Vec<Finding> {
    let mut findings: Vec<HealthFinding> = alarms(view.manifest.release.version, view.members, view.alarms);
    let me = view.members.iter().find(|member| member.name == view.manifest.member.as_str());
    let (is_broken, is_barred) = (view.broken.is_some(), !view.barred.is_empty());
    findings.extend(view.broken.clone().map(|broken| HealthFinding::Certificate(Box::new(broken))));
    let with_it = |findings: Vec<HealthFinding>, overridden: Option<Finding>| {
        view.lost
            .iter()
            .chain(&view.barred)
            .chain(&view.out_of_time)
            .cloned()
            .chain(findings.into_iter().map(Finding::from))
            .chain(overridden)
            .collect()
    };
    if view.reads {
        return with_it(findings, None);
    }
    let mut overridden = None;
    match me {
        _ if !view.suspended.is_empty() => findings.push(HealthFinding::Suspended { pids: view.suspended.clone() }),
        // Nobody can be asked with it: that it is up is all that is known.
        Some(me) if me.reachable && (is_broken || is_barred || view.out_of_time.is_some()) => {}
        Some(me) if me.reachable => {
            let is_up = |member: &&MemberHealth| member.reachable;
            let names = |members: Vec<&MemberHealth>| members.iter().map(|member| member.name.clone()).collect();
            let (up, off): (Vec<_>, Vec<_>) = view.members.iter().partition(is_up);
            if me.has_leader() && up.len() * 2 > view.members.len() {
                findings.push(HealthFinding::NoRead);
            } else {
                // A member that is up logs why it has no leader where the others turn it away; and where enough are up, where
                // they do not come together.
                let turned_away = |known| matches!(known, Some(Known::ClusterId | Known::Removed));
                let (words, enough) = (down().words, up.len() * 2 > view.members.len());
                let apart = words.apart.filter(|cause| enough || turned_away(cause.known));
                let cause = words.cause.filter(|cause| !words.is_over && turned_away(cause.known)).or(apart);
                findings.push(HealthFinding::NoQuorum { up: names(up), down: names(off), cause });
            }
        }
        _ => {
            let down = down();
            // What it says itself then is what followed from what is found here.
            let is_said = match down.words.cause.as_ref().and_then(|cause| cause.known) {
                // Its startup script sees none where it may not look.
                Some(Known::DiskAway) => is_barred && view.lost.is_none(),
                _ if view.lost.is_some() => true,
                Some(Known::Certificate) => is_broken || is_barred,
                Some(Known::NoProgram | Known::Permission) | None => is_barred,
                Some(_) => false,
            };
            overridden = overrides(view.manifest, &down);
            if !is_said || down.rest.is_by_word() {
                findings.push(HealthFinding::Down(Box::new(down)));
            }
        }
    }
    with_it(findings, overridden)
}

/// What makes another service of its unit, where that may be why it does not run.
fn overrides(manifest: &Manifest, down: &Down) -> Option<Finding> {
    let (Override { file, key }, Supervision::Systemd { unit }) = (down.overridden.clone()?, &down.supervision) else {
        return None;
    };
    Some(ManagerFinding::Overridden { file, key, unit: unit.clone(), bundle: manifest.host.clone() }.into())
}

/// The alarms of a member that serves.
pub(crate) fn alarmed(manifest: &Manifest, members: &[MemberHealth], raised: &[Alarm]) -> Vec<Finding> {
    alarms(manifest.release.version, members, raised).into_iter().map(Finding::from).collect()
}

/// How the snapshots do that the host takes by itself: `there` lies in their directory, and `since` is when the first could be taken.
pub(crate) fn snapshots(
    backup: &Backup,
    there: &[Found],
    failed: Option<Failed>,
    drills: &Drills,
    (since, now): (OffsetDateTime, OffsetDateTime),
) -> Vec<Finding> {
    let dir = &backup.dir;
    let old = |newest| HealthFinding::SnapshotOld { dir: dir.clone(), newest };
    let old = match age(backup, there, since, now) {
        Age::Fine => None,
        Age::Old(newest) => Some(old(Some(newest))),
        Age::None => Some(old(None)),
    };
    let failed = failed.map(|failed| HealthFinding::SnapshotFailed { dir: dir.clone(), failed });
    let undrilled = match drills.age(backup, since, now) {
        Age::Fine => None,
        Age::Old(newest) => Some(HealthFinding::DrillOld { newest: Some(newest) }),
        Age::None => Some(HealthFinding::DrillOld { newest: None }),
    };
    // Of drills that are not asked for any more nothing is said.
    let drill = drills.failed.clone().filter(|_| backup.drill_seconds.is_some()).map(HealthFinding::DrillFailed);
    old.into_iter().chain(failed).chain(undrilled).chain(drill).map(Finding::from).collect()
}

/// One finding a kind.
fn alarms(etcd: EtcdVersion, members: &[MemberHealth], alarms: &[Alarm]) -> Vec<HealthFinding> {
    let name = |id: u64| {
        let id = format!("{id:x}");
        let of = members.iter().find(|member| member.status.as_ref().is_some_and(|status| status.id == id));
        of.map_or(id, |member| member.name.clone())
    };
    let mut by_kind: BTreeMap<&str, (AlarmKind, Vec<String>)> = BTreeMap::new();
    for alarm in alarms {
        let of_kind = by_kind.entry(alarm.kind.as_str()).or_insert_with(|| (alarm.kind, Vec::new()));
        of_kind.1.push(name(alarm.member));
    }
    by_kind.into_values().map(|(kind, members)| HealthFinding::Alarm { kind, members, etcd }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::although::Word;
    use crate::endpoint_status::EndpointStatus;
    use crate::facts::credentials::{Flaw, PemFile};
    use crate::facts::data::wal::Identity;
    use crate::facts::health::{Company, Heard, Log, Rest, Unmanaged};
    use crate::facts::managers::{Silence, Silent};
    use crate::facts::paths::Shut;
    use crate::facts::tests::manifest;
    use crate::finding::{CredentialFinding, DataFinding, Maker, PathFinding};
    use crate::text::findings::{help, text};
    use payload::etcd::last_words::{self, LastWords};
    use payload::manifest::KeyFrom;

    fn member(name: &str, reachable: bool, leader: Option<bool>) -> MemberHealth {
        let status = leader.map(|has_leader| EndpointStatus {
            revision: 1,
            cluster: 1,
            id: name.replace('n', "a"),
            version: "3.5.1".to_owned(),
            is_leader: false,
            has_leader,
            db_size: 1,
            raft_index: 1,
            alarms: Vec::new(),
        });
        MemberHealth { name: name.to_owned(), address: "10.0.0.1".to_owned(), reachable, status }
    }

    fn down(log: &str) -> Down {
        Down {
            etcd: EtcdVersion::new(3, 5, 1),
            state: "failed".to_owned(),
            runs: false,
            supervision: Supervision::Systemd { unit: "etcd-server.service".to_owned() },
            rest: Rest::None,
            words: last_words::read(log),
            link: "/opt/etcd".parse().unwrap(),
            user: "etcd".parse().unwrap(),
            data: "/data/etcd".parse().unwrap(),
            wal: None,
            company: Company::Others,
            log: Log::Journal { unit: "etcd-server.service".to_owned() },
            heard: Heard::Something,
            overridden: None,
        }
    }

    fn found(members: &[MemberHealth], alarms: &[Alarm], reads: bool, log: &str) -> Vec<Finding> {
        health(
            &View {
                manifest: &manifest(),
                members,
                alarms,
                reads,
                broken: None,
                out_of_time: None,
                lost: None,
                barred: Vec::new(),
                suspended: Vec::new(),
            },
            || down(log),
        )
    }

    #[test]
    fn whoever_is_not_well_is_told_why() {
        let n = |reachable, leader| member("n1", reachable, leader);
        let other = |reachable| member("n2", reachable, reachable.then_some(true));
        let apart = "2026-11-28 07:12:20.1 I | embed: rejected connection from \"a\" (error \"remote error: tls: bad certificate\")";
        let port = "panic: listen tcp 10.0.0.1:2380: bind: address already in use";
        for (members, reads, log, code, words) in [
            (vec![n(true, Some(true)), other(true)], true, "", None, ""),
            (vec![n(false, None), other(true)], false, port, Some("etcd-down"), "another program has that port"),
            (vec![n(false, None), other(true)], false, "", Some("etcd-down"), "its log does not say why"),
            (
                vec![n(true, None), other(false), member("n3", false, None)],
                false,
                "",
                Some("no-quorum"),
                "1 of 3 members",
            ),
            (vec![n(true, Some(false)), other(true)], false, "", Some("no-quorum"), "2 of 2 members"),
            (vec![n(true, Some(true)), other(true)], false, "", Some("no-quorum"), "a read does not come back"),
            (vec![n(true, None), other(true)], false, apart, Some("no-quorum"), "not accept another's certificate"),
            // With too few up that is reason enough, and the line may be of anybody.
            (vec![n(true, None), other(false)], false, apart, Some("no-quorum"), "must agree; not up: n2"),
        ] {
            let found = found(&members, &[], reads, log);
            let codes: Vec<_> = found.iter().map(|found| found.code().as_str()).collect();
            assert_eq!(codes, Vec::from_iter(code), "{members:?}");
            assert!(found.iter().all(|found| text(found).contains(words)), "{found:?}");
        }
    }

    #[test]
    fn one_that_hears_nobody_is_not_told_that_the_cluster_has_stopped() {
        let of = |second| vec![member("n1", true, None), member("n2", second, None), member("n3", false, None)];
        for (members, is_alone) in [(of(false), true), (of(true), false)] {
            let found = found(&members, &[], false, "");
            let can_lose = crate::text::status::can_lose(&members, false);
            assert_eq!(text(&found[0]).contains("this host hears none of them"), is_alone, "{found:?}");
            assert_eq!(help(&found[0]).to_string().starts_with("etcdpack-host doctor"), is_alone, "{found:?}");
            assert_eq!(can_lose.contains("none of the others is heard from here"), is_alone, "{can_lose}");
        }
        let stopped = [member("n1", true, None), member("n2", true, Some(false)), member("n3", false, None)];
        assert!(crate::text::status::can_lose(&stopped, false).contains("it has stopped"));
    }

    #[test]
    fn one_that_was_started_again_is_not_said_to_have_ended() {
        let port = "panic: listen tcp 10.0.0.1:2380: bind: address already in use";
        let begun = format!("{port}\n2026-11-27 23:25:18.966362 I | etcdmain: etcd Version: 3.4.23\n");
        let removed =
            "2026-11-27 10:00:00.000001 E | rafthttp: the member has been permanently removed from the cluster";
        for (log, runs, said, typed) in [
            (port, false, "etcd does not run (failed): panic: listen", "ss -ltnp"),
            (
                port,
                true,
                "does not listen yet; its start before this one ended so: panic: listen",
                "etcdpack-host status",
            ),
            (
                &begun,
                true,
                "does not listen yet; its start before this one ended so: panic: listen",
                "etcdpack-host status",
            ),
            ("", true, "does not listen yet: its log does not say why", "journalctl -u etcd-server.service"),
            (
                "/usr/bin/env: ‘/opt/etcd/etcd’: Permission denied",
                false,
                "the program itself could not be started",
                "namei -l /opt/etcd/etcd-server-startup.sh /opt/etcd/etcd",
            ),
            (
                "panic: cannot access data directory: open /d/.touch: read-only file system",
                false,
                "is mounted read-only",
                "mount -o remount,rw $(findmnt -n -o TARGET -T /data/etcd)",
            ),
            (removed, true, "does not listen yet: the member has been", "etcdctl member list"),
        ] {
            let found: Finding = HealthFinding::Down(Box::new(Down { runs, ..down(log) })).into();
            assert!(text(&found).contains(said), "{runs} {log}: {}", text(&found));
            assert!(help(&found).to_string().contains(typed), "{runs} {log}: {}", help(&found));
        }
    }

    #[test]
    fn one_that_rests_is_said_to_and_what_starts_it_is_typed() {
        let systemd = || Supervision::Systemd { unit: "etcd-server.service".to_owned() };
        let supervisor = || crate::supervision::tests::supervisor(crate::supervision::Origin::Host);
        // What it said before somebody stopped it is no cause.
        let log = "panic: listen tcp 10.0.0.1:2380: bind: address already in use";
        for (rest, supervision, said, typed) in [
            (
                Rest::Stopped,
                systemd(),
                "is stopped: systemd (etcd-server.service) has it",
                "systemctl start etcd-server",
            ),
            (Rest::Stopped, supervisor(), "is stopped: this host's supervisor", "/x -c /x start n1"),
            (Rest::Masked, systemd(), "is masked", "systemctl unmask etcd-server.service && systemctl start"),
            (Rest::Unknown, systemd(), "does not know it any more", "./HOST.run install"),
            (Rest::Unknown, supervisor(), "does not know it any more", "/x -c /x update"),
            (Rest::NoManager, supervisor(), "does not answer", "systemctl start supervisord.service"),
            (
                Rest::Ended,
                systemd(),
                "etcd does not run (failed): panic: listen",
                "; then: systemctl start etcd-server",
            ),
            (
                Rest::Silent(Silent { pid: 7, why: Silence::Deaf }),
                supervisor(),
                "etcd does not run: supervisord (process 7) runs, and does not answer",
                "systemctl restart supervisord.service   (",
            ),
            (Rest::Ended, supervisor(), "etcd does not run (failed): panic: listen", "; then: /x -c /x start n1"),
            (Rest::None, systemd(), "etcd does not run (failed): panic: listen", "ss -ltnp"),
        ] {
            let found: Finding = HealthFinding::Down(Box::new(Down { supervision, rest, ..down(log) })).into();
            assert!(text(&found).contains(said), "{rest:?}: {}", text(&found));
            assert!(help(&found).to_string().contains(typed), "{rest:?}: {}", help(&found));
            assert_eq!(text(&found).contains("address already"), !rest.is_by_word(), "{rest:?}");
        }
    }

    #[test]
    fn a_log_that_cannot_be_read_is_not_said_to_be_silent() {
        for (heard, log, said, typed) in [
            (Heard::Something, "", "its log does not say why", "journalctl -u etcd-server.service -n 200"),
            (
                Heard::Nothing,
                "",
                "nothing of its log can be read here",
                "systemctl status --no-pager -l systemd-journald",
            ),
        ] {
            let found: Finding = HealthFinding::Down(Box::new(Down { heard, ..down(log) })).into();
            assert!(text(&found).contains(said), "{}", text(&found));
            assert!(help(&found).to_string().starts_with(typed), "{}", help(&found));
        }
    }

    #[test]
    fn a_unit_that_runs_as_another_user_is_the_cause_and_nobody_gives_the_data_away() {
        let manifest = manifest();
        let view = View {
            manifest: &manifest,
            members: &[member("n1", false, None)],
            alarms: &[],
            reads: false,
            broken: None,
            out_of_time: None,
            lost: None,
            barred: Vec::new(),
            suspended: Vec::new(),
        };
        let denied = "panic: open /data/etcd/etcd-server/member: permission denied";
        let file = "/etc/systemd/system/etcd-server.service.d/x.conf".to_owned();
        let overridden = Some(Override { file, key: "User" });
        let found = health(&view, || Down { overridden: overridden.clone(), ..down(denied) });
        let codes: Vec<_> = found.iter().map(|found| found.code().as_str()).collect();
        assert_eq!(codes, ["etcd-down", "unit-overridden"]);
        assert!(
            help(&found[0]).to_string().starts_with("systemctl cat etcd-server.service   (`/etc/systemd/"),
            "{found:?}"
        );
        // What has nothing to do with it is said as ever.
        let port = "panic: listen tcp 10.0.0.1:2380: bind: address already in use";
        let found = health(&view, || Down { overridden: overridden.clone(), ..down(port) });
        assert!(help(&found[0]).to_string().starts_with("ss -ltnp"), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn an_etcd_that_a_silent_supervisord_has_is_not_killed() {
        let supervision = crate::supervision::tests::supervisor(crate::supervision::Origin::Host);
        let said = |silent| {
            let (pids, state) = (vec![9], "no answer".to_owned());
            let unmanaged = Unmanaged { pids, supervision: supervision.clone(), state, silent };
            let found: Finding = HealthFinding::Unmanaged(Box::new(unmanaged)).into();
            assert_eq!(found.code().as_str(), "etcd-running");
            (text(&found), help(&found).to_string())
        };
        let (text, typed) = said(Some(Silent { pid: 7, why: Silence::Deaf }));
        assert!(text.starts_with("etcd runs (process 9), and supervisord (process 7) runs,"), "{text}");
        assert!(typed.starts_with("systemctl restart supervisord.service   ("), "{typed}");
        let (text, typed) = said(None);
        assert!(text.contains("nobody starts it again") && typed.starts_with("kill 9; systemctl restart"), "{typed}");
    }

    #[test]
    fn what_keeps_everybody_from_asking_is_said_in_the_place_of_what_nobody_can_know() {
        let members = [member("n1", true, None), member("n2", true, None)];
        let broken = Broken {
            file: PemFile::Key,
            path: "/opt/etcd/certs/etcd-peer-key.pem".parse().unwrap(),
            flaw: Flaw::Missing,
            key_from: KeyFrom::Bundle,
            host: "n1".parse().unwrap(),
        };
        let manifest = manifest();
        let view = |broken, suspended| View {
            manifest: &manifest,
            members: &members,
            alarms: &[],
            reads: false,
            broken,
            out_of_time: None,
            lost: None,
            barred: Vec::new(),
            suspended,
        };
        let codes =
            |view: &View<'_>| health(view, || down("")).iter().map(|found| found.code().as_str()).collect::<Vec<_>>();
        assert_eq!(codes(&view(None, Vec::new())), ["no-quorum"]);
        assert_eq!(codes(&view(Some(broken.clone()), Vec::new())), ["bad-certificate"]);
        let (now, until) = (OffsetDateTime::UNIX_EPOCH + time::Duration::days(1), OffsetDateTime::UNIX_EPOCH);
        let out_of_time = Some(CredentialFinding::Expired { now, until }.into());
        assert_eq!(codes(&View { out_of_time, ..view(None, Vec::new()) }), ["certificate-expired"]);
        assert_eq!(codes(&view(None, vec![7])), ["etcd-down"]);
        // Whether it still serves or has ended: its data are gone, and what it says of that is no other cause.
        let lost: Finding = DataFinding::Gone {
            path: "/data/etcd".parse().unwrap(),
            left: Identity { cluster: 7, member: 8 },
            said: Word::NotSaid,
        }
        .into();
        let ended = [member("n1", false, None), member("n2", true, None)];
        let log = "panic: cannot access data directory: mkdir /data/etcd: read-only file system";
        for (reads, members) in [(true, &members), (false, &ended)] {
            let view = View { reads, members, lost: Some(lost.clone()), ..view(None, Vec::new()) };
            let found = health(&view, || down(log));
            assert_eq!(found, std::slice::from_ref(&lost), "{reads}");
            assert!(text(&found[0]).contains("is empty") && help(&found[0]).to_string().contains("findmnt -T /data"));
        }
        // Nobody can pass to what all of them need: that is the cause, whether it runs or has ended of it.
        let shut = Shut { dir: "/opt".to_owned(), mode: 0o700, uid: 0, behind: "/opt/etcd".parse().unwrap() };
        let shut: Finding = PathFinding::Shut { shut, user: "etcd".parse().unwrap(), maker: Maker::Others }.into();
        for (members, log, expected) in [
            (&members, "", &["way-closed"][..]),
            (&ended, "", &["way-closed"]),
            (&ended, "/usr/bin/env: ‘/opt/etcd/etcd’: Permission denied", &["way-closed"]),
            (&ended, "panic: listen tcp 10.0.0.1:2380: bind: address already in use", &["way-closed", "etcd-down"]),
        ] {
            let view = View { members, barred: vec![shut.clone()], ..view(None, Vec::new()) };
            let found = health(&view, || down(log));
            assert_eq!(found.iter().map(|found| found.code().as_str()).collect::<Vec<_>>(), expected, "{log}");
        }
        assert!(
            text(&shut).contains("`/opt`")
                && text(&shut).contains("mode 0700")
                && help(&shut).to_string() == "chmod a+x /opt"
        );
        let typed = |broken: Broken| help(&HealthFinding::Certificate(Box::new(broken)).into()).to_string();
        assert!(typed(broken.clone()).starts_with("./HOST.run install"));
        let other = Broken { flaw: Flaw::NotTheirs, ..broken.clone() };
        assert!(
            typed(other)
                .starts_with("mv /opt/etcd/certs/etcd-peer-key.pem /opt/etcd/certs/etcd-peer-key.pem.broken && ./")
        );
        // No bundle has that.
        let own = Broken { key_from: KeyFrom::Host, ..broken };
        assert!(typed(own).starts_with("./HOST.run csr -o n1.csr"));
    }

    #[test]
    fn an_alarm_is_named_with_what_cures_it_and_counts_for_a_member_that_serves() {
        let members = [member("n1", true, Some(true)), member("n2", true, Some(true))];
        let alarm = |member, kind| Alarm { member, kind };
        let raised =
            [alarm(0xa1, AlarmKind::NoSpace), alarm(0xa2, AlarmKind::NoSpace), alarm(0x77, AlarmKind::Corrupt)];
        let found = found(&members, &raised, true, "");
        let said: Vec<String> = found.iter().map(text).collect();
        assert!(said[0].contains("CORRUPT") && said[0].contains("77"), "{said:?}");
        assert!(said[1].contains("NOSPACE") && said[1].contains("n1 and n2"), "{said:?}");
        let cure = help(&found[1]).to_string();
        for word in ["etcdctl compact", "etcdctl defrag", "etcdctl alarm disarm"] {
            assert!(cure.contains(word), "{cure}");
        }
        // Disarming does not bring back data that differ.
        assert!(!help(&found[0]).to_string().contains("disarm"));
        assert_eq!(down("").words, LastWords::default());
    }
}
