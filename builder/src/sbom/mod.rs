//! The list of parts of a bundle, in CycloneDX: what is in it, with which sums, licences and origins.
//!
//! One an architecture: it lists what all its bundles have in common, and nothing of one host alone. Pure, without
//! clock and chance: the same parts give the same bytes, and the serial number is made of them.

mod crates;
mod cyclonedx;
mod listing;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use payload::manifest::Program;

pub use crates::CrateListError;
use cyclonedx::{
    Bom, Component, ComponentType, Composition, Dependency, Hash, License, Metadata, Named, Property, Reference,
    Supplier, Tools,
};
pub(crate) use listing::{Part, read};

use crate::carried::CarriedWheel;
use crate::release;

/// Who vouches for a part, or what it is a part of.
const ORIGIN: &str = "etcdpack:origin";

const OURS: &str = "Apache-2.0";

/// What is known of the parts.
pub(crate) struct Components<'a> {
    pub(crate) version: EtcdVersion,
    pub(crate) arch: Arch,
    /// Of the tarball.
    pub(crate) tarball: Digest,
    /// Who vouched for it first.
    pub(crate) origin: &'a str,
    pub(crate) programs: &'a [Program],
    pub(crate) wheels: &'a [CarriedWheel],
    /// Of the executable in front of the bundle.
    pub(crate) installer: Digest,
    /// What is linked into it.
    pub(crate) crates: &'a str,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum SbomError {
    Crates(#[from] CrateListError),
    Json(#[from] serde_json::Error),
}

/// The document.
pub(crate) fn write(parts: &Components) -> Result<Vec<u8>, SbomError> {
    let mut bom = bom(parts)?;
    bom.serial_number = Some(serial(Digest::of(&serde_json::to_vec(&bom)?)));
    let mut bytes = serde_json::to_vec_pretty(&bom)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn bom(parts: &Components) -> Result<Bom, SbomError> {
    let (etcd, installer) = (etcd(parts), installer(parts)?);
    let wheels: Vec<Component> = parts.wheels.iter().map(wheel).collect();
    let names = |components: &[Component]| components.iter().filter_map(|part| part.bom_ref.clone()).collect();
    let components: Vec<Component> = [etcd, installer].into_iter().chain(wheels).collect();
    let bundle = Component {
        kind: ComponentType::Application,
        bom_ref: Some("bundle".to_owned()),
        name: format!("etcd bundle for linux/{}", parts.arch),
        version: Some(parts.version.to_string()),
        ..Component::default()
    };
    let dependency = |of: &str, depends_on| Dependency { of: of.to_owned(), depends_on };
    // etcd's Go modules, the packages inside the wheels and those inside Rust's library are not listed.
    let opaque = ["etcd", "std"].map(str::to_owned).into_iter().chain(parts.wheels.iter().map(reference)).collect();
    let composition = |aggregate: &str, assemblies| Composition { aggregate: aggregate.to_owned(), assemblies };
    Ok(Bom {
        format: "CycloneDX".to_owned(),
        spec_version: "1.5".to_owned(),
        serial_number: None,
        version: 1,
        metadata: Metadata { tools: Tools { components: vec![etcdpack()] }, component: bundle },
        dependencies: vec![dependency("bundle", names(&components))],
        compositions: vec![composition("complete", vec!["installer".to_owned()]), composition("incomplete", opaque)],
        components,
    })
}

fn etcdpack() -> Component {
    Component {
        kind: ComponentType::Application,
        name: "etcdpack".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        licenses: vec![spdx(OURS)],
        ..Component::default()
    }
}

fn etcd(parts: &Components) -> Component {
    let program = |program: &Program| Component {
        kind: ComponentType::File,
        name: program.name.clone(),
        version: Some(parts.version.to_string()),
        hashes: vec![Hash::sha256(program.sha256)],
        properties: vec![origin("the tarball")],
        ..Component::default()
    };
    Component {
        kind: ComponentType::Application,
        bom_ref: Some("etcd".to_owned()),
        supplier: Some(Supplier { name: "The etcd Authors".to_owned() }),
        name: "etcd".to_owned(),
        version: Some(parts.version.to_string()),
        description: Some(format!("{}, byte for byte as it was verified", release::asset(parts.version, parts.arch))),
        hashes: vec![Hash::sha256(parts.tarball)],
        licenses: vec![spdx("Apache-2.0")],
        purl: Some(format!("pkg:github/etcd-io/etcd@{}", parts.version.tag())),
        external_references: vec![Reference {
            kind: "distribution".to_owned(),
            url: release::published_at(parts.version, parts.arch),
            comment: Some("where upstream publishes it; the bytes may have come through a mirror".to_owned()),
        }],
        components: parts.programs.iter().map(program).collect(),
        properties: vec![origin(parts.origin)],
    }
}

fn installer(parts: &Components) -> Result<Component, SbomError> {
    let linked = crates::parse(parts.crates)?;
    Ok(Component {
        kind: ComponentType::Application,
        bom_ref: Some("installer".to_owned()),
        name: "installer".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        description: Some("the executable in front of the bundle, and etcdpack-host on the host".to_owned()),
        hashes: vec![Hash::sha256(parts.installer)],
        licenses: vec![spdx(OURS)],
        // Its own line is this component.
        components: linked.iter().filter(|linked| linked.name != "installer").map(library).collect(),
        properties: vec![origin("carried by etcdpack")],
        ..Component::default()
    })
}

fn library(linked: &crates::Crate) -> Component {
    let std = linked.name == "std";
    Component {
        kind: ComponentType::Library,
        bom_ref: std.then(|| "std".to_owned()),
        name: linked.name.to_owned(),
        version: Some(linked.version.to_owned()),
        description: std.then(|| "Rust's standard library, with musl".to_owned()),
        hashes: linked.sha256.map(Hash::sha256).into_iter().collect(),
        // The way to write it before SPDX expressions, which some crates still have.
        licenses: vec![spdx(&linked.licence.replace('/', " OR "))],
        // Build metadata has a `+`, which a purl may not have as it is.
        purl: linked.sha256.map(|_| format!("pkg:cargo/{}@{}", linked.name, linked.version.replace('+', "%2B"))),
        properties: linked.sha256.map(|_| origin("Cargo.lock")).into_iter().collect(),
        ..Component::default()
    }
}

fn wheel(carried: &CarriedWheel) -> Component {
    let wheel = carried.wheel;
    Component {
        kind: ComponentType::Library,
        bom_ref: Some(reference(carried)),
        supplier: Some(Supplier { name: wheel.author.to_owned() }),
        name: wheel.project().to_owned(),
        version: Some(wheel.version().to_owned()),
        description: Some(format!("{}, as published", wheel.file)),
        hashes: vec![Hash::sha256(carried.content.digest)],
        licenses: vec![match wheel.licence {
            payload::wheel::Licence::Spdx(expression) => spdx(expression),
            payload::wheel::Licence::Named(name) => License::Named { license: Named { name: name.to_owned() } },
        }],
        purl: Some(format!("pkg:pypi/{}@{}", wheel.project(), wheel.version())),
        properties: vec![origin("sum compiled into etcdpack")],
        ..Component::default()
    }
}

fn reference(carried: &CarriedWheel) -> String {
    carried.wheel.project().to_owned()
}

fn spdx(expression: &str) -> License {
    License::Expression { expression: expression.to_owned() }
}

fn origin(text: &str) -> Property {
    Property { name: ORIGIN.to_owned(), value: text.to_owned() }
}

/// A UUID of version 8 (RFC 9562, 5.8), the one whose bits are the maker's to choose.
fn serial(of: Digest) -> String {
    let mut text = "urn:uuid:".to_owned();
    for (at, digit) in of.to_string().chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        // The digits for version and variant.
        text.push(if matches!(at, 12 | 16) { '8' } else { digit });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(tarball: Digest) -> String {
        let program = Program { name: "etcd".to_owned(), size: 1, sha256: Digest::of(b"etcd") };
        let parts = Components {
            version: EtcdVersion::new(3, 5, 1),
            arch: Arch::Arm64,
            tarball,
            origin: "cluster file",
            programs: &[program],
            wheels: &[],
            installer: Digest::of(b"installer"),
            crates: &format!("std\t1.95.0\t\tMIT\ntoml\t1.2.1+spec-1.1.0\t{tarball}\tMIT/Apache-2.0\n"),
        };
        String::from_utf8(write(&parts).unwrap()).unwrap()
    }

    #[test]
    fn the_same_parts_give_the_same_bytes_and_others_another_number() {
        let [one, other] = [b"1", b"2"].map(|bytes| Digest::of(bytes));
        assert_eq!(document(one), document(one));
        let number = |text: String| serde_json::from_str::<Bom>(&text).unwrap().serial_number.unwrap();
        assert_ne!(number(document(one)), number(document(other)));
        let number = number(document(one));
        let groups: Vec<usize> = number.trim_start_matches("urn:uuid:").split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{number}");
    }

    #[test]
    fn crates_are_named_as_registries_and_licence_lists_do() {
        let text = document(Digest::of(b"1"));
        assert!(text.contains("\"pkg:cargo/toml@1.2.1%2Bspec-1.1.0\""), "{text}");
        assert!(text.contains("\"MIT OR Apache-2.0\"") && !text.contains("MIT/Apache"), "{text}");
        assert!(!text.contains("pkg:cargo/std"), "{text}");
    }

    #[test]
    fn inspect_shows_parts_and_files_and_counts_libraries() {
        let tarball = Digest::of(b"1");
        let parts = read(document(tarball).as_bytes()).unwrap();
        let shown: Vec<(&str, &str, usize)> =
            parts.iter().map(|part| (part.name.as_str(), part.origin.as_str(), part.libraries)).collect();
        assert_eq!(
            shown,
            [("etcd", "cluster file", 0), ("etcd/etcd", "the tarball", 0), ("installer", "carried by etcdpack", 2)]
        );
        assert_eq!((parts[0].version.as_str(), parts[0].sha256.as_str()), ("3.5.1", tarball.to_string().as_str()));
    }
}
