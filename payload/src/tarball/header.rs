//! The fields of one header: numbers that all readers take for the same, and nothing where some look for more.

use tar::Header;

use super::TarballError::{self, Form};

/// The prefix of a POSIX header; in GNU's own form times, offsets, and what makes a file a sparse one.
const EXTRA: usize = 345;
/// Owners have 32 bits on every system; modes have fewer.
const OWNER: u32 = 32;
/// Seconds of 35,000 years.
const TIME: u32 = 40;

/// Whether the header has one reading.
///
/// One whose numbers are none ends the archive for some readers, though they mean nothing here.
pub(super) fn check(header: &Header) -> Result<(), TarballError> {
    let bytes = header.as_bytes();
    let devices = if let Some(posix) = header.as_ustar() {
        // star has a mark of its own here, and a shorter prefix.
        if posix.pad != [0; 12] {
            return Err(Form("a header with bytes behind its end"));
        }
        [posix.dev_major, posix.dev_minor]
    } else if let Some(gnu) = header.as_gnu() {
        // With `--incremental`, GNU tar puts times there, and others take them for the beginning of the path.
        if bytes.iter().skip(EXTRA).any(|byte| *byte != 0) {
            return Err(Form("a GNU header with bytes behind its devices"));
        }
        [gnu.dev_major, gnu.dev_minor]
    } else {
        return Err(Form("a header of an unknown form"));
    };
    let fields = header.as_old();
    let small = [fields.mode, fields.uid, fields.gid].iter().chain(&devices).all(|field| is_number(field, OWNER));
    if !small || !is_number(&fields.mtime, TIME) {
        return Err(Form("a header with a number that is none"));
    }
    let (before, behind) = (bytes.iter().take(148), bytes.iter().skip(156));
    // The checksum's own field counts as eight spaces.
    let sum = before.chain(behind).map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
    if octal(&fields.cksum) == Some(sum) { Ok(()) } else { Err(Form("a wrong checksum")) }
}

/// Whether a field is octal, empty, or a number in GNU's base 256, which is for those that have no room in octal.
fn is_number(field: &[u8], bits: u32) -> bool {
    let fits = |number: u64| number >> bits == 0;
    match field {
        [0x80, digits @ ..] => digits
            .iter()
            .try_fold(0_u64, |number, digit| Some(number.checked_mul(256)? + u64::from(*digit)))
            .is_some_and(fits),
        _ => field.iter().all(|byte| *byte == 0) || octal(field).is_some_and(fits),
    }
}

/// A field of octal digits, perhaps behind spaces, perhaps closed by spaces and zeroes; no sign, no other base.
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let end = field.iter().rposition(|byte| !matches!(byte, b' ' | 0))?;
    let digits = std::str::from_utf8(field.get(..=end)?).ok()?.trim_start_matches(' ');
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, 8).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_plain_octal() {
        for good in [b"00000000000\0", b"000000000000", b"          0 ", b"0\0\0\0\0\0\0\0\0\0\0\0"] {
            assert_eq!(octal(good), Some(0), "{good:?}");
        }
        for bad in
            [b"\0\0\0\0\0\0\0\0\0\0\0\0", b"            ", b"+0000000000\0", b"-0000000000\0", b"0\x00000000000\0"]
        {
            assert_eq!(octal(bad), None, "{bad:?}");
        }
        assert_eq!(octal(&[0xff; 12]), None);
    }

    /// A header of a file, changed after it was made, with a right checksum.
    fn changed(mut header: Header, at: usize, bytes: &[u8]) -> Result<(), TarballError> {
        header.set_path("t/a").unwrap();
        header.set_size(0);
        header.as_mut_bytes()[at..at + bytes.len()].copy_from_slice(bytes);
        header.set_cksum();
        check(&header)
    }

    #[test]
    fn numbers_are_octal_or_base_256_or_empty() {
        let (mode, owner, time, device) = (100, 108, 136, 329);
        for (at, good) in [
            (mode, &b"0000755\0"[..]),
            (mode, b"100644 \0"),
            (mode, &[0; 8]),
            (owner, b"02007357"),
            (owner, b"\x80\0\0\0\x23\xc6\x0c\xc5"),
            (time, b"13727410000\0"),
            (time, &[0; 12]),
            (time, b"\x80\0\0\0\0\0\0\x02\0\0\0\0"),
            (device, b"000000 \0"),
            (device, &[0; 8]),
        ] {
            assert!(changed(Header::new_gnu(), at, good).is_ok(), "GNU, {at}: {}", good.escape_ascii());
            assert!(changed(Header::new_ustar(), at, good).is_ok(), "POSIX, {at}: {}", good.escape_ascii());
        }
        for (at, bad) in [
            (mode, &b"garbage!"[..]),
            (mode, b"0o755\0\0\0"),
            (mode, b"-000755\0"),
            (mode, b"7_5_5\0\0\0"),
            (mode, b"\x00000755\0"),
            (mode, b"0755\0abc"),
            (mode, b"        "),
            (owner, &[0xff; 8]),
            (owner, b"\x81\0\0\0\0\0\0\0"),
            (owner, b"\x80\0\0\x01\0\0\0\0"),
            (time, b"garbage!!!!!"),
            (time, b"9\0\0\0\0\0\0\0\0\0\0\0"),
            (time, b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            (device, b"x\0\0\0\0\0\0\0"),
        ] {
            assert!(changed(Header::new_gnu(), at, bad).is_err(), "GNU, {at}: {}", bad.escape_ascii());
            assert!(changed(Header::new_ustar(), at, bad).is_err(), "POSIX, {at}: {}", bad.escape_ascii());
        }
    }

    #[test]
    fn nothing_lies_where_some_look_for_more() {
        for at in EXTRA..512 {
            assert!(changed(Header::new_gnu(), at, b"1").is_err(), "GNU, {at}");
        }
        assert!(changed(Header::new_ustar(), EXTRA, b"t").is_ok());
        assert!(changed(Header::new_ustar(), 508, b"tar\0").is_err(), "star");
        assert!(changed(Header::new_old(), 0, b"t/a").is_err());
    }
}
