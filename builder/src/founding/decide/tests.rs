//! The table of decisions: what is on record, what the file says, what the operator says.

use super::*;

/// `n1=1` is host and member `n1` with the address 192.0.2.1.
fn hosts(list: &str) -> Vec<BuiltHost> {
    let host = |one: &str| {
        let (name, address) = one.split_once('=').unwrap();
        let peer_url = format!("https://192.0.2.{address}:2380").parse().unwrap();
        BuiltHost { name: name.parse().unwrap(), member: name.parse().unwrap(), peer_url }
    };
    list.split_whitespace().map(host).collect()
}

fn token(text: &str) -> ClusterToken {
    text.parse().unwrap()
}

fn id(of: &str) -> SiteId {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(of.bytes()).for_each(|(to, from)| *to = from);
    SiteId::new(bytes)
}

/// The site's id follows from the token, so that it is seen which of the two was taken.
fn record(phase: Phase, of: &str, list: &str) -> ClusterRecord {
    let hosts = hosts(list);
    let founders = hosts.iter().map(BuiltHost::founder).collect();
    ClusterRecord { site_id: id(of), phase, token: token(of), founders, hosts }
}

fn ledger(cluster: ClusterRecord, replaced: &[ClusterRecord]) -> Ledger {
    Ledger { unrecorded: None, cluster: Some(cluster), replaced: replaced.to_vec() }
}

fn fresh() -> Fresh {
    Fresh { site_id: id("fresh"), token: token("t-0123456789abcdef") }
}

fn wanted(list: &str, of: Option<&str>) -> Wanted {
    Wanted { name: "t".parse().unwrap(), token: of.map(token), hosts: hosts(list) }
}

fn said(ledger: &Ledger, wanted: &Wanted, word: &Word) -> Decision {
    decide(ledger, NumberedHosts::Others, wanted, word, &fresh())
}

#[track_caller]
fn settled(decision: Decision) -> Settled {
    match decision {
        Decision::Settled(settled) => settled,
        other => panic!("{other:?}"),
    }
}

fn brief(of: &Settled) -> (Phase, &str, usize, usize) {
    (of.cluster.phase, of.cluster.token.as_str(), of.cluster.founders.len(), of.replaced.len())
}

const THREE: &str = "n1=1 n2=2 n3=3";
const UNSAID: Word = Word::Unsaid;
const NEW: Word = Word::NewCluster(None);
const SAME: Word = Word::SameCluster(None);

fn named(name: &str) -> Word {
    Word::NewCluster(Some(name.to_owned()))
}

fn of(name: &str) -> Word {
    Word::SameCluster(Some(token(name)))
}

#[test]
fn the_first_build_founds_with_a_token_of_its_own() {
    let nothing = Ledger::default();
    let drawn = "t-0123456789abcdef";
    for (word, file, expected) in [
        (UNSAID, None, (Phase::Founding, drawn, 3, 0)),
        (UNSAID, Some("mine"), (Phase::Founding, "mine", 3, 0)),
        (NEW, None, (Phase::Founding, drawn, 3, 0)),
        // `pki/` was lost: who founded is not known.
        (SAME, None, (Phase::Running, drawn, 0, 0)),
    ] {
        let settled = settled(said(&nothing, &wanted(THREE, file), &word));
        assert_eq!(brief(&settled), expected, "{word:?} {file:?}");
        assert_eq!((settled.cluster.site_id, settled.cluster.hosts.len()), (id("fresh"), 3));
    }
    let refused = said(&nothing, &wanted(THREE, None), &of("a"));
    assert_eq!(refused, Decision::Refused(Refusal::UnknownToken(token("a"))));
}

#[test]
fn what_has_not_changed_is_not_asked() {
    for phase in [Phase::Founding, Phase::Running] {
        let ledger = ledger(record(phase, "a", THREE), &[]);
        for (list, file) in [(THREE, None), (THREE, Some("a")), ("n3=3 n1=1 n2=2", None)] {
            let settled = settled(said(&ledger, &wanted(list, file), &UNSAID));
            assert_eq!(brief(&settled), (phase, "a", 3, 0), "{list} {file:?}");
            assert_eq!((settled.cluster.site_id, &settled.outcome), (id("a"), &Outcome::Kept { left: Vec::new() }));
        }
    }
}

