//! Reading and writing configuration files.

use super::*;

fn read(text: &str) -> Result<ConfigFile, CliError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    ConfigFile::open(path)
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
        "config.toml:2:1: profile `svc` has the unknown key `org_ulr`",
        Some("the nearest key is `org_url`"),
    );
    check_refused("[svc]\n\nkey = 1\n", "config.toml:3:7: `key` is not a text", None);
    check_refused("[svc]\n[svc]\n", "config.toml:2:", None);
    check_refused("a = ", "config.toml:1:", None);
    check_refused(
        "key = \"x\"\n",
        "config.toml:1:1: `key` stands outside of a profile",
        Some("write it below a line such as [default]"),
    );
}

/// The most places where an editor could be sent to, whatever is in the file.
#[test]
fn u_10_hostile_files_are_refused_with_their_place() {
    check_refused("[a]\nkid = \"1\"\nkid = \"2\"\n", "config.toml:3:1: ", None);
    check_refused("[a]\nkid.x = \"1\"\n", "config.toml:2:", None);
    check_refused("[a]\nscope = [\"x\", 1]\n", "config.toml:2:9: `scope` is not a text", None);
    check_refused("[a]\rkid = \"1\"\n", "config.toml:1:", None);
    check_refused("[a]\nkid = \"\0\"\n", "config.toml:2:", None);
    let deep = format!("[a]\nscope = {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    check_refused(&deep, "config.toml:2:", None);
    let tables = format!("[{}]\n", vec!["a"; 10_000].join("."));
    check_refused(&tables, "config.toml:1:", None);
    let long = format!("[a]\nkid = \"{}\n", "x".repeat(1_000_000));
    check_refused(&long, "config.toml:2:", None);
    check_refused("[a]\nb = \"ä\"; c\n", "config.toml:2:", None);
}

#[test]
fn u_10_bytes_that_are_no_text_have_a_place_and_a_size_has_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, b"[a]\nkid = \"\xff\"\n").unwrap();
    let error = ConfigFile::open(path.clone()).unwrap_err();
    assert!(error.message().ends_with("config.toml:2:8: not UTF-8"), "{}", error.message());
    fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    let error = ConfigFile::open(path).unwrap_err();
    assert_eq!(error.class().code(), 3);
    assert!(error.message().contains("longer than 1 MiB"), "{}", error.message());
}

#[test]
fn u_10_a_byte_order_mark_and_either_line_end_are_taken() {
    let file = read("\u{feff}[a]\r\nkid = \"1\"\n[b]\nkid = \"2\"\r\n").unwrap();
    assert_eq!(file.profile("a").unwrap().text(Setting::Kid).unwrap(), "1");
    assert_eq!(file.profile("b").unwrap().text(Setting::Kid).unwrap(), "2");
}

#[test]
fn all_problems_are_found_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "x = 1\n[a]\nkdi = \"1\"\nkey = 2\n[A]\n[\"b c\"]\n").unwrap();
    let (_, problems) = ConfigFile::read(path).unwrap();
    let places: Vec<_> =
        problems.iter().map(|it| it.message().split("config.toml:").nth(1).unwrap()).collect();
    assert_eq!(
        places,
        [
            "1:1: `x` stands outside of a profile",
            "3:1: profile `a` has the unknown key `kdi`",
            "4:7: `key` is not a text",
            "5:2: profiles `a` and `A` differ in capitals only",
            "6:2: the name of a profile has a character besides letters, digits, `.`, `_` and `-`",
        ]
    );
}

#[test]
fn u_20_a_wrong_default_profile_is_named_with_its_place() {
    check_refused("default_profile = 1\n", "config.toml:1:19: `default_profile` is not", None);
    let hint = Some("a profile is named like svc, svc-2 or eu.prod");
    check_refused("default_profile = \"../x\"\n", "config.toml:1:19: the name of a profile", hint);
    let hint = Some("the nearest key is `default_profile`");
    check_refused("default_profil = \"a\"\n", "`default_profil` stands outside", hint);
}

#[test]
fn the_default_profile_is_written_above_and_keeps_comments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "# mine\n[b] # second\nkid = '1' # one\n[a]\n").unwrap();
    let name = |text| ProfileName::parse(text).unwrap();
    let mut file = ConfigFile::open(path.clone()).unwrap();
    assert_eq!(file.save_default_profile(&name("b")).unwrap(), Saved::Written);
    let mut file = ConfigFile::open(path.clone()).unwrap();
    assert_eq!(file.default_profile(), Some("b"));
    assert_eq!(file.profile_names().collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(file.save_default_profile(&name("b")).unwrap(), Saved::Unchanged);
    assert_eq!(file.save_default_profile(&name("a")).unwrap(), Saved::Written);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, "default_profile = \"a\"\n# mine\n[b] # second\nkid = '1' # one\n[a]\n");
}

#[test]
fn a_missing_file_has_no_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let file = ConfigFile::open(folder.path().join("none.toml")).unwrap();
    assert!(file.profile("default").is_none());
}

#[test]
fn saving_keeps_comments_and_other_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("config.toml");
    let mut file = ConfigFile::open(path.clone()).unwrap();
    let settings = [(Setting::ClientId, Some("0oa1".to_owned())), (Setting::Kid, None)];
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Written);

    fs::write(&path, "# mine\n[b]\nscope = [\"x\", \"y\"]\n").unwrap();
    let mut file = ConfigFile::open(path.clone()).unwrap();
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
    let mut file = ConfigFile::open(path.clone()).unwrap();
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
    let mut file = ConfigFile::open(link.clone()).unwrap();
    let settings = [(Setting::ClientId, Some("0oa1".to_owned())), (Setting::Kid, None)];
    assert_eq!(file.save_profile("a", &settings).unwrap(), Saved::Written);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[a]\nclient_id = \"0oa1\"\n");
}
