//! `assertion verify`: what an org would say to an assertion, said before it is sent.

use serde_json::Value;
use tests::Sandbox;

use crate::{ready, sandbox};

fn assertion(sandbox: &Sandbox) -> String {
    sandbox.run(&["assertion", "create"]).stdout()
}

#[test]
fn an_assertion_of_ours_is_verified_by_our_key_and_by_its_public_half() {
    let (org, sandbox) = ready();
    let jwt = assertion(&sandbox);
    let thumbprint = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let said = sandbox.run_with_input(&["assertion", "verify"], &jwt).stdout();
    assert!(
        said.ends_with(&format!("signed by the key with the thumbprint {thumbprint}")),
        "{said}"
    );
    sandbox.write("svc.jwks", &sandbox.run(&["key", "public", "svc.jwk"]).stdout());
    let verify = ["assertion", "verify", jwt.trim(), "--jwks", "svc.jwks", "--format", "json"];
    let verification: Value = sandbox.run(&verify).json();
    assert_eq!(verification["signed_by"], thumbprint.trim());
    assert_eq!(verification["refusals"], Value::Array(Vec::new()));
    // To look is not to use: nothing was sent.
    assert!(org.requests().iter().all(|it| !it.body.contains(jwt.trim())));
}

#[test]
fn an_assertion_of_another_key_client_or_org_is_refused_with_the_reason() {
    let (_org, sandbox) = ready();
    let jwt = assertion(&sandbox);
    let jwt = jwt.trim();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "other.jwk"]).stdout());
    let check = |more: &[&str], reason: &str| {
        let outcome = sandbox.run(&[&["assertion", "verify", jwt], more].concat());
        assert_eq!(outcome.code, 4, "{outcome}");
        assert!(outcome.stdout.contains(&format!("refused: {reason}")), "{outcome}");
        assert!(outcome.stderr.contains(&format!("Okta would refuse it: {reason}")), "{outcome}");
    };
    check(&["--key", "other.jwk"], "client_assertion_invalid_kid");
    let kid = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let kid = format!("--kid={}", kid.trim());
    check(&["--key", "other.jwk", &kid], "client_assertion_invalid_signature");
    check(&["--client-id", "0oaOther"], "client_assertion_invalid_issuer");
    check(&["--org-url", "https://acme.okta.com"], "client_assertion_invalid_audience");
}

#[test]
fn what_cannot_be_verified_at_all_is_refused_before_that() {
    let sandbox = sandbox();
    let verify = |arguments: &[&str]| sandbox.run(&[&["assertion", "verify"], arguments].concat());
    verify(&["--jwks", "-"]).refused(2, &["cannot both come from stdin", "--jwks FILE"]);
    verify(&["a.b.c"]).refused(2, &["no key is set"]);
    verify(&["a.b.c", "--jwks", "nowhere.jwks"]).refused(3, &["nowhere.jwks"]);
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k", "--public-out", "k.jwks"]));
    verify(&["a.b.c", "--jwks", "k.jwks"]).refused(2, &["client_assertion_invalid_jwt"]);
    let inspect = |it: &str| sandbox.run(&["assertion", "inspect", it]);
    inspect("a.b.c").refused(2, &["client_assertion_invalid_jwt"]);
    for help in [verify(&["--help"]), inspect("--help")] {
        let words = help.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("and 2 if it is no"), "{words}");
    }
}
