//! What kind of file somebody brought, by its bytes: what can be read as PEM is; what cannot is named. Pure.

use std::path::Path;

use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

/// A file that holds certificates or keys in another form than PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A certificate in DER.
    DerCertificate,
    /// A private key in DER.
    DerKey,
    /// PKCS#12 (`.p12`, `.pfx`).
    Pkcs12,
    /// PKCS#7 (`.p7b`) in DER.
    DerPkcs7,
    /// PKCS#7 in PEM.
    Pkcs7,
    /// A keystore of Java's.
    JavaKeyStore,
    /// A request, not a certificate.
    Request,
    /// A key in the form of OpenSSH.
    OpensshKey,
    /// What says where a key is that stays in a token, an HSM or a TPM.
    Token,
    /// PEM in base64, as Kubernetes writes it: alone, or in a file of its own.
    Base64,
    /// The same among other things, in YAML.
    Base64Within,
    /// Nothing is in it.
    Empty,
    /// Neither of these.
    Other,
}

/// Object identifiers of `signedData` and `data` (RFC 2315), in DER.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// `-----BEGIN` in base64.
pub(crate) const BASE64: &str = "LS0tLS1CRUdJTi";

/// The text of a file: UTF-8, or UTF-16 with its mark; of JSON that cfssl or Vault has printed, what in it is PEM.
pub(crate) fn text(bytes: Vec<u8>) -> Result<Zeroizing<String>, Form> {
    let bytes = Zeroizing::new(bytes);
    let text = match bytes.as_slice() {
        [] => return Err(Form::Empty),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        all => utf8(all)?,
    };
    if text.trim_start().starts_with('{')
        && text.contains("-----BEGIN ")
        && let Ok(json) = serde_json::from_str(&text)
    {
        let mut pem = Zeroizing::new(String::new());
        gather(json, &mut pem);
        return Ok(pem);
    }
    // As it stands in JSON and in variables of an environment.
    Ok(if text.contains("-----\\n") { Zeroizing::new(text.replace("\\n", "\n")) } else { text })
}

fn utf8(bytes: &[u8]) -> Result<Zeroizing<String>, Form> {
    std::str::from_utf8(bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| Form::of(bytes))
}

fn wide(bytes: &[u8], from: fn([u8; 2]) -> u16) -> Result<Zeroizing<String>, Form> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units: Zeroizing<Vec<u16>> = Zeroizing::new(pairs.iter().copied().map(from).collect());
    let text = String::from_utf16(&units).map(Zeroizing::new);
    text.ok().filter(|_| odd.is_empty()).ok_or(Form::Other)
}

/// Each text in `json` that is PEM, in the order of the file, none twice.
fn gather(json: Value, pem: &mut Zeroizing<String>) {
    match json {
        Value::String(mut text) => {
            if text.contains("-----BEGIN ") && !pem.contains(text.trim_end()) {
                pem.push_str(text.trim_end());
                pem.push('\n');
            }
            text.zeroize();
        }
        Value::Array(all) => all.into_iter().for_each(|one| gather(one, pem)),
        Value::Object(all) => all.into_iter().for_each(|(_, one)| gather(one, pem)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether `path` is no file, but says where in a token a key is (RFC 7512).
pub(crate) fn is_in_a_token(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"pkcs11:"))
}

impl Form {
    /// By the first bytes of what is not a text.
    fn of(bytes: &[u8]) -> Self {
        let head = bytes.get(..64.min(bytes.len())).unwrap_or_default();
        let has = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
        let version =
            |number: u8| head.get(..12).is_some_and(|head| head.windows(3).any(|w| w == [0x02, 0x01, number]));
        match head {
            [0xfe, 0xed, 0xfe, 0xed, ..] => Self::JavaKeyStore,
            [0x30, ..] if x509_parser::parse_x509_certificate(bytes).is_ok() => Self::DerCertificate,
            [0x30, ..] if version(3) && has(DATA) => Self::Pkcs12,
            [0x30, ..] if has(SIGNED_DATA) => Self::DerPkcs7,
            [0x30, ..] if version(0) || version(1) => Self::DerKey,
            _ => Self::Other,
        }
    }

    /// What a text is that holds neither a certificate nor a private key; `None` where it holds one.
    #[must_use]
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let has = |tag: &str| text.contains(&format!("-----BEGIN {tag}-----"));
        let certificate = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].into_iter().any(has);
        let openssh = has("OPENSSH PRIVATE KEY");
        match text {
            _ if openssh => Some(Self::OpensshKey),
            _ if has("PKCS#11 PROVIDER URI") || has("TSS2 PRIVATE KEY") => Some(Self::Token),
            _ if certificate || text.contains("PRIVATE KEY-----") => None,
            _ if has("PKCS7") => Some(Self::Pkcs7),
            _ if text.contains("CERTIFICATE REQUEST-----") => Some(Self::Request),
            _ if text.trim().is_empty() => Some(Self::Empty),
            _ if text.trim_start().starts_with(BASE64) => Some(Self::Base64),
            _ if text.contains(BASE64) => Some(Self::Base64Within),
            _ => Some(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_gives_its_pem() {
        let json = r#"{"data": {"ca_chain": ["-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"],
            "issuing_ca": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "serial_number": "1"}}"#;
        let pem = text(json.as_bytes().to_vec()).unwrap();
        assert_eq!(&**pem, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
        let escaped = b"CA=-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n".to_vec();
        assert_eq!(&**text(escaped).unwrap(), "CA=-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
        let settings = r#"{"CN": "x"}"#;
        assert_eq!(&**text(settings.as_bytes().to_vec()).unwrap(), settings);
    }

    #[test]
    fn what_is_not_a_text_has_a_name() {
        assert_eq!(text(Vec::new()).err(), Some(Form::Empty));
        assert_eq!(text(vec![0xfe, 0xed, 0xfe, 0xed, 0, 0]).err(), Some(Form::JavaKeyStore));
        assert_eq!(text(vec![0x30, 0x82]).err(), Some(Form::Other));
        assert_eq!(Form::of_text("-----BEGIN CERTIFICATE REQUEST-----"), Some(Form::Request));
        assert_eq!(Form::of_text("-----BEGIN CERTIFICATE-----"), None);
        assert_eq!(Form::of_text("LS0tLS1CRUdJTiBD"), Some(Form::Base64));
        assert_eq!(Form::of_text("-----BEGIN TSS2 PRIVATE KEY-----"), Some(Form::Token));
        assert!(is_in_a_token(Path::new("./pkcs11:token=etcd;object=ca")) && !is_in_a_token(Path::new("a/pkcs11.pem")));
        assert_eq!(Form::of_text("data:\n  tls.crt: LS0tLS1CRUdJTiBD\n"), Some(Form::Base64Within));
    }
}
