//! One row for each spelling.

use super::*;

#[track_caller]
fn check(text: &str, origin: &str, corrections: &[OrgUrlCorrection]) {
    let url = OrgUrl::parse(text).unwrap();
    assert_eq!(url.as_str(), origin, "{text}");
    assert_eq!(url.corrections(), corrections, "{text}");
    // What we made is canonical.
    let again = OrgUrl::parse(url.as_str()).unwrap();
    assert_eq!(again, url);
    assert_eq!(again.corrections(), []);
}

#[track_caller]
fn refused(text: &str, expected: &OrgUrlError) {
    let error = OrgUrl::parse(text).unwrap_err();
    assert_eq!(&error, expected, "{:.80}", text);
    assert!(!error.to_string().contains("hunter2"));
}

fn path_removed(path: &str) -> OrgUrlCorrection {
    OrgUrlCorrection::PathRemoved { path: path.to_owned() }
}

fn admin_host(written: &str) -> OrgUrlCorrection {
    OrgUrlCorrection::AdminHost { written: written.to_owned() }
}

#[test]
fn u_04_spellings_of_one_org() {
    use OrgUrlCorrection::{CaseLowered, DefaultPortRemoved, SchemeAdded, TrailingSlashRemoved};

    let acme = "https://acme.okta.com";
    check("https://acme.okta.com", acme, &[]);
    check("https://acme.okta.com/", acme, &[TrailingSlashRemoved]);
    check("https://acme.okta.com///", acme, &[TrailingSlashRemoved]);
    check("HTTPS://acme.okta.com", acme, &[CaseLowered]);
    check("https://Acme.OKTA.com", acme, &[CaseLowered]);
    check("HttpS://ACME.okta.com", acme, &[CaseLowered]);
    check("https://acme.okta.com:443", acme, &[DefaultPortRemoved]);
    check("https://acme.okta.com:0443/", acme, &[DefaultPortRemoved, TrailingSlashRemoved]);
    check("acme.okta.com", acme, &[SchemeAdded]);
    check("acme.okta.com/", acme, &[SchemeAdded, TrailingSlashRemoved]);
    check("acme.okta.com:443", acme, &[SchemeAdded, DefaultPortRemoved]);
    check("acme.okta.com/oauth2/default", acme, &[SchemeAdded, path_removed("/oauth2/default")]);
}

#[test]
fn u_06_pasted_paths() {
    for path in [
        "/oauth2/v1/token",
        "/oauth2/default",
        "/oauth2/default/v1/token",
        "/oauth2/aus9o8wzkhckw9TLa0h7/",
        "/oauth2/default/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/api/v1/apps",
        "/admin/dashboard",
    ] {
        check(
            &format!("https://acme.okta.com{path}"),
            "https://acme.okta.com",
            &[path_removed(path)],
        );
    }
}

#[test]
fn u_06_admin_hosts() {
    for (written, org) in [
        ("acme-admin.okta.com", "acme.okta.com"),
        ("acme-admin.oktapreview.com", "acme.oktapreview.com"),
        ("acme-admin.okta-emea.com", "acme.okta-emea.com"),
        ("acme-admin.okta-gov.com", "acme.okta-gov.com"),
        ("acme-admin.okta.mil", "acme.okta.mil"),
        ("acme-admin.okta-miltest.com", "acme.okta-miltest.com"),
        ("acme-admin.trex-govcloud.com", "acme.trex-govcloud.com"),
    ] {
        check(&format!("https://{written}"), &format!("https://{org}"), &[admin_host(written)]);
    }
    check(
        "https://acme-admin.okta.com/admin/dashboard",
        "https://acme.okta.com",
        &[admin_host("acme-admin.okta.com"), path_removed("/admin/dashboard")],
    );
    // Another company's host that merely looks like it is left alone.
    check(
        "https://acme-admin-admin.okta.com",
        "https://acme.okta.com",
        &[admin_host("acme-admin-admin.okta.com")],
    );
    check("https://sso-admin.example.com", "https://sso-admin.example.com", &[]);
    refused("https://-admin.okta.com", &OrgUrlError::InvalidHost);
}

#[test]
fn u_04_other_hosts() {
    check("https://id.acme.example", "https://id.acme.example", &[]);
    check("https://acme.okta.com:8443", "https://acme.okta.com:8443", &[]);
    check("https://acme.okta.com:80", "https://acme.okta.com:80", &[]);
    check("https://acme.okta.com:65535", "https://acme.okta.com:65535", &[]);
    check("https://192.0.2.7", "https://192.0.2.7", &[]);
    check("https://[2001:DB8:0::1]", "https://[2001:db8::1]", &[OrgUrlCorrection::CaseLowered]);
    check("https://okta", "https://okta", &[]);
}

