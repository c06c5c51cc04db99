//! Founding or running: what is on record, the cluster file and the operator's word, taken together. One pure function.

use payload::founding::{Founder, Phase};
use payload::name::ClusterToken;
use payload::provenance::SiteId;

use super::decision::{Change, Decision, Fresh, Outcome, Refusal, Settled, Wanted, Word};
use super::record::{BuiltHost, ClusterRecord, Ledger, NumberedHosts};

/// The most replaced clusters that are remembered.
const MAX_REPLACED: usize = 32;

/// What bundles are built for. The only place that says so.
pub(crate) fn decide(
    ledger: &Ledger,
    numbered: NumberedHosts,
    wanted: &Wanted,
    word: &Word,
    fresh: &Fresh,
) -> Decision {
    let case = Case { ledger, wanted, fresh };
    if let Word::NewCluster(Some(typed)) = word
        && typed != wanted.name.as_str()
    {
        return Decision::Refused(Refusal::OtherName(typed.clone()));
    }
    match (&ledger.cluster, ledger.unrecorded) {
        (Some(cluster), _) => case.recorded(cluster, word),
        (None, Some(site_id)) => case.unrecorded(site_id, numbered, word),
        (None, None) => case.nothing(word),
    }
}

/// All that a decision is made from, but for the word.
#[derive(Clone, Copy)]
struct Case<'a> {
    ledger: &'a Ledger,
    wanted: &'a Wanted,
    fresh: &'a Fresh,
}

