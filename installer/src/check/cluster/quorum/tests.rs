//! Each row: who votes, who answers what, and what comes of it when n1 stops.

use super::*;
use crate::facts::cluster::Chain;
use crate::facts::cluster::answers::Status;
use crate::facts::cluster::answers::tests::listed;
use crate::facts::tests::manifest;
use crate::finding::{Code, Finding, Severity};

const CLUSTER: u64 = 5;

/// What a member's host shows.
#[derive(Clone, Copy, PartialEq)]
enum Is {
    Up,
    /// It serves and has no leader.
    Lost,
    /// It says nothing to this certificate: authentication is on.
    Withheld,
    /// It serves, and gives no answer in time.
    Silent,
    /// Likewise, and nobody could ask it: its certificate has ended.
    Ended,
    /// It listens for peers alone.
    Waits,
    Down,
    /// It serves in another cluster.
    Foreign,
}

fn url(member: u64) -> String {
    format!("https://10.0.0.{member}:2380")
}

fn seen(member: u64, is: Is, list: &List) -> Seen {
    let chain = Chain::Unseen;
    let status = |leader, cluster| Status {
        revision: 1,
        cluster,
        member,
        version: "3.5.1".to_owned(),
        leader,
        learner: false,
        db_size: 0,
        raft_index: 9,
        errors: Vec::new(),
    };
    let said = match is {
        Is::Down => return Seen::Refused,
        Is::Waits => return Seen::Listens { chain },
        Is::Up => Said { list: Some(list.clone()), status: Some(status(9, CLUSTER)), ..Said::default() },
        Is::Lost => Said { status: Some(status(0, CLUSTER)), ..Said::default() },
        Is::Withheld => Said { list: Some(list.clone()), withheld: true, ..Said::default() },
        Is::Silent => Said::default(),
        Is::Ended => Said { ended: true, ..Said::default() },
        Is::Foreign => Said { status: Some(status(9, 6)), ..Said::default() },
    };
    Seen::Serves { chain, said }
}

fn place(member: u64, is: Is, list: &List) -> Other {
    Other {
        name: format!("n{member}"),
        host: format!("n{member}"),
        peer_url: url(member).parse().unwrap(),
        client_url: Some(url(member).replace(":2380", ":2379").parse().unwrap()),
        knock: url(member).parse().unwrap(),
        seen: seen(member, is, list),
    }
}

/// n1 to as many as `are` says, of which the last `learners` have no vote.
fn cluster_of(are: &[Is], learners: usize) -> Cluster {
    let numbers = 1..=are.len() as u64;
    let mut members: Vec<Listed> = numbers.clone().map(|of| listed(of, &format!("n{of}"), &url(of), true)).collect();
    members.iter_mut().rev().take(learners).for_each(|of| of.learner = true);
    let list = List { cluster: CLUSTER, members };
    let mut all: Vec<Other> = numbers.zip(are).map(|(of, is)| place(of, *is, &list)).collect();
    let me = Some(all.remove(0));
    Cluster { me, others: all, asked: Asked::Yes, ..Cluster::default() }
}

/// n1's manifest of a cluster of so many.
fn manifest_of(members: u64) -> Manifest {
    let mut manifest = manifest();
    let member = |of: u64| payload::manifest::Member {
        name: format!("n{of}").parse().unwrap(),
        host: format!("n{of}").parse().unwrap(),
        address: format!("10.0.0.{of}").parse().unwrap(),
        peer_url: Some(url(of).parse().unwrap()),
        client_url: Some(url(of).replace(":2380", ":2379").parse().unwrap()),
    };
    manifest.members = (1..=members).map(member).collect();
    manifest.member = "n1".parse().unwrap();
    manifest
}

const OWN: Option<Identity> = Some(Identity { cluster: CLUSTER, member: 1 });

#[derive(Debug, PartialEq)]
enum Verdict {
    GoesOn,
    IsAsked,
    IsRefused,
}
use Verdict::{GoesOn, IsAsked, IsRefused};

