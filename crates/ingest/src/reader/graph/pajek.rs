//! Pajek `.net`: numbered vertices with labels, then lines between their numbers.

use super::elements::Typed;
use super::{GraphReader, Network};
use crate::reader::ReaderSpec;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reads Pajek networks.
pub(super) struct Pajek;

impl GraphReader for Pajek {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "pajek",
            extensions: &["net"],
            doc: "Pajek networks; labels are the ids, places become x and y",
        }
    }

    fn sniff(&self, text: &str) -> bool {
        text.trim_start().starts_with(['*', '%'])
    }

    fn read(&self, text: &str, network: &mut Network) -> Result<(), Refusal> {
        let mut document = Document {
            network,
            bytes: text.len() as u64,
            declared: None,
            labels: BTreeMap::new(),
            section: Section::Before,
            layer: None,
        };
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('%') {
                document.line(line, number)?;
            }
        }
        document.finish()
    }
}

/// What the lines of a section are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Before,
    Vertices,
    Pairs { directed: bool },
    Lists { directed: bool },
    Other,
}

struct Document<'n> {
    network: &'n mut Network,
    /// How long the file is.
    bytes: u64,
    /// How many vertices there are said to be, and the line that says so.
    declared: Option<(u64, u64)>,
    /// The id of every vertex that is listed, by number, and its line.
    labels: BTreeMap<u64, (String, u64)>,
    section: Section,
    layer: Option<String>,
}

fn refused(id: &'static str, what: impl Into<String>, help: &str, line: u64) -> Refusal {
    Refusal::new(id, what, help).on_line(line)
}

const WRITE_AGAIN: &str = "mend the line, or write the file again with the program that made it";

