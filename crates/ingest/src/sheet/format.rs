//! Number formats: which numbers are dates, and which are shown with zeros before them.

/// How a number is shown, as far as it matters to what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a number.
    #[default]
    Plain,
    /// As a whole number of at least so many digits.
    Padded(u8),
    /// As a date, perhaps with a time.
    Date,
    /// As a time of day.
    Time,
}

impl Shown {
    /// The formats that have a number and no code.
    pub(super) fn of_number(number: u32) -> Self {
        match number {
            14..=17 | 22 | 27..=31 | 34..=36 | 50..=58 => Self::Date,
            18..=21 | 32 | 33 | 45..=47 => Self::Time,
            _ => Self::Plain,
        }
    }

    /// A format by its code, such as `yyyy-mm-dd`; the first of its sections decides.
    pub(super) fn of_code(code: &str) -> Self {
        let is_zeros = code.bytes().all(|b| b == b'0');
        if is_zeros && code.len() > 1 {
            return u8::try_from(code.len()).map_or(Self::Plain, Self::Padded);
        }
        let letters = letters(code);
        let has = |wanted: &[char]| letters.contains(wanted);
        if letters.contains("general") {
            Self::Plain
        } else if has(&['y', 'd']) || (has(&['m']) && !has(&['h', 's'])) {
            Self::Date
        } else if has(&['h', 's']) {
            Self::Time
        } else {
            Self::Plain
        }
    }
}

/// The letters of a code that stand for a part of the number, in lower case.
fn letters(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|&c| c != ']').collect();
                let inside = inside.to_lowercase();
                let is_elapsed = |unit: char| inside.chars().all(|c| c == unit);
                if !inside.is_empty() && ['h', 'm', 's'].into_iter().any(is_elapsed) {
                    // Hours, minutes or seconds beyond a day: a time, and `[mm]` is no month.
                    out.push('h');
                }
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out.replace("am/pm", "h").replace("a/p", "h")
}

/// A date or time in ISO 8601, from the number of days since the first day of the workbook's calendar; `None`
/// for numbers that are none.
pub(super) fn iso(x: f64, shown: Shown, is_1904: bool) -> Option<String> {
    // The year 9999 ends at 2 958 466.
    if !(0.0..2_958_466.0).contains(&x) {
        return None;
    }
    let seconds = (x * 86_400.0).round() as i64;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if shown == Shown::Time {
        return (days == 0).then_some(time);
    }
    // Days since 1970-01-01. The calendar of 1900 has a 29 February in that year, which there was not.
    let days = match (is_1904, days) {
        (true, _) => days - 24_107,
        (false, ..60) => days - 25_568,
        (false, _) => days - 25_569,
    };
    let date = date(days);
    Some(if second == 0 { date } else { format!("{date}T{time}") })
}

/// A day of the Gregorian calendar, from the days since 1970-01-01.
///
/// # Source
/// Hinnant, *chrono-compatible low-level date algorithms* (2013), `civil_from_days`.
fn date(days: i64) -> String {
    let day = days + 719_468;
    let era = day.div_euclid(146_097);
    let day = day.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_a_number_is() {
        for code in
            ["yyyy-mm-dd", "d/m/yy;@", "mmm\\-yy", "[$-409]d mmm", "yyyy", "dd.mm.yyyy hh:mm"]
        {
            assert_eq!(Shown::of_code(code), Shown::Date, "{code}");
        }
        for code in ["h:mm AM/PM", "[h]:mm:ss", "[mm]:ss", "mm:ss.0"] {
            assert_eq!(Shown::of_code(code), Shown::Time, "{code}");
        }
        let plain = [
            "General",
            "0",
            "#,##0.00",
            "0.00E+00",
            "\"day\" 0",
            "[Red]0;\"d\"0",
            "0_d",
            "@",
            "0%",
        ];
        for code in plain {
            assert_eq!(Shown::of_code(code), Shown::Plain, "{code}");
        }
        assert_eq!(Shown::of_code("0000"), Shown::Padded(4));
        assert_eq!([14, 20, 0, 49].map(Shown::of_number)[..2], [Shown::Date, Shown::Time]);
    }

    #[test]
    fn days_are_dates() {
        let day = |x| iso(x, Shown::Date, false).expect("a date");
        // As LibreOffice and Excel show them.
        assert_eq!(day(1.0), "1900-01-01");
        assert_eq!(day(59.0), "1900-02-28");
        assert_eq!(day(61.0), "1900-03-01");
        assert_eq!(day(36_526.0), "2000-01-01");
        assert_eq!(day(45_351.0), "2024-02-29");
        assert_eq!(day(45_351.75), "2024-02-29T18:00:00");
        assert_eq!(day(2_958_465.0), "9999-12-31");
        assert_eq!(iso(0.0, Shown::Date, true).as_deref(), Some("1904-01-01"));
        assert_eq!(iso(43_889.0, Shown::Date, true).as_deref(), Some("2024-02-29"));
        assert_eq!(iso(0.5, Shown::Time, false).as_deref(), Some("12:00:00"));
        assert_eq!([iso(1.5, Shown::Time, false), iso(-1.0, Shown::Date, false)], [None, None]);
    }
}
