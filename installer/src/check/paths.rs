//! Findings about what stands above our places. Whoever can write there, or chose where a link leads, could put something
//! else in our place.

use crate::facts::Paths;
use crate::finding::{Finding, PathFinding};

/// Everything on the way to them that nothing may be written through.
pub(super) fn obstacles(paths: &Paths) -> impl Iterator<Item = Finding> {
    paths.obstacles.iter().map(|obstacle| PathFinding::Obstacle(obstacle.clone()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::paths::{Obstacle, ObstacleKind};
    use crate::text::findings::{help, text};

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
            assert_eq!(found[0].code().as_str(), code);
            assert!(text(&found[0]).contains(words), "{found:?}");
        }
    }

    #[test]
    fn what_others_have_named_is_one_word_of_a_help_line() {
        let paths =
            |kind| Paths { obstacles: [Obstacle { path: "/srv/$(x);y".to_owned(), kind }].into(), ..Paths::default() };
        let found: Vec<_> = obstacles(&paths(ObstacleKind::Dir { mode: 0o777, uid: 0 })).collect();
        assert_eq!(help(&found[0]).to_string(), "chown root '/srv/$(x);y'; chmod go-w '/srv/$(x);y'");
        let found: Vec<_> = obstacles(&paths(ObstacleKind::NoDirectory)).collect();
        assert_eq!(help(&found[0]).to_string(), "mv '/srv/$(x);y' '/srv/$(x);y.old'");
    }
}
