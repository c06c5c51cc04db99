//! What people carry besides the bundles: a sheet about the cluster, one about each host, and a calendar of the certificates' ends, from
//! what is in the bundles and nothing else. The same bundles make the same bytes; all that comes from outside is escaped. Pure, but for
//! `folder`, which writes. Must not see a secret: it is given manifests and certificates.

mod calendar;
mod cluster;
mod folder;
mod host;
mod page;
mod picture;
mod sheets;
mod tongues;
mod trouble;

pub(crate) use folder::{FOLDER, check, write};
pub(crate) use sheets::{Sheet, Sheets};
pub(crate) use tongues::Tongues;

/// Each file of the folder: its name, and what is in it.
pub(crate) fn files(sheets: &Sheets, tongues: Tongues) -> Vec<(String, String)> {
    let mut files = vec![("cluster.html".to_owned(), cluster::page(sheets, tongues))];
    for (number, sheet) in (1..).zip(&sheets.hosts) {
        // No host is called so that it could be taken for another page.
        files.push((format!("host-{}.html", sheet.manifest.host), host::page(sheets, sheet, number, tongues)));
    }
    files.push(("expiry.ics".to_owned(), calendar::calendar(sheets, tongues)));
    files
}

#[cfg(test)]
mod tests;