fn verdict(seen: &Cluster, data: Option<Identity>, said: Word) -> Verdict {
    let manifest = manifest_of(seen.all().count() as u64);
    match quorum(Member { manifest: &manifest, seen, data }, Stop::Restart, said).map(Finding::from) {
        None => GoesOn,
        Some(found) if found.severity() == Severity::Refuse => IsRefused,
        Some(found) => {
            assert_eq!(found.code(), Code::QuorumAtRisk);
            IsAsked
        }
    }
}

#[test]
fn a_quorum_has_to_be_left_or_it_is_refused_or_asked() {
    use Is::{Down, Ended, Foreign, Lost, Silent, Up, Waits, Withheld};
    for (are, learners, expected) in [
        (&[Up][..], 0, IsAsked),
        (&[Up, Up], 0, IsAsked),
        (&[Up, Down], 0, IsRefused),
        (&[Lost, Down], 0, GoesOn),
        (&[Up, Up, Up], 0, GoesOn),
        (&[Up, Up, Down], 0, IsRefused),
        (&[Up, Up, Waits], 0, IsRefused),
        (&[Up, Up, Silent], 0, IsRefused),
        (&[Up, Up, Lost], 0, IsRefused),
        (&[Up, Up, Foreign], 0, IsRefused),
        (&[Up, Up, Up, Down], 0, IsRefused),
        (&[Up, Up, Up, Up], 0, GoesOn),
        (&[Up, Up, Up, Up, Down], 0, GoesOn),
        (&[Up, Up, Up, Down, Down], 0, IsRefused),
        // A refusal by authentication is an answer.
        (&[Withheld, Withheld, Withheld], 0, GoesOn),
        (&[Withheld, Withheld, Down], 0, IsRefused),
        (&[Withheld, Up, Withheld], 0, GoesOn),
        // Learners do not count, neither as those who serve nor as those who are needed.
        (&[Up, Up, Down, Up], 1, IsRefused),
        (&[Up, Up, Up, Down], 1, GoesOn),
        (&[Up, Up], 1, IsAsked),
        (&[Up], 1, GoesOn),
        // Without a leader nothing can be lost.
        (&[Waits, Down, Down], 0, GoesOn),
        (&[Waits, Waits, Waits], 0, GoesOn),
        (&[Lost, Lost, Down], 0, GoesOn),
        // This member is cut off from those that run, or does not run.
        (&[Waits, Up, Up], 0, GoesOn),
        (&[Lost, Up, Up], 0, GoesOn),
        (&[Down, Up, Up], 0, GoesOn),
        (&[Down, Up, Down], 0, GoesOn),
        (&[Foreign, Up, Up], 0, IsRefused),
        // It serves and says nothing: that may be a leader's silence.
        (&[Silent, Down, Down], 0, IsRefused),
        (&[Silent, Silent, Silent], 0, IsRefused),
        (&[Silent, Up, Up], 0, GoesOn),
        (&[Silent, Up, Down], 0, IsRefused),
        (&[Ended, Ended, Ended], 0, GoesOn),
    ] {
        let names: Vec<usize> = are.iter().map(|is| *is as usize).collect();
        assert_eq!(verdict(&cluster_of(are, learners), OWN, Word::NotSaid), expected, "{names:?} {learners}");
        // The word makes a warning of every refusal, and no refusal of anything.
        let with_word = if expected == GoesOn { GoesOn } else { IsAsked };
        assert_eq!(verdict(&cluster_of(are, learners), OWN, Word::Said), with_word, "{names:?} {learners}");
    }
}

