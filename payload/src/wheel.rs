//! The two wheels that make a supervisor wherever there is a Python, and where they may be had.
//!
//! Unzipped together they run on every Python from 2.7 to 3.13 with nothing else installed. setuptools is there
//! for `pkg_resources`, which supervisor imports below Python 3.8; 44.1.1 is the last for Python 2.7.

/// One pure-Python wheel.
#[derive(Debug, PartialEq, Eq)]
pub struct Wheel {
    /// For pip: the project and version.
    pub requirement: &'static str,
    pub file: &'static str,
    /// SHA-256 as the package index publishes it.
    pub sha256: &'static str,
    /// The `Author` of its metadata.
    pub author: &'static str,
    pub licence: Licence,
}

/// What its metadata says of the licence.
#[derive(Debug, PartialEq, Eq)]
pub enum Licence {
    /// An SPDX expression.
    Spdx(&'static str),
    /// SPDX has no name for it.
    Named(&'static str),
}

impl Wheel {
    /// The project's name.
    #[must_use]
    pub fn project(&self) -> &'static str {
        self.requirement.split_once("==").map_or(self.requirement, |(project, _)| project)
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.requirement.split_once("==").map_or("", |(_, version)| version)
    }
}

/// Version of the supervisor that bundles carry; names its directory on the host.
pub const SUPERVISOR_VERSION: &str = "4.3.0";

/// As many names as a host has more, or fewer, when both are unzipped: files and directories.
pub const MOST_NAMES: u64 = 256;

/// What is carried, in this order.
pub const WHEELS: [Wheel; 2] = [
    Wheel {
        requirement: "supervisor==4.3.0",
        file: "supervisor-4.3.0-py2.py3-none-any.whl",
        sha256: "0bcb763fddafba410f35cbde226aa7f8514b9fb82eb05a0c85f6588d1c13f8db",
        author: "Chris McDonough",
        licence: Licence::Named("BSD-derived (http://www.repoze.org/LICENSE.txt)"),
    },
    Wheel {
        requirement: "setuptools==44.1.1",
        file: "setuptools-44.1.1-py2.py3-none-any.whl",
        sha256: "27a714c09253134e60a6fa68130f78c7037e5562c4f21f8f318f2ae900d152d5",
        author: "Python Packaging Authority",
        licence: Licence::Spdx("MIT"),
    },
];
