//! `advisories check TABLE LOCK...` holds locks against a table; `advisories distil CRATES DAY LOCK...` prints a table of the
//! advisories in the directory `crates` of a database of that day.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "edge: reads files, asks the clock"
)]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use advisories::Table;
use advisories::advisory::Advisory;
use advisories::lock::{self, Crate};
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = match &args[..] {
        ["check", table, locks @ ..] if !locks.is_empty() => check(table, locks),
        ["distil", crates, day, locks @ ..] if !locks.is_empty() => distil(crates, day, locks),
        _ => {
            eprintln!("advisories check TABLE LOCK... | distil CRATES DAY LOCK...");
            return ExitCode::from(2);
        }
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(3)
    })
}

fn check(table: &str, locks: &[&str]) -> Result<ExitCode, Box<dyn Error>> {
    let table: Table = read(Path::new(table))?.parse()?;
    let verdict = table.judge(&crates(locks)?, OffsetDateTime::now_utc().date());
    for warning in &verdict.warnings {
        eprintln!("warning: {warning}");
    }
    for fault in &verdict.faults {
        eprintln!("error: {fault}");
    }
    Ok(if verdict.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(4) })
}

fn distil(dir: &str, day: &str, locks: &[&str]) -> Result<ExitCode, Box<dyn Error>> {
    let mut database = Vec::new();
    for package in fs::read_dir(dir)? {
        for file in fs::read_dir(package?.path())? {
            let path = file?.path();
            let advisory =
                Advisory::from_database(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
            database.extend(advisory);
        }
    }
    print!("{}", Table::distil(Date::parse(day, &Iso8601::DATE)?, &database, &crates(locks)?));
    Ok(ExitCode::SUCCESS)
}

fn crates(locks: &[&str]) -> Result<BTreeSet<Crate>, Box<dyn Error>> {
    let mut all = BTreeSet::new();
    for lock in locks {
        all.extend(lock::crates(&read(Path::new(lock))?)?);
    }
    Ok(all)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("reading {}: {error}", path.display()))
}
