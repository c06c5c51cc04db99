//! Why one of cfssl's files is of no use.

use std::fmt;

use payload::{say, words};

use crate::pki::cfssl::CfsslError;

impl fmt::Display for CfsslError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "{error}"),
            Self::Neither => say!(
                f,
                en = "line 1, column 1: neither a `ca-config.json` (`signing`) nor a request (`CN`, `hosts`, `key`, `names`)",
                zh = "第 1 行第 1 列：既不是 `ca-config.json`（`signing`），也不是证书请求（`CN`、`hosts`、`key`、`names`）"
            ),
            Self::TwoRequests => say!(
                f,
                en = "line 1, column 1: is a second request: give the members' alone, such as `etcd-peer-csr.json`",
                zh = "第 1 行第 1 列：这是第二个证书请求：只给成员的那一个，如 `etcd-peer-csr.json`"
            ),
            Self::NoProfile { asked, there } => say!(
                f,
                en = "line 1, column 1: has no profile `{asked}`; there is {}",
                zh = "第 1 行第 1 列：没有名为 `{asked}` 的 profile；现有：{}",
                profiles(there)
            ),
        }
    }
}

fn profiles(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { words!(en = "none", zh = "无").into() } else { names.join(", ") }
}
