//! The whole way in one process.

use serde_json::Value;

use crate::sandbox;

#[test]
fn the_demo_walks_the_whole_way() {
    let text = sandbox().run(&["demo"]).stdout();
    let steps = ["org", "key", "app", "grants", "role", "assertion", "token", "api"];
    for (number, step) in steps.iter().enumerate() {
        assert!(text.contains(&format!("{}. {step} (", number + 1)), "{step} is not in\n{text}");
    }
    assert!(text.contains("> POST http://127.0.0.1:"), "{text}");
    assert!(text.contains("GET /api/v1/users answered 200"), "{text}");
}

#[test]
fn the_demo_as_data_has_each_request_and_its_answer() {
    let demo = sandbox().run(&["demo", "--alg", "ES256", "--format", "json"]).json();
    assert_eq!(
        exchanges(&demo),
        [
            "app GET /api/v1/apps 200",
            "app POST /api/v1/apps 200",
            "grants GET /api/v1/apps/ID/grants 200",
            "grants POST /api/v1/apps/ID/grants 201",
            "grants POST /api/v1/apps/ID/grants 201",
            "role GET /oauth2/v1/clients/ID/roles 200",
            "role POST /oauth2/v1/clients/ID/roles 201",
            "token POST /oauth2/v1/token 200",
            "api GET /api/v1/users 200",
        ]
    );
}

#[test]
fn the_demo_shows_no_credential() {
    let demo = sandbox().run(&["demo", "--alg", "ES256", "--format", "json"]).stdout();
    assert!(demo.contains(r#""access_token\":\"...("#), "{demo}");
    assert!(demo.contains("client_assertion=...("), "{demo}");
    assert!(!demo.contains(r#"\"d\":"#), "{demo}");
}

/// Step, method, path and status, with the app's id replaced.
fn exchanges(demo: &Value) -> Vec<String> {
    let org = demo["org_url"].as_str().unwrap();
    let mut lines = Vec::new();
    for step in demo["steps"].as_array().unwrap() {
        for exchange in step["exchanges"].as_array().unwrap() {
            let url = exchange["url"].as_str().unwrap().strip_prefix(org).unwrap();
            let path = url.split('?').next().unwrap();
            let path: Vec<_> = path
                .split('/')
                .map(|segment| if segment.starts_with("0oa") { "ID" } else { segment })
                .collect();
            let (name, method) = (step["step"].as_str().unwrap(), &exchange["method"]);
            let method = method.as_str().unwrap();
            lines.push(format!("{name} {method} {} {}", path.join("/"), exchange["status"]));
        }
    }
    lines
}
