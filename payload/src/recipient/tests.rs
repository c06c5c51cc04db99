//! What is sealed is opened, and nothing else; and a file of Debian's `age`.

use zeroize::Zeroizing;

use super::*;
use crate::age::{CHUNK, TAG};

const IDENTITY: &str = include_str!("fixtures/identity");

fn pair(seed: u8) -> Identity {
    Identity::of(&Zeroizing::new([seed; 32]))
}

/// No two shares alike.
fn drawn(recipients: usize) -> Drawn {
    let shares = (0..recipients).map(|n| Zeroizing::new([100 + u8::try_from(n).unwrap(); 32])).collect();
    Drawn { file_key: Zeroizing::new([1; 16]), nonce: [2; 16], shares }
}

fn sealed_for(recipients: &[Recipient], content: &[u8], piece: usize) -> Vec<u8> {
    let (mut sealing, mut out) = Sealing::begin(recipients, drawn(recipients.len())).unwrap();
    for piece in content.chunks(piece) {
        sealing.take(piece, &mut out).unwrap();
    }
    sealing.end(&mut out).unwrap();
    out
}

fn open(identity: Identity, bytes: &[u8], piece: usize) -> Result<Vec<u8>, NotOpened> {
    let (mut opening, mut out) = (Opening::by(identity), Vec::new());
    for piece in bytes.chunks(piece) {
        opening.take(piece, &mut out)?;
    }
    opening.end(&mut out)?;
    Ok(out)
}

#[test]
fn what_was_sealed_is_opened_in_pieces_of_any_size() {
    for len in [0, 1, 5000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7] {
        let content: Vec<u8> = (0..len).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let mine = pair(7).recipient();
        let bytes = sealed_for(&[pair(8).recipient(), mine], &content, 4096);
        assert_eq!(bytes, sealed_for(&[pair(8).recipient(), mine], &content, 70_000), "{len}");
        assert!(is_sealed(&bytes));
        for piece in [77, 4096, 1 << 20] {
            assert_eq!(open(pair(7), &bytes, piece).unwrap(), content, "{len} {piece}");
            assert_eq!(open(pair(8), &bytes, piece).unwrap(), content, "{len} {piece}");
        }
        assert_eq!(open(pair(9), &bytes, 4096), Err(NotOpened::Recipient));
    }
}

#[test]
fn what_age_sealed_is_opened() {
    let identity = || Identity::in_file(IDENTITY).unwrap();
    let bytes = include_bytes!("fixtures/age-1.1.1.age");
    assert_eq!(open(identity(), bytes, 10).unwrap(), b"not a snapshot\n");
    let says = IDENTITY.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert_eq!(identity().recipient().to_string(), says);
    assert_eq!(says.parse::<Recipient>(), Ok(identity().recipient()));
    assert!(IDENTITY.contains(identity().expose().as_str()));
    assert_eq!(format!("{:?}", identity()), "Identity(..)");
}

#[test]
fn a_file_that_is_cut_or_altered_anywhere_is_refused() {
    let content = vec![3; CHUNK + 100];
    let good = sealed_for(&[pair(7).recipient()], &content, 1 << 20);
    let header = good.iter().position(|byte| *byte == b'\n').unwrap()..300;
    let body = good.len() - CHUNK - 100 - 2 * TAG;
    let places = header.chain([body - 1, body, body + 1, body + CHUNK + TAG - 1, body + CHUNK + TAG, good.len() - 1]);
    for place in places {
        assert!(open(pair(7), &good[..place], 4096).is_err(), "cut at {place}");
        let mut bad = good.clone();
        bad[place] ^= 1;
        assert!(open(pair(7), &bad, 4096).is_err(), "altered at {place}");
    }
    // At the end of its first chunk, which was not the last one.
    assert_eq!(open(pair(7), &good[..body + CHUNK + TAG], 4096), Err(NotOpened::End));
    assert_eq!(open(pair(7), &[&good[..], b"x"].concat(), 4096), Err(NotOpened::End));
    // A header without an end is not held for ever.
    let endless = [b"age-encryption.org/v1\n".as_slice(), &vec![b'x'; 1 << 20]].concat();
    assert!(matches!(open(pair(7), &endless, 4096), Err(NotOpened::Form(_))));
    assert!(matches!(open(pair(7), b"-----BEGIN AGE ENCRYPTED FILE-----\n", 4096), Err(NotOpened::Form(_))));
    // A share that makes the same secret with every identity.
    let text = String::from_utf8_lossy(&good[..body]).into_owned();
    let share = text.lines().nth(1).and_then(|line| line.strip_prefix("-> X25519 ")).unwrap().to_owned();
    let zero = text.find(&share).unwrap();
    let mut weak = good.clone();
    weak[zero..zero + share.len()].copy_from_slice("A".repeat(share.len()).as_bytes());
    assert_eq!(open(pair(7), &weak, 4096), Err(NotOpened::Recipient));
}

#[test]
fn recipients_and_identities_are_told_apart() {
    let recipient = pair(7).recipient().to_string();
    let secret = pair(7).expose();
    assert_eq!(recipient.len(), 62);
    let not = |text: &str| text.parse::<Recipient>().unwrap_err();
    assert_eq!(not(&secret), NotARecipient::Secret);
    assert_eq!(not("ssh-ed25519 AAAA"), NotARecipient::Kind);
    assert_eq!(not(&format!("age1pq1{}", "q".repeat(2000))), NotARecipient::Kind);
    for wrong in ["", "age1", "age1qqqq", "n1", &recipient.replace('1', "l"), &recipient[..61]] {
        assert_eq!(not(wrong), NotARecipient::Form, "{wrong}");
    }
    let mut typo = recipient.clone().into_bytes();
    typo[20] = if typo[20] == b'q' { b'p' } else { b'q' };
    assert_eq!(not(std::str::from_utf8(&typo).unwrap()), NotARecipient::Form);
    let not = |text: &str| Identity::in_file(text).unwrap_err();
    assert_eq!(not("# none\n\n"), NotAnIdentity::None);
    assert_eq!(not(&recipient), NotAnIdentity::Public);
    assert_eq!(not(&format!("# x\n{}\n", &secret[..70])), NotAnIdentity::Form(2));
    assert_eq!(Identity::in_file(&format!("# x\r\n\r\n  {}\r\n", *secret)).unwrap().recipient(), pair(7).recipient());
    assert!(matches!(Sealing::begin(&[], drawn(0)), Err(NotSealed::ForNobody)));
}
