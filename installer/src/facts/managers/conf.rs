//! A configuration of supervisor's, read line by line as Python's ConfigParser has it: `key = value` or `key: value` below
//! `[section]`. Of a value that goes on in further lines it has the first.

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) section: &'a str,
    pub(crate) key: &'a str,
    /// Without the comment behind it.
    pub(crate) value: &'a str,
}

/// All values, in the order of the file.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut section = "";
    text.lines().filter(|line| !line.starts_with([';', '#'])).filter_map(move |line| {
        if let Some(header) = line.trim().strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default();
            return None;
        }
        let (key, value) = line.split_once(['=', ':'])?;
        Some(Entry { section, key: key.trim(), value: value.split(" ;").next().unwrap_or_default().trim() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_the_section_above_them() {
        let text = "; [no]\n[a]\nx = 1 ; one\n#x=2\n[b] ; here\ny: 2\nnothing\n z=\n";
        let all: Vec<_> = entries(text).map(|of| (of.section, of.key, of.value)).collect();
        assert_eq!(all, [("a", "x", "1"), ("b", "y", "2"), ("b", "z", "")]);
    }
}
