//! The first words of TLS 1.2, as far as they are spoken in the clear: what is sent to a peer port, and the certificate in
//! what comes back. No key, no secret, no decryption; what comes back is anybody's and is believed in nothing.
//!
//! The forms are those of RFC 5246, 6.2.1 and 7.4, and RFC 8422.

/// The most of an answer that is looked at. A chain of certificates is a few kilobytes.
pub(crate) const MOST: usize = 64 * 1024;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;
const SERVER_HELLO_DONE: u8 = 14;

/// A hello of TLS 1.2 that every etcd from 3.1 on answers: each suite that its Go has had, for RSA and for ECDSA. Servers that
/// speak 1.3 alone answer with an alert.
pub(crate) fn client_hello() -> Vec<u8> {
    const SUITES: [u16; 16] = [
        0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc023, 0xc027, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x009d,
        0x002f, 0x0035,
    ];
    const EXTENSIONS: &[u8] = &[
        0x00, 0x0a, 0, 10, 0, 8, 0, 0x1d, 0, 0x17, 0, 0x18, 0, 0x19, // groups: X25519, P-256, P-384, P-521
        0x00, 0x0b, 0, 2, 1, 0, // points: uncompressed
        0x00, 0x0d, 0, 20, 0, 18, 4, 3, 5, 3, 6, 3, 4, 1, 5, 1, 6, 1, 8, 4, 8, 5, 8,
        6, // signatures: ECDSA, RSA, PSS
        0xff, 0x01, 0, 1, 0, // no renegotiation
    ];
    let mut body = vec![3, 3];
    // Nothing is ever encrypted with it.
    body.extend([0x65; 32]);
    body.push(0);
    sized(&mut body, 2, &SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect::<Vec<_>>());
    body.extend([1, 0]);
    sized(&mut body, 2, EXTENSIONS);
    let mut message = vec![1];
    sized(&mut message, 3, &body);
    let mut record = vec![HANDSHAKE, 3, 1];
    sized(&mut record, 2, &message);
    record
}

/// Appends `content` behind its length in `width` bytes.
fn sized(to: &mut Vec<u8>, width: usize, content: &[u8]) {
    let length = content.len().to_be_bytes();
    to.extend(length.iter().skip(length.len().saturating_sub(width)));
    to.extend(content);
}

/// What an answer comes to, as far as it has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It may go on.
    More,
    /// The certificates, the server's own first, in DER as they were sent.
    Chain(Vec<Vec<u8>>),
    /// It will bring none: an alert, another protocol, nonsense, or too much.
    Nothing,
}

/// Reads what has come back so far.
pub(crate) fn hear(answer: &[u8]) -> Heard {
    let mut messages = Vec::new();
    let mut rest = answer;
    while let Some((record, behind)) = record(rest) {
        match record {
            TlsRecord::Handshake(part) => messages.extend_from_slice(part),
            TlsRecord::Other => return Heard::Nothing,
        }
        rest = behind;
    }
    // What is cut off may still show that it is no record.
    if rest.first().is_some_and(|kind| *kind != HANDSHAKE && *kind != ALERT) {
        return Heard::Nothing;
    }
    match chain(&messages) {
        Heard::More if answer.len() >= MOST => Heard::Nothing,
        heard => heard,
    }
}

enum TlsRecord<'a> {
    Handshake(&'a [u8]),
    Other,
}

/// The first whole record, and what is behind it.
fn record(bytes: &[u8]) -> Option<(TlsRecord<'_>, &[u8])> {
    let (&[kind, major, _], rest) = bytes.split_first_chunk()?;
    let (content, behind) = split_sized(rest, 2)?;
    match (kind, major) {
        (HANDSHAKE, 3) if !content.is_empty() => Some((TlsRecord::Handshake(content), behind)),
        _ => Some((TlsRecord::Other, behind)),
    }
}

fn chain(mut messages: &[u8]) -> Heard {
    while let Some((&kind, rest)) = messages.split_first() {
        let Some((body, behind)) = split_sized(rest, 3) else { return Heard::More };
        match kind {
            CERTIFICATE => {
                let list = split_sized(body, 3).map(|(list, _)| list).and_then(certificates);
                return list.map_or(Heard::Nothing, Heard::Chain);
            }
            SERVER_HELLO_DONE => return Heard::Nothing,
            _ => messages = behind,
        }
    }
    Heard::More
}

