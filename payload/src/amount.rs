//! Numbers with a unit, as people write them: `8GiB`, `8 GB`.

/// `8GiB` and `8 GiB` by what the unit stands for; `None` where the unit is another, or the number too large.
pub(crate) fn with_unit(text: &str, factor: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    number.parse::<u64>().ok()?.checked_mul(factor(unit.trim())?)
}

/// As in etcd's own words, K, M, G and T count in 1024, with or without `i` and `B`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    with_unit(text, |unit| {
        let unit = unit.to_ascii_uppercase();
        let unit = unit.strip_suffix('B').unwrap_or(&unit);
        let shift = match unit.strip_suffix('I').filter(|unit| !unit.is_empty()).unwrap_or(unit) {
            "" => 0,
            "K" => 10,
            "M" => 20,
            "G" => 30,
            "T" => 40,
            _ => return None,
        };
        Some(1_u64 << shift)
    })
}
