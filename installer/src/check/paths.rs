//! Findings about what stands above our places. Whoever can write there, or chose where a link leads, could put something
//! else in our place.

use std::collections::BTreeSet;

use payload::manifest::Manifest;
use payload::name::UserName;

use crate::change::Change;
use crate::facts::Paths;
use crate::facts::paths::{Owned, Shut};
use crate::finding::{Finding, Maker, PathFinding};

/// Everything on the way to them that nothing may be written through.
pub(super) fn obstacles(paths: &Paths) -> impl Iterator<Item = Finding> {
    paths.obstacles.iter().map(|obstacle| PathFinding::Obstacle(obstacle.clone()).into())
}

/// Where etcd's user cannot pass; `ours` is what an install has made.
pub(crate) fn shut(shut: &BTreeSet<Shut>, user: &UserName, ours: &[Change]) -> Vec<Finding> {
    let is_ours =
        |dir: &str| ours.iter().any(|change| matches!(change, Change::Dir { path, .. } if path.as_str() == dir));
    let found = |shut: &Shut| {
        let maker = if is_ours(&shut.dir) { Maker::Install } else { Maker::Others };
        PathFinding::Shut { shut: shut.clone(), user: user.clone(), maker }.into()
    };
    shut.iter().map(found).collect()
}

/// Likewise, but for what an install opens again.
pub(super) fn stays_shut(paths: &Paths, user: &UserName, ours: &[Change]) -> impl Iterator<Item = Finding> {
    let opens = |found: &Finding| matches!(found, Finding::Paths(PathFinding::Shut { maker: Maker::Install, .. }));
    shut(&paths.shut, user, ours).into_iter().filter(move |found| !opens(found))
}

/// Data that etcd's user does not own: its number is another than when they were written, or an etcd of root's wrote them.
pub(crate) fn others_data(manifest: &Manifest, others: Option<&Owned>) -> Option<Finding> {
    let places = manifest.layout.places().cloned().collect();
    others.map(|owned| PathFinding::OthersData { owned: owned.clone(), user: manifest.user.clone(), places }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Holds;
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
    fn where_etcds_user_cannot_pass_is_said_but_for_what_an_install_opens_again() {
        let shut_at =
            |dir: &str| Shut { dir: dir.to_owned(), mode: 0o700, uid: 0, behind: "/opt/etcd".parse().unwrap() };
        let paths = Paths { shut: ["/opt", "/data/etcd"].map(shut_at).into(), ..Paths::default() };
        let (user, path) = ("etcd".parse().unwrap(), "/data/etcd".parse().unwrap());
        let ours = [Change::Dir { path, holds: Holds::Files }];
        let typed = |found: &[Finding]| found.iter().map(|found| help(found).to_string()).collect::<Vec<_>>();
        assert_eq!(typed(&shut(&paths.shut, &user, &ours)), ["chmod a+rx /data/etcd", "chmod a+x /opt"]);
        let stays: Vec<_> = stays_shut(&paths, &user, &ours).collect();
        assert_eq!(typed(&stays), ["chmod a+x /opt"]);
        assert!(text(&stays[0]).contains("cannot pass `/opt` (mode 0700, owner 0)"), "{stays:?}");
    }

    #[test]
    fn data_of_another_user_are_said_and_given_to_etcds() {
        let owned = |uid| Owned { path: "/data/etcd/etcd-server/member".parse().unwrap(), uid };
        let manifest = crate::facts::tests::manifest();
        assert_eq!(others_data(&manifest, None), None);
        let found = others_data(&manifest, Some(&owned(995))).unwrap();
        assert_eq!((found.code().as_str(), found.severity()), ("data-owner", crate::finding::Severity::Refuse));
        assert!(text(&found).contains("`/data/etcd/etcd-server/member` belongs to the user with uid 995"), "{found:?}");
        assert!(help(&found).to_string().starts_with("chown -R etcd:etcd /data/etcd/etcd-server   ("), "{found:?}");
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
