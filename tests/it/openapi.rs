//! Every request that a command sends, held against Okta's own OpenAPI document by a validator that nobody here wrote.

use std::collections::BTreeSet;

use okta_emulator::{Emulator, EmulatorConfig, LoggedRequest};
use serde_json::{Value, json};
use tests::{OpenApi, Sandbox};

use crate::PROGRAM;

/// Commands that send nothing to an org, or nothing but what another command of the walk sends.
const SILENT: [&str; 18] = [
    "assertion create",
    "assertion inspect",
    "assertion verify",
    "cache clean",
    "cache list",
    "completions",
    "dpop proof",
    "emulator exec",
    "emulator serve",
    "key convert",
    "key generate",
    "key public",
    "key serve",
    "key show",
    "key thumbprint",
    "man",
    "token inspect",
    "token watch", // runs until it is ended; its requests are those of `token get`
];

/// Commands whose org is their own.
const ORG_OF_ITS_OWN: [&str; 1] = ["demo"];

/// A walk over every command that sends something. `{app}` is the app of `setup`, `{other}` one registered on the way.
const WALK: &[&str] = &[
    "key generate --alg RS256 --kid =walked -o rsa.jwk --public-out rsa.jwks",
    "key generate --alg ES384 -o ec.jwk --public-out ec.jwks",
    "setup --name svc --scope okta.users.read --role READ_ONLY_ADMIN --key svc.jwk --alg ES256",
    "setup --name svc --scope okta.users.read --role READ_ONLY_ADMIN --key svc.jwk --dry-run",
    "client register --name rsa --jwks rsa.jwks",
    "client register --name ec --jwks ec.jwks --api clients",
    "client register --name url --jwks-uri https://keys.example/jwks.json --dpop-bound true",
    "client list",
    "client show --client-id {app}",
    "grant add --scope okta.groups.read,okta.apps.read",
    "grant list",
    "grant revoke --scope okta.groups.read",
    "role assign --role HELP_DESK_ADMIN",
    "role list",
    "role revoke --role HELP_DESK_ADMIN",
    "doctor",
    "token get --no-cache",
    "setup --profile bound --name bound --scope okta.users.read --role READ_ONLY_ADMIN --key bound.jwk --dpop always",
    "token get --no-cache --profile bound",
    "api GET /api/v1/users --profile bound",
    "client delete --client-id {bound} --yes",
    "client-key add --jwks rsa.jwks",
    "client-key list",
    "client-key deactivate --kid walked",
    "client-key activate --kid walked",
    "client-key deactivate --kid walked",
    "client-key delete --kid walked --yes",
    "client-key rotate --drain 0s --soak 0s",
    "client register --name gone --jwks-uri https://keys.example/jwks.json --dpop-bound false",
    "client update --name renamed --dpop-bound true",
    "client update --dpop-bound false",
    "client deactivate",
    "client activate",
    "config check",
    "config explain",
    "profile list",
    "profile show",
    "profile use default",
    "scope list",
    "scope find GET /api/v1/users",
    "token introspect",
    "token revoke token",
    "api GET /api/v1/users -f limit=2 --paginate",
    "exec -- true",
];

/// The operations of the document that the walk comes by.
const WALKED_OPERATIONS: &[&str] = &[
    "activateApplication",
    "activateOAuth2ClientJsonWebKey",
    "addJwk",
    "assignRoleToClient",
    "createApplication",
    "createClient",
    "deactivateApplication",
    "deactivateOAuth2ClientJsonWebKey",
    "deleteApplication",
    "deleteRoleFromClient",
    "deletejwk",
    "getApplication",
    "grantConsentToScope",
    "introspect",
    "listApplications",
    "listJwk",
    "listRoles",
    "listRolesForClient",
    "listScopeConsentGrants",
    "listUsers",
    "replaceApplication",
    "revoke",
    "revokeScopeConsentGrant",
    "token",
];

/// Paths that our excerpt of the document does not have.
const NOT_IN_THE_EXCERPT: [&str; 2] =
    ["/.well-known/oauth-authorization-server", "/.well-known/okta-organization"];

struct World {
    org: Emulator,
    sandbox: Sandbox,
    app: String,
}

impl World {
    fn walked() -> Self {
        let org = Emulator::start(EmulatorConfig::default()).unwrap();
        let sandbox = Sandbox::with_org(PROGRAM, &org);
        let mut world = Self { org, sandbox, app: String::new() };
        for command in WALK {
            world.run(command);
        }
        world
    }

