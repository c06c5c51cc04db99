//! Commands at a terminal, as a person has them; `terminal.py` is the person.

use std::process::Command;

/// Python's `script`, which may call what `terminal.py` has. Arguments are to follow.
pub fn at_terminal(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg("-c").arg(format!("{}\n{script}", include_str!("terminal.py")));
    command
}

/// A program, whose words are to follow, that is answered each time it asks `question`; before that, `meanwhile` is done in a shell
/// out here. What it shows is on standard output.
pub fn answered(question: &str, answer: &str, meanwhile: &str) -> Command {
    let mut command = at_terminal("answered(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])");
    command.args([question, answer, meanwhile]);
    command
}