impl Case<'_> {
    fn recorded(self, cluster: &ClusterRecord, word: &Word) -> Decision {
        let changes = changes(cluster, self.wanted);
        match (cluster.phase, word) {
            (Phase::Founding, Word::Unsaid) if !changes.is_empty() => Decision::AskForData(changes),
            (_, Word::Unsaid) | (Phase::Running, Word::SameCluster(None)) => self.keep(cluster),
            (Phase::Running, Word::NewCluster(None)) => Decision::AskForName,
            (_, Word::NewCluster(_)) => self.replace(cluster.clone()),
            (Phase::Founding, Word::SameCluster(None)) => match self.replaced_that_is_meant(!changes.is_empty()) {
                Some(before) => self.take_back(before, cluster),
                None => self.run(cluster.clone(), self.ledger.replaced.clone(), Outcome::Runs),
            },
            (phase, Word::SameCluster(Some(token))) if *token == cluster.token => match phase {
                Phase::Founding => self.run(cluster.clone(), self.ledger.replaced.clone(), Outcome::Runs),
                Phase::Running => self.keep(cluster),
            },
            (_, Word::SameCluster(Some(token))) => {
                match self.ledger.replaced.iter().rfind(|before| before.token == *token) {
                    Some(before) => self.take_back(before, cluster),
                    None => Decision::Refused(Refusal::UnknownToken(token.clone())),
                }
            }
        }
    }

    /// Which cluster before the recorded one, which is being founded, `--same-cluster` is about; `None`: about that one itself.
    /// A cluster that ran when another took its place was replaced by mistake; one that no host had data of was not. A list that
    /// only an earlier one had is that one's.
    fn replaced_that_is_meant(&self, is_changed: bool) -> Option<&ClusterRecord> {
        let replaced = &self.ledger.replaced;
        if is_changed {
            replaced.iter().rfind(|before| before.was_built_for(&self.wanted.hosts))
        } else {
            replaced.last().filter(|before| before.phase == Phase::Running)
        }
    }

    /// The token of a cluster that etcdpack 0.1 has built for is not on record; it follows from the file.
    fn unrecorded(self, site_id: SiteId, numbered: NumberedHosts, word: &Word) -> Decision {
        let token = self.wanted.token.clone().unwrap_or_else(|| ClusterToken::named_after(&self.wanted.name));
        let is_as_before = numbered == NumberedHosts::AsInTheFile;
        let founders = if is_as_before { self.founders() } else { Vec::new() };
        let hosts = if is_as_before { self.wanted.hosts.clone() } else { Vec::new() };
        let cluster = ClusterRecord { site_id, phase: Phase::Founding, token, founders, hosts };
        match word {
            Word::Unsaid if is_as_before => self.settled(cluster, Vec::new(), Outcome::TakenOver),
            Word::Unsaid => Decision::AskForData(vec![Change::Unrecorded]),
            Word::SameCluster(Some(token)) if *token != cluster.token => {
                Decision::Refused(Refusal::UnknownToken(token.clone()))
            }
            Word::SameCluster(_) => self.run(cluster, Vec::new(), Outcome::Runs),
            // The file's token may be the old one, unless it is one that we have told to write there.
            Word::NewCluster(_) if self.wanted.token.as_ref().is_some_and(|of| of.is_drawn_for(&self.wanted.name)) => {
                let cluster = ClusterRecord { token: ClusterToken::named_after(&self.wanted.name), ..cluster };
                self.replace(cluster)
            }
            Word::NewCluster(_) => self.replace(cluster),
        }
    }

    fn nothing(self, word: &Word) -> Decision {
        let cluster = self.founded();
        match word {
            Word::SameCluster(Some(token)) => Decision::Refused(Refusal::UnknownToken(token.clone())),
            Word::SameCluster(None) => {
                self.run(ClusterRecord { founders: Vec::new(), ..cluster }, Vec::new(), Outcome::Runs)
            }
            Word::Unsaid | Word::NewCluster(_) => self.settled(cluster, Vec::new(), Outcome::First),
        }
    }

    fn keep(self, cluster: &ClusterRecord) -> Decision {
        let stays = |host: &&BuiltHost| self.wanted.hosts.iter().any(|wanted| wanted.member == host.member);
        let left = cluster.hosts.iter().filter(|host| !stays(host)).map(|host| host.member.clone()).collect();
        self.settled(cluster.clone(), self.ledger.replaced.clone(), Outcome::Kept { left })
    }

    fn run(self, cluster: ClusterRecord, replaced: Vec<ClusterRecord>, outcome: Outcome) -> Decision {
        self.settled(ClusterRecord { phase: Phase::Running, ..cluster }, replaced, outcome)
    }

    /// Another cluster in the place of `before`. Its token must not be one that any cluster here has had: etcd's ids follow from it.
    fn replace(self, before: ClusterRecord) -> Decision {
        let is_used = |token: &ClusterToken| {
            before.token == *token || self.ledger.replaced.iter().any(|cluster| cluster.token == *token)
        };
        if let Some(token) = self.wanted.token.as_ref().filter(|token| is_used(token)) {
            let (token, next) = (token.clone(), self.fresh.token.clone());
            return Decision::Refused(Refusal::TokenUsed { token, next });
        }
        let outcome = Outcome::Replaced(before.token.clone());
        self.settled(self.founded(), self.with_replaced(None, before), outcome)
    }

    fn take_back(self, before: &ClusterRecord, instead_of: &ClusterRecord) -> Decision {
        let replaced = self.with_replaced(Some(before), instead_of.clone());
        self.run(before.clone(), replaced, Outcome::TakenBack(instead_of.token.clone()))
    }

    /// The replaced ones without `one`, and with `more` as the newest.
    fn with_replaced(self, one: Option<&ClusterRecord>, more: ClusterRecord) -> Vec<ClusterRecord> {
        let mut replaced: Vec<_> = self.ledger.replaced.iter().filter(|before| Some(*before) != one).cloned().collect();
        replaced.push(more);
        let begin = replaced.len().saturating_sub(MAX_REPLACED);
        replaced.split_off(begin)
    }

    /// A cluster of the file's hosts.
    fn founded(self) -> ClusterRecord {
        ClusterRecord {
            site_id: self.fresh.site_id,
            phase: Phase::Founding,
            token: self.wanted.token.clone().unwrap_or_else(|| self.fresh.token.clone()),
            founders: self.founders(),
            hosts: Vec::new(),
        }
    }

    fn founders(self) -> Vec<Founder> {
        self.wanted.hosts.iter().map(BuiltHost::founder).collect()
    }

    fn settled(self, cluster: ClusterRecord, replaced: Vec<ClusterRecord>, outcome: Outcome) -> Decision {
        let cluster = ClusterRecord { hosts: self.wanted.hosts.clone(), ..cluster };
        Decision::Settled(Settled { cluster, replaced, outcome })
    }
}

/// What the cluster file has otherwise than the founders and the token of `cluster`. A file without a token has nothing against any.
fn changes(cluster: &ClusterRecord, wanted: &Wanted) -> Vec<Change> {
    let mut changes = Vec::new();
    if !cluster.is_founded_by(&wanted.hosts) {
        for host in &wanted.hosts {
            match cluster.founders.iter().find(|founder| founder.name == host.member) {
                Some(founder) if founder.peer_url == host.peer_url => {}
                Some(Founder { name, peer_url }) => changes.push(Change::Moved {
                    member: name.clone(),
                    from: peer_url.clone(),
                    to: host.peer_url.clone(),
                }),
                None => changes.push(Change::Added(host.founder())),
            }
        }
        let is_gone = |founder: &&Founder| !wanted.hosts.iter().any(|host| host.member == founder.name);
        changes.extend(cluster.founders.iter().filter(is_gone).cloned().map(Change::Removed));
    }
    if let Some(to) = wanted.token.as_ref().filter(|token| **token != cluster.token) {
        changes.push(Change::Token { from: cluster.token.clone(), to: to.clone() });
    }
    changes
}

#[cfg(test)]
mod tests;
