//! Spans of time as the command line takes them: `30s`, `5m`, `2h`, `7d`.

use std::time::Duration;

/// Reads a whole number and its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let refusal = || "a whole number and `s`, `m`, `h` or `d`, for example `5m`".to_owned();
    let (number, factor) = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
        .into_iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))
        .ok_or_else(refusal)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refusal());
    }
    let number: u64 = number.parse().map_err(|_| refusal())?;
    number.checked_mul(factor).map(Duration::from_secs).ok_or_else(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_12_a_number_and_a_unit() {
        for (text, secs) in [("0s", 0), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(secs)), "{text}");
        }
        for text in [
            "",
            "5",
            "m",
            "-1s",
            "+1s",
            "1.5h",
            "1 h",
            "1H",
            "1e9h",
            "NaN",
            "∞",
            "∞s",
            "inf",
            "0x1s",
            "5ms",
            "5m5s",
            "-",
            "s5",
            "٣s",
            "99999999999999999999s",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("18446744073709551615d").is_err());
    }
}
