//! The installer's executable: parse, run, exit code. The rest is the library.

fn main() -> std::process::ExitCode {
    installer::run()
}
