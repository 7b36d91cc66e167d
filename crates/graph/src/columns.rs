//! Typed columns beside the nodes and the edges.

/// A column of numbers with gaps.
///
/// A gap is stored as NaN and given out as `None`; no number that comes in may be NaN or infinite.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberColumn {
    values: Box<[f64]>,
}

impl NumberColumn {
    /// A column without gaps.
    ///
    /// # Panics
    /// If a value is NaN or infinite.
    #[must_use]
    pub fn from_values(values: Vec<f64>) -> Self {
        assert!(values.iter().all(|x| x.is_finite()), "a column holds finite numbers");
        Self { values: values.into() }
    }

    /// A column where `None` is a gap.
    ///
    /// # Panics
    /// If a value is NaN or infinite.
    #[must_use]
    pub fn from_options(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let store = |x: Option<f64>| {
            x.map_or(f64::NAN, |x| {
                assert!(x.is_finite(), "a column holds finite numbers");
                x
            })
        };
        Self { values: values.into_iter().map(store).collect() }
    }

    /// The value of a row, `None` where it is missing.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        let x = self.values[row];
        (!x.is_nan()).then_some(x)
    }

    /// All values in row order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        self.values.iter().map(|&x| (!x.is_nan()).then_some(x))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A column of text with gaps, stored as codes into its distinct values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextColumn {
    levels: Vec<Box<str>>,
    codes: Box<[u32]>,
}

impl TextColumn {
    const MISSING: u32 = u32::MAX;

    /// A column where `None` is a gap. Levels are numbered by first appearance.
    ///
    /// # Panics
    /// If there are more than `u32::MAX - 1` different values.
    #[must_use]
    pub fn from_options<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut seen: std::collections::BTreeMap<Box<str>, u32> = std::collections::BTreeMap::new();
        let mut levels: Vec<Box<str>> = Vec::new();
        let mut code_of = |text: &str| {
            if let Some(&code) = seen.get(text) {
                return code;
            }
            let code = u32::try_from(levels.len()).expect("fewer than u32::MAX levels");
            levels.push(text.into());
            seen.insert(text.into(), code);
            code
        };
        let codes =
            values.into_iter().map(|v| v.map_or(Self::MISSING, |s| code_of(s.as_ref()))).collect();
        Self { levels, codes }
    }

    /// A column from its distinct values and, for every row, the code of its value; `None` is a gap. That the
    /// values differ is the caller's business.
    ///
    /// # Panics
    /// If a code is not that of a level.
    #[must_use]
    pub fn from_codes(levels: Vec<Box<str>>, codes: impl IntoIterator<Item = Option<u32>>) -> Self {
        let store = |code: Option<u32>| {
            code.map_or(Self::MISSING, |code| {
                assert!((code as usize) < levels.len(), "code {code} is one of the levels");
                code
            })
        };
        let codes = codes.into_iter().map(store).collect();
        Self { levels, codes }
    }

    /// The same column for a choice of rows, in that order. Levels are numbered anew by first appearance.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        let mut new_code = vec![Self::MISSING; self.levels.len()];
        let mut levels = Vec::new();
        let codes = rows.iter().map(|&row| {
            let old = self.code(row as usize)?;
            let new = &mut new_code[old as usize];
            if *new == Self::MISSING {
                *new = levels.len() as u32;
                levels.push(self.levels[old as usize].clone());
            }
            Some(*new)
        });
        let codes: Vec<Option<u32>> = codes.collect();
        Self::from_codes(levels, codes)
    }

    /// The value of a row, `None` where it is missing.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.code(row).map(|code| self.level(code))
    }

    /// The code of a row's value, `None` where it is missing.
    #[must_use]
    pub fn code(&self, row: usize) -> Option<u32> {
        let code = self.codes[row];
        (code != Self::MISSING).then_some(code)
    }

    /// The distinct values, by code.
    #[must_use]
    pub fn levels(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.levels.iter().map(|s| &**s)
    }

    /// The value with this code.
    ///
    /// # Panics
    /// If there is no such code.
    #[must_use]
    pub fn level(&self, code: u32) -> &str {
        &self.levels[code as usize]
    }

    /// All values in row order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> + '_ {
        (0..self.codes.len()).map(|row| self.get(row))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}

