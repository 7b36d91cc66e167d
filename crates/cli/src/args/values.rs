//! Values as people type them: sizes, durations, parameters.

use serde_json::Value;
use std::time::Duration;

/// A number of bytes: `8GiB`, `500MB`, `4096`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let factor: u64 = match unit {
        "" | "B" => 1,
        "k" | "kB" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(format!("must be a size such as 8GiB or 500MB, not `{text}`")),
    };
    let parsed: f64 = number
        .parse()
        .map_err(|_| format!("must be a size such as 8GiB or 500MB, not `{text}`"))?;
    let bytes = parsed * factor as f64;
    if (1.0..1e18).contains(&bytes) {
        #[expect(clippy::cast_sign_loss, reason = "checked to be at least 1")]
        Ok(bytes as u64)
    } else {
        Err(format!("must be at least one byte and below 1e18, not `{text}`"))
    }
}

/// A stretch of time: `10m`, `90s`, `1.5h`, `250ms`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("must be a time such as 10m or 90s, not `{text}`")),
    };
    let seconds = number.parse::<f64>().ok().map(|x| x * factor);
    match seconds {
        Some(s) if s > 0.0 && s < 1e9 => Ok(Duration::from_secs_f64(s)),
        _ => Err(format!("must be a time such as 10m or 90s, not `{text}`")),
    }
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    (text[..end].trim(), &text[end..])
}

/// A parameter's value: JSON where it is JSON, a list in brackets with bare words in it, else text.
pub(crate) fn parameter(text: &str) -> Value {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return value;
    }
    match text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(inner) if inner.trim().is_empty() => Value::Array(Vec::new()),
        Some(inner) => inner.split(',').map(|item| parameter(item.trim())).collect(),
        None => Value::String(text.to_owned()),
    }
}

/// `NAME=VALUE`, split at the first `=`.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(format!("must be NAME=VALUE, not `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_and_times_are_read_as_typed() {
        assert_eq!(bytes("8GiB"), Ok(8 << 30));
        assert_eq!(bytes("1.5 kB"), Ok(1500));
        assert!(bytes("8 bananas").is_err() && bytes("-1").is_err() && bytes("nan").is_err());
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("0.25"), Ok(Duration::from_millis(250)));
        assert!(duration("0").is_err() && duration("inf").is_err());
    }

    #[test]
    fn parameters_are_json_or_words() {
        assert_eq!(parameter("0.9"), json!(0.9));
        assert_eq!(parameter("[random, strength]"), json!(["random", "strength"]));
        assert_eq!(parameter("[]"), json!([]));
        assert_eq!(parameter("hops"), json!("hops"));
        assert_eq!(parameter("true"), json!(true));
    }
}
