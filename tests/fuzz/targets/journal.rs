//! The journal, as a power cut may have left it. What must hold stands beside its parser.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| installer::fuzz_journal(bytes));
