//! Whether a release exists, and what should be said of it before it goes to hosts that cannot be updated easily.
//!
//! Warnings never refuse: the choice of a version is the user's, who may have to match a cluster that is there.
//! What does not exist is refused. No clock is read, so the texts carry dates and leave the counting to the reader.

use super::known::{DEFAULT, ENDS, End, FIXES, LOSSES, NEWEST, WITHDRAWN};
use super::{Arch, EtcdVersion};
use crate::say;

/// One warning about a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Advice {
    /// For programs; it does not change when the text does.
    pub code: &'static str,
    /// For people: one line.
    pub text: String,
    /// The version to take instead.
    pub take: EtcdVersion,
}

/// Why there is nothing to install.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unavailable {
    /// Outside of the minors that etcdpack knows.
    #[error("{}", say!(en = "etcdpack installs etcd 3.1 to 3.7, not {_0}", zh = "etcdpack 可安装 etcd 3.1 至 3.7，不能安装 {_0}"))]
    Minor(EtcdVersion),
    /// The release was not published for this machine.
    #[error("{}", say!(en = "there is no etcd {version} for {arch}; {first} is the first", zh = "没有用于 {arch} 的 etcd {version}；最早的是 {first}", first = arch.first_release()))]
    Arch {
        /// The release asked for.
        version: EtcdVersion,
        /// The machine it does not run on.
        arch: Arch,
    },
}

/// The newest release of the minor, which etcdpack knows and which was published for this machine.
pub(crate) fn newest_of(version: EtcdVersion, arch: Arch) -> Result<EtcdVersion, Unavailable> {
    let newest = NEWEST.into_iter().find(|newest| same_minor(*newest, version)).ok_or(Unavailable::Minor(version))?;
    if version < arch.first_release() { Err(Unavailable::Arch { version, arch }) } else { Ok(newest) }
}

/// What there is to say of this version on this machine; nothing, at best.
pub fn advise(version: EtcdVersion, arch: Arch) -> Result<Vec<Advice>, Unavailable> {
    let newest = newest_of(version, arch)?;
    let say = |code, text: Option<String>, take| text.map(|text| Advice { code, text, take });
    let all = [
        say("etcd-newer-than-known", newer_than_known(version, newest), newest),
        say("etcd-withdrawn", withdrawn(version), newest),
        say("etcd-loses-data", loses_data(version), newest),
        say("etcd-lacks-security-fixes", lacks_fixes(version), newest),
        say("etcd-end-of-life", end_of_life(version), DEFAULT),
    ];
    Ok(all.into_iter().flatten().collect())
}

fn same_minor(one: EtcdVersion, other: EtcdVersion) -> bool {
    (one.major(), one.minor()) == (other.major(), other.minor())
}

fn newer_than_known(version: EtcdVersion, newest: EtcdVersion) -> Option<String> {
    (version > newest).then(|| {
        say!(en = "etcd {version} is newer than this etcdpack, which knows the flags and faults of releases up to {newest}", zh = "etcd {version} 比本 etcdpack 更新，后者只了解到 {newest} 为止的参数和缺陷"
        )
    })
}

fn withdrawn(version: EtcdVersion) -> Option<String> {
    (version == WITHDRAWN)
        .then(|| say!(en = "etcd {version} was withdrawn by its maintainers", zh = "etcd {version} 已被维护者撤回"))
}

fn loses_data(version: EtcdVersion) -> Option<String> {
    let (_, fault) = LOSSES.iter().find(|(releases, _)| releases.contains(&version))?;
    Some(say!(en = "etcd {version} {fault}", zh = "etcd {version} {fault}"))
}

fn lacks_fixes(version: EtcdVersion) -> Option<String> {
    let missing = FIXES.iter().filter(|(fixed, _)| same_minor(*fixed, version) && version < *fixed);
    let ids: Vec<&str> = missing.map(|(_, ids)| *ids).collect();
    (!ids.is_empty())
        .then(|| say!(en = "etcd {version} lacks the fixes for {}", zh = "etcd {version} 没有修复 {}", ids.join(", ")))
}

