//! Findings about what stands above our places. Whoever can write there, or chose where a link leads, could put something
//! else in our place.

use std::path::Path;

use payload::shell::word;

use super::{Finding, refuse};
use crate::facts::Paths;
use crate::facts::paths::{Obstacle, ObstacleKind};

pub(super) fn obstacles(paths: &Paths) -> impl Iterator<Item = Finding> {
    paths.obstacles.iter().map(finding)
}

fn finding(Obstacle { path, kind }: &Obstacle) -> Finding {
    // Part of it can be the target of a link that others made: no shell must read more into it.
    let typed = word(Path::new(path));
    match kind {
        ObstacleKind::Dir { mode, uid } => {
            let text = format!("others than root can write to `{path}` (mode {mode:04o}, owner {uid})");
            refuse("unsafe-directory", text, format!("chown root {typed}; chmod go-w {typed}"))
        }
        ObstacleKind::Link { uid, dir_mode, dir_uid } => {
            let text = format!(
                "others than root can choose where `{path}` leads: a link of owner {uid}, in a directory of mode \
                 {dir_mode:04o}, owner {dir_uid}"
            );
            refuse("unsafe-directory", text, format!("ls -l {typed}; rm {typed}"))
        }
        ObstacleKind::Nowhere => {
            refuse("path-taken", format!("`{path}` is a link that leads nowhere"), format!("ls -l {typed}; rm {typed}"))
        }
        ObstacleKind::NoDirectory => {
            let text = format!("`{path}` is there already and is not a directory");
            let aside = word(Path::new(&format!("{path}.old")));
            refuse("path-taken", text, format!("mv {typed} {aside}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_obstacle_is_named_with_its_place() {
        for (kind, code, words) in [
            (ObstacleKind::Dir { mode: 0o777, uid: 0 }, "unsafe-directory", "`/x` (mode 0777, owner 0)"),
            (
                ObstacleKind::Link { uid: 7, dir_mode: 0o1777, dir_uid: 0 },
                "unsafe-directory",
                "`/x` leads: a link of owner 7",
            ),
            (ObstacleKind::Nowhere, "path-taken", "`/x` is a link that leads nowhere"),
            (ObstacleKind::NoDirectory, "path-taken", "`/x` is there already and is not a directory"),
        ] {
            let paths = Paths { obstacles: [Obstacle { path: "/x".to_owned(), kind }].into(), ..Paths::default() };
            let found: Vec<_> = obstacles(&paths).collect();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].code, code);
            assert!(found[0].text.contains(words), "{found:?}");
        }
    }

    #[test]
    fn what_others_have_named_is_one_word_of_a_help_line() {
        let paths =
            |kind| Paths { obstacles: [Obstacle { path: "/srv/$(x);y".to_owned(), kind }].into(), ..Paths::default() };
        let found: Vec<_> = obstacles(&paths(ObstacleKind::Dir { mode: 0o777, uid: 0 })).collect();
        assert_eq!(found[0].help, "chown root '/srv/$(x);y'; chmod go-w '/srv/$(x);y'");
        let found: Vec<_> = obstacles(&paths(ObstacleKind::NoDirectory)).collect();
        assert_eq!(found[0].help, "mv '/srv/$(x);y' '/srv/$(x);y.old'");
    }
}
