//! The `[pki]` section of a cluster file, with settings put into it; all else, comments too, stays as it is written.
//! Text in, text out.

use payload::cluster::{Algorithm, Cluster};
use toml_edit::{Array, DocumentMut, Item, Table, TomlError, Value};

use super::settings::Settings;
use crate::text::cfssl;

/// A cluster file with other settings.
#[derive(Debug)]
pub struct Edited {
    pub text: String,
    /// Each change in words: ``validity = "87600h" (was "175200h")``.
    pub changes: Vec<String>,
}

/// Puts `settings` into `text`, which is `cluster` as it is written. Names and addresses that some host has are left
/// out: they stand in its certificate already.
pub fn put(text: &str, cluster: &Cluster, settings: &Settings) -> Result<Edited, TomlError> {
    let mut document: DocumentMut = text.strip_prefix('\u{feff}').unwrap_or(text).parse()?;
    let table = document.entry("pki").or_insert_with(|| Item::Table(Table::new()));
    let mut changes = Vec::new();
    if let Some(table) = table.as_table_like_mut() {
        for (key, value) in values(settings) {
            set(table, key, value, &mut changes);
        }
        for (key, all) in lists(cluster, settings) {
            extend(table, key, &all, &mut changes);
        }
    }
    Ok(Edited { text: document.to_string(), changes })
}

fn values(settings: &Settings) -> Vec<(&'static str, String)> {
    let text = |value: &Option<payload::cluster::SubjectText>| value.as_ref().map(|value| value.as_str().to_owned());
    [
        ("algorithm", settings.algorithm.map(|algorithm| written(algorithm).to_owned())),
        ("validity", settings.validity.map(|hours| hours.to_string())),
        ("ca-validity", settings.ca_validity.map(|hours| hours.to_string())),
        ("common-name", text(&settings.common_name)),
        ("country", settings.country.as_ref().map(|country| country.as_str().to_owned())),
        ("state", text(&settings.state)),
        ("locality", text(&settings.locality)),
        ("organization", text(&settings.organization)),
        ("organizational-unit", text(&settings.organizational_unit)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

/// As the cluster file writes it.
fn written(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Rsa2048 => "rsa-2048",
        Algorithm::Rsa3072 => "rsa-3072",
        Algorithm::Rsa4096 => "rsa-4096",
        Algorithm::EcdsaP256 => "ecdsa-p256",
        Algorithm::EcdsaP384 => "ecdsa-p384",
    }
}

/// Names and addresses that no host has.
fn lists(cluster: &Cluster, settings: &Settings) -> [(&'static str, Vec<String>); 2] {
    let hosts = &cluster.hosts;
    let known = |name: &str| {
        let mut names = hosts.iter().flat_map(|host| std::iter::once(&host.name).chain(&host.names));
        names.any(|host| host.as_str().eq_ignore_ascii_case(name))
    };
    let names = settings.names.iter().map(|name| name.as_str().to_owned()).filter(|name| !known(name));
    let has = |address| hosts.iter().any(|host| host.certified().contains(&address));
    let addresses = settings.addresses.iter().filter(|address| !has(**address)).map(ToString::to_string);
    [("spare-addresses", addresses.collect()), ("spare-names", names.collect())]
}

fn set(table: &mut dyn toml_edit::TableLike, key: &str, new: String, changes: &mut Vec<String>) {
    let Some(value) = table.get_mut(key).and_then(Item::as_value_mut) else {
        changes.push(cfssl::set(key, new.escape_debug()));
        table.insert(key, Item::Value(Value::from(new)));
        return;
    };
    if value.as_str() != Some(new.as_str()) {
        changes.push(cfssl::changed(key, new.escape_debug(), shown(value)));
        // What stands around the old value, a comment behind it, stays.
        let decor = value.decor().clone();
        *value = Value::from(new);
        *value.decor_mut() = decor;
    }
}

/// Without the comment behind it.
fn shown(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

fn extend(table: &mut dyn toml_edit::TableLike, key: &str, all: &[String], changes: &mut Vec<String>) {
    let there = |table: &dyn toml_edit::TableLike, one: &str| {
        let array = table.get(key).and_then(Item::as_array);
        array.is_some_and(|array| {
            array.iter().any(|value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(one)))
        })
    };
    let new: Vec<&String> = all.iter().filter(|one| !there(table, one)).collect();
    if new.is_empty() {
        return;
    }
    changes.push(cfssl::added(key, &new));
    let list = table.entry(key).or_insert(Item::Value(Value::Array(Array::new())));
    if let Some(array) = list.as_array_mut() {
        array.extend(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str =
        "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[[host]]\nname = \"n1\"\naddress = \"10.0.0.1\"\n";

    fn settings() -> Settings {
        let mut settings = Settings::default();
        settings
            .read(
                "{\"CN\": \"k8s-etcd\", \"hosts\": [\"10.0.0.1\", \"10.0.0.9\", \"N1\", \"vip\"], \"key\": {\"algo\": \"rsa\", \"size\": 2048}}",
                None,
            )
            .unwrap();
        settings
    }

    fn edited(text: &str) -> Edited {
        let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
        put(text, &cluster, &settings()).unwrap()
    }

    #[test]
    fn comments_and_all_else_stay() {
        let text = format!(
            "# ours\n{REST}\n[pki] # keys\n# what for\nalgorithm = \"ecdsa-p256\" # small\nspare-addresses = [\"10.0.0.8\"]\n\n[etcd]\n# tail\n"
        );
        let Edited { text, changes } = edited(&text);
        assert_eq!(
            text,
            format!(
                "# ours\n{REST}\n[pki] # keys\n# what for\nalgorithm = \"rsa-2048\" # small\nspare-addresses = [\"10.0.0.8\", \"10.0.0.9\"]\n\
                 common-name = \"k8s-etcd\"\nspare-names = [\"vip\"]\n\n[etcd]\n# tail\n"
            )
        );
        assert_eq!(changes[0], "algorithm = \"rsa-2048\" (was \"ecdsa-p256\")");
        assert!(edited(&text).changes.is_empty());
    }

    #[test]
    fn a_file_without_the_section_gets_one() {
        let Edited { text, .. } = edited(REST);
        let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
        assert_eq!(cluster.pki.common_name.as_str(), "k8s-etcd");
        assert_eq!(cluster.pki.spare_addresses.len(), 1);
        assert!(text.starts_with(REST));
    }
}
