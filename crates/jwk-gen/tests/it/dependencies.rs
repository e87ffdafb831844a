//! The crate builds without a C compiler.

use std::process::Command;

#[test]
fn no_dependency_needs_a_c_compiler() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "jwk-gen", "-e", "normal,build", "--prefix", "none"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packages = tree.lines().filter_map(|it| it.split(' ').next()).collect::<Vec<_>>();
    assert!(packages.contains(&"rsa") && packages.contains(&"p521"), "no tree: {tree}");
    for banned in ["cc", "openssl-sys", "ring", "aws-lc-sys", "cmake", "bindgen"] {
        assert!(!packages.contains(&banned), "{banned} is in the tree:\n{tree}");
    }
}
