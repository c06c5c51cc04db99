//! Downloads that go on where they stopped, at places that answer wrongly, over files that are not what they were.

use std::fs;
use std::path::PathBuf;

use builder::failure::Diagnose as _;
use builder::release::{Mirror, ReleaseRequest};

use crate::machine::{Machine, accepted, cut, honest, refused, tarball};
use crate::site::{Asked, Reply, Site};

type Rest = Box<dyn Fn(&[u8]) -> Reply + Send + Sync>;

/// A machine on which 100 000 bytes of `bytes` wait for their rest from `site`, which answers `rest` to whoever asks for it.
fn interrupted(
    bytes: &[u8],
    rest: impl Fn(&Asked, &[u8]) -> Reply + Send + Sync + 'static,
) -> (Machine, Site, ReleaseRequest) {
    let (machine, body) = (Machine::new(), bytes.to_vec());
    let site = Site::http(move |asked, n| match (n, asked.range) {
        (0, _) => cut(honest(&body, "\"a\"", asked), 100_000),
        (1, _) => Reply::status("404 Not Found"),
        (_, Some(_)) => rest(asked, &body),
        (_, None) => honest(&body, "\"a\"", asked),
    });
    let request = machine.pinned(&[&site.url], bytes);
    refused(&request, 3);
    (machine, site, request)
}

fn waiting(machine: &Machine, extension: &str) -> PathBuf {
    let files = fs::read_dir(machine.path("cache/partial")).unwrap().map(|file| file.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == extension)).unwrap()
}

fn partial_content(range: String, body: Vec<u8>) -> Reply {
    let headers =
        vec![("ETag", "\"a\"".to_owned()), ("Content-Range", range), ("Content-Length", body.len().to_string())];
    Reply::Send("206 Partial Content", headers, body)
}

#[test]
fn a_rest_that_is_none_is_never_taken_for_one() {
    let bytes = tarball(301);
    let all = bytes.len();
    let cases: Vec<(&str, Rest)> = vec![
        (
            "from the beginning",
            Box::new(move |body| partial_content(format!("bytes 0-{}/{all}", all - 1), body.to_vec())),
        ),
        (
            "from elsewhere",
            Box::new(move |body| partial_content(format!("bytes 5-{}/{all}", all - 1), body[5..].to_vec())),
        ),
        (
            "of a longer file",
            Box::new(move |body| {
                partial_content(format!("bytes 100000-{all}/{}", all + 1), [&body[100_000..], b"x"].concat())
            }),
        ),
        (
            "of a shorter file",
            Box::new(move |body| {
                partial_content("bytes 100000-199999/200000".to_owned(), body[100_000..200_000].to_vec())
            }),
        ),
        (
            "other bytes",
            Box::new(move |body| {
                partial_content(format!("bytes 100000-{}/{all}", all - 1), vec![7; body.len() - 100_000])
            }),
        ),
        (
            "from the beginning, said to be the rest",
            Box::new(move |body| partial_content(format!("bytes 100000-{}/{all}", all - 1), body.to_vec())),
        ),
        ("a range of nothing", Box::new(|_| partial_content("bytes 100000-99999/100000".to_owned(), Vec::new()))),
        ("an unreadable range", Box::new(|body| partial_content("bytes x-y/z".to_owned(), body[100_000..].to_vec()))),
        (
            "two parts",
            Box::new(|_| {
                Reply::Send(
                    "206 Partial Content",
                    vec![("Content-Type", "multipart/byteranges; boundary=b".to_owned())],
                    b"--b\r\n".to_vec(),
                )
            }),
        ),
        (
            "an encoded rest",
            Box::new(move |body| {
                Reply::Send(
                    "206 Partial Content",
                    vec![
                        ("Content-Range", format!("bytes 100000-{}/{all}", all - 1)),
                        ("Content-Encoding", "gzip".to_owned()),
                    ],
                    body[100_000..].to_vec(),
                )
            }),
        ),
        (
            "nothing more, of another length",
            Box::new(|_| {
                Reply::Send("416 Range Not Satisfiable", vec![("Content-Range", "bytes */7".to_owned())], Vec::new())
            }),
        ),
        (
            "nothing more, without a length",
            Box::new(|_| Reply::Send("416 Range Not Satisfiable", Vec::new(), Vec::new())),
        ),
        (
            "nothing more, of this length",
            Box::new(|_| {
                Reply::Send(
                    "416 Range Not Satisfiable",
                    vec![("Content-Range", "bytes */100000".to_owned())],
                    Vec::new(),
                )
            }),
        ),
    ];
    for (what, rest) in cases {
        let (machine, site, request) = interrupted(&bytes, move |_, body| rest(body));
        // It may be refused, and once more; what it may not be is taken, or be in the way of a good answer.
        let (result, told) = crate::machine::get(&request);
        match result {
            Ok(verified) => assert_eq!(fs::read(verified.path()).unwrap(), bytes, "{what}"),
            Err(error) => {
                assert!([3, 4].contains(&error.exit_status().code()), "{what}: {error}");
                assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()), "{what}: {error}");
                let good = Mirror::parse(&site.url).unwrap();
                let body = bytes.clone();
                let other = Site::http(move |_, _| Reply::whole(&body));
                let sources = vec![good, Mirror::parse(&other.url).unwrap()];
                accepted(&ReleaseRequest { sources, ..request }, &bytes);
            }
        }
        assert!(site.asked().len() < 12, "{what}: asked {} times, told {:?}", site.asked().len(), told.warnings);
    }
}

#[test]
fn what_lies_on_the_disk_from_earlier_is_not_believed() {
    let (bytes, huge) = (tarball(302), vec![b'x'; 100_000]);
    for (what, partial, validator) in [
        ("longer than the file", vec![1; 400_000], &b"\"a\""[..]),
        ("longer than any release", vec![1; 5 * 1024 * 1024], b"\"a\""),
        ("noise", vec![1; 100_000], b"\"a\""),
        ("the whole file and more", [&bytes[..], b"x"].concat(), b"\"a\""),
        ("the whole file", bytes.clone(), b"\"a\""),
        ("nothing", Vec::new(), b"\"a\""),
        ("a beginning of nobody knows what", bytes[..100_000].to_vec(), b""),
        ("a header in the validator", bytes[..100_000].to_vec(), b"\"a\"\r\nX: y"),
        ("noise in the validator", bytes[..100_000].to_vec(), b"\xff\x00"),
        ("a huge validator", bytes[..100_000].to_vec(), &huge),
    ] {
        let (machine, _site, request) = interrupted(&bytes, |asked, body| honest(body, "\"a\"", asked));
        fs::write(waiting(&machine, "partial"), partial).unwrap();
        fs::write(waiting(&machine, "validator"), validator).unwrap();
        let (_, told) = accepted(&request, &bytes);
        let left: Vec<u64> = fs::read_dir(machine.path("cache/partial"))
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .collect();
        assert!(left.iter().all(|len| *len == 0), "{what}: {left:?} {:?}", told.warnings);
    }
}
