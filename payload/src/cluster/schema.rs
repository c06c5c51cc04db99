//! Holds `docs/cluster-file.schema.json` against the keys and words that the parser takes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keys::{SECTIONS, WORDS};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/cluster-file.schema.json")).unwrap()
}

/// A section's table, and the one that a host has.
fn table<'a>(schema: &'a Value, section: &str) -> &'a Value {
    let table = &schema["properties"][section.trim_matches(['[', ']'])];
    if section.starts_with("[[") { &table["items"] } else { table }
}

fn keys(table: &Value) -> Vec<&str> {
    table["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn each_section_has_the_keys_of_the_parser() {
    let schema = schema();
    let mut sections: Vec<&str> = SECTIONS.iter().map(|(section, _)| section.trim_matches(['[', ']'])).collect();
    sections.sort_unstable();
    assert_eq!(keys(&schema), sections);
    assert_eq!(schema["additionalProperties"], false);
    for (section, wanted) in SECTIONS {
        let table = table(&schema, section);
        let mut wanted: Vec<&str> = wanted.split(' ').collect();
        wanted.sort_unstable();
        assert_eq!(keys(table), wanted, "{section}");
        assert_eq!(table["additionalProperties"], false, "{section}");
        for (key, about) in table["properties"].as_object().unwrap() {
            assert!(about["description"].as_str().is_some_and(|text| !text.is_empty()), "{section} {key}");
        }
    }
}

#[test]
fn each_word_of_the_parser_is_there_and_no_other() {
    let schema = schema();
    let words: BTreeMap<&str, &str> = WORDS.into_iter().collect();
    let mut seen = 0;
    for (section, _) in SECTIONS {
        for (key, about) in table(&schema, section)["properties"].as_object().unwrap() {
            let listed =
                about["enum"].as_array().map(|all| all.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>());
            let wanted = words.get(key.as_str()).map(|words| words.split(' ').collect::<Vec<_>>());
            // One of the hosts' keys of the same name is no choice of words.
            assert_eq!(listed, wanted, "{section} {key}");
            seen += usize::from(listed.is_some());
        }
    }
    assert!(seen >= WORDS.len(), "{seen}");
}

/// What the parser misses first is what the schema requires.
#[test]
fn what_is_needed_is_required() {
    let schema = schema();
    for (text, table, key) in [
        ("", &schema, "cluster"),
        ("[cluster]\nname = \"c\"", &schema, "release"),
        ("[cluster]", table(&schema, "[cluster]"), "name"),
        ("[cluster]\nname = \"c\"\n[release]", table(&schema, "[release]"), "version"),
        ("[[host]]", table(&schema, "[[host]]"), "name"),
        ("[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[backup]", table(&schema, "[backup]"), "every"),
        ("[[host]]\nname = \"n1\"", table(&schema, "[[host]]"), "address"),
    ] {
        let error = toml::from_str::<super::file::File>(text).unwrap_err();
        assert!(error.message().contains(&format!("missing field `{key}`")), "{text}: {error}");
        assert!(table["required"].as_array().unwrap().contains(&key.into()), "{key}");
    }
}
