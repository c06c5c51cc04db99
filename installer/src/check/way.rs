//! Findings about what stands above our places. Whoever can write there, or chose where a link leads, could put something
//! else in our place.

use super::{Finding, refuse};
use crate::facts::{Facts, Hindrance, Obstacle};

pub(super) fn obstacles(facts: &Facts) -> impl Iterator<Item = Finding> {
    facts.obstacles.iter().map(finding)
}

fn finding(Obstacle { path, what }: &Obstacle) -> Finding {
    match what {
        Hindrance::Dir { mode, uid } => {
            let text = format!("others than root can write to `{path}` (mode {mode:04o}, owner {uid})");
            refuse("unsafe-directory", text, format!("chown root {path}; chmod go-w {path}"))
        }
        Hindrance::Link { uid, dir_mode, dir_uid } => {
            let text = format!(
                "others than root can choose where `{path}` leads: a link of owner {uid}, in a directory of mode \
                 {dir_mode:04o}, owner {dir_uid}"
            );
            refuse("unsafe-directory", text, format!("ls -l {path}; rm {path}"))
        }
        Hindrance::Nowhere => {
            refuse("path-taken", format!("`{path}` is a link that leads nowhere"), format!("ls -l {path}; rm {path}"))
        }
        Hindrance::NoDirectory => {
            let text = format!("`{path}` is there already and is not a directory");
            refuse("path-taken", text, format!("mv {path} {path}.old"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::good;

    #[test]
    fn each_obstacle_is_named_with_its_place() {
        for (what, code, words) in [
            (Hindrance::Dir { mode: 0o777, uid: 0 }, "unsafe-directory", "`/x` (mode 0777, owner 0)"),
            (
                Hindrance::Link { uid: 7, dir_mode: 0o1777, dir_uid: 0 },
                "unsafe-directory",
                "`/x` leads: a link of owner 7",
            ),
            (Hindrance::Nowhere, "path-taken", "`/x` is a link that leads nowhere"),
            (Hindrance::NoDirectory, "path-taken", "`/x` is there already and is not a directory"),
        ] {
            let facts = Facts { obstacles: [Obstacle { path: "/x".to_owned(), what }].into(), ..good() };
            let found: Vec<_> = obstacles(&facts).collect();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].code, code);
            assert!(found[0].text.contains(words), "{found:?}");
        }
    }
}