impl Document<'_> {
    fn line(&mut self, line: &str, number: u64) -> Result<(), Refusal> {
        if line.starts_with('*') {
            return self.begin(line, number);
        }
        match self.section {
            Section::Before => {
                let what = "text stands before the line `*Vertices`";
                Err(refused("E0104", what, "check that the file is a Pajek network", number))
            }
            Section::Vertices => self.vertex(line, number),
            Section::Pairs { .. } => self.pair(line, number),
            Section::Lists { .. } => self.list(line, number),
            Section::Other => Ok(()),
        }
    }

    fn begin(&mut self, line: &str, number: u64) -> Result<(), Refusal> {
        let mut words = line[1..].split_whitespace();
        let word = words.next().unwrap_or_default().to_lowercase();
        if self.section == Section::Vertices && word != "vertices" {
            self.check_counts()?;
        }
        let relation = line.split_once(':').map(|(_, relation)| relation.trim());
        self.section = match word.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit()) {
            "vertices" => {
                if self.declared.is_some() {
                    let what = "the file holds several networks";
                    let help = "save the one that you want in a file of its own";
                    return Err(refused("E0606", what, help, number));
                }
                let n = words.next().and_then(|word| word.parse::<u64>().ok());
                let Some(n) = n else {
                    let what = "`*Vertices` does not say how many there are";
                    return Err(refused("E0609", what, WRITE_AGAIN, number));
                };
                if words.next().is_some() {
                    let what = "the two modes of the network were put together";
                    self.network.ignore(what, number);
                }
                self.declared = Some((n, number));
                Section::Vertices
            }
            "arcs" => Section::Pairs { directed: true },
            "edges" => Section::Pairs { directed: false },
            "arcslist" => Section::Lists { directed: true },
            "edgeslist" => Section::Lists { directed: false },
            "matrix" => {
                let what = "the network is written as a matrix, which is not read";
                return Err(refused("E0104", what, "save it with arcs in Pajek", number));
            }
            "network" => Section::Other,
            _ => {
                let what = format!("the section `*{}` was passed over", shown(&word));
                self.network.ignore(what, number);
                Section::Other
            }
        };
        let is_lines = matches!(self.section, Section::Pairs { .. } | Section::Lists { .. });
        if is_lines && self.declared.is_none() {
            let what = "lines between vertices stand before `*Vertices`";
            return Err(refused("E0609", what, WRITE_AGAIN, number));
        }
        self.layer = relation.filter(|_| is_lines).map(|relation| {
            let (digits, name) = relation
                .split_at(relation.find(|c: char| !c.is_ascii_digit()).unwrap_or(relation.len()));
            let name = name.trim().trim_matches('"');
            if name.is_empty() { digits.to_owned() } else { name.to_owned() }
        });
        if let Section::Pairs { directed: false } | Section::Lists { directed: false } =
            self.section
        {
            self.network.undirected(number);
        }
        Ok(())
    }

    fn vertex(&mut self, line: &str, number: u64) -> Result<(), Refusal> {
        let fields = fields(line, number)?;
        let vertex = self.vertex_number(&fields[0], number)?;
        let label = fields.get(1).map_or_else(|| vertex.to_string(), ToString::to_string);
        if let Some((_, first)) = self.labels.insert(vertex, (label.clone(), number)) {
            let what = format!("vertex {vertex} is listed twice, first on line {first}");
            return Err(refused("E0609", what, WRITE_AGAIN, number));
        }
        let nodes = &mut self.network.nodes;
        nodes.begin(number);
        nodes.set(0, &label)?;
        for (axis, field) in ["x", "y"].into_iter().zip(fields.iter().skip(2)) {
            if field.parse::<f64>().is_err() {
                break;
            }
            let column = nodes.attribute(axis);
            nodes.holds(column, Typed::Number);
            nodes.set(column, field)?;
        }
        Ok(())
    }

    /// The number of a vertex, which counts from 1.
    fn vertex_number(&self, field: &str, line: u64) -> Result<u64, Refusal> {
        let n = self.declared.map_or(0, |(n, _)| n);
        let what = match field.parse::<u64>() {
            Ok(0) => "vertex 0: Pajek counts from 1".to_owned(),
            Ok(vertex) if vertex > n => format!("vertex {vertex}, and there are {n}"),
            Ok(vertex) => return Ok(vertex),
            Err(_) => {
                let what = format!("`{}` is not the number of a vertex", shown(field));
                return Err(refused("E0303", what, WRITE_AGAIN, line));
            }
        };
        Err(refused("E0403", what, "mend the number, or the count behind `*Vertices`", line))
    }

    /// E0609 where other vertices are listed than are said to be there. None at all may be: numbers are ids then.
    fn check_counts(&mut self) -> Result<(), Refusal> {
        let Some((n, line)) = self.declared else { return Ok(()) };
        let listed = self.labels.len() as u64;
        // A file cannot name more vertices than it has bytes.
        if listed == 0 && n <= self.bytes {
            for vertex in 1..=n {
                self.network.nodes.begin(line);
                self.network.nodes.set(0, &vertex.to_string())?;
            }
            return Ok(());
        }
        if listed != n {
            let what = format!("`*Vertices` says {n}, and {listed} are listed");
            let help = "mend the number, or write the file again: it may be cut off";
            return Err(refused("E0609", what, help, line));
        }
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for (&vertex, (label, line)) in &self.labels {
            if let Some(other) = seen.insert(label, vertex) {
                let what =
                    format!("vertices {other} and {vertex} have the label `{}`", shown(label));
                let help = "give each a label of its own: labels are the ids";
                return Err(refused("E0402", what, help, *line));
            }
        }
        Ok(())
    }

    fn id(&self, vertex: u64) -> Cow<'_, str> {
        match self.labels.get(&vertex) {
            Some((label, _)) => label.as_str().into(),
            None => vertex.to_string().into(),
        }
    }

    fn edge(&mut self, from: u64, to: u64, line: u64) -> Result<(), Refusal> {
        let ends = [self.id(from).into_owned(), self.id(to).into_owned()];
        let edges = &mut self.network.edges;
        edges.begin(line);
        for (column, id) in ends.iter().enumerate() {
            edges.set(column, id)?;
        }
        if let Some(layer) = &self.layer {
            let column = edges.attribute("layer");
            edges.set(column, layer)?;
        }
        Ok(())
    }

    fn pair(&mut self, line: &str, number: u64) -> Result<(), Refusal> {
        let fields = fields(line, number)?;
        let [from, to, ..] = fields.as_slice() else {
            let what = "a line names one vertex, and joins two";
            return Err(refused("E0205", what, WRITE_AGAIN, number));
        };
        let (from, to) = (self.vertex_number(from, number)?, self.vertex_number(to, number)?);
        self.edge(from, to, number)?;
        if let Some(weight) = fields.get(2) {
            let edges = &mut self.network.edges;
            let column = edges.attribute("weight");
            edges.holds(column, Typed::Number);
            // A line without a value has the value 1, as the format says.
            edges.default_of(column, "1");
            edges.set(column, weight)?;
        }
        if fields.len() > 3 {
            self.network.ignore("labels, colours and times of lines were passed over", number);
        }
        Ok(())
    }

    fn list(&mut self, line: &str, number: u64) -> Result<(), Refusal> {
        let fields = fields(line, number)?;
        let from = self.vertex_number(&fields[0], number)?;
        for to in &fields[1..] {
            let to = self.vertex_number(to, number)?;
            self.edge(from, to, number)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Refusal> {
        if self.declared.is_none() {
            let what = "there is no line `*Vertices`";
            return Err(refused("E0609", what, WRITE_AGAIN, 1));
        }
        if self.section == Section::Vertices {
            self.check_counts()?;
        }
        Ok(())
    }
}

/// The fields of a line: between blanks, or in quotes, within which `\"`, `\\`, `\n`, `\r` and `\t` are escapes.
fn fields(line: &str, number: u64) -> Result<Vec<Cow<'_, str>>, Refusal> {
    let mut fields = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = quotation(quoted).ok_or_else(|| {
                let what = "the quote of a label is not closed";
                refused("E0204", what, "close it on the same line", number)
            })?;
            if !after.is_empty() && !after.starts_with(char::is_whitespace) {
                let what = "text follows the closing quote of a label";
                let help = "write a quote inside of a label as `\\\"`";
                return Err(refused("E0204", what, help, number));
            }
            fields.push(text);
            rest = after.trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            fields.push(rest[..end].into());
            rest = rest[end..].trim_start();
        }
    }
    Ok(fields)
}

