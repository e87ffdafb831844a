//! HTTP without any of our own client code.

use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// An answer with its body.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

/// Sends a request with an optional API token and JSON body.
pub fn send(method: &str, url: &str, api_token: Option<&str>, body: Option<&Value>) -> Answer {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    if let Some(token) = api_token {
        request = request.header("authorization", format!("SSWS {token}"));
    }
    let text = body.map(Value::to_string).unwrap_or_default();
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    run(request.body(text).expect("a valid request"))
}

/// Gets a URL without any credential.
pub fn get(url: &str) -> Answer {
    send("GET", url, None, None)
}

/// Posts a body that is a form already.
pub fn post_form(url: &str, form: &str) -> Answer {
    run(form_request(url).body(form.to_owned()).expect("a valid request"))
}

/// Posts a form with an `Authorization` header.
pub fn post_form_as(authorization: &str, url: &str, form: &str) -> Answer {
    let request = form_request(url).header("authorization", authorization);
    run(request.body(form.to_owned()).expect("a valid request"))
}

/// Posts JSON with a header.
pub fn post_json_as((name, value): (&str, &str), url: &str, body: &Value) -> Answer {
    let request = ureq::http::Request::builder().method("POST").uri(url).header(name, value);
    let request = request.header("content-type", "application/json");
    run(request.body(body.to_string()).expect("a valid request"))
}

/// Gets an https URL, trusting one certificate (PEM) only.
pub fn get_trusting(certificate: &str, url: &str) -> Answer {
    let certificate = Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
    let roots = RootCerts::new_with_certs(&[certificate]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().proxy(None).tls_config(tls).build(),
    );
    answer(agent.get(url).call().expect("an answer"))
}

fn form_request(url: &str) -> ureq::http::request::Builder {
    ureq::http::Request::builder()
        .method("POST")
        .uri(url)
        .header("content-type", "application/x-www-form-urlencoded")
}

fn run(request: ureq::http::Request<String>) -> Answer {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .allow_non_standard_methods(true)
        .build();
    answer(ureq::Agent::new_with_config(config).run(request).expect("an answer"))
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let content_type = response.headers().get("content-type");
    Answer {
        status: response.status().as_u16(),
        content_type: content_type.map_or("", |text| text.to_str().unwrap_or("")).to_owned(),
        body: response.body_mut().read_to_string().expect("a text body"),
    }
}
