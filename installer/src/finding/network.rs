//! Findings about addresses, ports, the firewall and the other members.

use std::net::IpAddr;

use payload::name::{HostName, MemberName};
use payload::peer_name::PeerName;
use payload::url::{DnsName, Url};

use super::{Code, Severity};
use crate::facts::cluster::Silence;

/// What the network lacks, or another member would not take. `at` is an address and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NetworkFinding {
    /// The bundle's address is not this host's; `rightful` is whose bundle belongs here.
    OtherHost {
        bundle: HostName,
        address: IpAddr,
        hostname: String,
        addresses: Vec<IpAddr>,
        rightful: Option<HostName>,
    },
    /// Others are told addresses that are none of this host's, and it listens at all of them.
    ToldElsewhere {
        bundle: HostName,
        told: Vec<IpAddr>,
    },
    /// Others are told an address of this host's that etcd does not listen at.
    NotListened {
        address: IpAddr,
        listens: Vec<Url>,
    },
    /// The name of a member is none that it can be reached by.
    Name(NameFinding),
    /// To these members this host goes from an address that the bundle's certificate does not name.
    SourceUnnamed {
        from: IpAddr,
        members: Vec<String>,
        bundle: HostName,
    },
    PortTaken {
        address: IpAddr,
        port: u16,
    },
    /// No answer.
    PeerSilent {
        member: String,
        at: String,
        why: Silence,
    },
    /// The firewall does not let members or clients in at these ports.
    FirewallClosed {
        by: ClosedBy,
        ports: Vec<u16>,
    },
    /// The others take `taken` alone for a member's name, and the bundle's certificate has another.
    OwnName {
        name: String,
        taken: Vec<PeerName>,
    },
    /// This member would take `taken` alone, and another one serves another name.
    PeerName {
        member: String,
        at: String,
        name: String,
        taken: Vec<PeerName>,
    },
    /// Likewise, and the name that the other one serves cannot be seen.
    PeerNameUnseen {
        member: String,
        at: String,
        taken: Vec<PeerName>,
    },
    /// Likewise, and the other one does not answer.
    PeerNameUnanswered {
        member: String,
        at: String,
        taken: Vec<PeerName>,
    },
}

/// What is wrong with names that members are reached by, as they are looked up here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NameFinding {
    /// The name of a member means nobody here.
    Unknown { member: MemberName, name: DnsName, why: Why },
    /// The name of a member means this host by loopback: this member's own, or another's. `own` is what would be right, if known.
    Loopback { name: DnsName, member: MemberName, address: IpAddr, own: Option<IpAddr> },
    /// The name of another member means this host.
    Here { name: DnsName, member: MemberName, address: IpAddr },
    /// Two members are one host, by what others are told.
    Shared { name: DnsName, members: [MemberName; 2], address: IpAddr },
    /// The host's own address is to be found by this name, which means none of them, or several. Where names are not looked up,
    /// it means nothing.
    Own { name: DnsName, bundle: HostName, means: Vec<IpAddr>, own: Vec<IpAddr> },
    /// These are in no hosts file.
    ByDns { names: Vec<(DnsName, IpAddr)> },
}

/// Why a name means nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// So the resolver says, in its words.
    Said(String),
    Silence {
        seconds: u64,
    },
}

/// A firewall that we know how to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClosedBy {
    Firewalld { zone: String },
    Ufw,
}

impl NetworkFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::OtherHost { .. } => Code::WrongHost,
            Self::ToldElsewhere { .. } | Self::NotListened { .. } => Code::NotListened,
            Self::Name(found) => found.code(),
            Self::SourceUnnamed { .. } => Code::SourceUnnamed,
            Self::PortTaken { .. } => Code::PortTaken,
            Self::PeerSilent { .. } => Code::PeerUnreachable,
            Self::FirewallClosed { .. } => Code::FirewallClosed,
            Self::OwnName { .. } | Self::PeerName { .. } => Code::PeerName,
            Self::PeerNameUnseen { .. } | Self::PeerNameUnanswered { .. } => Code::PeerNameUnseen,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OtherHost { .. } | Self::PortTaken { .. } | Self::OwnName { .. } | Self::PeerName { .. } => {
                Severity::Refuse
            }
            Self::Name(found) if found.code() != Code::NameByDns => Severity::Refuse,
            _ => Severity::Warn,
        }
    }
}

impl NameFinding {
    fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => Code::NameUnknown,
            Self::Loopback { .. } | Self::Here { .. } | Self::Shared { .. } => Code::NameElsewhere,
            Self::Own { .. } => Code::OwnAddress,
            Self::ByDns { .. } => Code::NameByDns,
        }
    }

    /// Whether it is about the name of this member.
    pub(crate) fn is_of(&self, whose: &MemberName) -> bool {
        match self {
            Self::Unknown { member, .. }
            | Self::Loopback { member, .. }
            | Self::Here { member, .. }
            | Self::Shared { members: [member, _], .. } => member == whose,
            Self::Own { .. } | Self::ByDns { .. } => false,
        }
    }
}