#[test]
fn u_05_punycode_is_pointed_out() {
    for (text, is_pointed_out) in [
        ("https://xn--okta-8ta.example", true),
        ("https://acme.xn--okta-8ta.example", true),
        ("https://XN--okta-8ta.example", true),
        ("https://axn--okta.example", false),
        ("https://acme.okta.com", false),
    ] {
        let url = OrgUrl::parse(text).unwrap();
        let host = url.host().to_owned();
        let note = OrgUrlCorrection::Punycode { host };
        assert_eq!(url.corrections().contains(&note), is_pointed_out, "{text}");
    }
    let url = OrgUrl::parse("https://xn--okta-8ta.example").unwrap();
    assert_eq!(
        url.corrections()[0].to_string(),
        "`xn--okta-8ta.example` is an internationalised name in punycode; check that it is the org's"
    );
}

/// A label of punycode that stands for letters of ASCII alone would be another spelling of a name (RUSTSEC-2024-0421).
#[test]
fn u_05_punycode_of_plain_letters_is_no_host() {
    for text in ["https://xn--acme-.okta.com", "https://acme.xn--okta-.com", "xn--acme-.okta.com"] {
        refused(text, &OrgUrlError::InvalidHost);
    }
}

#[test]
fn u_01_plain_http_is_for_loopback() {
    use OrgUrlCorrection::{CaseLowered, DefaultPortRemoved, TrailingSlashRemoved};

    for text in [
        "http://127.0.0.1:8080",
        "http://127.8.9.10:1",
        "http://[::1]:8080",
        "http://localhost:8080",
    ] {
        check(text, text, &[]);
        assert!(OrgUrl::parse(text).unwrap().is_loopback());
    }
    check(
        "HTTP://LocalHost:80/",
        "http://localhost",
        &[CaseLowered, DefaultPortRemoved, TrailingSlashRemoved],
    );
    check("http://[0:0::1]", "http://[::1]", &[]);
    assert!(!OrgUrl::parse("https://acme.okta.com").unwrap().is_loopback());
    assert!(OrgUrl::parse("https://127.0.0.1").unwrap().is_loopback());

    for text in [
        "http://acme.okta.com",
        "http://128.0.0.1",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://[2001:db8::1]",
    ] {
        let expected = if text.ends_with("[::]") {
            OrgUrlError::NumericHost
        } else {
            OrgUrlError::InsecureScheme
        };
        refused(text, &expected);
    }
}

#[test]
fn u_01_schemes() {
    use OrgUrlError::{MissingHost, NoUrl, SeveralSchemes, UnknownScheme};

    refused("", &OrgUrlError::Empty);
    for text in [
        "ftp://acme.okta.com",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "javascript:alert(1)",
        "://acme.okta.com",
    ] {
        refused(text, &UnknownScheme);
    }
    for text in ["https:/acme.okta.com", "https:acme.okta.com", "acme.okta.com:x"] {
        refused(text, &UnknownScheme);
    }
    refused("https://", &MissingHost);
    refused("https:///acme.okta.com", &MissingHost);
    refused("https://:443", &MissingHost);
    refused("https://https://acme.okta.com", &SeveralSchemes);
    refused("acme.okta.com/https://evil.example", &UnknownScheme);
    refused("acme", &NoUrl);
    refused("//acme.okta.com", &NoUrl);
    refused("https:8443", &NoUrl);
    refused("HTTP:8443/oauth2/default", &NoUrl);
    refused("/oauth2/default", &NoUrl);
}

#[test]
fn u_02_userinfo_is_refused_and_not_shown() {
    for text in [
        "https://okta.com@evil.example",
        "https://user:hunter2@acme.okta.com",
        "user:hunter2@acme.okta.com",
        "user@acme.okta.com",
        "https://acme.okta.com:hunter2@evil.example",
        "https://acme.okta.com?@evil.example",
    ] {
        refused(text, &OrgUrlError::UserInfo);
    }
}

#[test]
fn u_03_parts_that_an_origin_has_not() {
    use OrgUrlError::{Backslash, DotSegments, Fragment, Query, UnexpectedPath};

    refused("https://acme.okta.com?x=1", &Query);
    refused("https://acme.okta.com/?x=1", &Query);
    refused("https://acme.okta.com/oauth2/default?x", &Query);
    refused("https://acme.okta.com#x", &Fragment);
    refused("https://acme.okta.com/#x?y", &Fragment);
    refused("https://acme.okta.com/oauth2/../x", &DotSegments);
    refused("https://acme.okta.com/..", &DotSegments);
    refused("https://acme.okta.com/./", &DotSegments);
    refused("https://acme.okta.com/%2e%2e/x", &DotSegments);
    refused("https://acme.okta.com/oauth2/%2E%2E", &DotSegments);
    refused("https://acme.okta.com\\evil.example", &Backslash);
    refused("https:\\\\acme.okta.com", &Backslash);
    refused("https://acme.okta.com/some/where", &UnexpectedPath);
    refused("https://acme.okta.com/oauth2//default", &UnexpectedPath);
    refused("https://acme.okta.com//oauth2", &UnexpectedPath);
    refused("https://acme.okta.com/oauth2;x=1", &UnexpectedPath);
    refused("https://acme.okta.com/;x=1", &UnexpectedPath);
    refused("https://acme.okta.com;x=1", &OrgUrlError::InvalidHost);
    refused("https://acme.okta.com/oauth2/a@b", &UnexpectedPath);
    refused("https://acme.okta.com/oauth2evil", &UnexpectedPath);
}

