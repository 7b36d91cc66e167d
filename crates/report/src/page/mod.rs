//! The report: one file, offline, readable without a script.

mod cell;
mod data;
mod explorer;
mod policy;
mod profile;
mod sheet;
mod table;
mod view;

use crate::{Drawing, ReportError};
use data::Extent;
pub use explorer::Explorer;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value, context};
use palenque_graph::{Diagnostic, Table};
use policy::policy;
use sheet::style_sheet;
use table::Prepared;
use view::View;

/// A figure as the page shows it.
#[derive(Clone, Debug)]
pub struct FigureOnPage {
    /// The name of the figure's files, such as `quadrant`.
    pub id: String,
    /// The figure.
    pub drawing: Drawing,
    /// Its files as seen from the page, such as `figures/quadrant.svg`: linked under the figure. May be none.
    pub files: Vec<String>,
}

/// A table as the page shows it.
#[derive(Clone, Debug)]
pub struct TableOnPage {
    /// The table, finished: keys in front.
    pub table: Table,
    /// The heading; `None` takes the table's own name.
    pub title: Option<String>,
    /// The file with all of it, as seen from the page, such as `tables/stage/linkages.csv`. May be none.
    pub file: Option<String>,
}

/// A table under its own name, without a file.
impl From<Table> for TableOnPage {
    fn from(table: Table) -> Self {
        Self { table, title: None, file: None }
    }
}

/// One finding and how often it was made.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The first finding of its code.
    pub diagnostic: Diagnostic,
    /// How often the code was found.
    pub count: u64,
}

/// What became of one input file.
#[derive(Clone, Debug, Default)]
pub struct InputNote {
    /// `edges`, `nodes` or a relation's name.
    pub role: String,
    /// The path, relative.
    pub path: String,
    /// Such as `csv+gzip`.
    pub format: String,
    /// BLAKE3 of the bytes.
    pub blake3: String,
    /// Data rows.
    pub rows: u64,
    /// Rows used.
    pub used: u64,
    /// Rows merged.
    pub merged: u64,
    /// Rows dropped, by reason.
    pub dropped: Vec<(String, u64)>,
}

/// Definition and source of one metric.
#[derive(Clone, Debug, Default)]
pub struct MethodNote {
    /// The metric's name.
    pub name: String,
    /// What it answers.
    pub summary: String,
    /// The formula.
    pub formula: String,
    /// The source.
    pub source: String,
    /// How to read it.
    pub reading: String,
}

/// An index of a profile.
#[derive(Clone, Debug)]
pub struct ProfileCard {
    /// What it speaks of, in words.
    pub phrase: String,
    /// Its name.
    pub index: String,
    /// What it is.
    pub meaning: String,
    /// Its value in every period, where it is known.
    pub values: Vec<(String, Option<f64>)>,
    /// The interval of the last value.
    pub interval: Option<(f64, f64)>,
    /// The share of random networks that have less.
    pub percentile: Option<f64>,
    /// Whether values are shares, shown as percentages.
    pub is_share: bool,
    /// What the numbers say.
    pub sentence: String,
}

/// A figure of the head.
#[derive(Clone, Debug, Default)]
pub struct HeadFigure {
    /// What it is.
    pub label: String,
    /// Its value, as it is read.
    pub value: String,
    /// The unit; may be empty.
    pub unit: String,
    /// Such as the period; may be empty.
    pub note: String,
    /// The values of all periods, for a line; may be empty.
    pub values: Vec<(String, Option<f64>)>,
}

/// Everything the page shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The title.
    pub title: String,
    /// One sentence under it, such as what the data are and that they are synthetic.
    pub subtitle: Option<String>,
    /// The indices of a profile.
    pub profile: Vec<ProfileCard>,
    /// Figures of the head.
    pub headline: Vec<HeadFigure>,
    /// The network to walk through.
    pub network: Option<Explorer>,
    /// What was read.
    pub inputs: Vec<InputNote>,
    /// What was found wrong.
    pub findings: Vec<Finding>,
    /// The tables, in order.
    pub tables: Vec<TableOnPage>,
    /// The figures, in order.
    pub figures: Vec<FigureOnPage>,
    /// The methods used.
    pub methods: Vec<MethodNote>,
    /// Provenance as name and value: version, configuration hash, seed, command to reproduce.
    pub provenance: Vec<(String, String)>,
    /// The unit of the flows.
    pub unit: Option<String>,
}

