//! Which place wins: every setting in every pair of places that both have it.

use super::*;

/// A world in which some of the places make settings. The working directory stays what it is, so that the file there is
/// read by the tests of the whole program.
struct World {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    profile: String,
    yaml: String,
    flag: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    Flag,
    Variable,
    Profile,
    SdkVariable,
    OktaYaml,
    Terraform,
}

const SOURCES: [Source; 6] = [
    Source::Flag,
    Source::Variable,
    Source::Profile,
    Source::SdkVariable,
    Source::OktaYaml,
    Source::Terraform,
];

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (variables, profile, yaml) = (Vec::new(), "[default]\n".to_owned(), String::new());
        Self { folder, variables, profile, yaml, flag: None }
    }

    /// Sets a setting in a place to a value that tells which, unless the place has no such setting.
    fn set(&mut self, setting: Setting, source: Source) -> Option<String> {
        let value = value(setting, source);
        match source {
            Source::Flag if [Setting::Proxy, Setting::AdminToken].contains(&setting) => {
                return None;
            }
            Source::Flag => self.flag = Some(value.clone()),
            Source::Variable if setting == Setting::Proxy => return None,
            Source::Variable => self.variables.push((setting.variable(), value.clone())),
            Source::Profile if !Setting::PROFILE.contains(&setting) => return None,
            Source::Profile => self.profile += &format!("{} = \"{value}\"\n", setting.key()),
            Source::SdkVariable => {
                let name = setting.sdk_variables().next()?;
                self.variables.push((name, written(setting, &value)));
            }
            Source::OktaYaml => {
                let key = setting.yaml_keys().first()?;
                self.yaml += &format!("    {}\n", line(key, &written(setting, &value)));
            }
            Source::Terraform => {
                let name = setting.terraform_variable()?;
                self.variables.push((name.to_owned(), value.clone()));
            }
        }
        Some(match (setting, source) {
            (Setting::OrgUrl, Source::Terraform) => format!("https://{value}.okta.com"),
            (Setting::Proxy, _) => format!("http://{value}"),
            _ => value,
        })
    }

    fn candidates(&self, setting: Setting) -> Vec<String> {
        let home = self.folder.path();
        std::fs::create_dir_all(home.join(".okta")).unwrap();
        let file = home.join(".okta/okta.yaml");
        std::fs::write(&file, format!("okta:\n  client:\n{}", self.yaml)).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let config = home.join("config.toml");
        std::fs::write(&config, &self.profile).unwrap();
        let mut variables = self.variables.clone();
        variables.push(("HOME".to_owned(), home.to_str().unwrap().to_owned()));
        variables.push(("OKTA_M2M_CONFIG".to_owned(), config.to_str().unwrap().to_owned()));
        let pairs: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let environment = Environment::of(&pairs);
        let file = ConfigFile::find(&environment).unwrap();
        let places = Places::new(&environment, &file, "default");
        let found = places.candidates(setting, self.flag.clone(), Family::Terraform);
        found.map(|it| it.unwrap().value.to_string()).collect()
    }
}

fn value(setting: Setting, source: Source) -> String {
    let index = SOURCES.iter().position(|it| *it == source).unwrap();
    match setting {
        // There are two words that an SDK can say.
        Setting::Dpop if source == Source::OktaYaml => "auto".to_owned(),
        Setting::Dpop if source == Source::SdkVariable => "always".to_owned(),
        _ => format!("{}", 10 + index),
    }
}

/// As the SDKs write it.
fn written(setting: Setting, value: &str) -> String {
    match (setting, value) {
        (Setting::Dpop, "always") => "true".to_owned(),
        (Setting::Dpop, "auto") => "false".to_owned(),
        _ => value.to_owned(),
    }
}

fn line(key: &str, value: &str) -> String {
    match key.split_once('.') {
        Some((outer, inner)) => format!("{outer}: {{{inner}: '{value}'}}"),
        None => format!("{key}: '{value}'"),
    }
}

