//! What `inspect` shows of a list of parts. Pure; the document may be anybody's.

use payload::line::plain;
use serde::Deserialize;

use super::ORIGIN;
use super::cyclonedx::{Component, ComponentType};

/// One line for people, without control characters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Its SHA-256, as written.
    pub(crate) sha256: String,
    pub(crate) origin: String,
    /// How many libraries are linked into it.
    pub(crate) libraries: usize,
}

/// The parts and, as `PART/FILE`, the files in them; libraries are only counted.
pub(crate) fn read(document: &[u8]) -> Result<Vec<Part>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Components {
        #[serde(default)]
        components: Vec<Component>,
    }
    let Components { components } = serde_json::from_slice(document)?;
    let with_files = |whole: &Component| {
        let files = whole.components.iter().filter(|inside| matches!(inside.kind, ComponentType::File)).map(part);
        let files = files.map(|file| Part { name: format!("{}/{}", plain(&whole.name), file.name), ..file });
        [part(whole)].into_iter().chain(files).collect::<Vec<Part>>()
    };
    Ok(components.iter().flat_map(with_files).collect())
}

fn part(component: &Component) -> Part {
    let sha256 = component.hashes.iter().find(|hash| hash.alg == "SHA-256");
    let origin = component.properties.iter().find(|property| property.name == ORIGIN);
    Part {
        name: plain(&component.name),
        version: plain(component.version.as_deref().unwrap_or_default()),
        sha256: plain(sha256.map_or("", |hash| &hash.content)),
        origin: plain(origin.map_or("", |property| &property.value)),
        libraries: component.components.iter().filter(|inside| matches!(inside.kind, ComponentType::Library)).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_by_somebody_else_cannot_steer_the_terminal() {
        let text = r#"{"components": [{"type": "firmware", "name": "\u001b[2Jx", "more": 1, "hashes": [{"alg": "MD5", "content": "0"}]}]}"#;
        let parts = read(text.as_bytes()).unwrap();
        assert_eq!((parts[0].name.as_str(), parts[0].sha256.as_str()), ("\u{fffd}[2Jx", ""));
        for (text, is_one) in [("{}", true), ("", false), ("<bom/>", false), (r#"{"components": {}}"#, false)] {
            assert_eq!(read(text.as_bytes()).is_ok(), is_one, "{text}");
        }
        assert!(read(r#"{"components": [{"name": "x", "#.repeat(1000).as_bytes()).is_err());
    }
}