fn end_of_life(version: EtcdVersion) -> Option<String> {
    let (minor, end) = ENDS.into_iter().find(|(minor, _)| *minor == version.minor())?;
    Some(match end {
        End::On(day) => say!(
            en = "support for etcd 3.{minor} ended {day}: faults found since stay open",
            zh = "etcd 3.{minor} 已于 {day} 停止支持：此后发现的缺陷不再修复"
        ),
        End::After(day) => say!(
            en = "etcd 3.{minor} had its last release {day}: faults found since stay open",
            zh = "etcd 3.{minor} 的最后一个版本发布于 {day}：此后发现的缺陷不再修复"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn v(minor: u16, patch: u16) -> EtcdVersion {
        EtcdVersion::new(3, minor, patch)
    }

    fn codes(version: EtcdVersion) -> Result<Vec<&'static str>, Unavailable> {
        Ok(advise(version, Arch::Amd64)?.into_iter().map(|advice| advice.code).collect())
    }

    #[test]
    fn each_version_gets_the_warnings_it_earned() {
        for (version, expected) in [
            (v(1, 20), &["etcd-end-of-life"][..]),
            (v(2, 0), &["etcd-loses-data", "etcd-end-of-life"]),
            (v(2, 28), &["etcd-loses-data", "etcd-end-of-life"]),
            (v(2, 32), &["etcd-end-of-life"]),
            (v(3, 16), &["etcd-withdrawn", "etcd-loses-data", "etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(3, 20), &["etcd-loses-data", "etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(3, 21), &["etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(3, 27), &["etcd-end-of-life"]),
            (v(4, 7), &["etcd-loses-data", "etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(4, 21), &["etcd-loses-data", "etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(4, 38), &["etcd-lacks-security-fixes", "etcd-end-of-life"]),
            (v(4, 45), &["etcd-end-of-life"]),
            (v(5, 0), &["etcd-loses-data", "etcd-lacks-security-fixes"]),
            (v(5, 2), &["etcd-loses-data", "etcd-lacks-security-fixes"]),
            (v(5, 5), &["etcd-loses-data", "etcd-lacks-security-fixes"]),
            (v(5, 23), &["etcd-lacks-security-fixes"]),
            (v(5, 33), &[]),
            (v(5, 35), &[]),
            (v(5, 36), &["etcd-newer-than-known"]),
            (v(6, 4), &["etcd-loses-data", "etcd-lacks-security-fixes"]),
            (v(6, 14), &[]),
            (v(7, 0), &["etcd-lacks-security-fixes"]),
            (v(7, 1), &[]),
            (v(6, 16), &[]),
            (v(7, 3), &[]),
            (v(7, 900), &["etcd-newer-than-known"]),
        ] {
            assert_eq!(codes(version).as_deref(), Ok(expected), "{version}");
        }
    }

    #[test]
    fn texts() {
        let text = |version, code| {
            let advice = advise(version, Arch::Amd64).into_iter().flatten().find(|advice| advice.code == code);
            advice.map(|advice| advice.text).unwrap_or_default()
        };
        for (version, code, expected) in [
            (v(5, 1), "etcd-loses-data", "etcd 3.5.1 can lose committed writes when a member crashes"),
            (v(4, 45), "etcd-end-of-life", "support for etcd 3.4 ended 2026-05-15: faults found since stay open"),
            (v(1, 20), "etcd-end-of-life", "etcd 3.1 had its last release 2018-10-10: faults found since stay open"),
            (
                v(5, 28),
                "etcd-lacks-security-fixes",
                "etcd 3.5.28 lacks the fixes for CVE-2026-44283, GHSA-6vch-q96h-7gc3, GHSA-xg4h-6gfc-h4m8",
            ),
        ] {
            assert_eq!(text(version, code), expected);
        }
    }

    #[test]
    fn what_is_advised_is_better_than_what_is_warned_of() {
        for minor in 1..=7 {
            for patch in 0..60 {
                for advice in advise(v(minor, patch), Arch::Amd64).into_iter().flatten() {
                    let worse = ["etcd-withdrawn", "etcd-loses-data", "etcd-lacks-security-fixes"];
                    let after = codes(advice.take).unwrap_or_default();
                    assert!(!after.iter().any(|code| worse.contains(code)), "{advice:?}");
                    assert_ne!(advice.take, v(minor, patch), "{advice:?}");
                    assert!(!advice.text.contains('\n') && !advice.text.ends_with('.'), "{advice:?}");
                }
            }
        }
        assert_eq!(codes(DEFAULT), Ok(vec![]));
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for (version, arch, error) in [
            (v(0, 17), Arch::Amd64, "etcdpack installs etcd 3.1 to 3.7, not 3.0.17"),
            (v(8, 0), Arch::Amd64, "etcdpack installs etcd 3.1 to 3.7, not 3.8.0"),
            (EtcdVersion::new(2, 5, 1), Arch::Amd64, "etcdpack installs etcd 3.1 to 3.7, not 2.5.1"),
            (EtcdVersion::new(4, 1, 0), Arch::Arm64, "etcdpack installs etcd 3.1 to 3.7, not 4.1.0"),
            (v(1, 20), Arch::Arm64, "there is no etcd 3.1.20 for arm64; 3.2.0 is the first"),
        ] {
            assert_eq!(advise(version, arch).map_err(|error| error.to_string()), Err(error.to_owned()));
        }
        assert!(advise(v(2, 0), Arch::Arm64).is_ok());
    }
}
