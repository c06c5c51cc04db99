//! Puts the installers of both architectures into the builder's executable, and the lists of what is in them.
//!
//! `scripts/build` makes them first (for musl, in the profile `installer`); their directory is
//! `$ETCDPACK_INSTALLERS`, or `target/installers`. A builder made without them works but says at `build` what is
//! missing: `cargo check` must not need a cross-compiled installer.
#![expect(clippy::disallowed_methods, reason = "edge: a build script")]

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=ETCDPACK_INSTALLERS");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let workspace = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default().join("..");
    let dir = env::var_os("ETCDPACK_INSTALLERS").map_or(workspace.join("target/installers"), PathBuf::from);
    for arch in ["amd64", "arm64"] {
        for name in [format!("installer-{arch}"), format!("crates-{arch}.tsv")] {
            let from = dir.join(&name);
            println!("cargo::rerun-if-changed={}", from.display());
            let bytes = fs::read(&from).unwrap_or_default();
            write(&out.join(name), &bytes);
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    if let Err(error) = fs::write(path, bytes) {
        println!("cargo::error=writing {}: {error}", path.display());
    }
}
