//! One table of a configuration: its keys are taken by name and type, and what is left over is misspelt.

use super::{Item, Source, Tree};
use palenque_graph::{Diagnostic, Diagnostics};
use palenque_metrics::nearest;
use serde_json::Value;
use std::cell::RefCell;
use std::ops::Range;

/// A table, read key by key. Findings are collected; a key that is wrong reads as one that is missing.
pub(super) struct Section<'a> {
    /// What the table is in a message: "step `centrality`".
    name: String,
    entries: &'a [(String, Item)],
    known: RefCell<Vec<&'static str>>,
    source: &'a Source,
    found: &'a RefCell<Diagnostics>,
}

impl<'a> Section<'a> {
    /// The section of an item; one that is no table is reported and reads as empty.
    pub(super) fn new(
        name: impl Into<String>,
        item: Option<&'a Item>,
        source: &'a Source,
        found: &'a RefCell<Diagnostics>,
    ) -> Self {
        let name = name.into();
        let entries = match item.map(|item| &item.value) {
            None => &[][..],
            Some(Tree::Table(entries)) => entries,
            Some(_) => {
                let what = format!("{name} must be a table");
                let span = item.and_then(|item| item.span.as_ref());
                let wrong = Diagnostic::new("E0702", what).help("write it as a [section]");
                found.borrow_mut().push(source.locate(wrong, span, "not a table"));
                &[]
            }
        };
        Self { name, entries, known: RefCell::default(), source, found }
    }

    /// The entry of a key, whatever it is.
    pub(super) fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.known.borrow_mut().push(key);
        self.entries.iter().find(|(k, _)| k == key).map(|(_, item)| item)
    }

    /// All entries: every key is known.
    pub(super) fn all(&self) -> &'a [(String, Item)] {
        self.entries
    }

    /// The text of a key.
    pub(super) fn text(&self, key: &'static str) -> Option<(&'a str, &'a Item)> {
        let item = self.item(key)?;
        match &item.value {
            Tree::Scalar(Value::String(text)) => Some((text, item)),
            _ => self.wrong(key, item, "text"),
        }
    }

    /// The truth of a key.
    pub(super) fn switch(&self, key: &'static str) -> Option<bool> {
        let item = self.item(key)?;
        match &item.value {
            Tree::Scalar(Value::Bool(flag)) => Some(*flag),
            _ => self.wrong(key, item, "true or false"),
        }
    }

    /// The whole number of a key.
    pub(super) fn count(&self, key: &'static str) -> Option<(u64, &'a Item)> {
        let item = self.item(key)?;
        match &item.value {
            Tree::Scalar(value) if value.is_u64() || value.is_i64() => match value.as_u64() {
                Some(number) => Some((number, item)),
                None => self.wrong(key, item, "a whole number of at least 0"),
            },
            _ => self.wrong(key, item, "a whole number"),
        }
    }

    /// The texts of a key's list; a single text is a list of one.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<(&'a str, &'a Item)>> {
        let item = self.item(key)?;
        match &item.value {
            Tree::Scalar(Value::String(text)) => Some(vec![(text, item)]),
            Tree::List(items) => {
                let texts = items.iter().map(|item| match &item.value {
                    Tree::Scalar(Value::String(text)) => Some((text.as_str(), item)),
                    _ => self.wrong(key, item, "a list of texts"),
                });
                texts.collect()
            }
            _ => self.wrong(key, item, "a list of texts"),
        }
    }

    /// One of these words, by what it stands for.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let (text, item) = self.text(key)?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|&(_, value)| value);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.not_among(key, text, item, &words);
        }
        chosen
    }

    /// Reports a text that is none of these words.
    pub(super) fn not_among(&self, key: &str, text: &str, item: &Item, words: &[&str]) {
        let text = palenque_graph::diagnostic::shown(text);
        let what = format!("`{key}` has no choice `{text}`");
        let label = match nearest(&text, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => String::new(),
        };
        let wrong = Diagnostic::new("E0702", what).help(format!("it takes {}", words.join(", ")));
        self.report(wrong, item.span.as_ref(), &label);
    }

    /// A table inside.
    pub(super) fn section(&self, key: &'static str, name: impl Into<String>) -> Section<'a> {
        Section::new(name, self.item(key), self.source, self.found)
    }

    /// Reports a finding at a place.
    pub(super) fn report(&self, found: Diagnostic, span: Option<&Range<usize>>, label: &str) {
        self.found.borrow_mut().push(self.source.locate(found, span, label));
    }

    fn wrong<T>(&self, key: &str, item: &Item, expected: &str) -> Option<T> {
        if !matches!(item.value, Tree::NotFinite(_)) {
            let what = format!("`{key}` in {} must be {expected}, not {}", self.name, item.kind());
            let help = "`palenque schema config` lists every key and its type";
            self.report(Diagnostic::new("E0702", what).help(help), item.span.as_ref(), "");
        }
        None // a number that is not finite was reported before
    }

    /// Reports every key that nobody asked for; `hint` may say more about it.
    pub(super) fn finish(self, hint: impl Fn(&str) -> Option<String>) {
        let known = self.known.borrow();
        for (key, item) in self.entries.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let shown = palenque_graph::diagnostic::shown(key);
            let wrong = Diagnostic::new("E0701", format!("unknown key `{shown}` in {}", self.name));
            let near = nearest(key, known.iter().copied());
            let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let help = hint(key).unwrap_or_else(|| {
                let mut known: Vec<&str> = known.clone();
                known.sort_unstable();
                known.dedup();
                format!("it takes {}", known.join(", "))
            });
            self.report(wrong.help(help), item.key.as_ref(), &label);
        }
    }
}
