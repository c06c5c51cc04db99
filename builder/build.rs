//! Puts the installers of both architectures into the builder's executable, the lists of what is in them, and
//! supervisor's wheels.
//!
//! `scripts/build` makes them first (for musl, in the profile `installer`); their directory is
//! `$ETCDPACK_INSTALLERS`, or `target/installers`. `scripts/wheels` fetches the wheels into `target/wheels`. A builder
//! made without them works but says at `build` what is missing: `cargo check` must need neither a cross-compiled
//! installer nor a network. What the wheels must be, the builder checks itself each time it packs them.
#![expect(clippy::disallowed_methods, reason = "edge: a build script")]

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=ETCDPACK_INSTALLERS");
    // What `--version` says. A commit is told by `scripts/release` alone: asking git here would build anew after each commit.
    println!("cargo::rerun-if-env-changed=ETCDPACK_COMMIT");
    let commit = env::var("ETCDPACK_COMMIT").unwrap_or_else(|_| "not a release, built from source".to_owned());
    println!("cargo::rustc-env=ETCDPACK_COMMIT={commit}");
    println!("cargo::rustc-env=ETCDPACK_TARGET={}", env::var("TARGET").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let workspace = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default().join("..");
    let dir = env::var_os("ETCDPACK_INSTALLERS").map_or(workspace.join("target/installers"), PathBuf::from);
    for name in ["installer-amd64", "crates-amd64.tsv", "installer-arm64", "crates-arm64.tsv"] {
        carry(&dir, name, &out);
    }
    for name in ["supervisor.whl", "setuptools.whl"] {
        carry(&workspace.join("target/wheels"), name, &out);
    }
}

/// A file that is not there is carried as an empty one.
fn carry(dir: &Path, name: &str, out: &Path) {
    let from = dir.join(name);
    println!("cargo::rerun-if-changed={}", from.display());
    write(&out.join(name), &fs::read(&from).unwrap_or_default());
}

fn write(path: &Path, bytes: &[u8]) {
    if let Err(error) = fs::write(path, bytes) {
        println!("cargo::error=writing {}: {error}", path.display());
    }
}
