//! A user of etcd's, as whom a member is asked. Must not show the password.

use zeroize::Zeroizing;

/// What `--user` splits at.
const BEFORE_A_PASSWORD: char = ':';

pub(crate) struct Login {
    name: String,
    password: Zeroizing<Vec<u8>>,
}

impl Login {
    /// `None` for a name that etcdctl would not take for one.
    pub(crate) fn new(name: &str, password: Zeroizing<Vec<u8>>) -> Option<Self> {
        let is_name = !name.is_empty() && !name.contains(BEFORE_A_PASSWORD) && !name.contains(char::is_control);
        is_name.then(|| Self { name: name.to_owned(), password })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn password(&self) -> &[u8] {
        &self.password
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_no_password() {
        let is_taken = |name: &str| Login::new(name, Zeroizing::default()).is_some();
        assert!(is_taken("root") && is_taken("-r"));
        assert!(!is_taken("") && !is_taken("root:secret") && !is_taken("ro\not"));
    }
}
