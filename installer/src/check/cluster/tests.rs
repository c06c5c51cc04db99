//! Each row: what a host without data, or with some, sees of the others, and what is made of it.

use payload::manifest::{Founder, Manifest, Member, Phase, State};
use time::Duration;

use super::*;
use crate::although::Word;
use crate::facts::cluster::answers::tests::listed;
use crate::facts::cluster::answers::{List, Listed, Status};
use crate::facts::cluster::{Chain, NotAsked, Other, Said, Seen, Silence, Trusted, Trusting, founded};
use crate::facts::tests::{good, manifest};
use crate::records::Leftovers;
use crate::text;

fn url(host: u8) -> String {
    format!("https://10.0.0.{host}:2380")
}

/// Three founders, n1 to n3, and the bundle is n1's.
fn three(phase: Phase) -> Manifest {
    let mut manifest = manifest();
    let member = |host: u8| Member {
        name: format!("n{host}").parse().unwrap(),
        host: format!("n{host}").parse().unwrap(),
        address: format!("10.0.0.{host}").parse().unwrap(),
        peer_url: Some(url(host).parse().unwrap()),
        client_url: Some(format!("https://10.0.0.{host}:2379").parse().unwrap()),
    };
    manifest.members = (1..=3).map(member).collect();
    manifest.member = "n1".parse().unwrap();
    let founder = |member: &Member| Founder { name: member.name.clone(), peer_url: member.peer_url.clone().unwrap() };
    let founders = manifest.members.iter().map(founder).collect();
    manifest.state = Some(State { phase, founders });
    manifest
}

fn ids() -> (u64, u64) {
    founded(&three(Phase::Founding), &url(1).parse().unwrap()).unwrap()
}

fn other(host: u8, seen: Seen) -> Other {
    Other {
        name: format!("n{host}"),
        host: format!("n{host}"),
        peer_url: url(host).parse().unwrap(),
        client_url: Some(format!("https://10.0.0.{host}:2379").parse().unwrap()),
        knock: url(host).parse().unwrap(),
        seen,
    }
}

fn listens() -> Seen {
    Seen::Listens { chain: Chain::Unseen }
}

fn silent() -> Seen {
    Seen::Unseen(Silence::Nothing { seconds: 1 })
}

fn says(list: Option<List>, status: Option<Status>) -> Seen {
    Seen::Serves { chain: Chain::Unseen, said: Said { list, status, ..Said::default() } }
}

fn list(cluster: u64, members: Vec<Listed>) -> Seen {
    says(Some(List { cluster, members }), None)
}

/// n2 and n3 run, and n1 has `id` and has started or not.
fn with_me(cluster: u64, id: u64, started: bool) -> Seen {
    list(
        cluster,
        vec![listed(id, "n1", &url(1), started), listed(2, "n2", &url(2), true), listed(3, "n3", &url(3), true)],
    )
}

fn facts_of(others: Vec<Other>) -> Facts {
    let asked = if others.iter().any(|other| other.said().is_some()) { Asked::Yes } else { Asked::Nobody };
    Facts { cluster: Cluster { others, asked, ..Cluster::default() }, ..good() }
}

fn found(manifest: &Manifest, facts: &Facts, although: Although) -> Vec<Finding> {
    cluster(&View::of(manifest, facts, although).unwrap())
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|found| found.severity() == Severity::Refuse).map(|found| found.code().as_str()).collect()
}

