//! Other wheels in a bundle that is consistent and signed by the signer that the host knows. Root's Python would run
//! what is in them.

use std::process::Command;

use whole::{Lab, SIGNER, Site, cluster, etcdpack, release, run, workspace};

/// Puts a wheel into the bundle whose import says on the host that it ran, and signs again with the tests' key.
const SCRIPT: &str = r#"
import io, sys, zipfile
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from bundle import Bundle
with open(sys.argv[2], "rb") as file:
    bundle = Bundle(file.read())
wheel = next(entry for entry in bundle.entries if entry.name.startswith(b"supervisor/" + sys.argv[3].encode()))
made = io.BytesIO(wheel.data)
with zipfile.ZipFile(made, "a") as archive:
    for module in ("supervisor/__init__.py", "pkg_resources/__init__.py", "setuptools/__init__.py"):
        archive.writestr(module, "open('/root/ran', 'w')\n")
wheel.data = made.getvalue()
bundle.list()
with open(sys.argv[2], "wb") as file:
    file.write(bundle.write())
"#;

#[test]
fn other_wheels_are_refused_whoever_signed_them() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.131.0.11")]));
    let lab = Lab::up("awheel", "python", &["n1=10.131.0.11"]);
    for wheel in ["supervisor", "setuptools"] {
        site.build(&tarball);
        let mut change = Command::new("python3");
        change.args(["-c", SCRIPT]).arg(workspace().join("tests/hostile")).arg(site.bundle("n1")).arg(wheel);
        run(&mut change).ok();
        let words = "is not the wheel whose digest etcdpack knows";
        run(Command::new(etcdpack()).arg("verify").arg(site.bundle("n1"))).refused(4, words);
        lab.put(&site.bundle("n1"), "n1");
        let before = lab.disk("n1");
        for command in ["verify", "plan --service supervisor", &format!("install --yes {SIGNER}")] {
            lab.sh("n1", &format!("/root/n1.run {command}")).refused(4, words);
            assert_ne!(lab.sh("n1", "ls /root/ran").code, 0, "{wheel}, {command}: what is in it ran as root");
        }
        assert_eq!(lab.disk("n1"), before, "{wheel}");
    }
}
