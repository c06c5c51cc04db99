//! What is said to a supervisord over its socket, and what it answers: XML-RPC in HTTP, as Python's library writes it.
//! Values only; must not know who asks.
//!
//! This is no reader of XML. Python writes each value in one form, and no text of it has a `<` that is not a tag's: it is
//! escaped there (`xmlrpc.client`, 2.7 to 3.13). What is not in that form is no answer, and supervisorctl is asked instead.

/// supervisor's own number for a program that it does not have (`supervisor.xmlrpc.Faults`, 3.0 to 4.3).
pub(crate) const BAD_NAME: i32 = 10;
/// Likewise, where supervisord itself was told to end.
pub(crate) const ENDS: i32 = 6;
/// Likewise, for one that does not run.
const NOT_RUNNING: i32 = 70;

/// What it is asked, or told (`supervisor.rpcinterface`, 3.0 to 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call<'a> {
    /// Its own process.
    Pid,
    /// One program.
    Program(&'a str),
    Programs,
    /// To read its configuration; it says what is another than it has.
    Reload,
    /// To take in a program that is new in it, and start that if it is started by itself.
    Add(&'a str),
    /// To start a program; it answers at once.
    Start(&'a str),
    /// To stop one; it answers when that has ended.
    Stop(&'a str),
    /// To forget one that does not run.
    Remove(&'a str),
}

impl Call<'_> {
    /// The whole request. After an answer to HTTP 1.0 the connection ends.
    pub(crate) fn request(self) -> Vec<u8> {
        let (method, name) = match self {
            Self::Pid => ("getPID", None),
            Self::Program(name) => ("getProcessInfo", Some(name)),
            Self::Programs => ("getAllProcessInfo", None),
            Self::Reload => ("reloadConfig", None),
            Self::Add(name) => ("addProcessGroup", Some(name)),
            Self::Start(name) => ("startProcess", Some(name)),
            Self::Stop(name) => ("stopProcess", Some(name)),
            Self::Remove(name) => ("removeProcessGroup", Some(name)),
        };
        let param = |value: String| format!("<param><value>{value}</value></param>");
        let name = name.map(|name| param(format!("<string>{}</string>", escaped(name)))).unwrap_or_default();
        let no_wait =
            if matches!(self, Self::Start(_)) { param("<boolean>0</boolean>".to_owned()) } else { String::new() };
        let body = format!(
            "<?xml version='1.0'?><methodCall><methodName>supervisor.{method}</methodName><params>{name}{no_wait}</params></methodCall>"
        );
        let length = format!("Content-Length: {}", body.len());
        let post = ["POST", "/RPC2", "HTTP/1.0"].join(" ");
        [&post, "Content-Type: text/xml", &length, "", &body].join("\r\n").into_bytes()
    }

    /// Whether this answer says that what was told is done, or was so before.
    pub(crate) fn is_done_by(self, answer: &Answer) -> bool {
        match answer {
            Answer::Said(_) => true,
            Answer::Fault(code) => matches!(self, Self::Stop(_)) && *code == NOT_RUNNING,
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What was asked for, or that what it was told is done.
    Said(Said),
    /// The number of why not.
    Fault(i32),
}

/// The values of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said(String);

/// One program, as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process<'a> {
    pub(crate) group: &'a str,
    pub(crate) name: &'a str,
    /// `RUNNING` and its kin.
    pub(crate) state: &'a str,
    /// 0 where none runs.
    pub(crate) pid: u32,
}

/// The groups that its configuration has and it has not, or otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reloaded<'a> {
    pub(crate) added: Vec<&'a str>,
    pub(crate) changed: Vec<&'a str>,
    pub(crate) removed: Vec<&'a str>,
}

impl Answer {
    /// Of all that came back. `None` where that is no such answer, or not a whole one: a server of another kind, or one that wants
    /// a password.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, body) = str::from_utf8(bytes).ok()?.split_once("\r\n\r\n")?;
        let mut words = head.lines().next()?.split(' ');
        let is_good = words.next()?.starts_with("HTTP/1.") && words.next() == Some("200");
        let body = body.trim().strip_suffix("</methodResponse>").filter(|_| is_good)?;
        let (_, body) = body.split_once("<methodResponse>")?;
        if body.trim_start().starts_with("<fault>") {
            return member(body, "faultCode")?.parse().ok().map(Self::Fault);
        }
        body.trim_start().starts_with("<params>").then(|| Self::Said(Said(body.to_owned())))
    }
}

impl Said {
    /// The programs in it.
    pub(crate) fn processes(&self) -> Option<Vec<Process<'_>>> {
        self.0.split("<struct>").skip(1).map(Process::parse).collect()
    }

    /// Three lists in a list in a list.
    pub(crate) fn reloaded(&self) -> Option<Reloaded<'_>> {
        let mut lists = self.0.split("<data>").skip(3).map(strings);
        let reloaded = Reloaded { added: lists.next()?, changed: lists.next()?, removed: lists.next()? };
        lists.next().is_none().then_some(reloaded)
    }
}

impl<'a> Process<'a> {
    fn parse(fields: &'a str) -> Option<Self> {
        Some(Self {
            group: member(fields, "group")?,
            name: member(fields, "name")?,
            state: member(fields, "statename")?,
            pid: member(fields, "pid")?.parse().ok()?,
        })
    }
}

