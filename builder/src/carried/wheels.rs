//! Supervisor's wheels, which this builder carries in its own executable as it carries the installers.

use payload::bundle::Content;
use payload::cluster::Carry;
use payload::digest::Digest;
use payload::wheel::{WHEELS, Wheel};

use super::error::NotCarried;

/// As `scripts/wheels` fetched them, in the order of [`WHEELS`].
const BYTES: [&[u8]; 2] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/supervisor.whl")),
    include_bytes!(concat!(env!("OUT_DIR"), "/setuptools.whl")),
];

/// A wheel whose bytes have the digest of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CarriedWheel {
    pub(crate) wheel: &'static Wheel,
    pub(crate) bytes: &'static [u8],
    pub(crate) content: Content,
}

/// The wheels that go into bundles, in the order of the table.
pub(crate) fn wheels(carry: Carry) -> Result<Vec<CarriedWheel>, NotCarried> {
    match carry {
        Carry::Wheels => WHEELS.iter().zip(BYTES).map(|(wheel, bytes)| checked(wheel, bytes)).collect(),
        Carry::Nothing => Ok(Vec::new()),
    }
}

/// A builder that was built without wheels has empty ones; one that was built with others must not pass them on.
fn checked(wheel: &'static Wheel, bytes: &'static [u8]) -> Result<CarriedWheel, NotCarried> {
    let content = Content::of(bytes);
    let expected: Digest = wheel.sha256.parse()?;
    if content.digest == expected { Ok(CarriedWheel { wheel, bytes, content }) } else { Err(NotCarried::Wheel(wheel)) }
}

#[cfg(test)]
mod tests {
    use payload::wheel::MOST_NAMES;

    use super::*;
    use crate::failure::Diagnose as _;

    #[test]
    fn only_the_wheels_of_the_table_are_carried() {
        let [supervisor, setuptools] = &WHEELS;
        for bytes in [&b""[..], b"other", BYTES[1]] {
            let error = checked(supervisor, bytes).unwrap_err();
            assert_eq!(error.exit_status().code(), 3);
            assert!(error.to_string().contains("supervisor-4.3.0"), "{error}");
        }
        // `scripts/test` fetches them before it builds.
        let all = wheels(Carry::Wheels).unwrap();
        assert_eq!(all.iter().map(|carried| carried.wheel).collect::<Vec<_>>(), [supervisor, setuptools]);
        assert_eq!(wheels(Carry::Nothing).unwrap(), []);
    }

    #[test]
    fn no_more_names_are_in_them_than_hosts_make_room_for() {
        // The number of entries, twelve bytes before a zip file's end where it has no comment (APPNOTE.TXT, 4.3.16).
        let entries = |bytes: &[u8]| {
            let end = bytes.last_chunk::<22>().unwrap();
            assert_eq!(end.first_chunk(), Some(b"PK\x05\x06"));
            u64::from(u16::from_le_bytes([end[10], end[11]]))
        };
        // Their directories are no entries.
        let names = BYTES.into_iter().map(entries).sum::<u64>() + 24;
        assert!(names <= MOST_NAMES && names > MOST_NAMES / 2, "{names}");
    }
}