#[test]
fn while_founding_every_change_asks_for_the_fact() {
    let ledger = ledger(record(Phase::Founding, "a", THREE), &[]);
    for (list, file, changes) in [
        ("n1=1 n2=2 n3=4", None, 1),
        ("n1=1 n2=2", None, 1),
        ("n1=1 n2=2 n3=3 n4=4", None, 1),
        ("n1=1 n2=2 m3=3", None, 2),
        (THREE, Some("b"), 1),
        ("n1=1 n2=2 n3=4", Some("b"), 2),
    ] {
        let wanted = wanted(list, file);
        match said(&ledger, &wanted, &UNSAID) {
            Decision::AskForData(found) => assert_eq!(found.len(), changes, "{list} {file:?}: {found:?}"),
            other => panic!("{list} {file:?}: {other:?}"),
        }
        // No host has data: another cluster, of the hosts in the file.
        let new = settled(said(&ledger, &wanted, &NEW));
        let drawn = file.unwrap_or("t-0123456789abcdef");
        assert_eq!(brief(&new), (Phase::Founding, drawn, wanted.hosts.len(), 1), "{list} {file:?}");
        assert_eq!((new.cluster.site_id, &new.outcome), (id("fresh"), &Outcome::Replaced(token("a"))));
        // Some host has: the same cluster, with its own founders and token, whatever the file has.
        for word in [SAME, of("a")] {
            let same = settled(said(&ledger, &wanted, &word));
            assert_eq!(brief(&same), (Phase::Running, "a", 3, 0), "{list} {file:?}");
            assert_eq!((same.cluster.site_id, &same.outcome), (id("a"), &Outcome::Runs));
            assert_eq!(same.cluster.hosts, wanted.hosts);
        }
    }
}

#[test]
fn a_cluster_that_runs_changes_unasked_and_tells_who_left() {
    let ledger = ledger(record(Phase::Running, "a", THREE), &[]);
    for (list, file, left) in [
        ("n1=1 n2=2", None, vec!["n3"]),
        ("n1=1 n2=2 n4=4", Some("b"), vec!["n3"]),
        ("n1=9 n2=2 n3=3 n4=4", None, vec![]),
    ] {
        for word in [UNSAID, SAME, of("a")] {
            let settled = settled(said(&ledger, &wanted(list, file), &word));
            assert_eq!(brief(&settled), (Phase::Running, "a", 3, 0), "{list} {word:?}");
            let left = left.iter().map(|name| name.parse().unwrap()).collect();
            assert_eq!(settled.outcome, Outcome::Kept { left }, "{list} {word:?}");
        }
    }
}

#[test]
fn a_cluster_that_runs_is_replaced_only_by_its_name_and_comes_back() {
    let running = ledger(record(Phase::Running, "a", THREE), &[]);
    assert_eq!(said(&running, &wanted(THREE, None), &NEW), Decision::AskForName);
    for name in ["", "T", "other"] {
        let refused = said(&running, &wanted(THREE, None), &named(name));
        assert_eq!(refused, Decision::Refused(Refusal::OtherName(name.to_owned())));
    }
    let new = settled(said(&running, &wanted(THREE, None), &named("t")));
    assert_eq!(brief(&new), (Phase::Founding, "t-0123456789abcdef", 3, 1));
    assert_eq!(new.replaced, [record(Phase::Running, "a", THREE)]);
    let after = ledger(new.cluster.clone(), &new.replaced);
    let back = settled(said(&after, &wanted(THREE, None), &SAME));
    assert_eq!((brief(&back), back.cluster.site_id), ((Phase::Running, "a", 3, 1), id("a")));
    assert_eq!(back.outcome, Outcome::TakenBack(new.cluster.token.clone()));
    // Nothing is lost by that either.
    let again =
        settled(said(&ledger(back.cluster, &back.replaced), &wanted(THREE, None), &of(new.cluster.token.as_str())));
    assert_eq!((again.cluster.site_id, again.cluster.token), (new.cluster.site_id, new.cluster.token));
}

