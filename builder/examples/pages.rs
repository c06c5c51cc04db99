//! Writes completions for shells and the manual's pages into a directory, from the command line as it is defined:
//! `scripts/release` packs them.
#![expect(clippy::disallowed_methods, reason = "writes the files of a release")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use builder::cli::Cli;
use clap::CommandFactory as _;
use clap_complete::{Shell, generate_to};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: pages DIR")?;
    let (completions, man) = (dir.join("completions"), dir.join("man"));
    fs::create_dir_all(&completions)?;
    fs::create_dir_all(&man)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        generate_to(shell, &mut Cli::command(), "etcdpack", &completions)?;
    }
    clap_mangen::generate_to(Cli::command(), &man)?;
    Ok(())
}