/// The text up to the closing quote, without escapes, and what follows it.
fn quotation(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let plain = text.find(['"', '\\'])?;
    if text[plain..].starts_with('"') {
        return Some((text[..plain].into(), &text[plain + 1..]));
    }
    let mut out = String::from(&text[..plain]);
    let mut chars = text[plain..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out.into(), &text[plain + at + 1..])),
            '\\' => {
                let escaped = match chars.clone().next()?.1 {
                    '"' => '"',
                    '\\' => '\\',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    // Anything else is a backslash that stands for itself.
                    _ => {
                        out.push('\\');
                        continue;
                    }
                };
                out.push(escaped);
                chars.next();
            }
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_separated_by_blanks_outside_of_quotes() {
        let of =
            |line| fields(line, 1).map(|fields| fields.join("|")).map_err(|refusal| refusal.id);
        assert_eq!(of("1 \"a b\"  0.5\tbox"), Ok("1|a b|0.5|box".into()));
        assert_eq!(of(r#"1 "a \"b\" \\ \n \d""#), Ok("1|a \"b\" \\ \n \\d".into()));
        assert_eq!(of(r#"1 """#), Ok("1|".into()));
        assert_eq!(of(r#"1 "A "SA""#), Err("E0204"));
        assert_eq!(of(r#"1 "A\""#), Err("E0204"));
    }
}
