//! The words of findings about what stands at our places, or on the way to them.

use std::path::Path;

use payload::shell::word;

use crate::facts::paths::{Obstacle, ObstacleKind};
use crate::finding::PathFinding;
use crate::help::Help;

pub(super) fn text(found: &PathFinding) -> String {
    match found {
        PathFinding::Obstacle(Obstacle { path, kind }) => match kind {
            ObstacleKind::Dir { mode, uid } => {
                format!("others than root can write to `{path}` (mode {mode:04o}, owner {uid})")
            }
            ObstacleKind::Link { uid, dir_mode, dir_uid } => format!(
                "others than root can choose where `{path}` leads: a link of owner {uid}, in a directory of mode \
                 {dir_mode:04o}, owner {dir_uid}"
            ),
            ObstacleKind::Nowhere => format!("`{path}` is a link that leads nowhere"),
            ObstacleKind::NoDirectory => format!("`{path}` is there already and is not a directory"),
        },
        PathFinding::Taken { path } => format!("`{path}` is there already and is not ours"),
        PathFinding::Changed { path } => format!("`{path}` was changed since etcdpack wrote it: it is kept"),
        PathFinding::ChangedAndNew { path, new } => {
            format!("`{path}` was changed since etcdpack wrote it: it is kept, the new one is `{new}`")
        }
        PathFinding::BesideChanged { path, new } => {
            format!("`{path}` is kept with what was changed beside it; the new one is `{new}`")
        }
        PathFinding::LeftBehind { dir, names, stays } => {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            format!(
                "`{dir}` has files that etcdpack did not put there: {}; they stay in `{stays}`, and from now on `{dir}` leads to another directory",
                names.join(", ")
            )
        }
    }
}

pub(super) fn help(found: &PathFinding) -> Help {
    match found {
        PathFinding::Obstacle(Obstacle { path, kind }) => {
            // Part of it can be the target of a link that others made: no shell must read more into it.
            let typed = word(Path::new(path));
            Help::in_tree(match kind {
                ObstacleKind::Dir { .. } => format!("chown root {typed}; chmod go-w {typed}"),
                ObstacleKind::Link { .. } | ObstacleKind::Nowhere => format!("ls -l {typed}; rm {typed}"),
                ObstacleKind::NoDirectory => format!("mv {typed} {}", word(Path::new(&format!("{path}.old")))),
            })
        }
        PathFinding::Taken { path } => Help::in_tree(format!("mv {path} {path}.old")),
        PathFinding::Changed { path } => Help::plain("to have it back: ")
            .and(Help::in_tree(format!("mv {path} {path}.old")))
            .and(Help::plain(", then install again")),
        PathFinding::ChangedAndNew { path, new } | PathFinding::BesideChanged { path, new } => {
            Help::in_tree(format!("diff {path} {new}"))
        }
        PathFinding::LeftBehind { dir, .. } => Help::in_tree(format!("ls -lA {dir}/")),
    }
}