#[test]
fn a_founder_begins_only_where_nobody_can_have_been_founded_yet() {
    let (cluster, own) = ids();
    let lost_quorum = Status {
        revision: 1,
        cluster,
        member: 2,
        version: "3.5.1".to_owned(),
        leader: 0,
        learner: false,
        db_size: 0,
        raft_index: 9,
        errors: Vec::new(),
    };
    for (what, second, third, expected) in [
        ("nobody runs", Seen::Refused, Seen::Refused, None),
        ("one waits for a quorum", listens(), Seen::Refused, None),
        ("both wait", listens(), listens(), None),
        ("one is not seen", silent(), Seen::Refused, Some("would-bootstrap")),
        ("they run and wait for it", with_me(cluster, own, false), listens(), None),
        ("one of them is not seen", with_me(cluster, own, false), silent(), Some("would-bootstrap")),
        ("it was one of them", with_me(cluster, own, true), listens(), Some("rejoin-needed")),
        ("and not all are seen", with_me(cluster, own, true), silent(), Some("rejoin-needed")),
        ("its place was made later", with_me(cluster, 77, false), listens(), Some("would-bootstrap")),
        ("another cluster", with_me(99, own, false), listens(), Some("cluster-differs")),
        (
            "it was removed",
            list(cluster, vec![listed(2, "n2", &url(2), true), listed(3, "n3", &url(3), true)]),
            listens(),
            Some("would-bootstrap"),
        ),
        ("it serves and says nothing", says(None, None), Seen::Refused, Some("would-bootstrap")),
        ("the quorum is lost", says(None, Some(lost_quorum.clone())), Seen::Refused, Some("cluster-unreachable")),
    ] {
        let facts = facts_of(vec![other(2, second), other(3, third)]);
        let findings = found(&three(Phase::Founding), &facts, Although::default());
        assert_eq!(codes(&findings), expected.into_iter().collect::<Vec<_>>(), "{what}: {findings:?}");
    }
}

#[test]
fn a_word_or_a_yes_lets_a_founder_begin_unseen_and_nothing_else() {
    let said = Although { first_install: Word::Said, ..Although::default() };
    let manifest = three(Phase::Founding);
    let unseen = facts_of(vec![other(2, silent()), other(3, silent())]);
    assert_eq!(codes(&found(&manifest, &unseen, Although::default())), ["would-bootstrap"]);
    let findings = found(&manifest, &unseen, said);
    assert!(codes(&findings).is_empty() && findings.len() == 1, "{findings:?}");
    let (cluster, own) = ids();
    let runs = facts_of(vec![other(2, with_me(cluster, own, true)), other(3, silent())]);
    assert_eq!(codes(&found(&manifest, &runs, said)), ["rejoin-needed"]);
    let mut old = facts_of(vec![other(2, Seen::Refused), other(3, Seen::Refused)]);
    old.credentials.validity.as_mut().unwrap().from = old.machine.now - Duration::days(31);
    assert_eq!(codes(&found(&manifest, &old, Although::default())), ["would-bootstrap"]);
    assert!(codes(&found(&manifest, &old, said)).is_empty());
    old.credentials.validity.as_mut().unwrap().from = old.machine.now - Duration::days(29);
    assert_eq!(found(&manifest, &old, Although::default()), []);
}

#[test]
fn a_bundle_of_a_running_cluster_joins_at_a_place_that_it_has_or_not_at_all() {
    for (what, seen, expected) in [
        ("its place waits", with_me(5, 77, false), None),
        ("it has run there", with_me(5, 77, true), Some("rejoin-needed")),
        (
            "no place",
            list(5, vec![listed(2, "n2", &url(2), true), listed(3, "n3", &url(3), true)]),
            Some("would-bootstrap"),
        ),
        (
            "another list",
            list(
                5,
                vec![listed(1, "", &url(1), false), listed(2, "n2", &url(2), true), listed(9, "n9", &url(9), true)],
            ),
            Some("cluster-differs"),
        ),
        ("no quorum", listens(), Some("cluster-unreachable")),
        ("no list", says(None, None), Some("cluster-unreachable")),
        ("nobody", silent(), Some("cluster-unreachable")),
    ] {
        let facts = facts_of(vec![other(2, seen), other(3, Seen::Refused)]);
        let findings = found(&three(Phase::Running), &facts, Although::default());
        assert_eq!(codes(&findings), expected.into_iter().collect::<Vec<_>>(), "{what}: {findings:?}");
    }
    let mut two = facts_of(vec![other(2, with_me(5, 7, false)), other(3, with_me(6, 7, false))]);
    assert_eq!(codes(&found(&three(Phase::Running), &two, Although::default())), ["cluster-differs"]);
    // What has not been asked yet will be, before anything is changed.
    two.cluster.others = vec![other(2, says(None, None)), other(3, listens())];
    two.cluster.asked = Asked::No(NotAsked::Sealed);
    for phase in [Phase::Running, Phase::Founding] {
        let findings = found(&three(phase), &two, Although::default());
        assert_eq!(
            findings.iter().map(|found| found.code().as_str()).collect::<Vec<_>>(),
            ["not-asked"],
            "{findings:?}"
        );
    }
}

