//! What is known of etcd by version, as data: releases, flags, quirks, warnings and digests.
//!
//! This room answers questions and does nothing else: it renders no command line, downloads nothing and
//! reads no file at run time. A fact that differs between two versions of etcd lives here and nowhere else.

mod advice;
mod alarm;
mod arch;
mod choice;
mod cipher;
mod flag;
mod flag_value;
mod flags;
mod go;
mod known;
pub mod last_words;
mod lookup;
mod mirror;
mod pins;
mod quirk;
mod version;

pub(crate) use advice::newest_of;
pub use advice::{Advice, Unavailable, advise};
pub use alarm::AlarmKind;
pub use arch::{Arch, NotAnArch};
pub use choice::{GATES_OF_A_KIND, Gate, choices, gates, passes_over_other_words};
pub use cipher::{CipherSuite, HTTP2, STRONG, SuiteKey, cipher_suites, ends_with_tls_1_2, heeds_order_of_suites};
pub use flag::{Flag, KnownTo, Owner, Span};
pub use flag_value::FlagValue;
pub use go::go_minor;
pub use known::{AS_OF, DEFAULT, NEWEST};
pub use lookup::{Verdict, accepts, is_switch, of_environment};
pub use mirror::KnownMirror;
pub use pins::{hints, pinned};
pub use quirk::{
    V2Server, default_api, demands_private_data_dir, has_v2_api, log_flag, logger_must_be_named, programs,
    publishes_checksums, raises_revision, reloads_certificates, restores_log_apart, ships_etcdutl,
    takes_host_names_in_listen_urls, v2_server,
};
pub use version::{EtcdVersion, NotAVersion};