#[test]
fn u_03_u_05_forbidden_characters() {
    for character in [' ', '\t', '\n', '\r', '\0', '\u{1b}', '\u{7f}'] {
        refused(
            &format!("https://acme{character}.okta.com"),
            &OrgUrlError::ForbiddenCharacter { character },
        );
        refused(
            &format!("https://acme.okta.com{character}"),
            &OrgUrlError::ForbiddenCharacter { character },
        );
    }
    // CYRILLIC SMALL LETTER O, and a full-width dot that IDNA folds to a plain one.
    refused("https://\u{43e}kta.com", &OrgUrlError::NotAscii { character: '\u{43e}' });
    refused("https://acme\u{ff0e}okta.com", &OrgUrlError::NotAscii { character: '\u{ff0e}' });
    let message = OrgUrlError::NotAscii { character: '\u{43e}' }.to_string();
    assert!(message.is_ascii() || message.contains("\\u{43e}"), "{message}");
}

#[test]
fn u_06_placeholders() {
    for text in [
        "https://{yourOktaDomain}",
        "https://${yourOktaDomain}/",
        "https://{{orgUrl}}",
        "https://yourOktaDomain.okta.com",
        "https://your-okta-domain.okta.com",
        "https://<org>.okta.com",
    ] {
        refused(text, &OrgUrlError::Placeholder);
    }
}

#[test]
fn u_04_hosts_that_are_no_hosts() {
    use OrgUrlError::{DoubledSuffix, InvalidHost, NumericHost, TrailingDot};

    refused("https://acme.okta.com.com", &DoubledSuffix);
    refused("https://acme.okta.com.", &TrailingDot);
    refused("https://.", &TrailingDot);
    for host in [
        "0x7f.0.0.1",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "2130706433",
        "0",
        "1.2.3.4.5",
        "256.0.0.1",
        "0x",
        "a.1",
    ] {
        refused(&format!("https://{host}"), &NumericHost);
        refused(&format!("http://{host}"), &NumericHost);
    }
    for host in ["[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::ffff:7f00:1]"] {
        refused(&format!("http://{host}"), &NumericHost);
    }
    for host in [
        "a..b",
        ".a.b",
        "-a.b",
        "a-.b",
        "a_b.c",
        "a%41.b",
        "a,b.c",
        "[::1",
        "[::1]x",
        "[fe80::1%25eth0]",
        "[]",
        "a[b].c",
    ] {
        refused(&format!("https://{host}"), &InvalidHost);
    }
    refused(&format!("https://{}.com", "a".repeat(64)), &InvalidHost);
    refused(&format!("https://{}com", "a.".repeat(126)), &InvalidHost);
}

#[test]
fn u_07_ports() {
    for port in ["0", "65536", "-1", "+443", "", "4_4", "443:443", "99999999999999999999", "0x1bb"]
    {
        refused(&format!("https://acme.okta.com:{port}"), &OrgUrlError::InvalidPort);
        refused(&format!("https://[2001:db8::1]:{port}"), &OrgUrlError::InvalidPort);
    }
}

#[test]
fn u_07_a_long_text_is_not_looked_at() {
    refused(&format!("https://{}", "a".repeat(100_000)), &OrgUrlError::TooLong { limit: LONGEST });
}

#[test]
fn no_path_leaves_the_origin() {
    let org = OrgUrl::parse("https://acme.okta.com").unwrap();
    assert_eq!(org.url("/api/v1/apps"), "https://acme.okta.com/api/v1/apps");
    assert_eq!(org.url("api/v1/apps"), "https://acme.okta.com/api/v1/apps");
    assert_eq!(org.url("@evil.example/"), "https://acme.okta.com/@evil.example/");
    assert_eq!(org.url("//evil.example/"), "https://acme.okta.com//evil.example/");
    assert_eq!(org.url(".evil.example"), "https://acme.okta.com/.evil.example");
}

#[test]
fn corrections_are_told_in_words() {
    let url = OrgUrl::parse("Acme-Admin.okta.com:443/admin/").unwrap();
    let told: Vec<String> = url.corrections().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`https://` was added",
            "capitals were lowered",
            "`acme-admin.okta.com` is the Admin Console; `-admin` was removed",
            "the default port was removed",
            "the path `/admin/` is not part of an org URL and was removed",
        ]
    );
}

#[test]
fn the_port_is_the_schemes_own_unless_it_is_named() {
    let port = |text| OrgUrl::parse(text).unwrap().port();
    assert_eq!(port("https://acme.okta.com"), 443);
    assert_eq!(port("https://acme.okta.com:8443"), 8443);
    assert_eq!(port("http://127.0.0.1"), 80);
    assert_eq!(port("http://[::1]:81"), 81);
    assert_eq!(port("https://[2001:db8::1]"), 443);
}
