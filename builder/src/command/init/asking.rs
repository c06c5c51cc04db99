//! What `init` asks at a terminal where the command line does not say it: hosts one by one, keys, service manager. A line that is no
//! answer is asked for again, with the reason.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;

use payload::name::HostName;
use payload::url::UrlHost;

use crate::cli::{InitArgs, KeysArg, ManagerArg, NewHost};
use crate::text::init as text;
use crate::tty::Tty;

/// Fills in what is missing in `args`. Without a host at all, the file gets examples.
pub(super) fn ask(args: &mut InitArgs, tty: &mut Tty) -> io::Result<()> {
    tty.show(&text::BEFORE)?;
    let mut names = BTreeSet::new();
    loop {
        let name = answer(tty, &text::name_of(args.hosts.len() + 1), |line| match line {
            "" => Ok(None),
            line => match line.parse::<HostName>() {
                Ok(name) if names.contains(&name) => Err(text::twice(&name)),
                Ok(name) => Ok(Some(name)),
                Err(error) => Err(error.to_string()),
            },
        })?;
        let Some(name) = name else { break };
        let address = answer(tty, &text::address_of(&name), |line| {
            line.parse::<UrlHost>().map_err(|_| text::not_an_address(line))
        })?;
        let listen = match &address {
            UrlHost::Ip(_) => None,
            UrlHost::Name(_) => answer(tty, &text::listen_of(&name), |line| match line {
                "" => Ok(None),
                line => line.parse::<IpAddr>().map(Some).map_err(|_| text::not_an_ip(line)),
            })?,
        };
        names.insert(name.clone());
        args.hosts.push(NewHost { name, address, listen });
    }
    if args.keys.is_none() {
        tty.show(&text::KEYS)?;
        args.keys = choice(tty, text::WHICH_KEYS, KeysArg::Passphrase)?;
    }
    if args.manager.is_none() {
        tty.show(&text::MANAGERS)?;
        args.manager = choice(tty, text::WHICH_MANAGER, ManagerArg::Auto)?;
    }
    Ok(())
}

/// One of a few words; the empty line is the default.
fn choice<T: clap::ValueEnum>(tty: &mut Tty, question: &str, default: T) -> io::Result<Option<T>> {
    let mut default = Some(default);
    answer(tty, question, |line| match line {
        "" => Ok(default.take()),
        line => T::from_str(line, true).map(Some).map_err(|_| text::not_a_choice(line, &words::<T>())),
    })
}

fn words<T: clap::ValueEnum>() -> Vec<String> {
    let values = T::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

/// Asks until a line is an answer.
fn answer<T>(tty: &mut Tty, question: &str, mut read: impl FnMut(&str) -> Result<T, String>) -> io::Result<T> {
    loop {
        match read(&tty.ask(question)?) {
            Ok(answer) => return Ok(answer),
            Err(why) => tty.show(&text::not_so(&why))?,
        }
    }
}
