//! What `init` asks, in English.

use std::fmt;

use payload::line;

pub(crate) const BEFORE: &str =
    "The hosts of the cluster, one by one; mostly three or five. An empty line ends the list.\n";

pub(crate) fn name_of(number: usize) -> String {
    format!("host {number}: name:")
}

pub(crate) fn address_of(name: impl fmt::Display) -> String {
    format!("IP address, or DNS name, at which the others reach {name}:")
}

pub(crate) fn listen_of(name: impl fmt::Display) -> String {
    format!("its own IP address, at which etcd listens on {name} [all that it has]:")
}

pub(crate) fn twice(name: impl fmt::Display) -> String {
    format!("{name} is in the list already")
}

pub(crate) fn not_an_address(line: &str) -> String {
    format!(
        "`{}` is not an IP address, such as 192.0.2.1 or 2001:db8::1, nor a DNS name in lower case, such as etcd-1.example",
        line::plain(line)
    )
}

pub(crate) fn not_an_ip(line: &str) -> String {
    format!("`{}` is not an IP address, such as 192.0.2.1 or 2001:db8::1", line::plain(line))
}

pub(crate) fn not_a_choice(line: &str, words: &[String]) -> String {
    format!("`{}` is none of {}", line::plain(line), words.join(", "))
}

pub(crate) fn not_so(why: &str) -> String {
    format!("{}\n", line::plain(why))
}

pub(crate) const KEYS: &str = "How the hosts get their private keys:
  passphrase  in the bundles, sealed with a passphrase of seven words
  host-key    made on the hosts: no private key ever travels, but a request and a second bundle do
  plaintext   in the bundles, in the clear: for labs
";
pub(crate) const WHICH_KEYS: &str = "keys [passphrase]:";

pub(crate) const MANAGERS: &str = "Who keeps etcd running:
  auto        decided on each host: its own supervisor, else one that the bundle carries, else systemd
  supervisor  supervisor, the host's own or the one that the bundle carries
  systemd     systemd alone
";
pub(crate) const WHICH_MANAGER: &str = "manager [auto]:";

pub(crate) fn unasked(error: impl fmt::Display) -> String {
    format!("asking at the terminal: {error}")
}
pub(crate) const BY_OPTIONS: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";
