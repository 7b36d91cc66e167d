//! A configuration as values that know where they stand.

use super::Source;
use palenque_graph::Diagnostic;
use serde_json::Value;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A value and where it stands; what was overruled on the command line stands nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The value.
    pub(crate) value: Tree,
    /// Where the key stands.
    pub(crate) key: Option<Range<usize>>,
    /// Where the value stands.
    pub(crate) span: Option<Range<usize>>,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// Keys and values, in the order of the text.
    Table(Vec<(String, Item)>),
    /// Values.
    List(Vec<Item>),
    /// A text, number, or true or false.
    Scalar(Value),
    /// A number that is none: NaN, infinity, or past the range.
    NotFinite(String),
}

impl Item {
    fn new(value: Tree) -> Self {
        Self { value, key: None, span: None }
    }

    /// The value as JSON; `None` where a number is none.
    pub(crate) fn json(&self) -> Option<Value> {
        Some(match &self.value {
            Tree::Scalar(value) => value.clone(),
            Tree::List(items) => items.iter().map(Self::json).collect::<Option<Vec<_>>>()?.into(),
            Tree::Table(entries) => {
                let pairs = entries.iter().map(|(key, item)| Some((key.clone(), item.json()?)));
                Value::Object(pairs.collect::<Option<_>>()?)
            }
            Tree::NotFinite(_) => return None,
        })
    }

    /// What kind of value it is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Tree::Table(_) => "a table",
            Tree::List(_) => "a list",
            Tree::NotFinite(_) => "a number that is not finite",
            Tree::Scalar(Value::String(_)) => "text",
            Tree::Scalar(Value::Bool(_)) => "true or false",
            Tree::Scalar(_) => "a number",
        }
    }

    /// The entry of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Tree::Table(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, item)| item),
            _ => None,
        }
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self::new(match value {
            Value::Object(map) => {
                let there = map.into_iter().filter(|(_, value)| !value.is_null());
                Tree::Table(there.map(|(key, value)| (key, value.into())).collect())
            }
            Value::Array(items) => Tree::List(items.into_iter().map(Into::into).collect()),
            scalar => Tree::Scalar(scalar),
        })
    }
}

/// Parses a text.
pub(super) fn parse(source: &Source) -> Result<Item, Diagnostic> {
    let table = DeTable::parse(source.text()).map_err(|error| {
        let message = error.message().trim().replace('\n', "; ");
        let found = Diagnostic::new("E0707", format!("not TOML: {message}"))
            .help("TOML is lines of `key = value` under `[section]` heads");
        source.locate(found, error.span().as_ref(), "here")
    })?;
    let span = table.span();
    Ok(Item { value: from_table(table.get_ref()), key: None, span: Some(span) })
}

fn from_table(table: &DeTable<'_>) -> Tree {
    let mut entries: Vec<(String, Item)> = table
        .iter()
        .map(|(key, value)| {
            let item = Item {
                value: from_value(value.get_ref()),
                key: Some(key.span()),
                span: Some(value.span()),
            };
            (key.get_ref().to_string(), item)
        })
        .collect();
    entries.sort_by_key(|(_, item)| item.key.as_ref().map(|span| span.start));
    Tree::Table(entries)
}

fn from_value(value: &DeValue<'_>) -> Tree {
    match value {
        DeValue::String(text) => Tree::Scalar(text.as_ref().into()),
        DeValue::Boolean(flag) => Tree::Scalar((*flag).into()),
        DeValue::Datetime(time) => Tree::Scalar(time.to_string().into()),
        DeValue::Integer(number) => {
            let text = number.as_str().replace('_', "");
            match i64::from_str_radix(&text, number.radix()) {
                Ok(number) => Tree::Scalar(number.into()),
                Err(_) => Tree::NotFinite(text),
            }
        }
        DeValue::Float(number) => {
            let text = number.as_str().replace('_', "");
            match text.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
                Some(number) => Tree::Scalar(Value::Number(number)),
                None => Tree::NotFinite(text),
            }
        }
        DeValue::Array(items) => Tree::List(
            items
                .iter()
                .map(|item| Item {
                    value: from_value(item.get_ref()),
                    key: None,
                    span: Some(item.span()),
                })
                .collect(),
        ),
        DeValue::Table(table) => from_table(table),
    }
}

/// Puts a value into the tree at a dotted path; a step is named by its id: `step.centrality.by=stage`.
pub(crate) fn overrule(root: &mut Item, path: &str, text: &str) -> Result<(), Diagnostic> {
    let value = text
        .parse::<toml::Value>()
        .ok()
        .and_then(|value| serde_json::to_value(value).ok())
        .unwrap_or_else(|| crate::args::values::parameter(text));
    let parts: Vec<&str> = path.split('.').collect();
    put(root, &parts, value.into()).map_err(|step| {
        Diagnostic::new("E0701", format!("`--set {path}`: there is no step `{step}`"))
            .help("`palenque run --list steps` names the steps")
    })
}

/// Puts a value at a path, and says which step there is not.
fn put(item: &mut Item, path: &[&str], value: Item) -> Result<(), String> {
    let [first, rest @ ..] = path else {
        *item = value;
        return Ok(());
    };
    if let Tree::List(steps) = &mut item.value {
        let is_named = |step: &&mut Item| {
            step.get("id").and_then(Item::json).is_some_and(|id| id.as_str() == Some(first))
        };
        let step = steps.iter_mut().find(is_named);
        return put(step.ok_or_else(|| (*first).to_owned())?, rest, value);
    }
    if !matches!(item.value, Tree::Table(_)) {
        item.value = Tree::Table(Vec::new());
    }
    let Tree::Table(entries) = &mut item.value else { return Ok(()) };
    let at = entries.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
        entries.push(((*first).to_owned(), Item::new(Tree::Table(Vec::new()))));
        entries.len() - 1
    });
    // A parameter's key has a point in it: `step.shocks.set.robustness_curve.replicates`.
    let whole = rest.join(".");
    let parameter = [whole.as_str()];
    let rest = if *first == "set" && !rest.is_empty() { &parameter } else { rest };
    put(&mut entries[at].1, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_places() {
        let item = parse(&Source::new("t", "b = 1\na = [1.5, nan]\n")).expect("TOML");
        let Tree::Table(entries) = &item.value else { panic!("a table") };
        assert_eq!(entries.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(entries[1].1.key, Some(6..7));
        assert!(entries[1].1.json().is_none());
    }

    #[test]
    fn a_key_is_overruled_by_its_path() {
        let text = "seed = 1\n[[step]]\nid = 'a'\nrun = 'measure'\n";
        let mut item = parse(&Source::new("t", text)).expect("TOML");
        overrule(&mut item, "seed", "9").expect("a key");
        overrule(&mut item, "output.dir", "x").expect("a key");
        overrule(&mut item, "step.a.set.m.p", "[1]").expect("a key");
        assert!(overrule(&mut item, "step.b.by", "stage").is_err());
        let json = item.json().expect("finite");
        assert_eq!(json["seed"], 9);
        assert_eq!(json["output"]["dir"], "x");
        assert_eq!(json["step"][0]["set"]["m.p"], serde_json::json!([1]));
    }
}