#[test]
fn of_each_pair_of_places_the_higher_wins_and_the_lower_is_known() {
    let mut pairs = 0;
    for setting in Setting::PROFILE.into_iter().chain(Setting::GENERAL) {
        for (index, higher) in SOURCES.into_iter().enumerate() {
            for lower in &SOURCES[index + 1..] {
                let mut world = World::new();
                let (Some(first), Some(second)) =
                    (world.set(setting, higher), world.set(setting, *lower))
                else {
                    continue;
                };
                pairs += 1;
                assert_eq!(
                    world.candidates(setting),
                    [first, second],
                    "{setting:?}: {higher:?} over {lower:?}"
                );
            }
        }
    }
    assert_eq!(pairs, 122);
}

#[test]
fn each_spelling_of_a_setting_is_read() {
    for (setting, name) in [
        (Setting::Kid, "OKTA_CLIENT_PRIVATEKEYID"),
        (Setting::Kid, "OKTA_CLIENT_KEYID"),
        (Setting::Kid, "OKTA_CLIENT_KID"),
        (Setting::Kid, "OKTA_API_PRIVATE_KEY_ID"),
        (Setting::Key, "OKTA_CLIENT_PRIVATEKEY"),
        (Setting::Key, "OKTA_CLIENT_JWK"),
        (Setting::Key, "OKTA_API_PRIVATE_KEY"),
        (Setting::Timeout, "OKTA_CLIENT_REQUESTTIMEOUT"),
        (Setting::Timeout, "OKTA_CLIENT_REQUEST_TIMEOUT"),
        (Setting::AdminToken, "OKTA_API_TOKEN"),
    ] {
        let mut world = World::new();
        world.variables.push((name.to_owned(), "7".to_owned()));
        assert_eq!(world.candidates(setting), ["7"], "{name}");
    }
    for (setting, key) in [
        (Setting::Kid, "privateKeyId"),
        (Setting::Kid, "keyId"),
        (Setting::Kid, "kid"),
        (Setting::Key, "privateKey"),
        (Setting::Key, "jwk"),
        (Setting::AdminToken, "token"),
    ] {
        let mut world = World::new();
        world.yaml = format!("    {key}: '7'\n");
        assert_eq!(world.candidates(setting), ["7"], "{key}");
    }
}

#[test]
fn terraforms_org_is_its_name_and_its_domain() {
    let mut world = World::new();
    world.variables.push(("OKTA_BASE_URL".to_owned(), "oktapreview.com".to_owned()));
    assert_eq!(world.candidates(Setting::OrgUrl), [""; 0]);
    world.variables.push(("OKTA_ORG_NAME".to_owned(), "acme".to_owned()));
    assert_eq!(world.candidates(Setting::OrgUrl), ["https://acme.oktapreview.com"]);
}

#[test]
fn a_proxy_is_put_together_and_the_machines_comes_last() {
    let mut world = World::new();
    world.yaml = "    proxy: {host: proxy.example, port: 8080, username: ada, password: 'a:b@c'}\n"
        .to_owned();
    world.variables.push(("HTTPS_PROXY".to_owned(), "http://other:1".to_owned()));
    let found = ["http://ada:a%3Ab%40c@proxy.example:8080", "http://other:1"];
    assert_eq!(world.candidates(Setting::Proxy), found);
    let mut world = World::new();
    for (name, value) in [("HOST", "https://p"), ("PORT", "1"), ("USERNAME", "ada")] {
        world.variables.push((format!("OKTA_CLIENT_PROXY_{name}"), value.to_owned()));
    }
    assert_eq!(world.candidates(Setting::Proxy), ["https://ada@p:1"]);
}

#[test]
fn no_time_limit_is_none_of_ours() {
    let mut world = World::new();
    world.yaml = "    requestTimeout: 0\n".to_owned();
    assert_eq!(world.candidates(Setting::Timeout), [""; 0]);
}

/// U-11: only `~/` is expanded; nothing else of a shell is.
#[test]
fn u_11_a_file_may_be_below_the_home_folder() {
    let mut world = World::new();
    world.profile += "key = \"~/svc.jwk\"\nkid = \"~/x\"\n";
    let home = world.folder.path().to_str().unwrap().to_owned();
    assert_eq!(world.candidates(Setting::Key), [format!("{home}/svc.jwk")]);
    assert_eq!(world.candidates(Setting::Kid), ["~/x"]);
    for path in ["~ada/k", "$HOME/k", "./k", "../k", "~", "a~/k"] {
        let mut world = World::new();
        world.profile += &format!("key = \"{path}\"\n");
        assert_eq!(world.candidates(Setting::Key), [path]);
    }
}