#[test]
fn the_lines_remove_nobody_but_this_member_or_whom_nobody_has_any_more() {
    let help = |manifest: &Manifest, facts: &Facts| {
        let findings = found(manifest, facts, Although::default());
        text::findings::help(findings.first().unwrap()).to_string()
    };
    let running = three(Phase::Running);
    let add = "etcdctl member add n1 --peer-urls=https://10.0.0.1:2380";
    let mut facts = facts_of(vec![other(2, with_me(5, 0x77, true)), other(3, Seen::Refused)]);
    assert_eq!(help(&running, &facts), format!("etcdctl member remove 77 && {add}   (on n2; then this install again)"));
    let stranger = |started| {
        list(
            5,
            vec![listed(2, "n2", &url(2), true), listed(3, "n3", &url(3), true), listed(0x99, "n9", &url(9), started)],
        )
    };
    // n3 does not answer either, but the bundle counts on it.
    for (seen, expected) in [
        (Seen::Refused, format!("etcdctl member remove 99 && {add}")),
        (silent(), format!("etcdctl member remove 99 && {add}")),
        (listens(), add.to_owned()),
    ] {
        facts.cluster.others = vec![other(2, stranger(true)), other(3, silent()), other(9, seen)];
        assert!(help(&running, &facts).starts_with(&expected), "{}", help(&running, &facts));
    }
    let elsewhere = list(5, vec![listed(2, "n2", &url(2), true), listed(0x11, "n1", &url(8), false)]);
    facts.cluster.others = vec![other(2, elsewhere)];
    let line = help(&running, &facts);
    assert!(line.starts_with("etcdctl member update 11 --peer-urls=https://10.0.0.1:2380   ("), "{line}");
    let mut old = three(Phase::Founding);
    old.release.version = "3.3.27".parse().unwrap();
    let (cluster, own) = ids();
    let facts = facts_of(vec![other(2, with_me(cluster, own, true))]);
    let line = help(&old, &facts);
    assert!(
        line.starts_with(&format!("ETCDCTL_API=3 etcdctl member remove {own:x} && ETCDCTL_API=3 etcdctl")),
        "{line}"
    );
    assert!(line.contains("etcdpack build --same-cluster"), "{line}");
}

#[test]
fn a_host_with_data_belongs_to_the_cluster_of_its_data() {
    let here = Identity { cluster: 5, member: 0x77 };
    let listed_at = |host| list(5, vec![listed(0x77, "n1", &url(host), true), listed(2, "n2", &url(2), true)]);
    for (what, seen, expected) in [
        ("as it is", listed_at(1), None),
        ("the others know another address", listed_at(8), Some("member-address")),
        ("the others are in another cluster", with_me(6, 0x77, true), Some("cluster-differs")),
        ("nobody says", silent(), None),
    ] {
        let mut facts = facts_of(vec![other(2, seen), other(3, Seen::Refused)]);
        facts.data.here = DataDir::Used(DataOwner::Etcd(here));
        let findings = found(&three(Phase::Founding), &facts, Although::default());
        assert_eq!(codes(&findings), expected.into_iter().collect::<Vec<_>>(), "{what}: {findings:?}");
    }
}

