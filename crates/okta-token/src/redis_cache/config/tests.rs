//! U-22: what a URL may say, and that it never holds the password.

use super::*;

fn config(url: &str) -> RedisConfig {
    RedisConfig::new(url, SealingKey::from_text(&"0a".repeat(32)).unwrap())
}

fn address(url: &str) -> Result<Address, RedisConfigError> {
    config(url).password(Secret::new("s3cret")).into_parts().map(|(address, _)| address)
}

#[track_caller]
fn check(url: &str, host: &str, port: u16, database: i64, user: Option<&str>) {
    let found = address(url).unwrap();
    let found = (&*found.host, found.port, found.database, found.user.as_deref());
    assert_eq!(found, (host, port, database, user));
}

#[track_caller]
fn check_refused(url: &str, expected: RedisConfigError) {
    assert_eq!(address(url).unwrap_err(), expected, "{url}");
}

#[test]
fn u_22_a_url_names_host_port_database_and_user() {
    check("redis://localhost", "localhost", 6379, 0, None);
    check("redis://127.0.0.1:7000/3", "127.0.0.1", 7000, 3, None);
    check("redis://[::1]:7000/", "::1", 7000, 0, None);
    check("rediss://tokens@redis.example/1", "redis.example", 6379, 1, Some("tokens"));
    check("rediss://a%40b@10.0.0.7", "10.0.0.7", 6379, 0, Some("a@b"));
}

#[test]
fn u_22_a_password_is_refused_and_not_told() {
    for url in ["redis://:hunter2@localhost", "rediss://u:hunter2@h.example/1"] {
        check_refused(url, RedisConfigError::PasswordInUrl);
        assert!(!address(url).unwrap_err().to_string().contains("hunter2"));
    }
}

#[test]
fn u_22_plain_text_stays_on_this_machine() {
    let urls =
        ["redis://h.example", "redis://10.0.0.7", "redis://127.0.0.1.example", "redis://[::2]"];
    for url in urls {
        check_refused(url, RedisConfigError::PlainOffLoopback);
    }
}

#[test]
fn u_22_what_is_no_url_of_a_server_is_refused() {
    for url in ["", "redis", "http://localhost", "unix:///run/redis", "rediss://localhost#insecure"]
    {
        check_refused(url, RedisConfigError::InvalidUrl);
    }
    check_refused("redis://localhost?protocol=resp3", RedisConfigError::InvalidUrl);
    for url in
        ["redis://localhost/-1", "redis://localhost/x", "redis://localhost/99999999999999999999"]
    {
        check_refused(url, RedisConfigError::InvalidDatabase);
    }
}

#[test]
fn a_user_needs_a_password() {
    let error = config("rediss://tokens@h.example").into_parts().unwrap_err();
    assert_eq!(error, RedisConfigError::UserWithoutPassword);
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", broken] {
        let error = config("rediss://h.example").ca_pem(pem.into()).into_parts().unwrap_err();
        assert_eq!(error, RedisConfigError::InvalidCa, "{pem}");
    }
}

#[test]
fn nothing_shows_the_password() {
    let config = config("redis://localhost").password(Secret::new("hunter2"));
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!format!("{:?}", config.into_parts().unwrap()).contains("hunter2"));
}
