//! From the keys that were issued to the form in which they travel, and the passphrase where that needs one.

use std::path::Path;

use payload::cluster::{self, Cluster};

use super::{Error, passphrase};
use crate::cli::BuildArgs;
use crate::narrator::Narrator;
use crate::pki::{Issued, Keys, Sealing, Whose};

/// The keys of `issued` as the cluster file wants them.
pub(super) fn travelling(
    args: &BuildArgs,
    cluster: &Cluster,
    issued: &Issued,
    pki_dir: &Path,
    narrator: &mut dyn Narrator,
) -> Result<Keys, Error> {
    match cluster.pki.keys {
        cluster::Keys::Passphrase => sealed(args, issued, pki_dir, narrator),
        cluster::Keys::HostKey => Err(Error::Refused {
            text: "this etcdpack cannot pack for hosts that make their own keys yet".to_owned(),
            help: "keys = \"passphrase\"   (in `[pki]`)".to_owned(),
        }),
        cluster::Keys::Plaintext => {
            if args.passphrase_fd.is_some() || args.new_passphrase {
                return Err(Error::Usage {
                    text: "there is no key to seal: `[pki] keys` is not \"passphrase\"".to_owned(),
                    help: "etcdpack build".to_owned(),
                });
            }
            Ok(Keys::Plaintext)
        }
    }
}

fn sealed(args: &BuildArgs, issued: &Issued, pki_dir: &Path, narrator: &mut dyn Narrator) -> Result<Keys, Error> {
    let sealing = Sealing::open(issued, pki_dir, args.new_passphrase, narrator)?;
    let wanted = sealing.wanted().map(Whose::to_string).collect::<Vec<_>>().join(", ");
    if let Some(fd) = args.passphrase_fd {
        let given = passphrase::from_fd(fd)?;
        sealing.check(&given)?;
        return Ok(Keys::Sealed(sealing.seal(&given)?));
    }
    if wanted.is_empty() {
        narrator.note("the private keys stay sealed with the passphrase of an earlier build");
        return Ok(Keys::Sealed(sealing.as_it_is()));
    }
    let generated = passphrase::generate()?;
    // First of all: a key under a passphrase that nobody has seen would be of no use to the next build.
    passphrase::show(&generated, &wanted)?;
    Ok(Keys::Sealed(sealing.seal(&generated)?))
}