#[test]
fn lost_data_are_the_first_question_and_a_cluster_that_counts_on_them_the_last_word() {
    use crate::change::{Change, Holds};
    let manifest = three(Phase::Founding);
    let (cluster, own) = ids();
    let kept = Change::Dir { path: manifest.layout.data.clone(), holds: Holds::Data };
    let records: Records = Leftovers::of(&manifest, vec![kept], Some(Identity { cluster, member: own })).into();
    let all = |seen: Seen, although| {
        let mut facts = facts_of(vec![other(2, seen), other(3, Seen::Refused)]);
        facts.records = records.clone();
        facts.network.addresses = vec!["10.0.0.1".parse().unwrap()];
        codes(&crate::check::preflight(&manifest, &facts, although))
    };
    let gone = Although { data_gone: Word::Said, ..Although::default() };
    assert_eq!(all(Seen::Refused, Although::default()), ["data-gone"]);
    assert!(all(Seen::Refused, gone).is_empty());
    assert_eq!(all(silent(), Although::default()), ["data-gone"]);
    assert_eq!(all(silent(), gone), ["would-bootstrap"]);
    for although in [Although::default(), gone] {
        assert_eq!(all(with_me(cluster, own, true), although), ["rejoin-needed"]);
    }
}

#[test]
fn whoever_was_removed_and_added_again_as_was_said_is_not_asked_for_what_it_lost() {
    let manifest = three(Phase::Running);
    let (cluster, own) = ids();
    let mut receipt = crate::facts::tests::receipt();
    receipt.manifest = manifest.clone();
    receipt.identity = Some(Identity { cluster, member: own });
    let all = |seen: Seen, here| {
        let mut facts = facts_of(vec![other(2, seen), other(3, Seen::Refused)]);
        facts.records = Records { receipt: Some(receipt.clone()), ..Records::default() };
        facts.network.addresses = vec!["10.0.0.1".parse().unwrap()];
        facts.data.here = here;
        codes(&crate::check::preflight(&manifest, &facts, Although::default()))
    };
    let again = || with_me(cluster, 77, false);
    assert!(all(again(), DataDir::Empty).is_empty() && all(again(), DataDir::Absent).is_empty());
    assert_eq!(all(with_me(cluster, own, true), DataDir::Empty), ["rejoin-needed"]);
    // It is the place of the member whose data these were, and nobody has been asked.
    assert_eq!(all(with_me(cluster, own, false), DataDir::Empty), ["data-gone"]);
    assert_eq!(all(Seen::Refused, DataDir::Empty)[..1], ["data-gone"]);
}

#[test]
fn another_ca_is_known_by_its_key() {
    let chain = |issuers: &[&[u8]]| Seen::Listens {
        chain: Chain::Shown { common_name: None, issuers: issuers.iter().map(|id| id.to_vec()).collect() },
    };
    let sums = |n: u8| [payload::digest::Digest::of(&[n])].into_iter().collect();
    let mut facts = facts_of(vec![]);
    facts.cluster.cas.bundle = sums(1);
    facts.cluster.cas.key_ids = [vec![1]].into();
    for (seen, refused, warned) in [
        (chain(&[&[1]]), None, None),
        (chain(&[&[9], &[1]]), None, None),
        (chain(&[&[9]]), Some("ca-differs"), None),
        (chain(&[]), None, Some("not-asked")),
        (listens(), None, Some("not-asked")),
        (Seen::Refused, None, None),
    ] {
        facts.cluster.others = vec![other(2, seen)];
        let findings = found(&three(Phase::Founding), &facts, Although::default());
        assert_eq!(codes(&findings), refused.into_iter().collect::<Vec<_>>());
        let warnings = findings.iter().filter(|found| found.severity() == Severity::Warn);
        assert_eq!(warnings.map(|found| found.code().as_str()).next(), warned);
    }
    // What is installed says it without a network.
    facts.cluster.others = vec![other(2, Seen::Refused)];
    let trusted = |n, by| Some(Trusted { cas: sums(n), by });
    for by in [Trusting::Installed, Trusting::KeptData] {
        facts.cluster.cas.trusted = trusted(1, by);
        assert_eq!(found(&three(Phase::Founding), &facts, Although::default()), []);
        facts.cluster.cas.trusted = trusted(2, by);
        assert_eq!(codes(&found(&three(Phase::Founding), &facts, Although::default())), ["ca-differs"]);
    }
    let said = Although { ca_differs: Word::Said, ..Although::default() };
    assert!(codes(&found(&three(Phase::Founding), &facts, said)).is_empty());
}