#[test]
fn the_list_says_who_votes_and_numbers_who_they_are() {
    use Is::{Down, Up};
    // A fourth member, of whom no bundle knows, is seen where the list has it.
    let mut seen = cluster_of(&[Up, Up, Down, Up], 0);
    assert_eq!(verdict(&seen, OWN, Word::NotSaid), IsRefused);
    seen.others.remove(1);
    assert_eq!(verdict(&seen, OWN, Word::NotSaid), IsRefused, "the list counts it all the same");
    // One process at two places is one voter.
    let mut twice = cluster_of(&[Up, Up, Down], 0);
    let mut again = twice.others[0].clone();
    again.peer_url = url(3).parse().unwrap();
    twice.others.push(again);
    assert_eq!(verdict(&twice, OWN, Word::NotSaid), IsRefused);
    // It was removed, and runs on.
    let mut removed = cluster_of(&[Up, Up, Up], 0);
    for other in removed.me.iter_mut().chain(&mut removed.others) {
        if let Seen::Serves { said: Said { list: Some(list), .. }, .. } = &mut other.seen {
            list.members.remove(0);
        }
    }
    assert_eq!(verdict(&removed, OWN, Word::NotSaid), GoesOn);
    // Nobody gives a list: the bundle's counts.
    let mut unlisted = cluster_of(&[Up, Up, Down], 0);
    for other in unlisted.me.iter_mut().chain(&mut unlisted.others) {
        if let Seen::Serves { said, .. } = &mut other.seen {
            said.list = None;
        }
    }
    assert_eq!(verdict(&unlisted, OWN, Word::NotSaid), IsRefused);
    // What could not be asked at all is a warning of its own.
    let mut unasked = cluster_of(&[Is::Silent, Is::Silent, Is::Silent], 0);
    unasked.asked = Asked::No(cluster::NotAsked::NoPair);
    assert_eq!(verdict(&unasked, OWN, Word::NotSaid), GoesOn);
    // Data that cannot be read change nothing while etcd says who it is; and nothing is installed, so nothing stops.
    assert_eq!(verdict(&cluster_of(&[Up, Up, Down], 0), None, Word::NotSaid), IsRefused);
    let mut nobody = cluster_of(&[Up, Up, Down], 0);
    nobody.me = None;
    assert_eq!(verdict(&nobody, OWN, Word::NotSaid), GoesOn);
}

#[test]
fn a_majority_without_a_leader_may_be_about_to_have_one() {
    use Is::{Down, Lost, Up, Waits};
    let electing = |are: &[Is]| {
        let (seen, manifest) = (cluster_of(are, 0), manifest_of(are.len() as u64));
        is_electing(Member { manifest: &manifest, seen: &seen, data: OWN })
    };
    for (are, expected) in [
        (&[Lost, Lost, Down][..], true),
        (&[Lost, Waits, Down], true),
        (&[Lost, Down, Down], false),
        (&[Up, Up, Down], false),
        (&[Waits, Waits, Waits], false),
    ] {
        assert_eq!(electing(are), expected);
    }
}

#[test]
fn the_others_are_told_who_goes() {
    use Is::{Down, Up, Waits};
    let told = |seen: &Cluster, members: u64, data| {
        let manifest = manifest_of(members);
        match still_member(Member { manifest: &manifest, seen, data }) {
            Some(ClusterFinding::StillMember { id, by, .. }) => Some((id, by)),
            _ => None,
        }
    };
    let by = |name: &str| Some(name.to_owned());
    assert_eq!(told(&cluster_of(&[Up, Up, Up], 0), 3, OWN), Some((1, by("n2"))));
    assert_eq!(told(&cluster_of(&[Up, Down, Up], 0), 3, OWN), Some((1, by("n3"))));
    // Also of one that does not run any more, by its data or by its place.
    assert_eq!(told(&cluster_of(&[Down, Up, Up], 0), 3, OWN), Some((1, by("n2"))));
    // Nobody says it, and there are others.
    assert_eq!(told(&cluster_of(&[Waits, Down, Down], 0), 3, OWN), Some((1, None)));
    // It is alone, or was removed, or its data are of no cluster that is known.
    assert_eq!(told(&cluster_of(&[Up], 0), 1, OWN), None);
    assert_eq!(told(&cluster_of(&[Up], 0), 3, OWN), None);
    assert_eq!(told(&cluster_of(&[Waits, Down, Down], 0), 3, None), None);
    let gone = Some(Identity { cluster: CLUSTER, member: 77 });
    let mut elsewhere = cluster_of(&[Down, Up, Up], 0);
    elsewhere.me.as_mut().unwrap().peer_url = url(9).parse().unwrap();
    let mut manifest = manifest_of(3);
    manifest.members[0].peer_url = Some(url(9).parse().unwrap());
    assert_eq!(still_member(Member { manifest: &manifest, seen: &elsewhere, data: gone }), None);
}
