//! The sentences of all errors: their `Display`, one file for each room. Nobody imports these files; they import the
//! errors.

mod cache;
mod certificate;
mod cfssl;
mod command;
mod not_taken;
mod pack;
mod passphrase;
mod pki;
mod rehearsal;
mod release;
mod stick;