/// The value of a member of a struct, of whatever type.
fn member<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = fields.split_once(&format!("<name>{name}</name>"))?;
    let value = behind.trim_start().strip_prefix("<value>")?.split_once('>')?.1;
    value.split_once("</").map(|(value, _)| value)
}

/// The texts of a list, from behind its beginning.
fn strings(list: &str) -> Vec<&str> {
    let list = list.split("</data>").next().unwrap_or_default();
    list.split("<string>").skip(1).filter_map(|text| text.split("</string>").next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/xml\r\n\r\n<?xml version='1.0'?>\n<methodResponse>\n";
    const END: &str = "</methodResponse>\n";

    /// As supervisor 4.2.5 sends it.
    fn of(body: &str) -> Option<Answer> {
        Answer::parse(format!("{HEAD}{body}{END}").as_bytes())
    }

    fn said(body: &str) -> Said {
        match of(&format!("<params>\n<param>\n<value>{body}</value>\n</param>\n</params>\n")) {
            Some(Answer::Said(said)) => said,
            other => panic!("{other:?}"),
        }
    }

    fn process(name: &str, group: &str, state: &str, pid: u32) -> String {
        let member =
            |name: &str, value: &str| format!("<member>\n<name>{name}</name>\n<value>{value}</value>\n</member>\n");
        let text = |name: &str, value: &str| member(name, &format!("<string>{value}</string>"));
        format!(
            "<struct>\n{}{}{}{}{}</struct>",
            text("description", "&lt;name&gt;statename&lt;/name&gt;"),
            text("name", name),
            text("group", group),
            text("statename", state),
            member("pid", &format!("<int>{pid}</int>")),
        )
    }

    #[test]
    fn a_program_is_what_its_supervisord_says() {
        let [web, n1] = [process("web_00", "web", "FATAL", 0), process("n1", "n1", "RUNNING", 77)];
        let all = said(&format!("<array><data>\n<value>{web}</value>\n<value>{n1}</value>\n</data></array>"));
        let [web, n1] = &all.processes().unwrap()[..] else { panic!("{all:?}") };
        assert_eq!((web.group, web.name, web.state, web.pid), ("web", "web_00", "FATAL", 0));
        assert_eq!((n1.group, n1.name, n1.state, n1.pid), ("n1", "n1", "RUNNING", 77));
        assert_eq!(said("<array><data>\n</data></array>").processes(), Some(Vec::new()));
        assert_eq!(
            said("<struct>\n<member>\n<name>pid</name>\n<value><int>x</int></value>\n</struct>").processes(),
            None
        );
    }

    #[test]
    fn what_a_configuration_has_anew_is_in_the_first_of_three_lists() {
        let list = |names: &[&str]| {
            let values: String =
                names.iter().map(|name| ["<value><string>", name, "</string></value>\n"].concat()).collect();
            format!("<array><data>\n{values}</data></array>")
        };
        let lists = |lists: &[&[&str]]| {
            let values: String = lists.iter().map(|of| ["<value>", &list(of), "</value>\n"].concat()).collect();
            said(&format!("<array><data>\n<value><array><data>\n{values}</data></array></value>\n</data></array>"))
        };
        let answer = lists(&[&["n1", "web"], &[], &["old"]]);
        let reloaded = answer.reloaded().unwrap();
        assert_eq!((reloaded.added, reloaded.changed, reloaded.removed), (vec!["n1", "web"], vec![], vec!["old"]));
        for other in [&[&[][..], &[]][..], &[&[], &[], &[], &[]]] {
            assert_eq!(lists(other).reloaded(), None);
        }
    }

    #[test]
    fn what_is_not_wholly_an_answer_is_none() {
        let fault = "<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n</member>\n\
                     <member>\n<name>faultString</name>\n<value><string>BAD_NAME: n1</string></value>\n</member>\n</struct></value>\n</fault>\n";
        assert_eq!(of(fault), Some(Answer::Fault(BAD_NAME)));
        let done = |call: Call, code| call.is_done_by(&Answer::Fault(code));
        assert!(done(Call::Stop("n1"), NOT_RUNNING) && !done(Call::Stop("n1"), BAD_NAME));
        assert!(!done(Call::Start("n1"), NOT_RUNNING));
        let whole = format!("{HEAD}<params>\n<param>\n<value><int>7</int></value>\n</param>\n</params>\n{END}");
        assert!(matches!(Answer::parse(whole.as_bytes()), Some(Answer::Said(_))));
        for len in 0..whole.len() - 1 {
            assert_eq!(Answer::parse(&whole.as_bytes()[..len]), None, "{len}");
        }
        for other in [
            whole.replace("200 OK", "401 Unauthorized"),
            whole.replace("HTTP/1.0", "SSH-2.0"),
            whole.replace("<params>", "<other>"),
            fault.to_owned(),
            String::new(),
        ] {
            assert_eq!(Answer::parse(other.as_bytes()), None, "{other}");
        }
        assert_eq!(Answer::parse(&[0xff; 100]), None);
    }

    #[test]
    fn a_call_is_whole() {
        let text = |call: Call| String::from_utf8(call.request()).unwrap();
        let start = text(Call::Start("a&b<c"));
        let (head, body) = start.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
        assert!(body.contains("<methodName>supervisor.startProcess</methodName><params><param><value><string>a&amp;b&lt;c</string></value></param><param><value><boolean>0</boolean></value></param></params>"), "{body}");
        assert!(text(Call::Pid).contains("getPID</methodName><params></params>"));
    }
}
