//! Every choice about reading, once: its key in `palenque.toml`, its flag, its values, and what it sets.
//!
//! Flags, configuration, the printed configuration, the schema and the help are all rendered from [`KEYS`].

use palenque_ingest::{
    DuplicateRule, EmptyCellRule, Encoding, FileFormat, LineEnds, MissingWeightRule, NegativeRule,
    NodeConflictRule, Policy, RaggedRule, SutModel, UnknownNodeRule, ZeroRule,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What values a key takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`; the flag takes no value and says the opposite of the default.
    Switch,
    /// A whole number.
    Count,
    /// A number of bytes, such as `8GiB`.
    Bytes,
    /// A number of at least 0, such as 0.01.
    Share,
    /// One character, or its name.
    Character,
    /// Any text.
    Text,
}

/// One choice.
pub(crate) struct Key {
    /// The key in `[input.policy]`.
    pub(crate) name: &'static str,
    /// The flag, without dashes.
    pub(crate) flag: &'static str,
    /// What values it takes.
    pub(crate) kind: Kind,
    /// What it does.
    pub(crate) meaning: &'static str,
    set: fn(&mut Policy, Given<'_>) -> Result<(), String>,
    get: fn(&Policy) -> Value,
}

/// A value that was checked against the key's kind.
#[derive(Clone, Copy)]
struct Given<'a> {
    text: &'a str,
    number: u64,
    share: f64,
    switch: bool,
}

impl Key {
    /// The key of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Sets the choice in a policy.
    ///
    /// # Errors
    /// What is wrong with the value, as an end of the sentence "`key` ...".
    pub(crate) fn set(&self, policy: &mut Policy, value: &Value) -> Result<(), String> {
        let mut given = Given { text: "", number: 0, share: 0.0, switch: false };
        let owned;
        match self.kind {
            Kind::Switch => {
                given.switch =
                    value.as_bool().ok_or_else(|| format!("must be true or false, not {value}"))?;
            }
            Kind::Count => {
                given.number = value
                    .as_u64()
                    .or_else(|| value.as_str()?.parse().ok())
                    .ok_or_else(|| format!("must be a whole number, not {}", plain(value)))?;
            }
            Kind::Bytes => {
                given.number = match value {
                    Value::Number(n) => n.as_u64().ok_or("must not be negative")?,
                    other => super::values::bytes(&plain(other))?,
                };
            }
            Kind::Share => {
                let share = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
                let share = share.filter(|share| share.is_finite() && *share >= 0.0);
                given.share = share.ok_or_else(|| {
                    format!("must be a number of at least 0, such as 0.01, not {}", plain(value))
                })?;
            }
            Kind::Choice(_) | Kind::Character | Kind::Text => {
                owned = plain(value);
                given.text = &owned;
            }
        }
        if let Kind::Choice(choices) = self.kind
            && !choices.contains(&given.text)
        {
            return Err(format!("must be one of {}, not `{}`", choices.join(", "), given.text));
        }
        (self.set)(policy, given)
    }

    /// The choice as it would be written in `palenque.toml`; null where nothing was chosen.
    pub(crate) fn get(&self, policy: &Policy) -> Value {
        (self.get)(policy)
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Two functions over one list of pairs: from word to rule and from rule to word.
macro_rules! choice {
    ($field:ident: $($word:literal => $rule:expr),+ $(,)?) => {(
        |policy: &mut Policy, given: Given<'_>| {
            match given.text {
                $($word => policy.$field = $rule,)+
                other => return Err(format!("has no choice `{other}`")),
            }
            Ok(())
        },
        |policy: &Policy| {
            $(if policy.$field == $rule { return Value::from($word); })+
            Value::Null
        },
    )};
}

type Access = (fn(&mut Policy, Given<'_>) -> Result<(), String>, fn(&Policy) -> Value);

const fn key(
    name: &'static str,
    flag: &'static str,
    kind: Kind,
    meaning: &'static str,
    (set, get): Access,
) -> Key {
    Key { name, flag, kind, meaning, set, get }
}

/// The character that a word stands for.
fn character(text: &str) -> Result<char, String> {
    let named = match text {
        "tab" | "\\t" => Some('\t'),
        "space" => Some(' '),
        "nbsp" => Some('\u{a0}'),
        "comma" => Some(','),
        "semicolon" => Some(';'),
        _ => None,
    };
    let mut chars = text.chars();
    match (named, chars.next(), chars.next()) {
        (Some(c), ..) | (None, Some(c), None) => Ok(c),
        _ => Err(format!("must be one character (or tab, space, nbsp), not `{text}`")),
    }
}

fn ascii(text: &str) -> Result<u8, String> {
    let c = character(text)?;
    u8::try_from(c)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| format!("must be an ASCII character, not `{c}`"))
}

fn shown_char(c: char) -> Value {
    match c {
        '\t' => "tab".into(),
        ' ' => "space".into(),
        '\u{a0}' => "nbsp".into(),
        c => c.to_string().into(),
    }
}

/// All choices, in the order in which they are printed.
pub(crate) static KEYS: &[Key] = &[
    key(
        "duplicates",
        "dup",
        Kind::Choice(&["sum", "first", "max", "error"]),
        "What to do with a repeated seller-buyer pair",
        choice!(duplicates: "sum" => DuplicateRule::Sum, "first" => DuplicateRule::First,
            "max" => DuplicateRule::Max, "error" => DuplicateRule::Error),
    ),
    key(
        "negative",
        "negative",
        Kind::Choice(&["error", "drop", "abs", "reverse"]),
        "What to do with a negative flow; `reverse` turns the edge round",
        choice!(negative: "error" => NegativeRule::Error, "drop" => NegativeRule::Drop,
            "abs" => NegativeRule::Abs, "reverse" => NegativeRule::Reverse),
    ),
    key(
        "zero",
        "zero",
        Kind::Choice(&["drop", "keep"]),
        "What to do with a flow of zero",
        choice!(zero: "drop" => ZeroRule::Drop, "keep" => ZeroRule::Keep),
    ),
    key(
        "missing_weight",
        "missing-weight",
        Kind::Choice(&["error", "0", "1", "drop"]),
        "What to do with an empty weight",
        choice!(missing_weight: "error" => MissingWeightRule::Error,
            "0" => MissingWeightRule::Zero, "1" => MissingWeightRule::One,
            "drop" => MissingWeightRule::Drop),
    ),
    key(
        "empty_cell",
        "empty-cell",
        Kind::Choice(&["error", "zero"]),
        "What to do with an empty cell of an input-output table",
        choice!(empty_cell: "error" => EmptyCellRule::Error, "zero" => EmptyCellRule::Zero),
    ),
    key(
        "balance_tolerance",
        "balance-tol",
        Kind::Share,
        "How far both sides of a table may be apart, as a share of output",
        (
            |p, g| {
                p.balance_tolerance = g.share;
                Ok(())
            },
            |p| p.balance_tolerance.into(),
        ),
    ),
    key(
        "sut_model",
        "sut-model",
        Kind::Choice(&[
            "product-technology",
            "industry-technology",
            "fixed-industry-sales",
            "fixed-product-sales",
        ]),
        "How make and use become one table: the manual's A, B (products), C, D (industries)",
        choice!(sut_model: "product-technology" => SutModel::ProductTechnology,
            "industry-technology" => SutModel::IndustryTechnology,
            "fixed-industry-sales" => SutModel::FixedIndustrySales,
            "fixed-product-sales" => SutModel::FixedProductSales),
    ),
    key(
        "region_mark",
        "region-mark",
        Kind::Character,
        "What stands between region and sector in a table's labels, such as '_'",
        (
            |p, g| {
                p.region_mark = Some(character(g.text)?);
                Ok(())
            },
            |p| p.region_mark.map_or(Value::Null, shown_char),
        ),
    ),
    key(
        "ragged",
        "ragged",
        Kind::Choice(&["error", "drop", "fill"]),
        "What to do with a row of too few or too many fields",
        choice!(ragged: "error" => RaggedRule::Error, "drop" => RaggedRule::Drop,
            "fill" => RaggedRule::Fill),
    ),
    key(
        "unknown_nodes",
        "unknown",
        Kind::Choice(&["error", "add", "drop"]),
        "What to do with an edge's end that the node file does not name",
        choice!(unknown_nodes: "error" => UnknownNodeRule::Error, "add" => UnknownNodeRule::Add,
            "drop" => UnknownNodeRule::Drop),
    ),
    key(
        "node_conflict",
        "node-conflict",
        Kind::Choice(&["error", "first"]),
        "What to do with two differing node rows of one id",
        choice!(node_conflict: "error" => NodeConflictRule::Error,
            "first" => NodeConflictRule::First),
    ),
    key(
        "trim",
        "trim",
        Kind::Switch,
        "Take white space off the ends of ids and values",
        (
            |p, g| {
                p.trim = g.switch;
                Ok(())
            },
            |p| p.trim.into(),
        ),
    ),
    key(
        "normalize",
        "normalize",
        Kind::Choice(&["none", "nfc"]),
        "Bring ids to one Unicode form",
        choice!(normalize_nfc: "none" => false, "nfc" => true),
    ),
    key(
        "encoding",
        "encoding",
        Kind::Choice(&["auto", "utf-8", "utf-16le", "utf-16be", "windows-1252"]),
        "How the text encodes its characters; Latin-1 is part of windows-1252",
        choice!(encoding: "auto" => Encoding::Auto, "utf-8" => Encoding::Utf8,
            "utf-16le" => Encoding::Utf16Le, "utf-16be" => Encoding::Utf16Be,
            "windows-1252" => Encoding::Windows1252),
    ),
    key(
        "line_ends",
        "line-ends",
        Kind::Choice(&["auto", "cr"]),
        "How lines end; `cr` reads what old Macs wrote",
        choice!(line_ends: "auto" => LineEnds::Auto, "cr" => LineEnds::Cr),
    ),
    key(
        "format",
        "input-format",
        Kind::Choice(&["auto", "csv", "parquet", "arrow", "xlsx", "pymrio"]),
        "What the files are, when their content is not to decide",
        choice!(format: "auto" => FileFormat::Auto, "csv" => FileFormat::Csv,
            "parquet" => FileFormat::Parquet, "arrow" => FileFormat::Arrow, "xlsx" => FileFormat::Xlsx,
            "pymrio" => FileFormat::Pymrio),
    ),
    key(
        "delimiter",
        "delimiter",
        Kind::Character,
        "What stands between fields, such as ';' or tab; detected by default",
        (
            |p, g| {
                p.delimiter = Some(ascii(g.text)?);
                Ok(())
            },
            |p| p.delimiter.map_or(Value::Null, |b| shown_char(b.into())),
        ),
    ),
    key(
        "decimal",
        "decimal",
        Kind::Choice(&["point", "comma"]),
        "Whether numbers have a decimal point or comma",
        choice!(decimal_comma: "point" => false, "comma" => true),
    ),
    key(
        "thousands",
        "thousands",
        Kind::Character,
        "What separates thousands in numbers",
        (
            |p, g| {
                p.thousands = Some(character(g.text)?);
                Ok(())
            },
            |p| p.thousands.map_or(Value::Null, shown_char),
        ),
    ),
    key(
        "escape",
        "escape",
        Kind::Character,
        "Escape character before quotes, as MySQL writes",
        (
            |p, g| {
                p.escape = Some(ascii(g.text)?);
                Ok(())
            },
            |p| p.escape.map_or(Value::Null, |b| shown_char(b.into())),
        ),
    ),
    key(
        "skip_rows",
        "skip-rows",
        Kind::Count,
        "Lines to pass over before the header",
        (
            |p, g| {
                p.skip_rows = g.number;
                Ok(())
            },
            |p| p.skip_rows.into(),
        ),
    ),
    key(
        "comment",
        "comment",
        Kind::Character,
        "Lines that begin with this are passed over",
        (
            |p, g| {
                p.comment = Some(ascii(g.text)?);
                Ok(())
            },
            |p| p.comment.map_or(Value::Null, |b| shown_char(b.into())),
        ),
    ),
    key(
        "header",
        "no-header",
        Kind::Switch,
        "The first line is data; columns are source, target, weight",
        (
            |p, g| {
                p.header = g.switch;
                Ok(())
            },
            |p| p.header.into(),
        ),
    ),
    key(
        "money_flow",
        "money-flow",
        Kind::Switch,
        "The file's arrows follow payments: buyer first",
        (
            |p, g| {
                p.money_flow = g.switch;
                Ok(())
            },
            |p| p.money_flow.into(),
        ),
    ),
    key(
        "max_bad",
        "max-bad",
        Kind::Count,
        "How many bad rows may be left out before the file is refused",
        (
            |p, g| {
                p.max_bad = Some(g.number);
                Ok(())
            },
            |p| p.max_bad.map_or(Value::Null, Value::from),
        ),
    ),
    key(
        "max_field_bytes",
        "max-field-bytes",
        Kind::Bytes,
        "The longest field",
        (
            |p, g| {
                p.max_field_bytes = usize::try_from(g.number).map_err(|_| "is too large")?;
                Ok(())
            },
            |p| p.max_field_bytes.into(),
        ),
    ),
    key(
        "member",
        "member",
        Kind::Text,
        "Which file of an archive to read",
        (
            |p, g| {
                p.member = Some(g.text.into());
                Ok(())
            },
            |p| p.member.as_deref().map_or(Value::Null, Value::from),
        ),
    ),
    key(
        "graph_id",
        "graph-id",
        Kind::Text,
        "Which graph of a file of several to read",
        (
            |p, g| {
                p.graph_id = Some(g.text.into());
                Ok(())
            },
            |p| p.graph_id.as_deref().map_or(Value::Null, Value::from),
        ),
    ),
    key(
        "sheet",
        "sheet",
        Kind::Text,
        "Which sheet of a workbook to read; the first one by default",
        (
            |p, g| {
                p.sheet = Some(g.text.into());
                Ok(())
            },
            |p| p.sheet.as_deref().map_or(Value::Null, Value::from),
        ),
    ),
];

/// All choices of a policy as they stand in `[input.policy]`.
pub(crate) fn resolved(policy: &Policy) -> serde_json::Map<String, Value> {
    let mut keys: serde_json::Map<String, Value> = KEYS
        .iter()
        .map(|key| (key.name.to_owned(), key.get(policy)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    if !policy.columns.is_empty() {
        keys.insert("columns".into(), text_map(&policy.columns));
    }
    if !policy.only.is_empty() {
        let rows = policy.only.iter().map(|(column, value)| format!("{column}={value}"));
        keys.insert("where".into(), rows.collect::<Vec<_>>().into());
    }
    keys
}

fn text_map(map: &BTreeMap<String, String>) -> Value {
    map.iter().map(|(name, column)| (name.clone(), Value::from(column.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_back_as_it_was_set() {
        for key in KEYS {
            let values: Vec<Value> = match key.kind {
                Kind::Choice(choices) => choices.iter().map(|&c| c.into()).collect(),
                Kind::Switch => vec![true.into(), false.into()],
                Kind::Count | Kind::Bytes => vec![0.into(), 7.into()],
                Kind::Share => vec![0.0.into(), 0.05.into()],
                Kind::Character => vec![";".into(), "tab".into()],
                Kind::Text => vec!["a.csv".into()],
            };
            for value in values {
                let mut policy = Policy::default();
                key.set(&mut policy, &value).expect("a good value");
                assert_eq!(key.get(&policy), value, "{}", key.name);
            }
        }
    }

    #[test]
    fn what_is_not_a_choice_is_refused_with_the_choices() {
        let key = Key::named("duplicates").expect("a key");
        let refused = key.set(&mut Policy::default(), &"add".into()).expect_err("refused");
        assert_eq!(refused, "must be one of sum, first, max, error, not `add`");
        let key = Key::named("balance_tolerance").expect("a key");
        let refused = key.set(&mut Policy::default(), &"-0.1".into()).expect_err("refused");
        assert_eq!(refused, "must be a number of at least 0, such as 0.01, not -0.1");
        let key = Key::named("delimiter").expect("a key");
        assert!(key.set(&mut Policy::default(), &"ab".into()).is_err());
        assert!(key.set(&mut Policy::default(), &"ñ".into()).is_err());
    }
}
