//! What a firewall's own listing says of a port. Pure text; in doubt a port counts as open, for this only warns.

use std::ops::RangeInclusive;

/// A zone of firewalld, as `firewall-cmd --list-all-zones` prints it.
struct Zone<'a> {
    name: &'a str,
    text: Vec<&'a str>,
}

/// The zone that guards `interface` and those of `ports` that it keeps shut; `default` has the interfaces that are in
/// no zone.
pub(crate) fn firewalld(listing: &str, default: &str, interface: &str, ports: &[u16]) -> Option<(String, Vec<u16>)> {
    let zones = zones(listing);
    let mine = zones.iter().find(|zone| zone.words("interfaces").any(|word| word == interface));
    let mine = mine.or_else(|| zones.iter().find(|zone| zone.name == default))?;
    // Whom a zone with sources lets in is not asked: it may be just the members.
    let guards = || zones.iter().filter(|zone| zone.name == mine.name || zone.words("sources").next().is_some());
    let shut: Vec<u16> = ports.iter().copied().filter(|port| !guards().any(|zone| zone.lets_in(*port))).collect();
    (!shut.is_empty()).then(|| (mine.name.to_owned(), shut))
}

fn zones(listing: &str) -> Vec<Zone<'_>> {
    let mut zones: Vec<Zone<'_>> = Vec::new();
    for line in listing.lines().filter(|line| !line.trim().is_empty()) {
        match zones.last_mut() {
            Some(zone) if line.starts_with([' ', '\t']) => zone.text.push(line.trim()),
            _ => {
                let name = line.split_whitespace().next().unwrap_or_default();
                zones.push(Zone { name, text: Vec::new() });
            }
        }
    }
    zones
}

impl<'a> Zone<'a> {
    fn words(&self, key: &str) -> impl Iterator<Item = &'a str> {
        let values = self.text.iter().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(':'));
        values.flat_map(str::split_whitespace).collect::<Vec<_>>().into_iter()
    }

    fn lets_in(&self, port: u16) -> bool {
        // What firewalld itself calls etcd's two ports.
        let service = match port {
            2379 => "etcd-client",
            2380 => "etcd-server",
            _ => "",
        };
        let quoted = format!("\"{port}\"");
        self.words("target").any(|target| target == "ACCEPT")
            || self.words("services").any(|name| name == service)
            || self.words("protocols").any(|name| name == "tcp")
            || self.words("ports").any(|word| word.strip_suffix("/tcp").is_some_and(|ports| has(ports, '-', port)))
            || self.text.iter().any(|line| line.starts_with("rule ") && line.contains(&quoted))
    }
}

/// Those of `ports` that no rule of ufw lets in, by its `user.rules`: a line
/// `### tuple ### ACTION PROTOCOL PORTS ...` for each rule.
pub(crate) fn ufw(rules: &str, ports: &[u16]) -> Vec<u16> {
    let lets_in = |port: u16| {
        rules.lines().filter_map(|line| line.strip_prefix("### tuple ### ")).any(|rule| {
            let mut words = rule.split_whitespace();
            let (action, protocol, list) = (words.next(), words.next(), words.next().unwrap_or_default());
            let goes_out = words.any(|word| word == "out" || word.starts_with("out_"));
            action.is_some_and(|action| action.starts_with("allow") || action.starts_with("limit"))
                && protocol.is_some_and(|protocol| protocol != "udp")
                && !goes_out
                && list.split(',').any(|ports| ports == "any" || has(ports, ':', port))
        })
    };
    ports.iter().copied().filter(|port| !lets_in(*port)).collect()
}

/// Whether `text`, one port or two with `dash` in between, has `port` in it.
fn has(text: &str, dash: char, port: u16) -> bool {
    let (from, to) = text.split_once(dash).unwrap_or((text, text));
    let range = || -> Option<RangeInclusive<u16>> { Some(from.parse().ok()?..=to.parse().ok()?) };
    range().is_some_and(|range| range.contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by firewalld 1.3.3: `fixtures/make-firewalld`.
    const ZONES: &str = include_str!("../../../fixtures/firewalld-zones.txt");

    #[test]
    fn the_zone_of_the_interface_counts_and_zones_of_sources_beside_it() {
        let shut = |default, interface, ports: &[u16]| firewalld(ZONES, default, interface, ports);
        assert_eq!(shut("public", "eth0", &[2379, 2380]), None);
        assert_eq!(shut("public", "eth0", &[2380, 4001]), Some(("public".to_owned(), vec![4001])));
        assert_eq!(shut("public", "eth1", &[4001]), Some(("internal".to_owned(), vec![4001])));
        assert_eq!(shut("drop", "eth0", &[2379, 2380]), None, "`work` has sources, a service and a rule");
        assert_eq!(shut("trusted", "eth0", &[4001]), None);
        assert_eq!(shut("nonesuch", "eth0", &[4001]), None);
        let without_work = ZONES.split("work (active)").next().unwrap();
        assert_eq!(firewalld(without_work, "drop", "eth0", &[2379]), Some(("drop".to_owned(), vec![2379])));
        assert_eq!(firewalld(without_work, "public", "eth1", &[2380]), Some(("internal".to_owned(), vec![2380])));
        assert_eq!(firewalld("", "public", "eth0", &[2380]), None);
    }

    #[test]
    fn rules_of_ufw_are_read_as_it_writes_them() {
        let rules = "*filter\n### RULES ###\n\n### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n\
                     -A ufw-user-input -p tcp --dport 22 -j ACCEPT\n\
                     ### tuple ### allow any 2379:2380 0.0.0.0/0 any 10.0.0.0/8 in_eth0\n\
                     ### tuple ### deny tcp 4001 0.0.0.0/0 any 0.0.0.0/0 in\n\
                     ### tuple ### allow udp 5001 0.0.0.0/0 any 0.0.0.0/0 in\n\
                     ### tuple ### allow_log tcp 5002 0.0.0.0/0 any 0.0.0.0/0 out_eth0\n\
                     ### tuple ### route:allow tcp 5003 0.0.0.0/0 any 0.0.0.0/0 in\n";
        assert_eq!(ufw(rules, &[22, 2379, 2380, 4001, 5001, 5002, 5003]), [4001, 5001, 5002, 5003]);
        assert_eq!(ufw("### tuple ### allow any any 0.0.0.0/0 any 10.0.0.2 in\n", &[2380]), [] as [u16; 0]);
        assert_eq!(ufw("", &[2380]), [2380]);
    }
}
