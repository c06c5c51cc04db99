//! `pki show`: every certificate with its dates.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock, reads a file")]

use std::fs;
use std::path::{Path, PathBuf};

use payload::cluster::Cluster;
use payload::language::{columns, padded};
use payload::line;
use time::{Date, OffsetDateTime};

use super::cluster_file;
use crate::cli::{CLUSTER_FILE, PkiShowArgs};
use crate::failure::Failure;
use crate::pki::{self, CertificateKind, CertificateRow};
use crate::report::{Narrator, print};
use crate::text::command as text;

/// Lists the certificates in a `pki/` directory.
pub(super) fn show(args: &PkiShowArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let dir = args.pki.dir();
    let own_ca = match args.pki.cluster() {
        Some(path) => {
            let loaded = cluster_file::load_for_pki(path)?;
            loaded.cluster.pki.own_ca.map(|own| loaded.home.join(own.certificate))
        }
        None => beside(&dir),
    };
    let lines = pki::show(&dir, own_ca.as_deref(), OffsetDateTime::now_utc())?;
    if args.json {
        let json = serde_json::to_string_pretty(&lines).unwrap_or_default();
        print(json);
    } else {
        print(table(&lines).trim_end());
    }
    for holder in pki::waiting(&dir)? {
        narrator.note(&text::waits(&holder));
    }
    Ok(())
}

/// The CA of a cluster file that happens to lie beside the directory; one that cannot be read is nobody's fault here.
fn beside(dir: &Path) -> Option<PathBuf> {
    let home = dir.parent()?;
    let parsed = Cluster::parse(&fs::read(home.join(CLUSTER_FILE)).ok()?).ok()?;
    parsed.cluster.pki.own_ca.map(|own| home.join(own.certificate))
}

/// Columns as wide as what is in them.
fn table(lines: &[CertificateRow]) -> String {
    let rows: Vec<[String; 7]> =
        std::iter::once(text::COLUMNS.map(String::from)).chain(lines.iter().map(row)).collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(line: &CertificateRow) -> [String; 7] {
    let name = match line.what {
        // What stands in a certificate of others must not steer the terminal.
        CertificateKind::Ca => line::plain(&line.subject),
        CertificateKind::Shared => text::ALL_HOSTS.into(),
        CertificateKind::Host | CertificateKind::Client | CertificateKind::Server => {
            line.name.clone().unwrap_or_default()
        }
    };
    let day = |date: Date| date.to_string();
    [
        name,
        line.profile.map_or_else(|| "?".to_owned(), |profile| profile.to_string()),
        line.algorithm.clone(),
        day(line.not_before.date()),
        day(line.not_after.date()),
        line.days_left.to_string(),
        line::plain(&line.sans.join(", ")),
    ]
}
