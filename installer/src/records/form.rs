//! The form that the receipt and what was kept have in common: JSON with a number of its schema.

use payload::mode::Mode;
use payload::path::AbsPath;
use serde::{Deserialize, Serialize};

use crate::host::fs_error::FileOp;
use crate::host::write::Ids;
use crate::host::{FsError, Tree};
use crate::transaction::Permit;

/// The form that this program writes; it reads all before it. Form 1 was from before bundles were signed; form 2 forgot the
/// signer with an uninstall.
pub(crate) const SCHEMA: u32 = 3;
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Why a receipt could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiptError {
    Fs(#[from] FsError),
    /// It is no JSON, or not a record at all: it was cut off, emptied or overwritten.
    Damaged(AbsPath, serde_json::Error),
    /// It is a record, and has something that this program does not know.
    Form(AbsPath, serde_json::Error),
    Schema(AbsPath, u32),
}

pub(super) fn read<T: serde::de::DeserializeOwned>(tree: &Tree, path: &AbsPath) -> Result<Option<T>, ReceiptError> {
    tree.read_if_there(path, MAX_BYTES)?.map(|bytes| parse(&bytes, path)).transpose()
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8], path: &AbsPath) -> Result<T, ReceiptError> {
    #[derive(Deserialize)]
    struct SchemaOnly {
        schema: u32,
    }
    let damaged = |error| ReceiptError::Damaged(path.clone(), error);
    let SchemaOnly { schema } = serde_json::from_slice(bytes).map_err(damaged)?;
    if !(1..=SCHEMA).contains(&schema) {
        return Err(ReceiptError::Schema(path.clone(), schema));
    }
    serde_json::from_slice(bytes).map_err(|error| ReceiptError::Form(path.clone(), error))
}

pub(super) fn write<T: Serialize>(permit: &Permit, value: &T, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| FsError::of_json(FileOp::Write, path, error))?;
    bytes.push(b'\n');
    tree.put_file(permit, path, Mode::SECRET, Ids::ROOT, &mut bytes.as_slice())
}
