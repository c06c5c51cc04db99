//! The cluster that a bundle is for, as it is seen from here: what each other member's host answers, and what the members that
//! serve clients say of the cluster. Values only. All of it is others' word.

pub(crate) mod answers;
pub(crate) mod ids;

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::manifest::Manifest;
use payload::url::Url;

use answers::{List, Listed, Status};

/// What is known of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// This member, looked at and asked as the others are, where etcd is installed here.
    pub(crate) me: Option<Other>,
    /// Everybody in the bundle's list, and in the list of what is installed here, but this member. None where an image is made.
    pub(crate) others: Vec<Other>,
    /// Whether those that serve clients have been asked of the cluster.
    pub(crate) asked: Asked,
    pub(crate) cas: Cas,
}

/// Another member, or who is to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) host: String,
    /// Where the bundle, or what is installed here, says that it listens for peers and for clients.
    pub(crate) peer_url: Url,
    pub(crate) client_url: Option<Url>,
    /// Where it is knocked at as a peer: this host's own member at what it listens on.
    pub(crate) knock: Url,
    pub(crate) seen: Seen,
}

/// What its host answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The host is there, etcd is not.
    Refused,
    /// Not from etcd and not from the host.
    Unseen(Silence),
    /// It listens for peers, and serves no client: it has no quorum, not yet or not any more since it was started.
    Listens { chain: Chain },
    /// It serves clients: it has had a quorum.
    Serves { chain: Chain, said: Said },
}

/// Why nothing is seen of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Silence {
    NotAsked,
    /// No answer for so long.
    Nothing {
        seconds: u64,
    },
    /// What the kernel said instead.
    Failed(String),
}

/// The certificates that a peer port shows to a bare hello of TLS 1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chain {
    Shown {
        /// Of the first one; anybody's word, to be shown with care.
        common_name: Option<String>,
        /// The key ids of those who issued them, where they are named.
        issuers: BTreeSet<KeyId>,
    },
    /// None: it speaks TLS 1.3 alone, or is no etcd.
    Unseen,
}

/// What a CA's key is called in certificates (RFC 5280, 4.2.1.1 and 4.2.1.2).
pub(crate) type KeyId = Vec<u8>;

/// What a member says, as far as it was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// `None` where it was not asked, since another's stands for it too, or there was no quorum to answer by.
    pub(crate) list: Option<List>,
    pub(crate) status: Option<Status>,
    /// It would not say how it is to whoever has no user's name (authentication is on): an answer, too.
    pub(crate) withheld: bool,
    /// The certificate that it serves has ended, so that nobody can ask it anything.
    pub(crate) ended: bool,
}

/// Whether those that serve clients have been asked, with this member's certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nobody serves clients, so there is nobody to ask.
    #[default]
    Nobody,
    Yes,
    No(NotAsked),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// Something else may be against the install, and then nothing that the bundle brings is run.
    NotYet,
    /// The private key is sealed, and has not been opened.
    Sealed,
    /// Nobody has said yet whose bundle it is: nothing that it brings may run.
    Unsettled,
    /// The certificate cannot be used, which is a finding of its own.
    NoPair,
    /// There is no `etcdctl` that could be run here; why.
    NoProgram(String),
}

/// The certificates of CAs that this member trusts, and would trust.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cas {
    pub(crate) bundle: BTreeSet<Digest>,
    /// The key ids of the bundle's.
    pub(crate) key_ids: BTreeSet<KeyId>,
    /// What is trusted here; `None` where nothing is installed and no data is kept, or it is not known of the data.
    pub(crate) trusted: Option<Trusted>,
}

/// The certificates of CAs that a member trusts, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trusted {
    pub(crate) cas: BTreeSet<Digest>,
    pub(crate) by: Trusting,
}

/// Which member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trusting {
    Installed,
    /// The one whose data an uninstall has kept.
    KeptData,
}

impl Other {
    pub(crate) fn said(&self) -> Option<&Said> {
        match &self.seen {
            Seen::Serves { said, .. } => Some(said),
            Seen::Refused | Seen::Unseen(_) | Seen::Listens { .. } => None,
        }
    }