    fn run(&mut self, command: &str) {
        let bound = || {
            let show = ["client", "show", "--profile", "bound", "--format", "json"];
            self.sandbox.run(&show).json()["client_id"].as_str().unwrap().to_owned()
        };
        let mut command = command.replace("{app}", &self.app);
        if command.contains("{bound}") {
            command = command.replace("{bound}", &bound());
        }
        let words: Vec<_> = command.split(' ').collect();
        if words.starts_with(&["token", "revoke"]) {
            let token = self.sandbox.run(&["token", "get"]).stdout();
            self.sandbox.write("token", &token);
        }
        let outcome = self.sandbox.run(&words);
        assert_eq!(outcome.code, 0, "{command}: {outcome}");
        if words[0] == "setup" && self.app.is_empty() {
            let shown = self.sandbox.run(&["client", "list", "--format", "json"]).json();
            shown[0]["client_id"].as_str().unwrap().clone_into(&mut self.app);
        }
    }
}

#[test]
fn every_command_is_walked_or_silent() {
    let mut leaves = BTreeSet::new();
    for noun in okta_m2m::command().get_subcommands().filter(|it| it.get_name() != "help") {
        let verbs: Vec<_> = noun.get_subcommands().filter(|it| it.get_name() != "help").collect();
        if verbs.is_empty() {
            leaves.insert(noun.get_name().to_owned());
        }
        leaves.extend(verbs.iter().map(|it| format!("{} {}", noun.get_name(), it.get_name())));
    }
    let walks =
        |leaf: &str| WALK.iter().any(|it| *it == leaf || it.starts_with(&format!("{leaf} ")));
    leaves.retain(|it| !walks(it));
    let known: BTreeSet<_> =
        SILENT.iter().chain(&ORG_OF_ITS_OWN).map(|it| (*it).to_owned()).collect();
    // What is walked for its files is silent all the same.
    let known: BTreeSet<_> = known.into_iter().filter(|it| !walks(it)).collect();
    assert_eq!(leaves, known);
}

#[test]
fn oktas_document_allows_every_request_that_a_command_sends() {
    let Some(mut judge) = OpenApi::start() else { return };
    let world = World::walked();
    let mut operations = BTreeSet::new();
    for request in world.org.requests() {
        let (operation, errors) = judge.judge(&request);
        assert_eq!(errors, [] as [Value; 0], "{request:?}");
        match operation {
            Some(operation) => drop(operations.insert(operation)),
            None => assert!(NOT_IN_THE_EXCERPT.contains(&request.path.as_str()), "{request:?}"),
        }
    }
    let operations: Vec<_> = operations.iter().map(String::as_str).collect();
    assert_eq!(operations, WALKED_OPERATIONS);
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let Some(mut judge) = OpenApi::start() else { return };
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let token = format!("SSWS {}", org.admin_token());
    let url = |path: &str| format!("{}{path}", org.org_url());
    let credential = ("authorization", token.as_str());
    let grant = json!({"scopeId": "x"});
    drop(tests::post_json_as(credential, &url("/api/v1/apps/0oa1/grants"), &grant));
    drop(tests::post_form(&url("/oauth2/v1/token"), "grant_type=client_credential&scope=x"));
    drop(tests::post_json_as(("accept", "*/*"), &url("/api/v1/apps"), &json!({})));
    let requests = org.requests();
    assert_eq!(requests.len(), 3);
    for (request, place) in
        requests.iter().zip(["/body/issuer", "/body/grant_type", "/api/v1/apps"])
    {
        let (operation, errors) = judge.judge(request);
        assert!(operation.is_some());
        assert_eq!(errors[0]["path"], place, "{errors:?}");
    }
}

#[test]
fn no_private_member_ever_leaves() {
    let world = World::walked();
    let mut secrets = Vec::new();
    for file in ["svc.jwk", "rsa.jwk", "ec.jwk", "bound.jwk"] {
        let key: Value = serde_json::from_str(&world.sandbox.read(file)).unwrap();
        let private = ["d", "p", "q", "dp", "dq", "qi"].iter().filter_map(|it| key[*it].as_str());
        secrets.extend(private.map(str::to_owned));
    }
    assert_eq!(secrets.len(), 14);
    let requests = world.org.requests();
    assert!(requests.len() > 40, "{}", requests.len());
    for request in &requests {
        for secret in &secrets {
            assert!(
                !format!("{request:?}").contains(secret),
                "{} {}",
                request.method,
                request.path
            );
        }
        assert_eq!(
            private_members(request),
            [] as [String; 0],
            "{} {}",
            request.method,
            request.path
        );
    }
}

/// Names that only a private or a shared key has, wherever they stand in a JSON body.
fn private_members(request: &LoggedRequest) -> Vec<String> {
    let body: Value = serde_json::from_str(&request.body).unwrap_or(Value::Null);
    let mut found = Vec::new();
    let mut open = vec![body];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].contains(&name.as_str()) {
                        found.push(name);
                    }
                    open.push(value);
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn a_private_member_in_a_body_is_found() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let body = json!({"settings": {"jwks": {"keys": [{"kty": "EC", "d": "x"}]}}});
    let url = format!("{}/api/v1/apps", org.org_url());
    drop(tests::post_json_as(("accept", "*/*"), &url, &body));
    assert_eq!(private_members(&org.requests()[0]), ["d"]);
}