/// Named columns, all of one length, in the order in which they were added.
///
/// Names that palenque knows for nodes: `name, role, stage, sector, region, owner` (text) and `lat, lon,
/// output, final_demand, value_added, imports, employees, capacity` (numbers). Others are kept as they are: as text, with
/// the numbers that it says where every value is one, so that `1`, `2` and `3` are good for groups and for amounts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    numbers: Vec<(Box<str>, NumberColumn)>,
    texts: Vec<(Box<str>, TextColumn)>,
    /// Text columns as numbers.
    readings: Vec<(Box<str>, NumberColumn)>,
}

impl Columns {
    /// The number column of this name, or what the text column of this name says in numbers.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<&NumberColumn> {
        self.numbers.iter().chain(&self.readings).find(|(n, _)| &**n == name).map(|(_, c)| c)
    }

    /// The text column of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&TextColumn> {
        self.texts.iter().find(|(n, _)| &**n == name).map(|(_, c)| c)
    }

    /// Adds a number column, or replaces the column of that name.
    pub fn set_number(&mut self, name: &str, column: NumberColumn) {
        self.remove(name);
        self.numbers.push((name.into(), column));
    }

    /// Adds a text column, or replaces the column of that name.
    pub fn set_text(&mut self, name: &str, column: TextColumn) {
        self.remove(name);
        self.texts.push((name.into(), column));
    }

    /// Says what the text column of this name is in numbers; it stays a text column.
    ///
    /// # Panics
    /// If there is no such text column.
    pub fn set_reading(&mut self, name: &str, column: NumberColumn) {
        assert!(self.text(name).is_some(), "`{name}` is a text column");
        self.readings.retain(|(n, _)| &**n != name);
        self.readings.push((name.into(), column));
    }

    /// Takes a column away, if it is there.
    pub fn remove(&mut self, name: &str) {
        self.numbers.retain(|(n, _)| &**n != name);
        self.texts.retain(|(n, _)| &**n != name);
        self.readings.retain(|(n, _)| &**n != name);
    }

    /// All number columns with their names.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, &NumberColumn)> + '_ {
        self.numbers.iter().map(|(n, c)| (&**n, c))
    }

    /// All text columns with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &TextColumn)> + '_ {
        self.texts.iter().map(|(n, c)| (&**n, c))
    }

    /// Text columns that say numbers, as numbers, with their names.
    pub fn readings(&self) -> impl Iterator<Item = (&str, &NumberColumn)> + '_ {
        self.readings.iter().map(|(n, c)| (&**n, c))
    }

    /// The same columns for a choice of rows, in that order.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        let number = |(name, column): &(Box<str>, NumberColumn)| {
            let values = rows.iter().map(|&row| column.get(row as usize));
            (name.clone(), NumberColumn::from_options(values))
        };
        Self {
            numbers: self.numbers.iter().map(number).collect(),
            readings: self.readings.iter().map(number).collect(),
            texts: self.texts.iter().map(|(n, c)| (n.clone(), c.select(rows))).collect(),
        }
    }

    pub(crate) fn lengths(&self) -> impl Iterator<Item = (&str, usize)> + '_ {
        let numbers = self.numbers.iter().chain(&self.readings).map(|(n, c)| (&**n, c.len()));
        numbers.chain(self.texts.iter().map(|(n, c)| (&**n, c.len())))
    }
}

/// Final demand by category (consumption, investment, the countries of a world table …): a dense block, a row
/// per node. Where it is present, its row sums are the node column `final_demand`.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalDemand {
    categories: Vec<Box<str>>,
    regions: Option<Vec<Box<str>>>,
    values: Box<[f64]>,
}

