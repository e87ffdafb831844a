//! Reading and writing configuration files.

use super::*;

fn read(text: &str) -> Result<ConfigFile, CliError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    ConfigFile::read(path)
}

#[track_caller]
fn check_refused(text: &str, message: &str, hint: Option<&str>) {
    let error = read(text).unwrap_err();
    assert_eq!(error.class().code(), 2);
    assert!(error.message().contains(message), "{}", error.message());
    assert_eq!(error.hint(), hint);
}

#[test]
fn u_10_mistakes_are_named_with_their_place() {
    check_refused(
        "[svc]\norg_ulr = \"https://acme.okta.com\"\n",
        "config.toml:2: profile `svc` has the unknown key `org_ulr`",
        Some("the nearest key is `org_url`"),
    );
    check_refused("[svc]\n\nkey = 1\n", "config.toml:3: `key` is not a text", None);
    check_refused("[svc]\n[svc]\n", "config.toml:2: ", None);
    check_refused("a = ", "config.toml:1: ", None);
    check_refused(
        "key = \"x\"\n",
        "`key` stands outside of a profile",
        Some("write it below a line such as [default]"),
    );
}

#[test]
fn a_missing_file_has_no_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let file = ConfigFile::read(folder.path().join("none.toml")).unwrap();
    assert!(file.profile("default").is_none());
}

#[test]
fn saving_keeps_comments_and_other_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("config.toml");
    let mut file = ConfigFile::read(path.clone()).unwrap();
    let settings = [(Setting::ClientId, Some("0oa1".to_owned())), (Setting::Kid, None)];
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Written);

    fs::write(&path, "# mine\n[b]\nscope = [\"x\", \"y\"]\n").unwrap();
    let mut file = ConfigFile::read(path.clone()).unwrap();
    assert_eq!(file.profile("b").unwrap().text(Setting::Scope).unwrap(), "x y");
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Written);
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Unchanged);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, "# mine\n[b]\nscope = [\"x\", \"y\"]\n\n[a]\nclient_id = \"0oa1\"\n");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("config.toml");
    let mut file = ConfigFile::read(path.clone()).unwrap();
    file.save_profile("a", &[(Setting::ClientId, Some("0oa1".to_owned())), (Setting::Kid, None)])
        .unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_kept_elsewhere_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
    fs::write(&real, "[a]\nkid = \"old\"\n").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let mut file = ConfigFile::read(link.clone()).unwrap();
    let settings = [(Setting::ClientId, Some("0oa1".to_owned())), (Setting::Kid, None)];
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Written);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[a]\nclient_id = \"0oa1\"\n");
}
