//! A CA that etcdpack does not have, by openssl. Its key and what it signs lie in the site's directory.
//!
//! Must not know what the certificates are for.

/// Lines that make it: `root.pem` and its key.
pub const MADE: &str = "umask 077; openssl req -x509 -newkey rsa:2048 -nodes -keyout root-key.pem -subj /CN=Root -days 3000 -out root.pem \
    -addext keyUsage=critical,keyCertSign,cRLSign";

/// Lines by which it signs the requests in `csr/` of the hosts n1, n2 and n3, for so many days. Each has these `names`, in which `$n`
/// is its number.
pub fn signs(names: &str, days: u32) -> String {
    format!(
        "for n in 1 2 3; do
            printf '%s\\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature authorityKeyIdentifier=keyid \\
                extendedKeyUsage=serverAuth,clientAuth subjectAltName={names} >ext
            openssl x509 -req -in csr/n$n.csr -CA root.pem -CAkey root-key.pem -CAcreateserial -days {days} -extfile ext -out n$n.pem
        done"
    )
}
