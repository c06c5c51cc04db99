//! The ends of certificates as a calendar (RFC 5545): a day for each, sixty days ahead.

use time::Date;

use super::sheets::{Sheets, renewal};
use super::tongues::Tongues;
use crate::pki::Validity;
use crate::text::paper::calendar as text;
use crate::text::paper::cluster::of_hosts;

/// The most octets of a line, without its end (RFC 5545, 3.1).
const OCTETS: usize = 75;

/// The file.
pub(super) fn calendar(sheets: &Sheets, tongues: Tongues) -> String {
    let cluster = &sheets.cluster;
    let mut lines = Lines(String::new());
    for (name, value) in
        [("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//etcdpack//etcdpack//EN"), ("CALSCALE", "GREGORIAN")]
    {
        lines.put(name, value);
    }
    for (certificate, hosts) in sheets.certificates() {
        let names: Vec<_> = hosts.iter().map(|sheet| &sheet.manifest.host).collect();
        let summary = tongues.plain(|| text::ends(&of_hosts(&names), cluster, certificate.not_after.date()));
        event(&mut lines, &certificate, &summary, &tongues.plain(text::renew));
    }
    for authority in sheets.authorities() {
        let summary = tongues.plain(|| text::ca_ends(cluster, authority.not_after.date()));
        event(&mut lines, &authority, &summary, &tongues.plain(text::renew_ca));
    }
    lines.put("END", "VCALENDAR");
    lines.0
}

/// One day. Its id is the certificate's sum, so that a calendar which is read twice has it once.
fn event(lines: &mut Lines, certificate: &Validity, summary: &str, description: &str) {
    let made = certificate.not_before;
    let stamp = format!("{}T{:02}{:02}{:02}Z", day(made.date()), made.hour(), made.minute(), made.second());
    lines.put("BEGIN", "VEVENT");
    lines.put("UID", &format!("{}@etcdpack", certificate.digest));
    lines.put("DTSTAMP", &stamp);
    lines.put("DTSTART;VALUE=DATE", &day(renewal(certificate)));
    lines.put("SUMMARY", &escaped(summary));
    lines.put("DESCRIPTION", &escaped(description));
    lines.put("TRANSP", "TRANSPARENT");
    lines.put("END", "VEVENT");
}

fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

/// A text as a value (RFC 5545, 3.3.11).
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Lines as RFC 5545 wants them: ended by CR and LF, and none longer than 75 octets; a line that begins with a blank goes on with the
/// one before it.
pub(super) struct Lines(pub(super) String);

impl Lines {
    pub(super) fn put(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for letter in format!("{name}:{value}").chars() {
            if octets + letter.len_utf8() > OCTETS {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(letter);
            octets += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
