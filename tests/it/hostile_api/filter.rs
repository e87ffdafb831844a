//! Answers that no filter takes.

use super::*;

/// What a filter reads is values, which take up many times as much as their text.
#[test]
fn a_06_an_answer_for_a_filter_is_shorter_unless_more_is_allowed() {
    let users = format!("[{}]", vec![r#"{"id":"00u1"}"#; 400_000].join(","));
    let server = serving(move |_| answer("200 OK", "", &users));
    let sandbox = client(&server);
    let call = ["/api/v1/users", "--jq", "length"];
    api(&sandbox, &call).refused(8, &["longer than 4194304 bytes", "--max-bytes"]);
    let more = [&["api"], &call[..], &["--max-bytes", "20000000"]].concat();
    assert_eq!(sandbox.run(&more).stdout(), "400000\n");
    assert_eq!(api(&sandbox, &["/api/v1/users"]).code, 0);
}

/// A short text can hold many values. As many as go through are those that go through little memory.
#[test]
fn a_06_an_answer_of_many_values_goes_through_no_filter() {
    let most = 262_144;
    for (item, values) in [("0", 1), ("[]", 1), ("{}", 1), ("\"x\"", 1), (r#"{"a":[]}"#, 3)] {
        let of = |count: usize| format!("[{}]", vec![item; count].join(","));
        let fits = (most - 1) / values;
        for (count, code) in [(fits, 0), (fits + 1, 8)] {
            let text = of(count);
            let server = serving(move |_| answer("200 OK", "", &text));
            let outcome = api(&client(&server), &["/api/v1/users", "--jq", "length"]);
            assert_eq!(outcome.code, code, "{item}: {outcome}");
        }
    }
    let text = format!("[{}]", vec!["[]"; 300_000].join(","));
    let server = serving(move |_| answer("200 OK", "", &text));
    let sandbox = client(&server);
    let call = ["/api/v1/users", "--jq", "length"];
    api(&sandbox, &call).refused(8, &["more than 262144 values", "--max-bytes"]);
    let more = [&["api"], &call[..], &["--max-bytes", "5000000"]].concat();
    assert_eq!(sandbox.run(&more).stdout(), "300000\n");
}

#[test]
fn a_06_an_answer_that_is_nested_without_end_goes_through_no_filter() {
    let text = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let server = serving(move |_| answer("200 OK", "", &text));
    let sandbox = client(&server);
    api(&sandbox, &["/api/v1/users", "--jq", "length"]).refused(8, &["nested"]);
    assert_eq!(api(&sandbox, &["/api/v1/users"]).code, 0);
}
