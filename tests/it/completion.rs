//! Completion as a shell does it.

use crate::ready;

/// What bash would offer for the last of these words.
#[track_caller]
fn completed(words: &[&str]) -> String {
    let (org, sandbox) = ready();
    sandbox.write("other.pem", "");
    let more =
        "--profile other --name other --scope okta.users.read --role READ_ONLY_ADMIN --key o.jwk";
    let setup: Vec<_> = ["setup"].into_iter().chain(more.split(' ')).collect();
    assert_eq!(sandbox.run(&setup).code, 0);
    let (last, previous) = (words[words.len() - 1], words[words.len() - 2]);
    let script = format!(
        "PATH=$PWD/bin:$PATH; . <(okta-m2m completions bash); COMP_WORDS=({}); COMP_CWORD={}; \
         _okta__m2m okta-m2m '{last}' '{previous}'; echo ${{COMPREPLY[@]}}",
        words.join(" "),
        words.len() - 1,
    );
    let offered = sandbox.run_under(&["bash", "-c", &script], &[]).stdout();
    drop(org);
    offered.trim().to_owned()
}

#[test]
fn bash_knows_commands_options_profiles_and_files() {
    assert_eq!(completed(&["okta-m2m", "client-key", "rot"]), "rotate");
    assert_eq!(completed(&["okta-m2m", "token", "get", "--force"]), "--force-refresh");
    assert_eq!(completed(&["okta-m2m", "token", "get", "--profile", "o"]), "other");
    assert_eq!(completed(&["okta-m2m", "token", "get", "--profile", "''"]), "default other");
    assert_eq!(completed(&["okta-m2m", "token", "get", "--key", "oth"]), "other.pem");
}
