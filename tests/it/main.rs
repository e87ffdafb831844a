//! End-to-end and interop tests.

fn main() {}