    pub(crate) fn chain(&self) -> Option<&Chain> {
        match &self.seen {
            Seen::Serves { chain, .. } | Seen::Listens { chain } => Some(chain),
            Seen::Refused | Seen::Unseen(_) => None,
        }
    }

    /// Address and port, as a person types them.
    pub(crate) fn at(&self) -> String {
        let url = self.peer_url.to_string();
        url.split_once("://").map_or(url.clone(), |(_, at)| at.to_owned())
    }
}

impl Said {
    /// etcd's number of the cluster that it is a member of.
    pub(crate) fn cluster(&self) -> Option<u64> {
        self.list.as_ref().map(|list| list.cluster).or(self.status.as_ref().map(|status| status.cluster))
    }

    /// Whether it knows a leader: who answers by a quorum does.
    pub(crate) fn has_leader(&self) -> bool {
        self.withheld || self.status.as_ref().is_some_and(|status| status.leader != 0)
    }

    /// Whether the list that this member gives is the other's, too.
    pub(crate) fn stands_for(&self, other: &Self) -> bool {
        let both = self.status.as_ref().zip(other.status.as_ref());
        both.is_some_and(|(one, other)| {
            one.cluster == other.cluster && one.lists_by_quorum() && other.lists_by_quorum()
        })
    }

    /// Whether it has said how it is, or that it does not say so.
    pub(crate) fn has_answered(&self) -> bool {
        self.withheld || self.status.is_some()
    }
}

impl Cluster {
    /// The others, and this member among them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Other> {
        self.me.iter().chain(&self.others)
    }

    /// The lists that all of them gave.
    pub(crate) fn lists_of_all(&self) -> impl Iterator<Item = &List> {
        self.all().filter_map(|other| other.said()?.list.as_ref())
    }

    /// The lists that were had of the others, each with who said it.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&Other, &List)> {
        self.others.iter().filter_map(|other| Some((other, other.said()?.list.as_ref()?)))
    }

    /// Whether anybody serves clients.
    pub(crate) fn is_served(&self) -> bool {
        self.all().any(|other| matches!(other.seen, Seen::Serves { .. }))
    }
}

/// etcd's numbers of the cluster that the founders of `manifest` found, and of the one of them at `peer_url`.
pub(crate) fn founded(manifest: &Manifest, peer_url: &Url) -> Option<(u64, u64)> {
    let token = manifest.token.as_str();
    let id = |url: &Url| ids::member(&[&url.to_string()], token);
    let urls: Vec<Url> = founders(manifest).into_iter().map(|(_, url)| url).collect();
    urls.contains(peer_url).then(|| (ids::cluster(urls.iter().map(id).collect()), id(peer_url)))
}

/// Who found the cluster: their names and peer URLs. With a bundle that does not say so, all of its members.
pub(crate) fn founders(manifest: &Manifest) -> Vec<(String, Url)> {
    match &manifest.state {
        Some(state) => state.founders.iter().map(|of| (of.name.to_string(), of.peer_url.clone())).collect(),
        None => members(manifest),
    }
}

/// The members in the bundle's list.
pub(crate) fn members(manifest: &Manifest) -> Vec<(String, Url)> {
    let of = manifest.members.iter();
    of.filter_map(|member| Some((member.name.to_string(), manifest.peer_url(member)?))).collect()
}

/// Whether the cluster's list has exactly these peer URLs, one for each member.
pub(crate) fn agrees(list: &List, urls: &[Url]) -> bool {
    let mut here: Vec<String> = urls.iter().map(ToString::to_string).collect();
    let mut there: Vec<String> = list.members.iter().flat_map(|member| member.peer_urls.clone()).collect();
    here.sort_unstable();
    there.sort_unstable();
    here == there
}

/// What is put in front of `etcdctl` so that it speaks version 3: those before 3.4 have to be told.
pub(crate) fn api(version: EtcdVersion) -> &'static str {
    if version < EtcdVersion::new(3, 4, 0) { "ETCDCTL_API=3 " } else { "" }
}

/// A member of the list that the bundle does not have.
pub(crate) fn strangers<'a>(list: &'a List, manifest: &Manifest) -> Vec<&'a Listed> {
    let ours = members(manifest);
    list.members.iter().filter(|member| !ours.iter().any(|(_, url)| member.is_at(url))).collect()
}
