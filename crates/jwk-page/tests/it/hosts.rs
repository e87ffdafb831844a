//! Who may call the page, and how (TM-16, W-03, W-04, W-08).

use jwk_page::{KeyPage, StartError};

use crate::harness::{POST, Page, config, wanted};

#[test]
fn w_03_only_the_names_of_the_page_reach_it() {
    let page = Page::start();
    let port = page.address().rsplit_once(':').unwrap().1.to_owned();
    let get = |host: &str| page.send(&["GET / HTTP/1.1", host], "").status;
    assert_eq!(get("host: HOST"), 200);
    assert_eq!(get(&format!("host: localhost:{port}")), 200);
    for host in [
        "host: evil.example",
        "host: 127.0.0.1",
        "host: localhost",
        "host: 127.0.0.1:1",
        "host: HOST.evil.example",
        "host: evil.example@HOST",
        "host: ",
        "x-forwarded-host: HOST",
        "host: HOST\r\nhost: evil.example",
        "host: HOST\r\nhost: HOST",
        "host: \u{fffd}",
    ] {
        assert_eq!(get(host), 403, "{host}");
    }
    for target in [&*format!("http://localhost:{port}/"), "http://evil.example/"] {
        let line = format!("GET {target} HTTP/1.1");
        assert_eq!(page.send(&[&line, "host: HOST"], "").status, 403, "{target}");
    }
    assert_eq!(page.send(&["GET http://HOST/ HTTP/1.1", "host: HOST"], "").status, 200);
}

#[test]
fn w_03_another_origin_gets_nothing() {
    let page = Page::start();
    let port = page.address().rsplit_once(':').unwrap().1.to_owned();
    let localhost = format!("origin: http://localhost:{port}");
    for path in ["/", "/page.js", "/keys"] {
        for origin in [
            "origin: http://evil.example",
            "origin: null",
            "origin: https://HOST",
            &localhost, // the page is called by its address here
            "origin: http://HOST\r\norigin: http://evil.example",
        ] {
            let get = format!("GET {path} HTTP/1.1");
            let answer = page.send(&[&get, "host: HOST", origin], "").is(403);
            assert!(!answer.body.contains("kty"), "{answer:?}");
            page.make_with(&[origin], &wanted()).is(403);
        }
    }
    page.make_with(&["origin: http://HOST", "sec-fetch-site: same-origin"], &wanted()).is(200);
}

#[test]
fn w_03_a_key_is_made_for_the_page_itself_only() {
    let page = Page::start();
    for site in ["cross-site", "same-site", "none", "SAME-ORIGIN"] {
        page.make_with(&[&format!("sec-fetch-site: {site}")], &wanted()).is(403);
    }
    let body = wanted().to_string();
    let without = |index: usize| {
        let mut head = POST.to_vec();
        head.remove(index);
        page.send(&head, &body).status
    };
    assert_eq!(without(1), 403, "no Host");
    assert_eq!(without(2), 415, "no content type");
    assert_eq!(without(3), 403, "no header of its own");
    for form in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonx",
    ] {
        let content_type = format!("content-type: {form}");
        page.send(&[POST[0], POST[1], POST[3], &content_type], &body).is(415);
    }
    page.send(&[POST[0], POST[1], POST[3], "content-type: Application/JSON; charset=utf-8"], &body)
        .is(200);
}

#[test]
fn w_03_nothing_but_post_makes_a_key() {
    let page = Page::start();
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let line = format!("{method} /keys?kty=EC&crv=P-256 HTTP/1.1");
        let answer =
            page.send(&[&[line.as_str()], &POST[1..]].concat(), &wanted().to_string()).is(405);
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
        assert_eq!(answer.body, "", "{method}");
    }
    for path in ["/", "/page.js"] {
        let line = format!("POST {path} HTTP/1.1");
        let answer = page.send(&[&[line.as_str()], &POST[1..]].concat(), "{}").is(405);
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
    for path in ["/nowhere", "/keys/", "//keys", "/page.html", "/../Cargo.toml", "/jwks.json"] {
        page.get(path).is(404);
    }
}

#[test]
fn a_preflight_permits_nothing() {
    let page = Page::start();
    let preflight = [
        "OPTIONS /keys HTTP/1.1",
        "host: HOST",
        "access-control-request-method: POST",
        "access-control-request-headers: x-okta-m2m-key-page",
        "access-control-request-private-network: true",
    ];
    let answers = [
        page.send(&preflight, "").is(405),
        page.send(&[&preflight[..], &["origin: http://evil.example"]].concat(), "").is(403),
        page.make_with(&["origin: http://evil.example"], &wanted()).is(403),
        page.make(&wanted()).is(200),
    ];
    for answer in answers {
        for name in ["origin", "methods", "headers", "credentials", "private-network"] {
            let name = format!("access-control-allow-{name}");
            assert_eq!(answer.header(&name), None, "{answer:?}");
        }
    }
}

#[test]
fn w_04_every_answer_forbids_to_keep_and_to_embed_it() {
    let page = Page::start();
    let answers = [
        page.get("/").is(200),
        page.get("/page.css").is(200),
        page.get("/page.js").is(200),
        page.get("/keys").is(405),
        page.get("/nowhere").is(404),
        page.make(&wanted()).is(200),
        page.make(&serde_json::json!({})).is(400),
        page.send(&["GET / HTTP/1.1", "host: evil.example"], "").is(403),
    ];
    for answer in answers {
        let is =
            |name: &str, value: &str| assert_eq!(answer.header(name), Some(value), "{answer:?}");
        is("cache-control", "no-store");
        is("x-content-type-options", "nosniff");
        is("referrer-policy", "no-referrer");
        is("cross-origin-opener-policy", "same-origin");
        is("cross-origin-resource-policy", "same-origin");
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"));
        let policy = answer.header("content-security-policy").unwrap();
        let directives: Vec<_> = policy.split("; ").map(str::trim).collect();
        for wanted in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&wanted), "{wanted} is not in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for absent in ["set-cookie", "server", "strict-transport-security", "etag"] {
            assert_eq!(answer.header(absent), None, "{absent}");
        }
    }
}

#[test]
fn the_page_has_no_address_of_another_place_and_no_script_or_style_of_its_own() {
    let page = Page::start();
    for path in ["/", "/page.css", "/page.js"] {
        let text = page.get(path).is(200).body;
        for word in [
            "http:",
            "https:",
            "//cdn",
            "@import",
            "url(",
            "innerHTML",
            "eval(",
            "localStorage",
            " style=",
            " onclick=",
        ] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn w_08_a_public_address_needs_tls() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "10.0.0.1:8484", "169.254.1.1:0"] {
        let mut config = config();
        config.listen = address.parse().unwrap();
        config.hosts = vec!["keys.acme.example".parse().unwrap()];
        let refusal = KeyPage::start(config).map(drop).unwrap_err();
        assert!(matches!(refusal, StartError::NotLoopback { .. }), "{refusal:?}");
    }
}