/// At least one, and nothing else.
fn certificates(mut list: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    while !list.is_empty() {
        let (der, behind) = split_sized(list, 3).filter(|(der, _)| !der.is_empty())?;
        all.push(der.to_vec());
        list = behind;
    }
    (!all.is_empty()).then_some(all)
}

/// What stands behind its length in `width` bytes, and the rest; `None` where less than that is there.
fn split_sized(bytes: &[u8], width: usize) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(width)?;
    let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind];
        sized(&mut message, 3, body);
        message
    }

    fn record_of(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 3];
        sized(&mut record, 2, content);
        record
    }

    fn message_of(all: &[&[u8]]) -> Vec<u8> {
        let mut list = Vec::new();
        for der in all {
            sized(&mut list, 3, der);
        }
        let mut body = Vec::new();
        sized(&mut body, 3, &list);
        message(CERTIFICATE, &body)
    }

    fn answer() -> Vec<u8> {
        [record_of(HANDSHAKE, &message(2, &[7; 70])), record_of(HANDSHAKE, &message_of(&[b"leaf", b"ca"]))].concat()
    }

    #[test]
    fn the_certificates_are_found_however_the_answer_is_cut_into_records() {
        assert_eq!(hear(&answer()), Heard::Chain(vec![b"leaf".to_vec(), b"ca".to_vec()]));
        let one = [message(2, &[7; 70]), message_of(&[b"leaf"])].concat();
        for at in 1..one.len() {
            let (front, back) = one.split_at(at);
            let cut = [record_of(HANDSHAKE, front), record_of(HANDSHAKE, back)].concat();
            assert_eq!(hear(&cut), Heard::Chain(vec![b"leaf".to_vec()]), "{at}");
        }
    }

    #[test]
    fn what_has_not_all_arrived_is_waited_for() {
        let all = answer();
        for at in 0..all.len() {
            assert_eq!(hear(&all[..at]), Heard::More, "{at}");
        }
    }

    #[test]
    fn an_answer_that_brings_none_is_seen_as_such() {
        let done = [message(2, &[7; 70]), message(SERVER_HELLO_DONE, &[])].concat();
        for (what, bytes) in [
            ("an alert", record_of(ALERT, &[2, 70])),
            ("another protocol", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            ("SSH", b"SSH-2.0-x\r\n".to_vec()),
            ("no certificate", record_of(HANDSHAKE, &done)),
            ("an empty list", record_of(HANDSHAKE, &message_of(&[]))),
            ("an empty certificate", record_of(HANDSHAKE, &message_of(&[b""]))),
            ("a list that ends too early", record_of(HANDSHAKE, &message(CERTIFICATE, &[0, 0, 9, 0, 0, 1]))),
            ("an empty record", record_of(HANDSHAKE, &[])),
            ("old SSL", vec![HANDSHAKE, 2, 0, 0, 1, 2]),
            ("data", record_of(23, b"x")),
            (
                "a message without an end",
                [record_of(HANDSHAKE, &[2, 0xff, 0xff, 0xff]), vec![HANDSHAKE; MOST]].concat(),
            ),
        ] {
            assert_eq!(hear(&bytes), Heard::Nothing, "{what}");
        }
    }

    #[test]
    fn no_byte_that_is_another_makes_it_fall() {
        let all = answer();
        for at in 0..all.len() {
            for value in [0, 1, 2, 11, 22, 0x7f, 0x80, 0xff] {
                let mut bytes = all.clone();
                bytes[at] = value;
                for end in [bytes.len(), at + 1] {
                    if let Heard::Chain(chain) = hear(&bytes[..end]) {
                        assert!(chain.concat().len() <= all.len());
                    }
                }
            }
        }
    }

    #[test]
    fn the_hello_is_one_whole_record() {
        let hello = client_hello();
        let (TlsRecord::Handshake(message), []) = record(&hello).unwrap() else { panic!("not one record") };
        let (body, []) = split_sized(&message[1..], 3).unwrap() else { panic!("not one message") };
        let (suites, behind) = split_sized(&body[35..], 2).unwrap();
        assert_eq!((suites.len() % 2, &behind[..2]), (0, &[1, 0][..]));
        let (mut extensions, []) = split_sized(&behind[2..], 2).unwrap() else { panic!("extensions") };
        while !extensions.is_empty() {
            (_, extensions) = split_sized(&extensions[2..], 2).unwrap();
        }
    }
}