/// The most bytes a page should have; tables are cut to keep it.
const BUDGET: usize = 2_000_000;

static TEMPLATE: &str = include_str!("template/page.html");
static SCRIPT: &str = include_str!("template/page.js");
/// With the network to walk through.
static SCRIPT_OF_NETWORK: &str =
    concat!(include_str!("template/page.js"), include_str!("template/explorer.js"));

/// Renders the page: one file that runs its own script and nothing else, and asks the network for nothing.
///
/// Numbers of tables have six significant digits in it. It is kept below 2 MB where the figures allow, by cutting tables to
/// their 5000 most important rows and fewer; the page says so and links the whole file.
///
/// # Errors
/// [`ReportError::Template`] when a figure is not an SVG or the template cannot be filled.
///
/// # Example
/// ```
/// use palenque_report::{Page, page};
///
/// let html = page(&Page { title: "Steel & tubes, 2023".into(), ..Page::default() })?;
/// assert!(html.contains("<title>Steel &amp; tubes, 2023</title>"));
/// # Ok::<(), palenque_report::ReportError>(())
/// ```
pub fn page(page: &Page) -> Result<String, ReportError> {
    let environment = environment()?;
    let tables = table::prepared(&page.tables);
    let mut html = String::new();
    for extent in Extent::LADDER {
        html = render(&environment, page, &tables, extent)?;
        if html.len() <= BUDGET {
            break;
        }
    }
    Ok(html)
}

fn render(
    environment: &Environment<'_>,
    page: &Page,
    tables: &[Prepared<'_>],
    extent: Extent,
) -> Result<String, ReportError> {
    let style = style_sheet();
    let script = if page.network.is_some() { SCRIPT_OF_NETWORK } else { SCRIPT };
    let shell = context! {
        policy => policy(script, &style),
        style => style,
        script => script,
        data => data::block(tables, page, extent)?,
    };
    let view = Value::from(Serde(View::new(page, tables, extent)?));
    let filled =
        environment.get_template("page").and_then(|t| t.render(context! { ..view, ..shell }));
    filled.map_err(refused)
}

/// A template engine that escapes everything it is not told about and knows no missing values.
fn environment() -> Result<Environment<'static>, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("rich", rich);
    environment.add_template("page", TEMPLATE).map_err(refused)?;
    Ok(environment)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of map_err")]
fn refused(error: minijinja::Error) -> ReportError {
    ReportError::Template(error.to_string())
}

/// Escaped text in which `` `code` `` is set as code. Each piece keeps its own direction of writing.
fn rich(text: &str) -> Value {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return Value::from_safe_string(format!("<bdi>{}</bdi>", HtmlEscape(text)));
    }
    let set = pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty()).map(|(i, piece)| {
        let tag = if i % 2 == 1 { "code" } else { "bdi" };
        format!("<{tag}>{}</{tag}>", HtmlEscape(piece))
    });
    Value::from_safe_string(set.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_markup_stays_text() {
        assert_eq!(
            rich("a `b<c` d").as_str(),
            Some("<bdi>a </bdi><code>b&lt;c</code><bdi> d</bdi>")
        );
        assert_eq!(rich("one ` alone <b>").as_str(), Some("<bdi>one ` alone &lt;b&gt;</bdi>"));
    }

    #[test]
    fn a_missing_value_is_an_error_and_not_a_gap() {
        let mut environment = environment().expect("the template is sound");
        environment.add_template("typo", "{{ titel }}").expect("the syntax is right");
        let typo = environment.get_template("typo").expect("it was added");
        assert!(typo.render(context! { title => "x" }).is_err());
    }
}
