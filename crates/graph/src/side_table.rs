//! Side tables: small files that one index asks for by name, such as `shocks` or `concordance`.

use crate::Location;

/// A file of text cells beside the network, as a metric asks for it by `--input NAME=FILE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideTable {
    file: String,
    titles: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl SideTable {
    /// A table of a file, its column titles, and its rows with their lines.
    ///
    /// # Panics
    /// If a row has not one cell a title.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::SideTable;
    /// let rows = vec![(2, vec!["glass".into(), "-5".into()])];
    /// let shocks = SideTable::new("shocks.csv", vec!["node_id".into(), "change".into()], rows);
    /// assert_eq!(shocks.column("change"), Some(1));
    /// ```
    #[must_use]
    pub fn new(
        file: impl Into<String>,
        titles: Vec<String>,
        rows: Vec<(u64, Vec<String>)>,
    ) -> Self {
        assert!(rows.iter().all(|(_, cells)| cells.len() == titles.len()), "one cell a column");
        Self { file: file.into(), titles, rows }
    }

    /// The file as the user named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The titles of the columns.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// The position of a column by its title, compared after trimming and lower-casing.
    #[must_use]
    pub fn column(&self, title: &str) -> Option<usize> {
        let canonical = |text: &str| text.trim().to_lowercase();
        self.titles.iter().position(|known| canonical(known) == canonical(title))
    }

    /// The rows: the line of each, and its cells.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (u64, &[String])> + '_ {
        self.rows.iter().map(|(line, cells)| (*line, cells.as_slice()))
    }

    /// The same table with only these rows.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&[String]) -> bool) -> Self {
        let rows = self.rows.iter().filter(|(_, cells)| keep(cells)).cloned().collect();
        Self { file: self.file.clone(), titles: self.titles.clone(), rows }
    }

    /// The same table with each row once for every name that `names` has for the cell in that column.
    #[must_use]
    pub fn renamed(&self, column: usize, names: impl Fn(&str) -> Vec<String>) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len());
        for (line, cells) in &self.rows {
            for name in names(cells[column].trim()) {
                let mut cells = cells.clone();
                cells[column] = name;
                rows.push((*line, cells));
            }
        }
        Self { file: self.file.clone(), titles: self.titles.clone(), rows }
    }

    /// The place of a cell.
    #[must_use]
    pub fn place(&self, line: u64, column: usize) -> Location {
        let at = Location::file(&self.file).line(line).column(column as u64 + 1);
        match self.titles.get(column) {
            Some(title) => at.field(title),
            None => at,
        }
    }
}
