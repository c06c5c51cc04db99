//! Where the files of a directory are on record that made way for a link. Pure.

use payload::path::AbsPath;

use crate::change::Change;

/// Where a run was cut off between its receipt and its end, the receipt has the directory where it is. Undoing puts it back, and
/// then its files are where they were: both places are ours.
pub(crate) fn with_the_way_back(changes: &[Change]) -> Vec<Change> {
    let ways: Vec<(AbsPath, AbsPath)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::MadeWay { path, aside, .. } => Some((aside.clone(), path.clone())),
            _ => None,
        })
        .collect();
    let mut all: Vec<Change> = Vec::new();
    for change in changes {
        let again = ways.iter().find_map(|(aside, path)| moved(change, aside, path));
        all.push(change.clone());
        all.extend(again.filter(|again| !changes.contains(again)));
    }
    all
}

/// A change to a file or directory in `from`, as one to it in `to`; `None` of any other.
pub(super) fn moved(change: &Change, from: &AbsPath, to: &AbsPath) -> Option<Change> {
    let place = |path: &AbsPath| -> Option<AbsPath> {
        format!("{to}{}", path.as_str().get(from.as_str().len()..)?).parse().ok()
    };
    match change {
        Change::File { path, sha256, before } if path.is_within(from) => {
            Some(Change::File { path: place(path)?, sha256: *sha256, before: before.clone() })
        }
        Change::Dir { path, holds } if path.is_within(from) => Some(Change::Dir { path: place(path)?, holds: *holds }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;

    use super::*;
    use crate::certificates::Home;
    use crate::change::{Before, Holds};
    use crate::facts::tests::manifest;

    fn file(at: &str) -> Change {
        Change::File { path: at.parse().unwrap(), sha256: Digest::of(b"x"), before: Before::Nothing }
    }

    fn dir(at: &str) -> Change {
        Change::Dir { path: at.parse().unwrap(), holds: Holds::Files }
    }

    #[test]
    fn both_places_of_a_directory_that_made_way_are_known() {
        let Home { link: path, target, aside, .. } = Home::of(&manifest().layout).unwrap();
        let gone = [dir(aside.as_str()), file(&format!("{aside}/ca.pem"))];
        let back = [dir(path.as_str()), file(&format!("{path}/ca.pem"))];
        let made_way = Change::MadeWay { path, target, aside };
        let written = [gone.to_vec(), vec![made_way.clone()]].concat();
        let all = with_the_way_back(&written);
        let [dir_gone, file_gone] = gone.clone();
        let [dir_back, file_back] = back.clone();
        assert_eq!(all, [dir_gone, dir_back, file_gone, file_back, made_way.clone()]);
        assert_eq!(with_the_way_back(&all), all, "again");
        let before = [&back[..], &[made_way]].concat();
        assert_eq!(with_the_way_back(&before), before, "the receipt is not written yet");
        assert_eq!(with_the_way_back(&gone), gone);
    }
}
