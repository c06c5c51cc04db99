//! Why one of cfssl's files is of no use.

use std::fmt;

use crate::pki::cfssl::CfsslError;

impl fmt::Display for CfsslError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "{error}"),
            Self::Neither => f.write_str(
                "line 1, column 1: neither a `ca-config.json` (`signing`) nor a request (`CN`, `hosts`, `key`, `names`)",
            ),
            Self::TwoRequests => f.write_str(
                "line 1, column 1: is a second request: give the members' alone, such as `etcd-peer-csr.json`",
            ),
            Self::NoProfile { asked, there } => {
                write!(f, "line 1, column 1: has no profile `{asked}`; there is {}", profiles(there))
            }
        }
    }
}

fn profiles(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