#[test]
fn the_same_cluster_is_the_one_whose_list_the_file_has() {
    let (a, b) = (record(Phase::Founding, "a", THREE), record(Phase::Founding, "b", "n1=1 n2=2 n4=4"));
    let ledger = ledger(b, &[a]);
    for (list, word, expected) in [
        // No host had data of a.
        ("n1=1 n2=2 n4=4", SAME, "b"),
        ("n1=1 n2=2 n5=5", SAME, "b"),
        ("n1=1 n2=2 n4=4", of("b"), "b"),
        // That was an error.
        (THREE, SAME, "a"),
        ("n1=1 n2=2 n4=4", of("a"), "a"),
        ("n1=1 n2=2 n5=5", of("a"), "a"),
    ] {
        let settled = settled(said(&ledger, &wanted(list, None), &word));
        assert_eq!(
            (settled.cluster.phase, settled.cluster.token.as_str()),
            (Phase::Running, expected),
            "{list} {word:?}"
        );
        assert_eq!(settled.cluster.hosts, hosts(list));
    }
    assert_eq!(said(&ledger, &wanted(THREE, None), &of("c")), Decision::Refused(Refusal::UnknownToken(token("c"))));
}

#[test]
fn no_two_clusters_have_one_token() {
    let ledger = ledger(record(Phase::Founding, "b", THREE), &[record(Phase::Founding, "a", THREE)]);
    for used in ["a", "b"] {
        let refused = said(&ledger, &wanted(THREE, Some(used)), &NEW);
        let next = token("t-0123456789abcdef");
        assert_eq!(refused, Decision::Refused(Refusal::TokenUsed { token: token(used), next }));
    }
    let settled = settled(said(&ledger, &wanted(THREE, Some("c")), &NEW));
    assert_eq!(brief(&settled), (Phase::Founding, "c", 3, 2));
}

#[test]
fn what_etcdpack_0_1_has_built_keeps_its_token() {
    let ledger = Ledger { unrecorded: Some(id("old")), ..Ledger::default() };
    let decide = |numbered, file: Option<&str>, word| decide(&ledger, numbered, &wanted(THREE, file), &word, &fresh());
    for (file, token) in [(None, "t"), (Some("mine"), "mine")] {
        let taken = settled(decide(NumberedHosts::AsInTheFile, file, UNSAID));
        assert_eq!(brief(&taken), (Phase::Founding, token, 3, 0));
        assert_eq!((taken.cluster.site_id, &taken.outcome), (id("old"), &Outcome::TakenOver));
        assert_eq!(decide(NumberedHosts::Others, file, UNSAID), Decision::AskForData(vec![Change::Unrecorded]));
        for (numbered, founders) in [(NumberedHosts::AsInTheFile, 3), (NumberedHosts::Others, 0)] {
            let same = settled(decide(numbered, file, SAME));
            assert_eq!((brief(&same), same.cluster.site_id), ((Phase::Running, token, founders, 0), id("old")));
        }
    }
    let new = settled(decide(NumberedHosts::Others, None, NEW));
    assert_eq!((brief(&new), new.cluster.site_id), ((Phase::Founding, "t-0123456789abcdef", 3, 1), id("fresh")));
    assert_eq!((new.replaced[0].site_id, new.replaced[0].token.as_str()), (id("old"), "t"));
    // What was in the file may have been in it all the time; the line that we have told to write cannot.
    let refused = decide(NumberedHosts::Others, Some("mine"), NEW);
    let next = token("t-0123456789abcdef");
    assert_eq!(refused, Decision::Refused(Refusal::TokenUsed { token: token("mine"), next }));
    let written = settled(decide(NumberedHosts::Others, Some("t-00000000000000aa"), NEW));
    assert_eq!(brief(&written), (Phase::Founding, "t-00000000000000aa", 3, 1));
}

#[test]
fn the_replaced_are_bounded() {
    let many: Vec<_> = (0..MAX_REPLACED).map(|n| record(Phase::Founding, &format!("r{n}"), THREE)).collect();
    let settled = settled(said(&ledger(record(Phase::Founding, "a", THREE), &many), &wanted(THREE, None), &NEW));
    assert_eq!(settled.replaced.len(), MAX_REPLACED);
    assert_eq!(settled.replaced.last().unwrap().token, token("a"));
}
