//! The sentences of errors: their `Display`, a file for each room. Nobody imports these files; they import the errors.

use payload::language::Words;
use payload::words;

mod bundle;
mod credentials;
mod files;
mod probe;
mod programs;
mod records;
mod signer;
mod steps;

/// What somebody asked for with a signal.
const TOLD_TO_STOP: Words = words!(en = "told to stop", zh = "已按要求停止");
