//! The pair for sealed snapshots.

use std::path::Path;

use payload::recipient::Recipient;
use payload::say;
use payload::shell::word;

pub(crate) const ELSEWHERE: &str = "etcdpack pki backup-key -o OTHER-FILE";

/// As `age-keygen` writes it, so that `age` reads it too.
pub(crate) fn file(recipient: &Recipient, secret: &str) -> String {
    format!("# public key: {recipient}\n{secret}\n")
}

pub(crate) fn is_there(path: &Path) -> String {
    say!(
        en = "`{}` is there and was not touched: it may be all that opens your snapshots",
        zh = "`{}` 已存在，未改动：它可能是打开快照的唯一凭据",
        path.display()
    )
}

/// What to do with the two halves.
pub(crate) fn made(path: &Path, recipient: &Recipient) -> String {
    let file = word(path);
    say!(
        en = "the line above is public: on a host, `etcdpack-host snapshot --recipient {recipient}` seals with it.\n\
              {file} is the secret half: whoever has it reads every sealed snapshot, and without it nobody does.\n\
              Print it or copy it to two media, put them into two safes, and delete it here: shred -u {file}",
        zh = "上面一行是公开的：在主机上用 `etcdpack-host snapshot --recipient {recipient}` 加密。\n\
              {file} 是私钥：谁有它就能读所有加密的快照，没有它谁也读不了。\n\
              把它打印或拷贝到两份介质，放进两个保险柜，然后在这里删除：shred -u {file}"
    )
}