impl FinalDemand {
    /// A block of `values` in row-major order: node 0's categories first.
    ///
    /// # Panics
    /// If `values` is not a whole number of rows or holds NaN or infinity.
    #[must_use]
    pub fn new(categories: Vec<Box<str>>, values: Vec<f64>) -> Self {
        assert!(
            !categories.is_empty() && values.len().is_multiple_of(categories.len()),
            "whole rows"
        );
        assert!(values.iter().all(|x| x.is_finite()), "final demand is finite");
        Self { categories, regions: None, values: values.into() }
    }

    /// The same block, where every category is that of a region: the final users of a world table.
    ///
    /// # Panics
    /// If there is not one region a category.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::FinalDemand;
    /// let demand = FinalDemand::new(vec!["MEX households".into(), "USA households".into()], vec![7.0, 3.0])
    ///     .with_regions(vec!["MEX".into(), "USA".into()]);
    /// assert_eq!(demand.region(1), Some("USA"));
    /// ```
    #[must_use]
    pub fn with_regions(mut self, regions: Vec<Box<str>>) -> Self {
        assert_eq!(regions.len(), self.categories.len(), "one region a category");
        self.regions = Some(regions);
        self
    }

    /// The region of a category's users, where the input says so.
    ///
    /// # Panics
    /// If there is no such category.
    #[must_use]
    pub fn region(&self, category: usize) -> Option<&str> {
        self.regions.as_ref().map(|regions| &*regions[category])
    }

    /// A block of the same categories over other nodes.
    pub(crate) fn with_values(&self, values: Vec<f64>) -> Self {
        Self { regions: self.regions.clone(), ..Self::new(self.categories.clone(), values) }
    }

    /// The names of the categories.
    #[must_use]
    pub fn categories(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.categories.iter().map(|s| &**s)
    }

    /// One node's demand, by category.
    #[must_use]
    pub fn row(&self, node: usize) -> &[f64] {
        let k = self.categories.len();
        &self.values[node * k..(node + 1) * k]
    }

    /// How many nodes there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.len() / self.categories.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_column_is_its_codes() {
        let levels = vec!["b".into(), "a".into()];
        let column = TextColumn::from_codes(levels, [Some(0), None, Some(1), Some(0)]);
        assert_eq!(column, TextColumn::from_options([Some("b"), None, Some("a"), Some("b")]));
    }

    #[test]
    fn gaps_survive_selection() {
        let mut columns = Columns::default();
        columns.set_number("output", NumberColumn::from_options([Some(1.0), None, Some(3.0)]));
        columns.set_text("stage", TextColumn::from_options([None, Some("b"), Some("a")]));
        let picked = columns.select(&[2, 0]);
        let output = picked.number("output").expect("kept");
        assert_eq!(output.iter().collect::<Vec<_>>(), [Some(3.0), Some(1.0)]);
        let stage = picked.text("stage").expect("kept");
        assert_eq!(stage.iter().collect::<Vec<_>>(), [Some("a"), None]);
    }

    #[test]
    fn a_reading_follows_its_text() {
        let mut columns = Columns::default();
        columns.set_text("lot", TextColumn::from_options([Some("02"), None, Some("10")]));
        columns.set_reading("lot", NumberColumn::from_options([Some(2.0), None, Some(10.0)]));
        let picked = columns.select(&[2, 0]);
        assert_eq!(picked.text("lot").and_then(|lot| lot.get(1)), Some("02"));
        assert_eq!(picked.number("lot").and_then(|lot| lot.get(0)), Some(10.0));
        assert_eq!(picked.numbers().count(), 0); // it is written out once, as the text that it was
        columns.set_text("lot", TextColumn::from_options([Some("x"), None, Some("y")]));
        assert_eq!(columns.number("lot"), None);
    }

    #[test]
    fn a_selection_is_as_if_made_of_the_values() {
        let column = TextColumn::from_options([Some("b"), None, Some("a"), Some("b"), Some("c")]);
        let picked = column.select(&[2, 1, 4, 2]);
        assert_eq!(picked, TextColumn::from_options([Some("a"), None, Some("c"), Some("a")]));
        let levels = ["b".into(), "a".into(), "c".into()].to_vec();
        let codes = [Some(0), None, Some(1), Some(0), Some(2)];
        assert_eq!(TextColumn::from_codes(levels, codes), column);
    }
}
