//! Requests that are too large, too slow, too many, or given up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{POST, Page, wanted, wanted_with};

#[test]
fn a_body_larger_than_any_request_is_refused() {
    let page = Page::start();
    let padded =
        |length: usize| format!("{}{}", wanted(), " ".repeat(length - wanted().to_string().len()));
    page.send(&POST, &padded(4096)).is(200);
    page.send(&POST, &padded(4097)).is(413);
    page.send(&POST, &padded(1 << 20)).is(413);
}

#[test]
fn headers_larger_than_any_request_are_refused() {
    let page = Page::start();
    let large = format!("x-large: {}", "a".repeat(64 << 10));
    page.send(&["GET / HTTP/1.1", "host: HOST", &large], "").is(431);
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let page = Page::start();
    let mut stream = TcpStream::connect(page.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ").unwrap();
    let start = Instant::now();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

/// Two searches are allowed at once, so that the third would wait for hours if the two went on.
#[test]
fn a_search_ends_with_the_request_that_wanted_it() {
    let page = Page::start();
    let large = wanted_with(json!({
        "kty": "RSA", "crv": null, "alg": "RS256", "size": 8192,
    }));
    for _ in 0..4 {
        let mut stream = TcpStream::connect(page.address()).unwrap();
        let head = POST.join("\r\n").replace("HOST", page.address());
        let body = large.to_string();
        write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        // The search has begun, or waits for its place; then the browser goes away.
        page.get("/").is(200);
    }
    let start = Instant::now();
    page.make(&wanted()).is(200);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_page_that_ends_ends_its_searches() {
    let page = Page::start();
    let large = wanted_with(json!({
        "kty": "RSA", "crv": null, "alg": "RS256", "size": 8192,
    }));
    let mut stream = TcpStream::connect(page.address()).unwrap();
    let head = POST.join("\r\n").replace("HOST", page.address());
    let body = large.to_string();
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    page.get("/").is(200);
    let start = Instant::now();
    drop(page);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
